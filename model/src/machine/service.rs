//! Services: what a kernel sets off by itself once it is armed: timers, works, callbacks.
//!
//! The C texts list them in `model_services[]` (`model/services.c`), each with the context it runs
//! in. Each exists once a CPU, as a run behind the scenario's own. What is armed is a bit; only an
//! interrupt that arrives or a task that gets the CPU makes it a context, so a service that is never
//! armed costs nothing. When it comes is a choice: the model has no clock.

use super::context::{Context, ContextKind, STOPPER_PRIO};
use super::event::{EventKind, Fault, LockRef, LockType};
use super::exec::{Exec, Flow};
use super::object::HOLDS_GP;
use super::{CpuId, Machine, RunId, RunSpec, Setup, Task, TaskId, TaskState};
use crate::program::Reg;

/// Bits of [`Machine::armed`].
pub const SERVICE_RUNS_MAX: usize = 128;

impl Setup {
    /// The run of a service on a CPU.
    fn service_run(&self, service: u64, cpu: u64) -> Option<RunId> {
        let n_cpus = usize::from(self.n_cpus);
        let (service, cpu) = (usize::try_from(service).ok()?, usize::try_from(cpu).ok()?);
        let run = service.checked_mul(n_cpus)?.checked_add(cpu)? + self.scenario_runs;
        (cpu < n_cpus && run < self.runs.len()).then_some(RunId(run as u16))
    }

    /// Whether a run is a service's, not one of the scenario's.
    pub fn is_service(&self, run: RunId) -> bool {
        usize::from(run.0) >= self.scenario_runs
    }

    /// Sets the runs: the scenario's own, then those of the services.
    pub fn set_runs(&mut self, own: Vec<RunSpec>, services: Vec<RunSpec>) {
        self.scenario_runs = own.len();
        self.runs = own;
        self.runs.extend(services);
        let is_task = |run: &RunSpec| run.placement.kind == ContextKind::Task;
        let tasks = self.runs.iter().enumerate().filter(|(_, run)| is_task(run));
        self.tasks.runs = tasks.map(|(idx, _)| RunId(idx as u16)).collect();
        let of_tasks = || self.runs.iter().filter(|run| is_task(run));
        self.tasks.priorities = of_tasks().any(|run| run.prio > 0);
        self.tasks.stoppers = of_tasks().any(|run| run.placement.prio == STOPPER_PRIO);
    }

    /// The number of the task that executes a run; tasks are numbered in the order of the runs.
    fn task_of(&self, run: RunId) -> TaskId {
        TaskId(self.tasks.runs.partition_point(|&other| other < run) as u16)
    }

    /// How many tasks the scenario's own runs have.
    fn scenario_tasks(&self) -> usize {
        usize::from(self.task_of(RunId(self.scenario_runs as u16)).0)
    }

    /// The run that a task executes, also before a service's task exists.
    pub fn run_of_task(&self, task: TaskId) -> Option<RunId> {
        self.tasks.runs.get(usize::from(task.0)).copied()
    }
}

/// The runs that are tasks, and what they have among them.
#[derive(Clone, Debug, Default)]
pub struct TaskRuns {
    /// The run of each task, also of those that services may start.
    runs: Vec<RunId>,
    /// Some task is one of `SCHED_FIFO`.
    pub(super) priorities: bool,
    /// Some task is a callback of `stop_machine()`.
    pub(super) stoppers: bool,
}

impl TaskRuns {
    /// How many tasks there can be at the same time.
    pub fn max(&self) -> usize {
        self.runs.len()
    }
}

impl Machine {
    fn service_bit(&self, run: RunId) -> u128 {
        1 << (usize::from(run.0) - self.setup().scenario_runs)
    }

    fn is_armed(&self, run: RunId) -> bool {
        self.armed & self.service_bit(run) != 0
    }

    /// Services that wait to be served on a CPU.
    pub(super) fn armed_runs(&self, cpu: CpuId) -> impl Iterator<Item = RunId> {
        let first = self.setup().scenario_runs;
        let mut bits = self.armed;
        std::iter::from_fn(move || {
            let bit = bits.trailing_zeros();
            (bit < u128::BITS).then(|| {
                bits &= bits - 1;
                RunId((first + bit as usize) as u16)
            })
        })
        .filter(move |run| self.setup().runs[usize::from(run.0)].cpu == cpu)
    }

