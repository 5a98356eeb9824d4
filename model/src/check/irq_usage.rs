//! Inconsistent lock state: a class taken inside an interrupt level that can interrupt a holder.
//!
//! lockdep's usage bits (`mark_lock_irq()`, `verify_lock_unused()` for NMI; v5.9
//! `kernel/locking/lockdep.c`). A class is judged by its history, not by whether the lock is held at
//! this moment. Not looked at: trylocks, bit spinlocks, and interrupts enabled again while a lock is
//! held (only the acquisition counts here).

use super::known_to_lockdep;
use crate::machine::context::ContextKind;
use crate::machine::event::{LockRef, Now};
use crate::machine::lockdep::Usage;

/// The two usages that contradict each other, as lockdep names them.
pub(super) fn check(lock: &LockRef, usage: Usage, now: &Now) -> Option<(&'static str, &'static str)> {
    if lock.trylock || !known_to_lockdep(lock) {
        return None;
    }
    let bh_off = now.preempt_count & 0xff00 != 0;
    match now.context {
        ContextKind::Nmi if usage.used.is_some() => Some(("INITIAL USE", "IN-NMI")),
        ContextKind::Nmi => None,
        ContextKind::Hardirq { .. } if usage.hardirq_on => Some(("HARDIRQ-ON-W", "IN-HARDIRQ-W")),
        ContextKind::Softirq if usage.softirq_on => Some(("SOFTIRQ-ON-W", "IN-SOFTIRQ-W")),
        _ if usage.in_hardirq && !now.irqs_off => Some(("IN-HARDIRQ-W", "HARDIRQ-ON-W")),
        _ if usage.in_softirq && !now.irqs_off && !bh_off => Some(("IN-SOFTIRQ-W", "SOFTIRQ-ON-W")),
        _ => None,
    }
}
