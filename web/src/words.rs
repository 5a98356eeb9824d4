//! Machine values in a few words for people; whole reports are the model's business.

use model::machine::context::ContextKind;
use model::machine::event::{LockRef, LockType};
use model::machine::{Action, CpuId, Machine, TaskId};

/// What a choice means in a state: `CPU 0 goes on`, `NMI arrives on CPU 0`.
pub fn action(machine: &Machine, action: Action) -> String {
    match action {
        Action::Step(cpu) => format!("CPU {} goes on{}", cpu.0, inside(machine, cpu)),
        Action::Arrive(run) => match machine.setup().runs.get(usize::from(run.0)) {
            Some(spec) => {
                let entry = &machine.program().func(spec.entry).name;
                let who = arrival(spec.placement.kind);
                format!("{who} arrives on CPU {}: {entry}()", spec.cpu.0)
            }
            None => format!("run {} arrives", run.0),
        },
        Action::Switch(cpu, task) => {
            format!("CPU {} switches to {}", cpu.0, task_name(machine, task))
        }
        Action::Choose(cpu, value) => format!("CPU {}: the environment answers {value}", cpu.0),
    }
}

fn inside(machine: &Machine, cpu: CpuId) -> String {
    match machine.top(cpu).map(|context| context.kind) {
        None | Some(ContextKind::Task) => String::new(),
        Some(kind) => format!(" in the {}", kind.word()),
    }
}

fn arrival(kind: ContextKind) -> &'static str {
    match kind {
        ContextKind::Task => "a task",
        ContextKind::Softirq => "a softirq",
        ContextKind::Hardirq { .. } => "a hardirq",
        ContextKind::Nmi => "an NMI",
    }
}

/// `task 1 (handler)`: its number and the function it was started with.
pub fn task_name(machine: &Machine, task: TaskId) -> String {
    match machine.setup().run_of_task(task) {
        Some(run) => {
            let run = &machine.setup().runs[usize::from(run.0)];
            format!(
                "task {} ({})",
                task.0,
                machine.program().func(run.entry).name
            )
        }
        None => format!("task {}", task.0),
    }
}

/// The C type a lock was declared with.
pub fn declared_type(lock: &LockRef) -> String {
    let name = match lock.ty {
        LockType::RawSpin => "raw_spinlock_t",
        LockType::Spin => "spinlock_t",
        LockType::Rw if lock.read => "rwlock_t, as a reader",
        LockType::Rw => "rwlock_t, as the writer",
        LockType::Mutex => "struct mutex",
        LockType::Local => "local_lock_t",
        LockType::Bit(bit) => return format!("bit {bit} of a word"),
        LockType::Map | LockType::OverrideMap => "lockdep_map",
        LockType::Rcu | LockType::RcuBh | LockType::RcuSched => "RCU read section",
        LockType::Word | LockType::GracePeriod => "something to wait for",
    };
    name.into()
}

/// What that type is on this configuration.
pub fn type_here(lock: &LockRef, rt: bool) -> &'static str {
    match lock.ty {
        LockType::RawSpin | LockType::Bit(_) => "it spins",
        LockType::Spin | LockType::Rw | LockType::Local if lock.sleeps => {
            "a sleeping lock (rtmutex)"
        }
        LockType::Spin | LockType::Rw => "it spins",
        LockType::Mutex => "a sleeping lock",
        LockType::Local => "preemption or interrupts off",
        LockType::Map | LockType::OverrideMap => "only a note for lockdep",
        LockType::Rcu if rt => "preemption stays on",
        LockType::Rcu | LockType::RcuBh | LockType::RcuSched => "no lock",
        LockType::Word | LockType::GracePeriod => "no lock",
    }
}

/// `1 page`, `2 pages`.
pub fn pages(n: u64) -> String {
    if n == 1 {
        "1 page".into()
    } else {
        format!("{n} pages")
    }
}
