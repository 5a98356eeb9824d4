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
    /// attributes = ("__attribute__" "((" attribute? ("," attribute?)* "))")*
    pub(super) fn attributes(&mut self) -> Parse<Attributes> {
        let mut all = Attributes::default();
        while self.accept_keyword(Keyword::Attribute) {
            self.expect(TokenKind::LParen)?;
            self.expect(TokenKind::LParen)?;
            loop {
                if !matches!(self.kind(), TokenKind::Comma | TokenKind::RParen) {
                    self.attribute(&mut all)?;
                }
                if !self.accept(TokenKind::Comma) {
                    break;
                }
            }
            self.expect(TokenKind::RParen)?;
            self.expect(TokenKind::RParen)?;
        }
        Ok(all)
    }

    /// attribute = name ("(" (assignment ("," assignment)*)? ")")?
    fn attribute(&mut self, all: &mut Attributes) -> Parse<()> {
        // `const` is an attribute too.
        if !self.is_name(self.token()) && !self.at_keyword(Keyword::Const) {
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
            _ if self.kind() == TokenKind::LParen => drop(self.arguments()?),
            _ => {}
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
}
