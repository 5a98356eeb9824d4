//! One execution, recomputed from its schedule.

use crate::check::{self, Finding};
use crate::machine::{Action, Event, Machine, Schedule};

/// Steps of an execution without a given schedule, before it is called endless.
pub const STEPS_MAX: usize = 100_000;

/// One action and what it did.
#[derive(Clone, Debug)]
pub struct Step {
    /// The choice.
    pub action: Action,
    /// What happened.
    pub events: Vec<Event>,
    /// What was wrong with it.
    pub findings: Vec<Finding>,
    /// The state after it.
    pub after: Machine,
}

/// An execution.
#[derive(Clone, Debug)]
pub struct Trace {
    /// Where it began.
    pub initial: Machine,
    /// In order.
    pub steps: Vec<Step>,
    /// Something can still happen.
    pub open: bool,
}

/// Why a schedule does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Number of the choice, from 0.
    pub at: usize,
    /// The choice.
    pub action: Action,
    /// What could have been chosen.
    pub enabled: Vec<Action>,
}

impl std::fmt::Display for Misfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let enabled: Vec<String> = self.enabled.iter().map(Action::to_string).collect();
        let possible = if enabled.is_empty() {
            "nothing".into()
        } else {
            enabled.join(", ")
        };
        write!(
            f,
            "step {}: `{}` is not possible there, only {possible}",
            self.at + 1,
            self.action
        )
    }
}

impl Trace {
    /// An execution of no step.
    pub fn new(initial: Machine) -> Trace {
        let open = !initial.enabled().is_empty();
        Trace {
            initial,
            steps: Vec::new(),
            open,
        }
    }

    /// The state after `n` steps.
    pub fn state(&self, n: usize) -> &Machine {
        n.checked_sub(1)
            .and_then(|i| self.steps.get(i))
            .map_or(&self.initial, |s| &s.after)
    }

    /// The last state.
    pub fn last(&self) -> &Machine {
        self.state(self.steps.len())
    }

    /// Performs one enabled action.
    ///
    /// # Errors
    /// When the action is not enabled; nothing is changed then.
    pub fn push(&mut self, action: Action) -> Result<(), Misfit> {
        let enabled = self.last().enabled();
        if !enabled.contains(&action) {
            return Err(Misfit {
                at: self.steps.len(),
                action,
                enabled,
            });
        }
        let transition = check::advance(self.last(), action);
        self.open = !transition.after.enabled().is_empty();
        self.steps.push(Step {
            action,
            events: transition.events,
            findings: transition.findings,
            after: transition.after,
        });
        Ok(())
    }

    /// The execution that a schedule describes, as far as it goes.
    ///
    /// # Errors
    /// With the part that fitted, when a choice is not possible.
    pub fn follow(initial: Machine, schedule: &Schedule) -> (Trace, Option<Misfit>) {
        let mut trace = Trace::new(initial);
        for &action in &schedule.0 {
            if let Err(misfit) = trace.push(action) {
                return (trace, Some(misfit));
            }
        }
        (trace, None)
    }

    /// Goes on with the first enabled action until nothing can happen, at most `steps_max` steps.
    pub fn run_on(&mut self, steps_max: usize) {
        for _ in 0..steps_max {
            let Some(&first) = self.last().enabled().first() else {
                return;
            };
            if self.push(first).is_err() {
                return;
            }
        }
    }

    /// The choices made.
    pub fn schedule(&self) -> Schedule {
        Schedule(self.steps.iter().map(|s| s.action).collect())
    }

    /// All findings with the number of their step, from 1.
    pub fn findings(&self) -> impl Iterator<Item = (usize, &Finding)> {
        let numbered = self.steps.iter().enumerate();
        numbered.flat_map(|(i, step)| step.findings.iter().map(move |f| (i + 1, f)))
    }
}
