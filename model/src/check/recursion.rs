//! Recursive locking: a lock of a class that this context holds already.
//!
//! lockdep's `check_deadlock()`. It compares classes, not locks, so two locks of one class taken in
//! order are reported too (the kernel annotates such places; the modelled C has none). Recursion
//! across an interrupt is `irq_usage`'s; a real self-deadlock is also found by `deadlock`.

use super::known_to_lockdep;
use crate::machine::context::{ContextKind, Held};
use crate::machine::event::{LockRef, LockType, Now};

/// The lock already held.
pub(super) fn check(lock: &LockRef, now: &Now) -> Option<Held> {
    if lock.trylock || !known_to_lockdep(lock) || now.context == ContextKind::Nmi {
        return None;
    }
    let same = |held: &&Held| {
        held.lock.class == lock.class
            && held.lock.class != 0
            && !(held.lock.read && lock.read)
            && !(lock.ty == LockType::Map && held.lock.trylock)
    };
    now.held.iter().find(same).copied()
}
