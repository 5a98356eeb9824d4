//! The machine: a value with [`Machine::enabled`] and [`Machine::step`], nothing else.
//!
//! It knows CPUs, contexts, locks, interrupts and memory; it does not know the allocator, and it does
//! not judge: what a step did comes out as [`Event`]s. Who chooses the next [`Action`] is not its
//! business.

mod access;
pub mod context;
pub mod digest;
pub mod event;
mod exec;
pub mod footprint;
mod guard;
mod lock;
pub mod lockdep;
pub mod memory;
pub mod object;
mod primitive;
mod printk;
pub mod priority;
mod sched;
pub mod schedule;
pub mod service;

use std::hash::{Hash, Hasher};
use std::rc::Rc;

use crate::config::Config;
use crate::program::{FuncId, Program, address};
use crate::syntax::source::Span;
use context::{Context, ContextKind, Placement};
pub use event::{Event, EventKind, Fault};
use lockdep::Lockdep;
use memory::Memory;
pub use schedule::{Action, Schedule};

/// Index of a CPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CpuId(pub u8);

/// Index of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskId(pub u16);

/// Index of one of the scenario's runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunId(pub u16);

/// One `[[run]]` of a scenario: a context and the function it calls.
#[derive(Clone, Debug)]
pub struct RunSpec {
    /// The context's name, a word of [`context::CONTEXT_NAMES`].
    pub name: String,
    /// What that means on this configuration.
    pub placement: Placement,
    /// On which CPU.
    pub cpu: CpuId,
    /// The function that is called.
    pub entry: FuncId,
    /// The function that takes the entry's address and wraps the call, for wrapped contexts.
    pub wrapper: Option<FuncId>,
    /// The priority of a task: that of its placement unless the scenario says another.
    pub prio: u8,
    /// How often it arrives (1 for tasks).
    pub count: u32,
    /// For a service: tasks sleep until it has run.
    pub awaited: bool,
}

/// What does not change while a machine runs.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The compiled C texts.
    pub program: Rc<Program>,
    /// The kernel configuration.
    pub config: Config,
    /// `LINUX_VERSION_CODE`; 0 without a kernel. Some rules and reports depend on it.
    pub kernel_version: u32,
    /// Number of CPUs.
    pub n_cpus: u8,
    /// The scenario's contexts, then each service on each CPU.
    pub runs: Vec<RunSpec>,
    /// How many of them are the scenario's own.
    pub scenario_runs: usize,
    /// What follows from the runs; see [`Setup::set_runs`].
    pub tasks: service::TaskRuns,
    /// Page frames that exist: first, one past the last.
    pub pages: Vec<(u64, u64)>,
    /// `sizeof(struct page)`; 0 without a kernel.
    pub page_struct_size: u64,
    /// Only services that are awaited are ever armed: what a context leaves behind does not come.
    pub services_off: bool,
}

/// A CPU.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cpu {
    /// The task on it; none when idle.
    pub current: Option<TaskId>,
    /// The interrupts that are being served, innermost last.
    pub interrupts: Vec<Rc<Context>>,
    /// `preempt_count`, with the preemption part also where the configuration does not keep it.
    pub preempt_count: u32,
    /// Interrupts are masked.
    pub irqs_off: bool,
    /// Softirqs raised in an interrupt are served before anything else.
    pub softirq_due: bool,
}

/// Whether a task can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TaskState {
    /// On a CPU or waiting for one.
    Runnable,
    /// Waits for the lock in its context.
    Blocked,
    /// Finished.
    Done,
}

/// A task.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Task {
    /// Its CPU: tasks do not move.
    pub cpu: CpuId,
    /// Whether it can run.
    pub state: TaskState,
    /// What it executes.
    pub context: Rc<Context>,
    /// `preempt_count` while it is not on the CPU.
    pub preempt_count: u32,
    /// Interrupts masked while it is not on the CPU.
    pub irqs_off: bool,
}

/// What has been reported so far; kept by [`crate::check`], which decides what a kernel prints.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Console {
    /// Indices of the classes printed, in order of appearance.
    pub printed: Vec<u8>,
    /// Printed from NMI: they appear when the NMI returns, and never if it does not.
    pub deferred: Vec<u8>,
    /// Bit set of the rules broken, printed or not.
    pub broken: u32,
    /// lockdep has switched itself off (`debug_locks = 0`).
    pub lockdep_off: bool,
    /// An allocation returned NULL.
    pub null: bool,
}

/// The static part, which is no part of the state.
#[derive(Clone, Debug)]
struct Shared(Rc<Setup>);

