//! Expressions with operators; operator precedence by binding powers.

use super::*;

/// The binary operators and how tightly they bind.
fn binary_operator(kind: TokenKind) -> Option<(BinaryOp, u8)> {
    Some(match kind {
        TokenKind::Star => (BinaryOp::Mul, 10),
        TokenKind::Slash => (BinaryOp::Div, 10),
        TokenKind::Percent => (BinaryOp::Rem, 10),
        TokenKind::Plus => (BinaryOp::Add, 9),
        TokenKind::Minus => (BinaryOp::Sub, 9),
        TokenKind::Shl => (BinaryOp::Shl, 8),
        TokenKind::Shr => (BinaryOp::Shr, 8),
        TokenKind::Lt => (BinaryOp::Lt, 7),
        TokenKind::Gt => (BinaryOp::Gt, 7),
        TokenKind::LtEq => (BinaryOp::Le, 7),
        TokenKind::GtEq => (BinaryOp::Ge, 7),
        TokenKind::EqEq => (BinaryOp::Eq, 6),
        TokenKind::BangEq => (BinaryOp::Ne, 6),
        TokenKind::Amp => (BinaryOp::And, 5),
        TokenKind::Caret => (BinaryOp::Xor, 4),
        TokenKind::Pipe => (BinaryOp::Or, 3),
        TokenKind::AmpAmp => (BinaryOp::LogAnd, 2),
        TokenKind::PipePipe => (BinaryOp::LogOr, 1),
        _ => return None,
    })
}

/// The assignment operators: none for others, some none for `=` itself.
fn assignment_operator(kind: TokenKind) -> Option<Option<BinaryOp>> {
    Some(Some(match kind {
        TokenKind::Assign => return Some(None),
        TokenKind::StarAssign => BinaryOp::Mul,
        TokenKind::SlashAssign => BinaryOp::Div,
        TokenKind::PercentAssign => BinaryOp::Rem,
        TokenKind::PlusAssign => BinaryOp::Add,
        TokenKind::MinusAssign => BinaryOp::Sub,
        TokenKind::ShlAssign => BinaryOp::Shl,
        TokenKind::ShrAssign => BinaryOp::Shr,
        TokenKind::AmpAssign => BinaryOp::And,
        TokenKind::CaretAssign => BinaryOp::Xor,
        TokenKind::PipeAssign => BinaryOp::Or,
        _ => return None,
    }))
}

fn unary_operator(kind: TokenKind) -> Option<UnaryOp> {
    Some(match kind {
        TokenKind::Amp => UnaryOp::Addr,
        TokenKind::Star => UnaryOp::Deref,
        TokenKind::Plus => UnaryOp::Plus,
        TokenKind::Minus => UnaryOp::Neg,
        TokenKind::Tilde => UnaryOp::Not,
        TokenKind::Bang => UnaryOp::LogNot,
        _ => return None,
    })
}

