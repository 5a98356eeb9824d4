//! Which steps nobody else can notice.
//!
//! Such a step may be performed at once: whatever the others do before it, they could do after it as
//! well, with the same result. It changes nothing but its own context and memory that no other context
//! can touch before it is done, and it reads only such memory and memory that nobody writes:
//!
//! * memory that no other context touches, or that nobody writes, in all executions,
//! * memory that only contexts of one CPU touch, while none of those can get the CPU (interrupts, bottom
//!   halves or preemption are off, or it runs at their level),
//! * memory that every context touches with a certain lock held, while this context holds it; a lock is one
//!   of the machine's or a variable that is used as one (see [`super::guard_lock`]),
//! * memory that only such contexts touch as cannot go on before this step is done: they wait for what
//!   only this context, or others that wait so, can change. That is looked at only where each CPU has one
//!   task and nothing else.
//!
//! Who touches what is not computed beforehand. The search assumes that memory is private until it
//! sees otherwise, records every access of every step it performs, and begins again when an access
//! contradicts what it relied on. What remains at the end holds in all executions: in the first step
//! of any execution that contradicted it, the search would have met the same access.
//!
//! Never among these steps: whatever has to do with locks of the machine, interrupts, the scheduler, RCU,
//! services, output or objects; what a check objects to; a context's end; entering and leaving the code
//! whose lists [`crate::check`] walks when nobody is inside.
//!
//! What it can miss: nothing that [`super::Outcome`] tells but numbers of states. The page "The
//! explorer" of the book has the argument.

use std::collections::HashSet;
use std::hash::BuildHasherDefault;

use rustc_hash::FxHasher;

use super::access::{Accesses, Agents};
use super::guard_lock::{GuardLocks, GuardUse, Held};
use super::memo::Leaf;
use super::who::{Places, Who, has_begun, is_in_lists, is_lonely, place, tasks};
use crate::machine::context::{Choosing, Context};
use crate::machine::footprint::{Footprint, GRANULE, Touched};
use crate::machine::{Action, CpuId, Event, EventKind, Machine, Task, TaskState};

/// Stands for all that the walk over the lists reads; no granule has that number.
const LISTS: u64 = 1 << 63;

type Set<K> = HashSet<K, BuildHasherDefault<FxHasher>>;

/// A step that is remembered.
struct Step {
    who: Who,
    touched: Vec<Touched>,
    how: GuardUse,
    /// The context's number before and after.
    from: u32,
    to: u32,
    /// The context goes on, and nobody is asked.
    goes_on: bool,
    /// When its accesses were recorded, and when it was relied on.
    learned: u32,
    relied: u32,
    /// With which knowledge and mask who conflicts with it was found out.
    judged: (u32, i8, Agents),
}

/// An action of the whole machine that is remembered.
struct Whole {
    who: Who,
    locks: Vec<u64>,
    touched: Vec<Touched>,
    /// Contexts that became others, by their numbers.
    contexts: Vec<(u32, u32)>,
    /// A context has ended.
    ends: bool,
    learned: u32,
}

/// What is possible on a CPU, which is remembered.
struct Guard {
    who: Who,
    /// What was read to find it out, and what of that by the step itself.
    looked: Vec<Touched>,
    guard: Vec<Touched>,
    how: GuardUse,
    /// Its task sleeps until somebody wakes it, which is no matter of what was read.
    sleeps: bool,
    learned: u32,
    relied: u32,
    /// With which knowledge who writes what was read was found out.
    judged: (u32, Agents),
}

/// What is known about who touches what.
pub struct Reduction {
    accesses: Accesses,
    guard_locks: GuardLocks,
    /// Granules of words that are locks.
    lock_words: Set<u64>,
    /// Of these, those that are also written otherwise, or released by someone who does not hold them.
    unreliable: Set<u64>,
    /// Granules that are written otherwise than by taking or releasing a lock.
    stored: Set<u64>,
    /// Places at which a step was noticed once.
    noticed: Set<u64>,
    places: Places,
    /// Each CPU has at most one task, and nothing else ever.
    lonely: bool,
    /// The task of each CPU, then.
    tasks: Vec<Agents>,
    /// By leaf, of which some stand for something else.
    steps: Vec<Option<Step>>,
    guards: Vec<Option<Guard>>,
    wholes: Vec<Option<Whole>>,
    /// Searches begun.
    epoch: u32,
}

