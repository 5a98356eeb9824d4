//! Locks and their substitution on PREEMPT_RT.
//!
//! Every lock object begins with `owner` (0 free, else the number of the owning context), `state`
//! (readers of an rwlock) and its `dep_map` (`key`, `name`). A spinning lock disables preemption; on
//! PREEMPT_RT `spinlock_t`, `rwlock_t` and `local_lock_t` sleep, keep preemption enabled, and imply
//! `migrate_disable()` and an RCU read section (v6.12 `kernel/locking/spinlock_rt.c`).

use std::rc::Rc;

use super::access::Mode;
use super::context::{Context, ContextKind, Held, PREEMPT_OFFSET};
use super::event::{EventKind, LockRef, LockType};
use super::exec::{Exec, Flow};
use super::lockdep::Inversion;
use super::object::HOLDS_GP;
use super::{CpuId, Machine, TaskState};
use crate::program::Reg;

/// The class of the raw lock inside every rt_mutex.
pub(super) const WAIT_LOCK_CLASS: u64 = 1;
/// Stands for its name, which is no string in memory.
pub(super) const WAIT_LOCK_NAME: u64 = 1;
/// What stops a kernel that would return from an NMI with another `preempt_count`, as a booted v6.12
/// tells it.
const NO_RETURN_FROM_NMI: (&str, u32) = ("kernel/entry/common.c", 406);
const STATE_OFFSET: u64 = 4;
const KEY_OFFSET: u64 = 8;
const NAME_OFFSET: u64 = 16;
const LOCK_SIZE: u64 = 24;

/// How a lock is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// Until it is there.
    Wait,
    /// Now or not at all.
    Try,
}

impl LockRef {
    /// The entry of an RCU read section in the list of held locks; it has no object.
    pub fn rcu(ty: LockType) -> LockRef {
        LockRef {
            addr: 0,
            class: 0,
            name: 0,
            ty,
            read: true,
            trylock: false,
            sleeps: false,
        }
    }

    /// A lock that spins on other configurations.
    pub fn is_rt_substitute(&self) -> bool {
        matches!(self.ty, LockType::Spin | LockType::Rw | LockType::Local)
    }

    /// Not only an entry in the list of held locks, or something else that is waited for.
    fn is_lock(&self) -> bool {
        let reader = matches!(
            self.ty,
            LockType::Rcu | LockType::RcuBh | LockType::RcuSched
        );
        !reader && !matches!(self.ty, LockType::Word | LockType::GracePeriod)
    }

    /// It has a place in memory that says who owns it.
    fn has_owner(&self) -> bool {
        match self.ty {
            LockType::Word | LockType::GracePeriod => false,
            ty if ty.is_map() => false,
            LockType::Local => self.sleeps,
            _ => true,
        }
    }
}

impl LockType {
    /// An annotation for lockdep, no lock.
    pub fn is_map(self) -> bool {
        matches!(self, LockType::Map | LockType::OverrideMap)
    }
}

impl Machine {
    /// Whether a lock could be taken now.
    pub(super) fn lock_is_free(&self, lock: &LockRef) -> bool {
        match lock.ty {
            _ if self.is_compiled_away(lock) => true,
            LockType::Bit(bit) => self.memory.read(lock.addr, 8) & (1 << (bit & 63)) == 0,
            LockType::Word => self.memory.read(lock.addr, 4) != 0,
            LockType::GracePeriod => !self.is_held_up(HOLDS_GP),
            _ if !lock.has_owner() => true,
            LockType::Rw if lock.read => self.memory.read(lock.addr, 4) == 0,
            LockType::Rw => {
                self.memory.read(lock.addr, 4) == 0
                    && self.memory.read(lock.addr + STATE_OFFSET, 4) == 0
            }
            _ => self.memory.read(lock.addr, 4) == 0,
        }
    }

    /// Without `CONFIG_SMP` a spinning lock is only what it does to preemption and interrupts: nobody
    /// waits for it. With `CONFIG_DEBUG_SPINLOCK`, which `PROVE_LOCKING` selects, a trylock and a bit
    /// spinlock look all the same (v5.9 `include/linux/spinlock_up.h`, `bit_spinlock.h`).
    fn is_compiled_away(&self, lock: &LockRef) -> bool {
        let config = self.config();
        let spins = !lock.sleeps && lock.has_owner();
        let looks = match lock.ty {
            LockType::Bit(_) => true,
            LockType::Rw => false,
            _ => lock.trylock,
        };
        spins && !config.smp && !(config.prove_locking && looks)
    }

    /// Whether nobody else can hold a lock that is held.
    pub fn lock_excludes(&self, lock: &LockRef) -> bool {
        let spins = !lock.sleeps && lock.has_owner();
        let writer = lock.ty != LockType::Rw || !lock.read;
        lock.is_lock() && lock.has_owner() && writer && (self.config().smp || !spins)
    }

    /// The number a lock's `owner` shows for a context.
    fn owner_number(&self, ctx: &Context, cpu: CpuId) -> u64 {
        match ctx.kind {
            ContextKind::Task => {
                let task = self.cpus[usize::from(cpu.0)].current.map_or(0, |t| t.0);
                u64::from(task) + 1
            }
            kind => 0x100 + u64::from(cpu.0) * 4 + kind.level() as u64,
        }
    }
}

