//! Operators, with C's conversions of their operands.

use super::rules::{self, is_integer, is_record, is_scalar, pointee};
use super::tree::{Expr, Node, Place, Update};
use super::{Checked, Lower, fold};
use crate::program::types::{Type, TypeId};
use crate::program::{BinaryOp, Kind, UnaryOp};
use crate::syntax::ast;
use crate::syntax::source::Span;

/// The machine's operator for C's; `None` for `&&` and `||`.
fn machine_op(op: ast::BinaryOp) -> Option<BinaryOp> {
    Some(match op {
        ast::BinaryOp::Mul => BinaryOp::Mul,
        ast::BinaryOp::Div => BinaryOp::Div,
        ast::BinaryOp::Rem => BinaryOp::Rem,
        ast::BinaryOp::Add => BinaryOp::Add,
        ast::BinaryOp::Sub => BinaryOp::Sub,
        ast::BinaryOp::Shl => BinaryOp::Shl,
        ast::BinaryOp::Shr => BinaryOp::Shr,
        ast::BinaryOp::Lt => BinaryOp::Lt,
        ast::BinaryOp::Gt => BinaryOp::Gt,
        ast::BinaryOp::Le => BinaryOp::Le,
        ast::BinaryOp::Ge => BinaryOp::Ge,
        ast::BinaryOp::Eq => BinaryOp::Eq,
        ast::BinaryOp::Ne => BinaryOp::Ne,
        ast::BinaryOp::And => BinaryOp::And,
        ast::BinaryOp::Xor => BinaryOp::Xor,
        ast::BinaryOp::Or => BinaryOp::Or,
        ast::BinaryOp::LogAnd | ast::BinaryOp::LogOr => return None,
    })
}

impl Lower {
    /// `lhs op rhs`
    pub fn binary(
        &mut self,
        op: ast::BinaryOp,
        lhs: &ast::Expr,
        rhs: &ast::Expr,
        span: Span,
    ) -> Checked<Expr> {
        let Some(machine) = machine_op(op) else {
            let (lhs, rhs) = (self.scalar(lhs), self.scalar(rhs));
            let (lhs, rhs) = (lhs?, rhs?);
            let build = if op == ast::BinaryOp::LogAnd {
                fold::and
            } else {
                fold::or
            };
            return Ok(build(lhs, rhs, self.basic.int, span));
        };
        let (lhs, rhs) = (self.scalar(lhs), self.scalar(rhs));
        let (lhs, rhs) = (lhs?, rhs?);
        match machine {
            BinaryOp::Eq | BinaryOp::Ne => self.comparison(machine, lhs, rhs, span),
            BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => {
                self.comparison(machine, lhs, rhs, span)
            }
            BinaryOp::Add | BinaryOp::Sub => self.additive(machine, lhs, rhs, span),
            BinaryOp::Shl | BinaryOp::Shr => self.shift(machine, lhs, rhs, span),
            BinaryOp::Mul
            | BinaryOp::Div
            | BinaryOp::Rem
            | BinaryOp::And
            | BinaryOp::Or
            | BinaryOp::Xor => self.arithmetic(machine, lhs, rhs, span),
        }
    }

    fn invalid_operands<T>(&mut self, lhs: &Expr, rhs: &Expr, span: Span) -> Checked<T> {
        let (lhs, rhs) = (self.type_name(lhs.ty), self.type_name(rhs.ty));
        self.fail(span, format!("invalid operands: `{lhs}` and `{rhs}`"))
    }

    fn both_integers(&self, lhs: &Expr, rhs: &Expr) -> bool {
        is_integer(&self.types, lhs.ty) && is_integer(&self.types, rhs.ty)
    }

    /// The usual arithmetic conversions.
    fn balance(&mut self, lhs: Expr, rhs: Expr) -> (Expr, Expr, TypeId, Kind) {
        let (lhs, rhs) = (self.promote(lhs), self.promote(rhs));
        let ty = rules::common(&mut self.types, &self.basic, lhs.ty, rhs.ty);
        let kind = rules::kind(&self.types, ty).unwrap_or(Kind::I32);
        (self.convert(lhs, ty), self.convert(rhs, ty), ty, kind)
    }

    fn arithmetic(&mut self, op: BinaryOp, lhs: Expr, rhs: Expr, span: Span) -> Checked<Expr> {
        if !self.both_integers(&lhs, &rhs) {
            return self.invalid_operands(&lhs, &rhs, span);
        }
        let (lhs, rhs, ty, kind) = self.balance(lhs, rhs);
        Ok(fold::binary(op, kind, lhs, rhs, ty, span))
    }

