//! What a stepper is doing, as plain Rust: a value and the messages that change it.
//!
//! Nothing here knows a browser. A session never shows a state that its schedule does not lead to:
//! the execution is always recomputed by the model, and what does not fit is said in its [`Notice`].

mod branches;
mod open;

use std::rc::Rc;

use model::explore::trace::{Misfit, Trace};
use model::machine::{Action, Machine, Schedule};
use model::matrix::configs_of;
use model::report::steps::{self, Row};
use model::scenario::Scenario;

use crate::words;
pub use branches::Branch;
use branches::Branches;

/// Steps of an execution that goes on by itself. More are reached by going on again.
const STEPS_MAX: usize = 5_000;

/// What a reader wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Msg {
    /// To the first step, before anything ran.
    First,
    /// One step back.
    Back,
    /// One step on; beyond the end with the first enabled action.
    Forward,
    /// To the end.
    Last,
    /// To the next step at which something is wrong.
    NextFinding,
    /// To the state after so many steps.
    Jump(usize),
    /// This action is the next.
    Choose(Action),
    /// An execution that was shown before.
    Branch(usize),
    /// The same choices on another configuration.
    Config(String),
    /// What a link's fragment says.
    Link(String),
    /// The execution the figure was printed with.
    Reset,
}

/// Something to tell the reader that is no state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// As asked, but.
    Note(String),
    /// Not what was asked for: what is shown is what was shown before.
    Refused(String),
}

/// A stepper's state. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Session {
    /// The scenario.
    pub scenario: Rc<Scenario>,
    /// The configuration's name.
    pub config: String,
    /// The execution.
    pub trace: Rc<Trace>,
    /// Its steps in words.
    pub rows: Rc<Vec<Row>>,
    /// How many of its steps have been made in the state shown.
    pub cursor: usize,
    /// What the reader must know besides.
    pub notice: Option<Notice>,
    /// Its text is the reader's own: links carry it.
    edited: bool,
    branches: Rc<Branches>,
    booted: Rc<Vec<(String, Machine)>>,
    /// What the figure was printed with.
    printed: Rc<Printed>,
}

/// The state a figure is printed with.
#[derive(Clone, Debug)]
struct Printed {
    config: String,
    schedule: Schedule,
    cursor: usize,
}

impl Session {
    /// The session after a message.
    pub fn after(&self, msg: Msg) -> Session {
        let mut next = Session {
            notice: None,
            ..self.clone()
        };
        match msg {
            Msg::First => next.cursor = 0,
            Msg::Back => next.cursor = next.cursor.saturating_sub(1),
            Msg::Forward => next.forward(),
            Msg::Last => next.last(),
            Msg::NextFinding => next.next_finding(),
            Msg::Jump(n) => next.cursor = n.min(next.len()),
            Msg::Choose(action) => next.choose(action),
            Msg::Branch(idx) => next.branch(idx),
            Msg::Config(name) => next.config(&name),
            Msg::Link(fragment) => next.link(&fragment),
            Msg::Reset => next.reset(),
        }
        next
    }

    /// Steps of the execution, as far as it is known.
    pub fn len(&self) -> usize {
        self.trace.steps.len()
    }

    /// Whether the scenario's text is the reader's own.
    pub fn is_edited(&self) -> bool {
        self.edited
    }

    /// Whether the execution has no step.
    pub fn is_empty(&self) -> bool {
        self.trace.steps.is_empty()
    }

    /// The state shown.
    pub fn machine(&self) -> &Machine {
        self.trace.state(self.cursor)
    }

    /// Whether a step can be made from the state shown.
    pub fn can_go_on(&self) -> bool {
        self.cursor < self.len() || self.trace.open
    }

    /// Whether something is wrong at a later step of what is known, or could still be.
    pub fn can_find_more(&self) -> bool {
        self.trace.open || self.trace.findings().any(|(n, _)| n > self.cursor)
    }

    /// The executions shown before, without the present one.
    pub fn other_branches(&self) -> Vec<Branch> {
        self.branches.others(&self.trace.schedule())
    }

    /// The action with which the execution goes on from the state shown.
    pub fn next_action(&self) -> Option<Action> {
        self.trace.steps.get(self.cursor).map(|step| step.action)
    }

    /// The configurations that can be chosen: the scenario's own first.
    pub fn configs(&self) -> Vec<String> {
        configs(&self.scenario)
    }

    fn forward(&mut self) {
        if self.cursor == self.len() {
            let Some(&first) = self.trace.last().enabled().first() else {
                self.notice = Some(Notice::Note("Nothing can happen any more.".into()));
                return;
            };
            self.extend(|trace| trace.push(first).is_ok());
        }
        self.cursor = (self.cursor + 1).min(self.len());
    }

    fn last(&mut self) {
        if self.trace.open {
            self.extend(|trace| {
                trace.run_on(STEPS_MAX);
                true
            });
            if self.trace.open {
                let text = format!("Still going on after {} steps.", self.len());
                self.notice = Some(Notice::Note(text));
            }
        }
        self.cursor = self.len();
    }

    fn next_finding(&mut self) {
        if let Some(n) = self.finding_after(self.cursor) {
            self.cursor = n;
            return;
        }
        let known = self.len();
        if self.trace.open {
            self.extend(|trace| {
                for _ in 0..STEPS_MAX {
                    let found = trace.steps.last().is_some_and(|s| !s.findings.is_empty());
                    if (found && trace.steps.len() > known) || !trace.open {
                        break;
                    }
                    trace.run_on(1);
                }
                true
            });
        }
        match self.finding_after(known) {
            Some(n) => self.cursor = n,
            None => {
                let text = "Nothing is wrong at any later step of this execution.";
                self.notice = Some(Notice::Note(text.into()));
            }
        }
    }

