//! Objects: their addresses, loads and stores.

use super::{Emitter, Home};
use crate::program::lower::layout;
use crate::program::lower::tree::{Base, Place, Symbol};
use crate::program::types::TypeId;
use crate::program::{BinaryOp, Kind, Op, Reg};

impl Emitter<'_, '_> {
    /// The register a place is, if it is one. A compound literal is initialised on the way.
    pub(super) fn register_of(&mut self, place: &Place) -> Option<Reg> {
        let (Base::Local(id) | Base::Literal(id, _)) = &place.base else {
            return None;
        };
        let Home::Reg(reg) = self.home(*id) else {
            return None;
        };
        if let Base::Literal(_, init) = &place.base {
            self.effect(init);
        }
        Some(reg)
    }

    /// The contents of a scalar place.
    pub(super) fn load(&mut self, place: &Place, ty: TypeId, want: Option<Reg>) -> Reg {
        if let Some(home) = self.register_of(place) {
            return match want {
                Some(want) => {
                    self.copy_reg(want, home);
                    want
                }
                None => home,
            };
        }
        let kind = self.kind(ty);
        let dst = self.wanted(want);
        let mark = self.mark();
        // Without a wish the result's own register can hold the address.
        let addr = match want {
            None if place.bits.is_none() => self.address(place, 0, Some(dst)),
            _ => self.place_address(place, kind),
        };
        self.load_from(place, kind, addr, dst);
        self.release(mark);
        dst
    }

    /// The address to access a scalar place at: for a bit-field that of the bytes it needs.
    pub(super) fn place_address(&mut self, place: &Place, kind: Kind) -> Reg {
        let more = place
            .bits
            .map_or(0, |(first, width)| layout::access(kind, first, width).1);
        self.address(place, more as i64, None)
    }

    /// The address of a place, and some bytes more.
    pub(super) fn address(&mut self, place: &Place, more: i64, want: Option<Reg>) -> Reg {
        let offset = place.offset.wrapping_add(more);
        match &place.base {
            Base::Local(id) => self.local_address(*id, offset, want),
            Base::Literal(id, init) => {
                self.effect(init);
                self.local_address(*id, offset, want)
            }
            Base::Object(id) => {
                let base = self.unit.symbol(Symbol::Object(*id), self.span);
                let dst = self.wanted(want);
                self.op(Op::Const {
                    dst,
                    value: base.wrapping_add(offset as u64),
                });
                dst
            }
            Base::Pointer(pointer) if offset == 0 => self.value(pointer, want),
            Base::Pointer(pointer) => {
                let mark = self.mark();
                let base = self.value(pointer, None);
                self.plus(mark, base, offset, want)
            }
            Base::Value(value) => {
                let mark = self.mark();
                let base = self.aggregate(value);
                self.plus(mark, base, offset, want)
            }
        }
    }

    fn plus(&mut self, mark: u32, base: Reg, offset: i64, want: Option<Reg>) -> Reg {
        if offset == 0 && want.is_none() {
            return base;
        }
        if offset == 0 {
            self.release(mark);
            let dst = self.wanted(want);
            self.copy_reg(dst, base);
            return dst;
        }
        let rhs = self.constant(offset as u64);
        self.release(mark);
        let dst = self.wanted(want);
        self.op(Op::Binary {
            op: BinaryOp::Add,
            kind: Kind::U64,
            dst,
            lhs: base,
            rhs,
        });
        dst
    }

    fn local_address(
        &mut self,
        id: crate::program::lower::tree::LocalId,
        offset: i64,
        want: Option<Reg>,
    ) -> Reg {
        let base = match self.home(id) {
            Home::Frame(base) => base,
            // Registers have no address: the scan gives memory to whatever needs one.
            Home::Reg(_) | Home::Nowhere => 0,
        };
        let dst = self.wanted(want);
        match u32::try_from(i64::from(base).wrapping_add(offset)) {
            Ok(offset) => self.op(Op::FrameAddr { dst, offset }),
            Err(_) => {
                self.op(Op::FrameAddr { dst, offset: base });
                self.op_constant(BinaryOp::Add, Kind::U64, dst, dst, offset as u64);
            }
        }
        dst
    }
}