    fn shift(&mut self, op: BinaryOp, lhs: Expr, rhs: Expr, span: Span) -> Checked<Expr> {
        if !self.both_integers(&lhs, &rhs) {
            return self.invalid_operands(&lhs, &rhs, span);
        }
        let (lhs, rhs) = (self.promote(lhs), self.promote(rhs));
        let ty = lhs.ty;
        let kind = rules::kind(&self.types, ty).unwrap_or(Kind::I32);
        Ok(fold::binary(op, kind, lhs, rhs, ty, span))
    }

    fn additive(&mut self, op: BinaryOp, lhs: Expr, rhs: Expr, span: Span) -> Checked<Expr> {
        let (left, right) = (pointee(&self.types, lhs.ty), pointee(&self.types, rhs.ty));
        match (left, right, op) {
            (None, None, _) => self.arithmetic(op, lhs, rhs, span),
            (Some(_), None, _) => self.pointer_plus(op, lhs, rhs, span),
            (None, Some(_), BinaryOp::Add) => self.pointer_plus(op, rhs, lhs, span),
            (Some(a), Some(b), BinaryOp::Sub) if rules::compatible(&self.types, a, b) => {
                self.pointer_difference(a, lhs, rhs, span)
            }
            _ => self.invalid_operands(&lhs, &rhs, span),
        }
    }

    /// The distance of neighbours behind a pointer; GNU C counts `void` and functions as 1.
    fn stride(&mut self, pointer: TypeId, span: Span) -> Checked<u64> {
        match pointee(&self.types, pointer) {
            Some(to) if matches!(self.types.get(to), Type::Void | Type::Function { .. }) => Ok(1),
            Some(to) => self.complete_size(to, span),
            None => Ok(1),
        }
    }

    /// An index as a number of bytes.
    pub fn scaled(&mut self, index: Expr, size: u64) -> Expr {
        let span = index.span;
        let index = self.promote(index);
        let index = self.convert(index, self.basic.long);
        if size == 1 {
            return index;
        }
        let size = fold::constant(&self.types, size, self.basic.long, span);
        fold::binary(BinaryOp::Mul, Kind::I64, index, size, self.basic.long, span)
    }

    /// `pointer + index`, `pointer - index`
    pub fn pointer_plus(
        &mut self,
        op: BinaryOp,
        pointer: Expr,
        index: Expr,
        span: Span,
    ) -> Checked<Expr> {
        if !is_integer(&self.types, index.ty) {
            return self.invalid_operands(&pointer, &index, span);
        }
        let ty = pointer.ty;
        let size = self.stride(ty, pointer.span)?;
        let offset = self.scaled(index, size);
        Ok(fold::binary(op, Kind::U64, pointer, offset, ty, span))
    }

    fn pointer_difference(
        &mut self,
        to: TypeId,
        lhs: Expr,
        rhs: Expr,
        span: Span,
    ) -> Checked<Expr> {
        let long = self.basic.long;
        let size = if matches!(self.types.get(to), Type::Void) {
            1
        } else {
            0
        };
        let size = if size == 1 {
            1
        } else {
            self.complete_size(to, span)?
        };
        if size == 0 {
            return self.fail(span, "difference of pointers to objects without size");
        }
        let bytes = fold::binary(BinaryOp::Sub, Kind::I64, lhs, rhs, long, span);
        if size == 1 {
            return Ok(bytes);
        }
        let size = fold::constant(&self.types, size, long, span);
        Ok(fold::binary(
            BinaryOp::Div,
            Kind::I64,
            bytes,
            size,
            long,
            span,
        ))
    }

    fn comparison(&mut self, op: BinaryOp, lhs: Expr, rhs: Expr, span: Span) -> Checked<Expr> {
        let int = self.basic.int;
        if self.both_integers(&lhs, &rhs) {
            let (lhs, rhs, _, kind) = self.balance(lhs, rhs);
            return Ok(fold::binary(op, kind, lhs, rhs, int, span));
        }
        let fits = match (pointee(&self.types, lhs.ty), pointee(&self.types, rhs.ty)) {
            (Some(a), Some(b)) => rules::interchangeable(&self.types, a, b),
            (Some(_), None) => self.is_null_constant(&rhs),
            (None, Some(_)) => self.is_null_constant(&lhs),
            (None, None) => false,
        };
        if !fits {
            let (lhs, rhs) = (self.type_name(lhs.ty), self.type_name(rhs.ty));
            return self.fail(
                span,
                format!("comparison of `{lhs}` with `{rhs}` without a cast"),
            );
        }
        Ok(fold::binary(op, Kind::U64, lhs, rhs, int, span))
    }

