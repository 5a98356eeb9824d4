//! Rows: what a state is kept as.
//!
//! A row is the state's words where these are few. Where they are many (a kernel), it is the numbers of chunks
//! of sixteen words, most of which many states have in common. Zeros at its end are left out. Two rows
//! are equal exactly when the states are.
//!
//! States are made by moving away from one that is kept: what has not changed is not looked at again.

use super::intern::{self, CHUNK, Chunks};
use super::leaves::{LaneSet, lane_of};
use super::memo;

/// Words of a lane.
const LANE: usize = 2;
/// States of more words are rows of chunks.
const FLAT_MAX: usize = 48;

/// The row that is moved away from.
pub struct Rows {
    chunks: Chunks,
    /// Rows are words.
    flat: bool,
    row: Vec<u32>,
    hash: u64,
    /// What each chunk of a flat row adds to the hash.
    shares: Vec<u64>,
    /// Chunks that may differ from it.
    changed: Changed,
    sealed: Vec<u32>,
}

impl Default for Rows {
    fn default() -> Rows {
        Rows {
            chunks: Chunks::default(),
            flat: true,
            row: Vec::new(),
            hash: 0,
            shares: Vec::new(),
            changed: Changed::default(),
            sealed: Vec::new(),
        }
    }
}

/// Chunks that may differ.
#[derive(Default)]
struct Changed {
    list: Vec<u32>,
    is_in: Vec<bool>,
}

impl Changed {
    fn note(&mut self, chunk: usize) {
        if self.is_in.len() <= chunk {
            self.is_in.resize(chunk + 1, false);
        }
        if !std::mem::replace(&mut self.is_in[chunk], true) {
            self.list.push(chunk as u32);
        }
    }

    fn pop(&mut self) -> Option<usize> {
        let chunk = self.list.pop()? as usize;
        self.is_in[chunk] = false;
        Some(chunk)
    }
}

impl Rows {
    /// A word is different now.
    pub fn note(&mut self, word: usize) {
        self.changed.note(word / CHUNK);
    }

    /// The row of these words, and its hash.
    pub fn seal<'a>(&'a mut self, words: &'a [u32]) -> (&'a [u32], u64) {
        let mut hash = self.hash;
        let flat = self.flat;
        let row = match flat {
            true => {
                for &at in &self.changed.list {
                    let at = at as usize;
                    let old = self.shares.get(at).copied().unwrap_or(0);
                    let new = intern::share_of_words(at, &chunk_at(words, at));
                    hash = hash.wrapping_sub(old).wrapping_add(new);
                }
                words
            }
            false => {
                self.sealed.clear();
                self.sealed.extend_from_slice(&self.row);
                self.sealed.resize(words.len() / CHUNK, 0);
                for &at in &self.changed.list {
                    let at = at as usize;
                    let new = self.chunks.number(&chunk_at(words, at));
                    let old = std::mem::replace(&mut self.sealed[at], new);
                    let share = intern::share_of_number;
                    hash = hash
                        .wrapping_sub(share(at, old))
                        .wrapping_add(share(at, new));
                }
                &self.sealed
            }
        };
        let n = row.iter().rposition(|&n| n != 0).map_or(0, |last| last + 1);
        (&row[..n], hash)
    }

    /// Whether states have become too large for rows that are their words. Then all rows must be
    /// [remade](Rows::remake).
    pub fn is_outgrown(&self, n_words: usize) -> bool {
        self.flat && n_words > FLAT_MAX
    }

    /// From now on rows are numbers of chunks.
    pub fn outgrow(&mut self, words: &mut [u32]) {
        self.go(&[], words);
        self.flat = false;
        (self.row, self.hash) = (Vec::new(), 0);
    }

    /// What a row that was the words is now, and its hash.
    pub fn remake(&mut self, words: &[u32]) -> (Vec<u32>, u64) {
        let mut hash = 0_u64;
        let row = (0..words.len().div_ceil(CHUNK)).map(|at| {
            let id = self.chunks.number(&chunk_at(words, at));
            hash = hash.wrapping_add(intern::share_of_number(at, id));
            id
        });
        let row = row.collect();
        (row, hash)
    }

    /// Makes the words those of the row again; which lanes have changed.
    pub fn back(&mut self, words: &mut [u32]) -> LaneSet {
        let mut lanes = 0;
        while let Some(at) = self.changed.pop() {
            let old = match self.flat {
                true => chunk_at(&self.row, at),
                false => *self.chunks.get(self.row.get(at).copied().unwrap_or(0)),
            };
            lanes |= put_chunk(words, at, &old);
        }
        lanes
    }

    /// Makes the words those of another row, to move away from that.
    pub fn go(&mut self, row: &[u32], words: &mut [u32]) -> LaneSet {
        let mut lanes = self.back(words);
        if self.flat {
            self.hash = 0;
            self.shares.clear();
            for at in 0..words.len() / CHUNK {
                let new = chunk_at(row, at);
                lanes |= put_chunk(words, at, &new);
                let share = intern::share_of_words(at, &new);
                self.shares.push(share);
                self.hash = self.hash.wrapping_add(share);
            }
            self.row.clear();
            self.row.extend_from_slice(words);
            return lanes;
        }
        let n = self.row.len().max(row.len());
        self.row.resize(n, 0);
        for at in 0..n {
            let (from, to) = (self.row[at], row.get(at).copied().unwrap_or(0));
            if from != to {
                lanes |= put_chunk(words, at, self.chunks.get(to));
                let share = intern::share_of_number;
                let hash = self.hash.wrapping_sub(share(at, from));
                self.hash = hash.wrapping_add(share(at, to));
                self.row[at] = to;
            }
        }
        lanes
    }

    /// A word of a row.
    pub fn word(&self, row: &[u32], at: usize) -> u32 {
        match self.flat {
            true => row.get(at).copied().unwrap_or(0),
            false => self.chunks.get(row.get(at / CHUNK).copied().unwrap_or(0))[at % CHUNK],
        }
    }

    /// Bytes of the chunks.
    pub fn bytes(&self) -> usize {
        self.chunks.bytes()
    }
}

/// Makes a chunk of the words another one; which lanes have changed.
fn put_chunk(words: &mut [u32], at: usize, new: &[u32; CHUNK]) -> LaneSet {
    let old = &mut words[at * CHUNK..][..CHUNK];
    let mut lanes = 0;
    for i in (0..CHUNK).step_by(LANE) {
        let differs = memo::lane(old, i as u32) ^ memo::lane(new, i as u32);
        lanes |= u64::from(differs != 0) * lane_of(at * CHUNK + i);
    }
    old.copy_from_slice(new);
    lanes
}

/// A chunk of words, which may end before it does.
fn chunk_at(words: &[u32], at: usize) -> [u32; CHUNK] {
    let begin = (at * CHUNK).min(words.len());
    match words[begin..].first_chunk() {
        Some(chunk) => *chunk,
        None => {
            let mut chunk = [0; CHUNK];
            chunk[..words.len() - begin].copy_from_slice(&words[begin..]);
            chunk
        }
    }
}
