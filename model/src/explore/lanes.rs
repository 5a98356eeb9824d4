//! Where in a state what is written down.
//!
//! A state is a row of lanes of 8 bytes. Bytes of memory get a place in a lane when they are first
//! written, beside others that were first written then: a byte that never changes takes no room. What
//! a byte is in a state is its difference from what it was at the start. So bytes without a place are
//! zero, and so they were in states written down before they got one.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use rustc_hash::FxHasher;

/// Bytes of a lane.
const LANE: u32 = 8;
/// Lanes that are looked at for free bytes.
const OPEN_MAX: usize = 8;

/// What a piece of a lane says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Bytes of a word of memory, by its index in [`Lanes::words`].
    Memory(u32),
    /// The number of a context, + 1.
    Context(u32),
    /// The number of all that is neither memory nor a context.
    Rest,
}

/// Neighbouring bytes of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Which lane.
    pub lane: u32,
    /// Its bits of the lane.
    pub mask: u64,
    /// How far to the left these are of where they are in memory; may be a turn around.
    pub turn: u32,
    /// What it says.
    pub what: What,
}

impl Piece {
    /// Bits of memory as bits of the lane.
    pub fn to_lane(self, bits: u64) -> u64 {
        bits.rotate_left(self.turn) & self.mask
    }

    /// Bits of the lane as bits of memory.
    pub fn to_memory(self, lane: u64) -> u64 {
        (lane & self.mask).rotate_right(self.turn)
    }
}

/// A word of memory of which something was written.
#[derive(Debug)]
pub struct Word {
    /// Its number: its address divided by 8.
    pub number: u64,
    /// What it was at the start.
    pub initial: u64,
    /// Where its bytes are.
    pub pieces: Vec<Piece>,
}

/// The places of everything.
#[derive(Default)]
pub struct Lanes {
    index: HashMap<u64, u32, BuildHasherDefault<FxHasher>>,
    words: Vec<Word>,
    /// What each lane consists of.
    lanes: Vec<Vec<Piece>>,
    /// Lanes with free bytes, and how many are taken.
    open: Vec<(u32, u32)>,
    /// Bits that were read and have no place, by words.
    constants: HashMap<u64, u64, BuildHasherDefault<FxHasher>>,
}

impl Lanes {
    /// How many lanes a state has now.
    pub fn len(&self) -> usize {
        self.lanes.len()
    }

    /// What a lane consists of.
    pub fn lane(&self, lane: usize) -> &[Piece] {
        self.lanes.get(lane).map_or(&[], Vec::as_slice)
    }

    /// A word of memory by its index.
    pub fn word(&self, idx: u32) -> &Word {
        &self.words[idx as usize]
    }

    /// The index of a word of memory, if something of it was ever written.
    pub fn find(&self, number: u64) -> Option<u32> {
        self.index.get(&number).copied()
    }

    /// Four bytes for something that is no memory.
    pub fn place_number(&mut self, what: What) -> Piece {
        self.place(4, u64::from(u32::MAX), 0, what)
    }

    /// Bits of a word are written, which was this before; whether somebody relied on that they never are.
    pub fn write(&mut self, number: u64, mask: u64, before: u64) -> bool {
        let next = self.words.len() as u32;
        let idx = *self.index.entry(number).or_insert(next);
        if idx == next {
            self.words.push(Word {
                number,
                initial: before,
                pieces: Vec::new(),
            });
        }
        let placed = self.words[idx as usize].pieces.iter();
        let placed = placed.fold(0, |all, piece| all | piece.to_memory(u64::MAX));
        let new = whole_bytes(mask) & !placed;
        if new == 0 {
            return false;
        }
        let first = new.trailing_zeros() / 8;
        let end = LANE - new.leading_zeros() / 8;
        let all = end - first;
        // Bytes between that have a place already keep it.
        if new.count_ones() == all * 8 {
            self.place_bytes(idx, first, all);
        } else {
            for byte in first..end {
                if new >> (8 * byte) & 1 != 0 {
                    self.place_bytes(idx, byte, 1);
                }
            }
        }
        self.constants
            .get(&number)
            .is_some_and(|relied| relied & new != 0)
    }

    /// Somebody has read bits that have no place.
    pub fn rely(&mut self, number: u64, mask: u64) {
        *self.constants.entry(number).or_default() |= mask;
    }

    /// Nobody relies on anything any more.
    pub fn forget(&mut self) {
        self.constants.clear();
    }

    fn place_bytes(&mut self, idx: u32, first: u32, n: u32) {
        let mask = u64::MAX >> (64 - 8 * n) << (8 * first);
        let piece = self.place(n, mask, first, What::Memory(idx));
        self.words[idx as usize].pieces.push(piece);
    }

    /// Room for some bytes, which are those of the mask in memory.
    fn place(&mut self, n: u32, mask: u64, first: u32, what: What) -> Piece {
        let fits = |&(_, taken): &(u32, u32)| {
            taken.next_multiple_of(n.next_power_of_two().min(4)) + n <= LANE
        };
        let slot = self.open.iter().position(fits).unwrap_or_else(|| {
            if self.open.len() >= OPEN_MAX {
                self.open.remove(0);
            }
            self.open.push((self.lanes.len() as u32, 0));
            self.lanes.push(Vec::new());
            self.open.len() - 1
        });
        let (lane, taken) = self.open[slot];
        let at = taken.next_multiple_of(n.next_power_of_two().min(4));
        self.open[slot].1 = at + n;
        if at + n == LANE {
            self.open.remove(slot);
        }
        let turn = (8 * (LANE + at - first)) % 64;
        let piece = Piece {
            lane,
            mask: mask.rotate_left(turn),
            turn,
            what,
        };
        self.lanes[lane as usize].push(piece);
        piece
    }
}

/// All bits of the bytes of which a bit is set.
fn whole_bytes(mask: u64) -> u64 {
    (0..LANE)
        .map(|byte| 0xff << (8 * byte))
        .filter(|byte| mask & byte != 0)
        .fold(0, |all, byte| all | byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_gets_a_place_once() {
        let mut lanes = Lanes::default();
        lanes.rely(7, 0xff00);
        assert!(!lanes.write(7, 0xff, 5));
        assert!(!lanes.write(7, 0xff, 6), "it has one");
        assert!(lanes.write(7, 0xffff, 6), "somebody has read the other");
        assert_eq!(lanes.word(0).initial, 5);
        assert_eq!(lanes.len(), 1);
        assert!(!lanes.write(9, u64::MAX, 0));
        assert_eq!(lanes.len(), 2);
        let rest = lanes.place_number(What::Rest);
        assert_eq!(
            (rest.lane, rest.mask, rest.turn),
            (0, 0xffff_ffff << 32, 32)
        );
    }

    #[test]
    fn bits_find_their_way() {
        let mut lanes = Lanes::default();
        lanes.write(1, 0xff, 0);
        lanes.write(2, 0xffff_0000, 0);
        let piece = lanes.word(1).pieces[0];
        let lane = piece.to_lane(0x1234_5678);
        assert_eq!(lane.count_ones(), 0x1234_u64.count_ones());
        assert_eq!(piece.to_memory(lane), 0x1234_0000);
    }
}
