//! All executions of a machine, breadth first.
//!
//! Exhaustive up to [`Limits`]: states are compared as whole values. What it can miss: what lies
//! beyond a limit, and then [`Outcome::complete`] is false. Memory is sequentially consistent, as
//! the machine is.
//!
//! Without reduction every action enabled in every reachable state is performed, and the first
//! counterexample is a shortest one. With it (the default) steps that no other context can notice
//! are performed at once and their states are not kept; see [`reduction`] for which steps those are.
//! All rules broken, all reports, all ways to end are the same; other are the numbers of states, and
//! of final states in which some context hangs: where the others stand then may not be told apart.

mod access;
mod ample;
mod cursor;
mod ends;
mod guard_lock;
mod intern;
mod lanes;
mod leaves;
mod memo;
mod mirror;
mod possible;
mod reduction;
mod rows;
pub mod search;
mod states;
mod table;
pub mod trace;
mod who;

use crate::check::{self, Class, Finding, Rule};
use crate::machine::{Machine, Schedule};
pub use search::{Progress, Search};

/// Bounds of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Distinct states; one of a kernel takes some hundred bytes.
    pub states_max: usize,
    /// Leave out what cannot change a verdict.
    pub reduce: bool,
}

impl Limits {
    /// At most so many states, with reduction.
    pub fn states(states_max: usize) -> Limits {
        Limits {
            states_max,
            reduce: true,
        }
    }

    /// Every interleaving, so that counterexamples are shortest ones.
    pub fn unreduced(self) -> Limits {
        Limits {
            reduce: false,
            ..self
        }
    }
}

/// States kept when nothing else is said: about a gigabyte of a kernel's.
pub const STATES_MAX: usize = 2_000_000;

/// How an execution ended: what it printed, what it broke, whether it came back.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct End {
    /// Reports printed, in order of appearance.
    pub printed: Vec<Class>,
    /// Rules broken, printed or not.
    pub broken: Vec<Rule>,
    /// Some context never came back.
    pub hang: bool,
    /// The machine stopped (panic, fault).
    pub halted: bool,
    /// An allocation returned NULL.
    pub null: bool,
}

impl End {
    /// How the execution that reached this state ended.
    pub fn of(machine: &Machine) -> End {
        let hang = machine.halted.is_none() && !machine.finished();
        let mut broken = machine.console.rules();
        if hang && !broken.contains(&Rule::Deadlock) && check::deadlock(machine).is_some() {
            broken.push(Rule::Deadlock);
            broken.sort();
        }
        End {
            printed: machine.console.classes(),
            broken,
            hang,
            halted: machine.halted.is_some(),
            null: machine.console.null,
        }
    }

    /// The end of an execution that goes on for ever from here.
    fn endless(machine: &Machine) -> End {
        let mut end = End {
            hang: true,
            ..End::of(machine)
        };
        end.broken.push(Rule::Endless);
        end.broken.sort();
        end
    }
}

/// An end, how many distinct states have it, and a shortest way there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndGroup {
    /// What these executions have in common.
    pub end: End,
    /// Distinct final states.
    pub n_states: usize,
    /// A shortest execution.
    pub schedule: Schedule,
}

/// A finding and a shortest execution that shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The first of its kind that was met.
    pub finding: Finding,
    /// The execution up to and including the step that breaks the rule.
    pub schedule: Schedule,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Distinct states kept, the initial one included.
    pub states: usize,
    /// Actions performed; without reduction (source, successor) pairs, duplicates included.
    pub transitions: usize,
    /// Actions on the longest path that was kept; without reduction the longest shortest path.
    pub depth: usize,
    /// Nothing was left out.
    pub complete: bool,
    /// Every way executions end, in the order in which they were met.
    pub ends: Vec<EndGroup>,
    /// One witness for each rule, class and way it shows (printed or silent).
    pub witnesses: Vec<Witness>,
    /// States from which no end can be reached: an execution goes on for ever. They are among the
    /// ends too, as those that never come back.
    pub endless: usize,
    /// Bytes in which all states were kept.
    pub memory: usize,
}

/// Searches to the end or to the limits.
pub fn explore(initial: &Machine, limits: Limits) -> Outcome {
    let mut search = Search::new(initial, limits);
    while !search.advance(1024).done {}
    search.outcome()
}
