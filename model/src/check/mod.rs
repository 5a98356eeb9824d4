//! The checks: each looks at what one step did and says what is wrong with it.
//!
//! A check sees the state before, the events, and the state after; it writes nothing but
//! [`Finding`]s. [`advance`] performs an action, asks all checks, and keeps in the machine's
//! [`Console`](crate::machine::Console) what a kernel would have printed, since that decides what it
//! prints later (lockdep reports once, `might_sleep()` once a second).
//!
//! A rule is broken whether or not this configuration has the detector that says so: a finding that
//! is not [`Finding::printed`] is "wrong, and silent here".

mod circular;
mod deadlock;
mod finding;
mod integrity;
mod irq_usage;
mod kvfree_rcu;
mod lock_balance;
mod memory_error;
mod might_sleep;
mod percpu_race;
mod rcu_usage;
mod recursion;
mod repetition;
mod report_lines;
mod schedule_atomic;
mod serial_console;
mod wait_context;

use std::rc::Rc;

use crate::inspect;
use crate::machine::context::{ContextKind, Held};
use crate::machine::event::{LockRef, LockType, Section};
use crate::machine::footprint::Footprint;
use crate::machine::{Action, Console, CpuId, Event, EventKind, Machine};
use crate::syntax::source::Span;
pub use finding::{Class, Detail, Finding, Rule};
pub use wait_context::{WaitType, context_type, wait_types};

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
    let mut events = Vec::new();
    let findings = perform(&mut after, action, &mut events, None);
    Transition {
        after,
        events,
        findings,
    }
}

/// The same in place; the events come into an empty vector that can be used again.
pub fn perform(
    machine: &mut Machine,
    action: Action,
    events: &mut Vec<Event>,
    footprint: Option<&mut Footprint>,
) -> Vec<Finding> {
    let mut findings = perform_step(machine, action, events, footprint);
    if let Some(found) = deadlock(machine) {
        Rc::make_mut(&mut machine.console).broken |= 1 << found.rule as u32;
        findings.push(found);
    }
    findings
}

/// What is wrong with a state in which nothing is possible.
pub fn deadlock(machine: &Machine) -> Option<Finding> {
    deadlock::check(machine)
}

/// [`perform`] without a look at what is possible next: [`deadlock`] is left to the caller.
pub fn perform_step(
    machine: &mut Machine,
    action: Action,
    events: &mut Vec<Event>,
    footprint: Option<&mut Footprint>,
) -> Vec<Finding> {
    let held = held_before(machine, action);
    let watch = percpu_race::watch(machine, action, &held);
    let mut findings = Vec::new();
    let mut own = Footprint::default();
    let footprint = footprint.or(watch.is_some().then_some(&mut own));
    if let Some(found) = step_watched(machine, action, events, footprint, watch) {
        Rc::make_mut(&mut machine.console).broken |= 1 << found.rule as u32;
        findings.push(found);
    }
    if events.iter().any(|event| concerns_checks(machine, event)) {
        let mut console = (*machine.console).clone();
        for event in events.iter() {
            for found in judge(machine, event, &console) {
                note(machine, &mut console, event, found, &mut findings);
            }
            note_output(machine, &held, &mut console, event, &mut findings);
            console.null |= is_null(machine, event);
        }
        let at_rest = integrity::at_rest(machine, events, &console);
        let at_end = kvfree_rcu::at_end(machine, events, &console);
        for found in at_rest.into_iter().chain(at_end) {
            console.broken |= 1 << found.rule as u32;
            findings.push(found);
        }
        if *machine.console != console {
            machine.console = Rc::new(console);
        }
    }
    repetition::without(findings)
}

/// Performs the action, and looks whether it wrote where it must not.
fn step_watched(
    machine: &mut Machine,
    action: Action,
    events: &mut Vec<Event>,
    footprint: Option<&mut Footprint>,
    watch: Option<percpu_race::Watch>,
) -> Option<Finding> {
    let Some(footprint) = footprint else {
        machine.step_into(action, events, None);
        return None;
    };
    machine.step_into(action, events, Some(footprint));
    percpu_race::check(machine, &watch?, events, footprint)
}

/// The locks that the context holds which is about to step.
fn held_before(machine: &Machine, action: Action) -> Vec<Held> {
    match action {
        Action::Step(cpu) | Action::Choose(cpu, _) => {
            machine.top(cpu).map_or_else(Vec::new, |c| c.held.clone())
        }
        Action::Arrive(_) | Action::Switch(..) => Vec::new(),
    }
}

