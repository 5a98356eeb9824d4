//! Directives, and the groups that conditionals skip.

use super::{Condition, Preprocessor, printable};
use crate::syntax::lex::{Symbol, Token, TokenKind};
use crate::syntax::source::Span;

impl Preprocessor<'_> {
    /// Obeys one directive; the files stand behind its `#`.
    pub(super) fn directive(&mut self, hash: Token) {
        let line = self.rest_of_line();
        let Some(name) = line.first() else { return };
        let directive = hash.span.to(name.span);
        let rest = &line[1..];
        match self.symbols.name(name.text) {
            "include" => self.include(whole(directive, rest), rest),
            "define" => self.define(directive, rest),
            "undef" => self.undef(directive, rest),
            "if" => {
                let taken = self.condition(directive, rest);
                self.open_condition(directive, taken);
            }
            "ifdef" => {
                let taken = self.is_defined(directive, rest) == Some(true);
                self.open_condition(directive, taken);
            }
            "ifndef" => {
                let taken = self.is_defined(directive, rest) == Some(false);
                self.open_condition(directive, taken);
            }
            "elif" => self.elif(directive),
            "else" => self.else_(directive),
            "endif" => self.endif(directive),
            "error" => {
                let message = self.spell(rest);
                self.error(whole(directive, rest), format!("#error {message}"));
            }
            "warning" => {
                let message = self.spell(rest);
                self.warning(whole(directive, rest), format!("#warning {message}"));
            }
            "pragma" => self.pragma(rest),
            "line" => {}
            other => {
                let message = format!("unknown directive `#{}`", printable(other));
                self.error(directive, message);
            }
        }
    }

    /// The tokens up to the line's end, which is taken too.
    fn rest_of_line(&mut self) -> Vec<Token> {
        let Some(open) = self.stack.last_mut() else {
            return Vec::new();
        };
        let rest = &open.tokens[open.position..];
        let end = rest.iter().position(|t| t.kind == TokenKind::Newline);
        let line = rest[..end.unwrap_or(rest.len())].to_vec();
        open.position += end.map_or(rest.len(), |end| end + 1);
        line
    }

    fn spell(&self, line: &[Token]) -> String {
        let mut text = String::new();
        for token in line {
            if token.space && !text.is_empty() {
                text.push(' ');
            }
            text += self.symbols.name(token.text);
        }
        text
    }

    fn pragma(&mut self, rest: &[Token]) {
        let once = rest
            .first()
            .is_some_and(|t| self.symbols.name(t.text) == "once");
        if let (true, Some(open)) = (once, self.stack.last()) {
            self.once.insert(open.file);
        }
    }

    fn undef(&mut self, directive: Span, rest: &[Token]) {
        match rest.first() {
            Some(name) if name.kind == TokenKind::Ident => drop(self.macros.remove(&name.text)),
            _ => self.error(directive, "expected a macro name after `#undef`"),
        }
    }

    /// Whether the macro named after `#ifdef` exists.
    fn is_defined(&mut self, directive: Span, rest: &[Token]) -> Option<bool> {
        match rest.first() {
            Some(name) if name.kind == TokenKind::Ident => Some(self.macro_exists(name.text)),
            _ => {
                self.error(directive, "expected a macro name");
                None
            }
        }
    }

    /// Whether a macro of that name exists, the built-in ones included.
    pub(super) fn macro_exists(&self, name: Symbol) -> bool {
        self.macros.contains_key(&name)
    }

    fn open_condition(&mut self, span: Span, taken: bool) {
        let Some(open) = self.stack.last_mut() else {
            return;
        };
        open.conditions.push(Condition {
            span,
            seen_else: false,
            taken,
        });
        if !taken {
            self.skip_group();
        }
    }

    /// `#elif` at the end of a group that was read: the others are not.
    fn elif(&mut self, directive: Span) {
        let Some(condition) = self
            .stack
            .last_mut()
            .and_then(|open| open.conditions.last())
        else {
            return self.error(directive, "`#elif` without `#if`");
        };
        if condition.seen_else {
            self.error(directive, "`#elif` after `#else`");
        }
        self.skip_group();
    }

    fn else_(&mut self, directive: Span) {
        let Some(condition) = self
            .stack
            .last_mut()
            .and_then(|open| open.conditions.last_mut())
        else {
            return self.error(directive, "`#else` without `#if`");
        };
        let twice = std::mem::replace(&mut condition.seen_else, true);
        if twice {
            self.error(directive, "a second `#else` for one `#if`");
        }
        self.skip_group();
    }

    fn endif(&mut self, directive: Span) {
        if self
            .stack
            .last_mut()
            .and_then(|open| open.conditions.pop())
            .is_none()
        {
            self.error(directive, "`#endif` without `#if`");
        }
    }

    /// Skips groups of the innermost open condition until one is to be read or its `#endif` is
    /// behind.
    fn skip_group(&mut self) {
        let mut nested = 0_usize;
        while let Some((directive, line)) = self.next_directive() {
            let done = match self.symbols.name(line[0].text) {
                "elif" if nested == 0 => self.elif_after_skip(directive, &line[1..]),
                "else" if nested == 0 => self.else_after_skip(directive),
                "endif" if nested == 0 => {
                    self.endif(directive);
                    true
                }
                "if" | "ifdef" | "ifndef" => {
                    nested += 1;
                    false
                }
                "endif" => {
                    nested -= 1;
                    false
                }
                _ => false,
            };
            if done {
                return;
            }
        }
    }

    fn elif_after_skip(&mut self, directive: Span, rest: &[Token]) -> bool {
        let (seen_else, taken) = self.innermost(|c| (c.seen_else, c.taken));
        if seen_else {
            self.error(directive, "`#elif` after `#else`");
        }
        if seen_else || taken || !self.condition(directive, rest) {
            return false;
        }
        self.innermost(|c| c.taken = true);
        true
    }

    fn else_after_skip(&mut self, directive: Span) -> bool {
        let (twice, taken) = self.innermost(|c| {
            (
                std::mem::replace(&mut c.seen_else, true),
                std::mem::replace(&mut c.taken, true),
            )
        });
        if twice {
            self.error(directive, "a second `#else` for one `#if`");
        }
        !twice && !taken
    }

    fn innermost<T: Default>(&mut self, look: impl FnOnce(&mut Condition) -> T) -> T {
        let condition = self
            .stack
            .last_mut()
            .and_then(|open| open.conditions.last_mut());
        condition.map(look).unwrap_or_default()
    }

    /// The next line of this file that is a directive with a name; the files stand behind it.
    fn next_directive(&mut self) -> Option<(Span, Vec<Token>)> {
        loop {
            let open = self.stack.last_mut()?;
            let token = *open.tokens.get(open.position)?;
            open.position += 1;
            match token.kind {
                TokenKind::BadComment => self.error(token.span, "unterminated comment"),
                TokenKind::Hash if token.first_in_line => {
                    let line = self.rest_of_line();
                    if let Some(name) = line.first() {
                        return Some((token.span.to(name.span), line));
                    }
                }
                _ => {}
            }
        }
    }
}

/// From the `#` to the last token of the line.
fn whole(directive: Span, rest: &[Token]) -> Span {
    rest.last()
        .map_or(directive, |last| directive.to(last.span))
}
