//! What is remembered: the actions possible on a CPU, and what a step does to memory and its context.

use super::memo::{Leaf, lane};
use crate::machine::Action;

/// A word of memory that a step touched.
#[derive(Clone, Copy, Debug)]
pub struct TouchedWord {
    /// Its number: its address divided by 8.
    pub word: u64,
    /// Bits that were read before they were written.
    pub read: u64,
    /// Bits that were written.
    pub written: u64,
}

/// Bits of a lane that a step writes.
#[derive(Clone, Copy, Debug)]
pub struct Write {
    /// Index of the lane's first word.
    pub at: u32,
    /// Which bits.
    pub mask: u64,
    /// What they become.
    pub bits: u64,
}

impl Write {
    /// Writes; whether that changes something.
    pub fn apply(&self, words: &mut [u32]) -> bool {
        let before = lane(words, self.at);
        let value = before & !self.mask | self.bits;
        let at = self.at as usize;
        words[at] = value as u32;
        words[at + 1] = (value >> 32) as u32;
        value != before
    }
}

/// A word by its index, and what it becomes.
pub type Becomes = (u32, u32);

/// A set of lanes, by the last bits of their numbers.
pub type LaneSet = u64;

/// The set of the lane of a word.
pub fn lane_of(word: usize) -> LaneSet {
    1 << (word / 2 % 64)
}

/// A result.
#[derive(Clone, Copy)]
enum Kind {
    /// It depends on more than can be remembered.
    None,
    /// The actions from there to there, and the lanes by which they are decided.
    Actions(u32, u32, LaneSet),
    /// The writes from there to there, and the context it becomes.
    Step(u32, u32, u32),
    /// The writes from there to there, and those of contexts and the rest.
    Whole(u32, u32, u32),
}

/// All results.
#[derive(Default)]
pub struct Leaves {
    kinds: Vec<Kind>,
    actions: Vec<Action>,
    writes: Vec<Write>,
    /// Words that become something.
    words: Vec<Becomes>,
}

impl Leaves {
    /// Nothing that can be remembered.
    pub fn none(&mut self) -> Leaf {
        self.add(Kind::None)
    }

    /// These actions are possible, which is decided by these lanes.
    pub fn add_actions(&mut self, actions: &[Action], lanes: LaneSet) -> Leaf {
        let begin = self.actions.len() as u32;
        self.actions.extend_from_slice(actions);
        self.add(Kind::Actions(begin, self.actions.len() as u32, lanes))
    }

    /// The lanes by which actions are decided.
    pub fn decided_by(&self, leaf: Leaf) -> LaneSet {
        match self.kinds[leaf as usize] {
            Kind::Actions(_, _, lanes) => lanes,
            Kind::Step(..) | Kind::Whole(..) | Kind::None => LaneSet::MAX,
        }
    }

    /// A step that ends with this context and has written this.
    pub fn add_step(&mut self, context: u32, writes: &[Write]) -> Leaf {
        let begin = self.writes.len() as u32;
        self.writes.extend_from_slice(writes);
        self.add(Kind::Step(begin, self.writes.len() as u32, context))
    }

    /// An action that writes this and makes words that are no memory something else.
    pub fn add_whole(&mut self, writes: &[Write], words: &[Becomes]) -> Leaf {
        let begin = self.writes.len() as u32;
        self.writes.extend_from_slice(writes);
        let end = self.writes.len() as u32;
        self.words.push((words.len() as u32, 0));
        self.words.extend_from_slice(words);
        let at = (self.words.len() - words.len() - 1) as u32;
        self.add(Kind::Whole(begin, end, at))
    }

    /// What a whole action writes, and which words become what.
    pub fn whole(&self, leaf: Leaf) -> Option<(&[Write], &[Becomes])> {
        match self.kinds[leaf as usize] {
            Kind::Whole(begin, end, at) => {
                let at = at as usize;
                let n = self.words[at].0 as usize;
                let writes = &self.writes[begin as usize..end as usize];
                Some((writes, &self.words[at + 1..at + 1 + n]))
            }
            Kind::Actions(..) | Kind::Step(..) | Kind::None => None,
        }
    }

    /// Whether it is the actions of a CPU.
    pub fn is_actions(&self, leaf: Leaf) -> bool {
        matches!(self.kinds[leaf as usize], Kind::Actions(..))
    }

    /// Whether it is a step.
    pub fn is_step(&self, leaf: Leaf) -> bool {
        matches!(self.kinds[leaf as usize], Kind::Step(..))
    }

    /// The actions; none when it is something else.
    pub fn actions(&self, leaf: Leaf) -> &[Action] {
        match self.kinds[leaf as usize] {
            Kind::Actions(begin, end, _) => &self.actions[begin as usize..end as usize],
            Kind::Step(..) | Kind::Whole(..) | Kind::None => &[],
        }
    }

    /// The context a step ends with, and what it writes.
    pub fn step(&self, leaf: Leaf) -> (u32, &[Write]) {
        match self.kinds[leaf as usize] {
            Kind::Step(begin, end, context) => {
                (context, &self.writes[begin as usize..end as usize])
            }
            Kind::Actions(..) | Kind::Whole(..) | Kind::None => (0, &[]),
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Leaves::default();
    }

    /// Bytes it occupies.
    pub fn bytes(&self) -> usize {
        self.kinds.capacity() * size_of::<Kind>()
            + self.actions.capacity() * size_of::<Action>()
            + self.writes.capacity() * size_of::<Write>()
            + self.words.capacity() * size_of::<Becomes>()
    }

    fn add(&mut self, kind: Kind) -> Leaf {
        self.kinds.push(kind);
        (self.kinds.len() - 1) as Leaf
    }
}
