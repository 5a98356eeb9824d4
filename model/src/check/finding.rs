//! Rules, report classes, and what a check found.

use crate::machine::CpuId;
use crate::machine::context::ContextKind;
use crate::machine::event::{Fault, LockRef, Now};
use crate::machine::lockdep::{Inversion, Usage};
use crate::syntax::source::Span;

use super::WaitType;

macro_rules! names {
    ($(#[$meta:meta])* $name:ident { $($(#[doc = $doc:literal])* $variant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[doc = $doc])* $variant,)* }

        impl $name {
            /// All of them.
            pub const ALL: &[$name] = &[$($name::$variant,)*];

            /// The name used everywhere.
            pub fn name(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }

            /// The one of that name.
            pub fn from_name(name: &str) -> Option<$name> {
                Self::ALL.iter().copied().find(|v| v.name() == name)
            }
        }
    };
}

names! {
    /// What may not be done; each has a section in the book's chapter on rules.
    Rule {
        /// Something that may sleep, where nothing may.
        MightSleep = "R-might-sleep",
        /// Gave up the CPU where nothing may.
        ScheduleAtomic = "R-schedule-atomic",
        /// A lock inside a lock or context that must not wait for it.
        WaitType = "R-wait-type",
        /// A lock class used both inside and outside an interrupt level that can interrupt its holder.
        IrqUsage = "R-irq-usage",
        /// Something that may sleep inside an RCU read section.
        RcuUsage = "R-rcu-usage",
        /// A lock of a class this context holds already.
        LockRecursion = "R-lock-recursion",
        /// Two lock classes taken in either order.
        LockOrder = "R-lock-order",
        /// Released what it did not hold, or kept what it took.
        LockBalance = "R-lock-balance",
        /// Nothing can go on.
        Deadlock = "R-deadlock",
        /// A list whose links contradict each other.
        ListIntegrity = "R-list-integrity",
        /// A page handed out or freed twice, lost, or on two lists.
        PageIntegrity = "R-page-integrity",
        /// An object freed twice, never, or before its grace period is over.
        KvfreeRcu = "R-kvfree-rcu",
        /// A per-CPU structure written by one context inside the section of another.
        PercpuRace = "R-percpu-race",
        /// A memory error of the C text.
        Memory = "R-memory",
        /// A loop that does not end.
        Endless = "R-endless",
        /// `WARN_ON()`, `BUG_ON()` or `panic()` of the C text itself.
        Warning = "R-warning",
    }
}

names! {
    /// Classes of kernel reports, as the records of booted kernels name them.
    Class {
        /// `BUG: sleeping function called from invalid context`
        SleepingInAtomic = "sleeping-in-atomic",
        /// `BUG: scheduling while atomic`
        SchedulingWhileAtomic = "scheduling-while-atomic",
        /// `[ BUG: Invalid wait context ]`
        InvalidWaitContext = "invalid-wait-context",
        /// `WARNING: inconsistent lock state`
        InconsistentLockState = "inconsistent-lock-state",
        /// `WARNING: possible recursive locking detected`
        Recursive = "recursive",
        /// `WARNING: possible circular locking dependency detected`
        Circular = "circular",
        /// `WARNING: suspicious RCU usage`
        RcuUsage = "rcu-usage",
        /// `list_add corruption`, `list_del corruption`
        ListCorruption = "list-corruption",
        /// `page allocation failure`
        AllocFailure = "alloc-failure",
        /// `SLUB: Unable to allocate memory`
        SlubFailure = "slub-failure",
        /// The OOM killer.
        OomKill = "oom-kill",
        /// `WARNING:`
        Warning = "warning",
        /// `Oops:`, `general protection fault`, `BUG: unable to handle`
        Oops = "oops",
        /// `Kernel panic`; every oops of the model ends so
        Panic = "panic",
    }
}

impl Class {
    /// Whether lockdep prints it; it switches itself off with its first report.
    pub fn from_lockdep(self) -> bool {
        matches!(
            self,
            Class::InvalidWaitContext
                | Class::InconsistentLockState
                | Class::Recursive
                | Class::Circular
                | Class::RcuUsage
        )
    }
}

/// The participants of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Detail {
    Sleep {
        file: String,
        line: u32,
        lock: bool,
        now: Box<Now>,
    },
    Schedule {
        now: Box<Now>,
    },
    WaitType {
        lock: LockRef,
        lock_type: WaitType,
        context: WaitType,
        usage: Usage,
        now: Box<Now>,
    },
    IrqUsage {
        lock: LockRef,
        usage: Usage,
        from: &'static str,
        to: &'static str,
        now: Box<Now>,
    },
    Recursion {
        lock: LockRef,
        held: LockRef,
        held_at: Span,
        usage: Usage,
        now: Box<Now>,
    },
    Order {
        lock: LockRef,
        usage: Usage,
        inversion: Box<Inversion>,
        now: Box<Now>,
    },
    Balance {
        text: String,
    },
    Deadlock {
        waiting: Vec<(String, Option<LockRef>)>,
    },
    List {
        text: String,
    },
    Page {
        pfn: u64,
        text: String,
    },
    Fault(Fault),
    Rcu {
        word: &'static str,
        now: Box<Now>,
    },
    Text(String),
}

/// One rule broken at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// The report a kernel with the right detector prints; none for what no detector sees.
    pub class: Option<Class>,
    /// This kernel prints it.
    pub printed: bool,
    /// Printed from NMI: appears when the NMI returns.
    pub deferred: bool,
    /// The CPU.
    pub cpu: CpuId,
    /// The innermost context.
    pub context: ContextKind,
    /// The statement.
    pub span: Span,
    /// Who takes part.
    pub detail: Detail,
}
