//! What a reduced search tries from a state, and what it performs at once.
//!
//! [`super::reduction`] knows which steps nobody notices; here such steps are found and performed, and what is
//! performed is told to it.

use std::rc::Rc;

use super::access::Agents;
use super::cursor::{Anew, Cursor};
use super::guard_lock::GuardUse;
use super::memo::Leaf;
use super::reduction::Reduction;
use super::search::{Scratch, Search};
use super::who::Who;
use crate::check::Finding;
use crate::machine::footprint::Touched;
use crate::machine::{Action, CpuId, Event, EventKind};

/// Actions performed between two states that are kept; then one is kept and expanded in full, so
/// that no cycle leaves anyone out.
const CHAIN_MAX: usize = 1000;
/// Actions without an alternative before a state is kept: executions that differed may have met.
const ALONE_MAX: usize = 64;

/// What a step that was not remembered did.
#[derive(Default)]
pub(super) struct Performed {
    pub(super) findings: Vec<Finding>,
    /// Nothing was found, and nothing noted.
    is_silent: bool,
    who: Who,
    mask: i8,
    /// It is remembered as this step from now on.
    step: Option<Leaf>,
}

/// What to do next without keeping a state.
enum Next {
    /// A step that nobody notices.
    Remembered(Leaf, Action),
    /// One of which that is expected.
    Try(Action),
    /// There is none.
    None,
}

impl Search {
    /// Goes on as long as nobody could notice, or nothing else can be done.
    pub(super) fn run_on(&mut self, from: u32) {
        let mut alone = 0;
        while self.scratch.path.len() < CHAIN_MAX {
            match self.next_unnoticed() {
                Next::Remembered(leaf, action) => {
                    self.cursor.apply(leaf, action);
                    self.transitions += 1;
                    self.scratch.path.push(action);
                }
                Next::Try(action) if self.is_new(action) => self.fly(action),
                Next::Try(action) => {
                    self.cursor.save();
                    if self.try_unnoticed(action) {
                        self.scratch.path.push(action);
                    } else {
                        self.cursor.undo();
                    }
                }
                Next::None => {
                    let mut enabled = std::mem::take(&mut self.scratch.enabled);
                    self.cursor.enabled(&mut enabled);
                    let only = match enabled[..] {
                        [action] => Some(action),
                        _ => None,
                    };
                    self.scratch.enabled = enabled;
                    let Some(action) = only else { break };
                    self.scratch.path.push(action);
                    self.perform(from);
                    alone += 1;
                    if alone >= ALONE_MAX || self.ended {
                        break;
                    }
                }
            }
        }
    }

    /// When one CPU's choices concern nobody else, they alone need be tried; how many come first.
    pub(super) fn put_private_choices_first(&mut self, actions: &mut [Action]) -> usize {
        if self.reduction.is_none() {
            return actions.len();
        }
        self.scratch.knows_blocked = false;
        for cpu in (0..self.n_cpus).map(CpuId) {
            let mine = |action: &Action| matches!(action, Action::Choose(c, _) if *c == cpu);
            let n = actions.iter().filter(|action| mine(action)).count();
            if n == 0 || n == actions.len() {
                continue;
            }
            let mut choices = actions.iter().filter(|action| mine(action));
            let private = |&action: &Action| {
                let leaf = self.cursor.remembered(action);
                leaf.is_some_and(|leaf| self.is_private(leaf, cpu))
            };
            if choices.all(private) {
                actions.sort_by_key(|action| !mine(action));
                return n;
            }
        }
        actions.len()
    }