/// Whether any check looks at such an event; most are of no interest to all of them.
pub fn concerns_checks(machine: &Machine, event: &Event) -> bool {
    match event.kind {
        EventKind::Return { .. } => is_null(machine, event),
        EventKind::Enter { .. }
        | EventKind::Switch { .. }
        | EventKind::Call { .. }
        | EventKind::LockAcquired { .. }
        | EventKind::TrylockFailed(_)
        | EventKind::LockBusy(_)
        | EventKind::LockReleased(_)
        | EventKind::PreemptCount { .. }
        | EventKind::Irqs { .. }
        | EventKind::Armed { .. }
        | EventKind::Chosen { .. } => false,
        _ => true,
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
    let mut all: Vec<Finding> = rcu_usage::check(before, event, console)
        .into_iter()
        .collect();
    match event.kind {
        EventKind::LockWanted { .. } => all.extend(judge_lock(before, event, console)),
        _ => all.extend(judge_event(before, event, console)),
    }
    all
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
            // preempt_count_sub() asks whether any lock debugging has spoken before.
            let printed = match section {
                Section::Rcu => lockdep,
                Section::Preempt | Section::BottomHalves => {
                    config.debug_preempt && !console.lockdep_off
                }
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
        EventKind::CountLost => {
            let text = "WARNING: at kernel/sched/core.c DEBUG_LOCKS_WARN_ON(val > preempt_count())";
            let printed = config.debug_preempt && !console.lockdep_off;
            let detail = Detail::Text(text.into());
            printed.then(|| draft(Rule::ScheduleAtomic, Some(Class::Warning), true, detail))
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
        EventKind::Object {
            addr,
            problem: Some(problem),
            ..
        } => {
            let text = kvfree_rcu::text(*addr, *problem);
            Some(draft(Rule::KvfreeRcu, None, false, Detail::Text(text)))
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
        | EventKind::LockWanted { .. }
        | EventKind::LockAcquired { .. }
        | EventKind::TrylockFailed(_)
        | EventKind::LockBusy(_)
        | EventKind::LockReleased(_)
        | EventKind::PreemptCount { .. }
        | EventKind::Irqs { .. }
        | EventKind::Printk(_)
        | EventKind::PagesMapped { .. }
        | EventKind::Object { .. }
        | EventKind::Armed { .. }
        | EventKind::Chosen { .. } => None,
    }
}

/// lockdep's tests of an acquisition, in its order, up to the first that it reports: wait context,
/// usage, recursion, order. In NMI it makes only the usage test.
fn judge_lock(before: &Machine, event: &Event, console: &Console) -> Vec<Finding> {
    let EventKind::LockWanted {
        lock,
        usage,
        inversion,
        now,
    } = &event.kind
    else {
        return Vec::new();
    };
    let config = before.config();
    let lockdep = config.prove_locking && !console.lockdep_off;
    let found = |rule, class, printed, detail| Finding {
        rule,
        class: Some(class),
        printed,
        deferred: false,
        cpu: event.cpu,
        context: event.context,
        span: event.span,
        detail,
    };
    let waits = (now.context != ContextKind::Nmi).then(|| wait_context::check(lock, now));
    let wait_type = waits.flatten().map(|(lock_type, context)| {
        let printed = lockdep && config.prove_raw_lock_nesting;
        let detail = Detail::WaitType {
            lock: *lock,
            lock_type,
            context,
            usage: *usage,
            now: now.clone(),
        };
        found(Rule::WaitType, Class::InvalidWaitContext, printed, detail)
    });
    let irq_usage = irq_usage::check(lock, *usage, now).map(|(from, to)| {
        let detail = Detail::IrqUsage {
            lock: *lock,
            usage: *usage,
            from,
            to,
            now: now.clone(),
        };
        found(
            Rule::IrqUsage,
            Class::InconsistentLockState,
            lockdep,
            detail,
        )
    });
    let recursion = recursion::check(lock, now).map(|held| {
        let detail = Detail::Recursion {
            lock: *lock,
            held: held.lock,
            held_at: held.span,
            usage: *usage,
            now: now.clone(),
        };
        found(Rule::LockRecursion, Class::Recursive, lockdep, detail)
    });
    let order = circular::check(inversion.as_deref()).map(|inversion| {
        let detail = Detail::Order {
            lock: *lock,
            usage: *usage,
            inversion: Box::new(inversion),
            now: now.clone(),
        };
        found(Rule::LockOrder, Class::Circular, lockdep, detail)
    });
    let tests = [wait_type, irq_usage, recursion, order];
    let mut all: Vec<Finding> = tests.into_iter().flatten().collect();
    let reported = all.iter().position(|f| f.printed);
    all.truncate(reported.map_or(all.len(), |n| n + 1));
    all
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
        for &class in before_panic(event) {
            print(console, Some(class), false);
        }
    }
    // DEBUG_LOCKS_WARN_ON() and lockdep's report of a bad unlock switch it off, as all its reports do.
    console.lockdep_off |= matches!(
        event.kind,
        EventKind::NotBegun { .. } | EventKind::CountLost | EventKind::BadUnlock(_)
    );
    print(console, finding.class, finding.deferred);
    all.push(finding);
    if let Some(found) = followed {
        print(console, found.class, found.deferred);
        all.push(found);
    }
}

/// How `die()` introduces itself.
fn before_panic(event: &Event) -> &'static [Class] {
    match event.kind {
        EventKind::Bug { .. } => &[Class::Warning, Class::Oops],
        EventKind::Fault(_) => &[Class::Oops],
        _ => &[],
    }
}

/// Reports that the modelled C prints itself, and the end of an NMI, which lets its output out.
fn note_output(
    machine: &Machine,
    held: &[Held],
    console: &mut Console,
    event: &Event,
    all: &mut Vec<Finding>,
) {
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
            if let Some(found) = serial_console::after_printk(machine, held, event, console) {
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
