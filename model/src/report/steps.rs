//! One step as a row of a table, and as a sentence for a screen reader.

use super::{place, splat};
use crate::explore::trace::{Step, Trace};
use crate::inspect;
use crate::machine::context::ContextKind;
use crate::machine::event::{LockRef, LockType};
use crate::machine::object::Fate;
use crate::machine::{Action, CpuId, Event, EventKind, Machine};

/// Longest statement text in a row.
pub const CODE_MAX: usize = 72;

/// Notes of one row, without its findings. A step may be a loop of any length; nobody reads more.
const NOTES_MAX: usize = 100;

/// A row of the table of steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The CPU.
    pub cpu: CpuId,
    /// The innermost context, in one word.
    pub context: &'static str,
    /// The function the step begins in.
    pub function: String,
    /// `file:line`
    pub place: String,
    /// The statement, on one line.
    pub code: String,
    /// What it did: locks, interrupts, `preempt_count`, printed lines, findings.
    pub notes: Vec<String>,
    /// How many of the notes, the last ones, are findings.
    pub findings: usize,
}

/// The row of step `n`, counted from 1; an empty one when there is no such step.
pub fn row(trace: &Trace, n: usize) -> Row {
    let Some(step) = n.checked_sub(1).and_then(|i| trace.steps.get(i)) else {
        return Row {
            cpu: CpuId(0),
            context: "",
            function: String::new(),
            place: String::new(),
            code: String::new(),
            notes: Vec::new(),
            findings: 0,
        };
    };
    let before = trace.state(n - 1);
    let mut row = begin(before, step);
    row.notes = notes(before, step);
    row.notes
        .extend(step.findings.iter().map(|f| splat::sentence(before, f)));
    row.findings = step.findings.len();
    row
}

/// Step `n` as one sentence.
pub fn live(trace: &Trace, n: usize) -> String {
    if n == 0 || n > trace.steps.len() {
        return format!("Before the first of {} steps.", trace.steps.len());
    }
    let row = row(trace, n);
    let mut text = format!("Step {n} of {}, CPU {}", trace.steps.len(), row.cpu.0);
    for part in [row.context, &row.function, &row.code] {
        if !part.is_empty() {
            text += &format!(", {part}");
        }
    }
    if !row.notes.is_empty() {
        text += &format!(": {}", row.notes.join("; "));
    }
    text.trim_end_matches(['.', ';']).to_string() + "."
}

fn begin(before: &Machine, step: &Step) -> Row {
    let program = before.program();
    let mut row = Row {
        cpu: CpuId(0),
        context: ContextKind::Task.word(),
        function: String::new(),
        place: String::new(),
        code: String::new(),
        notes: Vec::new(),
        findings: 0,
    };
    let mut entered = None;
    match step.action {
        Action::Step(cpu) | Action::Choose(cpu, _) => {
            row.cpu = cpu;
            if let Some(top) = before.top(cpu) {
                row.context = top.kind.word();
                if let Some(at) = before.positions(top).last() {
                    row.function = program.func(at.func).name.clone();
                    row.place = place::file_line(program, at.span);
                    row.code = place::code(program, at.span, CODE_MAX);
                }
            }
        }
        Action::Arrive(run) => entered = before.setup().runs.get(usize::from(run.0)),
        Action::Switch(cpu, task) => {
            row.cpu = cpu;
            let run = before.setup().run_of_task(task);
            let name = run.map_or("?", |r| &before.setup().runs[usize::from(r.0)].name);
            row.code = format!("the scheduler picks task {} ({name})", task.0);
        }
    }
    if let Some(run) = entered {
        let entry = program.func(run.entry);
        row.cpu = run.cpu;
        row.context = run.placement.kind.word();
        row.function = entry.name.clone();
        row.place = place::file_line(program, entry.span);
        row.code = format!("{} arrives", run.name);
    }
    row
}

fn notes(before: &Machine, step: &Step) -> Vec<String> {
    let mut notes = Vec::new();
    for event in &step.events {
        if let Some(note) = note(before, event) {
            notes.push(note);
        }
        if let EventKind::LockAcquired {
            lock,
            waited: false,
        } = event.kind
            && lock.sleeps
            && !lock.trylock
        {
            notes.push("uncontended: nothing slept this time".into());
        }
        if matches!(event.kind, EventKind::Enter { .. } | EventKind::Exit { .. }) {
            notes.extend(restored(before, step, event));
        }
    }
    if notes.len() > NOTES_MAX {
        let more = format!("and {} notes like these", notes.len() - NOTES_MAX);
        notes.truncate(NOTES_MAX);
        notes.push(more);
    }
    notes
}

/// What arriving and returning change without an event of their own.
fn restored(before: &Machine, step: &Step, event: &Event) -> Vec<String> {
    let at = usize::from(event.cpu.0);
    let (Some(old), Some(new)) = (before.cpus.get(at), step.after.cpus.get(at)) else {
        return Vec::new();
    };
    let mut notes = Vec::new();
    if event.context != ContextKind::Task && old.preempt_count != new.preempt_count {
        notes.push(count_note(old.preempt_count, new.preempt_count));
    }
    if event.context != ContextKind::Task && old.irqs_off != new.irqs_off {
        notes.push(irqs_note(new.irqs_off));
    }
    notes
}

