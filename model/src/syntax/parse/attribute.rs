//! `__attribute__`: three of them mean something here, most are dropped, and those that would
//! change what a program does are refused.

use super::*;

/// What attributes have said.
#[derive(Default)]
pub(super) struct Attributes {
    pub packed: bool,
    pub aligned: Option<Box<Expr>>,
    pub per_cpu: bool,
}

impl Attributes {
    pub(super) fn merge(&mut self, other: Attributes) {
        self.packed |= other.packed;
        self.per_cpu |= other.per_cpu;
        self.aligned = other.aligned.or(self.aligned.take());
    }
}

/// Attributes that cannot be ignored without changing the program's meaning.
const REFUSED: [&str; 9] = [
    "alias",
    "cleanup",
    "constructor",
    "destructor",
    "ifunc",
    "mode",
    "scalar_storage_order",
    "transparent_union",
    "vector_size",
];

/// `aligned` without a number: the largest alignment of the machine.
const LARGEST_ALIGNMENT: u64 = 16;

impl Parser<'_> {
    /// attributes = ("__attribute__" "((" attribute ("," attribute)* "))")*
    pub(super) fn attributes(&mut self) -> Parse<Attributes> {
        let mut all = Attributes::default();
        while self.accept_keyword(Keyword::Attribute) {
            self.expect(TokenKind::LParen)?;
            self.expect(TokenKind::LParen)?;
            while self.kind() != TokenKind::RParen {
                if !self.accept(TokenKind::Comma) {
                    self.attribute(&mut all)?;
                }
            }
            self.expect(TokenKind::RParen)?;
            self.expect(TokenKind::RParen)?;
        }
        Ok(all)
    }

    /// attribute = any-name ("(" … ")")?
    fn attribute(&mut self, all: &mut Attributes) -> Parse<()> {
        // `const` is an attribute too, so keywords are names here.
        if self.kind() != TokenKind::Ident {
            return Err(self.expected("an attribute"));
        }
        let name = self.advance();
        let text = self.symbols.name(name.text);
        match text
            .strip_prefix("__")
            .and_then(|t| t.strip_suffix("__"))
            .unwrap_or(text)
        {
            "packed" => all.packed = true,
            "aligned" => all.aligned = Some(Box::new(self.alignment(name.span)?)),
            "section" if self.kind() == TokenKind::LParen => {
                all.per_cpu |= self.per_cpu_section()?
            }
            plain if REFUSED.contains(&plain) => {
                return Err(self.error(name.span, format!("attribute `{plain}` is not supported")));
            }
            _ => self.skip_parentheses()?,
        }
        Ok(())
    }

    fn alignment(&mut self, span: Span) -> Parse<Expr> {
        if !self.accept(TokenKind::LParen) {
            return Ok(Expr {
                kind: ExprKind::Int(LARGEST_ALIGNMENT, IntType::Int),
                span,
            });
        }
        let alignment = self.assignment()?;
        self.expect(TokenKind::RParen)?;
        Ok(alignment)
    }

    fn per_cpu_section(&mut self) -> Parse<bool> {
        self.expect(TokenKind::LParen)?;
        let (name, _) = self.string()?;
        self.expect(TokenKind::RParen)?;
        Ok(name.starts_with(b".data..percpu"))
    }

    /// Balanced parentheses, if there are any.
    pub(super) fn skip_parentheses(&mut self) -> Parse<()> {
        if self.kind() != TokenKind::LParen {
            return Ok(());
        }
        let mut depth = 0_usize;
        loop {
            match self.kind() {
                TokenKind::LParen => depth += 1,
                TokenKind::RParen => depth -= 1,
                TokenKind::Eof => return Err(self.expected("`)`")),
                _ => {}
            }
            self.advance();
            if depth == 0 {
                return Ok(());
            }
        }
    }
}
