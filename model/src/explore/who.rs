//! Who performs a step: what of a context matters to others.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use super::access::{Agents, SHARED, Toucher};
use crate::inspect::{self, Kernel};
use crate::machine::context::{Context, ContextKind};
use crate::machine::footprint::GRANULE;
use crate::machine::priority;
use crate::machine::{Action, CpuId, Machine};
use crate::program::FuncId;
use crate::program::address::{DATA, PERCPU, PERCPU_STRIDE, STACK, STACK_STRIDE, TEXT, VMEMMAP};

/// Who performs a step.
#[derive(Clone, Debug, Default)]
pub struct Who {
    /// Its stack: contexts that never exist at the same time may share one. 0 for no context.
    pub stack: u64,
    /// Its place.
    pub agent: Agents,
    /// The CPU it is on.
    pub cpu: u8,
    /// Its level.
    pub level: i8,
    /// Granules of locks it holds that nobody can hold at the same time.
    pub locks: Vec<u64>,
    /// The scheduler was asked for another task.
    pub may_switch: bool,
    /// It is inside the code whose lists are walked when nobody is.
    pub in_lists: bool,
    /// It has executed something, if the scheduler asks for that.
    pub has_begun: bool,
    /// Where it stands, callers included.
    pub place: u64,
}

impl Who {
    /// As somebody who touches memory, holding these.
    pub fn touching<'a>(&self, locks: &'a [u64]) -> Toucher<'a> {
        Toucher {
            agent: self.agent,
            cpu: self.cpu,
            level: self.level,
            locks,
        }
    }
}

/// What is asked of contexts, whatever the state.
pub struct Places {
    /// For each function whether it is code whose lists are walked; empty without a kernel.
    list_code: Vec<bool>,
    n_tasks: usize,
}

impl Places {
    /// Of the contexts of a machine.
    pub fn new(initial: &Machine) -> Places {
        let functions = initial.program().functions.len() as u32;
        let list_code = match Kernel::of(initial) {
            Some(_) => (0..functions)
                .map(|f| inspect::is_list_code(initial.program(), FuncId(f)))
                .collect(),
            None => Vec::new(),
        };
        Places {
            list_code,
            n_tasks: initial.setup().tasks.max(),
        }
    }

    /// Whether there are lists that are walked.
    pub fn has_lists(&self) -> bool {
        !self.list_code.is_empty()
    }

    /// Who is about to perform an action.
    pub fn who(&self, machine: &Machine, action: Action) -> Who {
        let (Action::Step(cpu) | Action::Choose(cpu, _)) = action else {
            return Who::default();
        };
        let Some(top) = machine.top(cpu) else {
            return Who::default();
        };
        let granules = top.held.iter().filter(|h| machine.lock_excludes(&h.lock));
        Who {
            stack: top.stack,
            agent: self.agent(top),
            cpu: cpu.0,
            level: top.kind.level() as i8,
            locks: granules.map(|h| h.lock.addr / GRANULE).collect(),
            may_switch: top.may_switch,
            in_lists: self.in_lists(top),
            has_begun: has_begun(machine, top),
            place: place(top),
        }
    }

    /// Whether a context is inside the code whose lists are walked.
    pub fn in_lists(&self, context: &Context) -> bool {
        let code = |func: FuncId| self.list_code.get(func.0 as usize) == Some(&true);
        !self.list_code.is_empty() && context.frames.iter().any(|f| code(f.func))
    }

    /// The bit of a context's place.
    fn agent(&self, context: &Context) -> Agents {
        let number = (context.stack.wrapping_sub(STACK) / STACK_STRIDE) as usize;
        let place = match context.kind {
            ContextKind::Task => number,
            kind => self.n_tasks + (number & 0xff) / 4 * 3 + kind.level() - 1,
        };
        1_u64.checked_shl(place as u32).unwrap_or(SHARED)
    }
}

/// Whether a context has executed something, if the scheduler asks for that.
pub fn has_begun(machine: &Machine, context: &Context) -> bool {
    !machine.beginning_counts() || priority::has_begun(context)
}

/// Where a context stands, callers included.
pub fn place(context: &Context) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write_u64(context.stack);
    for frame in &context.frames {
        hasher.write_u32(frame.func.0);
        hasher.write_u32(frame.pc);
    }
    hasher.finish()
}

/// Whether the walk over the lists may read this granule: the memory map, and data of their code.
pub fn is_in_lists(machine: &Machine, granule: u64) -> bool {
    let addr = granule.wrapping_mul(GRANULE);
    let template = match addr {
        PERCPU..VMEMMAP => PERCPU + (addr - PERCPU) % PERCPU_STRIDE,
        VMEMMAP..TEXT => return true,
        DATA.. => addr,
        _ => return false,
    };
    let program = machine.program();
    let global = program
        .global_at(template)
        .or_else(|| program.global_at(template + GRANULE - 1));
    global.is_some_and(|g| inspect::is_list_file(program, g.span))
}

/// The one task of each CPU, where that is so.
pub fn tasks(machine: &Machine) -> Vec<Agents> {
    let setup = machine.setup();
    let of = |cpu: u8| {
        let mut runs = setup.runs.iter();
        let run = runs.position(|run| run.cpu == CpuId(cpu));
        run.filter(|_| is_lonely(machine)).map_or(0, |run| 1 << run)
    };
    (0..setup.n_cpus).map(of).collect()
}

/// Whether each CPU has at most one task and nothing else can ever run.
pub fn is_lonely(machine: &Machine) -> bool {
    let setup = machine.setup();
    let task = |run: usize| setup.runs[run].placement.kind == ContextKind::Task;
    let alone = |run: usize| (0..run).all(|other| setup.runs[other].cpu != setup.runs[run].cpu);
    (0..setup.runs.len()).all(|run| task(run) && alone(run))
}
