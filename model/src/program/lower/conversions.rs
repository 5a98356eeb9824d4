//! Conversions: decay, promotion, and those of assignment and cast.

use super::fold;
use super::rules::{self, is_function, is_integer, is_record, is_scalar};
use super::tree::{Base, Expr, Node, Place};
use super::{Checked, Lower};
use crate::program::Kind;
use crate::program::types::{Type, TypeId};
use crate::syntax::ast;

impl Lower {
    /// Analyses an expression for its value: arrays and functions become pointers.
    pub fn rvalue(&mut self, expr: &ast::Expr) -> Checked<Expr> {
        let expr = self.expr(expr)?;
        Ok(self.decay(expr))
    }

    /// Analyses an expression that has to have a value that fits a register.
    pub fn scalar(&mut self, expr: &ast::Expr) -> Checked<Expr> {
        let expr = self.rvalue(expr)?;
        if is_scalar(&self.types, expr.ty) {
            return Ok(expr);
        }
        if matches!(self.types.get(expr.ty), Type::Void) {
            return self.fail(expr.span, "void value used");
        }
        let name = self.type_name(expr.ty);
        self.fail(expr.span, format!("a scalar is needed here, not `{name}`"))
    }

    /// Arrays become pointers to their first element, functions pointers to themselves.
    pub fn decay(&mut self, expr: Expr) -> Expr {
        match *self.types.get(expr.ty) {
            Type::Function { .. } => Expr {
                ty: self.pointer_to(expr.ty),
                ..expr
            },
            Type::Array(element, _) => {
                let ty = self.pointer_to(element);
                let span = expr.span;
                let node = match expr.node {
                    Node::Place(place) => self.address_node(place),
                    other => other,
                };
                Expr { node, ty, span }
            }
            Type::Void | Type::Int(..) | Type::Pointer(_) | Type::Record(_) => expr,
        }
    }

    /// The address of a place, in the simplest form.
    pub fn address_node(&mut self, place: Place) -> Node {
        match place.base {
            Base::Object(id) => Node::Address(super::tree::Symbol::Object(id), place.offset),
            Base::Pointer(pointer) => {
                let (ty, span) = (pointer.ty, pointer.span);
                let offset = Expr {
                    node: Node::Const(place.offset as u64),
                    ty: self.basic.long,
                    span,
                };
                if place.offset == 0 {
                    return pointer.node_as_value();
                }
                fold::binary(
                    crate::program::BinaryOp::Add,
                    Kind::U64,
                    *pointer,
                    offset,
                    ty,
                    span,
                )
                .node
            }
            Base::Local(_) | Base::Value(_) | Base::Literal(..) => Node::AddressOf(place),
        }
    }

    /// The integer promotions, of bit-fields too; other types stay.
    pub fn promote(&mut self, expr: Expr) -> Expr {
        let ty = match expr.place().and_then(|place| place.bits) {
            Some((_, width)) if is_integer(&self.types, expr.ty) && width <= 32 => {
                let signed = rules::kind(&self.types, expr.ty).is_some_and(|k| k.signed());
                if width == 32 && !signed {
                    self.basic.uint
                } else {
                    self.basic.int
                }
            }
            _ => rules::promoted(&self.types, &self.basic, expr.ty),
        };
        self.convert(expr, ty)
    }

    /// Converts a scalar to a scalar type, or anything to `void`.
    pub fn convert(&mut self, expr: Expr, ty: TypeId) -> Expr {
        let span = expr.span;
        let (Some(from), Some(to)) = (
            rules::kind(&self.types, expr.ty),
            rules::kind(&self.types, ty),
        ) else {
            return self.convert_to_void(expr, ty);
        };
        match expr.node {
            Node::Const(value) => Expr {
                node: Node::Const(to.normalize(value)),
                ty,
                span,
            },
            Node::Address(..) if to == Kind::Bool => Expr {
                node: Node::Const(1),
                ty,
                span,
            },
            Node::Address(..) if to.size() == 8 => Expr { ty, ..expr },
            Node::Place(_) if expr.ty == ty => expr,
            Node::Place(_) => Expr {
                node: Node::Convert(Box::new(expr)),
                ty,
                span,
            },
            _ if from == to => Expr { ty, ..expr },
            _ => Expr {
                node: Node::Convert(Box::new(expr)),
                ty,
                span,
            },
        }
    }