    /// With reduction: performs an action that is not remembered, and learns from it.
    pub(super) fn perform_anew(&mut self, action: Action) -> Performed {
        let mut performed = Performed::default();
        let waits_for = match action {
            Action::Step(cpu) | Action::Choose(cpu, _) => self.possible(cpu),
            Action::Arrive(_) | Action::Switch(..) => None,
        };
        let Search {
            reduction: Some(reduction),
            cursor,
            scratch,
            age,
            ..
        } = self
        else {
            return performed;
        };
        let waits_for = waits_for.map_or_else(Vec::new, |leaf| reduction.waits_for(leaf));
        let Scratch {
            events,
            footprint,
            contexts,
            ..
        } = scratch;
        footprint.clear();
        contexts.clear();
        contexts.extend(cursor.contexts());
        let before = match action {
            Action::Step(cpu) | Action::Choose(cpu, _) => {
                performed.mask = cursor.mask(cpu);
                cursor.context(cpu).map_or(0, |(_, number)| number)
            }
            Action::Arrive(_) | Action::Switch(..) => 0,
        };
        performed.who = reduction.who(cursor.machine(), action);
        let console = Rc::clone(&cursor.machine().console);
        let (findings, anew) = cursor.perform_anew(action, events, footprint);
        performed.findings = findings;
        performed.is_silent = performed.findings.is_empty() && console == cursor.machine().console;
        forget(reduction, cursor, age);
        let becomes: Vec<(u32, u32)> = contexts.iter().copied().zip(cursor.contexts()).collect();
        match anew {
            Some(Anew::Step(leaf)) => {
                let changed = |(from, to): &(u32, u32)| *from == before && from != to;
                let becomes = becomes.into_iter().find(changed);
                let machine = cursor.machine();
                let value = |t: &Touched| {
                    let word = machine.memory.word(t.granule) & t.mask();
                    word >> (8 * (t.bytes.trailing_zeros() & 7))
                };
                let written = |is: fn(u64) -> bool| {
                    let memory = footprint.memory.iter();
                    let those = memory.filter(move |t| t.written && is(value(t)));
                    those.copied().collect()
                };
                let how = GuardUse {
                    waits_for,
                    zeroed: written(|value| value == 0),
                    large: written(|value| value > u64::from(u8::MAX)),
                };
                let who = performed.who.clone();
                let becomes = becomes.unwrap_or((before, before));
                reduction.note_step(leaf, who, machine, footprint, how, becomes);
                reduction.learn_step(leaf);
                performed.step = Some(leaf);
            }
            Some(Anew::Whole(_)) | None => {
                let changed = becomes.into_iter().filter(|(from, to)| from != to);
                let leaf = match anew {
                    Some(Anew::Whole(leaf)) => Some(leaf),
                    Some(Anew::Step(_)) | None => None,
                };
                let (machine, who) = (cursor.machine(), &performed.who);
                reduction.learn(who, machine, events, footprint, changed.collect(), leaf);
                let ended = |e: &Event| matches!(e.kind, EventKind::Exit { .. });
                self.ended = events.last().is_some_and(ended);
            }
        }
        performed
    }

    /// A step that nobody notices, or that is expected to be such a one. Who made the last one goes on.
    fn next_unnoticed(&mut self) -> Next {
        self.scratch.knows_blocked = false;
        let last = match self.scratch.path.last() {
            Some(Action::Step(cpu) | Action::Choose(cpu, _)) => cpu.0,
            _ => 0,
        };
        for i in 0..self.n_cpus {
            let cpu = CpuId((last + i) % self.n_cpus);
            let action = Action::Step(cpu);
            let is_enabled = match self.possible(cpu) {
                Some(leaf) => self.cursor.actions(leaf).contains(&action),
                None => self.cursor.machine().step_is_enabled(cpu),
            };
            if !is_enabled {
                continue;
            }
            if let Some(leaf) = self.cursor.remembered(action) {
                if self.is_private(leaf, cpu) {
                    return Next::Remembered(leaf, action);
                }
            } else if let Some(reduction) = &self.reduction
                && let Some((top, _)) = self.cursor.context(cpu)
                && reduction.expects_no_notice(top)
            {
                return Next::Try(action);
            }
        }
        Next::None
    }

