//! Objects whose life the C texts tell of with `__object()`: queued for a grace period, freed.
//!
//! Each has a slot, and each context a set of slots: those of the objects that were queued while it
//! was inside an RCU reader. It leaves them all when it leaves the reader.

use std::rc::Rc;

use super::Machine;
use super::event::EventKind;
use super::exec::{Exec, Flow};
use crate::program::Reg;

/// Bit of [`super::context::Context::holds`] for the grace period of `__gp_begin()`.
pub(super) const HOLDS_GP: u32 = 1;
/// Objects whose readers are remembered; the bits behind [`HOLDS_GP`].
const SLOTS: usize = 31;

/// What became of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// Handed over, to be freed after a grace period.
    Queued,
    /// The same; whoever has it may keep it for as long as he likes.
    Parked,
    /// Freed.
    Freed,
}

/// An object that is not simply in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Object {
    /// Its address.
    pub addr: u64,
    /// What became of it.
    pub fate: Fate,
}

/// What is wrong with an object's new fate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Misfate {
    /// Handed over although it already was.
    QueuedTwice,
    /// Handed over although it is free.
    QueuedFreed,
    /// Freed although it is free.
    FreedTwice,
    /// Freed while a reader that was there when it was handed over is still inside.
    FreedEarly,
}

/// The state of `__object()` that changes nothing but what is a leak.
const PARKED: u64 = 3;

fn bit(slot: usize) -> u32 {
    if slot < SLOTS { 2 << slot } else { 0 }
}

impl Machine {
    /// Objects handed over and not freed.
    pub fn queued_objects(&self) -> impl Iterator<Item = u64> {
        let queued = self.objects.iter().flatten();
        queued.filter(|o| o.fate == Fate::Queued).map(|o| o.addr)
    }

    /// Adds bits to what every reader holds up, or takes them from every context.
    pub(super) fn mark_readers(&mut self, bits: u32) {
        for idx in 0..self.tasks.len() {
            if self.task_is_reader(super::TaskId(idx as u16)) {
                Rc::make_mut(&mut self.tasks[idx].context).holds |= bits;
            }
        }
        for context in self.cpus.iter_mut().flat_map(|c| &mut c.interrupts) {
            Rc::make_mut(context).holds |= bits;
        }
    }

    fn unmark_all(&mut self, bits: u32) {
        let tasks = self.tasks.iter_mut().map(|t| &mut t.context);
        let interrupts = self.cpus.iter_mut().flat_map(|c| &mut c.interrupts);
        for context in tasks.chain(interrupts).filter(|c| c.holds & bits != 0) {
            Rc::make_mut(context).holds &= !bits;
        }
    }

    /// Whether some context holds up one of these.
    pub(super) fn is_held_up(&self, bits: u32) -> bool {
        let tasks = self.tasks.iter().map(|t| &t.context);
        let interrupts = self.cpus.iter().flat_map(|c| &c.interrupts);
        tasks
            .chain(interrupts)
            .any(|context| context.holds & bits != 0)
    }
}

impl Exec<'_> {
    /// `__object(p, size, state)`; state 0 is in use, 1 queued, 2 freed, 3 parked. Returns 1 when it
    /// was right.
    pub(super) fn object(&mut self, addr: u64, state: u64, dst: Reg) -> Flow {
        let fate = match state {
            0 => None,
            1 => Some(Fate::Queued),
            _ => Some(Fate::Freed),
        };
        let slot = self.slot_of(addr);
        let was = self.machine.objects.get(slot).copied().flatten();
        if state == PARKED {
            self.park(slot, was);
            return self.set(dst, 1);
        }
        let early = self.ctx.holds & bit(slot) != 0 || self.machine.is_held_up(bit(slot));
        let problem = match (was.map(|o| o.fate), fate) {
            (Some(Fate::Queued | Fate::Parked), Some(Fate::Queued)) => Some(Misfate::QueuedTwice),
            (Some(Fate::Freed), Some(Fate::Queued)) => Some(Misfate::QueuedFreed),
            (Some(Fate::Freed), Some(Fate::Freed)) => Some(Misfate::FreedTwice),
            (Some(Fate::Queued | Fate::Parked), Some(Fate::Freed)) if early => {
                Some(Misfate::FreedEarly)
            }
            _ => None,
        };
        self.machine.unmark_all(bit(slot));
        self.ctx.holds &= !bit(slot);
        if fate == Some(Fate::Queued) {
            self.hold_up(bit(slot));
        }
        self.put_object(slot, fate.map(|fate| Object { addr, fate }));
        if let Some(fate) = fate {
            self.event(EventKind::Object {
                addr,
                fate,
                problem,
            });
        }
        self.set(dst, u64::from(problem.is_none()))
    }

    /// Its readers are still waited for. It may have been freed since it was queued.
    fn park(&mut self, slot: usize, was: Option<Object>) {
        if let Some(Object {
            addr,
            fate: Fate::Queued,
        }) = was
        {
            let fate = Fate::Parked;
            self.put_object(slot, Some(Object { addr, fate }));
        }
    }

    /// Every context inside a reader now holds these up until it leaves it.
    pub(super) fn hold_up(&mut self, bits: u32) {
        self.machine.mark_readers(bits);
        if self.in_reader() {
            self.ctx.holds |= bits;
        }
    }

    /// The object's slot, or the first free one.
    fn slot_of(&self, addr: u64) -> usize {
        let objects = &self.machine.objects;
        let known = |o: &Option<Object>| o.is_some_and(|o| o.addr == addr);
        let free = || objects.iter().position(Option::is_none);
        let found = objects.iter().position(known).or_else(free);
        found.unwrap_or(objects.len())
    }

    fn put_object(&mut self, slot: usize, object: Option<Object>) {
        if self.machine.objects.get(slot).copied().flatten() == object {
            return;
        }
        let objects = Rc::make_mut(&mut self.machine.objects);
        if objects.len() <= slot {
            objects.resize(slot + 1, None);
        }
        objects[slot] = object;
        while objects.last().is_some_and(Option::is_none) {
            objects.pop();
        }
    }
}
