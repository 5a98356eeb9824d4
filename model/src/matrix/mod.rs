//! The matrix: may this context call this function, on this kernel and configuration, in this state?
//!
//! A cell is one execution on the machine of the recorded boots: two CPUs, 128 MB in zones DMA and
//! DMA32, with the kernel's own watermarks. Each can be written down as a [`scenario`] file.
//! Whether the call is *legal* is another question, see [`Legality`].
//!
//! Many cells of one kernel and configuration are best asked of one [`Rig`].

mod axes;
mod call;
mod calls;
mod drive;
mod legal;
mod plan;
mod rig;
mod state;

use serde::Serialize;

use crate::config::Config;
use crate::explore::trace::Trace;
use crate::machine::RunId;
use crate::scenario::{Problem, Scenario};
pub use axes::{Axes, Place, configs_of, places};
pub use call::{CALLS, Call};
pub use calls::{Called, calls};
pub use legal::Legality;
pub use rig::{Outcome, Rig, likeness, texts_of};
pub use state::{STATES, State};

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

/// Computes one cell.
///
/// # Errors
/// When its texts cannot be used: a flag that the kernel does not know, for instance.
pub fn cell(place: &Place) -> Result<Cell, Problem> {
    let calls = std::slice::from_ref(&place.call);
    Rig::new(&place.kernel, &place.config, calls)?.cell(&place.context, &place.call, &place.state)
}

/// The scenario of a cell: with an execution's schedule all that it takes to step through it.
///
/// # Errors
/// As [`cell`].
pub fn scenario(place: &Place) -> Result<Scenario, Problem> {
    let config = Config::named(&place.config).map_err(|e| Problem::text("matrix", &e))?;
    let Place {
        kernel,
        config: config_name,
        context,
        call,
        state,
    } = place;
    let title = format!("{} in {context}, state {}", call.text, state.text);
    let plan = state.plan(call, 0, context, &config);
    let calls = std::slice::from_ref(call);
    Scenario::parse("cell.c", &plan.text(&title, kernel, config_name, calls))
}

/// The execution behind a cell, and which of its runs makes the call.
///
/// # Errors
/// As [`cell`].
pub fn execution(place: &Place) -> Result<(Trace, RunId), Problem> {
    let config = Config::named(&place.config).map_err(|e| Problem::text("matrix", &e))?;
    let scenario = scenario(place)?;
    let plan = place.state.plan(&place.call, 0, &place.context, &config);
    let mut trace = Trace::new(scenario.machine(&config)?);
    let course = rig::course(&plan, &place.context, &config, &place.state);
    drive::drive(&mut trace, &course);
    Ok((trace, plan.run()))
}
