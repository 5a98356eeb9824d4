//! `sizeof` and its kin, `_Generic`, compound literals, statement expressions.

use super::rules::{compatible, is_function};
use super::scope::Region;
use super::tree::{Base, Expr, Inner, LocalId, Node, Place, Stmt};
use super::{Checked, Lower, fold};
use crate::program::types::{Type, TypeId};
use crate::syntax::ast::{self, Block, BlockItem, Designator, InitItem, StmtKind, TypeExpr};
use crate::syntax::source::Span;

impl Lower {
    fn size_constant(&self, value: u64, span: Span) -> Expr {
        fold::constant(&self.types, value, self.basic.ulong, span)
    }

    fn size_of(&mut self, ty: TypeId, span: Span) -> Checked<Expr> {
        let size = match self.types.get(ty) {
            Type::Void | Type::Function { .. } => 1,
            Type::Int(..) | Type::Pointer(_) | Type::Array(..) | Type::Record(_) => {
                self.complete_size(ty, span)?
            }
        };
        Ok(self.size_constant(size, span))
    }

    /// `sizeof operand`
    pub fn sizeof_expr(&mut self, operand: &ast::Expr, span: Span) -> Checked<Expr> {
        let operand = self.unevaluated(|lower| lower.expr(operand))?;
        if operand.place().is_some_and(|place| place.bits.is_some()) {
            return self.fail(span, "`sizeof` applied to a bit-field");
        }
        self.size_of(operand.ty, span)
    }

    /// `sizeof(type)`
    pub fn sizeof_type(&mut self, ty: &TypeExpr, span: Span) -> Checked<Expr> {
        let ty = self.unevaluated(|lower| lower.resolve(ty, span))?;
        self.size_of(ty, span)
    }

    /// `_Alignof(type)`
    pub fn alignof_type(&mut self, ty: &TypeExpr, span: Span) -> Checked<Expr> {
        let ty = self.unevaluated(|lower| lower.resolve(ty, span))?;
        if !is_function(&self.types, ty) && ty != self.basic.void {
            self.complete_size(ty, span)?;
        }
        Ok(self.size_constant(self.types.align(ty), span))
    }

    /// `__builtin_offsetof(type, path)`
    pub fn offsetof(&mut self, ty: &TypeExpr, path: &[Designator], span: Span) -> Checked<Expr> {
        let mut ty = self.resolve(ty, span)?;
        let mut offset = 0;
        for step in path {
            let (inner, more) = self.offset_step(ty, step, span)?;
            ty = inner;
            offset += more;
        }
        Ok(self.size_constant(offset, span))
    }

    fn offset_step(&mut self, ty: TypeId, step: &Designator, span: Span) -> Checked<(TypeId, u64)> {
        let name = self.type_name(ty);
        match (step, self.types.get(ty)) {
            (Designator::Member(member), &Type::Record(id)) => {
                self.complete_size(ty, span)?;
                match self.types.find_field(self.types.record(id), &member.name) {
                    Some(field) if field.bits.is_none() => Ok((field.ty, field.offset)),
                    Some(_) => self.fail(member.span, "`offsetof` applied to a bit-field"),
                    None => {
                        let message = format!("`{name}` has no member `{}`", member.name);
                        self.fail(member.span, message)
                    }
                }
            }
            (Designator::Index(index), &Type::Array(element, _)) => {
                let index = self.integer_constant(index, "index in `offsetof`")?;
                let size = self.complete_size(element, span)?;
                Ok((element, index.wrapping_mul(size) & 0xffff_ffff))
            }
            _ => self.fail(span, format!("`{name}` has no such member")),
        }
    }

    /// `__builtin_types_compatible_p(a, b)`
    pub fn types_compatible(&mut self, a: &TypeExpr, b: &TypeExpr, span: Span) -> Checked<Expr> {
        let (a, b) = self.unevaluated(|lower| (lower.resolve(a, span), lower.resolve(b, span)));
        let same = compatible(&self.types, a?, b?);
        Ok(fold::constant(
            &self.types,
            same.into(),
            self.basic.int,
            span,
        ))
    }

    /// `__builtin_choose_expr(condition, then, otherwise)`
    pub fn choose_expr(
        &mut self,
        condition: &ast::Expr,
        then: &ast::Expr,
        otherwise: &ast::Expr,
    ) -> Checked<Expr> {
        let condition = self.integer_constant_expr(condition, "condition of `choose_expr`")?;
        let (chosen, other) = if condition.constant() == Some(0) {
            (otherwise, then)
        } else {
            (then, otherwise)
        };
        let chosen = self.expr(chosen);
        self.unevaluated(|lower| lower.expr(other))?;
        chosen
    }