impl Reduction {
    /// Nothing is known yet.
    pub fn new(initial: &Machine) -> Reduction {
        Reduction {
            accesses: Accesses::default(),
            guard_locks: GuardLocks::default(),
            lock_words: Set::default(),
            unreliable: Set::default(),
            stored: Set::default(),
            noticed: Set::default(),
            places: Places::new(initial),
            lonely: is_lonely(initial),
            tasks: tasks(initial),
            steps: Vec::new(),
            guards: Vec::new(),
            wholes: Vec::new(),
            epoch: 1,
        }
    }

    /// Bytes of what is remembered, about.
    pub fn bytes(&self) -> usize {
        let touched: usize = size_of::<Touched>() * 8;
        self.steps.len() * (size_of::<Option<Step>>() + touched)
            + self.guards.len() * size_of::<Option<Guard>>()
            + self.wholes.len() * (size_of::<Option<Whole>>() + touched)
    }

    /// A context is there when the search begins.
    pub fn begins(&mut self, context: u32) {
        self.guard_locks.begins(context);
    }

    /// Something that was relied on has turned out wrong.
    pub fn is_refuted(&self) -> bool {
        self.accesses.is_refuted()
    }

    /// A new search with what is known now.
    pub fn begin_again(&mut self) {
        self.accesses.begin_again();
        self.epoch += 1;
    }

    /// What was remembered has been forgotten.
    pub fn forget(&mut self) {
        self.steps.clear();
        self.guards.clear();
        self.wholes.clear();
    }

    /// Who is about to perform an action.
    pub fn who(&self, machine: &Machine, action: Action) -> Who {
        self.places.who(machine, action)
    }

    /// Whether a step that is not remembered is expected to be unnoticed.
    pub fn expects_no_notice(&self, top: &Context) -> bool {
        !top.may_switch
            && top.waits_for.is_none()
            && top.choosing == Choosing::No
            && !self.noticed.contains(&place(top))
    }

    /// From now on a state is kept before this step.
    pub fn expect_notice(&mut self, who: &Who) {
        self.noticed.insert(who.place);
    }

    /// Records what an action did that is not remembered as a step; contexts that became others, by their
    /// numbers. If it is remembered otherwise, then as this leaf.
    pub fn learn(
        &mut self,
        who: &Who,
        machine: &Machine,
        events: &[Event],
        footprint: &Footprint,
        contexts: Vec<(u32, u32)>,
        leaf: Option<Leaf>,
    ) {
        let mut touched = self.lists_touched(who, machine, events, &footprint.memory);
        touched.extend(&footprint.memory);
        for event in events {
            if let EventKind::BadUnlock(lock) = &event.kind {
                self.distrust(lock.addr / GRANULE);
            }
        }
        let whole = Whole {
            who: who.clone(),
            locks: footprint.locks.clone(),
            touched,
            contexts,
            ends: ends(events),
            learned: self.epoch,
        };
        self.learn_all(&whole);
        if let Some(leaf) = leaf {
            put(&mut self.wholes, leaf, whole);
        }
    }

    /// Records what a remembered action of the whole machine does; whether a context ends with it.
    pub fn learn_whole(&mut self, leaf: Leaf) -> bool {
        let epoch = self.epoch;
        let Some(whole) = at_mut(&mut self.wholes, leaf) else {
            return false;
        };
        let ends = whole.ends;
        if std::mem::replace(&mut whole.learned, epoch) != epoch
            && let Some(whole) = self.wholes[leaf as usize].take()
        {
            self.learn_all(&whole);
            self.wholes[leaf as usize] = Some(whole);
        }
        ends
    }

