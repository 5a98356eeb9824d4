//! The compiled program: what the machine executes and what tells others where things are.
//!
//! ```text
//! registers   every named scalar local whose address is never taken, then temporaries;
//!             u64, always normalised to their type: sign- or zero-extended to 64 bits
//! memory      flat, byte-addressed, 64-bit little-endian, C layout of an LP64 kernel
//!
//! op            operands              effect
//! Stmt          id                    a step ends before this op; temporaries are cleared
//! AtomicBegin/End                     no step ends in between
//! Const         dst value             dst := value
//! Move          dst src               dst := src
//! Unary         op kind dst src       dst := op src, normalised to kind
//! Binary        op kind dst lhs rhs   dst := lhs op rhs in kind; comparisons compare in kind, give 0/1
//! Convert       kind dst src          dst := src normalised to kind
//! Load/Store    kind …                one scalar in memory
//! Copy          dst src len           memory to memory (structs)
//! Zero          addr len              memory
//! FrameAddr     dst offset            dst := address in this frame's memory
//! CheckIndex    index len             violation unless 0 <= index < len (as i64)
//! Jump          to
//! JumpIf/JumpIfNot cond to
//! Call          func dst args         arguments are registers args, args+1, …
//! CallIndirect  target dst args n     target is a function's address
//! Primitive     which dst args n      what cannot be C: see [`Primitive`]
//! Return        src
//! ```
//! A call's `dst` is written even for `void` functions (with 0).

pub mod lower;
pub mod primitive;
pub mod types;

use crate::syntax::source::{SourceMap, Span};
pub use lower::lower;
pub use primitive::Primitive;
use types::{TypeId, TypeTable};

/// Index of a register in its frame.
pub type Reg = u16;

/// Index of a function in [`Program::functions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FuncId(pub u32);

/// Index of a statement in [`Program::statements`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StmtId(pub u32);

/// An integer's width and signedness; pointers are `U64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Kind {
    Bool,
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
}

impl Kind {
    /// Size in bytes.
    pub fn size(self) -> u64 {
        match self {
            Kind::Bool | Kind::I8 | Kind::U8 => 1,
            Kind::I16 | Kind::U16 => 2,
            Kind::I32 | Kind::U32 => 4,
            Kind::I64 | Kind::U64 => 8,
        }
    }

    /// Whether values are sign-extended.
    pub fn signed(self) -> bool {
        matches!(self, Kind::I8 | Kind::I16 | Kind::I32 | Kind::I64)
    }

    /// The value as a register of this kind holds it: truncated, then extended.
    pub fn normalize(self, value: u64) -> u64 {
        match self {
            Kind::Bool => u64::from(value != 0),
            Kind::I8 => value as i8 as i64 as u64,
            Kind::U8 => u64::from(value as u8),
            Kind::I16 => value as i16 as i64 as u64,
            Kind::U16 => u64::from(value as u16),
            Kind::I32 => value as i32 as i64 as u64,
            Kind::U32 => u64::from(value as u32),
            Kind::I64 | Kind::U64 => value,
        }
    }
}

/// Operators of [`Op::Unary`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum UnaryOp {
    Neg,
    Not,
    LogNot,
}

