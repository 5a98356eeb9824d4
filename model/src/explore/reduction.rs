//! Which steps nobody else can notice.
//!
//! Such a step may be performed at once: whatever the others do before it, they could do after it as
//! well, with the same result. It changes nothing but its own context and memory that no other context
//! can touch before it is done, and it reads only such memory and memory that nobody writes:
//!
//! * memory that one context alone touches in all executions,
//! * memory that only contexts of one CPU touch, while none of those can get the CPU (interrupts, bottom
//!   halves or preemption are off, or it runs at their level),
//! * memory that every context touches with a certain lock held, while this context holds it,
//! * memory that is not written after the start.
//!
//! Who touches what is not computed beforehand. The search assumes that memory is private until it
//! sees otherwise, records every access of every step it performs, and begins again when an access
//! contradicts what it relied on. What remains at the end holds in all executions: in the first step
//! of any execution that contradicted it, the search would have met the same access.
//!
//! Never among these steps: whatever has to do with locks, interrupts, the scheduler, RCU, services,
//! output or objects; what a check objects to; a context's end; entering and leaving the code whose
//! lists [`crate::check`] walks when nobody is inside.
//!
//! What it can miss: nothing that [`super::Outcome`] tells but numbers of states. The page "The
//! explorer" of the book has the argument.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use rustc_hash::FxHasher;

use crate::inspect::{self, Kernel};
use crate::machine::context::{Choosing, Context};
use crate::machine::footprint::{Footprint, GRANULE};
use crate::machine::priority;
use crate::machine::{Action, CpuId, Event, EventKind, Machine};
use crate::program::FuncId;
use crate::program::address::{DATA, PERCPU, PERCPU_STRIDE, TEXT, VMEMMAP};

/// Stands for all that the walk over the lists reads; no granule has that number.
const LISTS: u64 = 1 << 63;

type Map<K, V> = HashMap<K, V, BuildHasherDefault<FxHasher>>;
type Set<K> = HashSet<K, BuildHasherDefault<FxHasher>>;

/// Who performs a step.
#[derive(Clone, Debug, Default)]
pub struct Who {
    /// Its stack: contexts that never exist at the same time may share one. 0 for no context.
    agent: u64,
    cpu: u8,
    level: i8,
    /// Contexts of this CPU up to this level cannot get the CPU before the step is done.
    mask: i8,
    /// Granules of locks it holds that nobody can hold at the same time.
    locks: Vec<u64>,
    /// The scheduler was asked for another task.
    may_switch: bool,
    /// It is inside the code whose lists are walked when nobody is.
    in_lists: bool,
    /// It has executed something, if the scheduler asks for that.
    has_begun: bool,
    /// Where it stands, callers included.
    place: u64,
}

/// Who touches a granule of memory.
#[derive(Clone, Debug)]
struct Access {
    /// The one that does; none when there are several.
    agent: Option<u64>,
    /// The CPU of all; none when there are several.
    cpu: Option<u8>,
    /// The highest level.
    level: i8,
    /// Locks that all hold, by granule.
    locks: Vec<u64>,
    /// Somebody writes it.
    written: bool,
    /// Somebody writes it who does not take or release it as a lock.
    stored: bool,
    /// A step was thought unnoticed because of this.
    relied_on: bool,
}

/// What is known about who touches what.
pub struct Reduction {
    accesses: Map<u64, Access>,
    /// Granules of words that are locks.
    lock_words: Set<u64>,
    /// Of these, those that are also written otherwise, or released by someone who does not hold them.
    unreliable: Set<u64>,
    /// Places at which a step was noticed once.
    noticed: Set<u64>,
    refuted: bool,
    /// For each function whether it is code whose lists are walked; empty without a kernel.
    list_code: Vec<bool>,
}

impl Reduction {
    /// Nothing is known yet.
    pub fn new(initial: &Machine) -> Reduction {
        let functions = initial.program().functions.len() as u32;
        let list_code = match Kernel::of(initial) {
            Some(_) => (0..functions)
                .map(|f| inspect::is_list_code(initial.program(), FuncId(f)))
                .collect(),
            None => Vec::new(),
        };
        Reduction {
            accesses: Map::default(),
            lock_words: Set::default(),
            unreliable: Set::default(),
            noticed: Set::default(),
            refuted: false,
            list_code,
        }
    }

    /// Something that was relied on has turned out wrong.
    pub fn is_refuted(&self) -> bool {
        self.refuted
    }

    /// A new search with what is known now.
    pub fn begin_again(&mut self) {
        self.refuted = false;
        for access in self.accesses.values_mut() {
            access.relied_on = false;
        }
    }

    /// A step that is expected to be unnoticed.
    pub fn unnoticed(&self, machine: &Machine) -> Option<Action> {
        let cpus = (0..machine.setup().n_cpus).map(CpuId);
        let expected = |top: &Context| {
            !top.may_switch && top.waits_for.is_none() && !self.noticed.contains(&place(top))
        };
        cpus.filter(|&cpu| machine.top(cpu).is_some_and(expected))
            .find(|&cpu| machine.step_is_enabled(cpu))
            .map(Action::Step)
    }

    /// From now on a state is kept before this step.
    pub fn expect_notice(&mut self, who: &Who) {
        self.noticed.insert(who.place);
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
        let granules = granules.map(|h| h.lock.addr / GRANULE);
        Who {
            agent: top.stack,
            cpu: cpu.0,
            level: top.kind.level() as i8,
            mask: machine.mask(cpu),
            locks: granules.filter(|g| !self.unreliable.contains(g)).collect(),
            may_switch: top.may_switch,
            in_lists: self.in_lists(top),
            has_begun: has_begun(machine, top),
            place: place(top),
        }
    }

