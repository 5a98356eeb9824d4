//! Executing one step of one context: from a statement to the next.

use super::access::Mode;
use super::context::{Choosing, Context, ContextKind, Frame, SOFTIRQ_DISABLE_OFFSET};
use super::event::{Event, EventKind, Fault, Now};
use super::footprint::{Footprint, GRANULE};
use super::{CpuId, Machine, RunId};
use crate::program::{BinaryOp, Func, FuncId, Kind, Op, Program, Reg, UnaryOp, address};
use crate::syntax::source::Span;

/// More operations than any statement needs: a loop inside one statement that does not end. Copying or
/// clearing so many bytes counts as one.
const OPS_PER_STEP_MAX: u64 = 1 << 20;
const BYTES_PER_OP: u64 = 64;
/// Deeper than any call chain of the modelled kernel.
const CALL_DEPTH_MAX: usize = 200;
/// The same for a plain C program, which may recurse; a state holds all its frames.
const PROGRAM_CALL_DEPTH_MAX: usize = 2000;

/// How an instruction went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// On to the next.
    Next,
    /// The context waits; the instruction is executed again later.
    Wait,
    /// The step ends after this instruction.
    StepEnds,
    /// The machine stops.
    Halt,
}

/// A step under way.
pub(super) struct Exec<'a> {
    pub(super) machine: &'a mut Machine,
    /// What executes; the machine has only its husk meanwhile.
    pub(super) ctx: Context,
    pub(super) cpu: CpuId,
    pub(super) events: &'a mut Vec<Event>,
    pub(super) footprint: Option<&'a mut Footprint>,
    pub(super) program: &'a Program,
    pub(super) span: Span,
    /// The innermost frame's function, next instruction and first register.
    func: &'a Func,
    pub(super) pc: u32,
    base: usize,
    /// Operations of this step.
    ops: u64,
}

