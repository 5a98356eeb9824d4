//! A search under way.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::rc::Rc;

use rustc_hash::FxHasher;

use super::reduction::Reduction;
use super::{Limits, Witness};
use crate::check::{self, Finding};
use crate::machine::footprint::Footprint;
use crate::machine::{Action, CpuId, Event, EventKind, Machine, Schedule};

/// Actions performed between two states that are kept; then one is kept and expanded in full, so
/// that no cycle leaves anyone out.
const CHAIN_MAX: usize = 1000;
/// Actions without an alternative before a state is kept: executions that differed may have met.
const ALONE_MAX: usize = 64;
/// A search that finds so early that it assumed too much begins again at once.
const EARLY: usize = 256;

/// A search, which can be advanced in slices.
pub struct Search {
    pub(super) states: Vec<Rc<Machine>>,
    parents: Vec<Parent>,
    paths: Vec<Action>,
    /// The last state of each fingerprint; those before it are linked. What counts is equality.
    index: HashMap<u64, u32, BuildHasherDefault<FxHasher>>,
    pub(super) edges: Vec<(u32, u32)>,
    pub(super) terminal: Vec<u32>,
    next: usize,
    pub(super) transitions: usize,
    limits: Limits,
    full: bool,
    pub(super) witnesses: Vec<Witness>,
    reduction: Option<Reduction>,
    scratch: Scratch,
}

/// How a state was reached first.
#[derive(Clone, Copy)]
struct Parent {
    /// From which.
    id: u32,
    /// The actions between, in [`Search::paths`].
    path: (u32, u32),
    /// Actions from the initial state.
    depth: u32,
    /// Another state with the same fingerprint; [`NONE`] for none.
    alike: u32,
}

/// No state.
const NONE: u32 = u32::MAX;

/// Used again and again.
#[derive(Default)]
struct Scratch {
    events: Vec<Event>,
    footprint: Footprint,
}

/// How far a [`Search`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Distinct states so far.
    pub states: usize,
    /// Of those, not yet expanded.
    pub frontier: usize,
    /// Nothing is left to do.
    pub done: bool,
}

impl Search {
    /// A search from this state.
    pub fn new(initial: &Machine, limits: Limits) -> Search {
        let mut search = Search {
            states: Vec::new(),
            parents: Vec::new(),
            paths: Vec::new(),
            index: HashMap::default(),
            edges: Vec::new(),
            terminal: Vec::new(),
            next: 0,
            transitions: 0,
            limits,
            full: false,
            witnesses: Vec::new(),
            reduction: limits.reduce.then(|| Reduction::new(initial)),
            scratch: Scratch::default(),
        };
        search.add(initial.clone(), 0, &[]);
        search
    }

    /// Expands at most `n` states.
    pub fn advance(&mut self, n: usize) -> Progress {
        for _ in 0..n {
            let refuted = self.reduction.as_ref().is_some_and(Reduction::is_refuted);
            let over = self.next >= self.states.len();
            if refuted && (over || self.next < EARLY) {
                self.begin_again();
            } else if over {
                break;
            }
            self.expand(self.next as u32);
            self.next += 1;
        }
        let frontier = self.states.len() - self.next;
        let refuted = self.reduction.as_ref().is_some_and(Reduction::is_refuted);
        Progress {
            states: self.states.len(),
            frontier,
            done: frontier == 0 && !refuted,
        }
    }

    /// Whether all is done and nothing was left out.
    pub(super) fn complete(&self) -> bool {
        let refuted = self.reduction.as_ref().is_some_and(Reduction::is_refuted);
        !self.full && self.next >= self.states.len() && !refuted
    }

    /// Forgets everything but what is known about who touches what.
    fn begin_again(&mut self) {
        let initial = Rc::clone(&self.states[0]);
        if let Some(reduction) = &mut self.reduction {
            reduction.begin_again();
        }
        self.states.clear();
        self.parents.clear();
        self.paths.clear();
        self.index.clear();
        self.edges.clear();
        self.terminal.clear();
        self.witnesses.clear();
        (self.next, self.transitions, self.full) = (0, 0, false);
        self.add((*initial).clone(), 0, &[]);
    }

    fn expand(&mut self, id: u32) {
        let state = Rc::clone(&self.states[id as usize]);
        let actions = state.enabled();
        if actions.is_empty() {
            self.terminal.push(id);
        }
        self.learn_of_guards(&state);
        for action in actions {
            let mut path = vec![action];
            let mut machine = (*state).clone();
            self.perform(&mut machine, id, &path);
            if self.reduction.is_some() {
                machine = self.run_on(machine, id, &mut path);
            }
            if let Some(to) = self.add(machine, id, &path) {
                self.edges.push((id, to));
            }
        }
    }

    /// Who waits for a condition reads it all the time.
    fn learn_of_guards(&mut self, machine: &Machine) {
        let Some(reduction) = &mut self.reduction else {
            return;
        };
        for cpu in (0..machine.setup().n_cpus).map(CpuId) {
            let footprint = &mut self.scratch.footprint;
            footprint.clear();
            machine.guard_footprint(cpu, footprint);
            if !footprint.granules.is_empty() {
                let who = reduction.who(machine, Action::Step(cpu));
                reduction.learn(&who, machine, &[], footprint);
            }
        }
    }

