//! Illegal context switch in an RCU read-side critical section.
//!
//! `rcu_sleep_check()`, made by each `might_sleep()` (v5.9 `include/linux/rcupdate.h`). Sees only
//! what `might_sleep()` sees; preemptible readers are left to `might_sleep`'s own count.

use super::{Class, Detail, Finding, Rule};
use crate::machine::event::{LockType, Now};
use crate::machine::{Console, Event, EventKind, Machine};

/// The finding, when a reader that must not sleep may.
pub(super) fn check(before: &Machine, event: &Event, console: &Console) -> Option<Finding> {
    let EventKind::MightSleep {
        now, lock: false, ..
    } = &event.kind
    else {
        return None;
    };
    let config = before.config();
    let word = reader(now, config.preempt_rcu(), config.rt)?;
    let lockdep = config.prove_locking && !console.lockdep_off;
    Some(Finding {
        rule: Rule::RcuUsage,
        class: Some(Class::RcuUsage),
        printed: config.prove_rcu && lockdep,
        deferred: false,
        cpu: event.cpu,
        context: event.context,
        span: event.span,
        detail: Detail::Rcu {
            word,
            now: now.clone(),
        },
    })
}

fn reader(now: &Now, preempt_rcu: bool, rt: bool) -> Option<&'static str> {
    now.held.iter().find_map(|held| match held.lock.ty {
        LockType::Rcu if !preempt_rcu => Some("RCU"),
        // There bottom halves off may be preempted, and is left out (v6.12 rcu_sleep_check()).
        LockType::RcuBh if !rt => Some("RCU-bh"),
        LockType::RcuSched => Some("RCU-sched"),
        _ => None,
    })
}