    /// `op operand`
    pub fn unary(&mut self, op: ast::UnaryOp, operand: &ast::Expr, span: Span) -> Checked<Expr> {
        match op {
            ast::UnaryOp::Addr => self.address_of(operand, span),
            ast::UnaryOp::Deref => self.dereference(operand, span),
            ast::UnaryOp::LogNot => {
                let operand = self.scalar(operand)?;
                Ok(fold::unary(
                    UnaryOp::LogNot,
                    Kind::I32,
                    operand,
                    self.basic.int,
                    span,
                ))
            }
            ast::UnaryOp::Plus => {
                let operand = self.integer_operand(operand, span)?;
                Ok(Expr {
                    span,
                    ..fold::no_lvalue(&self.types, operand)
                })
            }
            ast::UnaryOp::Neg => self.arithmetic_unary(UnaryOp::Neg, operand, span),
            ast::UnaryOp::Not => self.arithmetic_unary(UnaryOp::Not, operand, span),
        }
    }

    fn arithmetic_unary(&mut self, op: UnaryOp, operand: &ast::Expr, span: Span) -> Checked<Expr> {
        let operand = self.integer_operand(operand, span)?;
        let ty = operand.ty;
        let kind = rules::kind(&self.types, ty).unwrap_or(Kind::I32);
        Ok(fold::unary(op, kind, operand, ty, span))
    }

    fn integer_operand(&mut self, operand: &ast::Expr, span: Span) -> Checked<Expr> {
        let operand = self.scalar(operand)?;
        if !is_integer(&self.types, operand.ty) {
            let name = self.type_name(operand.ty);
            return self.fail(span, format!("an integer is needed here, not `{name}`"));
        }
        Ok(self.promote(operand))
    }

    /// The place an assignment writes to.
    fn target(&mut self, expr: &ast::Expr) -> Checked<(Place, TypeId, Span)> {
        let expr = self.expr(expr)?;
        let assignable = is_scalar(&self.types, expr.ty) || is_record(&self.types, expr.ty);
        let span = expr.span;
        match expr.node {
            Node::Place(place) if assignable && place.is_lvalue() => Ok((place, expr.ty, span)),
            Node::Place(place) if place.is_lvalue() => {
                let name = self.type_name(expr.ty);
                self.fail(span, format!("`{name}` cannot be assigned to"))
            }
            _ => self.fail(span, "not an lvalue: nothing can be assigned to it"),
        }
    }

    /// `place = value`
    pub fn assign(&mut self, place: &ast::Expr, value: &ast::Expr, span: Span) -> Checked<Expr> {
        let (place, value) = (self.target(place), self.rvalue(value));
        let ((place, ty, place_span), value) = (place?, value?);
        if is_record(&self.types, ty) {
            self.complete_size(ty, place_span)?;
        }
        let value = self.assign_convert(value, ty, "assignment")?;
        Ok(Expr {
            node: Node::Assign(place, Box::new(value)),
            ty,
            span,
        })
    }

    /// `place op= value`
    pub fn update(
        &mut self,
        op: ast::BinaryOp,
        place: &ast::Expr,
        value: &ast::Expr,
        span: Span,
    ) -> Checked<Expr> {
        let (place, value) = (self.target(place), self.scalar(value));
        let ((place, ty, _), rhs) = (place?, value?);
        let Some(op) = machine_op(op) else {
            return self.fail(span, "no such assignment operator");
        };
        self.update_node(op, place, ty, rhs, false, span)
    }

    /// `++place`, `place++` and their opposites
    pub fn inc_dec(
        &mut self,
        op: ast::BinaryOp,
        prefix: bool,
        place: &ast::Expr,
        span: Span,
    ) -> Checked<Expr> {
        let (place, ty, _) = self.target(place)?;
        let op = if op == ast::BinaryOp::Add {
            BinaryOp::Add
        } else {
            BinaryOp::Sub
        };
        let one = fold::constant(&self.types, 1, self.basic.int, span);
        self.update_node(op, place, ty, one, !prefix, span)
    }

    fn update_node(
        &mut self,
        op: BinaryOp,
        place: Place,
        ty: TypeId,
        rhs: Expr,
        old: bool,
        span: Span,
    ) -> Checked<Expr> {
        let current = Expr {
            node: Node::Place(place.clone()),
            ty,
            span,
        };
        let (compute, rhs) = match (pointee(&self.types, ty), op) {
            (Some(_), BinaryOp::Add | BinaryOp::Sub) if is_integer(&self.types, rhs.ty) => {
                let size = self.stride(ty, span)?;
                (ty, self.scaled(rhs, size))
            }
            (None, BinaryOp::Shl | BinaryOp::Shr) if self.both_integers(&current, &rhs) => {
                (self.promote(current).ty, self.promote(rhs))
            }
            (None, _) if self.both_integers(&current, &rhs) => {
                let (_, rhs, ty, _) = self.balance(current, rhs);
                (ty, rhs)
            }
            _ => return self.invalid_operands(&current, &rhs, span),
        };
        let update = Update {
            place,
            op,
            compute,
            rhs,
            old,
        };
        Ok(Expr {
            node: Node::Update(Box::new(update)),
            ty,
            span,
        })
    }

