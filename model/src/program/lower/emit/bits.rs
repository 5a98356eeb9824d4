//! Loads and stores of scalars, bit-fields among them.

use super::Emitter;
use crate::program::lower::layout;
use crate::program::lower::tree::Place;
use crate::program::{BinaryOp, Kind, Op, Reg};

fn unsigned(kind: Kind) -> Kind {
    match kind {
        Kind::I8 | Kind::U8 | Kind::Bool => Kind::U8,
        Kind::I16 | Kind::U16 => Kind::U16,
        Kind::I32 | Kind::U32 => Kind::U32,
        Kind::I64 | Kind::U64 => Kind::U64,
    }
}

fn mask(width: u8) -> u64 {
    u64::MAX >> (64 - u32::from(width))
}

impl Emitter<'_, '_> {
    /// The contents of a place of that kind whose address is in a register.
    pub(super) fn load_from(&mut self, place: &Place, kind: Kind, addr: Reg, dst: Reg) {
        let Some((first, width)) = place.bits else {
            return self.op(Op::Load { kind, dst, addr });
        };
        let (access, _, first) = layout::access(kind, first, width);
        let bits = (access.size() * 8) as u8;
        if width == bits {
            return self.op(Op::Load {
                kind: access,
                dst,
                addr,
            });
        }
        self.op(Op::Load {
            kind: unsigned(access),
            dst,
            addr,
        });
        if kind.signed() {
            return self.extend(dst, first, width);
        }
        if first > 0 {
            self.op_constant(BinaryOp::Shr, Kind::U64, dst, dst, first.into());
        }
        if first + width < bits {
            self.op_constant(BinaryOp::And, Kind::U64, dst, dst, mask(width));
        }
    }

    /// Sign-extends the bits from `first` on.
    fn extend(&mut self, reg: Reg, first: u8, width: u8) {
        self.op_constant(
            BinaryOp::Shl,
            Kind::I64,
            reg,
            reg,
            (64 - width - first).into(),
        );
        self.op_constant(BinaryOp::Shr, Kind::I64, reg, reg, (64 - width).into());
    }

    /// Writes a register to a place of that kind whose address is in a register.
    pub(super) fn store(&mut self, place: &Place, kind: Kind, addr: Reg, src: Reg) {
        let Some((first, width)) = place.bits else {
            return self.op(Op::Store { kind, addr, src });
        };
        let (access, _, first) = layout::access(kind, first, width);
        let access = unsigned(access);
        if u64::from(width) == access.size() * 8 {
            return self.op(Op::Store {
                kind: access,
                addr,
                src,
            });
        }
        let mark = self.mark();
        let (old, new) = (self.temp(), self.temp());
        self.op(Op::Load {
            kind: access,
            dst: old,
            addr,
        });
        self.op_constant(BinaryOp::And, Kind::U64, old, old, !(mask(width) << first));
        self.op_constant(BinaryOp::And, Kind::U64, new, src, mask(width));
        if first > 0 {
            self.op_constant(BinaryOp::Shl, Kind::U64, new, new, first.into());
        }
        self.op(Op::Binary {
            op: BinaryOp::Or,
            kind: Kind::U64,
            dst: old,
            lhs: old,
            rhs: new,
        });
        self.op(Op::Store {
            kind: access,
            addr,
            src: old,
        });
        self.release(mark);
    }

    /// The value of an assignment is what the bit-field holds afterwards.
    pub(super) fn field_value(&mut self, place: &Place, kind: Kind, reg: Reg) {
        let Some((_, width)) = place.bits else { return };
        if u64::from(width) >= kind.size() * 8 || kind == Kind::Bool {
            return;
        }
        if kind.signed() {
            self.extend(reg, 0, width);
        } else {
            self.op_constant(BinaryOp::And, Kind::U64, reg, reg, mask(width));
        }
    }
}
