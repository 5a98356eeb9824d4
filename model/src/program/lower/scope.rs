//! Names: what they stand for, where they are visible, and what is known of each so far.

use super::tree::{FunctionId, LabelId, LocalId, ObjectId, Stmt, Write};
use crate::program::types::{RecordId, TypeId};
use crate::syntax::source::Span;
use std::collections::BTreeMap;

/// What an ordinary identifier stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A variable with automatic storage.
    Local(LocalId),
    /// A variable with static storage.
    Object(ObjectId),
    /// A function.
    Function(FunctionId),
    /// A type.
    Typedef(TypeId),
    /// An enum constant.
    Constant(u64, TypeId),
    /// Its declaration was wrong and has been reported; uses are silent.
    Poisoned,
}

/// What a tag stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// A struct or union.
    Record(RecordId),
    /// An enum; `None` when its definition was wrong.
    Enum(Option<TypeId>),
}

/// The names of one block, or of the file.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    names: BTreeMap<String, (Meaning, Span)>,
    tags: BTreeMap<String, (Tag, Span)>,
}

/// All scopes that are open, the file's first.
#[derive(Clone, Debug)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// Only the file's scope.
    pub fn new() -> Scopes {
        Scopes(vec![Scope::default()])
    }

    /// Begins a block.
    pub fn open(&mut self) {
        self.0.push(Scope::default());
    }

    /// Ends a block.
    pub fn close(&mut self) {
        debug_assert!(self.0.len() > 1, "the file's scope stays open");
        self.0.pop();
    }

    /// Whether no block is open.
    pub fn at_file_level(&self) -> bool {
        self.0.len() == 1
    }

    /// The innermost meaning of a name.
    pub fn find(&self, name: &str) -> Option<(Meaning, Span)> {
        self.0
            .iter()
            .rev()
            .find_map(|scope| scope.names.get(name))
            .copied()
    }

    /// The meaning of a name in the innermost scope alone.
    pub fn find_here(&self, name: &str) -> Option<(Meaning, Span)> {
        self.innermost().names.get(name).copied()
    }

    /// The meaning of a name at file level.
    pub fn find_in_file(&self, name: &str) -> Option<(Meaning, Span)> {
        self.0[0].names.get(name).copied()
    }

    /// Gives a name a meaning in the innermost scope.
    pub fn declare(&mut self, name: &str, meaning: Meaning, span: Span) {
        self.innermost_mut()
            .names
            .insert(name.into(), (meaning, span));
    }

    /// Gives a name a meaning at file level.
    pub fn declare_in_file(&mut self, name: &str, meaning: Meaning, span: Span) {
        self.0[0].names.insert(name.into(), (meaning, span));
    }

    /// Gives a name a meaning in the outermost block of the function, or in the file.
    pub fn declare_in_function(&mut self, name: &str, meaning: Meaning, span: Span) {
        let idx = 1.min(self.0.len() - 1);
        self.0[idx].names.insert(name.into(), (meaning, span));
    }

    /// The innermost meaning of a tag.
    pub fn find_tag(&self, name: &str) -> Option<(Tag, Span)> {
        self.0
            .iter()
            .rev()
            .find_map(|scope| scope.tags.get(name))
            .copied()
    }

    /// The meaning of a tag in the innermost scope alone.
    pub fn find_tag_here(&self, name: &str) -> Option<(Tag, Span)> {
        self.innermost().tags.get(name).copied()
    }

    /// Gives a tag a meaning in the innermost scope.
    pub fn declare_tag(&mut self, name: &str, tag: Tag, span: Span) {
        self.innermost_mut().tags.insert(name.into(), (tag, span));
    }

    fn innermost(&self) -> &Scope {
        self.0.last().expect("the file's scope stays open")
    }

    fn innermost_mut(&mut self) -> &mut Scope {
        self.0.last_mut().expect("the file's scope stays open")
    }
}

