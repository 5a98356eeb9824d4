//! Who touches which memory, as far as a search has seen.
//!
//! Knowledge only grows. What a decision relied on is marked; when it turns out to be wrong, the
//! knowledge is refuted, and the search has to begin again.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use rustc_hash::FxHasher;

use crate::machine::footprint::Touched;

/// A set of contexts' places, a bit each.
pub type Agents = u64;

/// Who touches memory.
#[derive(Clone, Copy, Debug)]
pub struct Toucher<'a> {
    /// Its place, and those of others that cannot be told from it.
    pub agent: Agents,
    /// The CPU it is on.
    pub cpu: u8,
    /// Its level.
    pub level: i8,
    /// What it holds that nobody else can hold at the same time.
    pub locks: &'a [u64],
}

/// Bytes of a granule that the same agents touch.
#[derive(Clone, Debug)]
struct Class {
    bytes: u8,
    readers: Agents,
    writers: Agents,
    /// The CPU of all; none when there are several.
    cpu: Option<u8>,
    /// The highest level.
    level: i8,
    /// What all of them hold.
    locks: Vec<u64>,
    /// The search in which a decision relied on this last; 0 for none.
    relied_on: u32,
}

/// All that is known.
pub struct Accesses {
    granules: HashMap<u64, Vec<Class>, BuildHasherDefault<FxHasher>>,
    version: u32,
    refuted: bool,
    /// Searches begun.
    search: u32,
}

impl Default for Accesses {
    fn default() -> Accesses {
        Accesses {
            granules: HashMap::default(),
            version: 1,
            refuted: false,
            search: 1,
        }
    }
}

impl Accesses {
    /// Another number whenever something is learned.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Something that was relied on is wrong.
    pub fn is_refuted(&self) -> bool {
        self.refuted
    }

    /// Something else is known now, by which decisions were made.
    pub fn refute(&mut self) {
        self.refuted = true;
        self.version += 1;
    }

    /// Nothing is relied on any more.
    pub fn begin_again(&mut self) {
        self.refuted = false;
        self.version += 1;
        self.search += 1;
    }

    /// Records an access.
    pub fn learn(&mut self, who: &Toucher<'_>, touched: Touched) {
        let classes = self.granules.entry(touched.granule).or_default();
        split(classes, touched.bytes);
        let mut left = touched.bytes;
        for class in classes.iter_mut().filter(|c| c.bytes & touched.bytes != 0) {
            left &= !class.bytes;
            if class.widen(who, touched.written) {
                self.version += 1;
                self.refuted |= class.relied_on == self.search;
            }
        }
        if left != 0 {
            self.version += 1;
            classes.push(Class::first(who, left, touched.written));
        }
    }

    /// Others who could disturb an access, or be disturbed by it, before it is made. `mask`: contexts of
    /// that CPU up to this level cannot get it before.
    pub fn conflicts(&self, who: &Toucher<'_>, mask: i8, touched: Touched) -> Agents {
        self.classes(touched)
            .map(|class| class.conflicts(who, mask, touched.written))
            .fold(0, |all, some| all | some)
    }

    /// Who writes these bytes.
    pub fn writers(&self, touched: Touched) -> Agents {
        let writers = self.classes(touched).map(|class| class.writers);
        writers.fold(0, |all, some| all | some)
    }

    /// Marks what is known of these bytes as relied on.
    pub fn rely(&mut self, touched: Touched) {
        let classes = self.granules.get_mut(&touched.granule);
        for class in classes.into_iter().flatten() {
            if class.bytes & touched.bytes != 0 {
                class.relied_on = self.search;
            }
        }
    }

    fn classes(&self, touched: Touched) -> impl Iterator<Item = &Class> {
        let classes = self.granules.get(&touched.granule).into_iter().flatten();
        classes.filter(move |class| class.bytes & touched.bytes != 0)
    }
}

/// Takes classes apart so that each is inside these bytes or outside.
fn split(classes: &mut Vec<Class>, bytes: u8) {
    for idx in 0..classes.len() {
        let outside = classes[idx].bytes & !bytes;
        if outside != 0 && outside != classes[idx].bytes {
            classes.push(Class {
                bytes: outside,
                ..classes[idx].clone()
            });
            classes[idx].bytes &= bytes;
        }
    }
}

