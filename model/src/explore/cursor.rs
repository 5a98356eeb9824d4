//! A machine that moves between states.
//!
//! Most steps only move on in a context and read and write memory. They are remembered (see [`super::memo`])
//! by the context and the bytes they read, and performed on the [words](super::mirror) alone. Other actions
//! are remembered by all that is no memory, too. For what is not remembered the machine is made what the
//! words say, steps, and is written down again. No state is copied as a whole.

use std::collections::HashSet;
use std::hash::BuildHasherDefault;

use rustc_hash::FxHasher;

use super::leaves::{LaneSet, Leaves, Write, lane_of};
use super::memo::{Found, Leaf, Memo, NodeId};
use super::mirror::{LANE, Mirror};
use super::possible::Last;
use super::rows::Rows;
use super::states::pack;
use super::who::is_lonely;
use crate::check::{self, Finding};
use crate::machine::context::Context;
use crate::machine::digest;
use crate::machine::footprint::Footprint;
use crate::machine::{Action, CpuId, Event, EventKind, Machine};
use crate::program::FuncId;

/// Actions of the whole machine that look at more bytes are not remembered: nobody sees all of them twice.
const LOOKS_MAX: usize = 64;

/// How an action is remembered from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anew {
    /// As a step of a context.
    Step(Leaf),
    /// As an action of the whole machine.
    Whole(Leaf),
}

/// The machine, the words of the state it has come to, and the row it moves away from.
pub struct Cursor {
    pub(super) mirror: Mirror,
    rows: Rows,
    pub(super) words: Vec<u32>,
    pub(super) memo: Memo,
    pub(super) leaves: Leaves,
    pub(super) last: Vec<Last>,
    /// What is new is remembered at once.
    eager: bool,
    /// Hashes of contexts that were about to make a step.
    seen: HashSet<u64, BuildHasherDefault<FxHasher>>,
    pub(super) scratch: Scratch,
}

/// Used again and again.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) key: Vec<u32>,
    pub(super) actions: Vec<Action>,
    footprint: Footprint,
    saved: Vec<u32>,
}

impl Cursor {
    /// At this state, which is also the first row.
    pub fn new(initial: &Machine) -> Cursor {
        let (mirror, mut words) = Mirror::new(initial);
        let last = (0..mirror.shape.n_cpus).map(|cpu| Last::of_cpu(cpu, &mirror.shape));
        let mut rows = Rows::default();
        let row = words.clone();
        rows.go(&row, &mut words);
        Cursor {
            last: last.collect(),
            mirror,
            rows,
            words,
            memo: Memo::default(),
            leaves: Leaves::default(),
            eager: is_lonely(initial),
            seen: HashSet::default(),
            scratch: Scratch::default(),
        }
    }

    /// The machine as it is now.
    pub fn machine(&mut self) -> &Machine {
        self.mirror.catch_up(&self.words);
        &self.mirror.machine
    }

    /// The row of the state it has come to, and its hash.
    pub fn seal(&mut self) -> (&[u32], u64) {
        self.rows.seal(&self.words)
    }

    /// Back to the state it moves away from.
    pub fn back(&mut self) {
        let lanes = self.rows.back(&mut self.words);
        self.note_lanes(lanes);
    }

    /// Notes the state it has come to.
    pub fn save(&mut self) {
        self.scratch.saved.clone_from(&self.words);
    }

    /// To the state that was noted since it moved away from the row.
    pub fn undo(&mut self) {
        self.words[..self.scratch.saved.len()].copy_from_slice(&self.scratch.saved);
        // What got a place since then was as at the start.
        self.words[self.scratch.saved.len()..].fill(0);
        self.note_lanes(LaneSet::MAX);
    }

    /// To another row, to move away from that.
    pub fn go(&mut self, row: &[u32]) {
        let lanes = self.rows.go(row, &mut self.words);
        self.note_lanes(lanes);
    }

    /// Whether states have become too large for rows that are their words.
    pub fn is_outgrown(&self) -> bool {
        self.rows.is_outgrown(self.mirror.lanes.len() * LANE)
    }

    /// Then rows are others from now on, and all must be [remade](Cursor::remake).
    pub fn outgrow(&mut self) {
        self.rows.outgrow(&mut self.words);
        self.note_lanes(LaneSet::MAX);
    }

    /// What a row that was the words is now, and its hash.
    pub fn remake(&mut self, words: &[u32]) -> (Vec<u32>, u64) {
        self.rows.remake(words)
    }

