//! Memory as a value: sparse blocks, shared between clones until written.
//!
//! Invariant: a block that is all zero is not stored, and blocks are sorted by number, so equal
//! contents are equal values. What may be touched is not decided here but in `access`.

use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

/// Bytes in a block. Smaller copies less on a write, larger makes a clone cheaper.
const BLOCK: usize = 256;

#[derive(Clone)]
struct Block {
    bytes: [u8; BLOCK],
    /// Hash of the bytes; 0 when not computed since the last write.
    hash: Cell<u64>,
}

impl PartialEq for Block {
    fn eq(&self, other: &Block) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Block {}

impl Block {
    fn hash(&self) -> u64 {
        if self.hash.get() == 0 {
            let mut hasher = super::digest::Portable::default();
            hasher.write(&self.bytes);
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
        let mut bytes = [0; 8];
        let (number, at) = split(addr);
        if at + len as usize <= BLOCK {
            let Some(block) = self.block(number) else {
                return 0;
            };
            if let Some(word) = block.bytes[at..].first_chunk::<8>() {
                let unused = 64 - 8 * len;
                return u64::from_le_bytes(*word) << unused >> unused;
            }
            bytes[..len as usize].copy_from_slice(&block.bytes[at..at + len as usize]);
        } else {
            for i in 0..len {
                bytes[i as usize] = self.read(addr.wrapping_add(i), 1) as u8;
            }
        }
        u64::from_le_bytes(bytes)
    }

    /// Writes the low `len <= 8` bytes of a value.
    pub fn write(&mut self, addr: u64, len: u64, value: u64) {
        self.write_bytes(addr, &value.to_le_bytes()[..len as usize]);
    }

    /// Reads many bytes.
    pub fn read_bytes(&self, addr: u64, len: u64) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(len as usize);
        while (bytes.len() as u64) < len {
            let (number, at) = split(addr.wrapping_add(bytes.len() as u64));
            let n = (BLOCK - at).min(len as usize - bytes.len());
            match self.block(number) {
                Some(block) => bytes.extend_from_slice(&block.bytes[at..at + n]),
                None => bytes.resize(bytes.len() + n, 0),
            }
        }
        bytes
    }

    /// Writes many bytes.
    pub fn write_bytes(&mut self, addr: u64, bytes: &[u8]) {
        let mut done = 0;
        while done < bytes.len() {
            let (number, at) = split(addr.wrapping_add(done as u64));
            let n = (BLOCK - at).min(bytes.len() - done);
            self.write_in_block(number, at, &bytes[done..done + n]);
            done += n;
        }
    }

    /// Sets bytes to zero; whole blocks vanish.
    pub fn zero(&mut self, addr: u64, len: u64) {
        let end = addr.saturating_add(len);
        let first = self
            .blocks
            .partition_point(|(n, _)| *n < addr / BLOCK as u64);
        let last = self
            .blocks
            .partition_point(|(n, _)| *n <= end.saturating_sub(1) / BLOCK as u64);
        if first == last {
            return;
        }
        let touched: Vec<u64> = self.blocks[first..last].iter().map(|(n, _)| *n).collect();
        for number in touched {
            let base = number * BLOCK as u64;
            let from = addr.max(base);
            let to = end.min(base + BLOCK as u64);
            let zeros = [0; BLOCK];
            self.write_in_block(
                number,
                (from - base) as usize,
                &zeros[..(to - from) as usize],
            );
        }
    }

    fn block(&self, number: u64) -> Option<&Block> {
        Some(&self.blocks[self.find(number).ok()?].1)
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

    fn write_in_block(&mut self, number: u64, at: usize, bytes: &[u8]) {
        let is_zero = bytes.iter().all(|&b| b == 0);
        match self.find(number) {
            Ok(idx) => {
                if self.blocks[idx].1.bytes[at..at + bytes.len()] == *bytes {
                    return;
                }
                let block = Rc::make_mut(&mut self.blocks[idx].1);
                block.bytes[at..at + bytes.len()].copy_from_slice(bytes);
                block.hash.set(0);
                if is_zero && block.bytes.iter().all(|&b| b == 0) {
                    self.blocks.remove(idx);
                }
            }
            Err(_) if is_zero => {}
            Err(idx) => {
                let mut block = Block {
                    bytes: [0; BLOCK],
                    hash: Cell::new(0),
                };
                block.bytes[at..at + bytes.len()].copy_from_slice(bytes);
                self.blocks.insert(idx, (number, Rc::new(block)));
            }
        }
    }
}

fn split(addr: u64) -> (u64, usize) {
    (addr / BLOCK as u64, (addr % BLOCK as u64) as usize)
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
    fn a_clone_does_not_see_later_writes() {
        let mut memory = Memory::default();
        memory.write(64, 4, 7);
        let before = memory.clone();
        memory.write(64, 4, 8);
        assert_eq!(before.read(64, 4), 7);
        assert_ne!(before, memory);
    }
}
