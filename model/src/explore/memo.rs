//! Remembers what follows from what.
//!
//! Most steps depend on little: the context that makes them, and a few bytes of memory. Whoever computes
//! something from a state says in which order he looked at which bytes; this is kept as a tree that
//! branches by what was seen. The next time the same bytes have the same values in the same order the
//! result is known, whatever else is different. Nothing is guessed: a result depends on nothing but
//! its key and the bytes on its path, which is for the caller to ensure.
//!
//! It may forget everything at any time.

use super::table::{Table, mix};

/// Places after which everything is forgotten: some hundred megabytes.
const NODES_MAX: usize = 500_000;

/// A place in a tree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NodeId(u32);

/// A result, as the caller numbers them.
pub type Leaf = u32;

/// What comes at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Node {
    /// Nobody has been here.
    New,
    /// Somebody has been here once.
    Unknown,
    /// These bits of this lane are looked at; where small values lead is at `fan`.
    Look { at: u32, fan: u32, mask: u64 },
    /// The result.
    Leaf(Leaf),
}

/// Values below this lead on without a search.
const FAN: u64 = 8;

/// Where a walk ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The result.
    Leaf(Leaf),
    /// Not known yet.
    Unknown,
}

/// What was looked at, and what was seen: the first of a lane's two words, a mask, its bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Index of the lane's first word.
    pub at: u32,
    /// Which bits.
    pub mask: u64,
    /// What they were.
    pub bits: u64,
}

/// Trees of results, by keys.
pub struct Memo {
    age: u32,
    roots: Table,
    /// The keys, one behind the other: length, root, words.
    keys: Vec<u32>,
    /// Roots by a number alone, + 1.
    direct: Vec<u32>,
    nodes: Vec<Node>,
    /// For each place where is looked, where small values lead; 0 is nowhere.
    fans: Vec<[u32; FAN as usize]>,
    branches: Table,
    /// From where, by which value, to where.
    ways: Vec<(u32, u64, u32)>,
}

impl Default for Memo {
    fn default() -> Memo {
        Memo::of_age(1)
    }
}

impl Memo {
    fn of_age(age: u32) -> Memo {
        Memo {
            age,
            roots: Table::default(),
            keys: Vec::new(),
            direct: Vec::new(),
            nodes: Vec::new(),
            fans: Vec::new(),
            branches: Table::default(),
            ways: Vec::new(),
        }
    }

    /// Another number after everything was forgotten; never 0.
    pub fn age(&self) -> u32 {
        self.age
    }

    /// The root of a key's tree.
    pub fn root(&mut self, key: &[u32]) -> NodeId {
        let hash = hash(key);
        let found = self.roots.find(hash, |at| {
            let at = at as usize;
            self.keys[at] as usize == key.len() && self.keys[at + 2..at + 2 + key.len()] == *key
        });
        let at = found.unwrap_or_else(|| {
            let at = self.keys.len() as u32;
            let root = self.nodes.len() as u32;
            self.nodes.push(Node::New);
            self.keys.extend([key.len() as u32, root]);
            self.keys.extend_from_slice(key);
            self.roots.insert(hash, at);
            at
        });
        NodeId(self.keys[at as usize + 1])
    }

    /// The root of a key that is one small number; another tree than that of the same number as a
    /// key of one word.
    pub fn direct(&mut self, key: u32) -> NodeId {
        let key = key as usize;
        if self.direct.len() <= key {
            self.direct.resize(key + 1, 0);
        }
        if self.direct[key] == 0 {
            self.nodes.push(Node::New);
            self.direct[key] = self.nodes.len() as u32;
        }
        NodeId(self.direct[key] - 1)
    }

    /// Whether this is asked of a root for the first time.
    pub fn is_first(&mut self, root: NodeId) -> bool {
        let node = &mut self.nodes[root.0 as usize];
        let is_new = *node == Node::New;
        if is_new {
            *node = Node::Unknown;
        }
        is_new
    }

    /// Follows what is known of these words.
    pub fn walk(&self, root: NodeId, words: &[u32]) -> Found {
        let mut at = root.0;
        loop {
            match self.nodes[at as usize] {
                Node::New | Node::Unknown => return Found::Unknown,
                Node::Leaf(leaf) => return Found::Leaf(leaf),
                Node::Look {
                    at: word,
                    fan,
                    mask,
                } => match self.way(at, fan, mask, lane(words, word) & mask) {
                    Some(to) => at = to,
                    None => return Found::Unknown,
                },
            }
        }
    }

