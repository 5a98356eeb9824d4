//! Contexts: what runs on a CPU, and which contexts a scenario can name.

use super::RunId;
use super::event::LockRef;
use crate::config::Config;
use crate::program::FuncId;
use crate::syntax::source::Span;

/// The four levels a CPU distinguishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ContextKind {
    /// A task, kernel threads included.
    Task,
    /// Serving a softirq.
    Softirq,
    /// A hard interrupt; `threaded` ones would run in a thread on PREEMPT_RT, and lockdep knows.
    Hardirq {
        /// `current->hardirq_threaded` or `irq_config` (see `task_wait_context()`).
        threaded: bool,
    },
    /// A non-maskable interrupt.
    Nmi,
}

impl ContextKind {
    /// What `preempt_count` gains on entry (`include/linux/preempt.h`).
    pub fn preempt_offset(self) -> u32 {
        match self {
            ContextKind::Task => 0,
            ContextKind::Softirq => SOFTIRQ_OFFSET,
            ContextKind::Hardirq { .. } => HARDIRQ_OFFSET,
            ContextKind::Nmi => NMI_OFFSET + HARDIRQ_OFFSET,
        }
    }

    /// One word for people.
    pub fn word(self) -> &'static str {
        match self {
            ContextKind::Task => "task",
            ContextKind::Softirq => "softirq",
            ContextKind::Hardirq { .. } => "hardirq",
            ContextKind::Nmi => "NMI",
        }
    }

    /// 0 task, 1 softirq, 2 hardirq, 3 NMI.
    pub fn level(self) -> usize {
        match self {
            ContextKind::Task => 0,
            ContextKind::Softirq => 1,
            ContextKind::Hardirq { .. } => 2,
            ContextKind::Nmi => 3,
        }
    }
}

/// One nesting of `preempt_disable()`.
pub const PREEMPT_OFFSET: u32 = 1;
/// Serving a softirq.
pub const SOFTIRQ_OFFSET: u32 = 0x100;
/// One nesting of `local_bh_disable()`.
pub const SOFTIRQ_DISABLE_OFFSET: u32 = 0x200;
/// A hard interrupt.
pub const HARDIRQ_OFFSET: u32 = 0x1_0000;
/// An NMI, which adds [`HARDIRQ_OFFSET`] too.
pub const NMI_OFFSET: u32 = 0x10_0000;

/// A function that is being executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Frame {
    /// Which.
    pub func: FuncId,
    /// The next instruction.
    pub pc: u32,
    /// Where its registers begin in [`Context::regs`].
    pub regs: u32,
    /// Where its memory begins, as an offset in the context's stack.
    pub memory: u32,
    /// The caller's register that receives the value.
    pub dst: u16,
}

/// A lock that is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Held {
    /// Which.
    pub lock: LockRef,
    /// Where it was taken.
    pub span: Span,
}

/// Where a `__choose(n)` stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Choosing {
    /// None is under way.
    No,
    /// One of `0..n` must be chosen.
    Open(u32),
    /// This one was.
    Made(u32),
}

/// A thread of execution: a task or an interrupt.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Context {
    /// Its level.
    pub kind: ContextKind,
    /// Which of the scenario's runs it executes.
    pub run: RunId,
    /// The call stack, outermost first; empty when finished.
    pub frames: Vec<Frame>,
    /// The registers of all frames.
    pub regs: Vec<u64>,
    /// Address of its stack.
    pub stack: u64,
    /// Bytes of it in use.
    pub stack_used: u32,
    /// Nesting of `atomic { }`.
    pub atomic: u16,
    /// The lock it waits for; the instruction is repeated when that is free.
    pub waits_for: Option<LockRef>,
    /// A choice of the environment that is open or made.
    pub choosing: Choosing,
    /// Its last step asked the scheduler for another task: `schedule()`, `cond_resched()`.
    pub may_switch: bool,
    /// The locks it holds, oldest first.
    pub held: Vec<Held>,
    /// Depth of RCU readers.
    pub rcu_depth: u32,
    /// Depth of `migrate_disable()`.
    pub migrate_disable: u32,
    /// Depth of `local_bh_disable()` of a task on PREEMPT_RT.
    pub bh_disable: u32,
    /// Whether interrupts were masked when it interrupted; restored at its end.
    pub irqs_off_before: bool,
    /// `preempt_count` of what it interrupted; restored at its end.
    pub preempt_count_before: u32,
    /// What the report of a switch out of an atomic context took from `preempt_count`.
    pub count_lost: u32,
    /// What waits for it to leave its RCU reader: a grace period, queued objects; see [`super::object`].
    pub holds: u32,
}

