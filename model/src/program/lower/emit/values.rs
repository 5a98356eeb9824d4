//! Expressions for their value, and for their effects alone.

use super::{Emitter, Home};
use crate::program::lower::fold;
use crate::program::lower::rules::{is_record, is_scalar};
use crate::program::lower::tree::{Base, Expr, Initialise, Inner, Node, Place, Update, Write};
use crate::program::{BinaryOp, Kind, Op, Reg, UnaryOp};

/// Whether every value of one kind is represented alike in the other.
pub(super) fn fits(from: Kind, to: Kind) -> bool {
    match (from, to) {
        _ if from == to => true,
        (Kind::Bool, _) => true,
        (_, Kind::Bool) => false,
        (_, Kind::I64 | Kind::U64) => true,
        _ if from.signed() => to.signed() && to.size() >= from.size(),
        _ => to.size() > from.size(),
    }
}

impl Emitter<'_, '_> {
    /// Emits a scalar expression; its value is in the returned register, the wanted one if given.
    pub(super) fn value(&mut self, expr: &Expr, want: Option<Reg>) -> Reg {
        let outer = std::mem::replace(&mut self.span, expr.span);
        let reg = self.value_at(expr, want);
        self.span = outer;
        reg
    }

    fn value_at(&mut self, expr: &Expr, want: Option<Reg>) -> Reg {
        match &expr.node {
            Node::Const(value) => self.const_value(*value, want),
            Node::Address(symbol, offset) => {
                let base = self.unit.symbol(*symbol, expr.span);
                self.const_value(base.wrapping_add(*offset as u64), want)
            }
            Node::Place(place) => self.load(place, expr.ty, want),
            Node::AddressOf(place) => self.address(place, 0, want),
            Node::Unary(op, operand) => self.unary(*op, operand, want),
            Node::Binary(op, kind, lhs, rhs) => self.binary(*op, *kind, lhs, rhs, want),
            Node::And(..) | Node::Or(..) => self.truth_value(expr, want),
            Node::Convert(inner) => self.convert(inner, expr, want),
            Node::Conditional(condition, then, otherwise) => {
                let dst = self.wanted(want);
                self.choose(condition, |e| e.into(then, dst), |e| e.into(otherwise, dst));
                dst
            }
            Node::OrElse(value, otherwise) => self.or_else(value, otherwise, want),
            Node::Assign(place, value) => self.assign(place, value, expr.ty, want, true),
            Node::Update(update) => self.update(update, expr, want, true),
            Node::Call(call) => self.call(call, expr, want),
            Node::Comma(lhs, rhs) => {
                self.effect(lhs);
                self.value(rhs, want)
            }
            Node::Block(inner) => self.block_value(inner, want),
            Node::CheckIndex(index, len) => {
                let index = self.value(index, want);
                self.op(Op::CheckIndex { index, len: *len });
                index
            }
            Node::Initialise(_) | Node::Nothing => {
                self.effect(expr);
                self.const_value(0, want)
            }
        }
    }

    /// The value in that register.
    pub(super) fn into(&mut self, expr: &Expr, dst: Reg) {
        let mark = self.mark();
        if is_scalar(self.unit.types, expr.ty) {
            self.value(expr, Some(dst));
        } else if let Node::Place(place) = &expr.node {
            self.address(place, 0, Some(dst));
        } else {
            let addr = self.aggregate(expr);
            self.copy_reg(dst, addr);
        }
        self.release(mark);
    }

    fn const_value(&mut self, value: u64, want: Option<Reg>) -> Reg {
        let dst = self.wanted(want);
        self.op(Op::Const { dst, value });
        dst
    }

    fn unary(&mut self, op: UnaryOp, operand: &Expr, want: Option<Reg>) -> Reg {
        let mark = self.mark();
        let src = self.value(operand, None);
        self.release(mark);
        let dst = self.wanted(want);
        let kind = self.kind(operand.ty);
        self.op(Op::Unary { op, kind, dst, src });
        dst
    }