    fn learn_all(&mut self, whole: &Whole) {
        let who = &whole.who;
        for &granule in &whole.locks {
            self.lock_words.insert(granule);
            if self.stored.contains(&granule) {
                self.distrust(granule);
            }
            self.touch(who, 0, Touched::whole(granule, true));
        }
        for &touched in &whole.touched {
            self.note_store(touched);
            self.touch(who, 0, touched);
        }
        let how = GuardUse::default();
        let learned = self
            .guard_locks
            .learn(who.agent, &how, &whole.touched, 0, 0);
        if learned.0 {
            self.accesses.refute();
        }
        self.become_others(&whole.contexts, whole.ends);
    }

    /// Contexts have become others, by their numbers. Who comes in the place of one that has ended has
    /// taken nothing.
    pub fn become_others(&mut self, contexts: &[(u32, u32)], ends: bool) {
        for &(from, to) in contexts {
            let held = if ends { 0 } else { self.guard_locks.held(from) };
            if self.guard_locks.becomes(to, held).0 {
                self.accesses.refute();
            }
        }
    }

    /// Whether nobody else could have noticed a step, not remembered, in which no check found anything.
    pub fn is_unnoticed(
        &mut self,
        who: &Who,
        mask: i8,
        after: &Machine,
        events: &[Event],
        footprint: &Footprint,
    ) -> bool {
        let quiet = !footprint.more
            && footprint.locks.is_empty()
            && events.iter().all(is_quiet)
            && self.goes_on(who, after);
        let lists = self.lists_touched(who, after, events, &footprint.memory);
        let all = || footprint.memory.iter().chain(&lists);
        let locks = self.locks_of(who, 0);
        let toucher = who.touching(&locks);
        if !quiet || !all().all(|&t| self.accesses.conflicts(&toucher, mask, t) == 0) {
            return false;
        }
        all().for_each(|&touched| self.accesses.rely(touched));
        true
    }

    /// Whether a context simply goes on after a step.
    fn goes_on(&self, who: &Who, after: &Machine) -> bool {
        let goes_on = |top: &Context| {
            top.stack == who.stack
                && top.waits_for.is_none()
                && top.choosing == Choosing::No
                && !top.may_switch
                && self.places.in_lists(top) == who.in_lists
                && has_begun(after, top) == who.has_begun
        };
        !who.may_switch && after.halted.is_none() && after.top(CpuId(who.cpu)).is_some_and(goes_on)
    }

    /// A step is remembered from now on; `context`: its numbers before and after.
    pub fn note_step(
        &mut self,
        leaf: Leaf,
        who: Who,
        after: &Machine,
        footprint: &Footprint,
        how: GuardUse,
        context: (u32, u32),
    ) {
        let mut touched = self.lists_touched(&who, after, &[], &footprint.memory);
        for &t in &footprint.memory {
            if !touched.contains(&t) {
                touched.push(t);
            }
        }
        let step = Step {
            goes_on: self.goes_on(&who, after),
            who,
            touched,
            how,
            from: context.0,
            to: context.1,
            learned: 0,
            relied: 0,
            judged: (0, 0, 0),
        };
        put(&mut self.steps, leaf, step);
    }

    /// What is possible on a CPU is remembered from now on.
    pub fn note_guard(
        &mut self,
        leaf: Leaf,
        cpu: CpuId,
        machine: &Machine,
        [looked, guard]: [Vec<Touched>; 2],
        how: GuardUse,
    ) {
        let mut who = self.who(machine, Action::Step(cpu));
        let waits = |task: &Task| task.cpu == cpu && task.state != TaskState::Done;
        who.agent |= self.tasks[usize::from(cpu.0)];
        let guard = Guard {
            who,
            looked,
            guard,
            how,
            sleeps: machine.top(cpu).is_none() && machine.tasks.iter().any(waits),
            learned: 0,
            relied: 0,
            judged: (0, 0),
        };
        put(&mut self.guards, leaf, guard);
    }

