//! Which task a CPU may go to: preemption models, `SCHED_FIFO` priorities, PREEMPT_RT's inheritance.
//!
//! Ordinary tasks take turns in any way. A task of `SCHED_FIFO` gives way to a higher priority only,
//! and that one, once it has begun and can run, goes first wherever preemption is allowed; when it begins is
//! a choice. The owner of a sleeping lock of PREEMPT_RT has the priority of the highest that waits for
//! it, through chains of owners; nothing of that is stored. Readers of an rwlock are not boosted, as in
//! the kernel.

use super::context::{Context, ContextKind, STOPPER_PRIO};
use super::event::{LockRef, LockType};
use super::sched::NO_SOFTIRQ;
use super::schedule::Action;
use super::{CpuId, Machine, Task, TaskId, TaskState};
use crate::config::Preemption;

impl Machine {
    pub(super) fn enabled_switches(&self, cpu: CpuId, actions: &mut Vec<Action>) {
        let this = &self.cpus[usize::from(cpu.0)];
        if !this.interrupts.is_empty() || self.softirqs_come_first(cpu) || self.is_stopped(cpu) {
            return;
        }
        let current = this.current.map(|id| &self.tasks[usize::from(id.0)]);
        let stays = current.is_some_and(|task| {
            !gives_way(&task.context) && !self.preemptible(cpu) && !self.lost_race(task)
        });
        if stays {
            return;
        }
        for (idx, task) in self.tasks.iter().enumerate() {
            let id = TaskId(idx as u16);
            let ready = task.cpu == cpu && this.current != Some(id) && self.can_run(task);
            if ready && self.may_pick(cpu, id) {
                actions.push(Action::Switch(cpu, id));
            }
        }
        if self.armed != 0 {
            let start = self
                .startable_tasks(cpu)
                .filter(|&id| self.may_pick(cpu, id));
            actions.extend(start.map(|task| Action::Switch(cpu, task)));
        }
    }

    /// Whether a task could use a CPU: what is waited for besides locks wakes nobody by itself, and a
    /// lock that was free when its waiter woke may be taken again.
    fn can_run(&self, task: &Task) -> bool {
        let condition = |lock: &LockRef| matches!(lock.ty, LockType::Word | LockType::GracePeriod);
        match (task.state, &task.context.waits_for) {
            (TaskState::Runnable, _) => !self.lost_race(task),
            (TaskState::Blocked, Some(lock)) => condition(lock) && self.lock_is_free(lock),
            _ => false,
        }
    }

    /// Whether a task was woken for a sleeping lock that somebody has taken since.
    fn lost_race(&self, task: &Task) -> bool {
        let waits = task.context.waits_for.as_ref();
        waits.is_some_and(|lock| lock.sleeps && !self.lock_is_free(lock))
    }

    /// Whether the scheduler may take the CPU from its task between two statements. PREEMPT_LAZY waits
    /// for the next tick with it, and that may come here.
    fn preemptible(&self, cpu: CpuId) -> bool {
        let this = &self.cpus[usize::from(cpu.0)];
        self.may_preempt(this.irqs_off, this.preempt_count)
    }

    fn may_preempt(&self, irqs_off: bool, preempt_count: u32) -> bool {
        let model = self.config().preemption;
        matches!(model, Preemption::Full | Preemption::Lazy) && preempt_count == 0 && !irqs_off
    }

    /// The highest level of contexts of this CPU that cannot get it before the innermost one has
    /// made its next step: 0 tasks, 1 softirqs, 2 hard interrupts, 3 NMI; -1 none.
    pub fn mask(&self, cpu: CpuId) -> i8 {
        let this = &self.cpus[usize::from(cpu.0)];
        self.top(cpu).map_or(-1, |top| {
            self.mask_of(top, this.irqs_off, this.preempt_count)
        })
    }

    /// The same of a context that is innermost, with that state of its CPU.
    pub fn mask_of(&self, top: &Context, irqs_off: bool, preempt_count: u32) -> i8 {
        match top.kind {
            ContextKind::Nmi => 3,
            ContextKind::Hardirq { .. } => 2,
            ContextKind::Task if gives_way(top) => -1,
            ContextKind::Softirq | ContextKind::Task if irqs_off => 2,
            ContextKind::Softirq => 1,
            ContextKind::Task if self.may_preempt(irqs_off, preempt_count) => -1,
            ContextKind::Task => i8::from(preempt_count & NO_SOFTIRQ != 0),
        }
    }

    /// Whether the scheduler asks if a task has begun.
    pub fn beginning_counts(&self) -> bool {
        self.setup().tasks.priorities || self.setup().tasks.stoppers
    }

    /// Whether the scheduler may pick a task now that it may pick at all.
    fn may_pick(&self, cpu: CpuId, id: TaskId) -> bool {
        if self.stops_others(id) && !self.others_can_stop(cpu) {
            return false;
        }
        if !self.setup().tasks.priorities {
            return true;
        }
        let this = &self.cpus[usize::from(cpu.0)];
        let (mine, best) = (self.priority(id), self.highest_begun(cpu));
        let wins = match this.current {
            Some(current) => {
                let task = &self.tasks[usize::from(current.0)];
                let theirs = self.priority(current);
                let equal = mine == 0 || gives_way(&task.context) || self.lost_race(task);
                mine > theirs || (mine == theirs && equal) || self.lost_race(task)
            }
            None => true,
        };
        wins && mine >= best
    }

