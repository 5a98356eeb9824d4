//! The matrix: may this context call this function, on this kernel and configuration, in this state?
//!
//! A cell is one execution of a generated scenario on the machine of the recorded boots: two CPUs,
//! 128 MB in zones DMA and DMA32. Whether the call is *legal* is another question, answered by
//! exploring small scenarios in which the lists are empty, another CPU holds `zone->lock`, and an
//! interrupt arrives at any statement of the allocator; see [`legal`].

mod call;
mod legal;
mod state;

use serde::Serialize;

use crate::config::Config;
use crate::explore::End;
use crate::explore::trace::Trace;
use crate::kernel;
use crate::machine::context::{CONTEXT_NAMES, ContextKind, placement};
use crate::machine::{Action, CpuId, Machine, RunId};
use crate::scenario::{Problem, Scenario};
pub use call::{CALLS, Call};
pub use legal::{Legality, legal};
use state::Hook;
pub use state::{STATES, State};

/// Steps of one cell: booting aside, a call takes a few hundred.
const STEPS_MAX: usize = 20_000;
/// The function in which the context that was interrupted, or the other CPU, waits to be overtaken.
const MARKER: &str = "model_marker";

/// The configurations a matrix shows when none is named.
pub const CONFIGS: &[&str] = &["preempt-debug", "preempt-nodebug", "rt-debug", "rt-nodebug"];

/// Which cells; an empty axis is the whole axis.
#[derive(Clone, Debug, Default)]
pub struct Axes {
    /// `v5.9`, `v5.9+rfc`.
    pub kernels: Vec<String>,
    /// Names of configurations.
    pub configs: Vec<String>,
    /// Names of contexts.
    pub contexts: Vec<String>,
    /// `alloc_pages:GFP_ATOMIC:0`, ….
    pub calls: Vec<String>,
    /// `warm`, `drained`, ….
    pub states: Vec<String>,
}

/// Which cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The kernel.
    pub kernel: String,
    /// The configuration's name.
    pub config: String,
    /// The context's name.
    pub context: String,
    /// The call.
    pub call: Call,
    /// The state of the allocator.
    pub state: State,
}

/// One cell, with the keys and words of the records of booted kernels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// The kernel.
    pub kernel: String,
    /// The configuration.
    pub config: String,
    /// The context.
    pub context: String,
    /// The function called.
    pub call: String,
    /// The order, where the function has one.
    pub order: Option<u32>,
    /// The flags as written, where the function has some.
    pub gfp: Option<String>,
    /// The state of the allocator.
    pub state: String,
    /// A page came back (a free: the call returned); false NULL; null: never came back.
    pub returned: Option<bool>,
    /// Reports in the order in which they are printed.
    pub splat_classes: Vec<&'static str>,
    /// Some context never came back.
    pub hang: bool,
    /// Allowed in all states, interleavings and with all detectors.
    pub legal: bool,
    /// The rule that says no.
    pub rule: Option<&'static str>,
}

/// All combinations asked for, in the order of the axes.
///
/// # Errors
/// A sentence naming the first word that is not known.
pub fn places(axes: &Axes) -> Result<Vec<Place>, String> {
    let all = |list: &[String], default: &[&str]| -> Vec<String> {
        match list.is_empty() {
            true => default.iter().map(|s| s.to_string()).collect(),
            false => list.to_vec(),
        }
    };
    let mut cells = Vec::new();
    let kernels = kernel::kernels();
    let kernels: Vec<&str> = kernels.iter().map(String::as_str).collect();
    for kernel in all(&axes.kernels, &kernels) {
        kernel::check(&kernel)?;
        let calls = all(&axes.calls, CALLS);
        for config in all(&axes.configs, CONFIGS) {
            let version = kernel::linux_version_code(&kernel).unwrap_or_default();
            if let Err(message) = Config::named(&config)?.exists_in(version) {
                if axes.configs.is_empty() {
                    continue;
                }
                return Err(format!("{kernel}: {message}"));
            }
            for context in all(&axes.contexts, CONTEXT_NAMES) {
                if !CONTEXT_NAMES.contains(&context.as_str()) {
                    let known = CONTEXT_NAMES.join(", ");
                    return Err(format!("unknown context `{context}`; known are {known}"));
                }
                for call in &calls {
                    let call = Call::parse(call)?;
                    if !call.exists_in(&kernel) {
                        if axes.calls.is_empty() {
                            continue;
                        }
                        return Err(format!("{kernel} has no `{}`", call.text));
                    }
                    for state in all(&axes.states, STATES) {
                        let state = State::parse(&state)?;
                        cells.push(Place {
                            kernel: kernel.clone(),
                            config: config.clone(),
                            context: context.clone(),
                            call: call.clone(),
                            state,
                        });
                    }
                }
            }
        }
    }
    Ok(cells)
}

