//! Memory as a value: sparse blocks of words, shared between clones until written.
//!
//! Invariant: a block that is all zero is not stored, and blocks are sorted by number, so equal
//! contents are equal values. What may be touched is not decided here but in `access`.
//!
//! A memory that is watched tells which words were read and written. It does not keep the invariant:
//! blocks that have become zero stay, since they will soon be something else again.

use std::cell::{Cell, RefCell};
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use super::footprint::Touched;

/// Bytes in a word.
const WORD: u64 = 8;
/// Words in a block. Smaller copies less on a write, larger makes a clone cheaper.
const WORDS: usize = 32;
/// Bytes in a block.
const BLOCK: u64 = WORD * WORDS as u64;

#[derive(Clone)]
struct Block {
    /// Little-endian.
    words: [u64; WORDS],
    /// Hash of the words; 0 when not computed since the last write.
    hash: Cell<u64>,
}

impl PartialEq for Block {
    fn eq(&self, other: &Block) -> bool {
        self.words == other.words
    }
}

impl Eq for Block {}

impl Block {
    fn zero() -> Block {
        Block {
            words: [0; WORDS],
            hash: Cell::new(0),
        }
    }

    fn hash(&self) -> u64 {
        if self.hash.get() == 0 {
            let mut hasher = super::digest::Portable::default();
            self.words.iter().for_each(|&word| hasher.write_u64(word));
            self.hash.set(hasher.finish() | 1);
        }
        self.hash.get()
    }
}

/// Where blocks were found last, by the low bits of their number: most accesses need no search.
const HINTS: usize = 16;

/// A sparse, zero-initialised 64-bit address space.
#[derive(Clone, Default)]
pub struct Memory {
    blocks: Vec<(u64, Rc<Block>)>,
    hints: [Cell<u32>; HINTS],
    watch: Option<Box<Watch>>,
}

/// A word that was read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// Its number: its address divided by 8.
    pub word: u64,
    /// Which of its bits.
    pub mask: u64,
    /// What the word was before, when it was written.
    pub written: Option<u64>,
}

impl Touch {
    /// The same as a footprint says it.
    pub fn as_touched(&self) -> Touched {
        let is_in = |byte: &u32| self.mask >> (8 * byte) & 0xff != 0;
        Touched {
            granule: self.word,
            bytes: (0..8).filter(is_in).fold(0, |all, byte| all | 1 << byte),
            written: self.written.is_some(),
        }
    }
}

/// What is touched, as long as somebody wants to know.
#[derive(Clone, Default)]
struct Watch {
    /// Reads are noted too.
    reads: bool,
    touches: RefCell<Vec<Touch>>,
}

impl PartialEq for Memory {
    fn eq(&self, other: &Memory) -> bool {
        let mut pairs = self.blocks.iter().zip(&other.blocks);
        self.blocks.len() == other.blocks.len()
            && pairs.all(|(a, b)| a.0 == b.0 && (Rc::ptr_eq(&a.1, &b.1) || a.1 == b.1))
    }
}

impl Eq for Memory {}

impl Hash for Memory {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for (number, block) in &self.blocks {
            state.write_u64(*number);
            state.write_u64(block.hash());
        }
    }
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Memory({} blocks of {BLOCK} bytes)", self.blocks.len())
    }
}

impl Memory {
    /// Reads `len <= 8` bytes, little-endian.
    pub fn read(&self, addr: u64, len: u64) -> u64 {
        let (number, at) = (addr / WORD, addr % WORD);
        let mask = u64::MAX >> (64 - 8 * len);
        let low = self.word(number) >> (8 * at);
        self.note_read(number, mask << (8 * at));
        if at + len <= WORD {
            return low & mask;
        }
        let (number, done) = (number.wrapping_add(1), 8 * (WORD - at));
        self.note_read(number, mask >> done);
        (low | self.word(number) << done) & mask
    }

    /// Writes the low `len <= 8` bytes of a value.
    pub fn write(&mut self, addr: u64, len: u64, value: u64) {
        let (number, at) = (addr / WORD, addr % WORD);
        let mask = u64::MAX >> (64 - 8 * len);
        let value = value & mask;
        self.set_bits(number, mask << (8 * at), value << (8 * at));
        if at + len > WORD {
            let done = 8 * (WORD - at);
            self.set_bits(number.wrapping_add(1), mask >> done, value >> done);
        }
    }

