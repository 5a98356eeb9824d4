//! What lockdep remembers of lock classes. Only recorded here; judged by `check::irq_usage`.
//!
//! Source: v5.9 `kernel/locking/lockdep.c`, `mark_usage()`.

use std::collections::BTreeMap;

use super::context::ContextKind;
use super::event::LockRef;
use crate::syntax::source::Span;

/// How a class has been used so far (`enum lock_usage_bit`, writer side).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Usage {
    /// `INITIAL USE`: taken at all, outside NMI. Where first.
    pub used: Option<Span>,
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
        let hard = pair(self.in_hardirq, self.hardirq_on);
        let soft = pair(self.in_softirq, self.softirq_on);
        format!("{hard}.{soft}.")
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
        if !lock.trylock {
            usage.in_hardirq |= matches!(context, ContextKind::Hardirq { .. });
            usage.in_softirq |= context == ContextKind::Softirq;
        }
        if !irqs_off {
            usage.hardirq_on = true;
            usage.softirq_on |= !bh_off;
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
        let mut after = Lockdep { classes: BTreeMap::from([(lock.class, before)]) };
        after.mark(lock, context, irqs_off, bh_off, span);
        after.usage(lock.class) != before
    }
}