impl Exec<'_> {
    /// Takes a lock. `dst` receives 1 (0 for a failed trylock).
    pub(super) fn lock(&mut self, ty: LockType, addr: u64, read: bool, ask: Ask, dst: Reg) -> Flow {
        let lock = match self.lock_ref(ty, addr, read, ask) {
            Ok(lock) => lock,
            Err(flow) => return flow,
        };
        let first = self.ctx.waits_for.is_none();
        if first {
            self.announce(&lock);
        }
        if !self.machine.lock_is_free(&lock) {
            return self.lock_is_busy(lock, first, dst);
        }
        self.take(lock, !first);
        self.set(dst, 1)
    }

    fn lock_ref(&mut self, ty: LockType, addr: u64, read: bool, ask: Ask) -> Result<LockRef, Flow> {
        let len = match ty {
            LockType::Bit(_) => 8,
            ty if ty.is_map() => 16,
            _ => LOCK_SIZE,
        };
        self.touches_lock(addr, len);
        if let Err(fault) = self.machine.check_access(addr, len, Mode::Write) {
            let flow = self.fault(fault);
            if flow != Flow::Next {
                return Err(flow);
            }
        }
        let map = match ty {
            ty if ty.is_map() => addr,
            _ => addr + KEY_OFFSET,
        };
        let memory = &self.machine.memory;
        let (key, name) = match ty {
            LockType::Bit(_) => (0, 0),
            _ => (
                memory.read(map, 8),
                memory.read(map + NAME_OFFSET - KEY_OFFSET, 8),
            ),
        };
        let class = if key == 0 && !matches!(ty, LockType::Bit(_)) {
            addr
        } else {
            key
        };
        let config = self.machine.config();
        let mut lock = LockRef {
            addr,
            class,
            name,
            ty,
            read,
            trylock: ask == Ask::Try,
            sleeps: ty == LockType::Mutex,
        };
        lock.sleeps |= config.rt && lock.is_rt_substitute();
        Ok(lock)
    }

    /// What happens at the first attempt, before it is known whether the lock is free.
    fn announce(&mut self, lock: &LockRef) {
        if lock.ty == LockType::Mutex && !lock.trylock {
            self.might_sleep("kernel/locking/mutex.c", 0, None);
        }
        if !lock.sleeps && !lock.ty.is_map() && !lock.trylock {
            self.add_preempt_count(PREEMPT_OFFSET);
        }
        self.wanted(*lock);
        let debug = self.machine.config().prove_locking;
        if lock.sleeps && lock.is_rt_substitute() {
            if !lock.trylock {
                self.might_sleep("kernel/locking/spinlock_rt.c", 0, Some(*lock));
            }
            // Debug builds have no fast path: the rt_mutex's own raw lock is taken each time.
            if debug {
                self.wanted(LockRef {
                    class: WAIT_LOCK_CLASS,
                    name: WAIT_LOCK_NAME,
                    ty: LockType::RawSpin,
                    trylock: false,
                    sleeps: false,
                    ..*lock
                });
            }
        }
    }

    /// Tells that a lock is wanted, and records what lockdep records.
    fn wanted(&mut self, lock: LockRef) {
        let usage = self.machine.lockdep.usage(lock.class);
        let mut now = self.now();
        // The wait_lock is always taken with interrupts off.
        now.irqs_off |= lock.class == WAIT_LOCK_CLASS;
        let (kind, off) = (self.ctx.kind, now.irqs_off);
        let bh_off = now.preempt_count & 0xff00 != 0 || self.ctx.bh_disable > 0;
        let inversion = self.order(&lock);
        self.event(EventKind::LockWanted {
            lock,
            usage,
            inversion,
            now,
        });
        if self
            .machine
            .lockdep
            .would_change(&lock, kind, off, bh_off, self.span)
        {
            let lockdep = Rc::make_mut(&mut self.machine.lockdep);
            lockdep.mark(&lock, kind, off, bh_off, self.span);
        }
    }

    /// Records that the lock is taken inside those held, unless lockdep knows it the other way round.
    fn order(&mut self, lock: &LockRef) -> Option<Box<Inversion>> {
        if self.ctx.kind == ContextKind::Nmi || self.ctx.held.is_empty() {
            return None;
        }
        let taken = self.asking(*lock)?;
        for held in self.machine.lockdep.unordered(&self.ctx.held, lock) {
            let before = self.machine.lockdep.chain(lock.class, held.lock.class);
            if let Some(chain) = before {
                return Some(Box::new(Inversion { held, chain }));
            }
            Rc::make_mut(&mut self.machine.lockdep).order(held, taken);
        }
        None
    }

    fn lock_is_busy(&mut self, lock: LockRef, first: bool, dst: Reg) -> Flow {
        if lock.trylock {
            self.event(EventKind::TrylockFailed(lock));
            return self.set(dst, 0);
        }
        if first {
            self.event(EventKind::LockBusy(lock));
            if lock.sleeps {
                // Held by the interrupted task, which looks like the waiter itself: it waits for ever.
                let waits_for_ever = self.interrupted_task_owns(&lock);
                self.gives_up_cpu(Some(lock));
                if self.ctx.kind == ContextKind::Nmi && !waits_for_ever {
                    return self.scheduled_in_nmi();
                }
            }
        }
        self.ctx.waits_for = Some(lock);
        Flow::Wait
    }

    /// Tells that the context goes to sleep. Where it must not, and `preempt_count` shows it,
    /// `__schedule_bug()` sets the count to what the scheduler expects, and the task goes on with that.
    pub(super) fn gives_up_cpu(&mut self, lock: Option<LockRef>) {
        let mut now = self.now();
        now.asking = lock.and_then(|lock| self.asking(lock));
        self.event(EventKind::Schedule { now });
        let from = self.cpu_mut().preempt_count;
        let seen = self.machine.visible_preempt_count(from) != 0;
        if seen && self.ctx.kind == ContextKind::Task {
            self.ctx.count_lost += from;
            self.cpu_mut().preempt_count = 0;
            self.event(EventKind::PreemptCount { from, to: 0 });
        }
    }

    pub(super) fn asking(&self, lock: LockRef) -> Option<Held> {
        let span = self.span;
        Some(Held { lock, span })
    }

    pub(super) fn scheduled_in_nmi(&mut self) -> Flow {
        let (file, line) = NO_RETURN_FROM_NMI;
        self.event(EventKind::Bug {
            file: file.into(),
            line,
        });
        self.halt(&format!("kernel BUG at {file}:{line}!"))
    }

    fn interrupted_task_owns(&self, lock: &LockRef) -> bool {
        let current = self.machine.cpus[usize::from(self.cpu.0)].current;
        let owner = self.machine.memory.read(lock.addr, 4);
        current.is_some_and(|task| owner == u64::from(task.0) + 1)
    }

    fn take(&mut self, lock: LockRef, waited: bool) {
        self.ctx.waits_for = None;
        let number = self.machine.owner_number(&self.ctx, self.cpu);
        let memory = &mut self.machine.memory;
        match lock.ty {
            LockType::Bit(bit) => {
                let word = memory.read(lock.addr, 8);
                memory.write(lock.addr, 8, word | 1 << (bit & 63));
            }
            LockType::Rw if lock.read => {
                let readers = memory.read(lock.addr + STATE_OFFSET, 4);
                memory.write(lock.addr + STATE_OFFSET, 4, readers + 1);
            }
            _ if lock.has_owner() => memory.write(lock.addr, 4, number),
            _ => {}
        }
        if lock.trylock && !lock.sleeps && !lock.ty.is_map() {
            self.add_preempt_count(PREEMPT_OFFSET);
        }
        if lock.sleeps && lock.is_rt_substitute() {
            self.ctx.migrate_disable += 1;
            self.ctx.rcu_depth += 1;
        }
        self.ctx.held.push(Held {
            lock,
            span: self.span,
        });
        self.event(EventKind::LockAcquired { lock, waited });
    }

    /// Releases a lock.
    pub(super) fn unlock(&mut self, ty: LockType, addr: u64, read: bool) -> Flow {
        let mut lock = match self.lock_ref(ty, addr, read, Ask::Wait) {
            Ok(lock) => lock,
            Err(flow) => return flow,
        };
        let held = |h: &Held| h.lock.addr == addr && h.lock.ty == ty && h.lock.read == read;
        match self.ctx.held.iter().rposition(held) {
            Some(idx) => lock = self.ctx.held.remove(idx).lock,
            None => self.event(EventKind::BadUnlock(lock)),
        }
        self.give_back(&lock);
        if lock.sleeps && lock.is_rt_substitute() {
            self.ctx.migrate_disable = self.ctx.migrate_disable.saturating_sub(1);
            self.ctx.rcu_depth = self.ctx.rcu_depth.saturating_sub(1);
        }
        self.event(EventKind::LockReleased(lock));
        if !lock.sleeps && !lock.ty.is_map() {
            self.sub_preempt_count(PREEMPT_OFFSET);
        }
        self.wake_waiters(&lock);
        self.next()
    }

    fn give_back(&mut self, lock: &LockRef) {
        let memory = &mut self.machine.memory;
        match lock.ty {
            LockType::Bit(bit) => {
                let word = memory.read(lock.addr, 8);
                memory.write(lock.addr, 8, word & !(1 << (bit & 63)));
            }
            LockType::Rw if lock.read => {
                let readers = memory.read(lock.addr + STATE_OFFSET, 4);
                memory.write(lock.addr + STATE_OFFSET, 4, readers.saturating_sub(1));
            }
            _ if lock.has_owner() => memory.write(lock.addr, 4, 0),
            _ => {}
        }
    }

    fn wake_waiters(&mut self, lock: &LockRef) {
        for task in &mut self.machine.tasks {
            let waits = task.context.waits_for.is_some_and(|w| w.addr == lock.addr);
            if task.state == TaskState::Blocked && waits {
                task.state = TaskState::Runnable;
            }
        }
    }
}
