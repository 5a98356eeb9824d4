//! Tables of outcomes: what the page is printed with, and what it computes later.

use std::rc::Rc;

use model::matrix::{Call, Place, State};
use serde::{Deserialize, Serialize};

use super::outcome::Outcome;
use super::record::Seen;

/// Whether a call may be made in a context, over all states and interleavings.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Legal {
    /// It may.
    pub legal: bool,
    /// The rule that says no.
    pub rule: Option<String>,
}

/// The rows and columns of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Rows.
    pub contexts: Vec<String>,
    /// Groups of columns.
    pub calls: Vec<String>,
    /// Columns of each group.
    pub states: Vec<String>,
}

/// A row, a group and a column of a [`Shape`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    /// Which context.
    pub context: usize,
    /// Which call.
    pub call: usize,
    /// Which state.
    pub state: usize,
}

impl Shape {
    /// How many cells there are.
    pub fn n_cells(&self) -> usize {
        self.contexts.len() * self.calls.len() * self.states.len()
    }

    /// The cell's number, row by row.
    pub fn index(&self, at: At) -> usize {
        (at.context * self.calls.len() + at.call) * self.states.len() + at.state
    }

    /// The number of a context and a call.
    pub fn pair(&self, at: At) -> usize {
        at.context * self.calls.len() + at.call
    }

    /// The cell of that number.
    pub fn at(&self, index: usize) -> At {
        let (pair, state) = (index / self.states.len(), index % self.states.len());
        At {
            context: pair / self.calls.len(),
            call: pair % self.calls.len(),
            state,
        }
    }

    /// Where a cell is, by its words.
    pub fn find(&self, context: &str, call: &str, state: &str) -> Option<At> {
        let position = |list: &[String], word: &str| list.iter().position(|w| w == word);
        Some(At {
            context: position(&self.contexts, context)?,
            call: position(&self.calls, call)?,
            state: position(&self.states, state)?,
        })
    }

    /// The cell as the model names it.
    ///
    /// # Errors
    /// When the kernel has no such call or state.
    pub fn place(&self, kernel: &str, config: &str, at: At) -> Result<Place, String> {
        Ok(Place {
            kernel: kernel.into(),
            config: config.into(),
            context: self.contexts[at.context].clone(),
            call: Call::parse(&self.calls[at.call])?,
            state: State::parse(&self.states[at.state])?,
        })
    }
}

/// One kernel on one configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The kernel.
    pub kernel: String,
    /// The configuration.
    pub config: String,
    /// Its rows and columns.
    pub shape: Rc<Shape>,
    /// What each cell came to; none: not computed yet.
    pub cells: Vec<Option<Rc<Outcome>>>,
    /// For each context and call whether it is legal; none: not known.
    pub legal: Vec<Option<Rc<Legal>>>,
}

impl Table {
    /// A table in which nothing is known.
    pub fn empty(kernel: &str, config: &str, shape: Rc<Shape>) -> Table {
        let n_pairs = shape.contexts.len() * shape.calls.len();
        Table {
            kernel: kernel.into(),
            config: config.into(),
            cells: vec![None; shape.n_cells()],
            legal: vec![None; n_pairs],
            shape,
        }
    }

    /// What a cell came to.
    pub fn outcome(&self, at: At) -> Option<&Outcome> {
        self.cells[self.shape.index(at)].as_deref()
    }

    /// Whether its call is legal in its context.
    pub fn legality(&self, at: At) -> Option<&Legal> {
        self.legal[self.shape.pair(at)].as_deref()
    }
}

/// What the page is printed with, packed: each outcome once, cells as numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Printed {
    /// The kernel.
    pub kernel: String,
    /// Rows and columns.
    pub shape: Shape,
    /// The outcomes there are.
    pub outcomes: Vec<Outcome>,
    /// The verdicts over all states there are.
    pub verdicts: Vec<Legal>,
    /// A table for each configuration.
    pub tables: Vec<PrintedTable>,
    /// What booted kernels did, for these tables.
    pub seen: Vec<Seen>,
    /// What was booted, in sentences.
    pub about: Vec<String>,
    /// The text below.
    pub caption: String,
}

/// One configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintedTable {
    /// The configuration.
    pub config: String,
    /// Numbers in [`Printed::outcomes`].
    pub cells: Vec<usize>,
    /// Numbers in [`Printed::verdicts`].
    pub legal: Vec<usize>,
}

impl Printed {
    /// Packs complete tables of one shape.
    pub fn pack(kernel: &str, shape: &Shape, tables: &[Table], caption: &str) -> Printed {
        let mut printed = Printed {
            kernel: kernel.into(),
            shape: shape.clone(),
            outcomes: Vec::new(),
            verdicts: Vec::new(),
            tables: Vec::new(),
            seen: Vec::new(),
            about: Vec::new(),
            caption: caption.into(),
        };
        for table in tables {
            let cells = table.cells.iter().flatten();
            let legal = table.legal.iter().flatten();
            let packed = PrintedTable {
                config: table.config.clone(),
                cells: cells.map(|o| number(&mut printed.outcomes, o)).collect(),
                legal: legal.map(|l| number(&mut printed.verdicts, l)).collect(),
            };
            printed.tables.push(packed);
        }
        printed
    }

    /// The tables.
    pub fn unpack(&self) -> Vec<Table> {
        let shape = Rc::new(self.shape.clone());
        let outcomes: Vec<_> = self.outcomes.iter().cloned().map(Rc::new).collect();
        let verdicts: Vec<_> = self.verdicts.iter().cloned().map(Rc::new).collect();
        let table = |packed: &PrintedTable| {
            let mut table = Table::empty(&self.kernel, &packed.config, Rc::clone(&shape));
            for (cell, idx) in table.cells.iter_mut().zip(&packed.cells) {
                *cell = outcomes.get(*idx).cloned();
            }
            for (legal, idx) in table.legal.iter_mut().zip(&packed.legal) {
                *legal = verdicts.get(*idx).cloned();
            }
            table
        };
        self.tables.iter().map(table).collect()
    }
}

fn number<T: Clone + PartialEq>(list: &mut Vec<T>, item: &T) -> usize {
    list.iter()
        .position(|known| known == item)
        .unwrap_or_else(|| {
            list.push(item.clone());
            list.len() - 1
        })
}