    /// `condition ? then : otherwise`
    pub fn conditional(
        &mut self,
        condition: &ast::Expr,
        then: &ast::Expr,
        otherwise: &ast::Expr,
        span: Span,
    ) -> Checked<Expr> {
        let condition = self.scalar(condition);
        let (then, otherwise) = (self.rvalue(then), self.rvalue(otherwise));
        let (condition, then, otherwise) = (condition?, then?, otherwise?);
        let (then, otherwise, ty) = self.unify(then, otherwise, span)?;
        let chosen = match fold::truth(&condition) {
            Some(true) => then,
            Some(false) => otherwise,
            None => {
                let node =
                    Node::Conditional(Box::new(condition), Box::new(then), Box::new(otherwise));
                return Ok(Expr { node, ty, span });
            }
        };
        Ok(Expr {
            span,
            ..fold::no_lvalue(&self.types, chosen)
        })
    }

    /// `value ?: otherwise`
    pub fn or_else(
        &mut self,
        value: &ast::Expr,
        otherwise: &ast::Expr,
        span: Span,
    ) -> Checked<Expr> {
        let (value, otherwise) = (self.scalar(value), self.rvalue(otherwise));
        let (value, otherwise) = (value?, otherwise?);
        let truth = fold::truth(&value);
        let (value, otherwise, ty) = self.unify(value, otherwise, span)?;
        let node = match truth {
            Some(true) => return Ok(Expr { span, ..value }),
            Some(false) => {
                return Ok(Expr {
                    span,
                    ..fold::no_lvalue(&self.types, otherwise)
                });
            }
            None => Node::OrElse(Box::new(value), Box::new(otherwise)),
        };
        Ok(Expr { node, ty, span })
    }

    /// Converts the two results of a conditional to their common type.
    fn unify(&mut self, a: Expr, b: Expr, span: Span) -> Checked<(Expr, Expr, TypeId)> {
        if self.both_integers(&a, &b) {
            let (a, b, ty, _) = self.balance(a, b);
            return Ok((a, b, ty));
        }
        let void = self.basic.void;
        if a.ty == void || b.ty == void {
            return Ok((self.convert(a, void), self.convert(b, void), void));
        }
        if a.ty == b.ty && is_record(&self.types, a.ty) {
            let ty = a.ty;
            return Ok((a, b, ty));
        }
        let ty = match (pointee(&self.types, a.ty), pointee(&self.types, b.ty)) {
            (Some(_), _) if self.is_null_constant(&b) => Some(a.ty),
            (_, Some(_)) if self.is_null_constant(&a) => Some(b.ty),
            (Some(to), Some(other)) if to == void || other == void => Some(self.basic.void_pointer),
            (Some(to), Some(other)) if rules::compatible(&self.types, to, other) => Some(a.ty),
            _ => None,
        };
        match ty {
            Some(ty) => Ok((self.convert(a, ty), self.convert(b, ty), ty)),
            None => {
                let (a, b) = (self.type_name(a.ty), self.type_name(b.ty));
                self.fail(
                    span,
                    format!("the two results have different types: `{a}` and `{b}`"),
                )
            }
        }
    }

    /// `lhs, rhs`
    pub fn comma(&mut self, lhs: &ast::Expr, rhs: &ast::Expr, span: Span) -> Checked<Expr> {
        let (lhs, rhs) = (self.rvalue(lhs), self.rvalue(rhs));
        let (lhs, rhs) = (lhs?, rhs?);
        let ty = rhs.ty;
        let effect = fold::discard(lhs);
        // A comma makes no constant, even of constants.
        if effect.is_none() && fold::truth(&rhs).is_none() {
            let rhs = fold::no_lvalue(&self.types, rhs);
            return Ok(Expr { span, ..rhs });
        }
        let nothing = Expr {
            node: Node::Nothing,
            ty: self.basic.void,
            span,
        };
        let lhs = Box::new(effect.unwrap_or(nothing));
        Ok(Expr {
            node: Node::Comma(lhs, Box::new(rhs)),
            ty,
            span,
        })
    }
}
