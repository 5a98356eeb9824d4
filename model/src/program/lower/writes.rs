//! What becomes of an initialiser's writes: assignments to a local, or the contents of static data.

use super::initialisers::{Part, WRITES_MAX, Written};
use super::rules::is_scalar;
use super::tree::{Base, Expr, Initialise, LocalId, Node, Place, Write};
use super::{Checked, Lower, fold};
use crate::program::types::{Type, TypeId};
use crate::syntax::ast::{InitItem, Initializer};
use crate::syntax::source::Span;

impl Lower {
    /// A local's initialisation by a list: the effect, and the completed type.
    pub fn local_list(
        &mut self,
        id: LocalId,
        ty: TypeId,
        items: &[InitItem],
        span: Span,
    ) -> Checked<(Expr, TypeId)> {
        let (written, ty) = self.initialiser_list(ty, items, span)?;
        self.set_local_type(id, ty);
        Ok((self.local_writes(id, ty, written, span)?, ty))
    }

    /// A local's initialisation: the effect, and the completed type.
    pub fn local_init(
        &mut self,
        id: LocalId,
        ty: TypeId,
        init: &Initializer,
        span: Span,
    ) -> Checked<(Expr, TypeId)> {
        let (written, ty) = self.initialiser(ty, init, span)?;
        self.set_local_type(id, ty);
        Ok((self.local_writes(id, ty, written, span)?, ty))
    }

    /// One scalar is an assignment, everything else clears first unless nothing is left out.
    fn local_writes(
        &mut self,
        id: LocalId,
        ty: TypeId,
        mut written: Written,
        span: Span,
    ) -> Checked<Expr> {
        let size = self.complete_size(ty, span)?;
        if written.end > size {
            return self.fail(span, "initialisation of a flexible array member of a local");
        }
        let whole = |write: &Write| write.offset == 0 && write.value.ty == ty;
        if written.writes.len() == 1
            && whole(&written.writes[0])
            && !matches!(self.types.get(ty), Type::Array(..))
            && let Some(write) = written.writes.pop()
        {
            let node = Node::Assign(Place::local(id), Box::new(write.value));
            return Ok(Expr { node, ty, span });
        }
        let clear = if self.covers(&written.writes, size) {
            0
        } else {
            size
        };
        let init = Initialise {
            place: Place::local(id),
            clear,
            writes: written.writes,
        };
        Ok(Expr {
            node: Node::Initialise(Box::new(init)),
            ty: self.basic.void,
            span,
        })
    }

    fn covers(&self, writes: &[Write], size: u64) -> bool {
        let mut next = 0;
        for write in writes {
            let len = write
                .len
                .or_else(|| self.types.size(write.value.ty))
                .unwrap_or(0);
            if write.bits.is_some() || write.offset != next {
                return false;
            }
            next += len as i64;
        }
        next as u64 == size
    }

    /// The writes of an object with static storage: all of them constants.
    pub fn static_writes(&mut self, written: Written) -> Checked<(Vec<Write>, u64)> {
        for write in &written.writes {
            let constant = match &write.value.node {
                Node::Const(_) => true,
                Node::Address(..) => self.types.size(write.value.ty) == Some(8),
                Node::Place(place) => self.literal_of(place).is_some(),
                _ => false,
            };
            if !constant {
                return self.fail(write.value.span, "initialiser is no constant");
            }
        }
        Ok((written.writes, written.end))
    }

    /// The string literal a place is, from its begin.
    pub fn literal_of(&self, place: &Place) -> Option<&[u8]> {
        match place.base {
            Base::Object(id) if place.offset == 0 => self.string_text(id),
            _ => None,
        }
    }

    /// Copies the writes of a range's first part to the others. A value that is no constant is
    /// evaluated once and kept.
    pub fn repeat(
        &mut self,
        part: Part,
        low: u64,
        high: u64,
        from: usize,
        out: &mut Written,
    ) -> Checked<()> {
        let size = self.complete_size(part.ty, Span::default())?;
        for write in &mut out.writes[from..] {
            self.evaluate_once(write);
        }
        let made = out.writes[from..].to_vec();
        for idx in 1..=high - low {
            for write in &made {
                if out.writes.len() >= WRITES_MAX {
                    return self.fail(write.value.span, "initialiser is too large");
                }
                let mut copy = write.clone();
                if let Node::Assign(place, _) = copy.value.node {
                    copy.value.node = Node::Place(place);
                }
                copy.offset += (idx * size) as i64;
                out.writes.push(copy);
            }
        }
        out.end = out.end.max(part.offset + (high - low + 1) * size);
        Ok(())
    }

    /// Makes a value `hidden = value`, unless repeating it does no harm.
    fn evaluate_once(&mut self, write: &mut Write) {
        let simple = !fold::has_effects(&write.value) || self.function.is_none();
        if simple || !is_scalar(&self.types, write.value.ty) {
            return;
        }
        let id = self.hidden_local(write.value.ty);
        let value = write.value.clone();
        write.value.node = Node::Assign(Place::local(id), Box::new(value));
    }
}
