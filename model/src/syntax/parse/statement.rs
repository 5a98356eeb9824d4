//! Blocks and statements.

use super::*;

impl Parser<'_> {
    /// block = "{" block-item* "}"
    pub(super) fn block(&mut self) -> Parse<Block> {
        let open = self.expect(TokenKind::LBrace)?;
        self.in_scope(|p| p.block_rest(open.span))
    }

    fn block_rest(&mut self, open: Span) -> Parse<Block> {
        let mut items = Vec::new();
        while self.kind() != TokenKind::RBrace {
            if self.kind() == TokenKind::Eof {
                return Err(self.missing_brace(open));
            }
            let n_scopes = self.scopes.len();
            if self.block_item(&mut items).is_err() {
                self.scopes.truncate(n_scopes);
                self.recover_in_block();
            }
        }
        self.advance();
        Ok(Block {
            items,
            span: self.since(open),
        })
    }

    /// block-item = declaration | static-assert | statement
    fn block_item(&mut self, items: &mut Vec<BlockItem>) -> Parse<()> {
        let with_attributes = self.at_keyword(Keyword::Attribute);
        let attributes = self.attributes()?;
        let item = if self.at_keyword(Keyword::StaticAssert) {
            BlockItem::StaticAssert(self.static_assert()?)
        } else if self.starts_declaration() {
            BlockItem::Declaration(self.nest(|p| p.declaration(attributes))?)
        } else if with_attributes {
            BlockItem::Stmt(self.attribute_statement()?)
        } else {
            BlockItem::Stmt(self.statement()?)
        };
        items.push(item);
        Ok(())
    }

    fn starts_declaration(&self) -> bool {
        let token = self.token();
        let ahead = self.at_keyword(Keyword::Extension) as usize;
        if self.peek(ahead + 1).kind == TokenKind::Colon {
            return false;
        }
        self.starts_type(self.peek(ahead)) || (ahead == 0 && self.is_unknown_type(token))
    }

    /// `foo x` and `foo *x;` where nobody has declared `foo`.
    fn is_unknown_type(&self, token: Token) -> bool {
        if !self.is_name(token) || self.lookup(token.text).is_some() {
            return false;
        }
        use TokenKind::{Assign, Comma, Semi, Star};
        let (next, third) = (self.peek(1), self.peek(2));
        if next.kind == Star && self.is_name(third) {
            return matches!(self.peek(3).kind, Semi | Comma | Assign);
        }
        self.is_name(next) && matches!(third.kind, Semi | Comma | Assign | TokenKind::LBracket)
    }

    /// statement: see each kind.
    pub(super) fn statement(&mut self) -> Parse<Stmt> {
        self.nest(Parser::statement_of_kind)
    }

    fn statement_of_kind(&mut self) -> Parse<Stmt> {
        let token = self.token();
        match token.kind {
            TokenKind::LBrace => {
                let block = self.block()?;
                let span = block.span;
                return Ok(Stmt {
                    kind: StmtKind::Block(block),
                    span,
                });
            }
            TokenKind::Semi => {
                self.advance();
                return Ok(Stmt {
                    kind: StmtKind::Empty,
                    span: token.span,
                });
            }
            _ => {}
        }
        match self.keyword_of(token) {
            Some(keyword) => self.keyword_statement(keyword),
            None if token.kind == TokenKind::Ident => self.name_statement(token),
            None => self.expression_statement(),
        }
    }

    fn keyword_statement(&mut self, keyword: Keyword) -> Parse<Stmt> {
        match keyword {
            Keyword::If => self.if_(),
            Keyword::While => self.while_(),
            Keyword::Do => self.do_while(),
            Keyword::For => self.in_scope(Parser::for_),
            Keyword::Switch => self.switch(),
            Keyword::Case => self.case(),
            Keyword::Default => self.default(),
            Keyword::Goto => self.goto(),
            Keyword::Break => self.jump(StmtKind::Break, "`break`"),
            Keyword::Continue => self.jump(StmtKind::Continue, "`continue`"),
            Keyword::Return => self.return_(),
            Keyword::Attribute => {
                // `__attribute__((fallthrough));`
                self.attributes()?;
                self.attribute_statement()
            }
            Keyword::Asm => Err(self.error_here("inline assembly is not supported")),
            Keyword::Label => Err(self.error_here("`__label__` is not supported")),
            Keyword::Else => Err(self.error_here("`else` without `if`")),
            _ if self.starts_type(self.token()) => {
                Err(self.error_here("a declaration cannot stand here: put it into `{ }`"))
            }
            _ => self.expression_statement(),
        }
    }

    /// attribute-statement = attributes ";", the attributes taken: `__attribute__((fallthrough));`
    fn attribute_statement(&mut self) -> Parse<Stmt> {
        let span = self.previous_span();
        self.expect_semi("a statement's attributes")?;
        Ok(Stmt {
            kind: StmtKind::Empty,
            span: self.since(span),
        })
    }

    /// label = name ":" statement; atomic = "atomic" block
    fn name_statement(&mut self, token: Token) -> Parse<Stmt> {
        match self.peek(1).kind {
            TokenKind::Colon => {
                let name = self.ident()?;
                self.advance();
                self.attributes()?;
                let span = self.since(token.span);
                let labelled = Box::new(self.labelled()?);
                Ok(Stmt {
                    kind: StmtKind::Label(name, labelled),
                    span,
                })
            }
            TokenKind::LBrace if self.symbols.name(token.text) == "atomic" => {
                self.advance();
                let block = self.block()?;
                Ok(Stmt {
                    kind: StmtKind::Atomic(block),
                    span: token.span,
                })
            }
            _ => self.expression_statement(),
        }
    }

    /// The statement after a label. GNU: none is needed before `}`.
    fn labelled(&mut self) -> Parse<Stmt> {
        if self.kind() == TokenKind::RBrace {
            return Ok(Stmt {
                kind: StmtKind::Empty,
                span: self.previous_span(),
            });
        }
        self.statement()
    }

    /// expression-statement = expression ";"
    fn expression_statement(&mut self) -> Parse<Stmt> {
        let start = self.token().span;
        let expression = self.expression()?;
        if let (TokenKind::LBrace, ExprKind::Call(callee, _)) = (self.kind(), &expression.kind)
            && let ExprKind::Ident(name) = &callee.kind
        {
            let message = format!("`{name}(…)` before `{{`: no macro of that name is known here");
            return Err(self.error(callee.span, message));
        }
        self.expect_semi("an expression")?;
        Ok(Stmt {
            kind: StmtKind::Expr(expression),
            span: self.since(start),
        })
    }

    /// "(" expression ")" as the head of a statement whose keyword comes now.
    fn head(&mut self) -> Parse<(Expr, Span)> {
        let start = self.advance().span;
        self.expect(TokenKind::LParen)?;
        let condition = self.expression()?;
        self.expect(TokenKind::RParen)?;
        Ok((condition, self.since(start)))
    }

    /// A statement that is part of another one: its declarations are its own.
    fn substatement(&mut self) -> Parse<Box<Stmt>> {
        self.in_scope(Parser::statement).map(Box::new)
    }

    /// if = "if" "(" expression ")" statement ("else" statement)?
    fn if_(&mut self) -> Parse<Stmt> {
        let (condition, span) = self.head()?;
        let then = self.substatement()?;
        let mut otherwise = None;
        if self.accept_keyword(Keyword::Else) {
            otherwise = Some(self.substatement()?);
        }
        Ok(Stmt {
            kind: StmtKind::If(condition, then, otherwise),
            span,
        })
    }

    /// while = "while" "(" expression ")" statement
    fn while_(&mut self) -> Parse<Stmt> {
        let (condition, span) = self.head()?;
        let body = self.substatement()?;
        Ok(Stmt {
            kind: StmtKind::While(condition, body),
            span,
        })
    }

    /// do-while = "do" statement "while" "(" expression ")" ";"
    fn do_while(&mut self) -> Parse<Stmt> {
        self.advance();
        let body = self.substatement()?;
        if !self.at_keyword(Keyword::While) {
            return Err(self.expected("`while` after the body of `do`"));
        }
        // The step is the condition, so that is what is shown.
        let (condition, span) = self.head()?;
        self.expect_semi("`do … while`")?;
        Ok(Stmt {
            kind: StmtKind::DoWhile(body, condition),
            span,
        })
    }

    /// for = "for" "(" (declaration | expression? ";") expression? ";" expression? ")" statement
    fn for_(&mut self) -> Parse<Stmt> {
        let start = self.advance().span;
        self.expect(TokenKind::LParen)?;
        let init = self.for_init()?;
        let condition = self.optional_expression(TokenKind::Semi)?;
        self.expect(TokenKind::Semi)?;
        let step = self.optional_expression(TokenKind::RParen)?;
        self.expect(TokenKind::RParen)?;
        let span = self.since(start);
        let body = self.substatement()?;
        Ok(Stmt {
            kind: StmtKind::For {
                init,
                condition,
                step,
                body,
            },
            span,
        })
    }

    fn for_init(&mut self) -> Parse<Option<Box<ForInit>>> {
        if self.starts_declaration() {
            let declaration = self.nest(|p| p.declaration(Default::default()))?;
            return Ok(Some(Box::new(ForInit::Declaration(declaration))));
        }
        let init = self.optional_expression(TokenKind::Semi)?;
        self.expect(TokenKind::Semi)?;
        Ok(init.map(|init| Box::new(ForInit::Expr(init))))
    }

    fn optional_expression(&mut self, end: TokenKind) -> Parse<Option<Expr>> {
        if self.kind() == end {
            return Ok(None);
        }
        self.expression().map(Some)
    }

    /// switch = "switch" "(" expression ")" statement
    fn switch(&mut self) -> Parse<Stmt> {
        let (operand, span) = self.head()?;
        let body = self.substatement()?;
        Ok(Stmt {
            kind: StmtKind::Switch(operand, body),
            span,
        })
    }

    /// case = "case" expression ("..." expression)? ":" statement
    fn case(&mut self) -> Parse<Stmt> {
        let start = self.advance().span;
        let low = self.conditional()?;
        let mut high = None;
        if self.accept(TokenKind::Ellipsis) {
            high = Some(self.conditional()?);
        }
        self.expect(TokenKind::Colon)?;
        let span = self.since(start);
        let labelled = Box::new(self.labelled()?);
        Ok(Stmt {
            kind: StmtKind::Case(low, high, labelled),
            span,
        })
    }

    /// default = "default" ":" statement
    fn default(&mut self) -> Parse<Stmt> {
        let start = self.advance().span;
        self.expect(TokenKind::Colon)?;
        let span = self.since(start);
        let labelled = Box::new(self.labelled()?);
        Ok(Stmt {
            kind: StmtKind::Default(labelled),
            span,
        })
    }

    /// goto = "goto" name ";"
    fn goto(&mut self) -> Parse<Stmt> {
        let start = self.advance().span;
        if self.kind() == TokenKind::Star {
            return Err(self.error_here("computed `goto` is not supported"));
        }
        let label = self.ident()?;
        self.expect_semi("`goto`")?;
        Ok(Stmt {
            kind: StmtKind::Goto(label),
            span: self.since(start),
        })
    }

    /// jump = ("break" | "continue") ";"
    fn jump(&mut self, kind: StmtKind, name: &str) -> Parse<Stmt> {
        let start = self.advance().span;
        self.expect_semi(name)?;
        Ok(Stmt {
            kind,
            span: self.since(start),
        })
    }

    /// return = "return" expression? ";"
    fn return_(&mut self) -> Parse<Stmt> {
        let start = self.advance().span;
        let value = match self.kind() {
            TokenKind::Semi | TokenKind::RBrace => None,
            _ => Some(self.expression()?),
        };
        self.expect_semi("`return`")?;
        Ok(Stmt {
            kind: StmtKind::Return(value),
            span: self.since(start),
        })
    }
}
