//! A finding in one sentence, and why nothing is printed where nothing is.

use super::sched::sleeping_at;
use super::who::wait_number;
use crate::check::{Class, Detail, Finding};
use crate::machine::Machine;
use crate::machine::event::{Fault, LockRef, Now};
use crate::report::place;

/// One sentence for people: what is wrong, where, and who says so.
pub fn sentence(before: &Machine, finding: &Finding) -> String {
    let program = before.program();
    let func = place::function_at(program, finding.span);
    let at = place::symbol(program, func, finding.span);
    format!(
        "{}, in {at}: {}",
        what(before, finding),
        reported(before, finding)
    )
}

fn what(before: &Machine, finding: &Finding) -> String {
    let name = |lock: &LockRef| before.lock_name(lock);
    match &finding.detail {
        Detail::Sleep {
            file,
            line,
            lock,
            now,
        } => {
            // A sleeping lock may be waited for inside RCU readers.
            let rcu = if *lock { 0 } else { now.rcu_depth };
            format!(
                "may sleep ({}) {}",
                sleeping_at(file, *line),
                circumstances(now, rcu)
            )
        }
        Detail::Schedule { now } => format!("gives up the CPU {}", circumstances(now, 0)),
        Detail::WaitType {
            lock,
            lock_type,
            context,
            now,
            ..
        } => format!(
            "takes {} of wait type {}, where only {} or lower may be waited for ({})",
            name(lock),
            wait_number(*lock_type, before.config()),
            wait_number(*context, before.config()),
            inside(before, now)
        ),
        Detail::IrqUsage { lock, from, to, .. } => {
            format!(
                "takes {}, whose class is used as {from} and now as {to}",
                name(lock)
            )
        }
        Detail::Recursion {
            lock,
            held,
            held_at,
            ..
        } => {
            let at = place::file_line(before.program(), *held_at);
            let held = if held.addr == lock.addr {
                "it"
            } else {
                "one of its class"
            };
            format!("takes {} while holding {held} since {at}", name(lock))
        }
        Detail::Order {
            lock, inversion, ..
        } => {
            let (lock, held) = (name(lock), name(&inversion.held.lock));
            format!("takes {lock} while holding {held}, which elsewhere is taken inside it")
        }
        Detail::Balance { text } | Detail::List { text } | Detail::Page { text, .. } => {
            text.clone()
        }
        Detail::Rcu { word, now } => {
            format!(
                "may sleep inside an {word} read section, {}",
                circumstances(now, now.rcu_depth)
            )
        }
        Detail::Text(text) => text.clone(),
        Detail::Fault(fault) => self::fault(*fault),
        Detail::Deadlock { waiting } => {
            let waits = |(run, lock): &(String, Option<LockRef>)| match lock {
                Some(lock) => format!("{run} waits for {}", name(lock)),
                None => format!("{run} cannot go on"),
            };
            let all: Vec<String> = waiting.iter().map(waits).collect();
            match all.is_empty() {
                true => "nothing can go on".into(),
                false => format!("nothing can go on: {}", all.join(", ")),
            }
        }
    }
}

/// `with preempt_count 0x1, interrupts off, in hardirq`
fn circumstances(now: &Now, rcu_depth: u32) -> String {
    let mut parts = Vec::new();
    if now.preempt_count != 0 {
        parts.push(format!("preempt_count {:#x}", now.preempt_count));
    }
    if now.irqs_off {
        parts.push("interrupts off".into());
    }
    if rcu_depth > 0 {
        parts.push(format!("RCU read depth {rcu_depth}"));
    }
    if parts.is_empty() {
        return format!("in {}", now.context.word());
    }
    format!("with {}, in {}", parts.join(", "), now.context.word())
}

/// What allows so little: a lock that is held, or the context.
fn inside(before: &Machine, now: &Now) -> String {
    let held: Vec<String> = now.held.iter().map(|h| before.lock_name(&h.lock)).collect();
    match held.is_empty() {
        true => format!("in {}", now.context.word()),
        false => format!("in {}, holding {}", now.context.word(), held.join(", ")),
    }
}

