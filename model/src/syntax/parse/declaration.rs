//! Declarations and function definitions.

use super::attribute::Attributes;
use super::specifier::Specified;
use super::*;

impl Parser<'_> {
    /// file-level-declaration = specifiers (function-body | declarators ";")
    pub(super) fn file_level_declaration(&mut self) -> Parse<Item> {
        let start = self.token().span;
        let mut specified = self.specifiers()?;
        if self.kind() == TokenKind::Semi || self.is_forgotten_semi(&specified.ty) {
            return self
                .declaration_rest(specified, start)
                .map(Item::Declaration);
        }
        let leading = self.attributes()?;
        specified.attributes.merge(leading);
        let base = self.take_base(&mut specified)?;
        let (name, ty) = self.named_declarator(base)?;
        let attributes = self.declarator_attributes()?;
        if self.kind() == TokenKind::LBrace {
            return self.function(specified, name, ty).map(Item::Function);
        }
        if matches!(ty, TypeExpr::Function(_)) && self.starts_type(self.token()) {
            // Either an old-style definition or a forgotten `;`.
            let end = self.previous_span();
            let end = Span {
                start: end.end,
                ..end
            };
            return Err(self.error(end, "expected `;` or `{` after a function's parameters"));
        }
        self.init_declarators(specified, start, name, ty, attributes)
            .map(Item::Declaration)
    }

    /// function-body = block
    fn function(&mut self, specified: Specified, name: Ident, ty: TypeExpr) -> Parse<Function> {
        let TypeExpr::Function(function) = &ty else {
            return Err(self.expected("`=`, `,` or `;`"));
        };
        if function.variadic {
            self.error(
                name.span,
                "variadic functions cannot be defined here, only declared",
            );
        }
        if specified.specs.storage == Storage::Typedef {
            return Err(self.error(name.span, "a function definition is no typedef"));
        }
        self.declare_name(&name);
        self.nested_function = false;
        let body = self.in_scope(|p| {
            for param in &function.params {
                match &param.name {
                    Some(name) => p.declare_name(name),
                    None => drop(p.error(param.span, "this parameter has no name")),
                }
            }
            p.block()
        })?;
        Ok(Function {
            specs: specified.specs,
            name,
            ty,
            body,
        })
    }

    /// declaration = specifiers declarators? ";"
    pub(super) fn declaration(&mut self, leading: Attributes) -> Parse<Declaration> {
        let start = self.token().span;
        let mut specified = self.specifiers()?;
        specified.attributes.merge(leading);
        self.declaration_rest(specified, start)
    }

    fn declaration_rest(&mut self, mut specified: Specified, start: Span) -> Parse<Declaration> {
        if self.kind() == TokenKind::Semi || self.is_forgotten_semi(&specified.ty) {
            self.check_declares_something(&specified)?;
            self.expect_semi("a definition")?;
            let span = self.since(start);
            let Specified {
                specs, ty: base, ..
            } = specified;
            return Ok(Declaration {
                specs,
                base,
                declarators: Vec::new(),
                span,
            });
        }
        let leading = self.attributes()?;
        specified.attributes.merge(leading);
        let base = self.take_base(&mut specified)?;
        let (name, ty) = self.named_declarator(base)?;
        let attributes = self.declarator_attributes()?;
        self.init_declarators(specified, start, name, ty, attributes)
    }

    fn check_declares_something(&mut self, specified: &Specified) -> Parse<()> {
        let declares = match &specified.ty {
            TypeExpr::Record(record) => record.tag.is_some(),
            TypeExpr::Enum(_) => true,
            _ => false,
        };
        if declares && specified.specs.storage != Storage::Typedef {
            return Ok(());
        }
        Err(self.error(specified.span, "this declaration declares nothing"))
    }

    /// declarators = declarator ("=" initializer)? ("," declarator ("=" initializer)?)*, of which
    /// the first declarator has been read.
    fn init_declarators(
        &mut self,
        mut specified: Specified,
        start: Span,
        mut name: Ident,
        mut ty: TypeExpr,
        mut attributes: Attributes,
    ) -> Parse<Declaration> {
        let mut declarators = Vec::new();
        loop {
            declarators.push(self.init_declarator(&mut specified, name, ty, attributes)?);
            if !self.accept(TokenKind::Comma) {
                break;
            }
            let leading = self.attributes()?;
            let base = self.take_base(&mut specified)?;
            (name, ty) = self.named_declarator(base)?;
            attributes = self.declarator_attributes()?;
            attributes.merge(leading);
        }
        if self.kind() == TokenKind::LBrace && self.scopes.len() > 1 {
            let name = declarators.last().map(|d: &InitDeclarator| d.name.span);
            return Err(self.function_in_function(name));
        }
        self.expect_semi("a declaration")?;
        let Specified {
            specs, ty: base, ..
        } = specified;
        Ok(Declaration {
            specs,
            base,
            declarators,
            span: self.since(start),
        })
    }

    fn init_declarator(
        &mut self,
        specified: &mut Specified,
        name: Ident,
        mut ty: TypeExpr,
        attributes: Attributes,
    ) -> Parse<InitDeclarator> {
        if specified.specs.storage == Storage::Typedef {
            self.typedef(specified, &name, &mut ty, attributes)?;
            return Ok(InitDeclarator {
                name,
                ty,
                init: None,
                per_cpu: false,
            });
        }
        self.declare_name(&name);
        let size = self.size;
        let mut init = None;
        if self.accept(TokenKind::Assign) {
            init = Some(self.nest(Parser::initializer)?);
        }
        if specified.auto_type {
            ty = self.type_of_initializer(&name, init.as_ref(), self.size - size)?;
        }
        let per_cpu = specified.attributes.per_cpu || attributes.per_cpu;
        Ok(InitDeclarator {
            name,
            ty,
            init,
            per_cpu,
        })
    }

    fn typedef(
        &mut self,
        specified: &mut Specified,
        name: &Ident,
        ty: &mut TypeExpr,
        attributes: Attributes,
    ) -> Parse<()> {
        if self.kind() == TokenKind::Assign {
            return Err(self.error_here("a typedef has no initialiser"));
        }
        if let Some(aligned) = attributes
            .aligned
            .or_else(|| specified.attributes.aligned.take())
        {
            match ty {
                TypeExpr::Record(r) if r.members.is_some() => r.aligned = Some(aligned),
                _ => {
                    let message = "`aligned` on a typedef is not supported";
                    return Err(self.error(name.span, message));
                }
            }
        }
        if let Some(symbol) = self.symbols.find(&name.name) {
            self.declare(symbol, NameKind::Typedef);
        }
        Ok(())
    }

    /// `__auto_type x = e` is `typeof((0, e)) x = e`: the comma makes a value of `e`, so that
    /// arrays decay.
    fn type_of_initializer(
        &mut self,
        name: &Ident,
        init: Option<&Initializer>,
        size: usize,
    ) -> Parse<TypeExpr> {
        let Some(Initializer::Expr(value)) = init else {
            return Err(self.error(name.span, "`__auto_type` needs an initialiser"));
        };
        self.count_copy(size, "`__auto_type`")?;
        let span = value.span;
        let zero = Expr {
            kind: ExprKind::Int(0, IntType::Int),
            span,
        };
        let kind = ExprKind::Comma(Box::new(zero), Box::new(value.clone()));
        Ok(TypeExpr::TypeofExpr(Box::new(Expr { kind, span })))
    }

    /// What may stand between a declarator and its initialiser.
    fn declarator_attributes(&mut self) -> Parse<Attributes> {
        if self.at_keyword(Keyword::Asm) {
            return Err(self.error_here("assembler names are not supported"));
        }
        self.attributes()
    }

    /// Most often a `}` is missing above. The body is skipped, and the next such function is no
    /// further error.
    fn function_in_function(&mut self, name: Option<Span>) -> Reported {
        if !self.nested_function {
            self.nested_function = true;
            let span = name.unwrap_or(self.token().span);
            self.error(
                span,
                "a function inside a function: is a `}` missing above?",
            );
        }
        Reported
    }
}
