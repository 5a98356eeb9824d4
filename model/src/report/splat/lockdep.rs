//! Reports of `kernel/locking/lockdep.c`.

use super::who::Who;
use crate::check::context_type;
use crate::machine::context::{ContextKind, Held};
use crate::machine::event::{LockRef, Now};
use crate::machine::lockdep::Usage;

/// The title of its reports about wait types.
pub(super) const WAIT_CONTEXT: &str = "[ BUG: Invalid wait context ]";

/// `print_lock_invalid_wait_context()`
pub(super) fn wait_context(who: &Who<'_>, lock: &LockRef, usage: Usage, now: &Now) -> Vec<String> {
    let mut lines = who.banner(WAIT_CONTEXT);
    lines.push(format!("{} is trying to lock:", who.name()));
    lines.push(who.lock(lock, usage, who.span));
    lines.push("other info that might help us debug this:".into());
    let inner = who.number(context_type(now.context));
    lines.push(format!("context-{{{inner}:{inner}}}"));
    lines.extend(who.held(now));
    lines.push("stack backtrace:".into());
    lines.extend(who.dump_stack());
    lines
}

/// The same about the console's own lock, which is no object of the model.
pub(super) fn console(who: &Who<'_>) -> Vec<String> {
    let mut lines = who.banner(WAIT_CONTEXT);
    lines.push(format!("{} is trying to lock:", who.name()));
    lines.push("(&port_lock_key){-.-.}-{3:3}, at: serial8250_console_write".into());
    lines.push("other info that might help us debug this:".into());
    let inner = who.number(context_type(who.context));
    lines.push(format!("context-{{{inner}:{inner}}}"));
    lines.extend(who.held_before());
    lines.push("stack backtrace:".into());
    lines.extend(who.dump_stack());
    lines
}

/// `lockdep_rcu_suspicious()`
pub(super) fn rcu(who: &Who<'_>, word: &str, now: &Now) -> Vec<String> {
    let mut lines = who.banner("WARNING: suspicious RCU usage");
    let what = format!("Illegal context switch in {word} read-side critical section!");
    lines.push(format!("{} {what}", who.era.rcu_sleep_check()));
    lines.extend([
        String::new(),
        "other info that might help us debug this:".into(),
    ]);
    lines.extend([String::new(), String::new()]);
    let on = u8::from(!who.machine.console.lockdep_off);
    lines.push(format!("rcu_scheduler_active = 2, debug_locks = {on}"));
    lines.extend(who.held(now));
    lines.extend([String::new(), "stack backtrace:".into()]);
    lines.extend(who.dump_stack());
    lines
}

/// `print_usage_bug()`
pub(super) fn inconsistent(
    who: &Who<'_>,
    lock: &LockRef,
    usage: Usage,
    (from, to): (&str, &str),
    now: &Now,
) -> Vec<String> {
    let mut lines = who.banner("WARNING: inconsistent lock state");
    lines.push(format!("inconsistent {{{from}}} -> {{{to}}} usage."));
    lines.push(format!("{} {} takes:", who.name(), levels(now)));
    lines.push(who.lock(lock, usage, who.span));
    lines.push(format!("{{{from}}} state was registered at:"));
    // The place of the class's first use is kept, not that of every usage bit.
    let first = match usage.used {
        Some(span) if from == "INITIAL USE" => format!("  {}", who.place(span)),
        Some(span) => format!("  (the class was first used at {})", who.place(span)),
        None => "  (not recorded)".into(),
    };
    lines.push(first);
    lines.extend(scenario(who, lock, lock, "  <Interrupt>\n    "));
    lines.push(String::new());
    lines.extend(who.held(now));
    lines.extend([String::new(), "stack backtrace:".into()]);
    lines.extend(who.dump_stack());
    lines
}

/// `[HC1[1]:SC0[0]:HE0:SE1]`
fn levels(now: &Now) -> String {
    let hardirqs = (now.preempt_count >> 16) & 0xf;
    let softirqs = (now.preempt_count >> 8) & 0xff;
    let in_hardirq = matches!(now.context, ContextKind::Hardirq { .. } | ContextKind::Nmi);
    let in_softirq = now.context == ContextKind::Softirq;
    format!(
        "[HC{}[{hardirqs}]:SC{}[{softirqs}]:HE{}:SE{}]",
        u8::from(in_hardirq),
        u8::from(in_softirq),
        u8::from(!now.irqs_off),
        u8::from(softirqs == 0)
    )
}

/// `print_deadlock_bug()`
pub(super) fn recursive(
    who: &Who<'_>,
    lock: &LockRef,
    usage: Usage,
    held: &Held,
    now: &Now,
) -> Vec<String> {
    let mut lines = who.banner("WARNING: possible recursive locking detected");
    lines.push(format!("{} is trying to acquire lock:", who.name()));
    lines.push(who.lock(lock, usage, who.span));
    lines.extend([String::new(), "but task is already holding lock:".into()]);
    lines.push(who.lock(
        &held.lock,
        who.machine.lockdep.usage(held.lock.class),
        held.span,
    ));
    lines.extend(scenario(who, &held.lock, lock, "  "));
    lines.extend([
        String::new(),
        " May be due to missing lock nesting notation".into(),
    ]);
    lines.push(String::new());
    lines.extend(who.held(now));
    lines.extend([String::new(), "stack backtrace:".into()]);
    lines.extend(who.dump_stack());
    lines
}

/// One CPU takes the first, then, after `between`, the second.
fn scenario(who: &Who<'_>, first: &LockRef, second: &LockRef, between: &str) -> Vec<String> {
    let name = |lock: &LockRef| who.machine.lock_name(lock);
    let text = format!(
        "\nother info that might help us debug this:\n Possible unsafe locking scenario:\n\n       \
         CPU0\n       ----\n  lock({});\n{between}lock({});\n\n *** DEADLOCK ***",
        name(first),
        name(second)
    );
    text.split('\n').map(str::to_string).collect()
}

/// `print_unlock_imbalance_bug()`, and for tasks that keep a lock `lockdep_sys_exit()`.
pub(super) fn unbalanced(who: &Who<'_>, text: &str) -> Vec<String> {
    let mut lines;
    if let Some(lock) = text.strip_prefix("bad unlock balance detected: ") {
        let name = lock.split(" is released").next().unwrap_or(lock);
        lines = who.banner("WARNING: bad unlock balance detected!");
        lines.push(format!(
            "{} is trying to release lock {name} at:",
            who.name()
        ));
        lines.push(who.place(who.span));
        lines.push("but there are no more locks to release!".into());
        lines.extend([
            String::new(),
            "other info that might help us debug this:".into(),
        ]);
        lines.extend(who.held_before());
        lines.extend([String::new(), "stack backtrace:".into()]);
    } else if who.context == ContextKind::Task && !text.contains("0 lock(s)") {
        lines = who.banner("WARNING: lock held when returning to user space!");
        lines.push(format!(
            "{} is leaving the kernel with locks still held!",
            who.name()
        ));
        lines.extend(who.held_before());
        return lines;
    } else {
        lines = vec![format!("WARNING: {text}")];
    }
    lines.extend(who.dump_stack());
    lines
}