    /// Tasks that armed services would start on a CPU: a service still running starts again later.
    pub(super) fn startable_tasks(&self, cpu: CpuId) -> impl Iterator<Item = TaskId> {
        let is_task =
            |run: &RunId| self.setup().runs[usize::from(run.0)].placement.kind == ContextKind::Task;
        self.armed_runs(cpu)
            .filter(is_task)
            .map(|run| self.setup().task_of(run))
            .filter(|task| {
                let known = self.tasks.get(usize::from(task.0));
                known.is_none_or(|t| t.state == TaskState::Done)
            })
    }

    /// A service's interrupt arrives: it is no longer armed, and its function may arm it again.
    pub(super) fn service_begins(&mut self, run: RunId) {
        self.armed &= !self.service_bit(run);
    }

    /// Creates the task of a service that the scheduler has picked.
    pub(super) fn start_service_task(&mut self, id: TaskId) {
        let Some(run) = self.setup().run_of_task(id) else {
            return;
        };
        if !self.setup().is_service(run) || !self.is_armed(run) {
            return;
        }
        let slot = usize::from(id.0);
        let gone = self
            .tasks
            .get(slot)
            .is_none_or(|t| t.state == TaskState::Done);
        if !gone {
            return;
        }
        while self.tasks.len() <= slot {
            let next = self.setup().run_of_task(TaskId(self.tasks.len() as u16));
            let empty = self.no_task(next.unwrap_or(run));
            self.tasks.push(empty);
        }
        self.service_begins(run);
        self.tasks[slot] = self.task_of_run(run, slot as u64);
    }

    /// A task that begins a run.
    pub(super) fn task_of_run(&self, run: RunId, slot: u64) -> Task {
        let spec = &self.setup().runs[usize::from(run.0)];
        Task {
            cpu: spec.cpu,
            state: TaskState::Runnable,
            context: std::rc::Rc::new(self.context_of_run(run, slot)),
            preempt_count: u32::from(spec.placement.preempt_off),
            irqs_off: spec.placement.irqs_off,
        }
    }

    /// The place of a task that does not exist now.
    fn no_task(&self, run: RunId) -> Task {
        Task {
            cpu: self.setup().runs[usize::from(run.0)].cpu,
            state: TaskState::Done,
            context: std::rc::Rc::new(Context::none(run)),
            preempt_count: 0,
            irqs_off: false,
        }
    }

    /// Whether a task does not exist: its service has not begun, or has ended.
    pub fn is_absent(&self, id: TaskId) -> bool {
        usize::from(id.0) >= self.setup().scenario_tasks()
            && self
                .tasks
                .get(usize::from(id.0))
                .is_none_or(|t| t.state == TaskState::Done)
    }

    /// A service's task that has ended leaves no trace.
    pub(super) fn forget_service_task(&mut self, id: TaskId) {
        let ended = |machine: &Machine, task: &Task| {
            task.state == TaskState::Done && machine.setup().is_service(task.context.run)
        };
        let slot = usize::from(id.0);
        if !self.tasks.get(slot).is_some_and(|t| ended(self, t)) {
            return;
        }
        self.tasks[slot] = self.no_task(self.tasks[slot].context.run);
        while self.tasks.last().is_some_and(|t| ended(self, t)) {
            self.tasks.pop();
        }
    }

    /// Whether softirqs that were raised in an interrupt must be served before the task goes on.
    pub(super) fn softirqs_come_first(&self, cpu: CpuId) -> bool {
        self.cpus[usize::from(cpu.0)].softirq_due
            && self.can_arrive(cpu, ContextKind::Softirq)
            && self.has_armed_softirq(cpu)
    }

    /// `irq_exit()` and `local_bh_enable()` look whether softirqs are pending.
    pub(super) fn look_for_softirqs(&mut self, cpu: CpuId) {
        let due = self.armed != 0 && self.has_armed_softirq(cpu);
        self.cpus[usize::from(cpu.0)].softirq_due = due;
    }

    fn has_armed_softirq(&self, cpu: CpuId) -> bool {
        self.armed_runs(cpu)
            .any(|run| self.setup().runs[usize::from(run.0)].placement.kind == ContextKind::Softirq)
    }
}

