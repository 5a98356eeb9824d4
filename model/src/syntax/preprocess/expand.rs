//! Macro replacement, after Prosser's algorithm with hide sets.

use std::rc::Rc;

use super::Preprocessor;
use super::macros::{Body, Macro, MacroKind, Params};
use crate::syntax::lex::{HideSet, Token, TokenKind, lex};
use crate::syntax::source::{FileId, Span};

/// How deep macro uses may stand in the arguments of others; each level costs stack.
const ARGUMENT_DEPTH_MAX: usize = 200;

/// How many macros one token may come out of; longer chains are generated to do harm.
const HIDE_SET_MAX: usize = 500;

/// Where tokens to expand come from: those put back, then the files.
pub(super) struct Feed {
    /// The next one is the last.
    pending: Vec<Token>,
    files: bool,
}

impl Feed {
    pub(super) fn of_file() -> Feed {
        Feed {
            pending: Vec::new(),
            files: true,
        }
    }

    fn of_list(tokens: &[Token]) -> Feed {
        Feed {
            pending: tokens.iter().rev().copied().collect(),
            files: false,
        }
    }
}

/// The arguments of one macro use, as written and (made when needed) expanded.
struct Args {
    raw: Vec<Vec<Token>>,
    expanded: Vec<Option<Vec<Token>>>,
    /// The variadic one was not even given as an empty one.
    rest_omitted: bool,
}

/// One use of a macro.
struct Use {
    span: Span,
    hide: HideSet,
    space: bool,
}

