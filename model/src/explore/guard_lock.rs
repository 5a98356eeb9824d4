//! Locks that are plain variables: who waits until a byte is zero and then sets it has taken a lock.
//!
//! A byte is such a lock as long as whoever makes it other than zero does so in a step that is not
//! possible while it is other than zero, and only who has done that makes it zero again. Then nobody
//! else makes a step that waits for it, and nobody else writes it, while it is held.
//!
//! Who holds it is not in the state. It is known of a context, with all its registers, when it is so in
//! every execution that was seen to lead to that context.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use rustc_hash::FxHasher;

use super::access::Agents;
use crate::machine::footprint::Touched;

/// Candidates; more are not looked for.
const LOCKS_MAX: usize = 16;

/// A set of locks, a bit each.
pub type Held = u16;

/// A lock, or what was taken for one.
struct Lock {
    granule: u64,
    bytes: u8,
    /// Somebody did not behave.
    is_none: bool,
    /// Who touches it without waiting for it, as other than its holder.
    plain: Agents,
}

/// What a step has to do with such locks, whoever makes it.
#[derive(Clone, Debug, Default)]
pub struct GuardUse {
    /// Bytes that must be zero for it.
    pub waits_for: Vec<Touched>,
    /// Of the bytes written, those that are zero afterwards.
    pub zeroed: Vec<Touched>,
    /// Of the bytes written, those that are more afterwards than [`Machine::waits_for_zero`] tries.
    ///
    /// [`Machine::waits_for_zero`]: crate::machine::Machine::waits_for_zero
    pub large: Vec<Touched>,
}

impl GuardUse {
    fn waits(&self, lock: &Lock) -> bool {
        self.waits_for.iter().any(|t| lock.is(t))
    }

    fn enlarges(&self, lock: &Lock) -> bool {
        self.large.iter().any(|t| lock.is(t))
    }

    fn zeroes(&self, lock: &Lock) -> bool {
        self.zeroed.iter().any(|t| lock.is(t))
    }
}

impl Lock {
    fn is(&self, touched: &Touched) -> bool {
        self.granule == touched.granule && self.bytes == touched.bytes
    }

    fn is_touched(&self, touched: &Touched) -> bool {
        self.granule == touched.granule && self.bytes & touched.bytes != 0
    }
}

/// All locks, and who holds which.
#[derive(Default)]
pub struct GuardLocks {
    locks: Vec<Lock>,
    /// Of each context, by its number: of which locks it is known whether it holds them in all
    /// executions, and which it does.
    held: HashMap<u32, (Held, Held), BuildHasherDefault<FxHasher>>,
}

/// Something was learned by which decisions would have been different.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Learned(pub bool);

impl GuardLocks {
    /// What a context holds.
    pub fn held(&self, context: u32) -> Held {
        self.held.get(&context).map_or(0, |&(_, held)| held) & self.real()
    }

    /// The same as locks for [`super::access`].
    pub fn add_to(&self, held: Held, locks: &mut Vec<u64>) {
        let numbers = (0..self.locks.len()).filter(|i| held >> i & 1 != 0);
        locks.extend(numbers.map(|i| 1 << 63 | i as u64));
    }

    /// What a step of a context takes.
    pub fn taken(&self, how: &GuardUse, touched: &[Touched]) -> Held {
        let mut taken = 0;
        for (i, lock) in self.locks.iter().enumerate() {
            let sets = touched.iter().any(|t| t.written && lock.is(t)) && !how.zeroes(lock);
            if sets && how.waits(lock) {
                taken |= 1 << i;
            }
        }
        taken & self.real()
    }

    /// Others who touch these bytes without waiting, when they are those of a lock that is held.
    pub fn plain(&self, held: Held, touched: &Touched) -> Option<Agents> {
        let mut locks = self.locks.iter().enumerate();
        let is_held = |&(i, lock): &(usize, &Lock)| held >> i & 1 != 0 && lock.is(touched);
        locks.find(is_held).map(|(_, lock)| lock.plain)
    }

    /// Records what a step of a context does with locks, and which context it becomes.
    pub fn learn(
        &mut self,
        agent: Agents,
        how: &GuardUse,
        touched: &[Touched],
        from: u32,
        to: u32,
    ) -> Learned {
        let mut learned = self.find_new(how, touched);
        let before = self.held(from);
        let mut after = before | self.taken(how, touched);
        for (i, lock) in self.locks.iter_mut().enumerate() {
            let mine = touched.iter().filter(|t| lock.is_touched(t));
            let (mut reads, mut writes) = (false, false);
            for t in mine {
                reads = true;
                writes |= t.written;
            }
            if !reads || lock.is_none {
                continue;
            }
            let is_held = before >> i & 1 != 0;
            if writes && is_held && how.zeroes(lock) {
                after &= !(1 << i);
            } else if writes && (!how.waits(lock) || how.enlarges(lock)) {
                lock.is_none = true;
                learned.0 = true;
            } else if !how.waits(lock) && lock.plain & agent == 0 {
                lock.plain |= agent;
                learned.0 = true;
            }
        }
        Learned(learned.0 | self.becomes(to, after).0)
    }

    /// Records that somebody looks at bytes to know whether he can make a step.
    pub fn reads(&mut self, agent: Agents, how: &GuardUse, looked: &[Touched]) -> Learned {
        let mut learned = Learned(false);
        for lock in self.locks.iter_mut().filter(|lock| !lock.is_none) {
            let looks = looked.iter().any(|t| lock.is_touched(t));
            if looks && !how.waits(lock) && lock.plain & agent == 0 {
                lock.plain |= agent;
                learned.0 = true;
            }
        }
        learned
    }

    /// A context is there when the search begins, and holds nothing: also not of what is found to be a lock
    /// later.
    pub fn begins(&mut self, context: u32) {
        self.held.insert(context, (Held::MAX, 0));
    }

    /// A context becomes another one, with what it holds; 0 when it has ended: whoever comes in its place
    /// begins with nothing.
    pub fn becomes(&mut self, to: u32, now: Held) -> Learned {
        let all = ((1_u32 << self.locks.len()) - 1) as Held;
        if all == 0 || to == 0 {
            return Learned(false);
        }
        let (known, held) = self.held.get(&to).copied().unwrap_or_default();
        let lost = held & known & !now;
        let held = held & now | now & !known;
        self.held.insert(to, (known | all, held));
        Learned(lost & self.real() != 0)
    }

    fn find_new(&mut self, how: &GuardUse, touched: &[Touched]) -> Learned {
        let mut learned = Learned(false);
        for waited in &how.waits_for {
            let is_it =
                |t: &Touched| t.written && t.granule == waited.granule && t.bytes == waited.bytes;
            let zeroed = how.zeroed.iter().any(is_it);
            let known = self.locks.iter().any(|lock| lock.is_touched(waited));
            if !known && !zeroed && touched.iter().any(is_it) && self.locks.len() < LOCKS_MAX {
                self.locks.push(Lock {
                    granule: waited.granule,
                    bytes: waited.bytes,
                    is_none: false,
                    plain: 0,
                });
                learned.0 = true;
            }
        }
        learned
    }

    fn real(&self) -> Held {
        let locks = self.locks.iter().enumerate();
        let real = locks.filter(|(_, lock)| !lock.is_none);
        real.fold(0, |all, (i, _)| all | 1 << i)
    }
}
