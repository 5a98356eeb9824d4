//! The typed tree between analysis and emission.
//!
//! Every conversion C leaves implicit is a node here, every constant is folded, and every name is an
//! index. Nothing in it can be wrong any more, so emission has no type errors to report.

use crate::program::types::TypeId;
use crate::program::{BinaryOp, Kind, UnaryOp};
use crate::syntax::source::Span;

/// Index of a local of the function at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LocalId(pub u32);

/// Index of an object with static storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectId(pub u32);

/// Index of a function, with or without a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FunctionId(pub u32);

/// Index of a jump target of the function at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LabelId(pub u32);

/// What has an address that is known before the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Symbol {
    /// A variable or a string literal.
    Object(ObjectId),
    /// A function.
    Function(FunctionId),
}

/// A typed expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it computes.
    pub node: Node,
    /// The type of its value.
    pub ty: TypeId,
    /// Where it is written.
    pub span: Span,
}

/// The computations.
#[derive(Clone, Debug)]
pub enum Node {
    /// An integer or a pointer, normalised to its type.
    Const(u64),
    /// An address constant: symbol and bytes behind it. Of function type: the designator.
    Address(Symbol, i64),
    /// The object there; as a value, its contents.
    Place(Place),
    /// A pointer to the object there.
    AddressOf(Place),
    /// In the kind of the operand.
    Unary(UnaryOp, Box<Expr>),
    /// In that kind; both operands have it already.
    Binary(BinaryOp, Kind, Box<Expr>, Box<Expr>),
    /// `a && b`
    And(Box<Expr>, Box<Expr>),
    /// `a || b`
    Or(Box<Expr>, Box<Expr>),
    /// To the type of the node, a scalar or `void`.
    Convert(Box<Expr>),
    /// `c ? a : b`
    Conditional(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `a ?: b`
    OrElse(Box<Expr>, Box<Expr>),
    /// `place = value`
    Assign(Place, Box<Expr>),
    /// `place op= rhs` and `place++`.
    Update(Box<Update>),
    /// A call.
    Call(Box<Call>),
    /// `a, b`
    Comma(Box<Expr>, Box<Expr>),
    /// `({ … })`
    Block(Box<Inner>),
    /// The index, after the check that it lies below the limit.
    CheckIndex(Box<Expr>, u32),
    /// The writes of an initialiser.
    Initialise(Box<Initialise>),
    /// No value, no effect.
    Nothing,
}

/// An object or a part of one.
#[derive(Clone, Debug)]
pub struct Place {
    /// What it lies in.
    pub base: Base,
    /// Bytes behind the base.
    pub offset: i64,
    /// First bit and width, for a bit-field; the type of the expression is its storage unit.
    pub bits: Option<(u8, u8)>,
}

/// Where places begin.
#[derive(Clone, Debug)]
pub enum Base {
    /// A local.
    Local(LocalId),
    /// An object with static storage.
    Object(ObjectId),
    /// What a pointer points to.
    Pointer(Box<Expr>),
    /// A struct that is no lvalue, for instance what a function returned.
    Value(Box<Expr>),
    /// A compound literal: its object, after its initialisation.
    Literal(LocalId, Box<Expr>),
}

/// A read-modify-write.
#[derive(Clone, Debug)]
pub struct Update {
    /// What is changed.
    pub place: Place,
    /// How.
    pub op: BinaryOp,
    /// The type the operator works in.
    pub compute: TypeId,
    /// The right operand, in its own kind for shifts.
    pub rhs: Expr,
    /// The value is the one before (`i++`).
    pub old: bool,
}

/// A call with its arguments converted.
#[derive(Clone, Debug)]
pub struct Call {
    /// A function designator or a pointer to a function.
    pub callee: Expr,
    /// The arguments.
    pub args: Vec<Expr>,
}

/// A statement expression.
#[derive(Clone, Debug)]
pub struct Inner {
    /// Its statements but the last when that gives the value.
    pub body: Vec<Stmt>,
    /// Its value.
    pub value: Option<Expr>,
    /// The locals declared in it.
    pub locals: Vec<LocalId>,
}

/// The writes of an initialiser to one object.
#[derive(Clone, Debug)]
pub struct Initialise {
    /// The object.
    pub place: Place,
    /// Bytes to clear first; 0 when the writes cover everything.
    pub clear: u64,
    /// In order; a later one overrides.
    pub writes: Vec<Write>,
}

/// One scalar, struct or string written by an initialiser.
#[derive(Clone, Debug)]
pub struct Write {
    /// Bytes from the begin of the object.
    pub offset: i64,
    /// For a bit-field.
    pub bits: Option<(u8, u8)>,
    /// The value; its type is that of the target, arrays only from string literals.
    pub value: Expr,
    /// How many bytes, when fewer than the value has (a string without its zero).
    pub len: Option<u64>,
}

/// A typed statement.
#[derive(Clone, Debug)]
pub enum Stmt {
    /// An expression for its effects, or a declaration's initialisers.
    Effects(Span, Vec<Expr>),
    /// In order.
    Block(Vec<Stmt>),
    /// `atomic { … }`
    Atomic(Span, Box<Stmt>),
    /// `if`
    If(Span, Expr, Box<Stmt>, Option<Box<Stmt>>),
    /// `while`
    While(Span, Expr, Box<Stmt>),
    /// `do … while`
    DoWhile(Box<Stmt>, Span, Expr),
    /// `for`
    For(Box<For>),
    /// `switch`
    Switch(Box<Switch>),
    /// A label, `case` or `default`.
    Label(LabelId),
    /// `goto`
    Goto(Span, LabelId),
    /// `break`
    Break(Span),
    /// `continue`
    Continue(Span),
    /// `return`
    Return(Span, Option<Expr>),
}

/// A `for` loop.
#[derive(Clone, Debug)]
pub struct For {
    /// The head.
    pub span: Span,
    /// First clause.
    pub init: Option<Stmt>,
    /// Second clause.
    pub condition: Option<Expr>,
    /// Third clause.
    pub step: Option<Expr>,
    /// The body.
    pub body: Stmt,
}

/// A `switch`.
#[derive(Clone, Debug)]
pub struct Switch {
    /// The head.
    pub span: Span,
    /// Promoted.
    pub operand: Expr,
    /// `case lo ... hi` in the operand's type.
    pub cases: Vec<(u64, u64, LabelId)>,
    /// `default`
    pub default: Option<LabelId>,
    /// The body, with a [`Stmt::Label`] for each case.
    pub body: Stmt,
}

impl Expr {
    /// The constant it is, if it is one.
    pub fn constant(&self) -> Option<u64> {
        match self.node {
            Node::Const(value) => Some(value),
            _ => None,
        }
    }

    /// The object it designates.
    pub fn place(&self) -> Option<&Place> {
        match &self.node {
            Node::Place(place) => Some(place),
            _ => None,
        }
    }
}

impl Place {
    /// The whole of a local.
    pub fn local(id: LocalId) -> Place {
        Place {
            base: Base::Local(id),
            offset: 0,
            bits: None,
        }
    }

    /// The whole of an object.
    pub fn object(id: ObjectId) -> Place {
        Place {
            base: Base::Object(id),
            offset: 0,
            bits: None,
        }
    }

    /// What a pointer points to.
    pub fn pointer(pointer: Expr) -> Place {
        Place {
            base: Base::Pointer(Box::new(pointer)),
            offset: 0,
            bits: None,
        }
    }

    /// Whether something may be assigned to it.
    pub fn is_lvalue(&self) -> bool {
        !matches!(self.base, Base::Value(_))
    }
}
