//! Conditions that end in jumps.

use super::{Emitter, Target};
use crate::program::lower::fold;
use crate::program::lower::rules::is_scalar;
use crate::program::lower::tree::{Expr, Node};
use crate::program::{BinaryOp, Kind, Op, UnaryOp};

impl Emitter<'_, '_> {
    /// Jumps when the condition holds.
    pub(super) fn branch_if(&mut self, condition: &Expr, target: Target) {
        self.branch(condition, target, true);
    }

    /// Jumps when the condition does not hold.
    pub(super) fn branch_unless(&mut self, condition: &Expr, target: Target) {
        self.branch(condition, target, false);
    }

    /// Jumps when the condition is `sense`.
    fn branch(&mut self, condition: &Expr, target: Target, sense: bool) {
        let outer = std::mem::replace(&mut self.span, condition.span);
        let mark = self.mark();
        self.branch_at(condition, target, sense);
        self.release(mark);
        self.span = outer;
    }

    fn branch_at(&mut self, condition: &Expr, target: Target, sense: bool) {
        if let Some(truth) = fold::truth(condition) {
            if truth == sense {
                self.jump(target);
            }
            return;
        }
        match &condition.node {
            // The first operand may decide alone.
            Node::And(a, b) if !sense => {
                self.branch(a, target, false);
                self.branch(b, target, false);
            }
            Node::Or(a, b) if sense => {
                self.branch(a, target, true);
                self.branch(b, target, true);
            }
            Node::And(a, b) | Node::Or(a, b) => {
                let skip = self.target();
                self.branch(a, skip, !sense);
                self.branch(b, target, sense);
                self.bind(skip);
            }
            Node::Unary(UnaryOp::LogNot, inner) => self.branch(inner, target, !sense),
            Node::Comma(lhs, rhs) => {
                self.effect(lhs);
                self.branch(rhs, target, sense);
            }
            Node::Convert(inner) if self.keeps_truth(inner, condition) => {
                self.branch(inner, target, sense);
            }
            Node::Binary(BinaryOp::Ne, _, lhs, rhs) if rhs.constant() == Some(0) => {
                self.branch(lhs, target, sense);
            }
            Node::Binary(BinaryOp::Eq, _, lhs, rhs) if rhs.constant() == Some(0) => {
                self.branch(lhs, target, !sense);
            }
            _ => {
                let cond = self.value(condition, None);
                let to = target.0;
                self.op(match sense {
                    true => Op::JumpIf { cond, to },
                    false => Op::JumpIfNot { cond, to },
                });
            }
        }
    }

    /// Whether a conversion makes zero of nothing but zero.
    fn keeps_truth(&self, from: &Expr, to: &Expr) -> bool {
        if !is_scalar(self.unit.types, from.ty) {
            return false;
        }
        let (from, to) = (self.kind(from.ty), self.kind(to.ty));
        to == Kind::Bool || to.size() >= from.size()
    }
}
