//! The checks: each looks at what one step did and says what is wrong with it.
//!
//! A check sees the state before, the events, and the state after; it writes nothing but
//! [`Finding`]s. [`advance`] performs an action, asks all checks, and keeps in the machine's
//! [`Console`](crate::machine::Console) what a kernel would have printed, since that decides what it
//! prints later (lockdep reports once, `might_sleep()` once a second).
//!
//! A rule is broken whether or not this configuration has the detector that says so: a finding that
//! is not [`Finding::printed`] is "wrong, and silent here".

mod deadlock;
mod integrity;
mod irq_usage;
mod lock_balance;
mod memory_error;
mod might_sleep;
mod rcu_usage;
mod recursion;
mod report_lines;
mod schedule_atomic;
mod serial_console;
mod wait_context;

use std::rc::Rc;

use crate::inspect;
use crate::machine::context::ContextKind;
use crate::machine::event::{Fault, LockRef, LockType, Now};
use crate::machine::lockdep::Usage;
use crate::machine::{Action, Console, CpuId, Event, EventKind, Machine};
use crate::syntax::source::Span;
pub use wait_context::{WaitType, context_type, wait_types};

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
        /// Released what it did not hold, or kept what it took.
        LockBalance = "R-lock-balance",
        /// Nothing can go on.
        Deadlock = "R-deadlock",
        /// A list whose links contradict each other.
        ListIntegrity = "R-list-integrity",
        /// A page handed out or freed twice, lost, or on two lists.
        PageIntegrity = "R-page-integrity",
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
        /// The OOM killer.
        OomKill = "oom-kill",
        /// `WARNING:`
        Warning = "warning",
        /// An oops or `Kernel panic`
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

/// What one action did.
#[derive(Clone, Debug)]
pub struct Transition {
    /// The state after it.
    pub after: Machine,
    /// What happened.
    pub events: Vec<Event>,
    /// What was wrong with it.
    pub findings: Vec<Finding>,
}

/// Performs an enabled action and asks all checks.
pub fn advance(before: &Machine, action: Action) -> Transition {
    let mut after = before.clone();
    let events = after.step(action);
    let mut console = (*after.console).clone();
    let mut findings = Vec::new();
    for event in &events {
        for found in judge(before, event, &console) {
            note(before, &mut console, event, found, &mut findings);
        }
        note_output(before, &mut console, event, &mut findings);
        console.null |= is_null(before, event);
    }
    if let Some(found) = integrity::at_rest(&after, &events, &console) {
        console.broken |= 1 << found.rule as u32;
        findings.push(found);
    }
    after.console = Rc::new(console.clone());
    if let Some(found) = deadlock::check(&after) {
        console.broken |= 1 << found.rule as u32;
        findings.push(found);
        after.console = Rc::new(console);
    }
    Transition {
        after,
        events,
        findings,
    }
}

/// What a search says of a state from which no end can be reached.
pub fn endless(machine: &Machine) -> Finding {
    let cpus = (0..machine.setup().n_cpus).map(CpuId);
    let running = cpus
        .filter_map(|cpu| machine.top(cpu).map(|top| (cpu, top)))
        .next();
    let (cpu, context, span) = running.map_or(
        (CpuId(0), ContextKind::Task, Span::default()),
        |(cpu, top)| {
            let place = machine
                .positions(top)
                .last()
                .map_or_else(Span::default, |p| p.span);
            (cpu, top.kind, place)
        },
    );
    Finding {
        rule: Rule::Endless,
        class: None,
        printed: false,
        deferred: false,
        cpu,
        context,
        span,
        detail: Detail::Text("from here on nothing can end it, whatever happens next".into()),
    }
}

/// An allocation that returns NULL is no violation, but scenarios ask for it.
fn is_null(machine: &Machine, event: &Event) -> bool {
    matches!(event.kind, EventKind::Return { func, value: 0 }
        if inspect::is_allocator(machine.program(), func))
}

/// What the checks object to, in the order in which a kernel's own tests come.
fn judge(before: &Machine, event: &Event, console: &Console) -> Vec<Finding> {
    let rcu = rcu_usage::check(before, event, console);
    rcu.into_iter()
        .chain(judge_event(before, event, console))
        .collect()
}

