//! How executions end: what a finished search says of its terminal and endless states.

use super::search::Search;
use super::{End, EndGroup, Outcome, Witness};
use crate::check;

impl Search {
    /// What was found so far; final when [`super::Progress::done`].
    pub fn outcome(&self) -> Outcome {
        let mut ends: Vec<EndGroup> = Vec::new();
        for &id in &self.terminal {
            self.count(&mut ends, End::of(&self.states[id as usize]), id);
        }
        let complete = self.complete();
        let endless = if complete { self.endless() } else { Vec::new() };
        for id in self.settled(&endless) {
            self.count(&mut ends, End::endless(&self.states[id as usize]), id);
        }
        let mut witnesses = self.witnesses.clone();
        witnesses.extend(endless.first().map(|&id| Witness {
            finding: check::endless(&self.states[id as usize]),
            schedule: self.schedule_to(id),
        }));
        // As it is without reduction anyway.
        witnesses.sort_by_key(|w| w.schedule.0.len());
        Outcome {
            states: self.states.len(),
            transitions: self.transitions,
            depth: self.depth(),
            complete,
            ends,
            witnesses,
            endless: endless.len(),
        }
    }

    fn count(&self, ends: &mut Vec<EndGroup>, end: End, id: u32) {
        match ends.iter_mut().find(|g| g.end == end) {
            Some(group) => group.n_states += 1,
            None => ends.push(EndGroup {
                end,
                n_states: 1,
                schedule: self.schedule_to(id),
            }),
        }
    }

    /// States from which no terminal state can be reached: backwards from the terminal ones.
    fn endless(&self) -> Vec<u32> {
        let sources = self.sources();
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

    fn sources(&self) -> Vec<Vec<u32>> {
        let mut sources = vec![Vec::new(); self.states.len()];
        for &(from, to) in &self.edges {
            sources[to as usize].push(from);
        }
        sources
    }

    /// Of endless states, those after which nothing more is printed or broken.
    fn settled(&self, endless: &[u32]) -> Vec<u32> {
        if endless.is_empty() {
            return Vec::new();
        }
        let console = |id: u32| &self.states[id as usize].console;
        let sources = self.sources();
        let changing = self
            .edges
            .iter()
            .filter(|(a, b)| console(*a) != console(*b));
        let mut todo: Vec<u32> = changing.map(|&(from, _)| from).collect();
        let mut changes = vec![false; self.states.len()];
        while let Some(id) = todo.pop() {
            if !std::mem::replace(&mut changes[id as usize], true) {
                todo.extend(&sources[id as usize]);
            }
        }
        let settled = |id: &u32| !changes[*id as usize];
        endless.iter().copied().filter(settled).collect()
    }
}