fn count_note(from: u32, to: u32) -> String {
    format!("preempt_count {from:#x} -> {to:#x}")
}

fn irqs_note(off: bool) -> String {
    format!("interrupts {}", if off { "off" } else { "on" })
}

fn note(before: &Machine, event: &Event) -> Option<String> {
    let name = |lock: &LockRef| before.lock_name(lock);
    Some(match &event.kind {
        EventKind::Enter { run } => {
            format!(
                "{} begins",
                before.setup().runs.get(usize::from(run.0))?.name
            )
        }
        EventKind::Exit { run, .. } => {
            format!("{} ends", before.setup().runs.get(usize::from(run.0))?.name)
        }
        EventKind::Object { addr, fate, .. } => match fate {
            Fate::Queued => format!("object {addr:#x} waits for a grace period"),
            Fate::Parked => format!("object {addr:#x} waits in a sheaf"),
            Fate::Freed => format!("object {addr:#x} is freed"),
        },
        EventKind::Armed { run } => {
            let run = before.setup().runs.get(usize::from(run.0))?;
            let entry = &before.program().func(run.entry).name;
            format!("{entry}() is due on CPU {} ({})", run.cpu.0, run.name)
        }
        EventKind::LockAcquired { lock, waited } => {
            let after = if *waited { ", after waiting" } else { "" };
            format!("takes {} ({}){after}", name(lock), lock_kind(lock))
        }
        EventKind::TrylockFailed(lock) => format!("trylock of {} fails: it is held", name(lock)),
        EventKind::LockBusy(lock) => format!(
            "{} is held by another context: {}",
            name(lock),
            if lock.sleeps {
                "sleeps until it is free"
            } else {
                "spins until it is free"
            }
        ),
        EventKind::LockReleased(lock) => format!("releases {}", name(lock)),
        EventKind::PreemptCount { from, to } => count_note(*from, *to),
        EventKind::Irqs { off } => irqs_note(*off),
        EventKind::MightSleep { lock: false, .. } => "may sleep here: might_sleep()".into(),
        EventKind::Schedule { .. } => "gives up the CPU".into(),
        EventKind::Printk(line) => format!("prints \"{}\"", line.trim_end().replace('\n', "\\n")),
        EventKind::PagesMapped {
            pfn,
            n_pages,
            in_use,
            ..
        } => {
            let which = match n_pages {
                1 => format!("page frame {pfn:#x}"),
                n => format!("{n} page frames from {pfn:#x}"),
            };
            format!(
                "{which} {}",
                if *in_use { "handed out" } else { "given back" }
            )
        }
        EventKind::Chosen { choice, of } => {
            format!(
                "the environment chooses {choice} of 0..{}",
                of.saturating_sub(1)
            )
        }
        EventKind::Return { func, value: 0 } if inspect::is_allocator(before.program(), *func) => {
            format!("{}() returns NULL", before.program().func(*func).name)
        }
        EventKind::Return { .. }
        | EventKind::Call { .. }
        | EventKind::Switch { .. }
        | EventKind::LockWanted { .. }
        | EventKind::LeftUnbalanced { .. }
        | EventKind::VmBug { .. }
        | EventKind::IrqsLeft { .. }
        | EventKind::NotBegun { .. }
        | EventKind::BadUnlock(_)
        | EventKind::MightSleep { .. }
        | EventKind::Warning { .. }
        | EventKind::ListCorruption(_)
        | EventKind::Bug { .. }
        | EventKind::Panic(_)
        | EventKind::CountLost
        | EventKind::Fault(_) => return None,
    })
}

/// A lock's declared type and what it is on this configuration.
pub fn lock_kind(lock: &LockRef) -> String {
    let declared = match lock.ty {
        LockType::RawSpin => "raw_spinlock_t",
        LockType::Spin => "spinlock_t",
        LockType::Rw => "rwlock_t",
        LockType::Mutex => "mutex",
        LockType::Local => "local_lock_t",
        LockType::Bit(_) => "bit spinlock",
        LockType::Map | LockType::OverrideMap => "lockdep map",
        LockType::Rcu | LockType::RcuBh | LockType::RcuSched => "RCU reader",
        LockType::Word | LockType::GracePeriod => "no lock",
    };
    let substituted = matches!(lock.ty, LockType::Spin | LockType::Rw | LockType::Local);
    if lock.sleeps && substituted {
        format!("{declared}, a sleeping lock here")
    } else {
        declared.into()
    }
}

/// The function that takes a lock of that type.
pub(super) fn lock_function(lock: &LockRef) -> &'static str {
    match lock.ty {
        LockType::RawSpin => "raw_spin_lock",
        LockType::Spin => "spin_lock",
        LockType::Rw if lock.read => "read_lock",
        LockType::Rw => "write_lock",
        LockType::Mutex => "mutex_lock",
        LockType::Local => "local_lock",
        LockType::Bit(_) => "bit_spin_lock",
        LockType::Map => "lock_map_acquire",
        LockType::OverrideMap => "lock_map_acquire_try",
        LockType::Rcu => "rcu_read_lock",
        LockType::RcuBh => "rcu_read_lock_bh",
        LockType::RcuSched => "rcu_read_lock_sched",
        LockType::Word => "wait_for_completion",
        LockType::GracePeriod => "synchronize_rcu",
    }
}
