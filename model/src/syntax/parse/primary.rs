//! Primary expressions: constants, names, parentheses, GNU's built-ins.

use super::*;
use crate::syntax::literal;

impl Parser<'_> {
    /// primary = constant | string+ | name | "(" expression ")" | "(" block ")" | built-in
    pub(super) fn primary(&mut self) -> Parse<Expr> {
        let token = self.token();
        match token.kind {
            TokenKind::Number => self.number(),
            TokenKind::Char => self.character(),
            TokenKind::Str => {
                let (bytes, span) = self.string()?;
                Ok(Expr {
                    kind: ExprKind::Str(bytes),
                    span,
                })
            }
            TokenKind::LParen if self.peek(1).kind == TokenKind::LBrace => self.statement_expr(),
            TokenKind::LParen => self.parenthesised(),
            TokenKind::Ident => match self.keyword_of(token) {
                Some(keyword) => self.built_in(keyword),
                None => self.name(),
            },
            _ => Err(self.expected("an expression")),
        }
    }

    fn number(&mut self) -> Parse<Expr> {
        let token = self.advance();
        match literal::integer(self.symbols.name(token.text)) {
            Ok((value, ty)) => Ok(Expr {
                kind: ExprKind::Int(value, ty),
                span: token.span,
            }),
            Err(message) => Err(self.error(token.span, message)),
        }
    }

    /// The value of a character constant is an `int`, sign-extended here.
    fn character(&mut self) -> Parse<Expr> {
        let token = self.advance();
        match literal::character(self.symbols.name(token.text)) {
            Ok(value) => {
                let kind = ExprKind::Int(value as i64 as u64, IntType::Int);
                Ok(Expr {
                    kind,
                    span: token.span,
                })
            }
            Err(message) => Err(self.error(token.span, message)),
        }
    }

    /// Adjacent string literals, joined.
    pub(super) fn string(&mut self) -> Parse<(Vec<u8>, Span)> {
        let start = self.token().span;
        if self.kind() != TokenKind::Str {
            return Err(self.expected("a string"));
        }
        let mut bytes = Vec::new();
        while self.kind() == TokenKind::Str {
            let token = self.advance();
            match literal::string(self.symbols.name(token.text)) {
                Ok(part) => bytes.extend(part),
                Err(message) => return Err(self.error(token.span, message)),
            }
        }
        Ok((bytes, self.since(start)))
    }

    fn name(&mut self) -> Parse<Expr> {
        let token = self.token();
        let name = self.symbols.name(token.text).to_owned();
        if self.is_typedef(token) {
            return Err(self.error_here(format!("expected an expression, found the type `{name}`")));
        }
        self.advance();
        let prefix = matches!(&*name, "L" | "u" | "U" | "u8");
        let next = self.token();
        if prefix && !next.space && matches!(next.kind, TokenKind::Str | TokenKind::Char) {
            return Err(self.error(token.span, "wide characters and strings are not supported"));
        }
        if name.starts_with("__builtin_va_") {
            return Err(self.error(token.span, "variadic functions cannot be defined here"));
        }
        Ok(Expr {
            kind: ExprKind::Ident(name),
            span: token.span,
        })
    }

    fn parenthesised(&mut self) -> Parse<Expr> {
        let open = self.advance();
        if self.is_pointer_to_unknown() {
            let unknown = self.token();
            self.unknown_type(unknown);
            self.type_name()?;
            self.expect(TokenKind::RParen)?;
            return self.primary();
        }
        let name = self.token();
        let inner = self.expression()?;
        if !self.accept(TokenKind::RParen) {
            return Err(self.expected("`)`"));
        }
        let span = self.since(open.span);
        let next = self.kind();
        let operand = matches!(next, TokenKind::Ident | TokenKind::Number | TokenKind::Str);
        let lone = matches!(inner.kind, ExprKind::Ident(_)) && self.lookup(name.text).is_none();
        if lone && operand {
            // `(foo)x`: a cast to a type that nobody has declared.
            self.unknown_type(name);
            return self.primary();
        }
        Ok(Expr { span, ..inner })
    }

    /// `(foo *)`, where nobody has declared `foo`.
    fn is_pointer_to_unknown(&self) -> bool {
        let name = self.token();
        if !self.is_name(name) || self.lookup(name.text).is_some() {
            return false;
        }
        let n_stars = (1..NESTING_MAX)
            .take_while(|&n| self.peek(n).kind == TokenKind::Star)
            .count();
        n_stars > 0 && self.peek(n_stars + 1).kind == TokenKind::RParen
    }

    /// statement-expression = "(" block ")" (GNU)
    fn statement_expr(&mut self) -> Parse<Expr> {
        let start = self.advance().span;
        let block = self.block()?;
        self.expect(TokenKind::RParen)?;
        Ok(Expr {
            kind: ExprKind::StatementExpr(block),
            span: self.since(start),
        })
    }

    fn built_in(&mut self, keyword: Keyword) -> Parse<Expr> {
        let start = self.token().span;
        let kind = match keyword {
            Keyword::Func => {
                self.advance();
                ExprKind::Ident("__func__".into())
            }
            Keyword::Generic => self.generic()?,
            Keyword::Offsetof => self.offsetof()?,
            Keyword::TypesCompatible => self.types_compatible()?,
            Keyword::ChooseExpr => self.choose_expr()?,
            Keyword::ConstantP => self.constant_p()?,
            _ => return Err(self.expected("an expression")),
        };
        Ok(Expr {
            kind,
            span: self.since(start),
        })
    }

    /// generic = "_Generic" "(" assignment ("," (type-name | "default") ":" assignment)+ ")"
    fn generic(&mut self) -> Parse<ExprKind> {
        self.advance();
        self.expect(TokenKind::LParen)?;
        let control = self.assignment()?;
        let mut choices = Vec::new();
        while self.accept(TokenKind::Comma) {
            let ty = match self.accept_keyword(Keyword::Default) {
                true => None,
                false => Some(self.type_name()?),
            };
            self.expect(TokenKind::Colon)?;
            choices.push((ty, self.assignment()?));
        }
        self.expect(TokenKind::RParen)?;
        Ok(ExprKind::Generic(Box::new(control), choices))
    }

    /// offsetof = "__builtin_offsetof" "(" type-name "," name designator* ")"
    fn offsetof(&mut self) -> Parse<ExprKind> {
        self.advance();
        self.expect(TokenKind::LParen)?;
        let ty = self.type_name()?;
        self.expect(TokenKind::Comma)?;
        let mut path = vec![Designator::Member(self.ident()?)];
        path.extend(self.designators()?);
        self.expect(TokenKind::RParen)?;
        Ok(ExprKind::Offsetof(Box::new(ty), path))
    }

    /// types-compatible = "__builtin_types_compatible_p" "(" type-name "," type-name ")"
    fn types_compatible(&mut self) -> Parse<ExprKind> {
        self.advance();
        self.expect(TokenKind::LParen)?;
        let first = self.type_name()?;
        self.expect(TokenKind::Comma)?;
        let second = self.type_name()?;
        self.expect(TokenKind::RParen)?;
        Ok(ExprKind::TypesCompatible(Box::new(first), Box::new(second)))
    }

    /// choose-expr = "__builtin_choose_expr" "(" assignment "," assignment "," assignment ")"
    fn choose_expr(&mut self) -> Parse<ExprKind> {
        self.advance();
        self.expect(TokenKind::LParen)?;
        let condition = self.assignment()?;
        self.expect(TokenKind::Comma)?;
        let first = self.assignment()?;
        self.expect(TokenKind::Comma)?;
        let second = self.assignment()?;
        self.expect(TokenKind::RParen)?;
        Ok(ExprKind::ChooseExpr(
            Box::new(condition),
            Box::new(first),
            Box::new(second),
        ))
    }

    /// constant-p = "__builtin_constant_p" "(" expression ")"
    fn constant_p(&mut self) -> Parse<ExprKind> {
        self.advance();
        self.expect(TokenKind::LParen)?;
        let operand = self.expression()?;
        self.expect(TokenKind::RParen)?;
        Ok(ExprKind::ConstantP(Box::new(operand)))
    }
}
