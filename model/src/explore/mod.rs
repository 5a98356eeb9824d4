//! All executions of a machine: breadth first, so that the first counterexample is a shortest one.
//!
//! Exhaustive up to [`Limits`]: every action enabled in every reachable state is performed, states
//! are compared as whole values. What it can miss: what lies beyond a limit, and then
//! [`Outcome::complete`] is false. Memory is sequentially consistent, as the machine is.

pub mod trace;

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::rc::Rc;

use rustc_hash::FxHasher;

use crate::check::{self, Class, Finding, Rule};
use crate::machine::{Action, Machine, Schedule};

/// Bounds of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Distinct states; a state of a small scenario takes one to two kilobytes.
    pub states_max: usize,
}

/// States kept when nothing else is said: about a gigabyte.
pub const STATES_MAX: usize = 500_000;

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
        End {
            printed: machine.console.classes(),
            broken: machine.console.rules(),
            hang: machine.halted.is_none() && !machine.finished(),
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
    /// Distinct states, the initial one included.
    pub states: usize,
    /// (source, successor) pairs, duplicates included.
    pub transitions: usize,
    /// Longest shortest path.
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
}

/// A search under way, which can be advanced in slices.
pub struct Search {
    states: Vec<Rc<Machine>>,
    parents: Vec<(u32, Action)>,
    depths: Vec<u32>,
    index: HashMap<Rc<Machine>, u32, BuildHasherDefault<FxHasher>>,
    edges: Vec<(u32, u32)>,
    terminal: Vec<u32>,
    next: usize,
    transitions: usize,
    limits: Limits,
    full: bool,
    witnesses: Vec<Witness>,
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
            depths: Vec::new(),
            index: HashMap::default(),
            edges: Vec::new(),
            terminal: Vec::new(),
            next: 0,
            transitions: 0,
            limits,
            full: false,
            witnesses: Vec::new(),
        };
        search.add(
            Rc::new(initial.clone()),
            0,
            Action::Step(crate::machine::CpuId(0)),
            0,
        );
        search
    }

    /// Expands at most `n` states.
    pub fn advance(&mut self, n: usize) -> Progress {
        for _ in 0..n {
            if self.next >= self.states.len() {
                break;
            }
            self.expand(self.next as u32);
            self.next += 1;
        }
        let frontier = self.states.len() - self.next;
        Progress {
            states: self.states.len(),
            frontier,
            done: frontier == 0,
        }
    }

    fn expand(&mut self, id: u32) {
        let state = Rc::clone(&self.states[id as usize]);
        let actions = state.enabled();
        if actions.is_empty() {
            self.terminal.push(id);
        }
        for action in actions {
            let transition = check::advance(&state, action);
            self.transitions += 1;
            for finding in transition.findings {
                self.witness(id, action, finding);
            }
            let depth = self.depths[id as usize] + 1;
            if let Some(to) = self.add(Rc::new(transition.after), id, action, depth) {
                self.edges.push((id, to));
            }
        }
    }

    fn add(&mut self, state: Rc<Machine>, parent: u32, action: Action, depth: u32) -> Option<u32> {
        if let Some(&known) = self.index.get(&state) {
            return Some(known);
        }
        if self.states.len() >= self.limits.states_max {
            self.full = true;
            return None;
        }
        let id = self.states.len() as u32;
        self.index.insert(Rc::clone(&state), id);
        self.states.push(state);
        self.parents.push((parent, action));
        self.depths.push(depth);
        Some(id)
    }

    fn witness(&mut self, before: u32, action: Action, finding: Finding) {
        let same = |w: &Witness| {
            w.finding.rule == finding.rule
                && w.finding.class == finding.class
                && w.finding.printed == finding.printed
        };
        if !self.witnesses.iter().any(same) {
            let mut schedule = self.schedule_to(before);
            schedule.0.push(action);
            self.witnesses.push(Witness { finding, schedule });
        }
    }

    fn schedule_to(&self, mut id: u32) -> Schedule {
        let mut actions = Vec::new();
        while id != 0 {
            let (parent, action) = self.parents[id as usize];
            actions.push(action);
            id = parent;
        }
        actions.reverse();
        Schedule(actions)
    }

    /// What was found so far; final when [`Progress::done`].
    pub fn outcome(&self) -> Outcome {
        let mut ends: Vec<EndGroup> = Vec::new();
        for &id in &self.terminal {
            let end = End::of(&self.states[id as usize]);
            match ends.iter_mut().find(|g| g.end == end) {
                Some(group) => group.n_states += 1,
                None => ends.push(EndGroup {
                    end,
                    n_states: 1,
                    schedule: self.schedule_to(id),
                }),
            }
        }
        let complete = !self.full && self.next >= self.states.len();
        let endless = if complete { self.endless() } else { Vec::new() };
        for id in self.settled(&endless) {
            let end = End::endless(&self.states[id as usize]);
            match ends.iter_mut().find(|g| g.end == end) {
                Some(group) => group.n_states += 1,
                None => ends.push(EndGroup {
                    end,
                    n_states: 1,
                    schedule: self.schedule_to(id),
                }),
            }
        }
        let mut witnesses = self.witnesses.clone();
        witnesses.extend(endless.first().map(|&id| Witness {
            finding: check::endless(&self.states[id as usize]),
            schedule: self.schedule_to(id),
        }));
        Outcome {
            states: self.states.len(),
            transitions: self.transitions,
            depth: self.depths.last().map_or(0, |&d| d as usize),
            complete,
            ends,
            witnesses,
            endless: endless.len(),
        }
    }

    /// States from which no terminal state can be reached: backwards from the terminal ones.
    fn endless(&self) -> Vec<u32> {
        let mut sources = vec![Vec::new(); self.states.len()];
        for &(from, to) in &self.edges {
            sources[to as usize].push(from);
        }
        let mut ends = vec![false; self.states.len()];
        let mut todo = self.terminal.clone();
        for &id in &todo {
            ends[id as usize] = true;
        }
        while let Some(id) = todo.pop() {
            for &from in &sources[id as usize] {
                if !std::mem::replace(&mut ends[from as usize], true) {
                    todo.push(from);
                }
            }
        }
        (0..ends.len() as u32)
            .filter(|&id| !ends[id as usize])
            .collect()
    }

    /// Of endless states, those after which nothing more is printed or broken.
    fn settled(&self, endless: &[u32]) -> Vec<u32> {
        if endless.is_empty() {
            return Vec::new();
        }
        let console = |id: u32| &self.states[id as usize].console;
        let mut sources = vec![Vec::new(); self.states.len()];
        let mut todo = Vec::new();
        for &(from, to) in &self.edges {
            sources[to as usize].push(from);
            if console(from) != console(to) {
                todo.push(from);
            }
        }
        let mut changes = vec![false; self.states.len()];
        while let Some(id) = todo.pop() {
            if !std::mem::replace(&mut changes[id as usize], true) {
                todo.extend(&sources[id as usize]);
            }
        }
        endless
            .iter()
            .copied()
            .filter(|&id| !changes[id as usize])
            .collect()
    }
}

/// Searches to the end or to the limits.
pub fn explore(initial: &Machine, limits: Limits) -> Outcome {
    let mut search = Search::new(initial, limits);
    while !search.advance(1024).done {}
    search.outcome()
}
