//! Statements that are not possible yet: `atomic { __wait(condition); … }`, and choices that are made
//! with the step, `atomic { switch (__choose(n)) … }`.
//!
//! What comes before the first `__wait()` or `__choose()` of an `atomic` block, when it only computes
//! and reads memory, is evaluated to say whether the step is possible, and how many there are. Calls
//! and stores end this; so does a memory error, which the step itself will report.

use super::access::Mode;
use super::context::Context;
use super::footprint::{Footprint, Touched};
use super::primitive::CHOICES_MAX;
use super::{CpuId, Machine, exec};
use crate::program::{BinaryOp, Op, Primitive, Reg};

/// Longer beginnings are not looked at.
const OPS_MAX: usize = 256;

/// Who looks at more than this waits for no lock.
const FEW: usize = 4;

/// What the beginning of a step says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guard {
    /// It is possible.
    Open,
    /// It must wait.
    Closed,
    /// There are so many of it, one for each choice.
    Choices(u32),
}

impl Machine {
    /// Looks at the beginning of a context's next step.
    pub(super) fn guard(&self, context: &Context) -> Guard {
        self.look(context, None)
    }

    /// The memory by which it is decided whether the innermost context of a CPU may step.
    pub fn guard_footprint(&self, cpu: CpuId, footprint: &mut Footprint) {
        if let Some(top) = self.top(cpu) {
            self.look(top, Some(footprint));
        }
    }

    /// Whether something is looked at to know if the innermost context of a CPU may step.
    pub fn is_guarded(&self, cpu: CpuId) -> bool {
        let mut footprint = Footprint::default();
        self.guard_footprint(cpu, &mut footprint);
        !footprint.memory.is_empty()
    }

    /// Of the bytes by which it is decided whether the innermost context of a CPU may step, those that
    /// must be zero for it, whatever else they could be: as a lock, 0 when it is free, is waited for.
    pub fn waits_for_zero(&mut self, cpu: CpuId) -> Vec<Touched> {
        let mut looked = Footprint::default();
        self.guard_footprint(cpu, &mut looked);
        let looked = looked.memory;
        let few = looked.len() <= FEW;
        let tested = looked.iter().filter(|_| few);
        let tested: Vec<Touched> = tested.copied().collect();
        let waits = |touched: &Touched| self.is_waited_for(cpu, *touched, &looked);
        tested.into_iter().filter(waits).collect()
    }

    fn is_waited_for(&mut self, cpu: CpuId, touched: Touched, looked: &[Touched]) -> bool {
        let value = self.memory.word(touched.granule);
        let shift = 8 * touched.bytes.trailing_zeros();
        let others = !(touched.mask());
        let mut footprint = Footprint::default();
        let closed = (1..=u64::from(u8::MAX)).all(|other| {
            self.memory
                .put_word(touched.granule, value & others | other << shift);
            footprint.clear();
            let closed = self
                .top(cpu)
                .is_some_and(|top| self.look(top, Some(&mut footprint)) == Guard::Closed);
            // What was not looked at in this state may be different in another one.
            closed && footprint.memory.iter().all(|t| looked.contains(t))
        });
        self.memory.put_word(touched.granule, value);
        closed
    }

    fn look(&self, context: &Context, footprint: Option<&mut Footprint>) -> Guard {
        let Some(frame) = context.frames.last() else {
            return Guard::Open;
        };
        let func = self.program().func(frame.func);
        let mut pc = frame.pc as usize;
        if matches!(func.code.get(pc), Some(Op::Stmt(_))) {
            pc += 1;
        }
        if !matches!(func.code.get(pc), Some(Op::AtomicBegin)) || !func.guarded {
            return Guard::Open;
        }
        let regs = &context.regs[frame.regs as usize..];
        let mut eval = Eval {
            machine: self,
            regs: regs.to_vec(),
            memory: context.stack + u64::from(frame.memory),
            footprint,
        };
        eval.run(&func.code, pc + 1)
    }
}

