//! What a step did: the facts from which checks, reports and the stepper are made.

use super::context::{ContextKind, Held};
use super::lockdep::{Inversion, Usage};
use super::object::{Fate, Misfate};
use super::{CpuId, RunId, TaskId};
use crate::program::FuncId;
use crate::syntax::source::Span;

/// One event, with the place in the C text and the context that caused it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The CPU it happened on.
    pub cpu: CpuId,
    /// The statement's place.
    pub span: Span,
    /// The innermost context.
    pub context: ContextKind,
    /// What happened.
    pub kind: EventKind,
}

/// What decides whether something is allowed here, at the moment of the event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Now {
    /// The innermost context.
    pub context: ContextKind,
    /// `preempt_count()`, complete also where the configuration has no `PREEMPT_COUNT`.
    pub preempt_count: u32,
    /// Local interrupts are masked.
    pub irqs_off: bool,
    /// Depth of RCU readers of the innermost context that can be preempted inside them.
    pub rcu_depth: u32,
    /// The locks held by the innermost context.
    pub held: Vec<Held>,
    /// The locks held by the contexts it interrupted, outermost first.
    pub held_below: Vec<Held>,
    /// The sleeping lock that it is about to wait for; lockdep counts it as held.
    pub asking: Option<Held>,
}

/// What kind of lock an acquisition is of, before PREEMPT_RT's substitution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum LockType {
    RawSpin,
    Spin,
    Rw,
    Mutex,
    Local,
    Bit(u8),
    Map,
    /// A map that says: what is held before it does not count, `spinlock_t` may be taken here.
    OverrideMap,
    Rcu,
    RcuBh,
    RcuSched,
    /// No lock: a word that is zero until someone sets it.
    Word,
    /// No lock: a grace period that is under way.
    GracePeriod,
}

/// A lock wanted or taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LockRef {
    /// Address of the lock object.
    pub addr: u64,
    /// Key of its lockdep class; 0 for locks lockdep does not know.
    pub class: u64,
    /// Address of its name (see [`super::Machine::lock_name`]).
    pub name: u64,
    /// Its declared type.
    pub ty: LockType,
    /// Reader side.
    pub read: bool,
    /// A trylock.
    pub trylock: bool,
    /// It is a sleeping lock on this configuration.
    pub sleeps: bool,
}

/// Memory errors of the C text, and what the hardware would make of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Fault {
    NullPointer {
        addr: u64,
    },
    WildPointer {
        addr: u64,
    },
    ReadOnly {
        addr: u64,
    },
    FreedPage {
        pfn: u64,
    },
    OutOfBounds {
        index: i64,
        len: u32,
    },
    DivisionByZero,
    DivisionOverflow,
    OversizedShift {
        by: u64,
    },
    NotAFunction {
        addr: u64,
    },
    StackOverflow,
    /// One step executed more operations than any real statement.
    EndlessStep,
}

impl Fault {
    /// Whether a kernel goes on after it as if nothing had happened.
    pub fn goes_on(self) -> bool {
        matches!(self, Fault::FreedPage { .. } | Fault::OversizedShift { .. })
    }
}

/// A section that has a begin and an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Preemption off.
    Preempt,
    /// Bottom halves off.
    BottomHalves,
    /// An RCU reader.
    Rcu,
}

impl Section {
    /// The function that begins it.
    pub fn begin(self) -> &'static str {
        match self {
            Section::Preempt => "preempt_disable()",
            Section::BottomHalves => "local_bh_disable()",
            Section::Rcu => "rcu_read_lock()",
        }
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum EventKind {
    /// An interrupt-like context begins.
    Enter {
        run: RunId,
    },
    /// A context ends; the entry function's value.
    Exit {
        run: RunId,
        value: u64,
    },
    /// A task goes on the CPU.
    Switch {
        to: TaskId,
    },
    Call {
        func: FuncId,
    },
    Return {
        func: FuncId,
        value: u64,
    },
    /// First attempt, also when it then waits; `usage` is what lockdep knew of the class
    /// before, `inversion` what it knew of the order.
    LockWanted {
        lock: LockRef,
        usage: Usage,
        inversion: Option<Box<Inversion>>,
        now: Box<Now>,
    },
    /// `waited`: another context held it.
    LockAcquired {
        lock: LockRef,
        waited: bool,
    },
    TrylockFailed(LockRef),
    /// The context cannot go on before this lock is released.
    LockBusy(LockRef),
    LockReleased(LockRef),
    /// The entry function ended with `n_locks` held, or with `preempt_count` changed by it.
    LeftUnbalanced {
        n_locks: u32,
        preempt_count: u32,
        expected: u32,
    },
    /// It ended with interrupts on that were off when it began, or the other way round.
    IrqsLeft {
        off: bool,
    },
    /// A section was ended that had not begun.
    NotBegun {
        section: Section,
    },
    /// The end of a section that a report has ended already: see `gives_up_cpu()`.
    CountLost,
    /// Released although this context does not hold it.
    BadUnlock(LockRef),
    /// `might_sleep()` in the code, or a sleeping lock's own on PREEMPT_RT (`lock`).
    MightSleep {
        file: String,
        line: u32,
        lock: bool,
        now: Box<Now>,
    },
    /// The context gives up the CPU to wait.
    Schedule {
        now: Box<Now>,
    },
    PreemptCount {
        from: u32,
        to: u32,
    },
    Irqs {
        off: bool,
    },
    Printk(String),
    Warning {
        file: String,
        line: u32,
        text: String,
    },
    /// An assertion of `CONFIG_DEBUG_VM`, which is off: nobody is told.
    VmBug {
        file: String,
        line: u32,
        text: String,
    },
    ListCorruption(String),
    Bug {
        file: String,
        line: u32,
    },
    Panic(String),
    Fault(Fault),
    /// Pages are handed out (`in_use`) or taken back.
    PagesMapped {
        pfn: u64,
        n_pages: u64,
        in_use: bool,
        already: bool,
    },
    /// What becomes of an object, and what is wrong with that.
    Object {
        addr: u64,
        fate: Fate,
        problem: Option<Misfate>,
    },
    /// A service is set off.
    Armed {
        run: RunId,
    },
    /// The environment chose.
    Chosen {
        choice: u32,
        of: u32,
    },
}
