//! A machine, and the words that say the same.
//!
//! Words are what [`super::lanes`] places: memory that was ever written, the numbers of the contexts, and one
//! number for the rest of the machine, which seldom changes. This module makes a machine what words say, and
//! words what a machine is; which states there are, and what leads where, it does not know.

use std::rc::Rc;

use super::intern::{CHUNK, Interner};
use super::lanes::{Lanes, Piece, What};
use super::leaves::{Becomes, TouchedWord, Write};
use super::memo::{self, Look};
use crate::machine::context::Context;
use crate::machine::digest;
use crate::machine::footprint::{Footprint, GRANULE};
use crate::machine::lockdep::Lockdep;
use crate::machine::object::Object;
use crate::machine::{Console, Cpu, CpuId, Machine, Task, TaskId, TaskState};
use crate::program::address::{PERCPU, STACK, STACK_STRIDE, VMEMMAP};

/// Words of a lane.
pub const LANE: usize = 2;
/// Levels of interrupts: softirq, hardirq, NMI.
const LEVELS: usize = 3;
/// Values that the rest consists of, beside numbers.
const VALUES: usize = 6;

/// A machine, and what is needed to write it down.
pub struct Mirror {
    /// The machine.
    pub machine: Machine,
    /// The words that it is at.
    written: Vec<u32>,
    /// How much there is of what, and where.
    pub shape: Shape,
    /// Where memory is.
    pub lanes: Lanes,
    values: Values,
    /// The numbers of the machine's contexts, + 1, and its rest as words.
    pub contexts: Vec<u32>,
    rest: Vec<u32>,
    /// What was read, and what was written, when [`Mirror::look`] saw it last.
    pub looks: Vec<Look>,
    touched: Vec<TouchedWord>,
    /// A context to step with, so that none is allocated.
    spare: Option<Rc<Context>>,
}

/// How much there is of what, and where.
pub struct Shape {
    n_tasks: usize,
    /// CPUs.
    pub n_cpus: usize,
    /// First word of each context's place, if it has one: tasks, then the levels of each CPU.
    pub contexts: Vec<Option<usize>>,
    /// The word of the rest's number.
    pub rest: usize,
    /// Which contexts belong to each CPU.
    pub on_cpu: Vec<Vec<usize>>,
    /// In the rest: the words of the CPUs, and of the console.
    cpus: usize,
    console: usize,
    /// What is possible on a CPU is not decided by what is there.
    pub depends_on_others: bool,
}

impl Shape {
    fn of(machine: &Machine) -> Shape {
        let setup = machine.setup();
        let n_tasks = setup.tasks.max();
        let n_cpus = usize::from(setup.n_cpus);
        let cpus = 1 + 2 * n_tasks;
        let values = cpus + 2 * n_cpus + machine.arrivals.len() + 4;
        let on = |cpu: usize| {
            let tasks = (0..n_tasks).filter(|&task| {
                let run = setup.run_of_task(TaskId(task as u16));
                run.is_some_and(|run| usize::from(setup.runs[usize::from(run.0)].cpu.0) == cpu)
            });
            let first = n_tasks + cpu * LEVELS;
            tasks.chain(first..first + LEVELS).collect()
        };
        Shape {
            n_tasks,
            n_cpus,
            contexts: vec![None; n_tasks + n_cpus * LEVELS],
            rest: 0,
            on_cpu: (0..n_cpus).map(on).collect(),
            cpus,
            console: values + 3,
            depends_on_others: machine.enabled_depends_on_others(),
        }
    }
}

/// What is kept once.
#[derive(Default)]
struct Values {
    contexts: Interner<Context>,
    lockdep: Interner<Lockdep>,
    free_pages: Interner<Vec<(u64, u64)>>,
    objects: Interner<Vec<Option<Object>>>,
    console: Interner<Console>,
    returns: Interner<Vec<Option<u64>>>,
    halted: Vec<Rc<str>>,
    rest: Interner<Vec<u32>>,
}