impl Class {
    fn first(who: &Toucher<'_>, bytes: u8, written: bool) -> Class {
        Class {
            bytes,
            readers: who.agent,
            writers: if written { who.agent } else { 0 },
            cpu: Some(who.cpu),
            level: who.level,
            locks: who.locks.to_vec(),
            relied_on: 0,
        }
    }

    /// One more access; whether it says anything new.
    fn widen(&mut self, who: &Toucher<'_>, written: bool) -> bool {
        let before = (
            self.readers,
            self.writers,
            self.cpu,
            self.level,
            self.locks.len(),
        );
        self.readers |= who.agent;
        self.writers |= if written { who.agent } else { 0 };
        self.cpu = self.cpu.filter(|&cpu| cpu == who.cpu);
        self.level = self.level.max(who.level);
        self.locks.retain(|lock| who.locks.contains(lock));
        // Who reads what nobody writes is in nobody's way.
        let matters = self.writers != 0;
        matters
            && before
                != (
                    self.readers,
                    self.writers,
                    self.cpu,
                    self.level,
                    self.locks.len(),
                )
    }

    /// Nobody, if their accesses are kept apart from this one.
    fn conflicts(&self, who: &Toucher<'_>, mask: i8, written: bool) -> Agents {
        let cpu_is_theirs = self.cpu == Some(who.cpu) && mask >= self.level;
        if cpu_is_theirs || !self.locks.is_empty() {
            return 0;
        }
        let others = if written { self.readers } else { self.writers };
        // Whoever shares a bit with others is one of them.
        others & !(who.agent & !SHARED)
    }
}

/// The bit of all contexts beyond those that have their own.
pub const SHARED: Agents = 1 << 63;

#[cfg(test)]
mod tests {
    use super::*;

    fn who(agent: u32) -> Toucher<'static> {
        Toucher {
            agent: 1 << agent,
            cpu: agent as u8,
            level: 0,
            locks: &[],
        }
    }

    fn bytes(bytes: u8, written: bool) -> Touched {
        Touched {
            granule: 5,
            bytes,
            written,
        }
    }

    #[test]
    fn neighbours_in_a_granule_are_told_apart() {
        let mut accesses = Accesses::default();
        accesses.learn(&who(0), bytes(0b0001, true));
        accesses.learn(&who(1), bytes(0b0010, true));
        assert_eq!(accesses.conflicts(&who(0), -1, bytes(1, true)), 0);
        accesses.learn(&who(1), bytes(0b1111, false));
        assert_eq!(accesses.conflicts(&who(0), -1, bytes(1, true)), 2);
        assert_eq!(accesses.conflicts(&who(0), -1, bytes(1, false)), 0);
        assert_eq!(accesses.conflicts(&who(1), -1, bytes(3, false)), 1);
    }

    #[test]
    fn what_was_relied_on_is_refuted() {
        let mut accesses = Accesses::default();
        accesses.learn(&who(0), bytes(1, true));
        accesses.learn(&who(1), bytes(2, true));
        assert!(!accesses.is_refuted());
        accesses.rely(bytes(1, true));
        accesses.learn(&who(1), bytes(2, true));
        assert!(!accesses.is_refuted());
        accesses.learn(&who(1), bytes(1, false));
        assert!(accesses.is_refuted());
        accesses.begin_again();
        assert!(!accesses.is_refuted());
    }

    #[test]
    fn a_lock_that_all_hold_keeps_them_apart() {
        let mut accesses = Accesses::default();
        let with = |agent, locks| Toucher {
            locks,
            ..who(agent)
        };
        accesses.learn(&with(0, &[7, 8]), bytes(1, true));
        accesses.learn(&with(1, &[8]), bytes(1, true));
        assert_eq!(accesses.conflicts(&with(1, &[8]), -1, bytes(1, true)), 0);
        accesses.learn(&with(2, &[]), bytes(1, false));
        assert_eq!(
            accesses.conflicts(&with(1, &[8]), -1, bytes(1, true)),
            0b101
        );
    }
}