    /// Reads many bytes.
    pub fn read_bytes(&self, addr: u64, len: u64) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(len as usize);
        while (bytes.len() as u64) < len {
            let at = addr.wrapping_add(bytes.len() as u64);
            let n = (WORD - at % WORD).min(len - bytes.len() as u64);
            bytes.extend_from_slice(&self.read(at, n).to_le_bytes()[..n as usize]);
        }
        bytes
    }

    /// Writes many bytes.
    pub fn write_bytes(&mut self, addr: u64, bytes: &[u8]) {
        let mut done = 0;
        while done < bytes.len() {
            let at = addr.wrapping_add(done as u64);
            let n = ((WORD - at % WORD) as usize).min(bytes.len() - done);
            let mut word = [0; 8];
            word[..n].copy_from_slice(&bytes[done..done + n]);
            self.write(at, n as u64, u64::from_le_bytes(word));
            done += n;
        }
    }

    /// Sets bytes to zero; whole blocks vanish.
    pub fn zero(&mut self, addr: u64, len: u64) {
        let end = addr.saturating_add(len);
        let mut at = addr;
        while at < end {
            let mut until = end;
            // Who watches is told of all of it.
            if self.watch.is_none() {
                let idx = self.blocks.partition_point(|(n, _)| *n < at / BLOCK);
                let Some(&(number, _)) = self.blocks.get(idx) else {
                    return;
                };
                at = at.max(number * BLOCK);
                until = end.min((number + 1).saturating_mul(BLOCK));
            }
            while at < until {
                let n = (WORD - at % WORD).min(until - at);
                self.write(at, n, 0);
                at += n;
            }
        }
    }

    /// A word by its number, which is its address divided by 8.
    pub fn word(&self, number: u64) -> u64 {
        match self.find(number / WORDS as u64) {
            Ok(idx) => self.blocks[idx].1.words[number as usize % WORDS],
            Err(_) => 0,
        }
    }

    /// Writes a word, which nobody notes.
    pub fn put_word(&mut self, number: u64, value: u64) {
        self.replace_word(number, value);
    }

    /// From now on what is written is noted, and what is read when that is of interest.
    pub fn watch(&mut self, reads: bool) {
        let watch = self.watch.get_or_insert_default();
        watch.reads = reads;
        watch.touches.get_mut().clear();
    }

    /// What was noted since then, in order; a word may be there several times.
    pub fn touches(&mut self) -> &[Touch] {
        match &mut self.watch {
            Some(watch) => watch.touches.get_mut(),
            None => &[],
        }
    }

    fn note_read(&self, word: u64, mask: u64) {
        if let Some(watch) = &self.watch
            && watch.reads
        {
            watch.touches.borrow_mut().push(Touch {
                word,
                mask,
                written: None,
            });
        }
    }

    fn set_bits(&mut self, number: u64, mask: u64, bits: u64) {
        let value = self.word(number) & !mask | bits;
        let before = self.replace_word(number, value);
        if let Some(watch) = &mut self.watch {
            watch.touches.get_mut().push(Touch {
                word: number,
                mask,
                written: Some(before),
            });
        }
    }

    /// Writes a word; what it was.
    fn replace_word(&mut self, number: u64, value: u64) -> u64 {
        let block = number / WORDS as u64;
        let at = number as usize % WORDS;
        match self.find(block) {
            Ok(idx) => {
                let before = self.blocks[idx].1.words[at];
                if before != value {
                    let block = Rc::make_mut(&mut self.blocks[idx].1);
                    block.words[at] = value;
                    block.hash.set(0);
                    let vanishes = value == 0 && self.watch.is_none();
                    if vanishes && block.words.iter().all(|&word| word == 0) {
                        self.blocks.remove(idx);
                    }
                }
                before
            }
            Err(_) if value == 0 => 0,
            Err(idx) => {
                let mut new = Block::zero();
                new.words[at] = value;
                self.blocks.insert(idx, (block, Rc::new(new)));
                0
            }
        }
    }

    /// The index of a block, or where it would be.
    fn find(&self, number: u64) -> Result<usize, usize> {
        let hint = &self.hints[number as usize % HINTS];
        let idx = hint.get() as usize;
        if self.blocks.get(idx).is_some_and(|(n, _)| *n == number) {
            return Ok(idx);
        }
        let found = self.blocks.binary_search_by_key(&number, |(n, _)| *n);
        if let Ok(idx) = found {
            hint.set(idx as u32);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_canonical() {
        let mut memory = Memory::default();
        memory.write(0xffff_8880_0000_00ff, 8, 0x0102_0304_0506_0708);
        assert_eq!(memory.read(0xffff_8880_0000_00ff, 8), 0x0102_0304_0506_0708);
        assert_eq!(memory.read(0xffff_8880_0000_0100, 1), 7);
        memory.zero(0xffff_8880_0000_0000, 4096);
        assert_eq!(memory, Memory::default());
    }

    #[test]
    fn accesses_may_cross_words_and_blocks() {
        let mut memory = Memory::default();
        for addr in 248..264 {
            for len in 1..=8 {
                let value = 0x8877_6655_4433_2211 & (u64::MAX >> (64 - 8 * len));
                memory.write(addr, len, value);
                assert_eq!(memory.read(addr, len), value);
                assert_eq!(
                    memory.read_bytes(addr, len),
                    value.to_le_bytes()[..len as usize]
                );
                memory.zero(addr, len);
                assert_eq!(memory, Memory::default());
            }
        }
        memory.write_bytes(3, &[7; 20]);
        assert_eq!(
            memory.read_bytes(2, 22),
            [&[0][..], &[7; 20], &[0]].concat()
        );
    }

    #[test]
    fn who_watches_is_told() {
        let mut memory = Memory::default();
        memory.write(64, 8, 7);
        memory.watch(true);
        memory.read(66, 2);
        memory.write(71, 2, 0x0102);
        let touch = |word, mask, written| Touch {
            word,
            mask,
            written,
        };
        let expected = [
            touch(8, 0xffff_0000, None),
            touch(8, 0xff << 56, Some(7)),
            touch(9, 0xff, Some(0)),
        ];
        assert_eq!(memory.touches(), expected);
        memory.watch(false);
        memory.read(64, 8);
        assert_eq!(memory.touches(), []);
    }

    #[test]
    fn a_clone_does_not_see_later_writes() {
        let mut memory = Memory::default();
        memory.write(64, 4, 7);
        let before = memory.clone();
        memory.write(64, 4, 8);
        assert_eq!(before.read(64, 4), 7);
        assert_ne!(before, memory);
    }
}
