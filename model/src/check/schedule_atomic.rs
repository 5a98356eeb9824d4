//! Scheduling while atomic: the context really gave up the CPU.
//!
//! Always compiled in (`schedule_debug()`), but it sees only `preempt_count`: a context that sleeps
//! with nothing but interrupts masked is not reported, nor is any where `PREEMPT_COUNT` is off.

use crate::machine::context::ContextKind;
use crate::machine::event::Now;

/// Whether giving up the CPU is wrong here, as far as `preempt_count` can tell.
pub(super) fn check(now: &Now) -> bool {
    now.preempt_count != 0 || now.context != ContextKind::Task
}
