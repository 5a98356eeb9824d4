//! Deadlock: contexts are left, and none can go on.
//!
//! Misses nothing within the explored states: a context waits only for a lock, and whether that is
//! free is known. A CPU that spins while another one runs is not yet a deadlock.

use super::{Detail, Finding, Rule};
use crate::machine::context::ContextKind;
use crate::machine::{CpuId, Machine, TaskState};
use crate::syntax::source::Span;

/// Whether this state is the end, and not the wanted one.
pub(super) fn check(after: &Machine) -> Option<Finding> {
    if after.can_act() || after.halted.is_some() || after.finished() {
        return None;
    }
    let run_name = |run: usize| {
        after
            .setup()
            .runs
            .get(run)
            .map_or("boot", |r| r.name.as_str())
    };
    let mut waiting = Vec::new();
    let mut place = (CpuId(0), ContextKind::Task, Span::default());
    for cpu in (0..after.setup().n_cpus).map(CpuId) {
        if let Some(top) = after.top(cpu) {
            waiting.push((run_name(usize::from(top.run.0)).to_string(), top.waits_for));
            let span = after
                .positions(top)
                .last()
                .map_or_else(Span::default, |p| p.span);
            place = (cpu, top.kind, span);
        }
    }
    for task in after.tasks.iter().filter(|t| t.state == TaskState::Blocked) {
        let name = run_name(usize::from(task.context.run.0)).to_string();
        waiting.push((name, task.context.waits_for));
        if place.2 == Span::default() {
            let span = after
                .positions(&task.context)
                .last()
                .map_or_else(Span::default, |p| p.span);
            place = (task.cpu, ContextKind::Task, span);
        }
    }
    Some(Finding {
        rule: Rule::Deadlock,
        class: None,
        printed: false,
        deferred: false,
        cpu: place.0,
        context: place.1,
        span: place.2,
        detail: Detail::Deadlock { waiting },
    })
}
