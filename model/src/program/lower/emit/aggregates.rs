//! Structs, unions and arrays, handled by their address.

use super::Emitter;
use crate::program::lower::tree::{Expr, Node, Place};
use crate::program::{Op, Reg};

impl Emitter<'_, '_> {
    /// The address of an aggregate value; whoever wants to keep it copies it.
    pub(super) fn aggregate(&mut self, expr: &Expr) -> Reg {
        let outer = std::mem::replace(&mut self.span, expr.span);
        let reg = self.aggregate_at(expr);
        self.span = outer;
        reg
    }

    fn aggregate_at(&mut self, expr: &Expr) -> Reg {
        match &expr.node {
            Node::Place(place) => self.address(place, 0, None),
            Node::Call(call) => self.call_for_record(call, expr),
            Node::Assign(place, value) => self.assign_record(place, value),
            Node::Comma(lhs, rhs) => {
                self.effect(lhs);
                self.aggregate(rhs)
            }
            Node::Conditional(condition, then, otherwise) => {
                let dst = self.temp();
                self.choose(condition, |e| e.into(then, dst), |e| e.into(otherwise, dst));
                dst
            }
            Node::Block(inner) => {
                let dst = self.temp();
                let mark = self.mark();
                self.block(inner, |emitter, value| {
                    value.iter().for_each(|value| emitter.into(value, dst));
                });
                self.release(mark);
                dst
            }
            Node::Convert(inner) => self.aggregate(inner),
            // Everything else is a scalar or nothing.
            Node::Const(_)
            | Node::Address(..)
            | Node::AddressOf(_)
            | Node::Unary(..)
            | Node::Binary(..)
            | Node::And(..)
            | Node::Or(..)
            | Node::OrElse(..)
            | Node::Update(_)
            | Node::CheckIndex(..)
            | Node::Initialise(_)
            | Node::Nothing => {
                self.effect(expr);
                self.constant(0)
            }
        }
    }

    /// `place = value` of structs; the address of the place.
    pub(super) fn assign_record(&mut self, place: &Place, value: &Expr) -> Reg {
        let dst = self.address(place, 0, None);
        let mark = self.mark();
        let src = self.aggregate(value);
        let len = self.size(value.ty);
        self.op(Op::Copy { dst, src, len });
        self.release(mark);
        dst
    }
}
