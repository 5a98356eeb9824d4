//! Values that are kept once, and numbers that stand for them.
//!
//! Two numbers are equal exactly when the values are.

use std::hash::{Hash, Hasher};
use std::rc::Rc;

use super::table::{Table, mix};
use crate::machine::digest::Portable;

/// Words in a chunk.
pub const CHUNK: usize = 16;

/// Values of one type, from number 0 on.
pub struct Interner<T> {
    values: Vec<Rc<T>>,
    table: Table,
}

impl<T> Default for Interner<T> {
    fn default() -> Interner<T> {
        Interner {
            values: Vec::new(),
            table: Table::default(),
        }
    }
}

impl<T: Clone + Eq> Interner<T> {
    /// The value behind a number.
    pub fn get(&self, id: u32) -> &Rc<T> {
        &self.values[id as usize]
    }

    /// The number of a value with this hash. A new value is copied, so that the one given can be changed.
    pub fn number(&mut self, hash: u64, value: &Rc<T>) -> u32 {
        let known = self.table.find(hash, |id| {
            let other = &self.values[id as usize];
            Rc::ptr_eq(other, value) || other == value
        });
        known.unwrap_or_else(|| {
            let id = self.values.len() as u32;
            self.values.push(Rc::new((**value).clone()));
            self.table.insert(hash, id);
            id
        })
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Bytes of the table, without the values.
    pub fn bytes(&self) -> usize {
        self.table.bytes() + self.values.capacity() * size_of::<Rc<T>>()
    }
}

impl<T: Clone + Eq + Hash> Interner<T> {
    /// The number of a value that was `before`: most have not changed.
    pub fn number_of(&mut self, value: &Rc<T>, before: u32) -> u32 {
        let same = |id: &Rc<T>| Rc::ptr_eq(id, value);
        if self.values.get(before as usize).is_some_and(same) {
            return before;
        }
        let mut hasher = Portable::default();
        value.hash(&mut hasher);
        self.number(mix(hasher.finish(), 1), value)
    }
}

/// Words that change together, on a cache line of their own.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line([u32; CHUNK]);

/// Chunks of words; number 0 is all zeros.
pub struct Chunks {
    lines: Vec<Line>,
    table: Table,
}

impl Default for Chunks {
    fn default() -> Chunks {
        let mut chunks = Chunks {
            lines: Vec::new(),
            table: Table::default(),
        };
        chunks.number(&[0; CHUNK]);
        chunks
    }
}

impl Chunks {
    /// The words behind a number.
    pub fn get(&self, id: u32) -> &[u32; CHUNK] {
        &self.lines[id as usize].0
    }

    /// The number of these words.
    pub fn number(&mut self, words: &[u32; CHUNK]) -> u32 {
        let hash = hash(words);
        let same = |id: u32| are_equal(&self.lines[id as usize].0, words);
        if let Some(id) = self.table.find(hash, same) {
            return id;
        }
        let id = self.lines.len() as u32;
        self.lines.push(Line(*words));
        self.table.insert(hash, id);
        id
    }

    /// Bytes it occupies.
    pub fn bytes(&self) -> usize {
        self.table.bytes() + self.lines.capacity() * size_of::<Line>()
    }
}

/// What a chunk adds to the hash of a row of numbers: nothing when it is all zero, so that rows of any
/// length compare.
pub fn share_of_number(at: usize, id: u32) -> u64 {
    match id {
        0 => 0,
        id => mix(u64::from(id), at as u64 + 1),
    }
}

/// The same of a row of words.
pub fn share_of_words(at: usize, words: &[u32; CHUNK]) -> u64 {
    match are_equal(words, &[0; CHUNK]) {
        true => 0,
        false => mix(hash(words), at as u64 + 1),
    }
}

/// Without the call that `==` would be.
fn are_equal(a: &[u32; CHUNK], b: &[u32; CHUNK]) -> bool {
    let differs = |all: u32, i: usize| all | a[i] ^ b[i];
    (0..CHUNK).fold(0, differs) == 0
}

/// Sums of products of neighbours, none of which waits for another.
fn hash(words: &[u32; CHUNK]) -> u64 {
    const KEYS: [u64; CHUNK / 2] = [
        0x9e37_79b9_7f4a_7c15,
        0xbf58_476d_1ce4_e5b9,
        0x94d0_49bb_1331_11eb,
        0xd6e8_feb8_6659_fd93,
        0xa076_1d64_78bd_642f,
        0xe703_7ed1_a0b4_28db,
        0x8ebc_6af0_9c88_c6e3,
        0x5899_65cc_7537_4cc3,
    ];
    let key = |i: usize| {
        let word = u64::from(words[2 * i]) | u64::from(words[2 * i + 1]) << 32;
        word.wrapping_add(KEYS[i])
    };
    let product = |i: usize| key(i).wrapping_mul(key(i + 1).rotate_left(17));
    let sum = (0..CHUNK / 2)
        .step_by(2)
        .fold(0, |sum: u64, i| sum.rotate_left(5).wrapping_add(product(i)));
    mix(sum, 1)
}