impl Mirror {
    /// Of this machine, and its words.
    pub fn new(initial: &Machine) -> (Mirror, Vec<u32>) {
        let mut shape = Shape::of(initial);
        let mut lanes = Lanes::default();
        shape.rest = first_word(lanes.place_number(What::Rest));
        let mut machine = initial.clone();
        machine.memory.watch(false);
        let mut mirror = Mirror {
            machine,
            written: Vec::new(),
            contexts: vec![0; shape.contexts.len()],
            rest: Vec::new(),
            looks: Vec::new(),
            touched: Vec::new(),
            spare: None,
            values: Values::default(),
            lanes,
            shape,
        };
        let mut words = vec![0; CHUNK];
        mirror.write_fixed(&words);
        mirror.take_over(&mut words, |_| ());
        (mirror, words)
    }

    /// The number of a context, + 1, in a state; 0 where there is none.
    pub fn number(&self, words: &[u32], slot: usize) -> u32 {
        number(&self.shape, words, slot)
    }

    /// The number of the console, when the rest has this number.
    pub fn console(&self, rest: u32) -> u32 {
        self.values.rest.get(rest)[self.shape.console]
    }

    /// Makes the machine what it was when it was last what the words say, which is told by what it has written
    /// since it is watched.
    pub fn revert(&mut self, words: &[u32]) {
        let memory = &mut self.machine.memory;
        for touch in memory.touches().to_vec().into_iter().rev() {
            if let Some(before) = touch.written {
                memory.put_word(touch.word, before);
            }
        }
        memory.watch(false);
        self.read_rest(words);
        self.read_contexts(words);
    }

    /// Makes the words what the machine is, of which [`Mirror::look`] and [`Mirror::write_fixed`] have seen what
    /// has changed; whether a context got a new place. Tells of each word that becomes different.
    pub fn take_over(&mut self, words: &mut Vec<u32>, mut tell: impl FnMut(usize)) -> bool {
        let placed = self.place_fixed(words);
        for (at, word) in self.fixed_words() {
            if std::mem::replace(&mut words[at as usize], word) != word {
                tell(at as usize);
            }
        }
        let writes: Vec<Write> = self.writes().collect();
        for write in writes {
            if write.apply(words) {
                tell(write.at as usize);
            }
        }
        self.written.clone_from(words);
        placed
    }

    /// Bytes of the values, without all that is on the heap.
    pub fn bytes(&self) -> usize {
        let frames: usize = 256;
        self.values.contexts.bytes() + self.values.contexts.len() * (size_of::<Context>() + frames)
    }

    /// Makes the machine what the words say.
    pub fn catch_up(&mut self, words: &[u32]) {
        self.written.resize(words.len(), 0);
        let (mut contexts, mut rest) = (false, false);
        for (chunk, new) in words.chunks(CHUNK).enumerate() {
            let first = chunk * CHUNK;
            if self.written[first..first + new.len()] == *new {
                continue;
            }
            for at in (first..first + new.len()).step_by(LANE) {
                let differs = memo::lane(words, at as u32) ^ memo::lane(&self.written, at as u32);
                for piece in self.lanes.lane(at / LANE) {
                    match piece.what {
                        _ if differs & piece.mask == 0 => {}
                        What::Memory(idx) => {
                            let number = self.lanes.word(idx).number;
                            let memory = &mut self.machine.memory;
                            let value = memory.word(number) ^ piece.to_memory(differs);
                            memory.put_word(number, value);
                        }
                        What::Context(_) => contexts = true,
                        What::Rest => rest = true,
                    }
                }
            }
        }
        self.written.copy_from_slice(words);
        if rest {
            self.read_rest(words);
        }
        if rest || contexts {
            self.read_contexts(words);
        }
    }