/// Operators of [`Op::Binary`]. `Div`, `Rem` by zero and shifts by the width or more are violations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    And,
    Or,
    Xor,
    Shl,
    Shr,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// One instruction; see the table at the top of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Op {
    Stmt(StmtId),
    AtomicBegin,
    AtomicEnd,
    Const {
        dst: Reg,
        value: u64,
    },
    Move {
        dst: Reg,
        src: Reg,
    },
    Unary {
        op: UnaryOp,
        kind: Kind,
        dst: Reg,
        src: Reg,
    },
    Binary {
        op: BinaryOp,
        kind: Kind,
        dst: Reg,
        lhs: Reg,
        rhs: Reg,
    },
    Convert {
        kind: Kind,
        dst: Reg,
        src: Reg,
    },
    Load {
        kind: Kind,
        dst: Reg,
        addr: Reg,
    },
    Store {
        kind: Kind,
        addr: Reg,
        src: Reg,
    },
    Copy {
        dst: Reg,
        src: Reg,
        len: u32,
    },
    Zero {
        addr: Reg,
        len: u32,
    },
    FrameAddr {
        dst: Reg,
        offset: u32,
    },
    CheckIndex {
        index: Reg,
        len: u32,
    },
    Jump {
        to: u32,
    },
    JumpIf {
        cond: Reg,
        to: u32,
    },
    JumpIfNot {
        cond: Reg,
        to: u32,
    },
    Call {
        func: FuncId,
        dst: Reg,
        args: Reg,
    },
    CallIndirect {
        target: Reg,
        dst: Reg,
        args: Reg,
        n_args: u8,
    },
    Primitive {
        which: Primitive,
        dst: Reg,
        args: Reg,
        n_args: u8,
    },
    Return {
        src: Reg,
    },
}

/// A compiled function.
#[derive(Clone, Debug)]
pub struct Func {
    /// Its name.
    pub name: String,
    /// Parameters are registers `0..n_params`. A struct is passed by address and copied by the
    /// function called; one that is returned goes to the address in a hidden first parameter.
    pub n_params: u16,
    /// Registers of named locals, parameters included; what follows are temporaries.
    pub n_locals: u16,
    /// All registers.
    pub n_regs: u16,
    /// Bytes of memory of its frame (arrays, structs, address-taken locals), a multiple of 16.
    pub frame_size: u32,
    /// The instructions; ends in [`Op::Return`].
    pub code: Vec<Op>,
    /// A place for each instruction.
    pub spans: Vec<Span>,
    /// The named locals, for showing them.
    pub locals: Vec<Local>,
    /// What it returns.
    pub ret: TypeId,
    /// It calls `__wait()` or `__choose()`, so that some of its steps may not be possible.
    pub guarded: bool,
    /// Whether it was declared `inline` (kernel traces do not show those).
    pub inline: bool,
    /// The place of its name.
    pub span: Span,
}

/// A named local.
#[derive(Clone, Debug)]
pub struct Local {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: TypeId,
    /// Where it lives.
    pub place: LocalPlace,
}

/// Where a named local lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalPlace {
    /// In a register.
    Reg(Reg),
    /// In the frame's memory, at this offset.
    Frame(u32),
}

/// A statement or a condition: one step.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The text that is shown.
    pub span: Span,
    /// The function it is in.
    pub func: FuncId,
}

/// A variable with static storage.
#[derive(Clone, Debug)]
pub struct Global {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: TypeId,
    /// Its address; for per-CPU variables that of the template (see [`address::PERCPU`]).
    pub addr: u64,
    /// Its size in bytes.
    pub size: u64,
    /// Whether each CPU has its own.
    pub per_cpu: bool,
    /// String literals and other nameless objects may not be written.
    pub read_only: bool,
    /// The place of its name.
    pub span: Span,
}

/// A compiled set of C texts.
#[derive(Clone, Debug)]
pub struct Program {
    /// The texts.
    pub sources: SourceMap,
    /// All types, with the layout of all records.
    pub types: TypeTable,
    /// All functions with a body.
    pub functions: Vec<Func>,
    /// All statements.
    pub statements: Vec<Statement>,
    /// All objects with static storage, sorted by address.
    pub globals: Vec<Global>,
    /// The initial bytes of those that are not all zero: address and contents.
    pub image: Vec<(u64, Vec<u8>)>,
    /// The enum constants at file level, for those who read the machine's memory.
    pub constants: std::collections::BTreeMap<String, i64>,
    /// Finds the global of an address; made from `globals`.
    pub index: GlobalIndex,
}

/// For each slot of 16 bytes the one global that can be in it: no two share one.
#[derive(Clone, Debug, Default)]
pub struct GlobalIndex {
    data: Vec<u32>,
    per_cpu: Vec<u32>,
}