impl PartialEq for Shared {
    fn eq(&self, other: &Shared) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Shared {}

impl Hash for Shared {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// The whole state.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Machine {
    setup: Shared,
    /// Memory.
    pub memory: Memory,
    /// The CPUs.
    pub cpus: Vec<Cpu>,
    /// The tasks.
    pub tasks: Vec<Task>,
    /// How often each of the scenario's runs may still arrive.
    pub arrivals: Vec<u32>,
    /// The services that are armed, a bit each; see [`service`].
    pub armed: u128,
    /// What each of the scenario's runs' entry function returned last.
    pub returns: Rc<Vec<Option<u64>>>,
    /// lockdep's classes.
    pub lockdep: Rc<Lockdep>,
    /// Pages whose contents belong to nobody: sorted ranges, first and one past the last.
    pub free_pages: Rc<Vec<(u64, u64)>>,
    /// Objects queued for a grace period or freed, as far as the C texts tell; see [`object`].
    pub objects: Rc<Vec<Option<object::Object>>>,
    /// What has been reported.
    pub console: Rc<Console>,
    /// Why nothing runs any more (panic, fault).
    pub halted: Option<Rc<str>>,
    /// Stack and used bytes of the context that executes right now; zero between steps.
    running_stack: (u64, u32),
}

/// Where a context stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The function.
    pub func: FuncId,
    /// The statement or, in callers, the call.
    pub span: Span,
}

impl Machine {
    /// A machine with its memory loaded and nothing running.
    pub fn new(setup: Rc<Setup>) -> Machine {
        let mut memory = Memory::default();
        for (addr, bytes) in &setup.program.image {
            if (address::PERCPU..address::PERCPU + address::PERCPU_STRIDE).contains(addr) {
                for cpu in 0..u64::from(setup.n_cpus) {
                    memory.write_bytes(addr + address::PERCPU_STRIDE * (cpu + 1), bytes);
                }
            } else {
                memory.write_bytes(*addr, bytes);
            }
        }
        let idle = Cpu {
            current: None,
            interrupts: Vec::new(),
            preempt_count: 0,
            irqs_off: false,
            softirq_due: false,
        };
        Machine {
            memory,
            cpus: vec![idle; usize::from(setup.n_cpus)],
            tasks: Vec::new(),
            arrivals: vec![0; setup.scenario_runs],
            armed: 0,
            returns: Rc::new(vec![None; setup.scenario_runs]),
            lockdep: Rc::default(),
            free_pages: Rc::default(),
            objects: Rc::default(),
            console: Rc::default(),
            halted: None,
            running_stack: (0, 0),
            setup: Shared(setup),
        }
    }

    /// The same state before its tasks start, with another static part: other runs, nothing else.
    pub fn with_setup(&self, setup: Rc<Setup>) -> Machine {
        Machine {
            arrivals: vec![0; setup.scenario_runs],
            returns: Rc::new(vec![None; setup.scenario_runs]),
            setup: Shared(setup),
            ..self.clone()
        }
    }

    /// The part that does not change.
    pub fn setup(&self) -> &Setup {
        &self.setup.0
    }

    /// The same, shared.
    pub fn setup_rc(&self) -> Rc<Setup> {
        Rc::clone(&self.setup.0)
    }

    /// The compiled texts.
    pub fn program(&self) -> &Program {
        &self.setup.0.program
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.setup.0.config
    }

    /// Executes one function in task context on CPU 0 to its end, before anything else runs: boot.
    ///
    /// # Errors
    /// When it cannot finish: a fault, a lock never released, more than `steps_max` steps. With the
    /// statement where it stands.
    pub fn run_before_start(
        &mut self,
        func: FuncId,
        steps_max: u32,
    ) -> Result<u64, (String, Span)> {
        assert!(self.tasks.is_empty(), "boot comes before the tasks");
        self.tasks.push(Task {
            cpu: CpuId(0),
            state: TaskState::Runnable,
            context: Rc::new(self.new_context(ContextKind::Task, RunId(0), 0, func, &[])),
            preempt_count: 0,
            irqs_off: false,
        });
        self.cpus[0].current = Some(TaskId(0));
        let mut value = 0;
        let mut events = Vec::new();
        for _ in 0..steps_max {
            events.clear();
            self.step_into(Action::Step(CpuId(0)), &mut events, None);
            if let Some(reason) = &self.halted {
                let last = events.last().map_or_else(Span::default, |e| e.span);
                return Err((reason.to_string(), last));
            }
            // Nothing else runs: a lock that is not free now will never be.
            if let Some(lock) = self.tasks[0].context.waits_for {
                let reason = format!(
                    "it waits for {}, which nobody releases",
                    self.lock_name(&lock)
                );
                return Err((reason, self.task_span(TaskId(0))));
            }
            for event in &events {
                if let EventKind::Exit {
                    value: returned, ..
                } = event.kind
                {
                    value = returned;
                }
            }
            if self.tasks[0].state != TaskState::Runnable {
                break;
            }
        }
        let state = self.tasks[0].state;
        let stands = self.task_span(TaskId(0));
        self.tasks.clear();
        Rc::make_mut(&mut self.returns).fill(None);
        self.cpus[0].current = None;
        match state {
            TaskState::Done => Ok(value),
            TaskState::Blocked | TaskState::Runnable => {
                Err((format!("it does not end within {steps_max} steps"), stands))
            }
        }
    }

