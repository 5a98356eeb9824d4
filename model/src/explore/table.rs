//! A set of numbers found by the hash of what they stand for.
//!
//! What they stand for lies elsewhere, and is compared there: no hash decides. A slot holds 32 bits of
//! the hash beside the number, so most that are not meant are passed over unseen, and growing reads
//! nothing but the slots.

/// Slots of an empty table, as a power of two.
const BITS_MIN: u32 = 8;

/// Numbers by hash: open addressing, linear probing.
pub struct Table {
    /// Upper half hash, lower half number + 1; 0 is empty. Sorted by the hash but for displacement.
    slots: Vec<u64>,
    bits: u32,
    len: usize,
}

impl Default for Table {
    fn default() -> Table {
        Table {
            slots: vec![0; 1 << BITS_MIN],
            bits: BITS_MIN,
            len: 0,
        }
    }
}

impl Table {
    /// The number with this hash of which `same` says that it is meant.
    pub fn find(&self, hash: u64, mut same: impl FnMut(u32) -> bool) -> Option<u32> {
        let tag = hash >> 32;
        let mask = self.slots.len() - 1;
        let mut at = self.home(tag);
        loop {
            let slot = self.slots[at & mask];
            if slot == 0 {
                return None;
            }
            let id = (slot as u32).wrapping_sub(1);
            if slot >> 32 == tag && same(id) {
                return Some(id);
            }
            at += 1;
        }
    }

    /// The number with which the search for this hash begins, if it may be the one.
    pub fn first(&self, hash: u64) -> Option<u32> {
        let tag = hash >> 32;
        let slot = self.slots[self.home(tag)];
        (slot >> 32 == tag)
            .then(|| (slot as u32).wrapping_sub(1))
            .filter(|_| slot != 0)
    }

    /// Adds a number that is not in it.
    pub fn insert(&mut self, hash: u64, id: u32) {
        if self.len * 4 >= self.slots.len() * 3 {
            self.grow();
        }
        self.put(hash >> 32 << 32 | u64::from(id + 1));
        self.len += 1;
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.slots.fill(0);
        self.len = 0;
    }

    /// Bytes it occupies.
    pub fn bytes(&self) -> usize {
        self.slots.capacity() * size_of::<u64>()
    }

    fn home(&self, tag: u64) -> usize {
        (tag >> (32 - self.bits)) as usize
    }

    fn put(&mut self, slot: u64) {
        let mask = self.slots.len() - 1;
        let mut at = self.home(slot >> 32);
        while self.slots[at & mask] != 0 {
            at += 1;
        }
        self.slots[at & mask] = slot;
    }

    fn grow(&mut self) {
        self.bits = (self.bits + 1).min(32);
        let slots = vec![0; 1 << self.bits];
        for slot in std::mem::replace(&mut self.slots, slots) {
            if slot != 0 {
                self.put(slot);
            }
        }
    }
}

/// Mixes two words into a hash whose upper half is good.
pub fn mix(a: u64, b: u64) -> u64 {
    let a = (a ^ b.rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (a ^ a >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) ^ b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_is_found() {
        let mut table = Table::default();
        let hash = |n: u32| mix(u64::from(n / 2), 7);
        for n in 0..10_000 {
            assert_eq!(table.find(hash(n), |id| id == n), None);
            table.insert(hash(n), n);
        }
        for n in 0..10_000 {
            assert_eq!(table.find(hash(n), |id| id == n), Some(n));
        }
        table.clear();
        assert_eq!(table.find(hash(5), |_| true), None);
    }
}
