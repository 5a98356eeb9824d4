//! What lockdep remembers of lock classes. Only recorded here; judged by `check::irq_usage`.
//!
//! Source: v5.9 `kernel/locking/lockdep.c`, `mark_usage()`.

use std::collections::BTreeMap;

use super::context::ContextKind;
use super::event::LockRef;
use crate::syntax::source::Span;

/// How a class has been used so far (`enum lock_usage_bit`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Usage {
    /// `INITIAL USE`: taken at all, outside NMI. Where first.
    pub used: Option<Span>,
    /// One of these was a writer: `INITIAL USE`, not `INITIAL READ USE`.
    pub used_by_writer: bool,
    /// By writers, and by whoever takes a lock that has no readers.
    pub write: Levels,
    /// By readers.
    pub read: Levels,
}

/// In which interrupt levels, and with which of them enabled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Levels {
    /// Taken in a hard interrupt (`IN-HARDIRQ-W`).
    pub in_hardirq: bool,
    /// Taken in a softirq (`IN-SOFTIRQ-W`).
    pub in_softirq: bool,
    /// Taken with hard interrupts enabled (`HARDIRQ-ON-W`).
    pub hardirq_on: bool,
    /// Taken with softirqs enabled (`SOFTIRQ-ON-W`).
    pub softirq_on: bool,
}

impl Usage {
    /// The four characters of `{-.-.}`: hardirq, hardirq-read, softirq, softirq-read.
    pub fn characters(self) -> String {
        let pair = |in_irq, on| match (in_irq, on) {
            (false, false) => '.',
            (true, false) => '-',
            (false, true) => '+',
            (true, true) => '?',
        };
        let hard = |by: Levels| pair(by.in_hardirq, by.hardirq_on);
        let soft = |by: Levels| pair(by.in_softirq, by.softirq_on);
        [
            hard(self.write),
            hard(self.read),
            soft(self.write),
            soft(self.read),
        ]
        .iter()
        .collect()
    }
}

/// All classes; only ever grows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Lockdep {
    classes: BTreeMap<u64, Usage>,
}

impl Lockdep {
    /// What is known of a class.
    pub fn usage(&self, class: u64) -> Usage {
        self.classes.get(&class).copied().unwrap_or_default()
    }

    /// Records one acquisition. Nothing is recorded in NMI, and a trylock says nothing about the
    /// context it is in.
    pub(super) fn mark(
        &mut self,
        lock: &LockRef,
        context: ContextKind,
        irqs_off: bool,
        bh_off: bool,
        span: Span,
    ) {
        if lock.class == 0 || context == ContextKind::Nmi {
            return;
        }
        let usage = self.classes.entry(lock.class).or_default();
        usage.used.get_or_insert(span);
        usage.used_by_writer |= !lock.read;
        let by = if lock.read {
            &mut usage.read
        } else {
            &mut usage.write
        };
        if !lock.trylock {
            by.in_hardirq |= matches!(context, ContextKind::Hardirq { .. });
            by.in_softirq |= context == ContextKind::Softirq;
        }
        if !irqs_off {
            by.hardirq_on = true;
            by.softirq_on |= !bh_off;
        }
    }

    /// Whether [`Lockdep::mark`] would change anything.
    pub(super) fn would_change(
        &self,
        lock: &LockRef,
        context: ContextKind,
        irqs_off: bool,
        bh_off: bool,
        span: Span,
    ) -> bool {
        let before = self.usage(lock.class);
        let mut after = Lockdep {
            classes: BTreeMap::from([(lock.class, before)]),
        };
        after.mark(lock, context, irqs_off, bh_off, span);
        after.usage(lock.class) != before
    }
}
