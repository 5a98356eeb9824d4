//! Hide sets: which macros a token came out of. Interned, since millions of tokens share a few.

use rustc_hash::FxHashMap;

use crate::syntax::lex::{HideSet, Symbol};

/// The table of all hide sets; sets are sorted lists.
pub struct HideSets {
    sets: Vec<Vec<Symbol>>,
    ids: FxHashMap<Vec<Symbol>, HideSet>,
    unions: FxHashMap<(HideSet, HideSet), HideSet>,
}

impl Default for HideSets {
    fn default() -> HideSets {
        let mut ids = FxHashMap::default();
        ids.insert(Vec::new(), HideSet(0));
        HideSets {
            sets: vec![Vec::new()],
            ids,
            unions: FxHashMap::default(),
        }
    }
}

impl HideSets {
    /// Whether the macro is in the set.
    pub fn contains(&self, set: HideSet, name: Symbol) -> bool {
        self.members(set).binary_search(&name).is_ok()
    }

    /// How many macros are in the set.
    pub fn len(&self, set: HideSet) -> usize {
        self.members(set).len()
    }

    /// The set with one more macro.
    pub fn with(&mut self, set: HideSet, name: Symbol) -> HideSet {
        let single = self.intern(vec![name]);
        self.union(set, single)
    }

    /// What is in either.
    pub fn union(&mut self, a: HideSet, b: HideSet) -> HideSet {
        if a == b || b == HideSet(0) {
            return a;
        }
        if a == HideSet(0) {
            return b;
        }
        if let Some(&known) = self.unions.get(&(a, b)) {
            return known;
        }
        let mut all = [self.members(a), self.members(b)].concat();
        all.sort_unstable();
        all.dedup();
        let id = self.intern(all);
        self.unions.insert((a, b), id);
        id
    }

    /// What is in both.
    pub fn intersection(&mut self, a: HideSet, b: HideSet) -> HideSet {
        if a == b {
            return a;
        }
        let both = self
            .members(a)
            .iter()
            .copied()
            .filter(|&name| self.contains(b, name))
            .collect();
        self.intern(both)
    }

    fn members(&self, set: HideSet) -> &[Symbol] {
        &self.sets[set.0 as usize]
    }

    fn intern(&mut self, set: Vec<Symbol>) -> HideSet {
        if let Some(&id) = self.ids.get(&set) {
            return id;
        }
        let id = HideSet(self.sets.len() as u32);
        self.sets.push(set.clone());
        self.ids.insert(set, id);
        id
    }
}