fn judge_event(before: &Machine, event: &Event, console: &Console) -> Option<Finding> {
    let config = before.config();
    let seen = |class: Class| console.printed.contains(&(class as u8));
    let lockdep = config.prove_locking && !console.lockdep_off;
    let draft = |rule, class, printed, detail| Finding {
        rule,
        class,
        printed,
        deferred: false,
        cpu: event.cpu,
        context: event.context,
        span: event.span,
        detail,
    };
    match &event.kind {
        EventKind::MightSleep {
            file,
            line,
            lock,
            now,
        } => might_sleep::check(now, *lock, config.preempt_rcu()).then(|| {
            let printed = config.debug_atomic_sleep && !seen(Class::SleepingInAtomic);
            let detail = Detail::Sleep {
                file: file.clone(),
                line: *line,
                lock: *lock,
                now: now.clone(),
            };
            draft(
                Rule::MightSleep,
                Some(Class::SleepingInAtomic),
                printed,
                detail,
            )
        }),
        EventKind::Schedule { now } => schedule_atomic::check(now).then(|| {
            let printed = before.visible_preempt_count(now.preempt_count) != 0;
            let class = Some(Class::SchedulingWhileAtomic);
            draft(
                Rule::ScheduleAtomic,
                class,
                printed,
                Detail::Schedule { now: now.clone() },
            )
        }),
        EventKind::LockWanted { lock, usage, now } => {
            judge_lock(before, lock, *usage, now, lockdep)
                .map(|(rule, class, printed, detail)| draft(rule, Some(class), printed, detail))
        }
        EventKind::BadUnlock(_) | EventKind::LeftUnbalanced { .. } => {
            let detail = Detail::Balance {
                text: lock_balance::text(before, &event.kind),
            };
            Some(draft(
                Rule::LockBalance,
                Some(Class::Warning),
                lockdep,
                detail,
            ))
        }
        EventKind::NotBegun { section } => {
            let printed = if section.starts_with("rcu") {
                lockdep
            } else {
                config.debug_preempt
            };
            let detail = Detail::Balance {
                text: lock_balance::text(before, &event.kind),
            };
            Some(draft(
                Rule::LockBalance,
                Some(Class::Warning),
                printed,
                detail,
            ))
        }
        EventKind::IrqsLeft { off } => {
            // __handle_irq_event_percpu() looks at it in every configuration.
            let handler = matches!(event.context, ContextKind::Hardirq { .. });
            let detail = Detail::Balance {
                text: lock_balance::text(before, &event.kind),
            };
            Some(draft(
                Rule::LockBalance,
                Some(Class::Warning),
                handler && !off,
                detail,
            ))
        }
        EventKind::ListCorruption(text) => {
            let detail = Detail::List { text: text.clone() };
            Some(draft(
                Rule::ListIntegrity,
                Some(Class::ListCorruption),
                true,
                detail,
            ))
        }
        EventKind::PagesMapped {
            pfn,
            n_pages,
            in_use,
            already: true,
        } => {
            let text = integrity::mapped_twice(*pfn, *n_pages, *in_use);
            Some(draft(
                Rule::PageIntegrity,
                None,
                false,
                Detail::Page { pfn: *pfn, text },
            ))
        }
        EventKind::Fault(fault) => {
            let (rule, class, printed) = memory_error::judge(*fault);
            Some(draft(rule, class, printed, Detail::Fault(*fault)))
        }
        EventKind::Warning { file, line, text } => {
            let text = format!("WARNING: at {file}:{line} {text}");
            Some(draft(
                Rule::Warning,
                Some(Class::Warning),
                true,
                Detail::Text(text),
            ))
        }
        EventKind::VmBug { file, line, text } => {
            let text = format!("VM_BUG_ON_PAGE({text}) at {file}:{line}, which is not compiled in");
            Some(draft(Rule::PageIntegrity, None, false, Detail::Text(text)))
        }
        EventKind::Bug { file, line } => {
            let text = format!("kernel BUG at {file}:{line}!");
            Some(draft(
                Rule::Warning,
                Some(Class::Panic),
                true,
                Detail::Text(text),
            ))
        }
        EventKind::Panic(text) => {
            let text = format!("Kernel panic - not syncing: {text}");
            Some(draft(
                Rule::Warning,
                Some(Class::Panic),
                true,
                Detail::Text(text),
            ))
        }
        EventKind::Enter { .. }
        | EventKind::Exit { .. }
        | EventKind::Switch { .. }
        | EventKind::Call { .. }
        | EventKind::Return { .. }
        | EventKind::LockAcquired { .. }
        | EventKind::TrylockFailed(_)
        | EventKind::LockBusy(_)
        | EventKind::LockReleased(_)
        | EventKind::PreemptCount { .. }
        | EventKind::Irqs { .. }
        | EventKind::Printk(_)
        | EventKind::PagesMapped { .. }
        | EventKind::Chosen { .. } => None,
    }
}

type LockVerdict = (Rule, Class, bool, Detail);

