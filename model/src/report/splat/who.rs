//! Who a report is about: task, locks held, call trace.

use super::era::Era;
use crate::check::{Class, Finding, WaitType, wait_types};
use crate::config::Config;
use crate::machine::context::{ContextKind, Held};
use crate::machine::event::{LockRef, LockType, Now};
use crate::machine::lockdep::Usage;
use crate::machine::{CpuId, Machine, Position};
use crate::program::{FuncId, Program};
use crate::report::place;
use crate::syntax::source::Span;

/// `TASK_COMM_LEN` without the NUL.
const COMM_LEN: usize = 15;
/// The first task's pid; those below belong to a kernel's own threads.
const PID_BASE: u32 = 100;

/// The task on the CPU when something was found.
pub(super) struct Who<'a> {
    pub(super) machine: &'a Machine,
    pub(super) era: Era,
    pub(super) cpu: CpuId,
    pub(super) span: Span,
    pub(super) context: ContextKind,
    pub(super) comm: String,
    pub(super) pid: u32,
}

impl<'a> Who<'a> {
    pub(super) fn of(machine: &'a Machine, finding: &Finding) -> Who<'a> {
        let cpu = finding.cpu;
        let current = machine.cpus.get(usize::from(cpu.0)).and_then(|c| c.current);
        let task = current.and_then(|t| machine.tasks.get(usize::from(t.0)).map(|task| (t, task)));
        let (comm, pid) = match task {
            None => (format!("swapper/{}", cpu.0), 0),
            Some((id, task)) => {
                let run = machine.setup().runs.get(usize::from(task.context.run.0));
                let name = run.map_or("init", |r| r.name.as_str());
                (
                    name.chars().take(COMM_LEN).collect(),
                    PID_BASE + u32::from(id.0),
                )
            }
        };
        Who {
            machine,
            era: Era::of(machine),
            cpu,
            span: finding.span,
            context: finding.context,
            comm,
            pid,
        }
    }

    pub(super) fn program(&self) -> &'a Program {
        self.machine.program()
    }

    /// A wait type as this configuration numbers it.
    pub(super) fn number(&self, ty: WaitType) -> u8 {
        wait_number(ty, self.machine.config())
    }

    /// `comm/pid`
    pub(super) fn name(&self) -> String {
        format!("{}/{}", self.comm, self.pid)
    }

    fn is_tainted(&self) -> bool {
        let taints = |c: &Class| {
            use Class::{ListCorruption, SchedulingWhileAtomic, SleepingInAtomic, Warning};
            matches!(
                c,
                SleepingInAtomic | SchedulingWhileAtomic | Warning | ListCorruption
            )
        };
        self.machine.console.classes().iter().any(taints)
    }

    /// `print_tainted()`
    fn tainted(&self) -> String {
        match self.is_tainted() {
            true => format!("Tainted: {:1$}", "G        W", self.era.taint_flags()),
            false => "Not tainted".into(),
        }
    }

    /// `print_kernel_ident()`
    pub(super) fn ident(&self) -> String {
        format!("{} {}", self.era.release(), self.tainted())
            .trim_end()
            .into()
    }

    /// A lockdep report's begin: blank line, rule, title, release, rule.
    pub(super) fn banner(&self, title: &str) -> Vec<String> {
        let width = title.chars().count();
        vec![
            String::new(),
            "=".repeat(width),
            title.into(),
            self.ident(),
            "-".repeat(width),
        ]
    }

    /// `print_lock()`; `at` is where it is or was asked for.
    pub(super) fn lock(&self, lock: &LockRef, usage: Usage, at: Span) -> String {
        let class = self.class(lock, usage);
        format!("{:016x} {class}, at: {}", lock.addr, self.place(at))
    }

    /// `print_lock_name()`
    pub(super) fn class(&self, lock: &LockRef, usage: Usage) -> String {
        let (outer, inner) = wait_types(lock);
        let (outer, inner) = (self.number(outer), self.number(inner));
        let (name, usage) = (self.machine.lock_name(lock), usage.characters());
        format!("({name}){{{usage}}}-{{{outer}:{inner}}}")
    }

