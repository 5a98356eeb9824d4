//! The states of a search, and how each was reached: rows of numbers, each of them once.

use super::table::Table;
use crate::machine::{Action, CpuId, RunId, Schedule, TaskId};

/// All states, numbered in the order in which they were met.
#[derive(Default)]
pub struct States {
    /// The rows, one behind the other, and where each begins; see [`super::cursor`].
    numbers: Vec<u32>,
    begins: Vec<u32>,
    table: Table,
    /// From which state each was reached first.
    parents: Vec<u32>,
    /// The actions between, one behind the other, and where each state's begin.
    paths: Vec<u32>,
    path_begins: Vec<u32>,
    /// Where each expanded state's actions lead.
    edges: Vec<u32>,
    edge_begins: Vec<u32>,
}

impl States {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.begins.len()
    }

    /// A state's row.
    pub fn row(&self, id: u32) -> &[u32] {
        slice(&self.numbers, &self.begins, id)
    }

    /// The number of a state, if it is known.
    pub fn find(&self, row: &[u32], hash: u64) -> Option<u32> {
        self.table.find(hash, |id| self.row(id) == row)
    }

    /// States with these hashes will be looked for. Reads where they may lie, all at the same time
    /// instead of one after the other: memory is far away.
    pub fn will_find(&self, hashes: impl Iterator<Item = u64> + Clone) {
        let mut read = 0;
        for hash in hashes.clone() {
            read ^= self.table.first(hash).unwrap_or(0);
        }
        let ids = hashes.filter_map(|hash| self.table.first(hash));
        for id in ids.clone() {
            read ^= self.begins[id as usize];
        }
        for id in ids {
            let begin = self.begins[id as usize] as usize;
            read ^= self.numbers.get(begin).copied().unwrap_or(0);
        }
        std::hint::black_box(read);
    }

    /// Adds one that is not known; `None` when numbers do not suffice.
    pub fn add(&mut self, row: &[u32], hash: u64, from: u32, path: &[Action]) -> Option<u32> {
        let fits = |numbers: &Vec<u32>, n: usize| numbers.len() + n <= u32::MAX as usize;
        if !fits(&self.numbers, row.len()) || !fits(&self.paths, path.len()) {
            return None;
        }
        let id = self.begins.len() as u32;
        self.begins.push(self.numbers.len() as u32);
        self.numbers.extend_from_slice(row);
        self.parents.push(from);
        self.path_begins.push(self.paths.len() as u32);
        self.paths.extend(path.iter().map(|&action| pack(action)));
        self.table.insert(hash, id);
        Some(id)
    }

    /// The state from which one was reached first.
    pub fn parent(&self, id: u32) -> u32 {
        self.parents[id as usize]
    }

    /// A state leads there; states come in order.
    pub fn add_edge(&mut self, from: u32, to: u32) {
        while self.edge_begins.len() <= from as usize {
            self.edge_begins.push(self.edges.len() as u32);
        }
        self.edges.push(to);
    }

    /// Where a state's actions lead.
    pub fn edges(&self, id: u32) -> &[u32] {
        match (id as usize) < self.edge_begins.len() {
            true => slice(&self.edges, &self.edge_begins, id),
            false => &[],
        }
    }

    /// The execution by which a state was reached first.
    pub fn schedule_to(&self, mut id: u32) -> Schedule {
        let mut parts = Vec::new();
        while id != 0 {
            parts.push(self.path(id));
            id = self.parents[id as usize];
        }
        let packed = parts.into_iter().rev().flatten();
        Schedule(packed.map(|&action| unpack(action)).collect())
    }

    /// Actions on the longest of the paths by which states were reached first.
    pub fn depth(&self) -> usize {
        let mut depths = vec![0_u32; self.len()];
        for id in 1..self.len() {
            let before = depths[self.parents[id] as usize];
            depths[id] = before + self.path(id as u32).len() as u32;
        }
        depths.into_iter().max().unwrap_or(0) as usize
    }

    /// Makes another row, with its hash, of each.
    pub fn remake(&mut self, mut remade: impl FnMut(&[u32]) -> (Vec<u32>, u64)) {
        let numbers = std::mem::take(&mut self.numbers);
        let begins = std::mem::take(&mut self.begins);
        self.table.clear();
        for id in 0..begins.len() as u32 {
            let (row, hash) = remade(slice(&numbers, &begins, id));
            self.begins.push(self.numbers.len() as u32);
            self.numbers.extend_from_slice(&row);
            self.table.insert(hash, id);
        }
    }

    /// Forgets all, and keeps the room.
    pub fn clear(&mut self) {
        let States {
            numbers,
            begins,
            table,
            parents,
            paths,
            path_begins,
            edges,
            edge_begins,
        } = self;
        table.clear();
        for all in [
            numbers,
            begins,
            parents,
            paths,
            path_begins,
            edges,
            edge_begins,
        ] {
            all.clear();
        }
    }

    /// Bytes it occupies.
    pub fn bytes(&self) -> usize {
        let numbers = [
            &self.numbers,
            &self.begins,
            &self.parents,
            &self.paths,
            &self.path_begins,
            &self.edges,
            &self.edge_begins,
        ];
        let words: usize = numbers.iter().map(|all| all.capacity()).sum();
        self.table.bytes() + words * size_of::<u32>()
    }

    fn path(&self, id: u32) -> &[u32] {
        slice(&self.paths, &self.path_begins, id)
    }
}

/// What begins there and ends where the next one begins.
fn slice<'a>(all: &'a [u32], begins: &[u32], id: u32) -> &'a [u32] {
    let end = begins
        .get(id as usize + 1)
        .map_or(all.len(), |&e| e as usize);
    &all[begins[id as usize] as usize..end]
}

/// An action in one word: two bits which, then the CPU, then what it chooses.
pub fn pack(action: Action) -> u32 {
    let (kind, cpu, value) = match action {
        Action::Step(cpu) => (0, cpu.0, 0),
        Action::Choose(cpu, value) => (1, cpu.0, value),
        Action::Arrive(run) => (2, 0, u32::from(run.0)),
        Action::Switch(cpu, task) => (3, cpu.0, u32::from(task.0)),
    };
    kind << 30 | u32::from(cpu) << 24 | value & 0xff_ffff
}

fn unpack(word: u32) -> Action {
    let (cpu, value) = (CpuId((word >> 24 & 0x3f) as u8), word & 0xff_ffff);
    match word >> 30 {
        0 => Action::Step(cpu),
        1 => Action::Choose(cpu, value),
        2 => Action::Arrive(RunId(value as u16)),
        _ => Action::Switch(cpu, TaskId(value as u16)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_survives_its_word() {
        let actions = [
            Action::Step(CpuId(7)),
            Action::Choose(CpuId(63), 99_999),
            Action::Arrive(RunId(65_535)),
            Action::Switch(CpuId(3), TaskId(400)),
        ];
        for action in actions {
            assert_eq!(unpack(pack(action)), action);
        }
    }
}