    /// The number of the console in a row.
    pub fn console(&self, row: &[u32]) -> u32 {
        let rest = self.rows.word(row, self.mirror.shape.rest);
        self.mirror.console(rest)
    }

    /// Bytes of all values, chunks and what is remembered.
    pub fn bytes(&self) -> usize {
        self.mirror.bytes() + self.rows.bytes() + self.memo.bytes() + self.leaves.bytes()
    }

    /// Sees what the machine has read and written, and forgets what that contradicts.
    pub(super) fn look(&mut self) {
        if self.mirror.look(&mut self.words, self.memo.is_full()) {
            self.forget();
        }
    }

    /// Makes the words what the machine is.
    fn take_over(&mut self) {
        let Cursor {
            mirror,
            rows,
            words,
            ..
        } = self;
        if mirror.take_over(words, |word| rows.note(word)) {
            self.forget();
        }
        self.note_lanes(LaneSet::MAX);
    }

    /// Another number whenever what was remembered has been forgotten.
    pub fn age(&self) -> u32 {
        self.memo.age()
    }

    /// Forgets what is remembered.
    fn forget(&mut self) {
        self.memo.clear();
        self.leaves.clear();
        self.last.iter_mut().for_each(|last| last.leaf = None);
    }

    /// What is in these lanes has changed.
    fn note_lanes(&mut self, lanes: LaneSet) {
        for last in &mut self.last {
            if last.decided_by & lanes != 0 {
                last.leaf = None;
            }
        }
    }

    /// Whether this is asked for the first time. Most is never asked for again, and not worth being
    /// remembered, unless everything is.
    pub(super) fn is_first(&mut self, root: NodeId) -> bool {
        !self.eager && self.memo.is_first(root)
    }

    /// Performs an action and asks the checks that look at one step.
    pub fn perform(&mut self, action: Action, events: &mut Vec<Event>) -> Vec<Finding> {
        if let Some(leaf) = self.remembered(action) {
            self.apply(leaf, action);
            return Vec::new();
        }
        if let Action::Step(cpu) | Action::Choose(cpu, _) = action
            && let Some(slot) = self.mirror.top(&self.words, cpu)
        {
            let root = self.root_of_step(slot, action);
            if self.memo.walk(root, &self.words) == Found::Unknown {
                return match self.is_first(root) {
                    true => self.perform_unremembered(action, events, None),
                    false => self.perform_step(action, slot, events, None).0,
                };
            }
        }
        let root = self.root_of_whole(action);
        match self.memo.walk(root, &self.words) {
            Found::Leaf(leaf) if self.apply_whole(leaf) => Vec::new(),
            Found::Leaf(_) => self.perform_unremembered(action, events, None),
            Found::Unknown if self.is_first(root) => {
                self.perform_unremembered(action, events, None)
            }
            Found::Unknown => self.perform_whole(action, events, None).0,
        }
    }

    /// The same of one that is not remembered as a step. It tells what happened, and how it is remembered
    /// from now on, if it is.
    pub fn perform_anew(
        &mut self,
        action: Action,
        events: &mut Vec<Event>,
        footprint: &mut Footprint,
    ) -> (Vec<Finding>, Option<Anew>) {
        if let Action::Step(cpu) | Action::Choose(cpu, _) = action
            && let Some(slot) = self.mirror.top(&self.words, cpu)
        {
            let root = self.root_of_step(slot, action);
            let unknown = self.memo.walk(root, &self.words) == Found::Unknown;
            if unknown && self.is_first(root) {
                let findings = self.perform_unremembered(action, events, Some(footprint));
                return (findings, None);
            }
            if unknown {
                let (findings, leaf) = self.perform_step(action, slot, events, Some(footprint));
                return (findings, leaf.map(Anew::Step));
            }
        }
        let root = self.root_of_whole(action);
        match self.memo.walk(root, &self.words) {
            Found::Unknown if !self.is_first(root) => {
                let (findings, leaf) = self.perform_whole(action, events, Some(footprint));
                (findings, leaf.map(Anew::Whole))
            }
            Found::Leaf(_) | Found::Unknown => {
                let findings = self.perform_unremembered(action, events, Some(footprint));
                (findings, None)
            }
        }
    }

    /// The action of the whole machine that is remembered.
    pub fn remembered_whole(&mut self, action: Action) -> Option<Leaf> {
        let root = self.root_of_whole(action);
        match self.memo.walk(root, &self.words) {
            Found::Leaf(leaf) => self.leaves.whole(leaf).map(|_| leaf),
            Found::Unknown => None,
        }
    }