    /// A place as a kernel's trace names it, decoded.
    pub(super) fn place(&self, span: Span) -> String {
        let program = self.program();
        let stacks = self
            .machine
            .contexts(self.cpu)
            .map(|c| self.machine.positions(c));
        let stack = stacks.into_iter().find_map(|mut stack| {
            let inside = |p: &Position| program.func(p.func).spans.contains(&span);
            let idx = stack.iter().rposition(inside)?;
            stack.truncate(idx + 1);
            stack[idx].span = span;
            Some(stack)
        });
        let symbols = stack.map(|stack| self.symbols(&stack)).unwrap_or_default();
        match symbols.into_iter().next() {
            Some(symbol) => symbol,
            None => place::symbol(program, place::function_at(program, span), span),
        }
    }

    /// `lockdep_print_held_locks()`: all that the task and what interrupted it hold.
    pub(super) fn held(&self, now: &Now) -> Vec<String> {
        self.held_with(&now.held, now.asking)
    }

    /// The same where no event tells what is held.
    pub(super) fn held_before(&self) -> Vec<String> {
        let top = self
            .machine
            .top(self.cpu)
            .map(|c| c.held.clone())
            .unwrap_or_default();
        self.held_with(&top, None)
    }

    fn held_with(&self, innermost: &[Held], asking: Option<Held>) -> Vec<String> {
        let n_below = self.machine.contexts(self.cpu).count().saturating_sub(1);
        let below = self
            .machine
            .contexts(self.cpu)
            .take(n_below)
            .flat_map(|c| c.held.iter());
        let known = |h: &&Held| !matches!(h.lock.ty, LockType::Bit(_));
        let held = below.chain(innermost).filter(known);
        let mut all: Vec<Held> = held.flat_map(|held| with_reader(*held)).collect();
        all.extend(asking);
        let mut lines = vec![match all.len() {
            0 => format!("no locks held by {}.", self.name()),
            1 => format!("1 lock held by {}:", self.name()),
            n => format!("{n} locks held by {}:", self.name()),
        }];
        for (i, held) in all.iter().enumerate() {
            let usage = self.machine.lockdep.usage(held.lock.class);
            lines.push(format!(
                " #{i}: {}",
                self.lock(&held.lock, usage, held.span)
            ));
        }
        lines
    }

    /// `debug_show_held_locks()`
    pub(super) fn show_held(&self, now: &Now) -> Vec<String> {
        if !self.machine.config().prove_locking {
            return Vec::new();
        }
        if self.machine.console.lockdep_off {
            return vec!["INFO: lockdep is turned off.".into()];
        }
        self.held(now)
    }

    /// `dump_stack()`: the header line and the trace, innermost first.
    pub(super) fn dump_stack(&self) -> Vec<String> {
        let mut lines = self.cpu_lines();
        lines.extend(self.call_trace());
        lines
    }

    /// `dump_stack_print_info()`
    pub(super) fn cpu_lines(&self) -> Vec<String> {
        let (tainted, release) = (self.tainted(), self.era.release());
        let uid = if self.era.tells_uid() { " UID: 0" } else { "" };
        let model = self.era.model_word(self.machine.config());
        let mut lines = vec![format!(
            "CPU: {}{uid} PID: {} Comm: {} {tainted} {release}{model}",
            self.cpu.0, self.pid, self.comm
        )];
        if self.era.tells_uid() && self.is_tainted() {
            lines.push("Tainted: [W]=WARN".into());
        }
        lines
    }

    /// The line by which a `WARN()` is known.
    pub(super) fn warning(&self, place: &str, function: &str) -> String {
        self.era
            .warning(self.cpu.0, &self.comm, self.pid, place, function)
    }