    fn convert_to_void(&mut self, expr: Expr, ty: TypeId) -> Expr {
        let span = expr.span;
        let node = match fold::discard(expr) {
            Some(expr) => Node::Convert(Box::new(expr)),
            None => Node::Nothing,
        };
        Expr { node, ty, span }
    }

    /// Whether it is a null pointer constant.
    pub fn is_null_constant(&self, expr: &Expr) -> bool {
        expr.constant() == Some(0)
            && (is_integer(&self.types, expr.ty) || expr.ty == self.basic.void_pointer)
    }

    /// Converts as if by assignment; `what` begins the message when that is wrong.
    pub fn assign_convert(&mut self, expr: Expr, ty: TypeId, what: &str) -> Checked<Expr> {
        if self.assignable(&expr, ty) {
            return Ok(if is_record(&self.types, ty) {
                expr
            } else {
                self.convert(expr, ty)
            });
        }
        if matches!(self.types.get(expr.ty), Type::Void) {
            return self.fail(expr.span, "void value used");
        }
        let (from, to) = (self.type_name(expr.ty), self.type_name(ty));
        let pointers = rules::pointee(&self.types, expr.ty).is_some();
        let message = match (pointers, rules::pointee(&self.types, ty).is_some()) {
            (true, true) => format!("{what} makes `{to}` from incompatible pointer `{from}`"),
            (true, false) if is_integer(&self.types, ty) => {
                format!("{what} makes integer `{to}` from pointer `{from}` without a cast")
            }
            (false, true) if is_integer(&self.types, expr.ty) => {
                format!("{what} makes pointer `{to}` from integer `{from}` without a cast")
            }
            _ => format!("{what} makes `{to}` from incompatible type `{from}`"),
        };
        self.fail(expr.span, message)
    }

    fn assignable(&self, expr: &Expr, ty: TypeId) -> bool {
        match (self.types.get(expr.ty), self.types.get(ty)) {
            (Type::Int(..), Type::Int(..)) => true,
            (Type::Pointer(_), Type::Int(Kind::Bool, _)) => true,
            (Type::Int(..), Type::Pointer(_)) => self.is_null_constant(expr),
            (Type::Pointer(a), Type::Pointer(b)) => rules::interchangeable(&self.types, *a, *b),
            (Type::Record(a), Type::Record(b)) => a == b,
            _ => false,
        }
    }

    /// `(ty)expr`
    pub fn cast(&mut self, expr: Expr, ty: TypeId) -> Checked<Expr> {
        if matches!(self.types.get(ty), Type::Void) {
            return Ok(self.convert(expr, ty));
        }
        if is_record(&self.types, ty) && ty == expr.ty {
            return Ok(fold::no_lvalue(&self.types, expr));
        }
        let (from, to) = (self.type_name(expr.ty), self.type_name(ty));
        if !is_scalar(&self.types, ty) {
            let hint = if is_function(&self.types, ty) {
                "a function"
            } else {
                "an aggregate"
            };
            return self.fail(expr.span, format!("cast to {hint} `{to}`"));
        }
        if !is_scalar(&self.types, expr.ty) {
            return self.fail(expr.span, format!("cast of `{from}` to `{to}`"));
        }
        let expr = self.convert(expr, ty);
        Ok(fold::no_lvalue(&self.types, expr))
    }
}

impl Expr {
    /// The node, of a pointer that is used as the address it holds.
    fn node_as_value(self) -> Node {
        match self.node {
            Node::Place(_) => Node::Convert(Box::new(self)),
            node => node,
        }
    }
}
