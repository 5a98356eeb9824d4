//! Looking at tokens, taking them, and what to do when they are the wrong ones.

use super::*;

impl Parser<'_> {
    pub(super) fn token(&self) -> Token {
        self.peek(0)
    }

    /// The token so many places ahead; the last one stays at the end.
    pub(super) fn peek(&self, ahead: usize) -> Token {
        self.tokens[(self.position + ahead).min(self.tokens.len() - 1)]
    }

    pub(super) fn kind(&self) -> TokenKind {
        self.token().kind
    }

    pub(super) fn keyword(&self) -> Option<Keyword> {
        self.keyword_of(self.token())
    }

    pub(super) fn keyword_of(&self, token: Token) -> Option<Keyword> {
        (token.kind == TokenKind::Ident)
            .then(|| self.keywords.get(token.text))
            .flatten()
    }

    pub(super) fn at_keyword(&self, keyword: Keyword) -> bool {
        self.keyword() == Some(keyword)
    }

    /// An identifier that is no keyword.
    pub(super) fn is_name(&self, token: Token) -> bool {
        token.kind == TokenKind::Ident && self.keyword_of(token).is_none()
    }

    pub(super) fn advance(&mut self) -> Token {
        let token = self.token();
        self.position = (self.position + 1).min(self.tokens.len() - 1);
        self.size += 1;
        token
    }

    /// A part of the tree that stands for so many tokens is copied.
    pub(super) fn count_copy(&mut self, size: usize, what: &str) -> Parse<()> {
        self.size += size;
        match self.size > SIZE_MAX {
            true => Err(self.fatal_here(&format!("{what} is nested too deeply"))),
            false => Ok(()),
        }
    }

    pub(super) fn accept(&mut self, kind: TokenKind) -> bool {
        let found = self.kind() == kind;
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn accept_keyword(&mut self, keyword: Keyword) -> bool {
        let found = self.at_keyword(keyword);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn expect(&mut self, kind: TokenKind) -> Parse<Token> {
        if self.kind() == kind {
            return Ok(self.advance());
        }
        Err(self.expected(&format!("`{}`", spelling(kind))))
    }

    /// The `;` that ends a thing. Where it was plainly forgotten, parsing goes on as if it were
    /// there.
    pub(super) fn expect_semi(&mut self, after: &str) -> Parse<Span> {
        if self.kind() == TokenKind::Semi {
            return Ok(self.advance().span);
        }
        let previous = self.previous_span();
        let end = Span {
            start: previous.end,
            ..previous
        };
        let reported = self.error(end, format!("expected `;` after {after}"));
        let next = self.token();
        let line_ends = self.sources.line_column(end).line
            != self.sources.line_column(next.span).line
            || end.file != next.span.file;
        match next.kind {
            TokenKind::RBrace => Ok(previous),
            // A line that begins with an operator is rather a bad expression.
            TokenKind::Ident if line_ends => Ok(previous),
            _ => Err(reported),
        }
    }

    /// The name of something.
    pub(super) fn ident(&mut self) -> Parse<Ident> {
        if !self.is_name(self.token()) {
            return Err(self.expected("a name"));
        }
        let token = self.advance();
        Ok(self.ident_of(token))
    }

    pub(super) fn ident_of(&self, token: Token) -> Ident {
        Ident {
            name: self.symbols.name(token.text).to_owned(),
            span: token.span,
        }
    }

    pub(super) fn previous_span(&self) -> Span {
        self.tokens[self.position.saturating_sub(1)].span
    }

    /// From a place to the last token taken.
    pub(super) fn since(&self, start: Span) -> Span {
        start.to(self.previous_span())
    }

    pub(super) fn describe(&self, token: Token) -> String {
        match token.kind {
            TokenKind::Eof => "the end of the text".into(),
            _ => format!("`{}`", self.symbols.name(token.text)),
        }
    }

    pub(super) fn expected(&mut self, what: &str) -> Reported {
        let found = self.describe(self.token());
        self.error_here(format!("expected {what}, found {found}"))
    }

    pub(super) fn error_here(&mut self, message: impl Into<String>) -> Reported {
        self.error(self.token().span, message)
    }

    pub(super) fn error(&mut self, span: Span, message: impl Into<String>) -> Reported {
        self.diagnose(Diagnostic::error(span, message))
    }

    /// At the end of the text an error is news only if it is the first one.
    pub(super) fn diagnose(&mut self, diagnostic: Diagnostic) -> Reported {
        if self.n_errors > 0 && self.kind() == TokenKind::Eof {
            return Reported;
        }
        self.diagnostics.push(diagnostic);
        self.n_errors += 1;
        if self.n_errors == ERRORS_MAX {
            self.position = self.tokens.len() - 1;
        }
        Reported
    }

    /// Reports and gives up the rest of the text.
    pub(super) fn fatal_here(&mut self, message: &str) -> Reported {
        let reported = self.error_here(message);
        self.n_errors = ERRORS_MAX;
        self.position = self.tokens.len() - 1;
        reported
    }

    /// After an error in a block: behind the next `;` or balanced `}`, or before the block's `}`.
    pub(super) fn recover_in_block(&mut self) {
        self.skip_statement();
        // Its `if` was skipped.
        self.accept_keyword(Keyword::Else);
    }

    fn skip_statement(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.kind() {
                TokenKind::Eof => return,
                TokenKind::RBrace if depth == 0 => return,
                _ => {}
            }
            match self.advance().kind {
                TokenKind::Semi if depth == 0 => return,
                TokenKind::LBrace => depth += 1,
                TokenKind::RBrace if depth == 1 => return,
                TokenKind::RBrace => depth -= 1,
                _ => {}
            }
        }
    }

    /// After an error at file level: behind the next `;` or balanced `}`.
    pub(super) fn recover_at_file_level(&mut self, start: usize) {
        self.scopes.truncate(1);
        self.recover_in_block();
        if self.position == start || self.kind() == TokenKind::RBrace {
            self.advance();
        }
    }
}

/// How a punctuator is spelled in messages.
fn spelling(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::LBrace => "{",
        TokenKind::RBrace => "}",
        TokenKind::LParen => "(",
        TokenKind::RParen => ")",
        TokenKind::RBracket => "]",
        TokenKind::Semi => ";",
        TokenKind::Comma => ",",
        TokenKind::Colon => ":",
        TokenKind::Assign => "=",
        _ => "another token",
    }
}
