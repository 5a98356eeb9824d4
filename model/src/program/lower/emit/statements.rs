//! Statements: steps, loops, jumps.

use super::{Emitter, Exit, Target};
use crate::program::lower::fold;
use crate::program::lower::rules::{is_record, is_scalar};
use crate::program::lower::tree::{Expr, For, LabelId, Stmt, Switch};
use crate::program::{BinaryOp, Kind, Op, Reg};
use crate::syntax::source::Span;

impl Emitter<'_, '_> {
    /// Emits a statement.
    pub(super) fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Effects(span, effects) => {
                self.step(*span);
                effects.iter().for_each(|effect| self.effect(effect));
            }
            Stmt::Block(stmts) => stmts.iter().for_each(|stmt| self.stmt(stmt)),
            Stmt::Atomic(span, body) => self.atomic(*span, body),
            Stmt::If(span, condition, then, otherwise) => {
                self.if_stmt(*span, condition, then, otherwise.as_deref());
            }
            Stmt::While(span, condition, body) => self.while_loop(*span, condition, body),
            Stmt::DoWhile(body, span, condition) => self.do_loop(body, *span, condition),
            Stmt::For(parts) => self.for_loop(parts),
            Stmt::Switch(switch) => self.switch(switch),
            Stmt::Label(id) => self.bind_open(self.label(*id)),
            Stmt::Goto(span, id) => self.goto(*span, *id),
            Stmt::Break(span) => self.leave(*span, self.breaks.last().copied()),
            Stmt::Continue(span) => self.leave(*span, self.continues.last().copied()),
            Stmt::Return(span, value) => self.return_stmt(*span, value.as_ref()),
        }
    }

    /// One step of the machine, whatever happens in it.
    fn atomic(&mut self, span: Span, body: &Stmt) {
        if self.atomic {
            return self.stmt(body);
        }
        self.step(span);
        self.span = span;
        self.op(Op::AtomicBegin);
        self.atomic = true;
        self.stmt(body);
        self.atomic = false;
        self.span = span;
        self.op(Op::AtomicEnd);
    }

    /// The step of a condition; one that is constant needs none.
    fn condition_step(&mut self, span: Span, condition: &Expr) {
        if fold::truth(condition).is_none() {
            self.step(span);
        }
    }

    fn if_stmt(&mut self, span: Span, condition: &Expr, then: &Stmt, otherwise: Option<&Stmt>) {
        self.condition_step(span, condition);
        let no = self.target();
        self.branch_unless(condition, no);
        self.stmt(then);
        let Some(otherwise) = otherwise else {
            return self.bind(no);
        };
        let end = self.target();
        if self.reachable {
            self.jump(end);
        }
        self.bind(no);
        self.stmt(otherwise);
        self.bind(end);
    }

    /// A loop's body, with the places `break` and `continue` lead to.
    fn loop_body(&mut self, body: &Stmt, exit: Target, next: Target) {
        let atomic = self.atomic;
        self.breaks.push(Exit {
            target: exit,
            atomic,
        });
        self.continues.push(Exit {
            target: next,
            atomic,
        });
        self.stmt(body);
        self.breaks.pop();
        self.continues.pop();
    }

    fn while_loop(&mut self, span: Span, condition: &Expr, body: &Stmt) {
        let (again, next, exit) = (self.target(), self.target(), self.target());
        if fold::truth(condition) == Some(true) {
            self.bind_open(next);
            self.step(span);
            self.loop_body(body, exit, next);
            self.jump(next);
            return self.bind(exit);
        }
        self.jump(next);
        self.bind_open(again);
        self.loop_body(body, exit, next);
        self.bind(next);
        self.condition_step(span, condition);
        self.branch_if(condition, again);
        self.bind(exit);
    }

    fn do_loop(&mut self, body: &Stmt, span: Span, condition: &Expr) {
        let (again, next, exit) = (self.target(), self.target(), self.target());
        self.bind_open(again);
        self.loop_body(body, exit, next);
        self.bind(next);
        // `do … while (0)` is no loop.
        if fold::truth(condition) != Some(false) {
            self.step(span);
        }
        self.branch_if(condition, again);
        self.bind(exit);
    }

    fn for_loop(&mut self, parts: &For) {
        let (again, next, test) = (self.target(), self.target(), self.target());
        let exit = self.target();
        parts.init.iter().for_each(|init| self.stmt(init));
        let condition = parts
            .condition
            .as_ref()
            .filter(|c| fold::truth(c) != Some(true));
        if condition.is_some() {
            self.jump(test);
        }
        self.bind_open(again);
        if condition.is_none() {
            self.step(parts.span);
        }
        self.loop_body(&parts.body, exit, next);
        self.bind(next);
        if let Some(step) = &parts.step {
            self.step(step.span);
            self.effect(step);
        }
        self.bind(test);
        match condition {
            Some(condition) => {
                self.condition_step(condition.span, condition);
                self.branch_if(condition, again);
            }
            None => self.jump(again),
        }
        self.bind(exit);
    }

    fn switch(&mut self, switch: &Switch) {
        self.condition_step(switch.span, &switch.operand);
        let exit = self.target();
        let other = switch.default.map_or(exit, |id| self.label(id));
        self.dispatch(switch, other);
        self.breaks.push(Exit {
            target: exit,
            atomic: self.atomic,
        });
        self.stmt(&switch.body);
        self.breaks.pop();
        self.bind(exit);
    }

    fn dispatch(&mut self, switch: &Switch, other: Target) {
        let kind = self.kind(switch.operand.ty);
        if let Some(value) = switch.operand.constant() {
            let key = |n: u64| if kind.signed() { n ^ (1 << 63) } else { n };
            let hit = switch
                .cases
                .iter()
                .find(|(low, high, _)| (key(*low)..=key(*high)).contains(&key(value)));
            let target = hit.map_or(other, |(_, _, id)| self.label(*id));
            return self.jump(target);
        }
        let mark = self.mark();
        let value = self.value(&switch.operand, None);
        for &(low, high, id) in &switch.cases {
            let target = self.label(id);
            self.case(kind, value, (low, high), target);
        }
        self.release(mark);
        self.jump(other);
    }

    fn case(&mut self, kind: Kind, value: Reg, (low, high): (u64, u64), target: Target) {
        let mark = self.mark();
        let cond = self.temp();
        if low == high {
            self.op_constant(BinaryOp::Eq, kind, cond, value, low);
        } else {
            self.op_constant(BinaryOp::Sub, Kind::U64, cond, value, low);
            self.op_constant(BinaryOp::Le, Kind::U64, cond, cond, high.wrapping_sub(low));
        }
        self.op(Op::JumpIf { cond, to: target.0 });
        self.release(mark);
    }

    fn goto(&mut self, span: Span, id: LabelId) {
        self.step(span);
        let atomic = self.body.labels[id.0 as usize].in_atomic();
        let target = self.label(id);
        self.leave(span, Some(Exit { target, atomic }));
    }

    fn leave(&mut self, span: Span, exit: Option<Exit>) {
        let Some(exit) = exit else { return };
        self.span = span;
        if self.atomic && !exit.atomic {
            self.op(Op::AtomicEnd);
        }
        self.jump(exit.target);
    }

    fn return_stmt(&mut self, span: Span, value: Option<&Expr>) {
        self.step(span);
        self.span = span;
        let mark = self.mark();
        match value {
            Some(value) if is_scalar(self.unit.types, value.ty) => {
                let src = self.value(value, None);
                self.end_atomic();
                self.op(Op::Return { src });
            }
            Some(value) if is_record(self.unit.types, value.ty) => {
                let src = self.aggregate(value);
                let (dst, len) = (self.result.unwrap_or(0), self.size(value.ty));
                self.op(Op::Copy { dst, src, len });
                self.end_atomic();
                self.op(Op::Return { src: dst });
            }
            value => {
                value.iter().for_each(|value| self.effect(value));
                self.end_atomic();
                self.return_nothing();
            }
        }
        self.release(mark);
        self.reachable = false;
    }

    fn end_atomic(&mut self) {
        if self.atomic {
            self.op(Op::AtomicEnd);
        }
    }

    /// A return without value gives 0.
    pub(super) fn return_nothing(&mut self) {
        let src = self.constant(0);
        self.op(Op::Return { src });
    }
}