    /// Sees what the machine has read and written since it is watched: which bytes, in which order. Whether what
    /// is remembered must be forgotten, because somebody relied on that a byte never changes; so it is
    /// anyway with `forget`.
    pub fn look(&mut self, words: &mut Vec<u32>, forget: bool) -> bool {
        let Mirror {
            machine,
            lanes,
            looks,
            touched,
            ..
        } = self;
        looks.clear();
        touched.clear();
        let mut forget = forget;
        let touches = machine.memory.touches();
        for touch in touches {
            if let Some(before) = touch.written {
                // Somebody may have relied on that it never changes.
                forget |= lanes.write(touch.word, touch.mask, before);
            }
        }
        if forget {
            lanes.forget();
        }
        make_room(words, lanes);
        for touch in touches {
            let known = touched.iter().position(|t| t.word == touch.word);
            let known = known.unwrap_or_else(|| {
                touched.push(TouchedWord {
                    word: touch.word,
                    read: 0,
                    written: 0,
                });
                touched.len() - 1
            });
            let this = &mut touched[known];
            if touch.written.is_some() {
                this.written |= touch.mask;
                continue;
            }
            let new = touch.mask & !this.read;
            if new & !this.written == 0 {
                continue;
            }
            this.read |= new;
            let mut constant = new;
            if let Some(idx) = lanes.find(touch.word) {
                for piece in &lanes.word(idx).pieces {
                    let mask = piece.to_lane(new);
                    if mask != 0 {
                        constant &= !piece.to_memory(u64::MAX);
                        let at = piece.lane * LANE as u32;
                        let bits = memo::lane(words, at) & mask;
                        looks.push(Look { at, mask, bits });
                    }
                }
            }
            if constant != 0 {
                lanes.rely(touch.word, constant);
            }
        }
        touched.retain(|t| t.written != 0);
        forget
    }

    /// What the machine's memory is now where it was written, as bits of lanes.
    pub fn writes(&self) -> impl Iterator<Item = Write> {
        let Mirror { machine, lanes, .. } = self;
        self.touched.iter().flat_map(move |touched| {
            let word = lanes.find(touched.word).map(|idx| lanes.word(idx));
            let bits = machine.memory.word(touched.word) ^ word.map_or(0, |w| w.initial);
            let pieces = word.map_or(&[][..], |w| &w.pieces);
            pieces.iter().map(move |piece| Write {
                at: piece.lane * LANE as u32,
                mask: piece.to_lane(touched.written),
                bits: piece.to_lane(bits & touched.written),
            })
        })
    }

    /// Writes contexts and the rest of the machine as words.
    pub fn write_fixed(&mut self, words: &[u32]) {
        let Mirror {
            machine,
            shape,
            values,
            contexts,
            ..
        } = self;
        contexts.fill(0);
        let mut write = |slot: usize, context: &Rc<Context>| {
            let before = shape.contexts[slot].map_or(0, |at| words[at]);
            let known = before
                .checked_sub(1)
                .is_some_and(|id| Rc::ptr_eq(values.contexts.get(id), context));
            contexts[slot] = match known {
                true => before,
                false => values.contexts.number(digest::of_context(context), context) + 1,
            };
        };
        for (slot, task) in machine.tasks.iter().enumerate() {
            write(slot, &task.context);
        }
        for (cpu, this) in machine.cpus.iter().enumerate() {
            for (level, interrupt) in this.interrupts.iter().enumerate() {
                write(shape.n_tasks + cpu * LEVELS + level, interrupt);
            }
        }
        self.write_rest(words);
    }

    fn write_rest(&mut self, words: &[u32]) {
        let Mirror {
            machine,
            shape,
            values,
            rest,
            ..
        } = self;
        rest.clear();
        rest.push(machine.tasks.len() as u32);
        for slot in 0..shape.n_tasks {
            let task = machine.tasks.get(slot);
            let flags = task.map_or(0, |t| t.state as u32 | u32::from(t.irqs_off) << 2);
            rest.extend([flags, task.map_or(0, |t| t.preempt_count)]);
        }
        for cpu in &machine.cpus {
            rest.extend([cpu_flags(cpu), cpu.preempt_count]);
        }
        rest.extend(&machine.arrivals);
        rest.extend((0..4).map(|i| (machine.armed >> (32 * i)) as u32));
        let mut before = [u32::MAX; VALUES];
        if values.rest.len() > 0 {
            let old = values.rest.get(words[shape.rest]);
            before.copy_from_slice(&old[old.len() - VALUES..]);
        }
        rest.extend([
            values.lockdep.number_of(&machine.lockdep, before[0]),
            values.free_pages.number_of(&machine.free_pages, before[1]),
            values.objects.number_of(&machine.objects, before[2]),
            values.console.number_of(&machine.console, before[3]),
            values.returns.number_of(&machine.returns, before[4]),
            halted(machine, &mut values.halted),
        ]);
    }