    /// Remembers a result and what was looked at on the way to it.
    pub fn put(&mut self, root: NodeId, looks: &[Look], leaf: Leaf) {
        let mut at = root.0;
        for look in looks {
            if matches!(self.nodes[at as usize], Node::New | Node::Unknown) {
                self.nodes[at as usize] = Node::Look {
                    at: look.at,
                    fan: self.fans.len() as u32,
                    mask: look.mask,
                };
                self.fans.push([0; FAN as usize]);
            }
            let Node::Look {
                at: word,
                fan,
                mask,
            } = self.nodes[at as usize]
            else {
                unreachable!("who knows more looks further");
            };
            assert!(
                (word, mask) == (look.at, look.mask),
                "the same way looks at the same"
            );
            at = self.step(at, fan, mask, look.bits);
        }
        self.nodes[at as usize] = Node::Leaf(leaf);
    }

    /// Puts a result where what is known of these words ends.
    pub fn stop(&mut self, root: NodeId, words: &[u32], leaf: Leaf) {
        let mut at = root.0;
        loop {
            match self.nodes[at as usize] {
                Node::Look {
                    at: word,
                    fan,
                    mask,
                } => at = self.step(at, fan, mask, lane(words, word) & mask),
                Node::New | Node::Unknown | Node::Leaf(_) => {
                    self.nodes[at as usize] = Node::Leaf(leaf);
                    return;
                }
            }
        }
    }

    /// There is so much of it that it is time to forget.
    pub fn is_full(&self) -> bool {
        self.nodes.len() > NODES_MAX
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Memo::of_age(self.age + 1);
    }

    /// Bytes it occupies.
    pub fn bytes(&self) -> usize {
        self.roots.bytes()
            + self.direct.capacity() * size_of::<u32>()
            + self.keys.capacity() * size_of::<u32>()
            + self.nodes.capacity() * size_of::<Node>()
            + self.fans.capacity() * size_of::<[u32; FAN as usize]>()
            + self.branches.bytes()
            + self.ways.capacity() * size_of::<(u32, u64, u32)>()
    }

    /// The way from a place by what is seen, which may be new.
    fn step(&mut self, from: u32, fan: u32, mask: u64, bits: u64) -> u32 {
        self.way(from, fan, mask, bits).unwrap_or_else(|| {
            let to = self.nodes.len() as u32;
            self.nodes.push(Node::Unknown);
            match small(mask, bits) {
                Some(value) => self.fans[fan as usize][value] = to,
                None => {
                    let hash = mix(u64::from(from), bits);
                    self.branches.insert(hash, self.ways.len() as u32);
                    self.ways.push((from, bits, to));
                }
            }
            to
        })
    }

    #[inline]
    fn way(&self, from: u32, fan: u32, mask: u64, bits: u64) -> Option<u32> {
        if let Some(value) = small(mask, bits) {
            let to = self.fans[fan as usize][value];
            return (to != 0).then_some(to);
        }
        let same = |way: u32| {
            let (node, value, _) = self.ways[way as usize];
            node == from && value == bits
        };
        let way = self.branches.find(mix(u64::from(from), bits), same)?;
        Some(self.ways[way as usize].2)
    }
}

/// What is seen as a number, if it is a small one.
fn small(mask: u64, bits: u64) -> Option<usize> {
    let value = bits >> (mask.trailing_zeros() & 63);
    (value < FAN).then_some(value as usize)
}

/// The lane that begins with this word.
pub fn lane(words: &[u32], at: u32) -> u64 {
    match words.get(at as usize..at as usize + 2) {
        Some(&[low, high]) => u64::from(low) | u64::from(high) << 32,
        _ => 0,
    }
}

fn hash(key: &[u32]) -> u64 {
    key.iter()
        .fold(key.len() as u64, |hash, &word| mix(hash, u64::from(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_found_by_what_was_seen() {
        let mut memo = Memo::default();
        let root = memo.root(&[1, 2]);
        assert_eq!(memo.walk(root, &[5, 0, 7, 0]), Found::Unknown);
        let look = |at, bits| Look {
            at,
            mask: 0xff,
            bits,
        };
        memo.put(root, &[look(0, 5), look(2, 7)], 10);
        memo.put(root, &[look(0, 6)], 11);
        assert_eq!(memo.walk(root, &[5, 0, 0x107, 3]), Found::Leaf(10));
        assert_eq!(memo.walk(root, &[6, 0, 7, 0]), Found::Leaf(11));
        assert_eq!(memo.walk(root, &[5, 0, 8, 0]), Found::Unknown);
        assert_eq!(memo.root(&[1, 2]), root);
        assert_ne!(memo.root(&[1, 2, 0]), root);
    }
}
