//! What lockdep remembers of lock classes and their order. Only recorded here; judged by
//! `check::irq_usage` and `check::circular`.
//!
//! Source: v5.9 `kernel/locking/lockdep.c`, `mark_usage()`, `check_prevs_add()`.
//!
//! The order is part of the state, since it decides what an execution reports later. It adds few
//! states: which edges there are follows from how far each context has come, whoever came first; where
//! an edge was seen first does not, and is not compared.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use super::context::{ContextKind, Held};
use super::event::{LockRef, LockType};
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

/// A class was taken while another one was held.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Edge {
    /// The class that was held.
    pub from: u64,
    /// The class that was taken.
    pub to: u64,
    /// The first time.
    pub first: First,
}

/// Locks and places that stand for an [`Edge`] in reports; any will do, so all are equal.
#[derive(Clone, Copy, Debug)]
pub struct First {
    /// The lock that was held, and where it was taken.
    pub held: Held,
    /// The one that was taken.
    pub taken: Held,
}

impl PartialEq for First {
    fn eq(&self, _: &First) -> bool {
        true
    }
}

impl Eq for First {}

impl Hash for First {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// An order that contradicts the one recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inversion {
    /// The lock that is held.
    pub held: Held,
    /// How its class was found to come after that of the lock wanted, from that one on.
    pub chain: Vec<Edge>,
}

/// All classes and their order; only ever grows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Lockdep {
    classes: BTreeMap<u64, Usage>,
    /// Sorted by classes.
    edges: Vec<Edge>,
}

impl Lockdep {
    /// What is known of a class.
    pub fn usage(&self, class: u64) -> Usage {
        self.classes.get(&class).copied().unwrap_or_default()
    }

    fn place(&self, from: u64, to: u64) -> Result<usize, usize> {
        self.edges
            .binary_search_by_key(&(from, to), |e| (e.from, e.to))
    }

    /// The held locks whose order before `lock` is not known yet: those behind the newest one that
    /// was waited for have been looked at when that was taken.
    pub(super) fn unordered(&self, held: &[Held], lock: &LockRef) -> Vec<Held> {
        if lock.trylock || !in_order(lock) {
            return Vec::new();
        }
        let mut all = Vec::new();
        for held in held.iter().rev().filter(|h| in_order(&h.lock)) {
            let class = held.lock.class;
            if class != lock.class && self.place(class, lock.class).is_err() {
                all.push(*held);
            }
            if !held.lock.trylock {
                break;
            }
        }
        all
    }

    /// The shortest chain of edges between two classes.
    pub(super) fn chain(&self, from: u64, to: u64) -> Option<Vec<Edge>> {
        let mut reached: Vec<(&Edge, Option<usize>)> = Vec::new();
        let (mut class, mut came_by, mut next) = (from, None, 0);
        loop {
            let start = self.edges.partition_point(|e| e.from < class);
            for edge in self.edges[start..].iter().take_while(|e| e.from == class) {
                if edge.to != from && !reached.iter().any(|(e, _)| e.to == edge.to) {
                    reached.push((edge, came_by));
                }
            }
            if let Some(end) = reached.iter().position(|(e, _)| e.to == to) {
                return Some(walk_back(&reached, end));
            }
            class = reached.get(next)?.0.to;
            came_by = Some(next);
            next += 1;
        }
    }

    /// Records an order.
    pub(super) fn order(&mut self, held: Held, taken: Held) {
        let (from, to) = (held.lock.class, taken.lock.class);
        if let Err(at) = self.place(from, to) {
            let first = First { held, taken };
            self.edges.insert(at, Edge { from, to, first });
        }
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
            edges: Vec::new(),
        };
        after.mark(lock, context, irqs_off, bh_off, span);
        after.usage(lock.class) != before
    }
}

/// Whether lockdep orders it: readers may be nested in any order (`read == 2`), and a raw lock inside
/// an rt_mutex is always the last.
fn in_order(lock: &LockRef) -> bool {
    let known = !matches!(
        lock.ty,
        LockType::Bit(_) | LockType::Rcu | LockType::RcuBh | LockType::RcuSched
    );
    known && !lock.read && lock.class > super::lock::WAIT_LOCK_CLASS
}

fn walk_back(reached: &[(&Edge, Option<usize>)], end: usize) -> Vec<Edge> {
    let mut chain = Vec::new();
    let mut at = Some(end);
    while let Some((edge, came_by)) = at.and_then(|i| reached.get(i)) {
        chain.push((*edge).clone());
        at = *came_by;
    }
    chain.reverse();
    chain
}