pub(super) fn fault(fault: Fault) -> String {
    match fault {
        Fault::NullPointer { addr } => {
            format!("a NULL pointer is dereferenced (address {addr:#x})")
        }
        Fault::WildPointer { addr } => format!("{addr:#x} is accessed, where no object is"),
        Fault::ReadOnly { addr } => format!("{addr:#x} is written, which is read-only"),
        Fault::FreedPage { pfn } => format!("page frame {pfn:#x} is used after it was freed"),
        Fault::OutOfBounds { index, len } => {
            format!("index {index} of an array of {len} elements is used")
        }
        Fault::DivisionByZero => "a division by zero".into(),
        Fault::DivisionOverflow => "a division of the smallest number by -1".into(),
        Fault::OversizedShift { by } => format!("a shift by {by}, more than the type has bits"),
        Fault::NotAFunction { addr } => format!("{addr:#x} is called, which is no such function"),
        Fault::StackOverflow => "the stack overflows".into(),
        Fault::EndlessStep => "one statement does not end".into(),
    }
}

/// Which report says so, or why none does.
fn reported(before: &Machine, finding: &Finding) -> String {
    match finding.class {
        Some(class) if finding.printed && finding.deferred => {
            format!("printed as {} when the NMI returns", class.name())
        }
        Some(class) if finding.printed => format!("printed as {}", class.name()),
        Some(class) => silence(before, class),
        None => unseen(before, finding),
    }
}

fn silence(before: &Machine, class: Class) -> String {
    let config = before.config();
    let missing = match class {
        Class::SleepingInAtomic if !config.debug_atomic_sleep => "DEBUG_ATOMIC_SLEEP",
        Class::SchedulingWhileAtomic if !config.preempt_count => "PREEMPT_COUNT",
        _ if class.from_lockdep() && !config.prove_locking => "PROVE_LOCKING",
        Class::Warning if !config.prove_locking => "PROVE_LOCKING",
        Class::InvalidWaitContext if !config.prove_raw_lock_nesting => "PROVE_RAW_LOCK_NESTING",
        Class::ListCorruption if !config.debug_list => "DEBUG_LIST",
        _ => return off(before, class),
    };
    format!("silent here: this configuration has no {missing}")
}

/// The detector is there, and does not say it.
fn off(before: &Machine, class: Class) -> String {
    let known = before.console.printed.contains(&(class as u8))
        || before.console.deferred.contains(&(class as u8));
    let why = match class {
        Class::SleepingInAtomic if known => "might_sleep() reports at most once a second",
        Class::SchedulingWhileAtomic => {
            "preempt_count is zero, and the scheduler looks at nothing else"
        }
        _ if class.from_lockdep() && before.console.lockdep_off => {
            "lockdep is off since its first report"
        }
        _ => "it was reported by the same step already",
    };
    format!("silent here: {why}")
}

fn unseen(before: &Machine, finding: &Finding) -> String {
    let why = match &finding.detail {
        Detail::Deadlock { .. } => {
            let off = before.cpus.iter().any(|c| c.irqs_off);
            let watchdog = match (off, before.config().hardlockup_detector) {
                (true, true) => "only the lockup watchdog notices, seconds later",
                (true, false) => "this configuration has no HARDLOCKUP_DETECTOR to notice, either",
                (false, _) => "at best a watchdog notices, seconds later",
            };
            return format!("no lock detector sees this; {watchdog}");
        }
        Detail::Fault(Fault::FreedPage { .. }) => "it takes KASAN",
        Detail::Fault(Fault::OutOfBounds { .. } | Fault::OversizedShift { .. }) => "it takes UBSAN",
        _ => return "no detector sees this".into(),
    };
    format!("no detector sees this: {why}")
}
