//! Wait types: a lock that may sleep on PREEMPT_RT inside one that never does.
//!
//! lockdep's `check_wait_context()` (v5.9 `kernel/locking/lockdep.c`, v7.2's `task_wait_context()`).
//! Blind spots, which are the kernel's own: `preempt_disable()` and `local_irq_disable()` are no
//! held locks; a trylock is never looked at; bit spinlocks are unknown; nothing is looked at in NMI.
//! v5.9.1 also skips a context that holds no lock yet; the booted 5.10.262 does not, and the model
//! follows that.

use super::known_to_lockdep;
use crate::machine::context::ContextKind;
use crate::machine::event::{LockRef, LockType, Now};

/// `enum lockdep_wait_type` with `PROVE_RAW_LOCK_NESTING`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WaitType {
    /// Not checked.
    Invalid = 0,
    /// `LD_WAIT_FREE`: never waits (RCU).
    Free = 1,
    /// `LD_WAIT_SPIN`: `raw_spinlock_t`.
    Spin = 2,
    /// `LD_WAIT_CONFIG`: `spinlock_t`, spins or sleeps by configuration.
    Config = 3,
    /// `LD_WAIT_SLEEP`: `mutex`.
    Sleep = 4,
    /// `LD_WAIT_MAX`: a task that holds nothing.
    Max = 5,
}

/// A lock's outer and inner wait type: what it needs around it, what it allows inside.
pub fn wait_types(lock: &LockRef) -> (WaitType, WaitType) {
    match lock.ty {
        LockType::RawSpin => (WaitType::Spin, WaitType::Spin),
        LockType::Spin | LockType::Rw | LockType::Local => (WaitType::Config, WaitType::Config),
        LockType::Mutex => (WaitType::Sleep, WaitType::Sleep),
        LockType::Rcu | LockType::RcuBh => (WaitType::Free, WaitType::Config),
        LockType::RcuSched => (WaitType::Free, WaitType::Spin),
        LockType::OverrideMap => (WaitType::Invalid, WaitType::Config),
        LockType::Bit(_) | LockType::Map | LockType::Word | LockType::GracePeriod => {
            (WaitType::Invalid, WaitType::Invalid)
        }
    }
}

/// What a context alone allows.
pub fn context_type(context: ContextKind) -> WaitType {
    match context {
        ContextKind::Task => WaitType::Max,
        ContextKind::Softirq | ContextKind::Hardirq { threaded: true } => WaitType::Config,
        ContextKind::Hardirq { threaded: false } | ContextKind::Nmi => WaitType::Spin,
    }
}

/// The lock's outer type and the context's, when they do not fit.
pub(super) fn check(lock: &LockRef, now: &Now) -> Option<(WaitType, WaitType)> {
    if lock.trylock || !known_to_lockdep(lock) {
        return None;
    }
    let (outer, _) = wait_types(lock);
    let allowed = allowed(now);
    (outer > allowed).then_some((outer, allowed))
}

/// What may be waited for here: the least of the context and the locks it holds, those before an
/// override (`LD_LOCK_WAIT_OVERRIDE`) aside.
pub(super) fn allowed(now: &Now) -> WaitType {
    let mut allowed = context_type(now.context);
    for held in &now.held {
        match (held.lock.ty, wait_types(&held.lock).1) {
            (_, WaitType::Invalid) => {}
            (LockType::OverrideMap, inner) => allowed = inner,
            (_, inner) => allowed = allowed.min(inner),
        }
    }
    allowed
}