/// How far a variable is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Definedness {
    /// `extern`
    Declared,
    /// Without initialiser at file level.
    Tentative,
    /// With initialiser, or a static local.
    Defined,
}

/// A variable with static storage.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its name, as [`crate::program::Global::name`] gives it.
    pub name: String,
    /// Its type.
    pub ty: TypeId,
    /// The place of its name.
    pub span: Span,
    /// Declared, tentative or defined.
    pub definedness: Definedness,
    /// Not visible to other units.
    pub internal: bool,
    /// One copy for each CPU.
    pub per_cpu: bool,
    /// A string literal.
    pub read_only: bool,
    /// Its initial contents.
    pub writes: Vec<Write>,
    /// Bytes of a flexible array member that its initialiser fills.
    pub flexible: u64,
}

/// A function, with or without a body.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: TypeId,
    /// The place of its name, in its definition if it has one.
    pub span: Span,
    /// Declared `static`.
    pub internal: bool,
    /// Declared `inline`.
    pub inline: bool,
    /// Has a body; counts also when the body is wrong.
    pub defined: bool,
    /// The body, analysed.
    pub body: Option<Body>,
}

/// An analysed function body.
#[derive(Clone, Debug)]
pub struct Body {
    /// The locals, parameters first.
    pub locals: Vec<Local>,
    /// How many of them are parameters.
    pub n_params: usize,
    /// What it returns.
    pub ret: TypeId,
    /// How many labels there are, and which of them lie in an `atomic` block.
    pub labels: Vec<Label>,
    /// The statements.
    pub stmt: Stmt,
    /// Its closing brace.
    pub end: Span,
}

/// A variable with automatic storage.
#[derive(Clone, Debug)]
pub struct Local {
    /// Its name; empty for hidden ones.
    pub name: String,
    /// Its type.
    pub ty: TypeId,
    /// Its address is taken or it is no scalar.
    pub in_memory: bool,
    /// Declared inside a statement expression, so that it lives within one step.
    pub inner: bool,
}

/// A region that may not be jumped into, and out of which jumps have to do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Region {
    /// An `atomic` block.
    Atomic(u32),
    /// A statement expression.
    Inner(u32),
}

/// A jump target.
#[derive(Clone, Debug)]
pub struct Label {
    /// Its name; empty for `case` and `default`.
    pub name: String,
    /// Where it stands, once it has been seen.
    pub defined: Option<Span>,
    /// The regions around it.
    pub regions: Vec<Region>,
    /// The jumps to it: place and regions.
    pub uses: Vec<(Span, Vec<Region>)>,
}

impl Label {
    /// Whether it lies in an `atomic` block.
    pub fn in_atomic(&self) -> bool {
        self.regions.iter().any(|r| matches!(r, Region::Atomic(_)))
    }
}

/// What analysis keeps while it is inside a function.
#[derive(Clone, Debug)]
pub struct FunctionContext {
    /// Its name.
    pub name: String,
    /// What it returns.
    pub ret: TypeId,
    /// Its locals.
    pub locals: Vec<Local>,
    /// Its labels.
    pub labels: Vec<Label>,
    /// Those with a name.
    pub label_names: BTreeMap<String, LabelId>,
    /// The regions around the statement at hand.
    pub regions: Vec<Region>,
    /// How many regions there have been.
    pub n_regions: u32,
    /// Loops and switches around the statement at hand.
    pub break_depth: u32,
    /// Loops around the statement at hand.
    pub continue_depth: u32,
    /// The switches around the statement at hand.
    pub switches: Vec<SwitchContext>,
}

/// A switch whose body is being analysed.
#[derive(Clone, Debug)]
pub struct SwitchContext {
    /// The promoted type of its operand.
    pub ty: TypeId,
    /// The regions around it.
    pub regions: Vec<Region>,
    /// Its cases: low, high, label, place.
    pub cases: Vec<(u64, u64, LabelId, Span)>,
    /// `default`
    pub default: Option<(LabelId, Span)>,
}