    /// Performs the last action of a path from a kept state, and keeps what it finds.
    fn perform(&mut self, machine: &mut Machine, from: u32, path: &[Action]) {
        let Some(&action) = path.last() else { return };
        let Scratch { events, footprint } = &mut self.scratch;
        events.clear();
        footprint.clear();
        let findings = match &mut self.reduction {
            Some(reduction) => {
                let who = reduction.who(machine, action);
                let findings = check::perform(machine, action, events, Some(footprint));
                reduction.learn(&who, machine, events, footprint);
                findings
            }
            None => check::perform(machine, action, events, None),
        };
        self.transitions += 1;
        for finding in findings {
            self.witness(from, path, finding);
        }
    }

    /// Goes on as long as nobody could notice, or nothing else can be done.
    fn run_on(&mut self, mut machine: Machine, from: u32, path: &mut Vec<Action>) -> Machine {
        let mut alone = 0;
        while path.len() < CHAIN_MAX {
            if let Some(action) = self.unnoticed(&machine) {
                path.push(action);
                if !self.try_unnoticed(&mut machine, action) {
                    path.pop();
                    machine = self.replay(from, path);
                }
                continue;
            }
            let enabled = machine.enabled();
            let [action] = enabled[..] else { break };
            path.push(action);
            self.perform(&mut machine, from, path);
            alone += 1;
            let ended = |e: &Event| matches!(e.kind, EventKind::Exit { .. });
            if alone >= ALONE_MAX || self.scratch.events.last().is_some_and(ended) {
                break;
            }
        }
        machine
    }

    fn unnoticed(&self, machine: &Machine) -> Option<Action> {
        let reduction = self.reduction.as_ref()?;
        reduction.unnoticed(machine)
    }

    /// Performs a step that nobody is expected to notice; false when that was wrong.
    fn try_unnoticed(&mut self, machine: &mut Machine, action: Action) -> bool {
        let Some(reduction) = &mut self.reduction else {
            return false;
        };
        let Scratch { events, footprint } = &mut self.scratch;
        events.clear();
        footprint.clear();
        let who = reduction.who(machine, action);
        let console = Rc::clone(&machine.console);
        let findings = check::perform(machine, action, events, Some(footprint));
        reduction.learn(&who, machine, events, footprint);
        self.transitions += 1;
        let silent = findings.is_empty() && Rc::ptr_eq(&console, &machine.console);
        let unnoticed = silent && reduction.is_unnoticed(&who, machine, events, footprint);
        if !unnoticed {
            reduction.expect_notice(&who);
        }
        unnoticed
    }

    /// The state behind a path from a kept state; all its findings are known.
    fn replay(&mut self, from: u32, path: &[Action]) -> Machine {
        let mut machine = (*self.states[from as usize]).clone();
        for &action in path {
            self.scratch.events.clear();
            check::perform(&mut machine, action, &mut self.scratch.events, None);
        }
        machine
    }

    fn add(&mut self, state: Machine, from: u32, path: &[Action]) -> Option<u32> {
        let fingerprint = state.fingerprint();
        let newest = self.index.get(&fingerprint).copied().unwrap_or(NONE);
        let mut alike = newest;
        while alike != NONE {
            if *self.states[alike as usize] == state {
                return Some(alike);
            }
            alike = self.parents[alike as usize].alike;
        }
        if self.states.len() >= self.limits.states_max {
            self.full = true;
            return None;
        }
        let id = self.states.len() as u32;
        let begin = self.paths.len() as u32;
        self.paths.extend(path);
        let before = self.parents.get(from as usize).map_or(0, |p| p.depth);
        self.parents.push(Parent {
            id: from,
            path: (begin, self.paths.len() as u32),
            depth: before + path.len() as u32,
            alike: newest,
        });
        self.index.insert(fingerprint, id);
        self.states.push(Rc::new(state));
        Some(id)
    }

    fn witness(&mut self, from: u32, path: &[Action], finding: Finding) {
        let same = |w: &Witness| {
            w.finding.rule == finding.rule
                && w.finding.class == finding.class
                && w.finding.printed == finding.printed
        };
        if !self.witnesses.iter().any(same) {
            let mut schedule = self.schedule_to(from);
            schedule.0.extend(path);
            self.witnesses.push(Witness { finding, schedule });
        }
    }

    /// The execution by which a state was reached first.
    pub(super) fn schedule_to(&self, mut id: u32) -> Schedule {
        let mut parts = Vec::new();
        while id != 0 {
            let parent = self.parents[id as usize];
            parts.push(&self.paths[parent.path.0 as usize..parent.path.1 as usize]);
            id = parent.id;
        }
        Schedule(parts.into_iter().rev().flatten().copied().collect())
    }

    /// Actions on the longest of the paths by which states were reached first.
    pub(super) fn depth(&self) -> usize {
        self.parents.iter().map(|p| p.depth).max().unwrap_or(0) as usize
    }
}
