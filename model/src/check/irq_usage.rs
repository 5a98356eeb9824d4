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

/// By a writer, by a reader.
const IN_HARDIRQ: [&str; 2] = ["IN-HARDIRQ-W", "IN-HARDIRQ-R"];
const HARDIRQ_ON: [&str; 2] = ["HARDIRQ-ON-W", "HARDIRQ-ON-R"];
const IN_SOFTIRQ: [&str; 2] = ["IN-SOFTIRQ-W", "IN-SOFTIRQ-R"];
const SOFTIRQ_ON: [&str; 2] = ["SOFTIRQ-ON-W", "SOFTIRQ-ON-R"];

/// The two usages that contradict each other, as lockdep names them.
pub(super) fn check(
    lock: &LockRef,
    usage: Usage,
    now: &Now,
) -> Option<(&'static str, &'static str)> {
    if lock.trylock || !known_to_lockdep(lock) {
        return None;
    }
    let bh_off = now.preempt_count & 0xff00 != 0;
    let (write, read) = (usage.write, usage.read);
    let other = |by_writer: bool, by_reader: bool, names: [&'static str; 2]| match lock.read {
        _ if by_writer => Some(names[0]),
        // Readers do not keep readers out.
        false if by_reader => Some(names[1]),
        _ => None,
    };
    let mine = |names: [&'static str; 2]| names[usize::from(lock.read)];
    match now.context {
        ContextKind::Nmi => other(
            usage.used_by_writer,
            usage.used.is_some(),
            ["INITIAL USE", "INITIAL READ USE"],
        )
        .map(|from| (from, "IN-NMI")),
        ContextKind::Hardirq { .. } => other(write.hardirq_on, read.hardirq_on, HARDIRQ_ON)
            .map(|from| (from, mine(IN_HARDIRQ))),
        ContextKind::Softirq if write.softirq_on || (read.softirq_on && !lock.read) => {
            other(write.softirq_on, read.softirq_on, SOFTIRQ_ON)
                .map(|from| (from, mine(IN_SOFTIRQ)))
        }
        ContextKind::Softirq | ContextKind::Task if now.irqs_off => None,
        ContextKind::Softirq | ContextKind::Task => {
            let hard = other(write.in_hardirq, read.in_hardirq, IN_HARDIRQ);
            let soft = || other(write.in_softirq, read.in_softirq, IN_SOFTIRQ).filter(|_| !bh_off);
            hard.map(|from| (from, mine(HARDIRQ_ON)))
                .or_else(|| soft().map(|from| (from, mine(SOFTIRQ_ON))))
        }
    }
}
