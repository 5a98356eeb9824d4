//! Reports of `kernel/sched/core.c`: `___might_sleep()` and `__schedule_bug()`.

use super::who::Who;
use crate::machine::event::Now;

/// `rt_spin_lock()`'s test, as booted v6.12 kernels report it; v5.9 itself has no such file.
const SPINLOCK_RT: (&str, u32) = ("kernel/locking/spinlock_rt.c", 48);

/// Where a sleeping function is, as a report names it.
pub(super) fn sleeping_at(file: &str, line: u32) -> String {
    match (file, line) {
        (file, 0) if file == SPINLOCK_RT.0 => format!("{file}:{}", SPINLOCK_RT.1),
        (file, 0) => file.into(),
        (file, line) => format!("{file}:{line}"),
    }
}

pub(super) fn sleeping(who: &Who<'_>, file: &str, line: u32, now: &Now) -> Vec<String> {
    let count = who.machine.visible_preempt_count(now.preempt_count);
    let at = sleeping_at(file, line);
    let mut lines = vec![
        format!("BUG: sleeping function called from invalid context at {at}"),
        format!(
            "in_atomic(): {}, irqs_disabled(): {}, non_block: 0, pid: {}, name: {}",
            u8::from(count != 0),
            u8::from(now.irqs_off),
            who.pid,
            who.comm
        ),
    ];
    if who.era.might_sleep_tells_counts() {
        lines.extend(counts(who, file, count, now));
    }
    lines.extend(who.show_held(now));
    lines.extend(who.preemption_disabled_at(now));
    lines.extend(who.dump_stack());
    lines
}

/// What `__might_resched()` found and what it expected: a sleeping lock expects the readers.
fn counts(who: &Who<'_>, file: &str, count: u32, now: &Now) -> Vec<String> {
    let mut lines = vec![format!("preempt_count: {count:x}, expected: 0")];
    if who.machine.config().preempt_rcu() {
        let depth = now.rcu_depth;
        let expected = if file == SPINLOCK_RT.0 { depth } else { 0 };
        lines.push(format!("RCU nest depth: {depth}, expected: {expected}"));
    }
    lines
}

pub(super) fn scheduling(who: &Who<'_>, now: &Now) -> Vec<String> {
    // schedule() itself has disabled preemption once more by then.
    let count = who.machine.visible_preempt_count(now.preempt_count) + 1;
    let mut lines = vec![format!(
        "BUG: scheduling while atomic: {}/0x{count:08x}",
        who.name()
    )];
    lines.extend(who.show_held(now));
    lines.push("Modules linked in:".into());
    lines.extend(who.preemption_disabled_at(now));
    lines.extend(who.dump_stack());
    lines
}
