//! A search under way.

use super::cursor::Cursor;
use super::memo::Leaf;
use super::reduction::Reduction;
use super::states::States;
use super::{Limits, Witness};
use crate::check::{self, Finding};
use crate::machine::footprint::Footprint;
use crate::machine::{Action, CpuId, Event, Machine};

/// States that are looked up together, so that the memory in which they lie comes at the same time.
const BATCH: usize = 32;
/// A search that finds that it assumed too much goes on for as long again, since it may find more of
/// that; at least for so many states.
const EARLY: u32 = 64;

/// A search, which can be advanced in slices.
pub struct Search {
    pub(super) cursor: Cursor,
    pub(super) states: States,
    pub(super) terminal: Vec<u32>,
    pub(super) transitions: usize,
    limits: Limits,
    full: bool,
    /// The next state to expand.
    next: u32,
    batch: Batch,
    /// How far it was when it first was known that it assumed too much.
    refuted_at: Option<u32>,
    pub(super) witnesses: Vec<Witness>,
    pub(super) reduction: Option<Reduction>,
    /// The cursor's age when reduction looked.
    pub(super) age: u32,
    pub(super) n_cpus: u8,
    /// The last action of a path has ended a context.
    pub(super) ended: bool,
    pub(super) scratch: Scratch,
}

/// Used again and again.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) actions: Vec<Action>,
    /// Actions from the state that is expanded.
    pub(super) path: Vec<Action>,
    pub(super) events: Vec<Event>,
    pub(super) footprint: Footprint,
    /// Actions behind such a path.
    pub(super) enabled: Vec<Action>,
    /// Numbers of contexts before a step.
    pub(super) contexts: Vec<u32>,
    /// What is possible on CPUs on which nothing is, when that is known of this state.
    pub(super) blocked: Vec<Leaf>,
    pub(super) knows_blocked: bool,
    /// The last step on the machine alone was noticed.
    pub(super) flown_too_far: bool,
}

/// States that were reached and not looked up yet.
#[derive(Default)]
struct Batch {
    reached: Vec<Reached>,
    /// Their rows, and the actions that led to them, one behind the other.
    rows: Vec<u32>,
    paths: Vec<Action>,
}

/// One of them.
struct Reached {
    from: u32,
    hash: u64,
    /// Ends of its row and its path.
    row: usize,
    path: usize,
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

impl Batch {
    fn clear(&mut self) {
        self.reached.clear();
        self.rows.clear();
        self.paths.clear();
    }
}

impl Search {
    /// A search from this state.
    pub fn new(initial: &Machine, limits: Limits) -> Search {
        let mut search = Search {
            cursor: Cursor::new(initial),
            states: States::default(),
            terminal: Vec::new(),
            transitions: 0,
            limits,
            full: false,
            next: 0,
            batch: Batch::default(),
            refuted_at: None,
            witnesses: Vec::new(),
            reduction: limits.reduce.then(|| Reduction::new(initial)),
            age: 0,
            n_cpus: initial.setup().n_cpus,
            ended: false,
            scratch: Scratch::default(),
        };
        if let Some(reduction) = &mut search.reduction {
            let contexts = search.cursor.contexts();
            contexts.for_each(|context| reduction.begins(context));
        }
        search.reach(0);
        search.look_up();
        search
    }

    /// Expands at most `n` states.
    pub fn advance(&mut self, n: usize) -> Progress {
        for _ in 0..n {
            if self.frontier() == 0 || self.batch.reached.len() >= BATCH {
                self.look_up();
            }
            let over = self.frontier() == 0;
            if self.is_refuted() {
                let at = *self.refuted_at.get_or_insert(self.next);
                if over || self.next >= (2 * at).max(EARLY) {
                    self.begin_again();
                }
            } else if over {
                break;
            }
            self.expand(self.next);
            self.next += 1;
        }
        self.look_up();
        let frontier = self.frontier();
        Progress {
            states: self.states.len(),
            frontier,
            done: frontier == 0 && !self.is_refuted(),
        }
    }

    /// How many kinds of violations have been found so far, endless executions not counted.
    pub fn n_found(&self) -> usize {
        self.witnesses.len()
    }

    /// Whether all is done and nothing was left out.
    pub(super) fn complete(&self) -> bool {
        !self.full && self.frontier() == 0 && !self.is_refuted()
    }

    fn frontier(&self) -> usize {
        self.states.len() - self.next as usize
    }

    fn is_refuted(&self) -> bool {
        self.reduction.as_ref().is_some_and(Reduction::is_refuted)
    }

