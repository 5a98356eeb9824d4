//! What people and scripts see of an execution: text, mail, JSON, SVG, links.
//!
//! Everything is computed from a trace or an outcome; nothing here runs the machine or decides what
//! is wrong. Kernel reports have the wording of their version ([`splat`]); places are those of the modelled
//! C text, written as `scripts/decode_stacktrace.sh` writes them.

pub mod check;
pub mod json;
pub mod link;
pub mod mail;
pub mod place;
pub mod preempt;
pub mod splat;
pub mod steps;
pub mod svg;
pub mod text;
pub mod why_null;

use crate::explore::trace::Trace;
use crate::machine::Machine;
use crate::scenario::Scenario;

/// One execution, shown up to a step.
#[derive(Clone, Copy, Debug)]
pub struct Shot<'a> {
    /// The scenario it is an execution of.
    pub scenario: &'a Scenario,
    /// The configuration's name.
    pub config: &'a str,
    /// The execution.
    pub trace: &'a Trace,
    /// How many steps are shown, `0..=trace.steps.len()`.
    pub cursor: usize,
}

impl Shot<'_> {
    /// The scenario's kernel, or what plain C programs have instead.
    pub fn kernel(&self) -> &str {
        self.scenario.kernel.as_deref().unwrap_or("none")
    }

    /// The state that is shown.
    pub fn state(&self) -> &Machine {
        self.trace.state(self.cursor)
    }

    /// That state's digest, as eight hexadecimal digits.
    pub fn digest(&self) -> String {
        format!("{:08x}", self.state().digest())
    }
}