/// Computes one cell.
///
/// # Errors
/// When the generated scenario cannot be used; that is a defect of the modelled kernel.
pub fn cell(place: &Place, legality: &Legality) -> Result<Cell, Problem> {
    let (trace, run) = execution(place)?;
    let end = End::of(trace.last());
    Ok(Cell {
        kernel: place.kernel.clone(),
        config: place.config.clone(),
        context: place.context.clone(),
        call: place.call.name.clone(),
        order: place.call.order,
        gfp: place.call.gfp.clone(),
        state: place.state.text.clone(),
        returned: trace.last().returns[usize::from(run.0)].map(|value| value != 0),
        splat_classes: end.printed.iter().map(|c| c.name()).collect(),
        hang: end.hang,
        legal: legality.legal,
        rule: legality.rule.map(|r| r.name()),
    })
}

/// The scenario of a cell: with an execution's schedule all that it takes to step through it.
///
/// # Errors
/// As [`cell`].
pub fn scenario(place: &Place) -> Result<Scenario, Problem> {
    let config = Config::named(&place.config).map_err(|e| Problem::text("matrix", &e))?;
    Scenario::parse("cell.c", &state::scenario(place, &config))
}

/// The execution behind a cell, and which of its runs makes the call.
///
/// # Errors
/// As [`cell`].
pub fn execution(place: &Place) -> Result<(Trace, RunId), Problem> {
    let config = Config::named(&place.config).map_err(|e| Problem::text("matrix", &e))?;
    let kind = placement(&place.context, &config).map(|p| p.kind);
    let interrupt = kind.is_some_and(|kind| kind != ContextKind::Task);
    let scenario = scenario(place)?;
    let machine = scenario.machine(&config)?;
    let run = RunId(scenario.runs.len() as u16 - 1);
    let mut trace = Trace::new(machine);
    drive(&mut trace, run, interrupt, place.state.hook());
    Ok((trace, run))
}

/// The other CPU goes to its marker, then the task that will be interrupted; then the interrupt
/// arrives as soon as it can, CPU 0 goes on as long as it can, and the other CPU when it must.
fn drive(trace: &mut Trace, run: RunId, interrupt: bool, hook: Option<&Hook>) {
    let there = |machine: &Machine, cpu| match hook {
        Some(hook) => at_hook(machine, cpu, hook),
        None => in_marker(machine, cpu),
    };
    let cpus: &[u8] = if interrupt { &[1, 0] } else { &[1] };
    for &cpu in cpus {
        while !there(trace.last(), CpuId(cpu)) && trace.steps.len() < STEPS_MAX {
            if trace.push(Action::Step(CpuId(cpu))).is_err() {
                break;
            }
        }
    }
    while trace.steps.len() < STEPS_MAX {
        let enabled = trace.last().enabled();
        let order = |action: &&Action| match action {
            Action::Arrive(r) if *r == run => 0,
            Action::Step(CpuId(0)) | Action::Choose(CpuId(0), _) => 1,
            Action::Switch(CpuId(0), _) => 2,
            _ => 3,
        };
        let Some(&next) = enabled.iter().min_by_key(order) else {
            return;
        };
        if trace.push(next).is_err() {
            return;
        }
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