    fn task_span(&self, task: TaskId) -> Span {
        let context = &self.tasks[usize::from(task.0)].context;
        self.positions(context)
            .last()
            .map_or_else(Span::default, |p| p.span)
    }

    /// Makes the scenario's tasks runnable and its interrupts ready to arrive.
    pub fn start(&mut self) {
        let setup = self.setup_rc();
        for (idx, run) in setup.runs[..setup.scenario_runs].iter().enumerate() {
            if run.placement.kind != ContextKind::Task {
                self.arrivals[idx] = run.count;
                continue;
            }
            let slot = self.tasks.len() as u64;
            let task = self.task_of_run(RunId(idx as u16), slot);
            self.tasks.push(task);
        }
        for cpu in 0..setup.n_cpus {
            let mine = |t: &Task| t.cpu == CpuId(cpu);
            if let Some(first) = self.tasks.iter().position(mine) {
                self.put_on_cpu(CpuId(cpu), TaskId(first as u16));
                // Which of several tasks runs first is a choice, also without preemption.
                let several = self.tasks.iter().filter(|t| mine(t)).count() > 1;
                Rc::make_mut(&mut self.tasks[first].context).may_switch = several;
            }
        }
    }

    /// The innermost context of a CPU.
    pub fn top(&self, cpu: CpuId) -> Option<&Context> {
        let this = &self.cpus[usize::from(cpu.0)];
        match this.interrupts.last() {
            Some(context) => Some(context),
            None => this.current.map(|t| &*self.tasks[usize::from(t.0)].context),
        }
    }

    /// The same, to put another one in its place.
    pub fn top_rc(&mut self, cpu: CpuId) -> Option<&mut Rc<Context>> {
        let this = &mut self.cpus[usize::from(cpu.0)];
        match this.interrupts.last_mut() {
            Some(context) => Some(context),
            None => Some(&mut self.tasks[usize::from(this.current?.0)].context),
        }
    }

    /// The contexts of a CPU: its task, then what interrupted it, innermost last.
    pub fn contexts(&self, cpu: CpuId) -> impl Iterator<Item = &Context> {
        let this = &self.cpus[usize::from(cpu.0)];
        let task = this.current.map(|t| &*self.tasks[usize::from(t.0)].context);
        task.into_iter().chain(this.interrupts.iter().map(|c| &**c))
    }

    /// Where a context's functions stand, outermost first.
    pub fn positions(&self, context: &Context) -> Vec<Position> {
        let last = context.frames.len().wrapping_sub(1);
        let place = |(i, frame): (usize, &context::Frame)| {
            let func = self.program().func(frame.func);
            let pc = if i == last {
                frame.pc
            } else {
                frame.pc.saturating_sub(1)
            };
            let span = func.spans.get(pc as usize).copied().unwrap_or(func.span);
            Position {
                func: frame.func,
                span,
            }
        };
        context.frames.iter().enumerate().map(place).collect()
    }

    /// Whether every run has finished.
    pub fn finished(&self) -> bool {
        self.arrivals.iter().all(|&n| n == 0)
            && self.armed == 0
            && self.tasks.iter().all(|t| t.state == TaskState::Done)
            && self.cpus.iter().all(|c| c.interrupts.is_empty())
    }

    /// A NUL-terminated string in memory, at most 4096 bytes of it.
    pub fn c_string(&self, addr: u64) -> String {
        let bytes: Vec<u8> = (0..4096)
            .map_while(|i| {
                let at = addr.wrapping_add(i);
                self.check_access(at, 1, access::Mode::Read).ok()?;
                let byte = self.memory.read(at, 1) as u8;
                (byte != 0).then_some(byte)
            })
            .collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The name of a lock as lockdep prints it.
    pub fn lock_name(&self, lock: &event::LockRef) -> String {
        use event::LockType;
        match lock.ty {
            LockType::Rcu => return "rcu_read_lock".into(),
            LockType::RcuBh => return "rcu_read_lock_bh".into(),
            LockType::RcuSched => return "rcu_read_lock_sched".into(),
            LockType::Bit(bit) => return format!("bit {bit} of {:x}", lock.addr),
            LockType::Word => return "a completion".into(),
            LockType::GracePeriod => return "a grace period".into(),
            _ => {}
        }
        if lock.name == lock::WAIT_LOCK_NAME {
            return "&lock->wait_lock".into();
        }
        let name = self.c_string(lock.name);
        if !name.is_empty() {
            return name;
        }
        self.program()
            .global_at(lock.addr)
            .map_or_else(|| "?".into(), |g| g.name.clone())
    }

    /// `preempt_count()` as this configuration shows it.
    pub fn visible_preempt_count(&self, count: u32) -> u32 {
        if self.config().preempt_count {
            count
        } else {
            count & !0xff
        }
    }

    /// A short fingerprint of the whole state, for links and reports: not for deciding equality.
    pub fn digest(&self) -> u32 {
        let mut hasher = digest::Portable::default();
        self.hash(&mut hasher);
        let hash = hasher.finish();
        (hash ^ (hash >> 32)) as u32
    }
}
