//! Macro definitions.

use std::rc::Rc;

use super::Preprocessor;
use crate::syntax::diagnostic::{Diagnostic, Severity};
use crate::syntax::lex::{Symbol, Token, TokenKind, lex};
use crate::syntax::source::{FileId, Span};

/// What is defined before the first line. `__builtin_expect` is a macro here since the hint means
/// nothing to the machine, `_Pragma` since no pragma does.
const PREDEFINED: &str = "\
#define __MODEL__ 1
#define __STDC__ 1
#define __STDC_VERSION__ 201112L
#define __STDC_HOSTED__ 1
#define __GNUC__ 12
#define __GNUC_MINOR__ 2
#define __x86_64__ 1
#define __LP64__ 1
#define __CHAR_BIT__ 8
#define __SCHAR_MAX__ 0x7f
#define __SHRT_MAX__ 0x7fff
#define __INT_MAX__ 0x7fffffff
#define __LONG_MAX__ 0x7fffffffffffffffL
#define __LONG_LONG_MAX__ 0x7fffffffffffffffLL
#define __SIZEOF_INT__ 4
#define __SIZEOF_LONG__ 8
#define __SIZEOF_LONG_LONG__ 8
#define __SIZEOF_POINTER__ 8
#define __SIZE_TYPE__ unsigned long
#define __PTRDIFF_TYPE__ long
#define __INTPTR_TYPE__ long
#define __UINTPTR_TYPE__ unsigned long
#define __BYTE_ORDER__ 1234
#define __ORDER_LITTLE_ENDIAN__ 1234
#define __ORDER_BIG_ENDIAN__ 4321
#define __builtin_expect(x, expected) (x)
#define _Pragma(text)
";

/// A macro.
pub struct Macro {
    /// Where it was defined; none for the predefined ones.
    pub span: Option<Span>,
    /// What replaces it.
    pub kind: MacroKind,
}

/// The kinds of macros.
#[derive(PartialEq, Eq)]
pub enum MacroKind {
    /// `#define X …`
    Object(Body),
    /// `#define X(…) …`
    Function(Params, Body),
    /// `__LINE__`
    Line,
    /// `__FILE__`
    File,
    /// `__COUNTER__`
    Counter,
}

/// The parameters of a function-like macro.
#[derive(PartialEq, Eq)]
pub struct Params {
    /// Their names; the last one collects the rest when it is variadic.
    pub names: Vec<Symbol>,
    /// `...` or GNU `args...`.
    pub variadic: bool,
}

/// The replacement list.
pub struct Body(pub Vec<Token>);

impl PartialEq for Body {
    /// Equal in the sense in which a redefinition is allowed.
    fn eq(&self, other: &Body) -> bool {
        let spelling = |(idx, t): (usize, &Token)| (t.text, t.space && idx > 0);
        let own = self.0.iter().enumerate().map(spelling);
        own.eq(other.0.iter().enumerate().map(spelling))
    }
}

impl Eq for Body {}

