//! What is possible on each CPU, remembered.
//!
//! By its contexts, the rest of the machine, and the bytes by which it was decided; where it depends on
//! contexts of other CPUs it is asked for each time.

use super::cursor::Cursor;
use super::leaves::{LaneSet, lane_of};
use super::memo::{Found, Leaf, NodeId};
use super::mirror::Shape;
use crate::machine::footprint::{Footprint, GRANULE, Touched};
use crate::machine::memory::Touch;
use crate::machine::{Action, CpuId};
use crate::program::address::{PERCPU, STACK, STACK_STRIDE};

/// What was last asked of a CPU: often that is the next question, too.
pub(super) struct Last {
    /// The actions in this state, unless one of these lanes has changed since.
    pub(super) leaf: Option<Leaf>,
    pub(super) decided_by: LaneSet,
    /// By which key.
    key: Vec<u32>,
    root: NodeId,
    /// The memo's age then; 0 for never.
    age: u32,
}

impl Last {
    pub(super) fn of_cpu(cpu: usize, shape: &Shape) -> Last {
        let mut key = vec![0; 2 + shape.on_cpu[cpu].len()];
        key[0] = 1 + cpu as u32;
        Last {
            leaf: None,
            decided_by: 0,
            key,
            root: NodeId::default(),
            age: 0,
        }
    }
}

impl Cursor {
    /// The actions that are possible, as [`Machine::enabled`] lists them.
    pub fn enabled(&mut self, actions: &mut Vec<Action>) {
        actions.clear();
        for cpu in 0..self.mirror.shape.n_cpus {
            match self.possible(CpuId(cpu as u8)) {
                Some(leaf) => actions.extend(self.leaves.actions(leaf)),
                None => self.machine().enabled_on(CpuId(cpu as u8), actions),
            }
        }
    }

    /// The same of one CPU, if it is remembered.
    pub fn possible(&mut self, cpu: CpuId) -> Option<Leaf> {
        if self.mirror.shape.depends_on_others {
            return None;
        }
        let last = &self.last[usize::from(cpu.0)];
        if last.leaf.is_some() {
            return last.leaf;
        }
        let root = self.root_of_cpu(cpu);
        let leaf = match self.memo.walk(root, &self.words) {
            Found::Leaf(leaf) => leaf,
            Found::Unknown if self.is_first(root) => return None,
            Found::Unknown => self.remember_possible(cpu),
        };
        if !self.leaves.is_actions(leaf) {
            return None;
        }
        let last = &mut self.last[usize::from(cpu.0)];
        (last.leaf, last.decided_by) = (Some(leaf), self.leaves.decided_by(leaf));
        Some(leaf)
    }

    fn remember_possible(&mut self, cpu: CpuId) -> Leaf {
        self.mirror.catch_up(&self.words);
        self.mirror.machine.memory.watch(true);
        let mut actions = std::mem::take(&mut self.scratch.actions);
        actions.clear();
        self.mirror.machine.enabled_on(cpu, &mut actions);
        // This may begin with forgetting.
        self.look();
        let root = self.root_of_cpu(cpu);
        let others = self.mirror.machine.enabled_depends_on_others() || self.looks_at_others(cpu);
        let leaf = if others {
            let leaf = self.leaves.none();
            self.memo.stop(root, &self.words, leaf);
            leaf
        } else {
            let looks = self.mirror.looks.iter();
            let lanes = looks.fold(self.lanes_of_key(cpu), |all, look| {
                all | lane_of(look.at as usize)
            });
            let leaf = self.leaves.add_actions(&actions, lanes);
            self.memo.put(root, &self.mirror.looks, leaf);
            leaf
        };
        self.scratch.actions = actions;
        leaf
    }

    /// By which memory it is decided what is possible on a CPU in this state, also such as was never written
    /// yet.
    pub fn looked(&mut self, cpu: CpuId) -> Vec<Touched> {
        self.mirror.catch_up(&self.words);
        let machine = &mut self.mirror.machine;
        machine.memory.watch(true);
        self.scratch.actions.clear();
        machine.enabled_on(cpu, &mut self.scratch.actions);
        let touches = machine.memory.touches().iter();
        let looked = touches.map(Touch::as_touched).collect();
        machine.memory.watch(false);
        looked
    }

    /// What of that the next step looks at itself; and what of that must be zero for it.
    pub fn guard(&mut self, cpu: CpuId) -> [Vec<Touched>; 2] {
        self.mirror.catch_up(&self.words);
        let machine = &mut self.mirror.machine;
        machine.memory.watch(false);
        let mut guard = Footprint::default();
        machine.guard_footprint(cpu, &mut guard);
        match guard.memory.is_empty() {
            true => [Vec::new(), Vec::new()],
            false => [guard.memory, machine.waits_for_zero(cpu)],
        }
    }

    /// The actions that such a leaf says are possible.
    pub fn actions(&self, leaf: Leaf) -> &[Action] {
        self.leaves.actions(leaf)
    }

    /// Whether what is possible on a CPU was found out with another context's stack: that context decides
    /// which part of it there is.
    fn looks_at_others(&mut self, cpu: CpuId) -> bool {
        let machine = &mut self.mirror.machine;
        let own = machine.top(cpu).map_or(0, |top| top.stack);
        let own = own..own + STACK_STRIDE;
        let touches = machine.memory.touches().iter();
        let mut addrs = touches.map(|touch| touch.word.wrapping_mul(GRANULE));
        addrs.any(|addr| (STACK..PERCPU).contains(&addr) && !own.contains(&addr))
    }

    /// Where it is written what decides, besides memory, what is possible on a CPU.
    fn lanes_of_key(&self, cpu: CpuId) -> LaneSet {
        let contexts = self.mirror.shape.on_cpu[usize::from(cpu.0)].iter();
        let contexts = contexts.filter_map(|&slot| self.mirror.shape.contexts[slot]);
        contexts.fold(lane_of(self.mirror.shape.rest), |all, at| all | lane_of(at))
    }

    /// What decides, besides memory, what is possible on a CPU.
    fn root_of_cpu(&mut self, cpu: CpuId) -> NodeId {
        let Cursor {
            mirror,
            words,
            memo,
            last,
            ..
        } = self;
        let last = &mut last[usize::from(cpu.0)];
        let contexts = mirror.shape.on_cpu[usize::from(cpu.0)].iter();
        let contexts = contexts.map(|&slot| mirror.number(words, slot));
        let new = [words[mirror.shape.rest]].into_iter().chain(contexts);
        let mut same = last.age == memo.age();
        for (known, new) in last.key[1..].iter_mut().zip(new) {
            same &= std::mem::replace(known, new) == new;
        }
        if !same {
            last.root = memo.root(&last.key);
            last.age = memo.age();
        }
        last.root
    }
}