    /// The step of a context that is remembered.
    pub fn remembered(&mut self, action: Action) -> Option<Leaf> {
        let (Action::Step(cpu) | Action::Choose(cpu, _)) = action else {
            return None;
        };
        let slot = self.mirror.top(&self.words, cpu)?;
        let root = self.root_of_step(slot, action);
        match self.memo.walk(root, &self.words) {
            Found::Leaf(leaf) if self.leaves.is_step(leaf) => Some(leaf),
            Found::Leaf(_) | Found::Unknown => None,
        }
    }

    fn root_of_step(&mut self, slot: usize, action: Action) -> NodeId {
        let context = self.mirror.number(&self.words, slot);
        match action {
            Action::Choose(_, k) => self.memo.root(&[0, context, k]),
            Action::Step(_) | Action::Arrive(_) | Action::Switch(..) => self.memo.direct(context),
        }
    }

    /// All that is no memory decides.
    fn root_of_whole(&mut self, action: Action) -> NodeId {
        let Cursor {
            mirror,
            words,
            memo,
            scratch,
            ..
        } = self;
        let key = &mut scratch.key;
        key.clear();
        key.extend([u32::MAX, pack(action), words[mirror.shape.rest]]);
        // When another one gets a place, everything is forgotten.
        let placed = mirror.shape.contexts.iter().flatten();
        key.extend(placed.map(|&at| words[at]));
        memo.root(key)
    }

    /// With the machine.
    fn perform_unremembered(
        &mut self,
        action: Action,
        events: &mut Vec<Event>,
        footprint: Option<&mut Footprint>,
    ) -> Vec<Finding> {
        let findings = self.step_machine(action, events, footprint, false);
        self.land();
        findings
    }

    fn step_machine(
        &mut self,
        action: Action,
        events: &mut Vec<Event>,
        footprint: Option<&mut Footprint>,
        reads: bool,
    ) -> Vec<Finding> {
        self.mirror.catch_up(&self.words);
        if let Action::Step(cpu) | Action::Choose(cpu, _) = action {
            self.mirror.lend_spare(cpu);
        }
        self.mirror.machine.memory.watch(reads);
        events.clear();
        check::perform_step(&mut self.mirror.machine, action, events, footprint)
    }

    /// With the machine; remembered as the step of a context, if it is only that.
    fn perform_step(
        &mut self,
        action: Action,
        slot: usize,
        events: &mut Vec<Event>,
        footprint: Option<&mut Footprint>,
    ) -> (Vec<Finding>, Option<Leaf>) {
        let mut own = std::mem::take(&mut self.scratch.footprint);
        own.clear();
        let footprint = footprint.unwrap_or(&mut own);
        let findings = self.step_machine(action, events, Some(footprint), true);
        self.look();
        self.mirror.write_fixed(&self.words);
        let root = self.root_of_step(slot, action);
        let is_step = findings.is_empty() && self.is_step(slot, events, footprint);
        let leaf = match is_step {
            true => {
                let writes: Vec<Write> = self.mirror.writes().filter(|w| w.mask != 0).collect();
                let leaf = self.leaves.add_step(self.mirror.contexts[slot], &writes);
                self.memo.put(root, &self.mirror.looks, leaf);
                Some(leaf)
            }
            false => {
                let leaf = self.leaves.none();
                self.memo.stop(root, &self.words, leaf);
                None
            }
        };
        self.scratch.footprint = own;
        self.take_over();
        (findings, leaf)
    }

    /// With the machine; remembered as an action of all of it.
    fn perform_whole(
        &mut self,
        action: Action,
        events: &mut Vec<Event>,
        footprint: Option<&mut Footprint>,
    ) -> (Vec<Finding>, Option<Leaf>) {
        let findings = self.step_machine(action, events, footprint, true);
        self.look();
        self.mirror.write_fixed(&self.words);
        if self.mirror.place_fixed(&mut self.words) {
            self.forget();
        }
        let root = self.root_of_whole(action);
        let few = self.mirror.looks.len() <= LOOKS_MAX;
        let is_known = findings.is_empty() && few;
        let leaf = match is_known {
            true => {
                let writes: Vec<Write> = self.mirror.writes().filter(|w| w.mask != 0).collect();
                let words = self.mirror.fixed_words();
                let leaf = self.leaves.add_whole(&writes, &words);
                self.memo.put(root, &self.mirror.looks, leaf);
                Some(leaf)
            }
            false => {
                let leaf = self.leaves.none();
                self.memo.stop(root, &self.words, leaf);
                None
            }
        };
        self.take_over();
        (findings, leaf)
    }