    /// Records what a remembered step does.
    pub fn learn_step(&mut self, leaf: Leaf) {
        let epoch = self.epoch;
        let new = |step: &&mut Option<Step>| step.as_ref().is_some_and(|it| it.learned != epoch);
        let step = self.steps.get_mut(leaf as usize).filter(new);
        let Some(mut step) = step.and_then(Option::take) else {
            return;
        };
        step.learned = epoch;
        let held =
            self.guard_locks.held(step.from) | self.guard_locks.taken(&step.how, &step.touched);
        for &touched in &step.touched {
            self.note_store(touched);
            self.touch(&step.who, held, touched);
        }
        let Step { how, touched, .. } = &step;
        let agent = step.who.agent;
        let learned = self
            .guard_locks
            .learn(agent, how, touched, step.from, step.to);
        if learned.0 {
            self.accesses.refute();
        }
        self.steps[leaf as usize] = Some(step);
    }

    /// Who waits for a condition reads it all the time.
    pub fn learn_guard(&mut self, leaf: Leaf) {
        let epoch = self.epoch;
        let new = |guard: &&mut Option<Guard>| guard.as_ref().is_some_and(|it| it.learned != epoch);
        let guard = self.guards.get_mut(leaf as usize).filter(new);
        let Some(mut guard) = guard.and_then(Option::take) else {
            return;
        };
        guard.learned = epoch;
        // Whoever writes that later must find that it was relied on.
        let learned = match self.lonely {
            true => &guard.looked,
            false => &guard.guard,
        };
        for &touched in learned {
            self.touch(&guard.who, 0, touched);
        }
        let looked = &guard.guard;
        let agent = guard.who.agent;
        if self.guard_locks.reads(agent, &guard.how, looked).0 {
            self.accesses.refute();
        }
        self.guards[leaf as usize] = Some(guard);
    }

    /// Who could disturb a remembered step before it is made; `None` when it is noticed anyway.
    pub fn conflicts(&mut self, leaf: Leaf, mask: i8) -> Option<Agents> {
        let version = self.accesses.version();
        let step = at(&self.steps, leaf).filter(|step| step.goes_on)?;
        if (step.judged.0, step.judged.1) == (version, mask) {
            return Some(step.judged.2);
        }
        let held = self.guard_locks.held(step.from);
        let locks = self.locks_of(&step.who, held);
        let toucher = step.who.touching(&locks);
        let conflicts =
            step.touched
                .iter()
                .map(|&touched| match self.guard_locks.plain(held, &touched) {
                    Some(plain) => plain & !step.who.agent,
                    None => self.accesses.conflicts(&toucher, mask, touched),
                });
        let conflicts = conflicts.fold(0, |all, some| all | some);
        if let Some(step) = at_mut(&mut self.steps, leaf) {
            step.judged = (version, mask, conflicts);
        }
        Some(conflicts)
    }

    /// A remembered step is taken for unnoticed.
    pub fn rely_on_step(&mut self, leaf: Leaf) {
        let version = self.accesses.version();
        if let Some(step) = at_mut(&mut self.steps, leaf)
            && std::mem::replace(&mut step.relied, version) != version
        {
            step.touched.iter().for_each(|&t| self.accesses.rely(t));
        }
    }

    /// Of those who conflict with a step of `own`, those who can go on before it, when these leaves say what is
    /// possible on each CPU and nothing is.
    pub fn unblocked(&mut self, own: Agents, conflicts: Agents, blocked: &[Leaf]) -> Agents {
        if !self.lonely {
            return conflicts;
        }
        let version = self.accesses.version();
        let mut waiting: Vec<(Leaf, Agents, Agents)> = Vec::new();
        for &leaf in blocked {
            let guard = at_mut(&mut self.guards, leaf);
            let Some(guard) = guard.filter(|guard| !guard.sleeps) else {
                continue;
            };
            if guard.judged.0 != version {
                let writers = guard.looked.iter().map(|&t| self.accesses.writers(t));
                guard.judged = (version, writers.fold(0, |all, some| all | some));
            }
            waiting.push((leaf, guard.who.agent, guard.judged.1));
        }
        loop {
            let still = waiting.iter().fold(own, |all, &(_, agent, _)| all | agent);
            let n = waiting.len();
            waiting.retain(|&(_, _, writers)| writers & !still == 0);
            if waiting.len() == n {
                break;
            }
        }
        let still = waiting.iter().fold(0, |all, &(_, agent, _)| all | agent);
        let left = conflicts & !still;
        if left == 0 {
            for &(leaf, _, _) in &waiting {
                self.rely_on_guard(leaf);
            }
        }
        left
    }