    /// Forgets everything but what is known about who touches what.
    fn begin_again(&mut self) {
        if let Some(reduction) = &mut self.reduction {
            reduction.begin_again();
        }
        self.cursor.go(self.states.row(0));
        self.states.clear();
        self.terminal.clear();
        self.witnesses.clear();
        (self.transitions, self.full, self.next) = (0, false, 0);
        self.refuted_at = None;
        self.batch.clear();
        self.scratch.path.clear();
        self.reach(0);
        self.look_up();
    }

    fn expand(&mut self, id: u32) {
        self.cursor.go(self.states.row(id));
        let mut actions = std::mem::take(&mut self.scratch.actions);
        self.cursor.enabled(&mut actions);
        if actions.is_empty() {
            self.end(id);
        }
        for cpu in (0..self.n_cpus).map(CpuId) {
            self.possible(cpu);
        }
        let first = self.put_private_choices_first(&mut actions);
        self.try_all(id, &actions[..first]);
        // Whoever is left out must get its turn on every cycle: here, unless this led to a new state.
        if first < actions.len() {
            // States that others reached may wait to be looked up too; those do not count.
            let known = self.states.len() as u32;
            self.look_up();
            let mut new = known..self.states.len() as u32;
            if new.all(|state| self.states.parent(state) != id) {
                self.cursor.back();
                self.try_all(id, &actions[first..]);
            }
        }
        self.scratch.actions = actions;
        if self.cursor.is_outgrown() {
            self.look_up();
            self.cursor.outgrow();
            self.states.remake(|row| self.cursor.remake(row));
        }
    }

    fn try_all(&mut self, id: u32, actions: &[Action]) {
        for (i, &action) in actions.iter().enumerate() {
            if i > 0 {
                self.cursor.back();
            }
            self.scratch.path.clear();
            self.scratch.path.push(action);
            self.perform(id);
            if self.reduction.is_some() {
                self.run_on(id);
            }
            self.reach(id);
        }
    }

    /// Nothing is possible in this state: an end, wanted or not.
    fn end(&mut self, id: u32) {
        self.terminal.push(id);
        self.scratch.path.clear();
        if let Some(finding) = check::deadlock(self.cursor.machine()) {
            self.witness(id, finding);
        }
    }

    /// Performs the last action of the path from a kept state, and keeps what it finds.
    pub(super) fn perform(&mut self, from: u32) {
        let Some(&action) = self.scratch.path.last() else {
            return;
        };
        self.transitions += 1;
        self.ended = false;
        let findings = match &mut self.reduction {
            None => self.cursor.perform(action, &mut self.scratch.events),
            Some(reduction) => {
                if let Some(leaf) = self.cursor.remembered(action) {
                    reduction.learn_step(leaf);
                    return self.cursor.apply(leaf, action);
                }
                if let Some(leaf) = self.cursor.remembered_whole(action) {
                    self.ended = reduction.learn_whole(leaf);
                    self.cursor.apply_whole(leaf);
                    return;
                }
                self.perform_anew(action).findings
            }
        };
        for finding in findings {
            self.witness(from, finding);
        }
    }

    /// Notes the state to which the path leads from a kept one.
    fn reach(&mut self, from: u32) {
        let (row, hash) = self.cursor.seal();
        self.batch.rows.extend_from_slice(row);
        self.batch.paths.extend_from_slice(&self.scratch.path);
        self.batch.reached.push(Reached {
            from,
            hash,
            row: self.batch.rows.len(),
            path: self.batch.paths.len(),
        });
    }

    /// Keeps those that were reached and are new.
    fn look_up(&mut self) {
        let Search {
            states,
            batch,
            limits,
            full,
            ..
        } = self;
        let (mut row, mut path) = (0, 0);
        states.will_find(batch.reached.iter().map(|reached| reached.hash));
        for reached in &batch.reached {
            let words = &batch.rows[row..reached.row];
            let actions = &batch.paths[path..reached.path];
            (row, path) = (reached.row, reached.path);
            let room = states.len() < limits.states_max;
            let known = states.find(words, reached.hash);
            let id = known.or_else(|| match room {
                true => states.add(words, reached.hash, reached.from, actions),
                false => None,
            });
            *full |= id.is_none();
            if let Some(id) = id.filter(|_| !actions.is_empty()) {
                states.add_edge(reached.from, id);
            }
        }
        batch.clear();
    }

    fn witness(&mut self, from: u32, finding: Finding) {
        let same = |w: &Witness| {
            w.finding.rule == finding.rule
                && w.finding.class == finding.class
                && w.finding.printed == finding.printed
        };
        if !self.witnesses.iter().any(same) {
            let mut schedule = self.states.schedule_to(from);
            schedule.0.extend(&self.scratch.path);
            self.witnesses.push(Witness { finding, schedule });
        }
    }
}
