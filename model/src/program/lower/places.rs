//! Expressions that designate objects: `*p`, `a[i]`, `s.m`, `p->m`; and `&`.

use super::rules::{is_function, is_integer, pointee};
use super::tree::{Base, Expr, Node, Place, Symbol};
use super::{Checked, Lower, fold};
use crate::program::types::{Type, TypeId};
use crate::program::{BinaryOp, Kind};
use crate::syntax::ast::{self, ExprKind, Ident};
use crate::syntax::source::Span;

impl Lower {
    /// `&operand`
    pub fn address_of(&mut self, operand: &ast::Expr, span: Span) -> Checked<Expr> {
        let operand = match &operand.kind {
            // `&array[length]` is legal: the address one past the end.
            ExprKind::Index(array, index) => self.index(array, index, 1, operand.span)?,
            _ => self.expr(operand)?,
        };
        let ty = self.pointer_to(operand.ty);
        if is_function(&self.types, operand.ty) {
            let operand = Expr {
                ty,
                span,
                ..operand
            };
            return Ok(fold::no_lvalue(&self.types, operand));
        }
        match operand.node {
            Node::Place(place) if place.bits.is_some() => {
                self.fail(span, "a bit-field has no address")
            }
            Node::Place(place) if place.is_lvalue() => {
                let node = self.address_node(place);
                Ok(Expr { node, ty, span })
            }
            _ => self.fail(span, "not an lvalue: it has no address"),
        }
    }

    /// `*operand`
    pub fn dereference(&mut self, operand: &ast::Expr, span: Span) -> Checked<Expr> {
        let pointer = self.rvalue(operand)?;
        self.behind(pointer, span)
    }

    /// What a pointer points to.
    fn behind(&mut self, pointer: Expr, span: Span) -> Checked<Expr> {
        let Some(ty) = pointee(&self.types, pointer.ty) else {
            let name = self.type_name(pointer.ty);
            return self.fail(span, format!("`{name}` is no pointer"));
        };
        match self.types.get(ty) {
            Type::Function { .. } => Ok(Expr {
                ty,
                span,
                ..pointer
            }),
            Type::Void => self.fail(span, "dereferencing a `void *` pointer"),
            Type::Int(..) | Type::Pointer(_) | Type::Array(..) | Type::Record(_) => {
                let node = Node::Place(self.place_behind(pointer, ty));
                Ok(Expr { node, ty, span })
            }
        }
    }

    /// `*&x` is `x`.
    fn place_behind(&self, pointer: Expr, ty: TypeId) -> Place {
        match pointer.node {
            Node::Address(Symbol::Object(id), offset) => Place {
                offset,
                ..Place::object(id)
            },
            Node::AddressOf(place) if self.is_whole_local(&place, ty) => place,
            _ => Place::pointer(pointer),
        }
    }

    fn is_whole_local(&self, place: &Place, ty: TypeId) -> bool {
        let Base::Local(id) = place.base else {
            return false;
        };
        let local = self.function.as_ref().map(|f| &f.locals[id.0 as usize]);
        place.offset == 0 && local.is_some_and(|local| local.ty == ty)
    }

    /// `array[index]`; `beyond` more elements than there are may be named.
    pub fn index(
        &mut self,
        array: &ast::Expr,
        index: &ast::Expr,
        beyond: u64,
        span: Span,
    ) -> Checked<Expr> {
        let (array, index) = (self.expr(array), self.expr(index));
        let (array, index) = (array?, index?);
        let (array, index) = if is_integer(&self.types, array.ty) {
            (index, array)
        } else {
            (array, index)
        };
        if !is_integer(&self.types, index.ty) {
            return self.fail(index.span, "array index is no integer");
        }
        if let (&Type::Array(element, Some(len)), Node::Place(_)) =
            (self.types.get(array.ty), &array.node)
            && len > 0
        {
            return self.index_array(array, element, len, index, beyond, span);
        }
        let pointer = self.decay(array);
        if pointee(&self.types, pointer.ty).is_none_or(|to| is_function(&self.types, to)) {
            let name = self.type_name(pointer.ty);
            return self.fail(span, format!("`{name}` cannot be indexed"));
        }
        let pointer = self.pointer_plus(BinaryOp::Add, pointer, index, span)?;
        self.behind(pointer, span)
    }

    fn index_array(
        &mut self,
        array: Expr,
        element: TypeId,
        len: u64,
        index: Expr,
        beyond: u64,
        span: Span,
    ) -> Checked<Expr> {
        let size = self.complete_size(element, span)?;
        let index = self.promote(index);
        let index = self.convert(index, self.basic.long);
        if let Some(value) = index.constant()
            && value < len + beyond
            && let Node::Place(place) = array.node
        {
            let offset = place.offset.wrapping_add((value * size) as i64);
            return Ok(Expr {
                node: Node::Place(Place { offset, ..place }),
                ty: element,
                span,
            });
        }
        let limit = (len + beyond).min(u32::MAX.into()) as u32;
        let long = self.basic.long;
        let checked = Expr {
            span,
            ty: long,
            node: Node::CheckIndex(Box::new(index), limit),
        };
        let offset = self.scaled(checked, size);
        let start = self.decay(array);
        let ty = start.ty;
        let address = fold::binary(BinaryOp::Add, Kind::U64, start, offset, ty, span);
        Ok(Expr {
            node: Node::Place(Place::pointer(address)),
            ty: element,
            span,
        })
    }

    /// `record.member`
    pub fn member_of(&mut self, record: &ast::Expr, member: &Ident, span: Span) -> Checked<Expr> {
        let record = self.expr(record)?;
        let ty = record.ty;
        let place = match record.node {
            Node::Place(place) => place,
            _ => Place {
                base: Base::Value(Box::new(record)),
                offset: 0,
                bits: None,
            },
        };
        self.member_at(place, ty, member, span)
    }

    /// `pointer->member`
    pub fn member_behind(
        &mut self,
        pointer: &ast::Expr,
        member: &Ident,
        span: Span,
    ) -> Checked<Expr> {
        let pointer = self.rvalue(pointer)?;
        let Some(ty) = pointee(&self.types, pointer.ty) else {
            let name = self.type_name(pointer.ty);
            return self.fail(
                span,
                format!("`->` applied to `{name}`, which is no pointer"),
            );
        };
        let place = self.place_behind(pointer, ty);
        self.member_at(place, ty, member, span)
    }

    fn member_at(&mut self, place: Place, ty: TypeId, member: &Ident, span: Span) -> Checked<Expr> {
        let name = self.type_name(ty);
        let Type::Record(id) = *self.types.get(ty) else {
            let message = format!("member `{}` requested of `{name}`", member.name);
            return self.fail(member.span, message);
        };
        self.complete_size(ty, span)?;
        let Some(field) = self.types.find_field(self.types.record(id), &member.name) else {
            return self.fail(
                member.span,
                format!("`{name}` has no member `{}`", member.name),
            );
        };
        let offset = place.offset.wrapping_add(field.offset as i64);
        let place = Place {
            base: place.base,
            offset,
            bits: field.bits,
        };
        Ok(Expr {
            node: Node::Place(place),
            ty: field.ty,
            span,
        })
    }
}