    fn rely_on_guard(&mut self, leaf: Leaf) {
        let version = self.accesses.version();
        if let Some(guard) = at_mut(&mut self.guards, leaf)
            && std::mem::replace(&mut guard.relied, version) != version
        {
            guard.looked.iter().for_each(|&t| self.accesses.rely(t));
        }
    }

    /// Whether that was noted of what is possible on a CPU.
    pub fn knows_guard(&self, leaf: Leaf) -> bool {
        at(&self.guards, leaf).is_some()
    }

    /// Whether it is of use to know who cannot go on.
    pub fn looks_at_blocked(&self) -> bool {
        self.lonely
    }

    /// Bytes that must be zero for the next step on a CPU of which this is known. Of interest only where nobody
    /// who waits can keep the one he waits for from the CPU: otherwise giving back a lock is noticed.
    pub fn waits_for(&self, guard: Leaf) -> Vec<Touched> {
        let guard = at(&self.guards, guard).filter(|_| self.lonely);
        guard.map_or_else(Vec::new, |g| g.how.waits_for.clone())
    }

    /// The agent of a remembered step.
    pub fn agent_of_step(&self, leaf: Leaf) -> Agents {
        at(&self.steps, leaf).map_or(0, |step| step.who.agent)
    }

    fn touch(&mut self, who: &Who, held: Held, touched: Touched) {
        let locks = self.locks_of(who, held);
        self.accesses.learn(&who.touching(&locks), touched);
    }

    fn locks_of(&self, who: &Who, held: Held) -> Vec<u64> {
        let trusted = who.locks.iter().copied();
        let mut locks: Vec<u64> = trusted.filter(|g| !self.unreliable.contains(g)).collect();
        self.guard_locks.add_to(held, &mut locks);
        locks
    }

    fn note_store(&mut self, touched: Touched) {
        if touched.written {
            self.stored.insert(touched.granule);
            if self.lock_words.contains(&touched.granule) {
                self.distrust(touched.granule);
            }
        }
    }

    fn distrust(&mut self, lock: u64) {
        if self.unreliable.insert(lock) {
            self.accesses.refute();
        }
    }

    /// A context's end reads all lists when nobody is inside their code; who writes to them from
    /// outside that code must not be overtaken by it.
    fn lists_touched(
        &self,
        who: &Who,
        machine: &Machine,
        events: &[Event],
        memory: &[Touched],
    ) -> Vec<Touched> {
        if !self.places.has_lists() {
            return Vec::new();
        }
        let read = ends(events);
        let written = |t: &Touched| t.written && !who.in_lists && is_in_lists(machine, t.granule);
        let written = memory.iter().any(written);
        let touched = [(read, false), (written, true)].into_iter();
        touched
            .filter(|(is, _)| *is)
            .map(|(_, written)| Touched::whole(LISTS, written))
            .collect()
    }
}

fn at<T>(all: &[Option<T>], leaf: Leaf) -> Option<&T> {
    all.get(leaf as usize)?.as_ref()
}

fn at_mut<T>(all: &mut [Option<T>], leaf: Leaf) -> Option<&mut T> {
    all.get_mut(leaf as usize)?.as_mut()
}

fn put<T>(all: &mut Vec<Option<T>>, leaf: Leaf, value: T) {
    while all.len() <= leaf as usize {
        all.push(None);
    }
    all[leaf as usize] = Some(value);
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

/// Whether a context has ended.
fn ends(events: &[Event]) -> bool {
    let ends = |e: &Event| matches!(e.kind, EventKind::Exit { .. });
    events.last().is_some_and(ends)
}
