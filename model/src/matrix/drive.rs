//! The one execution of a cell.
//!
//! The other CPU goes to its marker, then the task that will be interrupted; then the interrupt
//! arrives as soon as it can, the call's CPU goes on as long as it can, and the other CPU when it
//! must. An execution that comes back to a state it was in has others go first from there on; when it
//! comes back once more, it never ends.

use super::state::Hook;
use crate::check::{self, Rule};
use crate::explore::trace::Trace;
use crate::machine::{Action, CpuId, Machine, RunId, TaskState};

/// Steps of one cell: a call takes a few hundred, reclaim and its retries some thousand.
const STEPS_MAX: usize = 100_000;
/// From here on a state is remembered now and then, to see whether it comes back.
const CYCLE_STEPS_MIN: usize = 4096;
/// The function in which the context that was interrupted, or the other CPU, waits to be overtaken.
const MARKER: &str = "model_marker";

/// Something that performs actions.
pub(super) trait Execution {
    fn last(&self) -> &Machine;
    /// Whether the action was possible.
    fn push(&mut self, action: Action) -> bool;
}

/// Keeps nothing but the last state and the first rule broken.
pub(super) struct Bare {
    pub(super) machine: Machine,
    pub(super) first: Option<Rule>,
}

impl Execution for Bare {
    fn last(&self) -> &Machine {
        &self.machine
    }

    fn push(&mut self, action: Action) -> bool {
        let transition = check::advance(&self.machine, action);
        self.machine = transition.after;
        let found = transition.findings.first().map(|f| f.rule);
        self.first = self.first.or(found);
        true
    }
}

impl Execution for Trace {
    fn last(&self) -> &Machine {
        Trace::last(self)
    }

    fn push(&mut self, action: Action) -> bool {
        Trace::push(self, action).is_ok()
    }
}

/// Who makes the call and where.
pub(super) struct Course<'a> {
    /// The run that makes the call.
    pub(super) run: RunId,
    /// Its CPU.
    pub(super) cpu: u8,
    /// It interrupts a task there.
    pub(super) interrupt: bool,
    /// At that point.
    pub(super) hook: Option<&'a Hook>,
}

pub(super) fn drive(execution: &mut impl Execution, course: &Course<'_>) {
    let here = CpuId(course.cpu);
    let other = CpuId(1 - course.cpu);
    let mut n_steps = 0;
    go_to_marker(execution, course, other, &mut n_steps);
    if course.interrupt {
        go_to_marker(execution, course, here, &mut n_steps);
    }
    let mut cycle = Cycle::default();
    let mut others_first = false;
    while n_steps < STEPS_MAX && !returned(execution.last()) {
        let enabled = execution.last().enabled();
        let rank = |action: &&Action| {
            let rank = match action {
                Action::Arrive(r) if *r == course.run => 0,
                Action::Step(cpu) | Action::Choose(cpu, _) if *cpu == here => 1,
                Action::Switch(cpu, _) if *cpu == here => 2,
                _ => 3,
            };
            if others_first { 3 - rank } else { rank }
        };
        let Some(&next) = enabled.iter().min_by_key(rank) else {
            return;
        };
        if !execution.push(next) {
            return;
        }
        n_steps += 1;
        if cycle.closes(execution.last(), n_steps) {
            if others_first {
                return;
            }
            others_first = true;
        }
    }
}

/// Whether the call and what it met have ended; what they set off, works and timers, is no part of it.
pub(super) fn returned(machine: &Machine) -> bool {
    let over = |run: RunId| machine.setup().is_service(run);
    let interrupts = machine.cpus.iter().flat_map(|cpu| &cpu.interrupts);
    machine.returns.iter().all(Option::is_some)
        && interrupts.into_iter().all(|c| over(c.run))
        && machine
            .tasks
            .iter()
            .all(|t| t.state == TaskState::Done || over(t.context.run))
}

fn go_to_marker(
    execution: &mut impl Execution,
    course: &Course<'_>,
    cpu: CpuId,
    n_steps: &mut usize,
) {
    let there = |machine: &Machine| match course.hook {
        Some(hook) => at_hook(machine, cpu, hook),
        None => in_marker(machine, cpu),
    };
    while !there(execution.last()) && *n_steps < STEPS_MAX {
        let step = Action::Step(cpu);
        if !execution.last().enabled().contains(&step) || !execution.push(step) {
            return;
        }
        *n_steps += 1;
    }
}

/// Finds that a state comes back: it is compared with one remembered before, and the pauses between
/// remembering grow.
#[derive(Default)]
struct Cycle {
    remembered: Option<Machine>,
    at: usize,
}

impl Cycle {
    fn closes(&mut self, machine: &Machine, n_steps: usize) -> bool {
        if n_steps < CYCLE_STEPS_MIN {
            return false;
        }
        let closed = self.remembered.as_ref() == Some(machine);
        if closed {
            self.remembered = None;
            self.at = n_steps;
        } else if self.remembered.is_none() || n_steps >= 2 * self.at {
            self.remembered = Some(machine.clone());
            self.at = n_steps;
        }
        closed
    }
}

fn in_marker(machine: &Machine, cpu: CpuId) -> bool {
    machine.top(cpu).is_some_and(|context| {
        context
            .frames
            .iter()
            .any(|f| machine.program().func(f.func).name == MARKER)
    })
}

/// Whether the statement that comes next is the hook's.
fn at_hook(machine: &Machine, cpu: CpuId, hook: &Hook) -> bool {
    let Some(context) = machine.top(cpu) else {
        return false;
    };
    let positions = machine.positions(context);
    let program = machine.program();
    let Some((here, callers)) = positions.split_last() else {
        return false;
    };
    program.func(here.func).name == hook.function
        && program.sources.text(here.span).starts_with(hook.statement)
        && callers
            .iter()
            .any(|p| program.func(p.func).name == hook.caller)
}