    /// Whether a remembered step concerns nobody else; then this is relied on.
    fn is_private(&mut self, leaf: Leaf, cpu: CpuId) -> bool {
        let mask = self.cursor.mask(cpu);
        let Some(reduction) = &mut self.reduction else {
            return false;
        };
        reduction.learn_step(leaf);
        let Some(conflicts) = reduction.conflicts(leaf, mask) else {
            return false;
        };
        let own = reduction.agent_of_step(leaf);
        if conflicts != 0 && !self.are_blocked(own, conflicts) {
            return false;
        }
        if let Some(reduction) = &mut self.reduction {
            reduction.rely_on_step(leaf);
        }
        true
    }

    /// Whether none of these can go on before a step of `own`.
    fn are_blocked(&mut self, own: Agents, conflicts: Agents) -> bool {
        let wanted = self
            .reduction
            .as_ref()
            .is_some_and(Reduction::looks_at_blocked);
        if !wanted || !self.find_blocked() {
            return false;
        }
        let Some(reduction) = &mut self.reduction else {
            return false;
        };
        reduction.unblocked(own, conflicts, &self.scratch.blocked) == 0
    }

    /// Finds the CPUs on which nothing is possible in this state, if that is not known; false when something
    /// was forgotten meanwhile.
    fn find_blocked(&mut self) -> bool {
        if self.scratch.knows_blocked {
            return true;
        }
        let age = self.cursor.age();
        self.scratch.blocked.clear();
        for cpu in (0..self.n_cpus).map(CpuId) {
            if let Some(leaf) = self.possible(cpu)
                && self.cursor.actions(leaf).is_empty()
            {
                self.scratch.blocked.push(leaf);
            }
        }
        self.scratch.knows_blocked = self.cursor.age() == age;
        self.scratch.knows_blocked
    }

    /// What is known of what is possible on a CPU, if reduction wants to know. Who waits for a condition
    /// reads it all the time, so that is learned wherever it is asked.
    pub(super) fn possible(&mut self, cpu: CpuId) -> Option<Leaf> {
        let reduction = self.reduction.as_mut()?;
        let possible = self.cursor.possible(cpu);
        forget(reduction, &self.cursor, &mut self.age);
        let Some(leaf) = possible else {
            self.learn_of_guard(cpu);
            return None;
        };
        if !reduction.knows_guard(leaf) {
            let [guard, waits_for] = self.cursor.guard(cpu);
            let looked = match reduction.looks_at_blocked() {
                true => self.cursor.looked(cpu),
                false => Vec::new(),
            };
            let how = GuardUse {
                waits_for,
                ..GuardUse::default()
            };
            let machine = self.cursor.machine();
            reduction.note_guard(leaf, cpu, machine, [looked, guard], how);
        }
        reduction.learn_guard(leaf);
        Some(leaf)
    }

    /// The same when it cannot be remembered.
    fn learn_of_guard(&mut self, cpu: CpuId) {
        let Some(reduction) = &mut self.reduction else {
            return;
        };
        let footprint = &mut self.scratch.footprint;
        footprint.clear();
        let machine = self.cursor.machine();
        machine.guard_footprint(cpu, footprint);
        if !footprint.memory.is_empty() {
            let who = reduction.who(machine, Action::Step(cpu));
            reduction.learn(&who, machine, &[], footprint, Vec::new(), None);
        }
    }

    /// Performs a step that nobody is expected to notice; false when that was wrong, or is known better
    /// the next time.
    fn try_unnoticed(&mut self, action: Action) -> bool {
        let performed = self.perform_anew(action);
        self.transitions += 1;
        let Some(reduction) = &mut self.reduction else {
            return false;
        };
        if let Some(leaf) = performed.step {
            let is_private = reduction.conflicts(leaf, performed.mask) == Some(0);
            if is_private {
                reduction.rely_on_step(leaf);
            }
            return is_private;
        }
        let Scratch {
            events, footprint, ..
        } = &self.scratch;
        let machine = self.cursor.machine();
        let Performed { who, mask, .. } = &performed;
        let unnoticed =
            performed.is_silent && reduction.is_unnoticed(who, *mask, machine, events, footprint);
        if !unnoticed {
            reduction.expect_notice(who);
        }
        unnoticed
    }
}

