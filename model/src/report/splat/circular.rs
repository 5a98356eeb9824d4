//! `print_circular_bug()` of `kernel/locking/lockdep.c`.

use super::who::Who;
use crate::machine::context::Held;
use crate::machine::event::{LockRef, Now};
use crate::machine::lockdep::{Inversion, Usage};

pub(super) fn lines(
    who: &Who<'_>,
    lock: &LockRef,
    usage: Usage,
    inversion: &Inversion,
    now: &Now,
) -> Vec<String> {
    let held = &inversion.held;
    let known = |lock: &LockRef| who.machine.lockdep.usage(lock.class);
    let mut lines = who.banner("WARNING: possible circular locking dependency detected");
    lines.push(format!("{} is trying to acquire lock:", who.name()));
    lines.push(who.lock(lock, usage, who.span));
    lines.extend([String::new(), "but task is already holding lock:".into()]);
    lines.push(who.lock(&held.lock, known(&held.lock), held.span));
    lines.extend([
        String::new(),
        "which lock already depends on the new lock.".into(),
        String::new(),
        String::new(),
        "the existing dependency chain (in reverse order) is:".into(),
    ]);
    for (i, edge) in inversion.chain.iter().enumerate().rev() {
        let taken = &edge.first.taken;
        lines.extend(link(who, i + 1, taken, known(&taken.lock)));
    }
    let wanted = Held {
        lock: *lock,
        span: who.span,
    };
    lines.extend(link(who, 0, &wanted, usage));
    lines.extend(scenario(who, lock, inversion));
    lines.push(String::new());
    lines.extend(who.held(now));
    lines.extend([String::new(), "stack backtrace:".into()]);
    lines.extend(who.dump_stack());
    lines
}

/// `print_circular_bug_entry()`; of the trace only the place where the lock was taken is kept.
fn link(who: &Who<'_>, depth: usize, taken: &Held, usage: Usage) -> [String; 3] {
    [
        String::new(),
        format!("-> #{depth} {}:", who.class(&taken.lock, usage)),
        format!("       {}", who.place(taken.span)),
    ]
}

/// `print_circular_lock_scenario()`
fn scenario(who: &Who<'_>, lock: &LockRef, inversion: &Inversion) -> Vec<String> {
    let name = |lock: &LockRef| who.machine.lock_name(lock);
    let (source, target) = (name(lock), name(&inversion.held.lock));
    let before_target = inversion.chain.len().checked_sub(2);
    let through = before_target.map(|i| name(&inversion.chain[i].first.taken.lock));
    let mut text = "\nother info that might help us debug this:\n\n".to_string();
    if let Some(parent) = &through {
        text += &format!("Chain exists of:\n  {source} --> {parent} --> {target}\n\n");
    }
    let parent = through.as_ref().unwrap_or(&source);
    let right = " ".repeat(31);
    text += " Possible unsafe locking scenario:\n\n";
    text += "       CPU0                    CPU1\n       ----                    ----\n";
    text += &format!("  lock({target});\n{right}lock({parent});\n{right}lock({target});\n");
    text += &format!("  lock({source});\n\n *** DEADLOCK ***");
    text.split('\n').map(str::to_string).collect()
}