impl Machine {
    /// A context about to call a function, on stack number `slot`.
    pub(super) fn new_context(
        &self,
        kind: ContextKind,
        run: RunId,
        slot: u64,
        func: FuncId,
        args: &[u64],
    ) -> Context {
        let body = self.program().func(func);
        let mut regs = vec![0; usize::from(body.n_regs)];
        regs[..args.len()].copy_from_slice(args);
        Context {
            kind,
            run,
            frames: vec![Frame {
                func,
                pc: 0,
                regs: 0,
                memory: 0,
                dst: 0,
            }],
            regs,
            stack: address::STACK + slot * address::STACK_STRIDE,
            stack_used: body.frame_size,
            atomic: 0,
            waits_for: None,
            choosing: Choosing::No,
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

impl<'a> Exec<'a> {
    /// A step of the context, about to begin; `None` when it has ended.
    pub(super) fn new(
        machine: &'a mut Machine,
        program: &'a Program,
        ctx: Context,
        cpu: CpuId,
        events: &'a mut Vec<Event>,
        footprint: Option<&'a mut Footprint>,
    ) -> Option<Exec<'a>> {
        let frame = *ctx.frames.last()?;
        Some(Exec {
            machine,
            cpu,
            events,
            footprint,
            program,
            span: Span::default(),
            func: program.func(frame.func),
            pc: frame.pc,
            base: frame.regs as usize,
            ops: 0,
            ctx,
        })
    }

    /// Executes until the next statement.
    pub(super) fn run(&mut self) -> Flow {
        self.ctx.may_switch = false;
        let flow = self.run_on();
        if let Some(frame) = self.ctx.frames.last_mut() {
            frame.pc = self.pc;
        }
        flow
    }

    fn run_on(&mut self) -> Flow {
        while self.ops < OPS_PER_STEP_MAX {
            self.ops += 1;
            let pc = self.pc as usize;
            self.span = self.func.spans[pc];
            match self.op(self.func.code[pc]) {
                Flow::Next => {}
                other => return other,
            }
            if self.ctx.atomic == 0 && matches!(self.func.code[self.pc as usize], Op::Stmt(_)) {
                self.clear_temporaries();
                return Flow::StepEnds;
            }
        }
        self.fault(Fault::EndlessStep)
    }

    fn op(&mut self, op: Op) -> Flow {
        match op {
            Op::Stmt(_) => self.next(),
            Op::AtomicBegin => {
                self.ctx.atomic += 1;
                self.next()
            }
            Op::AtomicEnd => {
                self.ctx.atomic = self.ctx.atomic.saturating_sub(1);
                self.next()
            }
            Op::Const { dst, value } => self.set(dst, value),
            Op::Move { dst, src } => self.set(dst, self.reg(src)),
            Op::Unary { op, kind, dst, src } => self.set(dst, unary(op, kind, self.reg(src))),
            Op::Binary {
                op,
                kind,
                dst,
                lhs,
                rhs,
            } => self.binary(op, kind, dst, lhs, rhs),
            Op::Convert { kind, dst, src } => self.set(dst, kind.normalize(self.reg(src))),
            Op::Load { kind, dst, addr } => self.load(kind, dst, addr),
            Op::Store { kind, addr, src } => self.store(kind, addr, src),
            Op::Copy { dst, src, len } => self.copy(self.reg(dst), self.reg(src), u64::from(len)),
            Op::Zero { addr, len } => self.zero(self.reg(addr), u64::from(len)),
            Op::FrameAddr { dst, offset } => {
                let frame = self.frame();
                self.set(
                    dst,
                    self.ctx.stack + u64::from(frame.memory) + u64::from(offset),
                )
            }
            Op::CheckIndex { index, len } => {
                let index = self.reg(index) as i64;
                if (0..i64::from(len)).contains(&index) {
                    self.next()
                } else {
                    self.fault(Fault::OutOfBounds { index, len })
                }
            }
            Op::Jump { to } => self.jump(to),
            Op::JumpIf { cond, to } if self.reg(cond) != 0 => self.jump(to),
            Op::JumpIfNot { cond, to } if self.reg(cond) == 0 => self.jump(to),
            Op::JumpIf { .. } | Op::JumpIfNot { .. } => self.next(),
            Op::Call { func, dst, args } => self.call(func, dst, args),
            Op::CallIndirect {
                target,
                dst,
                args,
                n_args,
            } => {
                let addr = self.reg(target);
                match self.program.function_at(addr) {
                    Some(f) if self.program.func(f).n_params == u16::from(n_args) => {
                        self.call(f, dst, args)
                    }
                    _ => self.fault(Fault::NotAFunction { addr }),
                }
            }
            Op::Primitive {
                which,
                dst,
                args,
                n_args,
            } => self.primitive(which, dst, args, n_args),
            Op::Return { src } => self.ret(self.reg(src)),
        }
    }

    fn frame(&self) -> Frame {
        *self.ctx.frames.last().expect("a step runs in a frame")
    }

    pub(super) fn reg(&self, reg: Reg) -> u64 {
        self.ctx.regs[self.base + usize::from(reg)]
    }

    /// Writes a register and goes on.
    pub(super) fn set(&mut self, reg: Reg, value: u64) -> Flow {
        self.ctx.regs[self.base + usize::from(reg)] = value;
        self.next()
    }

    pub(super) fn next(&mut self) -> Flow {
        self.pc += 1;
        Flow::Next
    }

    fn jump(&mut self, to: u32) -> Flow {
        self.pc = to;
        Flow::Next
    }

    /// Temporaries are dead between statements; zero keeps equal states equal.
    fn clear_temporaries(&mut self) {
        let (locals, all) = (self.func.n_locals, self.func.n_regs);
        let temporaries = self.base + usize::from(locals)..self.base + usize::from(all);
        self.ctx.regs[temporaries].fill(0);
    }

    fn binary(&mut self, op: BinaryOp, kind: Kind, dst: Reg, lhs: Reg, rhs: Reg) -> Flow {
        let (a, b) = (self.reg(lhs), self.reg(rhs));
        match op {
            BinaryOp::Div | BinaryOp::Rem if b == 0 => return self.fault(Fault::DivisionByZero),
            // The one quotient that does not fit: x86 traps, also with -fwrapv.
            BinaryOp::Div | BinaryOp::Rem
                if kind.signed()
                    && b == u64::MAX
                    && a == kind.normalize(1 << (kind.size() * 8 - 1)) =>
            {
                return self.fault(Fault::DivisionOverflow);
            }
            BinaryOp::Shl | BinaryOp::Shr if b >= kind.size() * 8 => {
                self.fault(Fault::OversizedShift { by: b });
            }
            _ => {}
        }
        self.set(dst, binary(op, kind, a, b))
    }

    /// Whether the access is allowed; otherwise what follows from it.
    pub(super) fn access(&mut self, addr: u64, len: u64, mode: Mode) -> Result<(), Flow> {
        self.touches(addr, len, mode);
        match self.machine.check_access(addr, len, mode) {
            Ok(()) => Ok(()),
            Err(fault) => match self.fault(fault) {
                Flow::Next => Ok(()),
                flow => Err(flow),
            },
        }
    }

    fn load(&mut self, kind: Kind, dst: Reg, addr: Reg) -> Flow {
        let addr = self.reg(addr);
        if let Err(flow) = self.access(addr, kind.size(), Mode::Read) {
            return flow;
        }
        let value = self.machine.memory.read(addr, kind.size());
        self.set(dst, kind.normalize(value))
    }

    fn store(&mut self, kind: Kind, addr: Reg, src: Reg) -> Flow {
        let (addr, value) = (self.reg(addr), self.reg(src));
        if let Err(flow) = self.access(addr, kind.size(), Mode::Write) {
            return flow;
        }
        self.machine
            .memory
            .write(addr, kind.size(), kind.normalize(value));
        self.next()
    }

    pub(super) fn copy(&mut self, dst: u64, src: u64, len: u64) -> Flow {
        if len == 0 {
            return self.next();
        }
        self.ops += len / BYTES_PER_OP;
        let allowed = self
            .access(src, len, Mode::Read)
            .and_then(|()| self.access(dst, len, Mode::Write));
        if let Err(flow) = allowed {
            return flow;
        }
        let bytes = self.machine.memory.read_bytes(src, len);
        self.machine.memory.write_bytes(dst, &bytes);
        self.next()
    }

    pub(super) fn zero(&mut self, addr: u64, len: u64) -> Flow {
        if len == 0 {
            return self.next();
        }
        self.ops += len / BYTES_PER_OP;
        if let Err(flow) = self.access(addr, len, Mode::Write) {
            return flow;
        }
        self.machine.memory.zero(addr, len);
        self.next()
    }

    fn call(&mut self, func: FuncId, dst: Reg, args: Reg) -> Flow {
        let body = self.program.func(func);
        let stack_used = self.ctx.stack_used + body.frame_size;
        let depth_max = match self.machine.setup().page_struct_size {
            0 => PROGRAM_CALL_DEPTH_MAX,
            _ => CALL_DEPTH_MAX,
        };
        if self.ctx.frames.len() >= depth_max || u64::from(stack_used) > address::STACK_STRIDE {
            return self.fault(Fault::StackOverflow);
        }
        self.next();
        // Pointers to what was there before lead somewhere again.
        if body.frame_size > 0 {
            let at = self.ctx.stack + u64::from(self.ctx.stack_used);
            self.touches(at, u64::from(body.frame_size), Mode::Write);
        }
        if let Some(caller) = self.ctx.frames.last_mut() {
            caller.pc = self.pc;
        }
        let from = self.base + usize::from(args);
        let regs = self.ctx.regs.len();
        self.ctx
            .regs
            .extend_from_within(from..from + usize::from(body.n_params));
        self.ctx.regs.resize(regs + usize::from(body.n_regs), 0);
        self.ctx.frames.push(Frame {
            func,
            pc: 0,
            regs: regs as u32,
            memory: self.ctx.stack_used,
            dst,
        });
        (self.func, self.pc, self.base) = (body, 0, regs);
        self.ctx.stack_used = stack_used;
        self.machine.running_stack.1 = stack_used;
        self.event(EventKind::Call { func });
        Flow::Next
    }

    fn ret(&mut self, value: u64) -> Flow {
        let frame = self.frame();
        self.event(EventKind::Return {
            func: frame.func,
            value,
        });
        self.ctx.frames.pop();
        self.ctx.regs.truncate(frame.regs as usize);
        let size = u64::from(self.ctx.stack_used - frame.memory);
        if size > 0 {
            let from = self.ctx.stack + u64::from(frame.memory);
            self.touches(from, size, Mode::Write);
            self.machine.memory.zero(from, size);
        }
        self.ctx.stack_used = frame.memory;
        self.machine.running_stack.1 = frame.memory;
        match self.ctx.frames.last() {
            Some(caller) => {
                (self.pc, self.base) = (caller.pc, caller.regs as usize);
                self.func = self.program.func(caller.func);
                self.ctx.regs[self.base + usize::from(frame.dst)] = value;
                Flow::Next
            }
            None => {
                self.check_balance();
                self.event(EventKind::Exit {
                    run: self.ctx.run,
                    value,
                });
                Flow::StepEnds
            }
        }
    }

    /// What the entry function took it must have given back.
    fn check_balance(&mut self) {
        let run = self.machine.setup().runs.get(usize::from(self.ctx.run.0));
        let off = run.is_some_and(|r| r.placement.preempt_off);
        let own = run.is_some_and(|r| r.placement.rcu_reader || r.placement.bh_off);
        let below = match self.ctx.kind {
            ContextKind::Task => u32::from(off),
            _ => self.ctx.preempt_count_before + self.ctx.kind.preempt_offset(),
        }
        .saturating_sub(self.ctx.count_lost);
        let irqs_off = run.is_some_and(|r| r.placement.irqs_off);
        let bh_off = run.is_some_and(|r| r.placement.bh_off);
        // On PREEMPT_RT a task keeps this part of the count itself.
        let below = below + u32::from(bh_off) * SOFTIRQ_DISABLE_OFFSET;
        let preempt_count =
            self.cpu_mut().preempt_count + self.ctx.bh_disable * SOFTIRQ_DISABLE_OFFSET;
        let n_locks = (self.ctx.held.len() as u32).saturating_sub(u32::from(own));
        if n_locks > 0 || preempt_count != below {
            self.event(EventKind::LeftUnbalanced {
                n_locks,
                preempt_count,
                expected: below,
            });
        }
        if self.cpu_mut().irqs_off != irqs_off {
            self.event(EventKind::IrqsLeft { off: !irqs_off });
        }
    }

    /// Notes an access for who asked for it.
    pub(super) fn touches(&mut self, addr: u64, len: u64, mode: Mode) {
        if let Some(footprint) = &mut self.footprint {
            footprint.touch(addr, len, mode == Mode::Write);
        }
    }

    /// Notes that the step has to do with a lock object of that size.
    pub(super) fn touches_lock(&mut self, addr: u64, len: u64) {
        if let Some(footprint) = &mut self.footprint {
            footprint.locks.push(addr / GRANULE);
            if len > GRANULE {
                footprint.touch(addr.saturating_add(GRANULE), len - GRANULE, false);
            }
        }
    }

    /// Notes that the step maps pages or unmaps them.
    pub(super) fn touches_pages(&mut self, pfn: u64, n_pages: u64) {
        if let Some(footprint) = &mut self.footprint {
            footprint.touch_pages(pfn, n_pages);
        }
    }

    /// Reports a memory error; most stop the machine.
    pub(super) fn fault(&mut self, fault: Fault) -> Flow {
        self.event(EventKind::Fault(fault));
        if fault.goes_on() {
            return Flow::Next;
        }
        self.halt(&format!("{fault:?}"))
    }

    pub(super) fn halt(&mut self, reason: &str) -> Flow {
        self.machine.halted = Some(reason.into());
        Flow::Halt
    }

    pub(super) fn event(&mut self, kind: EventKind) {
        let event = Event {
            cpu: self.cpu,
            span: self.span,
            context: self.ctx.kind,
            kind,
        };
        self.events.push(event);
    }

    /// What decides whether something is allowed here.
    pub(super) fn now(&self) -> Box<Now> {
        let cpu = &self.machine.cpus[usize::from(self.cpu.0)];
        let interrupted = self
            .machine
            .contexts(self.cpu)
            .filter(|c| c.kind < self.ctx.kind);
        let below = interrupted.flat_map(|c| c.held.iter().copied());
        Box::new(Now {
            context: self.ctx.kind,
            preempt_count: cpu.preempt_count,
            irqs_off: cpu.irqs_off,
            rcu_depth: self.ctx.rcu_depth,
            held: self.ctx.held.clone(),
            held_below: below.collect(),
            asking: None,
        })
    }

    pub(super) fn cpu_mut(&mut self) -> &mut super::Cpu {
        &mut self.machine.cpus[usize::from(self.cpu.0)]
    }
}

pub(super) fn unary(op: UnaryOp, kind: Kind, value: u64) -> u64 {
    match op {
        UnaryOp::Neg => kind.normalize(value.wrapping_neg()),
        UnaryOp::Not => kind.normalize(!value),
        UnaryOp::LogNot => u64::from(value == 0),
    }
}

/// `a op b`; an oversized shift uses the low bits of the count, as x86 does.
pub(super) fn binary(op: BinaryOp, kind: Kind, a: u64, b: u64) -> u64 {
    let signed = kind.signed();
    let shift = (b & (kind.size() * 8 - 1)) as u32;
    let value = match op {
        BinaryOp::Add => a.wrapping_add(b),
        BinaryOp::Sub => a.wrapping_sub(b),
        BinaryOp::Mul => a.wrapping_mul(b),
        BinaryOp::Div if signed => (a as i64).wrapping_div(b as i64) as u64,
        BinaryOp::Div => a / b,
        BinaryOp::Rem if signed => (a as i64).wrapping_rem(b as i64) as u64,
        BinaryOp::Rem => a % b,
        BinaryOp::And => a & b,
        BinaryOp::Or => a | b,
        BinaryOp::Xor => a ^ b,
        BinaryOp::Shl => a.wrapping_shl(shift),
        BinaryOp::Shr if signed => (a as i64).wrapping_shr(shift) as u64,
        BinaryOp::Shr => a.wrapping_shr(shift),
        BinaryOp::Eq => return u64::from(a == b),
        BinaryOp::Ne => return u64::from(a != b),
        BinaryOp::Lt if signed => return u64::from((a as i64) < b as i64),
        BinaryOp::Lt => return u64::from(a < b),
        BinaryOp::Le if signed => return u64::from(a as i64 <= b as i64),
        BinaryOp::Le => return u64::from(a <= b),
        BinaryOp::Gt if signed => return u64::from(a as i64 > b as i64),
        BinaryOp::Gt => return u64::from(a > b),
        BinaryOp::Ge if signed => return u64::from(a as i64 >= b as i64),
        BinaryOp::Ge => return u64::from(a >= b),
    };
    kind.normalize(value)
}
