//! How executions end: what a finished search says of its terminal and endless states.

use super::reduction::Reduction;
use super::search::Search;
use super::{End, EndGroup, Outcome, Witness};
use crate::check;

impl Search {
    /// What was found so far; final when [`super::Progress::done`].
    pub fn outcome(&mut self) -> Outcome {
        let mut ends: Vec<EndGroup> = Vec::new();
        for i in 0..self.terminal.len() {
            let id = self.terminal[i];
            self.cursor.go(self.states.row(id));
            let end = End::of(self.cursor.machine());
            self.count(&mut ends, end, id);
        }
        let complete = self.complete();
        let endless = if complete { self.endless() } else { Vec::new() };
        for id in self.settled(&endless) {
            self.cursor.go(self.states.row(id));
            let end = End::endless(self.cursor.machine());
            self.count(&mut ends, end, id);
        }
        let mut witnesses = self.witnesses.clone();
        if let Some(&id) = endless.first() {
            self.cursor.go(self.states.row(id));
            witnesses.push(Witness {
                finding: check::endless(self.cursor.machine()),
                schedule: self.states.schedule_to(id),
            });
        }
        // As it is without reduction anyway.
        witnesses.sort_by_key(|w| w.schedule.0.len());
        Outcome {
            states: self.states.len(),
            transitions: self.transitions,
            depth: self.states.depth(),
            complete,
            ends,
            witnesses,
            endless: endless.len(),
            memory: self.bytes(),
        }
    }

    /// Bytes of all that is kept.
    pub fn bytes(&self) -> usize {
        let reduction = self.reduction.as_ref().map_or(0, Reduction::bytes);
        self.states.bytes() + self.cursor.bytes() + reduction
    }

    fn count(&self, ends: &mut Vec<EndGroup>, end: End, id: u32) {
        match ends.iter_mut().find(|g| g.end == end) {
            Some(group) => group.n_states += 1,
            None => ends.push(EndGroup {
                end,
                n_states: 1,
                schedule: self.states.schedule_to(id),
            }),
        }
    }

    /// States from which no terminal state can be reached.
    fn endless(&self) -> Vec<u32> {
        let mut ends = vec![false; self.states.len()];
        for &id in &self.terminal {
            ends[id as usize] = true;
        }
        let left = (0..ends.len() as u32).rev();
        let mut left: Vec<u32> = left.filter(|&id| !ends[id as usize]).collect();
        self.spread(&mut ends, &mut left);
        left.reverse();
        left
    }

    /// Of endless states, those after which nothing more is printed or broken.
    fn settled(&self, endless: &[u32]) -> Vec<u32> {
        if endless.is_empty() {
            return Vec::new();
        }
        let console = |id: u32| self.cursor.console(self.states.row(id));
        let mut changes = vec![false; self.states.len()];
        let mut left: Vec<u32> = endless.iter().rev().copied().collect();
        left.retain(|&id| {
            let own = console(id);
            let edges = self.states.edges(id);
            changes[id as usize] = edges.iter().any(|&to| console(to) != own);
            !changes[id as usize]
        });
        self.spread(&mut changes, &mut left);
        left.reverse();
        left
    }

    /// Marks those that lead to a marked state, and leaves those that do not. States are met in the
    /// order of their distance, so most lead to later ones, and few rounds are needed.
    fn spread(&self, marked: &mut [bool], left: &mut Vec<u32>) {
        loop {
            let before = left.len();
            left.retain(|&id| {
                let marks = |&to: &u32| marked[to as usize];
                let leads = self.states.edges(id).iter().any(marks);
                marked[id as usize] |= leads;
                !leads
            });
            if left.len() == before {
                return;
            }
        }
    }
}