impl Exec<'_> {
    /// `__arm()`, `__disarm()`: arming twice is arming once.
    pub(super) fn arm(&mut self, service: u64, cpu: u64, on: bool) -> Flow {
        let Some(run) = self.machine.setup().service_run(service, cpu) else {
            return self.no_such_service(service);
        };
        let setup = self.machine.setup();
        if on && setup.services_off && !setup.runs[usize::from(run.0)].awaited {
            return self.next();
        }
        let bit = self.machine.service_bit(run);
        if on && !self.machine.is_armed(run) {
            self.event(EventKind::Armed { run });
        }
        let armed = &mut self.machine.armed;
        *armed = if on { *armed | bit } else { *armed & !bit };
        self.next()
    }

    pub(super) fn armed(&mut self, service: u64, cpu: u64, dst: Reg) -> Flow {
        match self.machine.setup().service_run(service, cpu) {
            Some(run) => {
                let armed = self.machine.is_armed(run);
                self.set(dst, u64::from(armed))
            }
            None => self.no_such_service(service),
        }
    }

    fn no_such_service(&mut self, service: u64) -> Flow {
        let setup = self.machine.setup();
        let n = setup.runs.len() - setup.scenario_runs;
        let fault = Fault::OutOfBounds {
            index: service as i64,
            len: (n / usize::from(setup.n_cpus).max(1)) as u32,
        };
        match self.fault(fault) {
            Flow::Next => self.next(),
            flow => flow,
        }
    }

    /// `__wait_word()`: sleeps until the word is not zero.
    pub(super) fn wait_word(&mut self, word: u64) -> Flow {
        if let Err(flow) = self.access(word, 4, super::access::Mode::Read) {
            return flow;
        }
        self.wait_for(LockRef::condition(LockType::Word, word))
    }

    /// `__gp_begin()`: everyone inside an RCU reader now must leave it before the grace period ends.
    /// A second begin while one is under way makes both wait for both's readers.
    pub(super) fn gp_begin(&mut self) -> Flow {
        self.hold_up(HOLDS_GP);
        self.next()
    }

    /// `__gp_wait()`: sleeps until all of those have left.
    pub(super) fn gp_wait(&mut self) -> Flow {
        self.wait_for(LockRef::condition(LockType::GracePeriod, 0))
    }

    fn wait_for(&mut self, condition: LockRef) -> Flow {
        if self.machine.lock_is_free(&condition) {
            self.ctx.waits_for = None;
            return self.next();
        }
        if self.ctx.waits_for.is_none() {
            self.gives_up_cpu(None);
            if self.ctx.kind == ContextKind::Nmi {
                return self.scheduled_in_nmi();
            }
        }
        self.ctx.waits_for = Some(condition);
        Flow::Wait
    }

    /// Whether the context that executes is inside a reader.
    pub(super) fn in_reader(&self) -> bool {
        let cpu = &self.machine.cpus[usize::from(self.cpu.0)];
        self.ctx.kind != ContextKind::Task
            || self.ctx.rcu_depth > 0
            || cpu.preempt_count != 0
            || cpu.irqs_off
    }
}

impl Machine {
    /// Whether a task is inside an RCU reader: `rcu_read_lock()`, or preemption, bottom halves or
    /// interrupts off.
    pub(super) fn task_is_reader(&self, id: TaskId) -> bool {
        let task = &self.tasks[usize::from(id.0)];
        let cpu = &self.cpus[usize::from(task.cpu.0)];
        let (count, irqs_off) = match (cpu.current == Some(id), cpu.interrupts.first()) {
            (false, _) => (task.preempt_count, task.irqs_off),
            (true, None) => (cpu.preempt_count, cpu.irqs_off),
            (true, Some(first)) => (first.preempt_count_before, first.irqs_off_before),
        };
        task.state != TaskState::Done && (task.context.rcu_depth > 0 || count != 0 || irqs_off)
    }
}

impl LockRef {
    /// Something to wait for that is no lock.
    fn condition(ty: LockType, addr: u64) -> LockRef {
        LockRef {
            addr,
            class: 0,
            name: 0,
            ty,
            read: false,
            trylock: false,
            sleeps: true,
        }
    }
}

impl Context {
    /// Nothing: the context of a task that does not exist.
    fn none(run: RunId) -> Context {
        Context {
            kind: ContextKind::Task,
            run,
            frames: Vec::new(),
            regs: Vec::new(),
            stack: 0,
            stack_used: 0,
            atomic: 0,
            waits_for: None,
            choosing: super::context::Choosing::No,
            may_switch: false,
            held: Vec::new(),
            rcu_depth: 0,
            migrate_disable: 0,
            bh_disable: 0,
            irqs_off_before: false,
            preempt_count_before: 0,
            count_lost: 0,
            holds: 0,
        }
    }
}
