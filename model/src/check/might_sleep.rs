//! Sleeping function called from invalid context.
//!
//! The kernel's test in `__might_resched()` (v5.9 `___might_sleep()`). A sleeping lock's own test on
//! PREEMPT_RT expects RCU readers: spinning there would have been allowed too.
//!
//! Cannot miss anything that reaches a `might_sleep()`; what sleeps without one is seen by
//! `schedule_atomic`, and only when it really sleeps. The kernel's detector is silent during early
//! boot and repeats itself at most once a second; here once an execution.

use crate::machine::event::Now;

/// Whether sleeping is wrong here. `lock`: asked by a sleeping lock of PREEMPT_RT.
pub(super) fn check(now: &Now, lock: bool, preempt_rcu: bool) -> bool {
    let rcu = !lock && preempt_rcu && now.rcu_depth > 0;
    now.preempt_count != 0 || now.irqs_off || rcu
}