    fn binary(
        &mut self,
        op: BinaryOp,
        kind: Kind,
        lhs: &Expr,
        rhs: &Expr,
        want: Option<Reg>,
    ) -> Reg {
        let mark = self.mark();
        let lhs = self.value(lhs, None);
        let rhs = self.value(rhs, None);
        self.release(mark);
        let dst = self.wanted(want);
        self.op(Op::Binary {
            op,
            kind,
            dst,
            lhs,
            rhs,
        });
        dst
    }

    fn convert(&mut self, inner: &Expr, expr: &Expr, want: Option<Reg>) -> Reg {
        if !is_scalar(self.unit.types, expr.ty) {
            self.effect(inner);
            return self.const_value(0, want);
        }
        let kind = self.kind(expr.ty);
        if fits(self.narrow_kind(inner), kind) {
            return self.value(inner, want);
        }
        let mark = self.mark();
        let src = self.value(inner, None);
        self.release(mark);
        let dst = self.wanted(want);
        self.op(Op::Convert { kind, dst, src });
        dst
    }

    /// A kind that holds all values an expression can have.
    fn narrow_kind(&self, expr: &Expr) -> Kind {
        let kind = self.kind(expr.ty);
        match &expr.node {
            Node::Place(Place {
                bits: Some((_, width)),
                ..
            }) if !kind.signed() => match width {
                1 => Kind::Bool,
                2..8 => Kind::U8,
                8..16 => Kind::U16,
                // Below 32 bits also `int` holds them.
                16..32 => Kind::I32,
                _ => kind,
            },
            Node::Binary(
                BinaryOp::Eq
                | BinaryOp::Ne
                | BinaryOp::Lt
                | BinaryOp::Le
                | BinaryOp::Gt
                | BinaryOp::Ge,
                ..,
            )
            | Node::Unary(UnaryOp::LogNot, _)
            | Node::And(..)
            | Node::Or(..) => Kind::Bool,
            _ => kind,
        }
    }

    /// 0 or 1 by branches; written last, the wanted register may be one of the operands.
    fn truth_value(&mut self, expr: &Expr, want: Option<Reg>) -> Reg {
        let dst = self.wanted(want);
        let (no, end) = (self.target(), self.target());
        self.branch_unless(expr, no);
        self.op(Op::Const { dst, value: 1 });
        self.jump(end);
        self.bind(no);
        self.op(Op::Const { dst, value: 0 });
        self.bind(end);
        dst
    }

    /// Two ways that meet again.
    pub(super) fn choose(
        &mut self,
        condition: &Expr,
        then: impl FnOnce(&mut Self),
        otherwise: impl FnOnce(&mut Self),
    ) {
        let (no, end) = (self.target(), self.target());
        self.branch_unless(condition, no);
        then(self);
        self.jump(end);
        self.bind(no);
        otherwise(self);
        self.bind(end);
    }

    fn or_else(&mut self, value: &Expr, otherwise: &Expr, want: Option<Reg>) -> Reg {
        let (no, end) = (self.target(), self.target());
        let dst = self.wanted(want);
        let mark = self.mark();
        // A wanted register may still be read by `otherwise`: write it only when that is certain.
        let src = self.value(value, want.is_none().then_some(dst));
        self.op(Op::JumpIfNot {
            cond: src,
            to: no.0,
        });
        self.copy_reg(dst, src);
        self.jump(end);
        self.release(mark);
        self.bind(no);
        self.into(otherwise, dst);
        self.bind(end);
        dst
    }

    /// `place = value`; without `used` the returned register means nothing.
    fn assign(
        &mut self,
        place: &Place,
        value: &Expr,
        ty: crate::program::types::TypeId,
        want: Option<Reg>,
        used: bool,
    ) -> Reg {
        if let Some(home) = self.register_of(place) {
            let reg = self.value(value, Some(home));
            return self.moved(reg, want);
        }
        let kind = self.kind(ty);
        let value = if used {
            value
        } else {
            self.unconverted(value, kind)
        };
        let dst = self.wanted(want);
        let mark = self.mark();
        let early = match &place.base {
            Base::Pointer(pointer) if fold::has_effects(pointer) => {
                Some(self.place_address(place, kind))
            }
            _ => None,
        };
        let src = if used {
            self.value(value, Some(dst))
        } else {
            self.value(value, None)
        };
        let addr = early.unwrap_or_else(|| self.place_address(place, kind));
        self.store(place, kind, addr, src);
        if used {
            self.field_value(place, kind, dst);
        }
        self.release(mark);
        dst
    }