impl Preprocessor<'_> {
    /// Defines what exists from the start, and the caller's configuration.
    pub(super) fn predefine(&mut self, defines: &[(String, String)]) {
        let mut text = PREDEFINED.to_owned();
        for (name, value) in defines {
            text += &format!("#define {} {}\n", one_line(name), one_line(value));
        }
        let built_in = [
            ("__LINE__", MacroKind::Line),
            ("__FILE__", MacroKind::File),
            ("__COUNTER__", MacroKind::Counter),
        ];
        for (name, kind) in built_in {
            let name = self.symbols.intern(name);
            self.macros
                .insert(name, Rc::new(Macro { span: None, kind }));
        }
        // No file: a macro's tokens take the place of its use, and these have no other.
        let tokens = lex(FileId(0), &text, &mut self.symbols);
        for line in tokens.split(|t| t.kind == TokenKind::Newline) {
            let Some(rest) = line.get(2..) else { continue };
            if let Ok((name, kind)) = self.parse_define(rest) {
                self.macros
                    .insert(name.text, Rc::new(Macro { span: None, kind }));
            }
        }
    }

    /// `#define name replacement` or `#define name(parameters) replacement`
    pub(super) fn define(&mut self, directive: Span, rest: &[Token]) {
        let (name, kind) = match self.parse_define(rest) {
            Ok(parsed) => parsed,
            Err((span, message)) => return self.error(span.unwrap_or(directive), message),
        };
        let new = Macro {
            span: Some(name.span),
            kind,
        };
        if let Some(old) = self.macros.get(&name.text)
            && old.kind != new.kind
        {
            let warning = redefinition(self.symbols.name(name.text), name.span, old.span);
            self.diagnose(warning);
        }
        self.macros.insert(name.text, Rc::new(new));
    }

    fn parse_define(&mut self, rest: &[Token]) -> Result<(Token, MacroKind), Wrong> {
        let Some((&name, rest)) = rest
            .split_first()
            .filter(|(t, _)| t.kind == TokenKind::Ident)
        else {
            return Err((
                rest.first().map(|t| t.span),
                "expected a macro name after `#define`".into(),
            ));
        };
        if self.symbols.name(name.text) == "defined" {
            return Err((Some(name.span), "`defined` cannot be a macro".into()));
        }
        let kind = match rest.first() {
            Some(paren) if paren.kind == TokenKind::LParen && !paren.space => {
                let (params, body) = self.parse_params(paren.span, &rest[1..])?;
                self.check_body(&params.names, true, params.variadic, body)?;
                MacroKind::Function(params, Body(body.to_vec()))
            }
            _ => {
                self.check_body(&[], false, false, rest)?;
                MacroKind::Object(Body(rest.to_vec()))
            }
        };
        Ok((name, kind))
    }

    /// `a, b, ...)` or `a, args...)`, then the replacement list.
    fn parse_params<'t>(
        &mut self,
        open: Span,
        mut rest: &'t [Token],
    ) -> Result<(Params, &'t [Token]), Wrong> {
        use TokenKind::*;
        let mut names = Vec::new();
        if let [close, body @ ..] = rest
            && close.kind == RParen
        {
            return Ok((
                Params {
                    names,
                    variadic: false,
                },
                body,
            ));
        }
        loop {
            let kinds: Vec<TokenKind> = rest.iter().take(3).map(|t| t.kind).collect();
            match kinds[..] {
                [Ident, Comma, ..] | [Ident, RParen, ..] | [Ident, Ellipsis, RParen] => {
                    if names.contains(&rest[0].text) {
                        let name = self.symbols.name(rest[0].text);
                        let message = format!("macro parameter `{name}` is there twice");
                        return Err((Some(rest[0].span), message));
                    }
                    names.push(rest[0].text);
                    match kinds[1] {
                        Comma => rest = &rest[2..],
                        RParen => {
                            return Ok((
                                Params {
                                    names,
                                    variadic: false,
                                },
                                &rest[2..],
                            ));
                        }
                        _ => {
                            return Ok((
                                Params {
                                    names,
                                    variadic: true,
                                },
                                &rest[3..],
                            ));
                        }
                    }
                }
                [Ellipsis, RParen, ..] => {
                    names.push(self.symbols.intern("__VA_ARGS__"));
                    return Ok((
                        Params {
                            names,
                            variadic: true,
                        },
                        &rest[2..],
                    ));
                }
                _ => {
                    let span = rest.first().map_or(open, |t| t.span);
                    return Err((Some(span), "malformed macro parameters".into()));
                }
            }
        }
    }

    fn check_body(
        &self,
        params: &[Symbol],
        function_like: bool,
        variadic: bool,
        body: &[Token],
    ) -> Result<(), Wrong> {
        let wrong = |token: &Token, message: &str| Err((Some(token.span), message.to_owned()));
        for end in [body.first(), body.last()].into_iter().flatten() {
            if end.kind == TokenKind::HashHash {
                return wrong(end, "`##` cannot stand at either end of a macro");
            }
        }
        for (idx, token) in body.iter().enumerate() {
            let operand = body.get(idx + 1).is_some_and(|t| params.contains(&t.text));
            if function_like && token.kind == TokenKind::Hash && !operand {
                return wrong(token, "`#` is not followed by a macro parameter");
            }
            match self.symbols.name(token.text) {
                "__VA_ARGS__" if !variadic => {
                    return wrong(token, "`__VA_ARGS__` outside of a variadic macro");
                }
                "__VA_OPT__" => return wrong(token, "`__VA_OPT__` is not supported"),
                _ => {}
            }
        }
        Ok(())
    }
}

type Wrong = (Option<Span>, String);

fn redefinition(name: &str, span: Span, old: Option<Span>) -> Diagnostic {
    let error = Diagnostic::error(span, format!("macro `{name}` is redefined"));
    let warning = Diagnostic {
        severity: Severity::Warning,
        ..error
    };
    match old {
        Some(old) => warning.note(old, "it was defined here"),
        None => warning,
    }
}

/// A definition from outside cannot bring further directives with it.
fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}
