//! Data race on a per-CPU structure: one context writes to it in the middle of another's section.
//!
//! A context is inside a section on a structure while it holds a lock that lies in it (`pcp->lock`), or
//! has interrupts off and a pointer to it (v5.9's per-CPU lists). Whoever writes to the structure then
//! without such a lock was not kept out: an NMI, an interrupt that PREEMPT_RT does not mask, a function
//! that trusts in interrupts being off where another trusts in a lock. Misses sections kept by
//! `preempt_disable()` alone, what is written through the structure (pages on its lists), per-CPU
//! variables that are no structures, and everything after the first race of an execution.

use super::{Detail, Finding, Rule};
use crate::machine::context::{Context, ContextKind, Held};
use crate::machine::footprint::Footprint;
use crate::machine::{Action, CpuId, Event, EventKind, Machine, TaskId, TaskState};
use crate::program::address::{PERCPU, PERCPU_STRIDE, VMEMMAP};
use crate::program::types::Type;
use crate::syntax::source::Span;

/// Bytes of a lock object.
const LOCK_SIZE: u64 = 24;

/// A structure inside which a context works.
struct Section {
    start: u64,
    end: u64,
    /// That context, in words.
    who: String,
}

/// What must not be written by the step that comes.
pub(super) struct Watch {
    sections: Vec<Section>,
    cpu: CpuId,
    context: ContextKind,
    span: Span,
}

/// The sections of all contexts but the one that steps.
pub(super) fn watch(before: &Machine, action: Action, own: &[Held]) -> Option<Watch> {
    let (Action::Step(cpu) | Action::Choose(cpu, _)) = action else {
        return None;
    };
    if before.console.broken & (1 << Rule::PercpuRace as u32) != 0 {
        return None;
    }
    let top = before.top(cpu)?;
    let mut sections = Vec::new();
    for (context, irqs_off) in contexts(before) {
        if !std::ptr::eq(context, top) {
            add_sections(before, context, irqs_off, &mut sections);
        }
    }
    sections.retain(|s| !own.iter().any(|h| (s.start..s.end).contains(&h.lock.addr)));
    if sections.is_empty() {
        return None;
    }
    let span = before
        .positions(top)
        .last()
        .map_or_else(Span::default, |p| p.span);
    Some(Watch {
        sections,
        cpu,
        context: top.kind,
        span,
    })
}

/// Whether the step wrote into one of them.
pub(super) fn check(
    after: &Machine,
    watch: &Watch,
    events: &[Event],
    footprint: &Footprint,
) -> Option<Finding> {
    // Lock words are the business of the locks.
    let is_lock = |at: u64| {
        events.iter().any(|e| match &e.kind {
            EventKind::LockWanted { lock, .. }
            | EventKind::LockAcquired { lock, .. }
            | EventKind::TrylockFailed(lock)
            | EventKind::LockReleased(lock) => (lock.addr..lock.addr + LOCK_SIZE).contains(&at),
            _ => false,
        })
    };
    let mut writes = footprint.written();
    let (at, section) = writes.find_map(|at| {
        let inside = |s: &&Section| (s.start..s.end).contains(&at);
        let section = watch.sections.iter().find(inside)?;
        (!is_lock(at)).then_some((at, section))
    })?;
    let name = name_of(after, at);
    let text = format!(
        "writes to {name} while {} is in a section on it: nothing keeps the two apart",
        section.who
    );
    Some(Finding {
        rule: Rule::PercpuRace,
        class: None,
        printed: false,
        deferred: false,
        cpu: watch.cpu,
        context: watch.context,
        span: watch.span,
        detail: Detail::Text(text),
    })
}

/// Every context that has something left to do, and whether interrupts are off where it stands.
fn contexts(machine: &Machine) -> impl Iterator<Item = (&Context, bool)> {
    let off_cpu = machine.tasks.iter().enumerate().filter(|(idx, task)| {
        let id = TaskId(*idx as u16);
        task.state != TaskState::Done && machine.cpus.iter().all(|c| c.current != Some(id))
    });
    let off_cpu = off_cpu.map(|(_, task)| (&*task.context, task.irqs_off));
    let cpus = (0..machine.setup().n_cpus).map(CpuId);
    let on_cpu = cpus.flat_map(|cpu| {
        let this = &machine.cpus[usize::from(cpu.0)];
        // A context's flag is what the interrupt above it found.
        let flags = this.interrupts.iter().map(|c| c.irqs_off_before);
        let flags = flags.chain([this.irqs_off]);
        let idle = usize::from(this.current.is_none());
        machine.contexts(cpu).zip(flags.skip(idle))
    });
    off_cpu.chain(on_cpu)
}

fn add_sections(machine: &Machine, context: &Context, irqs_off: bool, all: &mut Vec<Section>) {
    let locks = context.held.iter().map(|h| h.lock.addr);
    let pointers = context.regs.iter().copied().filter(|_| irqs_off);
    for addr in locks
        .chain(pointers)
        .filter(|a| (PERCPU..VMEMMAP).contains(a))
    {
        let Some((start, end)) = structure_at(machine, addr) else {
            continue;
        };
        if !all.iter().any(|s| s.start == start) {
            let run = machine.setup().runs.get(usize::from(context.run.0));
            let run = run.map_or("boot", |r| r.name.as_str());
            let who = format!("the {} of {run}", context.kind.word());
            all.push(Section { start, end, who });
        }
    }
}

/// First and one past the last byte of the structure at an address of a CPU's copy.
fn structure_at(machine: &Machine, addr: u64) -> Option<(u64, u64)> {
    let (copy, offset) = (
        (addr - PERCPU) / PERCPU_STRIDE,
        (addr - PERCPU) % PERCPU_STRIDE,
    );
    let program = machine.program();
    let global = program.global_at(PERCPU + offset)?;
    let (element, size) = match program.types.get(global.ty) {
        Type::Array(element, _) => (*element, program.types.size(*element)?),
        _ => (global.ty, global.size),
    };
    let Type::Record(_) = program.types.get(element) else {
        return None;
    };
    let base = global.addr + PERCPU_STRIDE * copy;
    let start = base + (addr - base) / size.max(1) * size;
    Some((start, start + size))
}

fn name_of(machine: &Machine, addr: u64) -> String {
    let (copy, offset) = (
        (addr - PERCPU) / PERCPU_STRIDE,
        (addr - PERCPU) % PERCPU_STRIDE,
    );
    let global = machine.program().global_at(PERCPU + offset);
    let name = global.map_or("?", |g| g.name.as_str());
    format!("CPU {}'s {name}", copy.saturating_sub(1))
}