struct Eval<'a> {
    machine: &'a Machine,
    regs: Vec<u64>,
    /// Address of the frame's memory.
    memory: u64,
    footprint: Option<&'a mut Footprint>,
}

impl Eval<'_> {
    fn run(&mut self, code: &[Op], mut pc: usize) -> Guard {
        for _ in 0..OPS_MAX {
            match self.op(code[pc]) {
                Some(Next::Go) => pc += 1,
                Some(Next::Jump(to)) => pc = to as usize,
                Some(Next::Is(guard)) => return guard,
                None => break,
            }
        }
        Guard::Open
    }

    fn reg(&self, reg: Reg) -> u64 {
        self.regs[usize::from(reg)]
    }

    fn set(&mut self, reg: Reg, value: u64) -> Option<Next> {
        self.regs[usize::from(reg)] = value;
        Some(Next::Go)
    }

    /// `None` where the beginning ends.
    fn op(&mut self, op: Op) -> Option<Next> {
        match op {
            Op::Const { dst, value } => self.set(dst, value),
            Op::Move { dst, src } => self.set(dst, self.reg(src)),
            Op::Unary { op, kind, dst, src } => self.set(dst, exec::unary(op, kind, self.reg(src))),
            Op::Binary {
                op: BinaryOp::Div | BinaryOp::Rem,
                ..
            } => None,
            Op::Binary {
                op,
                kind,
                dst,
                lhs,
                rhs,
            } => {
                let (a, b) = (self.reg(lhs), self.reg(rhs));
                let oversized = matches!(op, BinaryOp::Shl | BinaryOp::Shr) && b >= kind.size() * 8;
                if oversized {
                    return None;
                }
                self.set(dst, exec::binary(op, kind, a, b))
            }
            Op::Convert { kind, dst, src } => self.set(dst, kind.normalize(self.reg(src))),
            Op::Load { kind, dst, addr } => {
                let addr = self.reg(addr);
                // Who watches is told of it also when it is not allowed now.
                let value = self.machine.memory.read(addr, kind.size());
                if let Some(footprint) = &mut self.footprint {
                    footprint.touch(addr, kind.size(), false);
                }
                let allowed = self.machine.check_access(addr, kind.size(), Mode::Read);
                allowed.ok()?;
                self.set(dst, kind.normalize(value))
            }
            Op::FrameAddr { dst, offset } => self.set(dst, self.memory + u64::from(offset)),
            Op::CheckIndex { index, len } => {
                let index = self.reg(index) as i64;
                (0..i64::from(len)).contains(&index).then_some(Next::Go)
            }
            Op::Jump { to } => Some(Next::Jump(to)),
            Op::JumpIf { cond, to } if self.reg(cond) != 0 => Some(Next::Jump(to)),
            Op::JumpIfNot { cond, to } if self.reg(cond) == 0 => Some(Next::Jump(to)),
            Op::JumpIf { .. } | Op::JumpIfNot { .. } => Some(Next::Go),
            Op::Primitive {
                which: Primitive::Wait,
                args,
                ..
            } if self.reg(args) == 0 => Some(Next::Is(Guard::Closed)),
            Op::Primitive {
                which: Primitive::Wait,
                dst,
                ..
            } => self.set(dst, 0),
            Op::Primitive {
                which: Primitive::Choose,
                args,
                ..
            } => {
                let n = self.reg(args) as u32;
                // The step itself says what is wrong with too many.
                Some(Next::Is(match n {
                    0 => Guard::Open,
                    n if n > CHOICES_MAX => Guard::Open,
                    n => Guard::Choices(n),
                }))
            }
            Op::Stmt(_)
            | Op::AtomicBegin
            | Op::AtomicEnd
            | Op::Store { .. }
            | Op::Copy { .. }
            | Op::Zero { .. }
            | Op::Call { .. }
            | Op::CallIndirect { .. }
            | Op::Primitive { .. }
            | Op::Return { .. } => None,
        }
    }
}

enum Next {
    Go,
    Jump(u32),
    Is(Guard),
}