impl Preprocessor<'_> {
    /// The next token that no macro replaces any more.
    pub(super) fn expand_next(&mut self, feed: &mut Feed) -> Option<Token> {
        loop {
            let token = self.next(feed)?;
            if token.kind != TokenKind::Ident || self.hide_sets.contains(token.hide, token.text) {
                return Some(token);
            }
            let Some(found) = self.macros.get(&token.text) else {
                return Some(token);
            };
            let found: Rc<Macro> = found.clone();
            match &found.kind {
                MacroKind::Line => return Some(self.line_number(token)),
                MacroKind::File => return Some(self.file_name(token)),
                MacroKind::Counter => return Some(self.count(token)),
                MacroKind::Object(body) => self.replace_object(feed, token, body),
                MacroKind::Function(params, body) => {
                    if !self.opens_arguments(feed) {
                        return Some(token);
                    }
                    self.replace_function(feed, token, params, body);
                }
            }
        }
    }

    /// All tokens of a list, expanded.
    pub(super) fn expand_list(&mut self, tokens: &[Token]) -> Vec<Token> {
        if self.argument_depth >= ARGUMENT_DEPTH_MAX {
            let span = tokens.first().map_or(Span::default(), |t| t.span);
            self.stop(span, "macro arguments are nested too deeply");
            return Vec::new();
        }
        self.argument_depth += 1;
        let mut feed = Feed::of_list(tokens);
        let mut expanded = Vec::new();
        while let Some(token) = self.expand_next(&mut feed) {
            expanded.push(token);
        }
        self.argument_depth -= 1;
        expanded
    }

    fn next(&mut self, feed: &mut Feed) -> Option<Token> {
        let token = match feed.pending.pop() {
            Some(token) => token,
            None if feed.files => self.next_of_files()?,
            None => return None,
        };
        self.count_work(token.span, 1);
        (!self.stopped).then_some(token)
    }

    /// Whether `(` comes next.
    fn opens_arguments(&mut self, feed: &mut Feed) -> bool {
        let Some(next) = self.next(feed) else {
            return false;
        };
        feed.pending.push(next);
        next.kind == TokenKind::LParen
    }

    fn put_back(&mut self, feed: &mut Feed, use_: &Use, tokens: Vec<Token>) {
        self.count_work(use_.span, tokens.len());
        if tokens.is_empty()
            && let Some(next) = feed.pending.last_mut()
        {
            next.space |= use_.space;
        }
        let start = feed.pending.len();
        for (idx, mut token) in tokens.into_iter().enumerate() {
            token.hide = self.hide_sets.union(token.hide, use_.hide);
            token.span = use_.span;
            token.space = if idx == 0 { use_.space } else { token.space };
            feed.pending.push(token);
        }
        feed.pending[start..].reverse();
        if self.hide_sets.len(use_.hide) > HIDE_SET_MAX {
            self.stop(use_.span, "macros are nested too deeply");
        }
    }

    fn replace_object(&mut self, feed: &mut Feed, name: Token, body: &Body) {
        let hide = self.hide_sets.with(name.hide, name.text);
        let use_ = Use {
            span: name.span,
            hide,
            space: name.space,
        };
        let mut no_args = Args {
            raw: Vec::new(),
            expanded: Vec::new(),
            rest_omitted: false,
        };
        let tokens = self.substitute(&use_, None, body, &mut no_args);
        self.put_back(feed, &use_, tokens);
    }

    fn replace_function(&mut self, feed: &mut Feed, name: Token, params: &Params, body: &Body) {
        let Some((raw, close)) = self.collect_args(feed, name, params) else {
            return;
        };
        let common = self.hide_sets.intersection(name.hide, close.hide);
        let hide = self.hide_sets.with(common, name.text);
        let use_ = Use {
            span: name.span.to(close.span),
            hide,
            space: name.space,
        };
        let Some(mut args) = self.match_args(&use_, name, params, raw) else {
            return;
        };
        let tokens = self.substitute(&use_, Some(params), body, &mut args);
        self.put_back(feed, &use_, tokens);
    }

    /// `( a, (b, c), d )` behind a macro's name: the arguments and the closing parenthesis.
    fn collect_args(
        &mut self,
        feed: &mut Feed,
        name: Token,
        params: &Params,
    ) -> Option<(Vec<Vec<Token>>, Token)> {
        let outer = std::mem::replace(&mut self.collecting, true);
        let collected = self.collect_args_inner(feed, params);
        self.collecting = outer;
        if collected.is_none() && !self.stopped {
            let text = self.symbols.name(name.text);
            let message = format!("unterminated arguments of macro `{text}`: `)` is missing");
            self.error(name.span, message);
        }
        collected
    }

    fn collect_args_inner(
        &mut self,
        feed: &mut Feed,
        params: &Params,
    ) -> Option<(Vec<Vec<Token>>, Token)> {
        self.next(feed)?;
        let mut args = vec![Vec::new()];
        let mut depth = 0_usize;
        loop {
            let token = self.next(feed)?;
            let rest = params.variadic && args.len() == params.names.len();
            match token.kind {
                TokenKind::RParen if depth == 0 => return Some((args, token)),
                TokenKind::Comma if depth == 0 && !rest => {
                    args.push(Vec::new());
                    continue;
                }
                TokenKind::LParen => depth += 1,
                TokenKind::RParen => depth -= 1,
                _ => {}
            }
            args.last_mut()?.push(token);
        }
    }

    /// Makes as many arguments as there are parameters, or says that they do not match.
    fn match_args(
        &mut self,
        use_: &Use,
        name: Token,
        params: &Params,
        mut raw: Vec<Vec<Token>>,
    ) -> Option<Args> {
        let wanted = params.names.len();
        if wanted == 0 && raw.len() == 1 && raw[0].is_empty() {
            raw.clear();
        }
        let alone = wanted == 1 && raw.len() == 1 && raw[0].is_empty();
        let rest_omitted = params.variadic && (alone || raw.len() + 1 == wanted);
        if rest_omitted && !alone {
            raw.push(Vec::new());
        }
        if raw.len() != wanted {
            let text = self.symbols.name(name.text);
            let least = if params.variadic { "at least " } else { "" };
            let needed = wanted - params.variadic as usize;
            let plural = if needed == 1 { "" } else { "s" };
            let message = format!(
                "macro `{text}` takes {least}{needed} argument{plural}, not {}",
                raw.len()
            );
            self.error(use_.span, message);
            return None;
        }
        Some(Args {
            expanded: vec![None; raw.len()],
            raw,
            rest_omitted,
        })
    }

    /// The replacement list with the arguments in place, `#` and `##` done.
    fn substitute(
        &mut self,
        use_: &Use,
        params: Option<&Params>,
        body: &Body,
        args: &mut Args,
    ) -> Vec<Token> {
        let body = &body.0;
        let mut out: Vec<Token> = Vec::with_capacity(body.len());
        // The operand left of a `##` had no tokens.
        let mut left_empty = false;
        let mut idx = 0;
        while idx < body.len() && !self.stopped {
            let pasted = body[idx].kind == TokenKind::HashHash && idx > 0;
            if pasted {
                idx += 1;
            }
            let (operand, n_taken) = self.operand(use_, params, &body[idx..], args);
            let next_pastes = body
                .get(idx + n_taken)
                .is_some_and(|t| t.kind == TokenKind::HashHash);
            let tokens = match operand {
                Operand::Tokens(tokens) => tokens,
                Operand::Arg(arg) if pasted && self.is_gnu_comma(params, arg, &out, left_empty) => {
                    if args.rest_omitted {
                        out.pop();
                    }
                    self.append(use_, &mut out, args.raw[arg].clone());
                    left_empty = false;
                    idx += n_taken;
                    continue;
                }
                Operand::Arg(arg) if pasted || next_pastes => args.raw[arg].clone(),
                Operand::Arg(arg) => self.expanded_arg(args, arg),
            };
            let tokens = with_space(tokens, body[idx].space);
            let empty = tokens.is_empty();
            if pasted && !left_empty && !empty {
                self.paste_all(use_, &mut out, tokens);
            } else {
                self.append(use_, &mut out, tokens);
            }
            left_empty = empty && (left_empty || !pasted);
            idx += n_taken;
        }
        out
    }

    fn append(&mut self, use_: &Use, out: &mut Vec<Token>, tokens: Vec<Token>) {
        self.count_work(use_.span, tokens.len());
        out.extend(tokens);
    }

    /// The next operand of the replacement list, and of how many tokens it is made.
    fn operand(
        &mut self,
        use_: &Use,
        params: Option<&Params>,
        body: &[Token],
        args: &Args,
    ) -> (Operand, usize) {
        let Some(&token) = body.first() else {
            return (Operand::Tokens(Vec::new()), 1);
        };
        let Some(params) = params else {
            return (Operand::Tokens(vec![token]), 1);
        };
        let param = |token: &Token| params.names.iter().position(|&name| name == token.text);
        if token.kind == TokenKind::Hash
            && let Some(arg) = body.get(1).and_then(param)
        {
            let string = self.stringise(use_, token, &args.raw[arg]);
            return (Operand::Tokens(vec![string]), 2);
        }
        match param(&token) {
            Some(arg) => (Operand::Arg(arg), 1),
            None => (Operand::Tokens(vec![token]), 1),
        }
    }

    /// GNU: `, ## args` drops the comma when there are no such arguments.
    fn is_gnu_comma(
        &self,
        params: Option<&Params>,
        arg: usize,
        out: &[Token],
        left_empty: bool,
    ) -> bool {
        let variadic = params.is_some_and(|p| p.variadic && arg + 1 == p.names.len());
        variadic && !left_empty && out.last().is_some_and(|t| t.kind == TokenKind::Comma)
    }

    fn expanded_arg(&mut self, args: &mut Args, arg: usize) -> Vec<Token> {
        if args.expanded[arg].is_none() {
            args.expanded[arg] = Some(self.expand_list(&args.raw[arg]));
        }
        args.expanded[arg].clone().unwrap_or_default()
    }

    /// Pastes the first of `tokens` to the last of `out`, and appends the others.
    fn paste_all(&mut self, use_: &Use, out: &mut Vec<Token>, tokens: Vec<Token>) {
        let mut tokens = tokens.into_iter();
        if let (Some(left), Some(right)) = (out.pop(), tokens.next()) {
            match self.paste(left, right) {
                Some(token) => out.push(token),
                None => {
                    let (l, r) = (self.symbols.name(left.text), self.symbols.name(right.text));
                    let message = format!("`##` of `{l}` and `{r}` does not make a token");
                    self.error(use_.span, message);
                    out.extend([left, right]);
                }
            }
        }
        self.append(use_, out, tokens.collect());
    }

    fn paste(&mut self, left: Token, right: Token) -> Option<Token> {
        let text = [self.symbols.name(left.text), self.symbols.name(right.text)].concat();
        self.count_work(left.span, text.len() / 4);
        let tokens = lex(FileId(0), &text, &mut self.symbols);
        let &[token] = &tokens[..] else { return None };
        let hide = self.hide_sets.intersection(left.hide, right.hide);
        // A pasted `#` is no directive.
        Some(Token {
            hide,
            space: left.space,
            first_in_line: false,
            ..token
        })
    }

    /// `#arg`
    fn stringise(&mut self, use_: &Use, hash: Token, arg: &[Token]) -> Token {
        let mut text = String::from("\"");
        for (idx, token) in arg.iter().enumerate() {
            if token.space && idx > 0 {
                text.push(' ');
            }
            let spelling = self.symbols.name(token.text);
            match token.kind {
                TokenKind::Str | TokenKind::Char | TokenKind::BadStr | TokenKind::BadChar => {
                    text += &spelling.replace('\\', "\\\\").replace('"', "\\\"");
                }
                _ => text += spelling,
            }
        }
        text.push('"');
        self.count_work(use_.span, text.len() / 4);
        self.make(hash, TokenKind::Str, &text)
    }

    fn line_number(&mut self, token: Token) -> Token {
        let line = self.sources.line_column(token.span).line.to_string();
        self.make(token, TokenKind::Number, &line)
    }

    fn file_name(&mut self, token: Token) -> Token {
        let name = &self.sources.file(token.span.file).name;
        let quoted = format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""));
        self.make(token, TokenKind::Str, &quoted)
    }

    fn count(&mut self, token: Token) -> Token {
        let number = self.counter.to_string();
        self.counter += 1;
        self.make(token, TokenKind::Number, &number)
    }

    fn make(&mut self, like: Token, kind: TokenKind, text: &str) -> Token {
        Token {
            kind,
            text: self.symbols.intern(text),
            ..like
        }
    }
}

/// What stands in a replacement list: tokens as they are, or a parameter by its index.
enum Operand {
    Tokens(Vec<Token>),
    Arg(usize),
}

/// White space before an argument is that before the parameter.
fn with_space(mut tokens: Vec<Token>, space: bool) -> Vec<Token> {
    if let Some(first) = tokens.first_mut() {
        first.space = space;
    }
    tokens
}