/// lockdep's tests of an acquisition, in its order: wait context, usage, recursion. In NMI it makes
/// only the usage test.
fn judge_lock(
    before: &Machine,
    lock: &LockRef,
    usage: Usage,
    now: &Now,
    lockdep: bool,
) -> Option<LockVerdict> {
    let config = before.config();
    if now.context != ContextKind::Nmi
        && let Some((lock_type, context)) = wait_context::check(lock, now)
    {
        let printed = lockdep && config.prove_raw_lock_nesting;
        let detail = Detail::WaitType {
            lock: *lock,
            lock_type,
            context,
            usage,
            now: now.clone().into(),
        };
        return Some((Rule::WaitType, Class::InvalidWaitContext, printed, detail));
    }
    if let Some((from, to)) = irq_usage::check(lock, usage, now) {
        let detail = Detail::IrqUsage {
            lock: *lock,
            usage,
            from,
            to,
            now: now.clone().into(),
        };
        return Some((
            Rule::IrqUsage,
            Class::InconsistentLockState,
            lockdep,
            detail,
        ));
    }
    let held = recursion::check(lock, now)?;
    let detail = Detail::Recursion {
        lock: *lock,
        held: held.lock,
        held_at: held.span,
        usage,
        now: now.clone().into(),
    };
    Some((Rule::LockRecursion, Class::Recursive, lockdep, detail))
}

/// Enters a finding into the console's memory.
fn note(
    machine: &Machine,
    console: &mut Console,
    event: &Event,
    mut finding: Finding,
    all: &mut Vec<Finding>,
) {
    console.broken |= 1 << finding.rule as u32;
    if !finding.printed {
        return all.push(finding);
    }
    let panics = finding.class == Some(Class::Panic);
    finding.deferred = event.context == ContextKind::Nmi && !panics;
    let mut followed = serial_console::check(machine, event, console, &finding);
    // lockdep_rcu_suspicious() prints an empty line first: the console's report comes before its own.
    let first = finding.class == Some(Class::RcuUsage);
    if let Some(found) = followed.take_if(|_| first) {
        print(console, found.class, found.deferred);
        all.push(found);
    }
    if panics {
        flush(console);
    }
    print(console, finding.class, finding.deferred);
    all.push(finding);
    if let Some(found) = followed {
        print(console, found.class, found.deferred);
        all.push(found);
    }
}

/// Reports that the modelled C prints itself, and the end of an NMI, which lets its output out.
fn note_output(machine: &Machine, console: &mut Console, event: &Event, all: &mut Vec<Finding>) {
    match &event.kind {
        EventKind::Printk(line) => {
            let Some((class, rule)) = report_lines::class(line) else {
                return;
            };
            if let Some(rule) = rule {
                console.broken |= 1 << rule as u32;
                all.push(Finding {
                    rule,
                    class: Some(class),
                    printed: true,
                    deferred: event.context == ContextKind::Nmi,
                    cpu: event.cpu,
                    context: event.context,
                    span: event.span,
                    detail: Detail::Text(line.trim_end().into()),
                });
            }
            print(console, Some(class), event.context == ContextKind::Nmi);
            if let Some(found) = serial_console::after_printk(machine, event, console) {
                print(console, found.class, found.deferred);
                all.push(found);
            }
        }
        EventKind::Exit { .. } if event.context == ContextKind::Nmi => flush(console),
        _ => {}
    }
}

fn print(console: &mut Console, class: Option<Class>, deferred: bool) {
    let Some(class) = class else { return };
    console.lockdep_off |= class.from_lockdep();
    let known =
        console.printed.contains(&(class as u8)) || console.deferred.contains(&(class as u8));
    if !known {
        let list = if deferred {
            &mut console.deferred
        } else {
            &mut console.printed
        };
        list.push(class as u8);
    }
}

fn flush(console: &mut Console) {
    let deferred = std::mem::take(&mut console.deferred);
    console.printed.extend(deferred);
}

impl Console {
    /// The classes printed, in order of appearance.
    pub fn classes(&self) -> Vec<Class> {
        self.printed
            .iter()
            .map(|&c| Class::ALL[usize::from(c)])
            .collect()
    }

    /// The rules broken, printed or not.
    pub fn rules(&self) -> Vec<Rule> {
        Rule::ALL
            .iter()
            .copied()
            .filter(|&r| self.broken & 1 << r as u32 != 0)
            .collect()
    }
}

/// Whether a lock type is known to lockdep at all.
fn known_to_lockdep(lock: &LockRef) -> bool {
    !matches!(
        lock.ty,
        LockType::Bit(_) | LockType::Rcu | LockType::RcuBh | LockType::RcuSched
    )
}