    /// Records what a step touched.
    pub fn learn(&mut self, who: &Who, before: &Machine, events: &[Event], footprint: &Footprint) {
        for &granule in &footprint.locks {
            self.touch(who, granule, true);
            self.lock_words.insert(granule);
            if self.accesses[&granule].stored {
                self.distrust(granule);
            }
        }
        for &(granule, written) in &footprint.granules {
            self.touch(who, granule, written);
            if written && self.lock_words.contains(&granule) {
                self.distrust(granule);
            }
            self.note_store(granule, written);
        }
        for event in events {
            if let EventKind::BadUnlock(lock) = &event.kind {
                self.distrust(lock.addr / GRANULE);
            }
        }
        self.learn_of_lists(who, before, events, footprint);
    }

    /// Whether nobody else could have noticed this step, in which no check found anything.
    pub fn is_unnoticed(
        &mut self,
        who: &Who,
        after: &Machine,
        events: &[Event],
        footprint: &Footprint,
    ) -> bool {
        let goes_on = |top: &Context| {
            top.stack == who.agent
                && top.waits_for.is_none()
                && top.choosing == Choosing::No
                && !top.may_switch
                && self.in_lists(top) == who.in_lists
                && has_begun(after, top) == who.has_begun
        };
        let quiet = !footprint.more
            && footprint.locks.is_empty()
            && !who.may_switch
            && events.iter().all(is_quiet)
            && after.halted.is_none()
            && after.top(CpuId(who.cpu)).is_some_and(goes_on);
        let private = |&(granule, _): &(u64, bool)| self.accesses[&granule].is_private_to(who);
        if !quiet || !footprint.granules.iter().all(private) {
            return false;
        }
        for (granule, _) in &footprint.granules {
            if let Some(access) = self.accesses.get_mut(granule) {
                access.relied_on = true;
            }
        }
        true
    }

    fn touch(&mut self, who: &Who, granule: u64, written: bool) {
        match self.accesses.entry(granule) {
            Entry::Vacant(entry) => {
                entry.insert(Access::first(who, written));
            }
            Entry::Occupied(mut entry) => {
                self.refuted |= entry.get_mut().widen(who, written) && entry.get().relied_on;
            }
        }
    }

    fn note_store(&mut self, granule: u64, written: bool) {
        if let Some(access) = self.accesses.get_mut(&granule) {
            access.stored |= written;
        }
    }

    fn distrust(&mut self, lock: u64) {
        self.refuted |= self.unreliable.insert(lock);
    }

    /// A context's end reads all lists when nobody is inside their code; who writes to them from
    /// outside that code must not be overtaken by it.
    fn learn_of_lists(
        &mut self,
        who: &Who,
        machine: &Machine,
        events: &[Event],
        footprint: &Footprint,
    ) {
        if self.list_code.is_empty() {
            return;
        }
        let ends = |e: &Event| matches!(e.kind, EventKind::Exit { .. });
        if events.last().is_some_and(ends) {
            self.touch(who, LISTS, false);
        }
        let written = |&(granule, written): &(u64, bool)| {
            written && !who.in_lists && is_in_lists(machine, granule)
        };
        if footprint.granules.iter().any(written) {
            self.touch(who, LISTS, true);
        }
    }

    fn in_lists(&self, context: &Context) -> bool {
        let code = |func: FuncId| self.list_code.get(func.0 as usize) == Some(&true);
        !self.list_code.is_empty() && context.frames.iter().any(|f| code(f.func))
    }
}

impl Access {
    fn first(who: &Who, written: bool) -> Access {
        Access {
            agent: Some(who.agent),
            cpu: Some(who.cpu),
            level: who.level,
            locks: who.locks.clone(),
            written,
            stored: false,
            relied_on: false,
        }
    }

    /// One more access; whether it says anything new.
    fn widen(&mut self, who: &Who, written: bool) -> bool {
        let other = self.agent.is_some_and(|agent| agent != who.agent);
        let elsewhere = self.cpu.is_some_and(|cpu| cpu != who.cpu);
        let higher = self.level < who.level;
        let n_locks = self.locks.len();
        self.locks.retain(|lock| who.locks.contains(lock));
        let changes = other
            || elsewhere
            || higher
            || self.locks.len() < n_locks
            || (written && !self.written);
        self.agent = self.agent.filter(|_| !other);
        self.cpu = self.cpu.filter(|_| !elsewhere);
        self.level = self.level.max(who.level);
        self.written |= written;
        changes
    }

    /// Whether nobody else can touch it, or nobody writes it, before a step of theirs is done.
    fn is_private_to(&self, who: &Who) -> bool {
        let cpu_is_theirs = self.cpu == Some(who.cpu) && who.mask >= self.level;
        let alone = self.agent == Some(who.agent);
        !self.written || alone || cpu_is_theirs || !self.locks.is_empty()
    }
}

/// What happened concerns nobody else, as long as no check objects.
fn is_quiet(event: &Event) -> bool {
    matches!(
        event.kind,
        EventKind::Call { .. }
            | EventKind::Return { .. }
            | EventKind::MightSleep { .. }
            | EventKind::PagesMapped { .. }
    )
}

fn has_begun(machine: &Machine, context: &Context) -> bool {
    !machine.beginning_counts() || priority::has_begun(context)
}

/// Where a context stands, callers included.
fn place(context: &Context) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write_u64(context.stack);
    for frame in &context.frames {
        hasher.write_u32(frame.func.0);
        hasher.write_u32(frame.pc);
    }
    hasher.finish()
}

/// Whether the walk over the lists may read this granule: the memory map, and data of their code.
fn is_in_lists(machine: &Machine, granule: u64) -> bool {
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