impl Parser<'_> {
    /// expression = assignment ("," assignment)*
    pub(super) fn expression(&mut self) -> Parse<Expr> {
        self.grow(|p| {
            let mut left = p.assignment()?;
            while p.accept(TokenKind::Comma) {
                let right = p.assignment()?;
                p.link()?;
                let span = left.span.to(right.span);
                let kind = ExprKind::Comma(Box::new(left), Box::new(right));
                left = Expr { kind, span };
            }
            Ok(left)
        })
    }

    /// assignment = conditional (assignment-operator assignment)?
    pub(super) fn assignment(&mut self) -> Parse<Expr> {
        let left = self.conditional()?;
        let Some(operator) = assignment_operator(self.kind()) else {
            return Ok(left);
        };
        self.advance();
        let right = self.nest(Parser::assignment)?;
        self.link()?;
        let span = left.span.to(right.span);
        Ok(Expr {
            kind: ExprKind::Assign(operator, Box::new(left), Box::new(right)),
            span,
        })
    }

    /// conditional = binary ("?" expression? ":" conditional)?
    pub(super) fn conditional(&mut self) -> Parse<Expr> {
        let condition = self.grow(|p| p.binary(0))?;
        if !self.accept(TokenKind::Question) {
            return Ok(condition);
        }
        let mut middle = None;
        if self.kind() != TokenKind::Colon {
            middle = Some(Box::new(self.nest(Parser::expression)?));
        }
        self.expect(TokenKind::Colon)?;
        let last = self.nest(Parser::conditional)?;
        self.link()?;
        let span = condition.span.to(last.span);
        let kind = ExprKind::Conditional(Box::new(condition), middle, Box::new(last));
        Ok(Expr { kind, span })
    }

    /// binary = unary (operator binary)*, operators that bind more tightly than `least`
    fn binary(&mut self, least: u8) -> Parse<Expr> {
        let mut left = self.unary()?;
        while let Some((operator, binding)) = binary_operator(self.kind())
            && binding > least
        {
            self.advance();
            let right = self.binary(binding)?;
            self.link()?;
            let span = left.span.to(right.span);
            left = Expr {
                kind: ExprKind::Binary(operator, Box::new(left), Box::new(right)),
                span,
            };
        }
        Ok(left)
    }

    /// unary = operator unary | "++" unary | "--" unary | sizeof | cast | postfix
    fn unary(&mut self) -> Parse<Expr> {
        self.nest(|p| {
            let token = p.token();
            if let Some(operator) = unary_operator(token.kind) {
                p.advance();
                let operand = p.unary()?;
                let span = token.span.to(operand.span);
                return Ok(Expr {
                    kind: ExprKind::Unary(operator, Box::new(operand)),
                    span,
                });
            }
            match token.kind {
                TokenKind::PlusPlus => p.prefix_step(true),
                TokenKind::MinusMinus => p.prefix_step(false),
                TokenKind::AmpAmp => Err(p.error_here("addresses of labels are not supported")),
                TokenKind::LParen if p.starts_type(p.peek(1)) => p.cast(),
                _ => match p.keyword_of(token) {
                    Some(Keyword::Sizeof) => p.sizeof(),
                    Some(Keyword::Alignof) => p.alignof(),
                    Some(Keyword::Extension) => {
                        p.advance();
                        p.unary()
                    }
                    _ => p.grow(Parser::postfix),
                },
            }
        })
    }

    fn prefix_step(&mut self, increment: bool) -> Parse<Expr> {
        let start = self.advance().span;
        let operand = Box::new(self.unary()?);
        let span = start.to(operand.span);
        Ok(Expr {
            kind: ExprKind::IncDec {
                increment,
                prefix: true,
                operand,
            },
            span,
        })
    }

    /// cast = "(" type-name ")" (unary | initializer-list postfix-suffix*)
    fn cast(&mut self) -> Parse<Expr> {
        let start = self.token().span;
        let ty = self.parenthesised_type()?;
        if self.kind() == TokenKind::LBrace {
            return self.compound_literal(ty, start);
        }
        let operand = self.unary()?;
        let span = start.to(operand.span);
        Ok(Expr {
            kind: ExprKind::Cast(Box::new(ty), Box::new(operand)),
            span,
        })
    }

    fn compound_literal(&mut self, ty: TypeExpr, start: Span) -> Parse<Expr> {
        let items = self.nest(Parser::initializer_list)?;
        let span = self.since(start);
        let literal = Expr {
            kind: ExprKind::CompoundLiteral(Box::new(ty), items),
            span,
        };
        self.grow(|p| p.postfix_of(literal))
    }

    fn parenthesised_type(&mut self) -> Parse<TypeExpr> {
        self.expect(TokenKind::LParen)?;
        let ty = self.type_name()?;
        self.expect(TokenKind::RParen)?;
        Ok(ty)
    }

    /// sizeof = "sizeof" ("(" type-name ")" | unary)
    fn sizeof(&mut self) -> Parse<Expr> {
        let start = self.advance().span;
        if self.kind() != TokenKind::LParen || !self.starts_type(self.peek(1)) {
            let operand = self.unary()?;
            let span = start.to(operand.span);
            return Ok(Expr {
                kind: ExprKind::SizeofExpr(Box::new(operand)),
                span,
            });
        }
        let literal_start = self.token().span;
        let ty = self.parenthesised_type()?;
        if self.kind() == TokenKind::LBrace {
            let literal = self.compound_literal(ty, literal_start)?;
            let span = start.to(literal.span);
            return Ok(Expr {
                kind: ExprKind::SizeofExpr(Box::new(literal)),
                span,
            });
        }
        Ok(Expr {
            kind: ExprKind::SizeofType(Box::new(ty)),
            span: self.since(start),
        })
    }

    /// alignof = "_Alignof" ("(" type-name ")" | unary (GNU))
    fn alignof(&mut self) -> Parse<Expr> {
        let start = self.advance().span;
        let ty = if self.kind() == TokenKind::LParen && self.starts_type(self.peek(1)) {
            self.parenthesised_type()?
        } else {
            TypeExpr::TypeofExpr(Box::new(self.unary()?))
        };
        Ok(Expr {
            kind: ExprKind::AlignofType(Box::new(ty)),
            span: self.since(start),
        })
    }

    /// postfix = primary postfix-suffix*
    fn postfix(&mut self) -> Parse<Expr> {
        let primary = self.primary()?;
        self.postfix_of(primary)
    }

    /// postfix-suffix = "[" expression "]" | "(" arguments ")" | "." name | "->" name | "++" | "--"
    fn postfix_of(&mut self, mut left: Expr) -> Parse<Expr> {
        loop {
            let start = left.span;
            let operator = self.kind();
            let kind = match operator {
                TokenKind::LBracket => {
                    self.advance();
                    let idx = self.expression()?;
                    self.expect(TokenKind::RBracket)?;
                    ExprKind::Index(Box::new(left), Box::new(idx))
                }
                TokenKind::LParen => {
                    let arguments = self.arguments()?;
                    ExprKind::Call(Box::new(left), arguments)
                }
                TokenKind::Dot => {
                    self.advance();
                    ExprKind::Member(Box::new(left), self.ident()?)
                }
                TokenKind::Arrow => {
                    self.advance();
                    ExprKind::Arrow(Box::new(left), self.ident()?)
                }
                TokenKind::PlusPlus | TokenKind::MinusMinus => {
                    self.advance();
                    let increment = operator == TokenKind::PlusPlus;
                    ExprKind::IncDec {
                        increment,
                        prefix: false,
                        operand: Box::new(left),
                    }
                }
                _ => return Ok(left),
            };
            self.link()?;
            left = Expr {
                kind,
                span: self.since(start),
            };
        }
    }

    /// arguments = "(" (assignment ("," assignment)*)? ")"
    pub(super) fn arguments(&mut self) -> Parse<Vec<Expr>> {
        self.advance();
        let mut arguments = Vec::new();
        if self.accept(TokenKind::RParen) {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.assignment()?);
            if !self.accept(TokenKind::Comma) {
                break;
            }
        }
        if !self.accept(TokenKind::RParen) {
            return Err(self.expected("`,` or `)`"));
        }
        Ok(arguments)
    }
}
