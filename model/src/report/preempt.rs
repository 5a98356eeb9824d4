//! `preempt_count` explained: which step added which part, and since when interrupts are off.
//!
//! Invariant: after each step the terms of a CPU add up to its `preempt_count`.

use crate::explore::trace::{Step, Trace};
use crate::machine::context::ContextKind;
use crate::machine::{CpuId, Event, EventKind, Machine, TaskId};
use crate::report::place;

/// Longest source text that is used as a term's name.
const WORD_MAX: usize = 48;

/// One part of the sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// What it adds.
    pub value: u32,
    /// What added it: `preempt_disable()`, `spin_lock(&zone->lock)`, `hardirq`, `NMI`.
    pub word: String,
    /// The step that added it, from 1; 0 when it was so from the begin.
    pub step: usize,
}

/// The terms of a CPU's `preempt_count` after `n` steps, oldest first.
pub fn terms(trace: &Trace, n: usize, cpu: CpuId) -> Vec<Term> {
    ledger(trace, n, cpu)
        .account
        .terms
        .into_iter()
        .map(|(term, _)| term)
        .collect()
}

/// Since which step a CPU's interrupts are off, and by what; `None` when they are on.
pub fn irqs_off_since(trace: &Trace, n: usize, cpu: CpuId) -> Option<(usize, String)> {
    ledger(trace, n, cpu).account.irqs_off
}

/// What a context and those below it on its CPU have added.
#[derive(Clone, Debug, Default)]
struct Account {
    /// With the address of the lock that a term belongs to.
    terms: Vec<(Term, Option<u64>)>,
    irqs_off: Option<(usize, String)>,
}

/// The books of one CPU.
struct Ledger {
    cpu: CpuId,
    account: Account,
    /// What was when each of the interrupts being served arrived.
    interrupted: Vec<Account>,
    /// Accounts of tasks that are not on the CPU.
    tasks: Vec<Account>,
    current: Option<TaskId>,
}

fn ledger(trace: &Trace, n: usize, cpu: CpuId) -> Ledger {
    let mut ledger = Ledger::new(&trace.initial, cpu);
    for (idx, step) in trace.steps.iter().take(n).enumerate() {
        ledger.step(idx + 1, trace.state(idx), step);
    }
    ledger
}

impl Ledger {
    fn new(initial: &Machine, cpu: CpuId) -> Ledger {
        let mut ledger = Ledger {
            cpu,
            account: Account::default(),
            interrupted: Vec::new(),
            tasks: initial.tasks.iter().map(|t| begin(initial, t)).collect(),
            current: None,
        };
        ledger.switch(initial);
        ledger
    }

    /// Brings the account of the task that is now on the CPU.
    fn switch(&mut self, now: &Machine) {
        let current = now
            .cpus
            .get(usize::from(self.cpu.0))
            .and_then(|c| c.current);
        if current == self.current {
            return;
        }
        let left = std::mem::take(&mut self.account);
        if let Some(task) = self
            .current
            .and_then(|t| self.tasks.get_mut(usize::from(t.0)))
        {
            *task = left;
        }
        if let Some(task) = current.and_then(|t| self.tasks.get_mut(usize::from(t.0))) {
            self.account = std::mem::take(task);
        }
        self.current = current;
    }

    fn step(&mut self, n: usize, before: &Machine, step: &Step) {
        let mine = |e: &&Event| e.cpu == self.cpu;
        let events: Vec<&Event> = step.events.iter().filter(mine).collect();
        for (i, event) in events.iter().enumerate() {
            match &event.kind {
                EventKind::PreemptCount { from, to } if to > from => {
                    let lock = lock_of(&events, i);
                    let word = name(before, event, lock.map(|(_, text)| text));
                    let term = Term {
                        value: to - from,
                        word,
                        step: n,
                    };
                    self.account.terms.push((term, lock.map(|(addr, _)| addr)));
                }
                EventKind::PreemptCount { from, to } => {
                    self.remove(from - to, released(&events, i));
                }
                EventKind::Irqs { off: true } => {
                    self.account.irqs_off = Some((n, name(before, event, None)));
                }
                EventKind::Irqs { off: false } => self.account.irqs_off = None,
                EventKind::Enter { run } => self.enter(n, before, event.context, *run),
                EventKind::Exit { .. } if event.context != ContextKind::Task => {
                    self.account = self.interrupted.pop().unwrap_or_default();
                }
                _ => {}
            }
        }
        self.switch(&step.after);
    }

    fn enter(&mut self, n: usize, before: &Machine, kind: ContextKind, run: crate::machine::RunId) {
        self.interrupted.push(self.account.clone());
        let word = kind.word().to_string();
        let masks = before.setup().runs.get(usize::from(run.0));
        if self.account.irqs_off.is_none() && masks.is_some_and(|r| r.placement.irqs_off) {
            self.account.irqs_off = Some((n, format!("{word} entry")));
        }
        let term = Term {
            value: kind.preempt_offset(),
            word,
            step: n,
        };
        self.account.terms.push((term, None));
    }

    /// Takes away the newest term of that size, best the one of that lock.
    fn remove(&mut self, value: u32, lock: Option<u64>) {
        let terms = &mut self.account.terms;
        let idx = terms
            .iter()
            .rposition(|(term, of)| term.value == value && *of == lock)
            .or_else(|| terms.iter().rposition(|(term, _)| term.value == value));
        if let Some(idx) = idx {
            terms.remove(idx);
        }
    }
}

/// What a task starts with.
fn begin(initial: &Machine, task: &crate::machine::Task) -> Account {
    let run = initial.setup().runs.get(usize::from(task.context.run.0));
    let word = run.map_or("begin", |r| r.name.as_str()).to_string();
    let placement = run.map(|r| r.placement);
    let mut account = Account::default();
    if placement.is_some_and(|p| p.preempt_off) {
        account.terms.push((
            Term {
                value: 1,
                word: word.clone(),
                step: 0,
            },
            None,
        ));
    }
    if placement.is_some_and(|p| p.irqs_off) {
        account.irqs_off = Some((0, word));
    }
    account
}

/// The lock for which preemption was disabled: it is wanted or taken right after. With the function
/// that takes it, for places whose text does not tell.
fn lock_of(events: &[&Event], i: usize) -> Option<(u64, &'static str)> {
    let next = events.get(i + 1).filter(|e| e.span == events[i].span)?;
    match &next.kind {
        EventKind::LockWanted { lock, .. } | EventKind::LockAcquired { lock, .. } => {
            Some((lock.addr, super::steps::lock_function(lock)))
        }
        _ => None,
    }
}

fn released(events: &[&Event], i: usize) -> Option<u64> {
    match &events.get(i.checked_sub(1)?)?.kind {
        EventKind::LockReleased(lock) => Some(lock.addr),
        _ => None,
    }
}

/// The source text that did it, when it is short enough to be a name.
fn name(before: &Machine, event: &Event, otherwise: Option<&str>) -> String {
    let text = place::code(before.program(), event.span, 2 * WORD_MAX);
    let text = text.trim_end_matches(';');
    if !text.is_empty() && text.chars().count() <= WORD_MAX {
        return text.into();
    }
    otherwise.map_or_else(
        || place::cut(text, WORD_MAX),
        |function| format!("{function}()"),
    )
}
