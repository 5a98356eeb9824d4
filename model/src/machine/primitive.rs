//! What C cannot do: the machine's side of `program::primitive`.

use std::rc::Rc;

use super::context::{Choosing, ContextKind, Held, PREEMPT_OFFSET, SOFTIRQ_DISABLE_OFFSET};
use super::event::{EventKind, Fault, LockRef, LockType, Section};
use super::exec::{Exec, Flow};
use super::lock::Ask;
use crate::config::Preemption;
use crate::program::address::PERCPU_STRIDE;
use crate::program::{Primitive, Reg};

/// More than any page range the modelled kernel maps at once.
const FILL_MAX: u64 = 1 << 24;

/// Values that an environment may choose from: what a schedule can write, and a search can try.
pub(super) const CHOICES_MAX: u32 = 1 << 12;

/// v5.15, the first with a `migrate_disable()` of its own on every configuration.
const MIGRATE_SINCE: u32 = 5 << 16 | 15 << 8;

/// Whether it does nothing but read and write memory, and read what only this context changes.
fn is_private(which: Primitive) -> bool {
    matches!(
        which,
        Primitive::IrqsDisabled
            | Primitive::PreemptCount
            | Primitive::SmpProcessorId
            | Primitive::ThisCpuOffset
            | Primitive::PerCpuOffset
            | Primitive::CurrentTask
            | Primitive::MightSleep
            | Primitive::Memset
            | Primitive::Memcpy
            | Primitive::MapPages
            | Primitive::Wait
            | Primitive::Choose
    )
}

/// Whether what it gives depends on the state of the CPU.
fn looks_at_cpu(which: Primitive) -> bool {
    matches!(
        which,
        Primitive::IrqsDisabled
            | Primitive::PreemptCount
            | Primitive::CurrentTask
            | Primitive::MightSleep
    )
}

