//! A hasher whose result does not depend on the word size: a link made by a 64-bit program is read
//! by a 32-bit WebAssembly module. (`FxHasher` computes in `usize`.)

use std::hash::Hasher;

use super::context::{Choosing, Context};

/// An odd number with bits everywhere: 2^64 divided by the golden ratio.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// Different for most different contexts, and quick: for finding one among many, which are then
/// compared.
pub fn of_context(context: &Context) -> u64 {
    let mut hasher = Portable::default();
    for frame in &context.frames {
        hasher.write_u64(u64::from(frame.func.0) << 32 | u64::from(frame.pc));
    }
    for &reg in &context.regs {
        hasher.write_u64(reg);
    }
    let waits = context.waits_for.map_or(0, |lock| lock.addr | 1);
    let choosing = match context.choosing {
        Choosing::No => 0,
        Choosing::Open(n) => 1 + u64::from(n),
        Choosing::Made(k) => (1 << 32) + u64::from(k),
    };
    hasher.write_u64(waits ^ choosing << 8 ^ u64::from(context.holds) << 16);
    let depths = u64::from(context.rcu_depth) << 32 | context.held.len() as u64;
    hasher.write_u64(depths << 1 | u64::from(context.may_switch));
    hasher.write_u64(context.stack ^ u64::from(context.run.0) << 48);
    hasher.finish()
}

/// Mixes whole words; not against attackers.
#[derive(Default)]
pub struct Portable(u64);

impl Hasher for Portable {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.write_u64(u64::from_le_bytes(*word));
        }
        for &byte in rest {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u64(&mut self, word: u64) {
        let mixed = (self.0 ^ word).wrapping_mul(FACTOR);
        self.0 = mixed ^ (mixed >> 32);
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    fn write_isize(&mut self, word: isize) {
        self.write_u64(word as i64 as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::hash::Hash;

    use super::*;

    #[test]
    fn lengths_count_as_64_bits() {
        let mut sized = Portable::default();
        vec![7_u64, 8].hash(&mut sized);
        let mut fixed = Portable::default();
        (2_u64, 7_u64, 8_u64).hash(&mut fixed);
        assert_eq!(sized.finish(), fixed.finish());
    }
}
