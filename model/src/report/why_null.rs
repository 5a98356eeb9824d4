//! Why an allocation returned NULL: what refused on the way.
//!
//! Looks back over the execution, from the NULL to the call, at what the functions in between
//! returned. It names what was in the way, not what would have helped: a zone below its watermark may
//! lack a block as well. Misses what refuses without one of these functions; then it says that nothing
//! was tried.

use crate::explore::trace::Trace;
use crate::inspect::{self, Refusal};
use crate::machine::context::ContextKind;
use crate::machine::{CpuId, Event, EventKind, TaskId};
use crate::program::FuncId;

/// A NULL and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Null {
    /// The step, from 1, in which it is returned.
    pub step: usize,
    /// The allocator's entry.
    pub function: String,
    /// One sentence.
    pub why: String,
}

/// Every NULL of the first `n` steps.
pub fn nulls(trace: &Trace, n: usize) -> Vec<Null> {
    let program = trace.initial.program();
    let mut all = Vec::new();
    for (idx, step) in trace.steps.iter().take(n).enumerate() {
        for event in &step.events {
            if let EventKind::Return { func, value: 0 } = event.kind
                && inspect::is_allocator(program, func)
            {
                all.push(Null {
                    step: idx + 1,
                    function: program.func(func).name.clone(),
                    why: why(trace, idx, event, func),
                });
            }
        }
    }
    all
}

/// The thread of execution that an event belongs to.
#[derive(PartialEq, Eq)]
struct Who(CpuId, ContextKind, Option<TaskId>);

fn who(trace: &Trace, idx: usize, event: &Event) -> Who {
    let current = trace.state(idx).cpus[usize::from(event.cpu.0)].current;
    let task = (event.context == ContextKind::Task).then_some(current);
    Who(event.cpu, event.context, task.flatten())
}

fn why(trace: &Trace, last: usize, null: &Event, func: FuncId) -> String {
    let me = who(trace, last, null);
    let called = (0..=last).rev().find(|&idx| {
        let call = |e: &Event| {
            matches!(e.kind, EventKind::Call { func: f } if f == func) && who(trace, idx, e) == me
        };
        trace.steps[idx].events.iter().any(call)
    });
    let mut reasons: Vec<String> = Vec::new();
    let mut contended = None;
    let mut empty = false;
    for idx in called.unwrap_or(0)..=last {
        for event in &trace.steps[idx].events {
            if who(trace, idx, event) != me {
                continue;
            }
            let before = trace.state(idx);
            if let EventKind::TrylockFailed(lock) = &event.kind {
                contended = Some(before.lock_name(lock));
            }
            let reason = match inspect::refusal(before, event) {
                Some(Refusal::Watermark { zone }) => {
                    Some(format!("zone {zone} is below the watermark"))
                }
                Some(Refusal::NoBlock) => Some(match contended.take() {
                    Some(lock) => format!("{lock} is contended, and nobody waits for it"),
                    None => "no block of that order and migratetype".into(),
                }),
                Some(Refusal::ListEmpty) => {
                    empty = true;
                    None
                }
                None => None,
            };
            reasons.extend(reason.filter(|r| !reasons.contains(r)));
        }
    }
    match (reasons.is_empty(), contended, empty) {
        (false, _, _) => reasons.join("; "),
        (true, Some(lock), _) => format!("{lock} is contended, and nobody waits for it"),
        (true, None, true) => "the per-CPU lists are empty".into(),
        (true, None, false) => "nothing was tried here".into(),
    }
}