    /// Whether a task that has begun and can run is above the one on the CPU, and preemption allowed.
    pub(super) fn must_reschedule(&self, cpu: CpuId) -> bool {
        let this = &self.cpus[usize::from(cpu.0)];
        let Some(current) = this.current else {
            return false;
        };
        if !self.setup().tasks.priorities || !this.interrupts.is_empty() {
            return false;
        }
        let gives_way = gives_way(&self.tasks[usize::from(current.0)].context);
        (gives_way || self.preemptible(cpu)) && self.highest_begun(cpu) > self.priority(current)
    }

    /// The highest priority of a CPU's tasks that have begun, wait for nothing and are not on it.
    fn highest_begun(&self, cpu: CpuId) -> u8 {
        let current = self.cpus[usize::from(cpu.0)].current;
        let tasks = self.tasks.iter().enumerate();
        let ready = tasks.filter(|(idx, task)| {
            task.cpu == cpu
                && current != Some(TaskId(*idx as u16))
                && has_begun(&task.context)
                && self.can_run(task)
        });
        ready
            .map(|(idx, _)| self.priority(TaskId(idx as u16)))
            .max()
            .unwrap_or(0)
    }

    /// A task's priority with what it has inherited; 0 is an ordinary task.
    pub fn priority(&self, id: TaskId) -> u8 {
        self.inherited(id, self.tasks.len())
    }

    fn inherited(&self, id: TaskId, depth: usize) -> u8 {
        let setup = self.setup();
        let run = setup.run_of_task(id);
        let own = run.map_or(0, |run| setup.runs[usize::from(run.0)].prio);
        if depth == 0 || !self.config().rt {
            return own;
        }
        let waits = |task: &Task| {
            let lock = task.context.waits_for.filter(|lock| lock.sleeps)?;
            let has_owner = !matches!(lock.ty, LockType::Word | LockType::GracePeriod);
            has_owner.then_some(lock)
        };
        let tasks = self.tasks.iter().enumerate();
        let waiters = tasks.filter(|(_, task)| {
            task.state != TaskState::Done
                && waits(task).is_some_and(|l| self.memory.read(l.addr, 4) == u64::from(id.0) + 1)
        });
        waiters
            .map(|(idx, _)| self.inherited(TaskId(idx as u16), depth - 1))
            .fold(own, u8::max)
    }

    /// `stop_machine()`: the other CPUs do nothing while its callback runs.
    fn stops_others(&self, id: TaskId) -> bool {
        let setup = self.setup();
        let run = setup.run_of_task(id).filter(|_| setup.tasks.stoppers);
        run.is_some_and(|run| setup.runs[usize::from(run.0)].placement.prio == STOPPER_PRIO)
    }

    /// Whether a CPU stands still for a callback of `stop_machine()` on another; an NMI it serves all
    /// the same.
    pub(super) fn is_stopped(&self, cpu: CpuId) -> bool {
        let others = self.cpus.iter().enumerate();
        let in_nmi = self.top(cpu).is_some_and(|c| c.kind == ContextKind::Nmi);
        self.setup().tasks.stoppers
            && !in_nmi
            && others
                .filter(|(idx, _)| *idx != usize::from(cpu.0))
                .any(|(_, other)| {
                    other.current.is_some_and(|id| {
                        self.stops_others(id) && has_begun(&self.tasks[usize::from(id.0)].context)
                    })
                })
    }

    /// Whether every other CPU could go to its own stopper thread.
    fn others_can_stop(&self, cpu: CpuId) -> bool {
        let can_stop = |idx: usize| {
            let other = &self.cpus[idx];
            let task = other.current.map(|id| &self.tasks[usize::from(id.0)]);
            other.interrupts.is_empty()
                && task.is_none_or(|t| {
                    self.preemptible(CpuId(idx as u8))
                        || gives_way(&t.context)
                        || !has_begun(&t.context)
                })
        };
        (0..self.cpus.len()).all(|idx| idx == usize::from(cpu.0) || can_stop(idx))
    }

    /// Whether the stopper thread on this CPU has to wait for another CPU before it begins.
    pub(super) fn waits_to_stop(&self, cpu: CpuId) -> bool {
        let current = self.cpus[usize::from(cpu.0)].current;
        self.setup().tasks.stoppers
            && current.is_some_and(|id| {
                self.stops_others(id)
                    && !has_begun(&self.tasks[usize::from(id.0)].context)
                    && !self.others_can_stop(cpu)
            })
    }
}

/// Its last step asked for another task.
fn gives_way(context: &Context) -> bool {
    context.may_switch
}

/// It has executed something.
pub fn has_begun(context: &Context) -> bool {
    context.frames.len() > 1 || context.frames.first().is_some_and(|f| f.pc > 0)
}