impl GlobalIndex {
    const SLOT: u64 = 16;
    /// Larger data are searched: 16 MB.
    const SLOTS_MAX: u64 = 1 << 20;

    /// The index of these globals, sorted by address.
    pub fn new(globals: &[Global]) -> GlobalIndex {
        let mut index = GlobalIndex::default();
        for (number, global) in globals.iter().enumerate() {
            let (slots, base) = match global.per_cpu {
                true => (&mut index.per_cpu, address::PERCPU),
                false => (&mut index.data, address::DATA),
            };
            let first = global.addr.wrapping_sub(base) / Self::SLOT;
            let last = (global.addr.wrapping_sub(base) + global.size.max(1) - 1) / Self::SLOT;
            if last >= Self::SLOTS_MAX {
                continue;
            }
            slots.resize((last + 1) as usize, 0);
            slots[first as usize..].fill(number as u32 + 1);
        }
        index
    }

    /// `None` when it must be searched for.
    fn get(&self, addr: u64) -> Option<usize> {
        let (slots, base) = match addr >= address::DATA {
            true => (&self.data, address::DATA),
            false => (&self.per_cpu, address::PERCPU),
        };
        let slot = addr.checked_sub(base)? / Self::SLOT;
        let number = *slots.get(usize::try_from(slot).ok()?)?;
        (number as usize).checked_sub(1)
    }
}

impl Program {
    /// The function of that name.
    pub fn function(&self, name: &str) -> Option<FuncId> {
        self.functions
            .iter()
            .position(|f| f.name == name)
            .map(|i| FuncId(i as u32))
    }

    /// The variable of that name.
    pub fn global(&self, name: &str) -> Option<&Global> {
        self.globals.iter().find(|g| g.name == name)
    }

    /// The function behind an id.
    pub fn func(&self, id: FuncId) -> &Func {
        &self.functions[id.0 as usize]
    }

    /// The address of a function.
    pub fn function_address(id: FuncId) -> u64 {
        address::TEXT + u64::from(id.0) * address::TEXT_STRIDE
    }

    /// The function at an address.
    pub fn function_at(&self, addr: u64) -> Option<FuncId> {
        let offset = addr.checked_sub(address::TEXT)?;
        let idx = offset / address::TEXT_STRIDE;
        (offset % address::TEXT_STRIDE == 0 && idx < self.functions.len() as u64)
            .then_some(FuncId(idx as u32))
    }

    /// The global object that covers an address.
    pub fn global_at(&self, addr: u64) -> Option<&Global> {
        let idx = match self.index.get(addr) {
            Some(idx) => idx,
            None => self
                .globals
                .partition_point(|g| g.addr <= addr)
                .checked_sub(1)?,
        };
        let global = &self.globals[idx];
        (addr - global.addr < global.size.max(1)).then_some(global)
    }
}

/// The address map: x86-64's own bases where it has them.
pub mod address {
    /// Functions.
    pub const TEXT: u64 = 0xffff_ffff_8100_0000;
    /// Distance of two functions' addresses.
    pub const TEXT_STRIDE: u64 = 16;
    /// Globals; between two of them lie at least 16 bytes that belong to none.
    pub const DATA: u64 = 0xffff_ffff_8200_0000;
    /// The per-CPU template; CPU n's copy is `PERCPU_STRIDE * (n + 1)` above.
    pub const PERCPU: u64 = 0xffff_e8ff_0000_0000;
    /// Distance of two CPUs' copies.
    pub const PERCPU_STRIDE: u64 = 0x10_0000;
    /// Stacks.
    pub const STACK: u64 = 0xffff_c900_0000_0000;
    /// Size of a stack, unused part included.
    pub const STACK_STRIDE: u64 = 0x1_0000;
    /// Contents of pages: page frame n is at `DIRECT_MAP + 4096 * n`.
    pub const DIRECT_MAP: u64 = 0xffff_8880_0000_0000;
    /// `struct page` of page frame n is at `VMEMMAP + sizeof(struct page) * n`.
    pub const VMEMMAP: u64 = 0xffff_ea00_0000_0000;
}