    fn read_rest(&mut self, words: &[u32]) {
        let Mirror {
            machine,
            shape,
            values,
            ..
        } = self;
        let rest = Rc::clone(values.rest.get(words[shape.rest]));
        let mut rest = rest.iter().copied();
        let mut next = || rest.next().unwrap_or(0);
        let n_tasks = next() as usize;
        machine.tasks.truncate(n_tasks);
        for slot in 0..shape.n_tasks {
            let (flags, preempt_count) = (next(), next());
            if slot >= n_tasks {
                continue;
            }
            if slot >= machine.tasks.len() {
                let id = number(shape, words, slot) - 1;
                let context = Rc::clone(values.contexts.get(id));
                let run = usize::from(context.run.0);
                machine.tasks.push(Task {
                    cpu: machine.setup().runs[run].cpu,
                    state: TaskState::Done,
                    context,
                    preempt_count: 0,
                    irqs_off: false,
                });
            }
            let task = &mut machine.tasks[slot];
            task.state = match flags & 3 {
                0 => TaskState::Runnable,
                1 => TaskState::Blocked,
                _ => TaskState::Done,
            };
            task.irqs_off = flags & 4 != 0;
            task.preempt_count = preempt_count;
        }
        for cpu in &mut machine.cpus {
            let flags = next();
            cpu.current = (flags >> 2).checked_sub(1).map(|id| TaskId(id as u16));
            cpu.irqs_off = flags & 1 != 0;
            cpu.softirq_due = flags & 2 != 0;
            cpu.preempt_count = next();
        }
        machine.arrivals.iter_mut().for_each(|n| *n = next());
        machine.armed = (0..4).fold(0, |all, i| all | u128::from(next()) << (32 * i));
        machine.lockdep = Rc::clone(values.lockdep.get(next()));
        machine.free_pages = Rc::clone(values.free_pages.get(next()));
        machine.objects = Rc::clone(values.objects.get(next()));
        machine.console = Rc::clone(values.console.get(next()));
        machine.returns = Rc::clone(values.returns.get(next()));
        let halted = (next() as usize).checked_sub(1);
        machine.halted = halted.map(|id| Rc::clone(&values.halted[id]));
    }

    fn read_contexts(&mut self, words: &[u32]) {
        let Mirror {
            machine,
            shape,
            values,
            spare,
            ..
        } = self;
        let mut put = |slot: usize, context: &mut Rc<Context>| {
            let Some(id) = number(shape, words, slot).checked_sub(1) else {
                return;
            };
            let wanted = values.contexts.get(id);
            if !Rc::ptr_eq(wanted, context) {
                let old = std::mem::replace(context, Rc::clone(wanted));
                if spare.is_none() && Rc::strong_count(&old) == 1 {
                    *spare = Some(old);
                }
            }
        };
        for (slot, task) in machine.tasks.iter_mut().enumerate() {
            put(slot, &mut task.context);
        }
        for (cpu, this) in machine.cpus.iter_mut().enumerate() {
            let first = shape.n_tasks + cpu * LEVELS;
            let ids = (first..first + LEVELS).map(|slot| number(shape, words, slot));
            let ids = ids.take_while(|&id| id != 0);
            let n = ids.clone().count();
            this.interrupts.truncate(n);
            for (level, id) in ids.enumerate() {
                match this.interrupts.get_mut(level) {
                    Some(context) => put(first + level, context),
                    None => this.interrupts.push(Rc::clone(values.contexts.get(id - 1))),
                }
            }
        }
    }

    /// Gives every context that is there a place; whether one got a new place. What is possible on its CPU depends
    /// on that from now on.
    pub fn place_fixed(&mut self, words: &mut Vec<u32>) -> bool {
        let mut placed = false;
        for slot in 0..self.contexts.len() {
            if self.contexts[slot] != 0 && self.shape.contexts[slot].is_none() {
                let piece = self.lanes.place_number(What::Context(slot as u32));
                self.shape.contexts[slot] = Some(first_word(piece));
                placed = true;
            }
        }
        make_room(words, &self.lanes);
        placed
    }

    /// The machine's contexts and its rest: which word is what.
    pub fn fixed_words(&mut self) -> Vec<Becomes> {
        let rest = Rc::new(std::mem::take(&mut self.rest));
        let id = self.values.rest.number_of(&rest, u32::MAX);
        self.rest = Rc::unwrap_or_clone(rest);
        let contexts = self.shape.contexts.iter().zip(&self.contexts);
        let contexts = contexts.filter_map(|(at, &id)| at.map(|at| (at as u32, id)));
        contexts.chain([(self.shape.rest as u32, id)]).collect()
    }