    pub(super) fn call_trace(&self) -> Vec<String> {
        let mut lines = vec!["Call Trace:".to_string()];
        let contexts: Vec<_> = self.machine.contexts(self.cpu).collect();
        let mut open = "";
        for (i, context) in contexts.iter().enumerate().rev() {
            let stack = match i + 1 == contexts.len() {
                true => place::stack_at(self.machine, self.cpu, self.span),
                false => self.machine.positions(context),
            };
            let mark = match context.kind {
                ContextKind::Task if self.era.marks_task_stack() => "TASK",
                ContextKind::Task => "",
                ContextKind::Softirq | ContextKind::Hardirq { .. } => "IRQ",
                ContextKind::Nmi => "NMI",
            };
            change_stack(&mut lines, &mut open, mark);
            lines.extend(
                self.symbols(&stack)
                    .iter()
                    .map(|symbol| format!(" {symbol}")),
            );
        }
        change_stack(&mut lines, &mut open, "");
        lines
    }

    /// `function (file:line)`, innermost first. An inlined function is no entry of its own: its place
    /// stands before that of its caller.
    fn symbols(&self, stack: &[Position]) -> Vec<String> {
        let program = self.program();
        let mut symbols = Vec::new();
        let mut places = String::new();
        for position in stack.iter().rev() {
            places += &place::file_line(program, position.span);
            let func = program.func(position.func);
            if func.inline {
                places.push(' ');
            } else {
                symbols.push(format!("{} ({places})", func.name));
                places.clear();
            }
        }
        symbols
    }

    /// "Preemption disabled at:", where that is certain.
    pub(super) fn preemption_disabled_at(&self, now: &Now) -> Vec<String> {
        let config = self.machine.config();
        if !config.debug_preempt || self.machine.visible_preempt_count(now.preempt_count) == 0 {
            return Vec::new();
        }
        let Some((func, span)) = self.first_disable(now) else {
            return Vec::new();
        };
        let addr = Program::function_address(func);
        let symbol = place::symbol(self.program(), Some(func), span);
        vec![
            "Preemption disabled at:".into(),
            format!("[<{addr:016x}>] {symbol}"),
        ]
    }

    /// The oldest spinning lock, when nothing else counts.
    fn first_disable(&self, now: &Now) -> Option<(FuncId, Span)> {
        let counts = |h: &&Held| {
            let ty = h.lock.ty;
            let reader = matches!(ty, LockType::Rcu | LockType::RcuBh) || ty.is_map();
            !h.lock.sleeps && !reader
        };
        let spinning: Vec<&Held> = now.held.iter().filter(counts).collect();
        let first = spinning.first()?;
        let only = now.context == ContextKind::Task && now.preempt_count == spinning.len() as u32;
        let func = place::function_at(self.program(), first.span)?;
        only.then_some((func, first.span))
    }
}

/// A `spinlock_t` of PREEMPT_RT is followed by the RCU reader that it begins.
fn with_reader(held: Held) -> impl Iterator<Item = Held> {
    let lock = LockRef::rcu(LockType::Rcu);
    let reader = Held { lock, ..held };
    let begins = held.lock.sleeps && held.lock.is_rt_substitute();
    std::iter::once(held).chain(begins.then_some(reader))
}

/// Without `PROVE_RAW_LOCK_NESTING`, `LD_WAIT_CONFIG` is `LD_WAIT_SPIN` and those above move down.
pub(super) fn wait_number(ty: WaitType, config: &Config) -> u8 {
    let moved = !config.prove_raw_lock_nesting && ty >= WaitType::Config;
    ty as u8 - u8::from(moved)
}

fn change_stack(lines: &mut Vec<String>, open: &mut &'static str, mark: &'static str) {
    if *open == mark {
        return;
    }
    if !open.is_empty() {
        lines.push(format!(" </{open}>"));
    }
    if !mark.is_empty() {
        lines.push(format!(" <{mark}>"));
    }
    *open = mark;
}