impl Context {
    /// Becomes equal to another one, in the room it has.
    pub fn copy_from(&mut self, other: &Context) {
        let mut frames = std::mem::take(&mut self.frames);
        let mut regs = std::mem::take(&mut self.regs);
        let mut held = std::mem::take(&mut self.held);
        frames.clone_from(&other.frames);
        regs.clone_from(&other.regs);
        held.clone_from(&other.held);
        *self = Context {
            frames,
            regs,
            held,
            ..*other
        };
    }
}

/// `sched_set_fifo()`: the middle of the real-time priorities.
const FIFO_PRIO: u8 = 50;
/// `sched_set_fifo_low()`
const FIFO_PRIO_LOW: u8 = 1;
/// The stop class, above `SCHED_FIFO`.
pub const STOPPER_PRIO: u8 = 100;

/// The words of the design's vocabulary.
pub const CONTEXT_NAMES: &[&str] = &[
    "task",
    "preempt_disable",
    "local_irq_disable",
    "local_bh_disable",
    "rcu_read_lock",
    "rcu_read_lock_sched",
    "rcu_read_lock_bh",
    "spin_lock",
    "spin_lock_bh",
    "spin_lock_irqsave",
    "raw_spin_lock",
    "raw_spin_lock_irqsave",
    "read_lock",
    "write_lock",
    "mutex",
    "write_seqlock",
    "bit_spin_lock",
    "local_lock",
    "migrate_disable",
    "pf_memalloc",
    "timer",
    "timer_irqsafe",
    "tasklet",
    "rcu_callback",
    "hrtimer",
    "hrtimer_hard",
    "hrtimer_soft",
    "irq_work",
    "irq_work_hard",
    "ipi",
    "stop_machine",
    "workqueue",
    "kthread_fifo",
    "irq_handler",
    "irq_handler_nothread",
    "irq_thread",
    "nmi",
];

/// How a named context is realised on a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The level it runs at.
    pub kind: ContextKind,
    /// The C function that wraps the call (`context_raw_spin_lock`), when it is not bare.
    pub wrapped: bool,
    /// Preemption is off from the begin.
    pub preempt_off: bool,
    /// Interrupts are off from the begin (hard interrupts and NMI always).
    pub irqs_off: bool,
    /// A task that serves softirqs or a forced-threaded handler: bottom halves are off.
    pub bh_off: bool,
    /// It begins inside `rcu_read_lock()`.
    pub rcu_reader: bool,
    /// The priority of a thread of `SCHED_FIFO`, 1 to 99; 0 for ordinary tasks. [`STOPPER_PRIO`] is
    /// above all, and stops the other CPUs.
    pub prio: u8,
}

/// What a context's name means on this configuration; `None` for unknown names.
///
/// Sources: v5.9 `kernel/softirq.c`, `kernel/irq/manage.c`, `kernel/time/hrtimer.c`,
/// `kernel/irq_work.c`, and for PREEMPT_RT v6.12's.
pub fn placement(name: &str, config: &Config) -> Option<Placement> {
    let bare = |kind| Placement {
        kind,
        wrapped: false,
        preempt_off: false,
        irqs_off: matches!(kind, ContextKind::Hardirq { .. } | ContextKind::Nmi),
        bh_off: false,
        rcu_reader: false,
        prio: 0,
    };
    let task = bare(ContextKind::Task);
    let bh_task = Placement {
        bh_off: true,
        ..task
    };
    let hard = |threaded| bare(ContextKind::Hardirq { threaded });
    Some(match name {
        "task" | "workqueue" => task,
        "kthread_fifo" | "irq_thread" => Placement {
            prio: FIFO_PRIO,
            ..task
        },
        "stop_machine" => Placement {
            prio: STOPPER_PRIO,
            preempt_off: true,
            irqs_off: true,
            ..task
        },
        "timer" | "tasklet" | "rcu_callback" | "hrtimer_soft" if config.rt => bh_task,
        "timer" | "tasklet" | "rcu_callback" | "hrtimer_soft" => bare(ContextKind::Softirq),
        "timer_irqsafe" if config.rt => Placement {
            irqs_off: true,
            ..bh_task
        },
        "timer_irqsafe" => Placement {
            irqs_off: true,
            ..bare(ContextKind::Softirq)
        },
        "hrtimer" if config.rt => bh_task,
        "irq_handler" if config.rt => Placement {
            prio: FIFO_PRIO,
            ..bh_task
        },
        // The thread that runs them on PREEMPT_RT is an RCU reader meanwhile (v6.12 run_irq_workd()).
        "irq_work" if config.rt => Placement {
            rcu_reader: true,
            prio: FIFO_PRIO_LOW,
            ..task
        },
        "hrtimer" | "irq_handler" | "irq_work" => hard(true),
        "hrtimer_hard" | "irq_work_hard" | "ipi" | "irq_handler_nothread" => hard(false),
        "nmi" => bare(ContextKind::Nmi),
        _ if CONTEXT_NAMES.contains(&name) => Placement {
            wrapped: true,
            ..task
        },
        _ => return None,
    })
}
