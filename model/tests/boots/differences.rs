//! The rows that cannot agree, by rule, with the reason. Each must still disagree: a rule that has
//! become needless fails the test.

use crate::rows::Row;

/// Why a row cannot agree.
pub fn known_difference(row: &Row) -> Option<&'static str> {
    let hard = ["hrtimer_hard", "irq_work_hard"].contains(&row.context.as_str());
    let killed = row.splat_classes.iter().any(|class| class == "oom-kill");
    if killed && row.hang && row.context != "task" {
        Some(
            "the victim was woken on the CPU that the interrupt kept busy, in the model it ends at once",
        )
    } else if hard && row.state.starts_with("zlock") && row.returned.is_none() && !row.hang {
        Some(
            "the lock is held with interrupts off: the interrupt came after its release, and the record calls that null",
        )
    } else {
        None
    }
}

/// What the model leaves out: `vmalloc()` is an outline that maps nothing.
pub fn not_modelled(row: &Row) -> bool {
    row.call.starts_with("vmalloc:")
}