    fn moved(&mut self, reg: Reg, want: Option<Reg>) -> Reg {
        match want {
            Some(want) => {
                self.copy_reg(want, reg);
                want
            }
            None => reg,
        }
    }

    /// The operand of conversions that a store to that kind does anyway.
    fn unconverted<'e>(&self, mut expr: &'e Expr, kind: Kind) -> &'e Expr {
        while let Node::Convert(inner) = &expr.node
            && kind != Kind::Bool
            && is_scalar(self.unit.types, inner.ty)
            && self.kind(expr.ty) != Kind::Bool
            && self.kind(expr.ty).size() >= kind.size()
        {
            expr = inner;
        }
        expr
    }

    /// `place op= rhs`, `place++`
    fn update(&mut self, update: &Update, expr: &Expr, want: Option<Reg>, used: bool) -> Reg {
        let kind = self.kind(expr.ty);
        let compute = self.kind(update.compute);
        if let Some(home) = self.register_of(&update.place) {
            return self.update_register(update, home, (kind, compute), want, used);
        }
        let dst = self.wanted(want);
        let mark = self.mark();
        let rhs = self.value(&update.rhs, None);
        let addr = self.place_address(&update.place, kind);
        let old = if used && update.old { dst } else { self.temp() };
        self.load_from(&update.place, kind, addr, old);
        let new = if used && !update.old {
            dst
        } else {
            self.temp()
        };
        self.combine(update, (kind, compute), new, old, rhs);
        self.store(&update.place, kind, addr, new);
        if used && !update.old {
            self.field_value(&update.place, kind, new);
        }
        self.release(mark);
        dst
    }

    fn update_register(
        &mut self,
        update: &Update,
        home: Reg,
        kinds: (Kind, Kind),
        want: Option<Reg>,
        used: bool,
    ) -> Reg {
        let result = match want {
            _ if used && update.old => {
                let dst = self.wanted(want);
                let mark = self.mark();
                let rhs = self.value(&update.rhs, None);
                self.copy_reg(dst, home);
                self.combine(update, kinds, home, home, rhs);
                self.release(mark);
                return dst;
            }
            want => want,
        };
        let mark = self.mark();
        let rhs = self.value(&update.rhs, None);
        self.combine(update, kinds, home, home, rhs);
        self.release(mark);
        self.moved(home, result)
    }

    /// `dst := old op rhs`, with the conversions to the operator's kind and back.
    fn combine(&mut self, update: &Update, kinds: (Kind, Kind), dst: Reg, old: Reg, rhs: Reg) {
        let (kind, compute) = kinds;
        let mark = self.mark();
        let mut lhs = old;
        if !fits(kind, compute) {
            lhs = self.temp();
            self.op(Op::Convert {
                kind: compute,
                dst: lhs,
                src: old,
            });
        }
        if fits(compute, kind) {
            self.op(Op::Binary {
                op: update.op,
                kind: compute,
                dst,
                lhs,
                rhs,
            });
        } else {
            let wide = self.temp();
            self.op(Op::Binary {
                op: update.op,
                kind: compute,
                dst: wide,
                lhs,
                rhs,
            });
            self.op(Op::Convert {
                kind,
                dst,
                src: wide,
            });
        }
        self.release(mark);
    }

    fn block_value(&mut self, inner: &Inner, want: Option<Reg>) -> Reg {
        let dst = self.wanted(want);
        let mark = self.mark();
        self.block(inner, |emitter, value| match value {
            Some(value) if is_scalar(emitter.unit.types, value.ty) => emitter.into(value, dst),
            Some(value) => emitter.effect(value),
            None => {}
        });
        self.release(mark);
        dst
    }

    /// A statement expression; its locals are temporaries.
    pub(super) fn block(&mut self, inner: &Inner, last: impl FnOnce(&mut Self, Option<&Expr>)) {
        self.inner += 1;
        for &id in &inner.locals {
            let idx = id.0 as usize;
            let (ty, in_memory) = (self.body.locals[idx].ty, self.body.locals[idx].in_memory);
            if matches!(self.homes[idx], Home::Nowhere) {
                self.homes[idx] = if in_memory {
                    Home::Frame(self.frame(ty))
                } else {
                    Home::Reg(self.temp())
                };
            }
        }
        inner.body.iter().for_each(|stmt| self.stmt(stmt));
        last(self, inner.value.as_ref());
        for &id in &inner.locals {
            self.homes[id.0 as usize] = Home::Nowhere;
        }
        self.inner -= 1;
    }

    /// Emits an expression whose value nobody wants.
    pub(super) fn effect(&mut self, expr: &Expr) {
        let outer = std::mem::replace(&mut self.span, expr.span);
        let mark = self.mark();
        self.effect_at(expr);
        self.release(mark);
        self.span = outer;
    }

    fn effect_at(&mut self, expr: &Expr) {
        match &expr.node {
            Node::Const(_) | Node::Address(..) | Node::Nothing => {}
            Node::Convert(inner) => self.effect(inner),
            Node::Assign(place, value) if is_record(self.unit.types, expr.ty) => {
                self.assign_record(place, value);
            }
            Node::Assign(place, value) => {
                self.assign(place, value, expr.ty, None, false);
            }
            Node::Update(update) => {
                self.update(update, expr, None, false);
            }
            Node::Comma(lhs, rhs) => {
                self.effect(lhs);
                self.effect(rhs);
            }
            Node::And(condition, then) => self.when(condition, then, Emitter::branch_unless),
            Node::Or(condition, then) => self.when(condition, then, Emitter::branch_if),
            Node::Conditional(condition, then, otherwise) => {
                self.choose(condition, |e| e.effect(then), |e| e.effect(otherwise));
            }
            Node::Block(inner) => self.block(inner, |emitter, value| {
                value.iter().for_each(|value| emitter.effect(value));
            }),
            Node::Initialise(init) => self.initialise(init),
            Node::Call(call) => {
                self.call_for_effect(call, expr);
            }
            Node::Place(_)
            | Node::AddressOf(_)
            | Node::Unary(..)
            | Node::Binary(..)
            | Node::OrElse(..)
            | Node::CheckIndex(..) => {
                if is_scalar(self.unit.types, expr.ty) {
                    self.value(expr, None);
                } else {
                    self.aggregate(expr);
                }
            }
        }
    }

    fn when(
        &mut self,
        condition: &Expr,
        then: &Expr,
        branch: impl FnOnce(&mut Self, &Expr, super::Target),
    ) {
        let end = self.target();
        branch(self, condition, end);
        self.effect(then);
        self.bind(end);
    }

    fn initialise(&mut self, init: &Initialise) {
        if init.clear > 0 {
            let mark = self.mark();
            let addr = self.address(&init.place, 0, None);
            self.op(Op::Zero {
                addr,
                len: init.clear.min(1 << 30) as u32,
            });
            self.release(mark);
        }
        for write in &init.writes {
            let mark = self.mark();
            self.write(init, write);
            self.release(mark);
        }
    }

    fn write(&mut self, init: &Initialise, write: &Write) {
        // What is cleared already need not be cleared again.
        if init.clear > 0 && init.writes.len() < 256 && write.value.constant() == Some(0) {
            let end = write.offset + i64::from(self.size(write.value.ty));
            let earlier = |other: &Write| {
                other.offset < end
                    && write.offset < other.offset + i64::from(self.size(other.value.ty))
            };
            if init
                .writes
                .iter()
                .take_while(|w| !std::ptr::eq(*w, write))
                .all(|w| !earlier(w))
            {
                return;
            }
        }
        let offset = init.place.offset + write.offset;
        let place = Place {
            base: init.place.base.clone(),
            offset,
            bits: write.bits,
        };
        let value = &write.value;
        if is_scalar(self.unit.types, value.ty) {
            self.assign(&place, value, value.ty, None, false);
            return;
        }
        let src = self.aggregate(value);
        let dst = self.address(&place, 0, None);
        let len = write.len.map_or(self.size(value.ty), |len| len as u32);
        self.op(Op::Copy { dst, src, len });
    }
}
