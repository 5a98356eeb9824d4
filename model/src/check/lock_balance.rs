//! Locks released by who does not hold them, and contexts that end holding something.
//!
//! What is printed about interrupts left off depends on what runs next, so nothing is taken for sure.
//! lockdep says "bad unlock balance detected" and "lock held when returning"; the scheduler and the
//! interrupt code complain of a changed `preempt_count`.

use crate::machine::{EventKind, Machine};

/// One sentence.
pub(super) fn text(machine: &Machine, kind: &EventKind) -> String {
    match kind {
        EventKind::BadUnlock(lock) => format!(
            "bad unlock balance detected: ({}) is released but not held",
            machine.lock_name(lock)
        ),
        EventKind::LeftUnbalanced {
            n_locks,
            preempt_count,
            expected,
        } => format!(
            "the context ends with {n_locks} lock(s) held, preempt_count {preempt_count:#010x}, \
             expected {expected:#010x}"
        ),
        EventKind::IrqsLeft { off: true } => "the context ends with interrupts off".into(),
        EventKind::IrqsLeft { off: false } => "the handler enabled interrupts".into(),
        EventKind::NotBegun { section } => {
            format!("the end of a section without its {}", section.begin())
        }
        _ => String::new(),
    }
}
