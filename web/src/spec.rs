//! What a figure shows: the words of a book's fenced block become types here, once, and travel as
//! JSON from the static figure to the stepper that upgrades it.

use model::check::{Class, Rule};
use model::explore::{Outcome, explore};
use model::machine::{Machine, Schedule};
use model::scenario::Item;
use serde::{Deserialize, Serialize};

/// States a figure may cost when the book is built; a figure that needs more is refused.
pub const STATES_MAX: usize = 200_000;

/// Everything from which a figure is drawn; the same at build time and in the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// The scenario's file name.
    pub file: String,
    /// Its text.
    pub text: String,
    /// The configuration's name.
    pub config: String,
    /// The choices of the execution that is shown.
    pub schedule: String,
    /// The step at which the figure stands.
    pub cursor: usize,
    /// Fingerprint of the state there: another one means another model.
    pub digest: u32,
    /// What exploring all executions found, a sentence for each expected line.
    pub verdict: Vec<String>,
    /// The text below.
    pub caption: String,
}

/// Which drawing a figure asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// One execution, step by step.
    Stepper,
    /// What exploring found on every configuration.
    Verdicts,
    /// The same text on several kernels, side by side.
    Compare,
    /// The numbers that one execution prints.
    Bars,
    /// What each call does in each context; drawn from no scenario.
    Matrix,
    /// The scenario to be edited, run and explored.
    Workbench,
}

impl View {
    /// The view of that name.
    ///
    /// # Errors
    /// A sentence with the names there are.
    pub fn parse(name: &str) -> Result<View, String> {
        match name {
            "stepper" => Ok(View::Stepper),
            "verdicts" => Ok(View::Verdicts),
            "compare" => Ok(View::Compare),
            "bars" => Ok(View::Bars),
            "matrix" => Ok(View::Matrix),
            "workbench" => Ok(View::Workbench),
            _ => Err(format!(
                "unknown view `{name}`; known are stepper, verdicts, compare, bars, matrix, workbench"
            )),
        }
    }
}

/// Which execution a figure shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The first enabled action at every step.
    First,
    /// These choices.
    Given(Schedule),
    /// The shortest execution with this outcome.
    Find(Item),
}

impl Choice {
    /// What a block's `schedule` and `find` ask for.
    ///
    /// # Errors
    /// When they contradict each other or cannot be read.
    pub fn parse(schedule: Option<&str>, find: Option<&str>) -> Result<Choice, String> {
        match (schedule, find) {
            (Some(_), Some(_)) => Err("a figure has a `schedule` or a `find`, not both".into()),
            (Some(text), None) => text.parse().map(Choice::Given),
            (None, Some(name)) => Item::parse(name).map(Choice::Find),
            (None, None) => Ok(Choice::First),
        }
    }

    /// The choices of that execution; what they leave open goes on with the first action.
    ///
    /// # Errors
    /// When no execution has the outcome.
    pub fn schedule(&self, initial: &Machine) -> Result<Schedule, String> {
        match self {
            Choice::First => Ok(Schedule::default()),
            Choice::Given(schedule) => Ok(schedule.clone()),
            Choice::Find(item) => {
                let outcome = explore(initial, limits().unreduced());
                shortest(*item, &outcome).ok_or_else(|| {
                    let states = outcome.states;
                    format!("no execution with `{}` among {states} states", item.name())
                })
            }
        }
    }
}

/// The bounds of a figure's search.
pub fn limits() -> model::explore::Limits {
    model::explore::Limits::states(STATES_MAX)
}

fn shortest(item: Item, outcome: &Outcome) -> Option<Schedule> {
    let shows = |rule: Rule, class: Option<Class>, printed: bool| match item {
        Item::Printed(wanted) => printed && class == Some(wanted),
        Item::Broken(wanted) => rule == wanted,
        Item::Violation => true,
        Item::Silent | Item::Hang | Item::Null => false,
    };
    let witnesses = outcome
        .witnesses
        .iter()
        .filter(|w| shows(w.finding.rule, w.finding.class, w.finding.printed));
    let ends = outcome.ends.iter().filter(|group| item.holds(&group.end));
    let found = witnesses
        .map(|w| &w.schedule)
        .chain(ends.map(|group| &group.schedule));
    found.min_by_key(|schedule| schedule.0.len()).cloned()
}