impl Exec<'_> {
    pub(super) fn primitive(&mut self, which: Primitive, dst: Reg, args: Reg, n: u8) -> Flow {
        use LockType::{Local, Map, Mutex, OverrideMap, RawSpin, Rcu, RcuBh, RcuSched, Rw, Spin};
        let arg = |i: u16| {
            if i < u16::from(n) {
                self.reg(args + i)
            } else {
                0
            }
        };
        let (a, b, c) = (arg(0), arg(1), arg(2));
        let bit = LockType::Bit((a & 63) as u8);
        if let Some(footprint) = &mut self.footprint {
            footprint.more |= !is_private(which);
            footprint.cpu |= looks_at_cpu(which);
        }
        match which {
            Primitive::RawSpinLock => self.lock(RawSpin, a, false, Ask::Wait, dst),
            Primitive::RawSpinTrylock => self.lock(RawSpin, a, false, Ask::Try, dst),
            Primitive::RawSpinUnlock => self.unlock(RawSpin, a, false),
            Primitive::SpinLock => self.lock(Spin, a, false, Ask::Wait, dst),
            Primitive::SpinTrylock => self.lock(Spin, a, false, Ask::Try, dst),
            Primitive::SpinUnlock => self.unlock(Spin, a, false),
            Primitive::ReadLock => self.lock(Rw, a, true, Ask::Wait, dst),
            Primitive::ReadUnlock => self.unlock(Rw, a, true),
            Primitive::WriteLock => self.lock(Rw, a, false, Ask::Wait, dst),
            Primitive::WriteUnlock => self.unlock(Rw, a, false),
            Primitive::MutexLock => self.lock(Mutex, a, false, Ask::Wait, dst),
            Primitive::MutexTrylock => self.lock(Mutex, a, false, Ask::Try, dst),
            Primitive::MutexUnlock => self.unlock(Mutex, a, false),
            Primitive::LocalLock => self.lock(Local, a, false, Ask::Wait, dst),
            Primitive::LocalTrylock => self.lock(Local, a, false, Ask::Try, dst),
            Primitive::LocalUnlock => self.unlock(Local, a, false),
            Primitive::BitSpinLock => self.lock(bit, b, false, Ask::Wait, dst),
            Primitive::BitSpinUnlock => self.unlock(bit, b, false),
            Primitive::LockMapAcquire => self.lock(Map, a, false, Ask::Wait, dst),
            Primitive::LockMapAcquireTry => self.lock(OverrideMap, a, false, Ask::Try, dst),
            Primitive::LockMapRelease => {
                let is_override = |h: &Held| h.lock.addr == a && h.lock.ty == OverrideMap;
                match self.ctx.held.iter().any(is_override) {
                    true => self.unlock(OverrideMap, a, false),
                    false => self.unlock(Map, a, false),
                }
            }

            Primitive::PreemptDisable => self.and_next(|e| e.add_preempt_count(PREEMPT_OFFSET)),
            Primitive::PreemptEnable => self.and_next(|e| e.sub_preempt_count(PREEMPT_OFFSET)),
            Primitive::MigrateDisable => self.and_next(|e| e.migrate(true)),
            Primitive::MigrateEnable => self.and_next(|e| e.migrate(false)),
            Primitive::LocalBhDisable => self.and_next(|e| e.bottom_halves(true)),
            Primitive::LocalBhEnable => self.and_next(|e| e.bottom_halves(false)),
            Primitive::LocalIrqSave => {
                let on = u64::from(!self.cpu_mut().irqs_off);
                self.mask_irqs(true);
                self.set(dst, on)
            }
            Primitive::LocalIrqRestore => self.and_next(|e| e.mask_irqs(a == 0)),
            Primitive::LocalIrqDisable => self.and_next(|e| e.mask_irqs(true)),
            Primitive::LocalIrqEnable => self.and_next(|e| e.mask_irqs(false)),
            Primitive::IrqsDisabled => {
                let off = u64::from(self.cpu_mut().irqs_off);
                self.set(dst, off)
            }
            Primitive::PreemptCount => {
                let count = self.cpu_mut().preempt_count;
                self.set(dst, u64::from(self.machine.visible_preempt_count(count)))
            }
            Primitive::RcuReadLock => self.and_next(|e| e.rcu_section(Rcu, true)),
            Primitive::RcuReadUnlock => self.and_next(|e| e.rcu_section(Rcu, false)),
            Primitive::RcuReadLockSched => self.and_next(|e| e.rcu_section(RcuSched, true)),
            Primitive::RcuReadUnlockSched => self.and_next(|e| e.rcu_section(RcuSched, false)),
            Primitive::RcuReadLockBh => self.and_next(|e| e.rcu_section(RcuBh, true)),
            Primitive::RcuReadUnlockBh => self.and_next(|e| e.rcu_section(RcuBh, false)),
            Primitive::SmpProcessorId => self.set(dst, u64::from(self.cpu.0)),
            Primitive::ThisCpuOffset => self.set(dst, (u64::from(self.cpu.0) + 1) * PERCPU_STRIDE),
            Primitive::PerCpuOffset => self.set(dst, a.wrapping_add(1).wrapping_mul(PERCPU_STRIDE)),
            Primitive::CurrentTask => {
                let task = self.cpu_mut().current.map_or(0, |t| t.0);
                self.set(dst, u64::from(task))
            }

            Primitive::MightSleep => {
                let file = self.machine.c_string(a);
                self.and_next(|e| e.might_sleep(&file, b as u32, None))
            }
            Primitive::Schedule => self.schedule(),
            Primitive::CondResched => self.and_next(Self::cond_resched),
            Primitive::Printk | Primitive::Printf => self.printk(which, dst, args, n),
            Primitive::DumpTrace => self.dump_trace(a != 0),
            Primitive::Panic => {
                let text = self.format(args, n);
                self.event(EventKind::Panic(text.clone()));
                self.halt(&format!("Kernel panic - not syncing: {text}"))
            }
            Primitive::Bug => {
                let file = self.machine.c_string(a);
                let reason = format!("kernel BUG at {file}:{b}!");
                self.event(EventKind::Bug {
                    file,
                    line: b as u32,
                });
                self.halt(&reason)
            }
            Primitive::Warn => {
                let (file, text) = (self.machine.c_string(a), self.machine.c_string(c));
                self.event(EventKind::Warning {
                    file,
                    line: b as u32,
                    text,
                });
                self.next()
            }
            Primitive::VmBug => {
                let (file, text) = (self.machine.c_string(a), self.machine.c_string(c));
                self.event(EventKind::VmBug {
                    file,
                    line: b as u32,
                    text,
                });
                self.next()
            }
            Primitive::ListCorruption => {
                let text = self.format(args, n);
                self.event(EventKind::ListCorruption(text));
                self.next()
            }
            Primitive::Memset => self.memset(a, b as u8, c, dst),
            Primitive::Memcpy => match self.copy(a, b, c.min(FILL_MAX)) {
                Flow::Next => self.result(dst, a),
                flow => flow,
            },
            Primitive::MapPages => self.and_next(|e| e.map_pages(a, b, c != 0)),
            Primitive::Choose => self.choose(a as u32, dst),
            Primitive::Wait if a as u32 != 0 => self.set(dst, 0),
            Primitive::Wait => Flow::Wait,
            Primitive::Arm => self.arm(a, b, true),
            Primitive::Disarm => self.arm(a, b, false),
            Primitive::Armed => self.armed(a, b, dst),
            Primitive::WaitWord => self.wait_word(a),
            Primitive::GpBegin => self.gp_begin(),
            Primitive::GpWait => self.gp_wait(),
            Primitive::Object => self.object(a, c, dst),
        }
    }

    fn and_next(&mut self, effect: impl FnOnce(&mut Self)) -> Flow {
        effect(self);
        self.next()
    }

    /// The value of a primitive that has gone on to the next instruction already.
    fn result(&mut self, dst: Reg, value: u64) -> Flow {
        self.set(dst, value);
        self.pc -= 1;
        Flow::Next
    }

    pub(super) fn add_preempt_count(&mut self, offset: u32) {
        let from = self.cpu_mut().preempt_count;
        let to = from.wrapping_add(offset);
        self.cpu_mut().preempt_count = to;
        self.event(EventKind::PreemptCount { from, to });
    }

    /// As `preempt_count_sub()` of `CONFIG_DEBUG_PREEMPT`, which refuses to go below zero.
    pub(super) fn sub_preempt_count(&mut self, offset: u32) {
        let from = self.cpu_mut().preempt_count;
        let preemption_part = 0xff;
        if from < offset && self.ctx.count_lost >= offset {
            self.ctx.count_lost -= offset;
            return self.event(EventKind::CountLost);
        }
        if from < offset || (offset < preemption_part && from & preemption_part == 0) {
            let section = if offset == PREEMPT_OFFSET {
                Section::Preempt
            } else {
                Section::BottomHalves
            };
            return self.event(EventKind::NotBegun { section });
        }
        let to = from - offset;
        self.cpu_mut().preempt_count = to;
        self.event(EventKind::PreemptCount { from, to });
    }

    fn migrate(&mut self, disable: bool) {
        let depth = &mut self.ctx.migrate_disable;
        *depth = if disable {
            *depth + 1
        } else {
            depth.saturating_sub(1)
        };
        // Until v5.15 migrate_disable() is preempt_disable(), except on PREEMPT_RT.
        let pins = self.machine.config().rt || self.machine.setup().kernel_version >= MIGRATE_SINCE;
        match (pins, disable) {
            (true, _) => {}
            (false, true) => self.add_preempt_count(PREEMPT_OFFSET),
            (false, false) => self.sub_preempt_count(PREEMPT_OFFSET),
        }
    }

    fn bottom_halves(&mut self, off: bool) {
        if self.machine.config().rt && self.ctx.kind == ContextKind::Task {
            if !off && self.ctx.bh_disable == 0 {
                return self.event(EventKind::NotBegun {
                    section: Section::BottomHalves,
                });
            }
            // Outermost, it is a reader for lockdep too (v6.12 __local_bh_disable_ip()).
            match (off, self.ctx.bh_disable) {
                (true, 0) => self.reader_for_lockdep(LockType::Rcu, true),
                (false, 1) => self.reader_for_lockdep(LockType::Rcu, false),
                _ => {}
            }
            let step = |n: &mut u32| *n = if off { *n + 1 } else { n.saturating_sub(1) };
            step(&mut self.ctx.bh_disable);
            step(&mut self.ctx.migrate_disable);
            step(&mut self.ctx.rcu_depth);
        } else if off {
            self.add_preempt_count(SOFTIRQ_DISABLE_OFFSET);
        } else {
            self.sub_preempt_count(SOFTIRQ_DISABLE_OFFSET);
            self.machine.look_for_softirqs(self.cpu);
        }
    }

    /// An RCU read section is a lock for lockdep: it limits what may be taken inside.
    fn rcu_section(&mut self, ty: LockType, begin: bool) {
        if !begin && !self.ctx.held.iter().any(|h| h.lock.ty == ty) {
            return self.event(EventKind::NotBegun {
                section: Section::Rcu,
            });
        }
        self.reader_for_lockdep(ty, begin);
        match ty {
            LockType::RcuBh => self.bottom_halves(begin),
            LockType::RcuSched if begin => self.add_preempt_count(PREEMPT_OFFSET),
            LockType::RcuSched => self.sub_preempt_count(PREEMPT_OFFSET),
            _ => self.rcu_read(begin),
        }
    }

    fn reader_for_lockdep(&mut self, ty: LockType, begin: bool) {
        if begin {
            self.ctx.held.push(Held {
                lock: LockRef::rcu(ty),
                span: self.span,
            });
        } else if let Some(idx) = self.ctx.held.iter().rposition(|h| h.lock.ty == ty) {
            self.ctx.held.remove(idx);
        }
    }

    fn rcu_read(&mut self, lock: bool) {
        let preemptible = self.machine.config().preempt_rcu();
        match (preemptible, lock) {
            (true, true) => self.ctx.rcu_depth += 1,
            (true, false) => self.ctx.rcu_depth = self.ctx.rcu_depth.saturating_sub(1),
            (false, true) => self.add_preempt_count(PREEMPT_OFFSET),
            (false, false) => self.sub_preempt_count(PREEMPT_OFFSET),
        }
    }

    fn mask_irqs(&mut self, off: bool) {
        if self.cpu_mut().irqs_off != off {
            self.cpu_mut().irqs_off = off;
            self.event(EventKind::Irqs { off });
        }
    }

    /// `lock`: a sleeping lock of PREEMPT_RT asks, on its own behalf.
    pub(super) fn might_sleep(&mut self, file: &str, line: u32, lock: Option<LockRef>) {
        let mut now = self.now();
        now.asking = lock.and_then(|lock| self.asking(lock));
        let lock = lock.is_some();
        self.event(EventKind::MightSleep {
            file: file.into(),
            line,
            lock,
            now,
        });
        if !lock && self.machine.config().preemption == Preemption::Voluntary {
            self.cond_resched();
        }
    }

    /// `schedule()` of a task that stays runnable: after this statement another one may run.
    fn schedule(&mut self) -> Flow {
        self.gives_up_cpu(None);
        if self.ctx.kind == ContextKind::Nmi {
            return self.scheduled_in_nmi();
        }
        self.ctx.may_switch = true;
        self.next()
    }

    /// Nothing to do where the scheduler may preempt anyway; elsewhere it looks at what it can see
    /// of `preempt_count`.
    fn cond_resched(&mut self) {
        let config = self.machine.config();
        let asks = matches!(config.preemption, Preemption::None | Preemption::Voluntary);
        let count = self.machine.cpus[usize::from(self.cpu.0)].preempt_count;
        self.ctx.may_switch |= asks && self.machine.visible_preempt_count(count) == 0;
    }

    fn memset(&mut self, addr: u64, value: u8, len: u64, dst: Reg) -> Flow {
        let len = len.min(FILL_MAX);
        match self.zero(addr, len) {
            Flow::Next if value == 0 => {}
            Flow::Next => self
                .machine
                .memory
                .write_bytes(addr, &vec![value; len as usize]),
            flow => return flow,
        }
        self.result(dst, addr)
    }

    fn choose(&mut self, n: u32, dst: Reg) -> Flow {
        match self.ctx.choosing {
            Choosing::Made(choice) => {
                self.ctx.choosing = Choosing::No;
                self.event(EventKind::Chosen { choice, of: n });
                self.set(dst, u64::from(choice))
            }
            _ if n == 0 => self.set(dst, 0),
            _ if n > CHOICES_MAX => {
                let index = i64::from(n);
                self.fault(Fault::OutOfBounds {
                    index,
                    len: CHOICES_MAX,
                })
            }
            _ => {
                self.ctx.choosing = Choosing::Open(n);
                Flow::Wait
            }
        }
    }

    /// Marks pages as in use or free, in the sorted list of free ranges.
    fn map_pages(&mut self, pfn: u64, n_pages: u64, in_use: bool) {
        let end = pfn.saturating_add(n_pages);
        self.touches_pages(pfn, n_pages);
        let already = (pfn..end.min(pfn + 2048)).any(|p| self.machine.page_is_free(p) != in_use);
        let mut ranges = Vec::new();
        for &(first, last) in self.machine.free_pages.iter() {
            if first < pfn {
                ranges.push((first, last.min(pfn)));
            }
            if last > end {
                ranges.push((first.max(end), last));
            }
        }
        if !in_use {
            ranges.push((pfn, end));
        }
        ranges.sort_unstable();
        ranges.dedup_by(|next, range| {
            let touches = next.0 <= range.1;
            if touches {
                range.1 = range.1.max(next.1);
            }
            touches
        });
        self.machine.free_pages = Rc::new(ranges);
        self.event(EventKind::PagesMapped {
            pfn,
            n_pages,
            in_use,
            already,
        });
    }
}
