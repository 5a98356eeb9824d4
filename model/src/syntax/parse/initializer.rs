//! Initialisers and designators.

use super::*;

impl Parser<'_> {
    /// initializer = "{" items "}" | assignment
    pub(super) fn initializer(&mut self) -> Parse<Initializer> {
        if self.kind() != TokenKind::LBrace {
            return self.assignment().map(Initializer::Expr);
        }
        let start = self.token().span;
        let items = self.initializer_list()?;
        Ok(Initializer::List(items, self.since(start)))
    }

    /// items = (designation? initializer ("," designation? initializer)* ","?)?
    pub(super) fn initializer_list(&mut self) -> Parse<Vec<InitItem>> {
        let open = self.expect(TokenKind::LBrace)?;
        let mut items = Vec::new();
        while self.kind() != TokenKind::RBrace {
            if self.kind() == TokenKind::Eof {
                return Err(self.missing_brace(open.span));
            }
            let designators = self.designation()?;
            let value = self.nest(Parser::initializer)?;
            items.push(InitItem { designators, value });
            if !self.accept(TokenKind::Comma) {
                break;
            }
        }
        self.expect(TokenKind::RBrace)?;
        Ok(items)
    }

    /// designation = designator+ "=" | name ":" (old GNU)
    fn designation(&mut self) -> Parse<Vec<Designator>> {
        if self.is_name(self.token()) && self.peek(1).kind == TokenKind::Colon {
            let name = self.ident()?;
            self.advance();
            return Ok(vec![Designator::Member(name)]);
        }
        let designators = self.designators()?;
        if !designators.is_empty() {
            self.expect(TokenKind::Assign)?;
        }
        Ok(designators)
    }

    /// designator = "." name | "[" expression ("..." expression)? "]"
    pub(super) fn designators(&mut self) -> Parse<Vec<Designator>> {
        let mut designators = Vec::new();
        loop {
            if self.accept(TokenKind::Dot) {
                designators.push(Designator::Member(self.ident()?));
            } else if self.accept(TokenKind::LBracket) {
                designators.push(self.index_designator()?);
            } else {
                return Ok(designators);
            }
        }
    }

    fn index_designator(&mut self) -> Parse<Designator> {
        let low = self.conditional()?;
        let designator = match self.accept(TokenKind::Ellipsis) {
            true => Designator::Range(low, self.conditional()?),
            false => Designator::Index(low),
        };
        self.expect(TokenKind::RBracket)?;
        Ok(designator)
    }
}