    fn finding_after(&self, cursor: usize) -> Option<usize> {
        self.trace.findings().map(|(n, _)| n).find(|&n| n > cursor)
    }

    fn choose(&mut self, action: Action) {
        if self.next_action() == Some(action) {
            self.cursor += 1;
            return;
        }
        let mut schedule = self.trace.schedule();
        schedule.0.truncate(self.cursor);
        schedule.0.push(action);
        if let Some(known) = self.branches.longest_with(&schedule) {
            let known = known.clone();
            self.follow(&known);
            self.cursor += 1;
            return;
        }
        if !self.machine().enabled().contains(&action) {
            let text = format!(
                "{} is not possible here.",
                words::action(self.machine(), action)
            );
            self.notice = Some(Notice::Refused(text));
            return;
        }
        self.follow(&schedule);
        Rc::make_mut(&mut self.branches).keep(&schedule);
        self.cursor += 1;
    }

    fn branch(&mut self, idx: usize) {
        let here = self.trace.schedule();
        let Some(branch) = self
            .branches
            .others(&here)
            .into_iter()
            .find(|b| b.idx == idx)
        else {
            return;
        };
        self.follow(&branch.schedule);
        self.cursor = branch.parts_at + 1;
    }

    fn reset(&mut self) {
        let printed = Rc::clone(&self.printed);
        if self.config != printed.config && !self.boot(&printed.config) {
            return;
        }
        self.branches = Rc::default();
        self.follow(&printed.schedule);
        Rc::make_mut(&mut self.branches).keep(&printed.schedule);
        self.cursor = printed.cursor.min(self.len());
    }

    /// The same choices on another configuration, as far as they fit.
    fn config(&mut self, name: &str) {
        let schedule = self.trace.schedule();
        let cursor = self.cursor;
        if !self.boot(name) {
            return;
        }
        self.branches = Rc::default();
        if let Some(misfit) = self.follow(&schedule) {
            self.notice = Some(Notice::Note(self.no_longer_fits(&misfit)));
        } else if self.trace.open {
            self.extend(|trace| {
                trace.run_on(STEPS_MAX);
                true
            });
        }
        let schedule = self.trace.schedule();
        Rc::make_mut(&mut self.branches).keep(&schedule);
        self.cursor = cursor.min(self.len());
    }

    fn no_longer_fits(&self, misfit: &Misfit) -> String {
        let at = misfit.at;
        let config = &self.config;
        if misfit.enabled.is_empty() {
            return format!("On {config} this execution is over after step {at}.");
        }
        let choice = words::action(self.trace.state(at), misfit.action);
        format!(
            "On {config} the same choices fit up to step {at}. There “{choice}” is not possible: \
             the execution shown ends before it."
        )
    }

    /// Makes `name` the configuration; false, with a notice, when that cannot be.
    fn boot(&mut self, name: &str) -> bool {
        match self.booted(name) {
            Ok(machine) => {
                self.config = name.into();
                self.set_trace(Trace::new(machine));
                true
            }
            Err(problem) => {
                self.notice = Some(Notice::Refused(problem));
                false
            }
        }
    }

    fn booted(&mut self, name: &str) -> Result<Machine, String> {
        if let Some((_, machine)) = self.booted.iter().find(|(known, _)| known == name) {
            return Ok(machine.clone());
        }
        let config = self.scenario.config(name).map_err(|e| e.to_string())?;
        let machine = self.scenario.machine(&config).map_err(|e| e.to_string())?;
        Rc::make_mut(&mut self.booted).push((name.into(), machine.clone()));
        Ok(machine)
    }

    fn follow(&mut self, schedule: &Schedule) -> Option<Misfit> {
        let (trace, misfit) = Trace::follow(self.trace.initial.clone(), schedule);
        self.set_trace(trace);
        misfit
    }

    fn extend(&mut self, grow: impl FnOnce(&mut Trace) -> bool) {
        let mut trace = (*self.trace).clone();
        if grow(&mut trace) {
            Rc::make_mut(&mut self.branches).grow(&self.trace.schedule(), &trace.schedule());
            self.set_trace(trace);
        }
    }

    fn set_trace(&mut self, trace: Trace) {
        let rows = (1..=trace.steps.len())
            .map(|n| steps::row(&trace, n))
            .collect();
        self.rows = Rc::new(rows);
        self.trace = Rc::new(trace);
    }
}

/// The configurations of a scenario: its own first, then all others that its kernel can have.
pub fn configs(scenario: &Scenario) -> Vec<String> {
    let own = scenario.configs.iter().map(|(name, _)| name.clone());
    let mut names: Vec<String> = own.collect();
    let all = match &scenario.kernel {
        Some(kernel) => configs_of(kernel),
        None => model::config::NAMES.to_vec(),
    };
    for name in all {
        if !names.iter().any(|n| n == name) {
            names.push(name.into());
        }
    }
    names
}

impl PartialEq for Session {
    fn eq(&self, other: &Session) -> bool {
        Rc::ptr_eq(&self.trace, &other.trace)
            && self.cursor == other.cursor
            && self.notice == other.notice
            && self.config == other.config
    }
}