    /// Whether the innermost context of a CPU was never seen before. Most that are new are not seen again
    /// either, and not worth being remembered.
    pub fn is_new(&mut self, cpu: CpuId) -> bool {
        let context = self.mirror.machine.top(cpu);
        context.is_some_and(|context| self.seen.insert(digest::of_context(context)))
    }

    /// Makes the machine what the words say, to step on it alone: the words stay behind until
    /// [`Cursor::land`].
    pub fn take_off(&mut self) {
        self.mirror.catch_up(&self.words);
        self.mirror.machine.memory.watch(false);
    }

    /// Performs an action on the machine alone.
    pub fn fly(
        &mut self,
        action: Action,
        events: &mut Vec<Event>,
        footprint: Option<&mut Footprint>,
    ) -> Vec<Finding> {
        events.clear();
        check::perform_step(&mut self.mirror.machine, action, events, footprint)
    }

    /// The machine, which may be ahead of the words.
    pub fn flying(&self) -> &Machine {
        &self.mirror.machine
    }

    /// Back to where the machine took off.
    pub fn fly_back(&mut self) {
        self.mirror.revert(&self.words);
    }

    /// Makes the words what the machine is.
    pub fn land(&mut self) {
        self.look();
        self.mirror.write_fixed(&self.words);
        self.take_over();
    }

    /// Whether what the machine did was to move on in one context, and to read and write memory.
    fn is_step(&self, slot: usize, events: &[Event], footprint: &Footprint) -> bool {
        events.iter().all(|e| is_quiet(&self.mirror.machine, e))
            && !footprint.more
            && !footprint.cpu
            && footprint.locks.is_empty()
            && !footprint.asks_for_pages()
            && self
                .mirror
                .own_memory(self.mirror.number(&self.words, slot), footprint)
            && self.mirror.differs_only_in(&self.words, slot)
    }

    /// Performs a remembered step.
    pub fn apply(&mut self, leaf: Leaf, action: Action) {
        let (Action::Step(cpu) | Action::Choose(cpu, _)) = action else {
            return;
        };
        let Some(slot) = self.mirror.top(&self.words, cpu) else {
            return;
        };
        let (context, writes) = self.leaves.step(leaf);
        let mut lanes = 0;
        for write in writes {
            write.apply(&mut self.words);
            self.rows.note(write.at as usize);
            lanes |= lane_of(write.at as usize);
        }
        if let Some(at) = self.mirror.shape.contexts[slot] {
            self.words[at] = context;
            self.rows.note(at);
            lanes |= lane_of(at);
        }
        self.note_lanes(lanes);
    }

    /// Performs a remembered action of the whole machine, if it is one.
    pub fn apply_whole(&mut self, leaf: Leaf) -> bool {
        let Some((writes, words)) = self.leaves.whole(leaf) else {
            return false;
        };
        for write in writes {
            write.apply(&mut self.words);
            self.rows.note(write.at as usize);
        }
        for &(at, word) in words {
            self.words[at as usize] = word;
            self.rows.note(at as usize);
        }
        self.note_lanes(LaneSet::MAX);
        true
    }

    /// The innermost context of a CPU, and the number it has now.
    pub fn context(&self, cpu: CpuId) -> Option<(&Context, u32)> {
        self.mirror.context(&self.words, cpu)
    }

    /// The numbers of all contexts, by their places.
    pub fn contexts(&self) -> impl Iterator<Item = u32> {
        let slots = 0..self.mirror.shape.contexts.len();
        slots.map(|slot| self.mirror.number(&self.words, slot))
    }

    /// See [`Machine::mask`].
    pub fn mask(&self, cpu: CpuId) -> i8 {
        self.mirror.mask(&self.words, cpu)
    }
}

/// What happened concerns nobody else, and no check.
fn is_quiet(machine: &Machine, event: &Event) -> bool {
    let quiet = matches!(
        event.kind,
        EventKind::Call { .. } | EventKind::Return { .. } | EventKind::Chosen { .. }
    );
    let is_entry = |func: FuncId| machine.setup().runs.iter().any(|run| run.entry == func);
    let returns = matches!(event.kind, EventKind::Return { func, .. } if is_entry(func));
    quiet && !returns && !check::concerns_checks(machine, event)
}