    /// `__builtin_constant_p(operand)`
    pub fn constant_p(&mut self, operand: &ast::Expr, span: Span) -> Checked<Expr> {
        let operand = self.unevaluated(|lower| lower.expr(operand))?;
        let known = operand.constant().is_some();
        Ok(fold::constant(
            &self.types,
            known.into(),
            self.basic.int,
            span,
        ))
    }

    /// `_Generic(control, type: expr, …)`
    pub fn generic(
        &mut self,
        control: &ast::Expr,
        choices: &[(Option<TypeExpr>, ast::Expr)],
        span: Span,
    ) -> Checked<Expr> {
        let control = self.unevaluated(|lower| lower.rvalue(control))?;
        let mut chosen = None;
        let mut default = None;
        for (idx, (ty, _)) in choices.iter().enumerate() {
            let Some(ty) = ty else {
                if default.replace(idx).is_some() {
                    return self.fail(span, "two `default` in `_Generic`");
                }
                continue;
            };
            let ty = self.resolve(ty, span)?;
            if compatible(&self.types, ty, control.ty) && chosen.replace(idx).is_some() {
                return self.fail(span, "two compatible types in `_Generic`");
            }
        }
        let Some(chosen) = chosen.or(default) else {
            let name = self.type_name(control.ty);
            return self.fail(span, format!("`_Generic` has no choice for `{name}`"));
        };
        for (_, other) in choices
            .iter()
            .enumerate()
            .filter(|(i, _)| *i != chosen)
            .map(|c| c.1)
        {
            self.unevaluated(|lower| lower.expr(other))?;
        }
        self.expr(&choices[chosen].1)
    }

    /// `(type){ … }`
    pub fn compound_literal(
        &mut self,
        ty: &TypeExpr,
        items: &[InitItem],
        span: Span,
    ) -> Checked<Expr> {
        let ty = self.resolve(ty, span)?;
        if is_function(&self.types, ty) || ty == self.basic.void {
            return self.fail(span, "compound literal of this type");
        }
        if self.function.is_none() {
            let id = self.static_literal(ty, items, span)?;
            let ty = self.objects[id.0 as usize].ty;
            return Ok(Expr {
                node: Node::Place(Place::object(id)),
                ty,
                span,
            });
        }
        let id = self.hidden_local(ty);
        let (init, ty) = self.local_list(id, ty, items, span)?;
        let base = Base::Literal(id, Box::new(init));
        Ok(Expr {
            node: Node::Place(Place {
                base,
                offset: 0,
                bits: None,
            }),
            ty,
            span,
        })
    }

    /// `({ … })`
    pub fn statement_expr(&mut self, block: &Block, span: Span) -> Checked<Expr> {
        if self.scopes.at_file_level() {
            return self.fail(span, "statement expression outside of a function");
        }
        let Some(context) = self.function.as_mut() else {
            return self.fail(span, "statement expression outside of a function");
        };
        let first_local = context.locals.len();
        context.n_regions += 1;
        context.regions.push(Region::Inner(context.n_regions));
        self.scopes.open();
        let result = self.inner_items(block);
        self.scopes.close();
        let context = self.function.as_mut().ok_or(super::Reported)?;
        context.regions.pop();
        let locals: Vec<_> = (first_local..context.locals.len())
            .map(|idx| LocalId(idx as u32))
            .collect();
        let (body, value) = result?;
        let ty = value.as_ref().map_or(self.basic.void, |value| value.ty);
        let value = match value {
            // Nothing but an expression: no need for the braces, which make no constant though.
            Some(value)
                if body.is_empty() && locals.is_empty() && fold::truth(&value).is_none() =>
            {
                return Ok(Expr {
                    span,
                    ..fold::no_lvalue(&self.types, value)
                });
            }
            other => other,
        };
        Ok(Expr {
            node: Node::Block(Box::new(Inner {
                body,
                value,
                locals,
            })),
            ty,
            span,
        })
    }

    fn inner_items(&mut self, block: &Block) -> Checked<(Vec<Stmt>, Option<Expr>)> {
        let mut items = block.items.as_slice();
        let mut last = None;
        if let Some((BlockItem::Stmt(stmt), before)) = items.split_last()
            && let StmtKind::Expr(expr) = &stmt.kind
        {
            (items, last) = (before, Some(expr));
        }
        let body = self.block_items(items);
        let value = last.map(|expr| self.rvalue(expr)).transpose();
        Ok((body?, value?))
    }
}