    /// Whether it touched no other context's stack, and wrote to no CPU's structures, in which others may
    /// be in the middle of something.
    pub fn own_memory(&self, context: u32, footprint: &Footprint) -> bool {
        let Some(id) = context.checked_sub(1) else {
            return false;
        };
        let stack = self.values.contexts.get(id).stack;
        footprint.memory.iter().all(|touched| {
            let addr = touched.granule * GRANULE;
            match addr {
                STACK..PERCPU => (stack..stack + STACK_STRIDE).contains(&addr),
                PERCPU..VMEMMAP => !touched.written,
                _ => true,
            }
        })
    }

    /// Whether contexts and rest are, but for one context, what they were.
    pub fn differs_only_in(&self, words: &[u32], slot: usize) -> bool {
        let context = |i: usize| self.number(words, i) == self.contexts[i];
        let contexts = 0..self.shape.contexts.len();
        let rest = self.values.rest.get(words[self.shape.rest]);
        **rest == self.rest && contexts.filter(|&i| i != slot).all(context)
    }

    /// The innermost context of a CPU, and the number it has now.
    pub fn context(&self, words: &[u32], cpu: CpuId) -> Option<(&Context, u32)> {
        let number = self.number(words, self.top(words, cpu)?);
        Some((self.values.contexts.get(number.checked_sub(1)?), number))
    }

    /// See [`Machine::mask`].
    pub fn mask(&self, words: &[u32], cpu: CpuId) -> i8 {
        let rest = self.values.rest.get(words[self.shape.rest]);
        let at = self.shape.cpus + 2 * usize::from(cpu.0);
        let (irqs_off, preempt_count) = (rest[at] & 1 != 0, rest[at + 1]);
        let of = |(top, _): (&Context, u32)| self.machine.mask_of(top, irqs_off, preempt_count);
        self.context(words, cpu).map_or(-1, of)
    }

    /// Where the innermost context of a CPU is written.
    pub fn top(&self, words: &[u32], cpu: CpuId) -> Option<usize> {
        let cpu = usize::from(cpu.0);
        let first = self.shape.n_tasks + cpu * LEVELS;
        let mut levels = (first..first + LEVELS).rev();
        let interrupt = levels.find(|&slot| self.number(words, slot) != 0);
        let rest = self.values.rest.get(words[self.shape.rest]);
        interrupt.or_else(|| (rest[self.shape.cpus + 2 * cpu] as usize >> 2).checked_sub(1))
    }

    /// Gives the innermost context of a CPU, which will be changed, a place of its own.
    pub fn lend_spare(&mut self, cpu: CpuId) {
        let Some(top) = self.machine.top_rc(cpu) else {
            return;
        };
        if Rc::strong_count(top) > 1
            && let Some(mut spare) = self.spare.take()
            && let Some(own) = Rc::get_mut(&mut spare)
        {
            own.copy_from(top);
            *top = spare;
        }
    }
}

/// The word in which four bytes are.
fn first_word(piece: Piece) -> usize {
    piece.lane as usize * LANE + piece.turn as usize / 32
}

/// The number of a context, + 1, in a state; 0 where there is none.
fn number(shape: &Shape, words: &[u32], slot: usize) -> u32 {
    shape.contexts[slot].map_or(0, |at| words[at])
}

fn make_room(words: &mut Vec<u32>, lanes: &Lanes) {
    let room = (lanes.len() * LANE).next_multiple_of(CHUNK);
    if words.len() < room {
        words.resize(room, 0);
    }
}

fn cpu_flags(cpu: &Cpu) -> u32 {
    let current = cpu.current.map_or(0, |task| u32::from(task.0) + 1);
    current << 2 | u32::from(cpu.softirq_due) << 1 | u32::from(cpu.irqs_off)
}

fn halted(machine: &Machine, all: &mut Vec<Rc<str>>) -> u32 {
    let Some(reason) = &machine.halted else {
        return 0;
    };
    let known = all.iter().position(|other| other == reason);
    let id = known.unwrap_or_else(|| {
        all.push(Rc::clone(reason));
        all.len() - 1
    });
    id as u32 + 1
}
