//! Declarators, with and without a name: `*a[3]`, `(*f)(int)`, `int (*)[2]`.

use super::attribute::Attributes;
use super::*;

/// Whether a declarator must, may or must not have a name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    Required,
    Optional,
    Forbidden,
}

/// A declarator taken apart: what is done to the type, from the name outwards.
struct Declarator {
    name: Option<Ident>,
    steps: Vec<Step>,
}

enum Step {
    Pointer,
    Array(Option<Box<Expr>>),
    Function { params: Vec<Param>, variadic: bool },
}

impl Parser<'_> {
    /// A declarator with a name.
    pub(super) fn named_declarator(&mut self, base: TypeExpr) -> Parse<(Ident, TypeExpr)> {
        match self.declarator(base, Naming::Required)? {
            (Some(name), ty) => Ok((name, ty)),
            (None, _) => Err(self.expected("a name")),
        }
    }

    /// declarator = pointer* (name | "(" declarator ")")? suffix*
    pub(super) fn declarator(
        &mut self,
        base: TypeExpr,
        naming: Naming,
    ) -> Parse<(Option<Ident>, TypeExpr)> {
        let declarator = self.nest(|p| p.declarator_steps(naming))?;
        let ty = declarator
            .steps
            .into_iter()
            .rev()
            .fold(base, |ty, step| match step {
                Step::Pointer => TypeExpr::Pointer(Box::new(ty)),
                Step::Array(length) => TypeExpr::Array(Box::new(ty), length),
                Step::Function { params, variadic } => TypeExpr::Function(Box::new(FunctionType {
                    ret: ty,
                    params,
                    variadic,
                })),
            });
        Ok((declarator.name, ty))
    }

    fn declarator_steps(&mut self, naming: Naming) -> Parse<Declarator> {
        let n_pointers = self.pointers()?;
        let mut declarator = self.direct_declarator(naming)?;
        self.suffixes(&mut declarator.steps)?;
        declarator
            .steps
            .extend((0..n_pointers).map(|_| Step::Pointer));
        if declarator.steps.len() > NESTING_MAX {
            return Err(self.fatal_here("nested more than 200 levels deep"));
        }
        Ok(declarator)
    }

    /// pointer = "*" (qualifier | attributes)*
    fn pointers(&mut self) -> Parse<usize> {
        let mut n_pointers = 0;
        loop {
            match self.keyword() {
                Some(Keyword::Const | Keyword::Volatile | Keyword::Restrict) if n_pointers > 0 => {
                    self.advance();
                }
                Some(Keyword::Attribute) => drop(self.attributes()?),
                Some(Keyword::Atomic) => {
                    return Err(self.error_here("`_Atomic` is not supported"));
                }
                _ if self.accept(TokenKind::Star) => n_pointers += 1,
                _ => return Ok(n_pointers),
            }
        }
    }

    fn direct_declarator(&mut self, naming: Naming) -> Parse<Declarator> {
        let token = self.token();
        if naming != Naming::Forbidden && self.is_name(token) {
            self.advance();
            return Ok(Declarator {
                name: Some(self.ident_of(token)),
                steps: Vec::new(),
            });
        }
        if token.kind == TokenKind::LParen && self.is_nested_declarator(naming) {
            self.advance();
            let inner = self.nest(|p| p.declarator_steps(naming))?;
            self.expect(TokenKind::RParen)?;
            return Ok(inner);
        }
        if naming == Naming::Required {
            return Err(self.expected("a name"));
        }
        Ok(Declarator {
            name: None,
            steps: Vec::new(),
        })
    }

    /// Whether this `(` groups a declarator; otherwise it begins parameters.
    fn is_nested_declarator(&self, naming: Naming) -> bool {
        let next = self.peek(1);
        match next.kind {
            TokenKind::Star | TokenKind::LParen | TokenKind::LBracket => true,
            TokenKind::Ident if self.keyword_of(next) == Some(Keyword::Attribute) => true,
            TokenKind::Ident if self.starts_type(next) => {
                naming == Naming::Required && self.is_name(next)
            }
            TokenKind::Ident => naming != Naming::Forbidden && !self.starts_type(self.peek(2)),
            _ => false,
        }
    }

    /// suffix = "[" … "]" | "(" parameters ")"
    fn suffixes(&mut self, steps: &mut Vec<Step>) -> Parse<()> {
        loop {
            match self.kind() {
                TokenKind::LBracket => {
                    let length = self.array_suffix()?;
                    steps.push(Step::Array(length));
                }
                TokenKind::LParen => {
                    let step = self.in_scope(Parser::parameters)?;
                    steps.push(step);
                }
                _ => return Ok(()),
            }
        }
    }

    /// array = "[" ("static" | qualifier)* expression? "]"
    fn array_suffix(&mut self) -> Parse<Option<Box<Expr>>> {
        use Keyword::{Const, Restrict, Static, Volatile};
        self.advance();
        let mut needs_length = false;
        while let Some(keyword @ (Const | Restrict | Static | Volatile)) = self.keyword() {
            needs_length |= keyword == Static;
            self.advance();
        }
        if self.kind() == TokenKind::Star && self.peek(1).kind == TokenKind::RBracket {
            return Err(self.error_here("variable length arrays are not supported"));
        }
        let mut length = None;
        if needs_length || self.kind() != TokenKind::RBracket {
            length = Some(Box::new(self.assignment()?));
        }
        self.expect(TokenKind::RBracket)?;
        Ok(length)
    }

    /// parameters = "(" ("void" | parameter ("," parameter)* ("," "...")?)? ")"
    fn parameters(&mut self) -> Parse<Step> {
        self.advance();
        let mut params = Vec::new();
        let mut variadic = false;
        let only_void = self.at_keyword(Keyword::Void) && self.peek(1).kind == TokenKind::RParen;
        if only_void {
            self.advance();
        }
        while self.kind() != TokenKind::RParen {
            if self.kind() == TokenKind::Ellipsis {
                if params.is_empty() {
                    return Err(self.error_here("a parameter must stand before `...`"));
                }
                self.advance();
                variadic = true;
                break;
            }
            params.push(self.parameter()?);
            if !self.accept(TokenKind::Comma) {
                break;
            }
            if self.kind() == TokenKind::RParen {
                return Err(self.expected("a parameter"));
            }
        }
        self.expect(TokenKind::RParen)?;
        Ok(Step::Function { params, variadic })
    }

    /// parameter = specifiers declarator? attributes
    fn parameter(&mut self) -> Parse<Param> {
        let start = self.token().span;
        let specified = self.specifiers()?;
        if specified.specs != Specifiers::default() || specified.auto_type {
            return Err(self.error(specified.span, "a parameter has no storage class"));
        }
        let (name, ty) = self.declarator(specified.ty, Naming::Optional)?;
        let _: Attributes = self.attributes()?;
        if let Some(name) = &name {
            self.declare_name(name);
        }
        Ok(Param {
            name,
            ty,
            span: self.since(start),
        })
    }

    /// Declares a variable, function or parameter.
    pub(super) fn declare_name(&mut self, name: &Ident) {
        if let Some(symbol) = self.symbols.find(&name.name) {
            self.declare(symbol, NameKind::Other);
        }
    }

    /// type-name = specifiers abstract-declarator
    pub(super) fn type_name(&mut self) -> Parse<TypeExpr> {
        let specified = self.specifiers()?;
        if specified.specs != Specifiers::default() || specified.auto_type {
            return Err(self.error(specified.span, "a type name has no storage class"));
        }
        Ok(self.declarator(specified.ty, Naming::Forbidden)?.1)
    }
}
