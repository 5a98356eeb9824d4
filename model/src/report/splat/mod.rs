//! Findings as a kernel prints them, and as sentences.
//!
//! [`lines`] has the wording of the version that is modelled (see `era`): `kernel/sched/core.c`, `kernel/locking/lockdep.c`, `lib/list_debug.c`,
//! `arch/x86/mm/fault.c`. What the model does not have is left out: registers, the `irq event
//! stamp` block, offsets in functions (places in the C text stand there instead), and the functions of
//! the detectors themselves. Addresses are the model's own.

mod circular;
mod era;
mod lockdep;
mod oops;
mod sched;
mod sentence;
mod who;

use std::rc::Rc;

use crate::check::{Class, Detail, Finding};
use crate::explore::trace::Trace;
use crate::machine::Machine;
pub use sentence::sentence;
use who::Who;

/// The report a kernel with the right detector prints. `before` is the state before the step that
/// has the finding.
pub fn lines(before: &Machine, finding: &Finding) -> Vec<String> {
    let who = Who::of(before, finding);
    match &finding.detail {
        Detail::Sleep {
            file, line, now, ..
        } => sched::sleeping(&who, file, *line, now),
        Detail::Schedule { now } => sched::scheduling(&who, now),
        Detail::WaitType {
            lock, usage, now, ..
        } => lockdep::wait_context(&who, lock, *usage, now),
        Detail::IrqUsage {
            lock,
            usage,
            from,
            to,
            now,
        } => lockdep::inconsistent(&who, lock, *usage, (from, to), now),
        Detail::Recursion {
            lock,
            held,
            held_at,
            usage,
            now,
        } => {
            let held = crate::machine::context::Held {
                lock: *held,
                span: *held_at,
            };
            lockdep::recursive(&who, lock, *usage, &held, now)
        }
        Detail::Order {
            lock,
            usage,
            inversion,
            now,
        } => circular::lines(&who, lock, *usage, inversion, now),
        Detail::Balance { text } => lockdep::unbalanced(&who, text),
        Detail::List { text } => oops::list(&who, text),
        Detail::Fault(fault) => oops::fault(&who, *fault),
        Detail::Rcu { word, now } => lockdep::rcu(&who, word, now),
        Detail::Text(text) if text.starts_with(lockdep::WAIT_CONTEXT) => lockdep::console(&who),
        Detail::Text(text) => oops::text(&who, text),
        Detail::Page { text, .. } => vec![text.clone()],
        Detail::Deadlock { .. } => vec![sentence(before, finding)],
    }
}

/// The same for the `i`-th finding of step `n` (from 1), told what its step has reported before it.
pub fn lines_at(trace: &Trace, n: usize, i: usize) -> Vec<String> {
    let step = n.checked_sub(1).and_then(|idx| trace.steps.get(idx));
    let Some((finding, step)) = step.and_then(|s| Some((s.findings.get(i)?, s))) else {
        return Vec::new();
    };
    let mut before = trace.state(n - 1).clone();
    let console = Rc::make_mut(&mut before.console);
    for earlier in step.findings[..i].iter().filter(|f| f.printed) {
        console.lockdep_off |= earlier.class.is_some_and(Class::from_lockdep);
        console.printed.extend(earlier.class.map(|c| c as u8));
    }
    lines(&before, finding)
}

/// The release and build that this kernel's reports name.
pub fn release(machine: &Machine) -> String {
    era::Era::of(machine).release()
}

/// The line by which a report is known.
pub fn headline(before: &Machine, finding: &Finding) -> String {
    let telling = |l: &&String| l.contains("BUG") || l.contains("WARNING") || l.contains("panic");
    let lines = lines(before, finding);
    lines
        .iter()
        .find(telling)
        .or(lines.first())
        .cloned()
        .unwrap_or_default()
}