/// Steps of contexts that are not remembered, made on the machine alone.
impl Search {
    /// Whether the context that makes a step was never seen before and waits for nothing. Where it is of use to
    /// know who is blocked, each step is remembered.
    fn is_new(&mut self, action: Action) -> bool {
        let Action::Step(cpu) = action else {
            return false;
        };
        let looks_at_blocked = self
            .reduction
            .as_ref()
            .is_some_and(Reduction::looks_at_blocked);
        if looks_at_blocked {
            return false;
        }
        !self.cursor.machine().is_guarded(cpu) && self.cursor.is_new(cpu)
    }

    /// Goes on with this CPU as long as nobody notices, and its contexts are new.
    fn fly(&mut self, action: Action) {
        let Action::Step(cpu) = action else { return };
        let begin = self.scratch.path.len();
        let before: Vec<u32> = self.cursor.contexts().collect();
        self.cursor.take_off();
        while self.fly_unnoticed(action) {
            self.scratch.path.push(action);
            let machine = self.cursor.flying();
            let Some(top) = machine.top(cpu) else { break };
            let expected = self
                .reduction
                .as_ref()
                .is_some_and(|r| r.expects_no_notice(top));
            let goes_on = expected
                && self.scratch.path.len() < CHAIN_MAX
                && machine.step_is_enabled(cpu)
                && !machine.is_guarded(cpu)
                && self.cursor.is_new(cpu);
            if !goes_on {
                break;
            }
        }
        if self.scratch.flown_too_far {
            self.cursor.fly_back();
            for i in begin..self.scratch.path.len() {
                let action = self.scratch.path[i];
                self.cursor.fly(action, &mut self.scratch.events, None);
            }
        }
        self.cursor.land();
        self.become_others(&before);
    }

    /// Performs a step that nobody is expected to notice; false when that was wrong, and it is one too many.
    fn fly_unnoticed(&mut self, action: Action) -> bool {
        let Search {
            reduction: Some(reduction),
            cursor,
            scratch,
            transitions,
            ..
        } = self
        else {
            return false;
        };
        let Scratch {
            events,
            footprint,
            flown_too_far,
            ..
        } = scratch;
        let machine = cursor.flying();
        let who = reduction.who(machine, action);
        let mask = machine.mask(CpuId(who.cpu));
        let console = Rc::clone(&machine.console);
        footprint.clear();
        let findings = cursor.fly(action, events, Some(footprint));
        *transitions += 1;
        let machine = cursor.flying();
        reduction.learn(&who, machine, events, footprint, Vec::new(), None);
        let silent = findings.is_empty() && console == machine.console;
        let unnoticed = silent && reduction.is_unnoticed(&who, mask, machine, events, footprint);
        if !unnoticed {
            reduction.expect_notice(&who);
        }
        *flown_too_far = !unnoticed;
        unnoticed
    }

    /// Contexts had these numbers before, and may have others now.
    fn become_others(&mut self, before: &[u32]) {
        let becomes = before.iter().copied().zip(self.cursor.contexts());
        let changed: Vec<(u32, u32)> = becomes.filter(|(from, to)| from != to).collect();
        if let Some(reduction) = &mut self.reduction {
            forget(reduction, &self.cursor, &mut self.age);
            reduction.become_others(&changed, false);
        }
    }
}

/// What the cursor has forgotten is of no use any more.
fn forget(reduction: &mut Reduction, cursor: &Cursor, age: &mut u32) {
    if std::mem::replace(age, cursor.age()) != cursor.age() {
        reduction.forget();
    }
}
