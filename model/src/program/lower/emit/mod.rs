//! From the typed tree to instructions.
//!
//! Temporaries are a stack: `mark` remembers its height, `release` cuts it back, so that the
//! registers of a frame are few. A wanted register is written by the last instruction of an
//! expression only, so that `x = y - x` may compute straight into `x`.
//!
//! A struct or union is handled by its address. A function that returns one gets the address for
//! it as a hidden first parameter; one that takes one copies it into its own frame.

mod aggregates;
mod bits;
mod branches;
mod calls;
mod places;
mod statements;
mod values;

use super::rules::kind;
use super::scope::{Body, Function, Object};
use super::tree::{LabelId, LocalId};
use crate::program::types::{Type, TypeId, TypeTable};
use crate::program::{
    BinaryOp, Func, FuncId, Kind, Local, LocalPlace, Op, Primitive, Reg, Statement, StmtId,
};
use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::source::Span;

/// No function may need more registers or bytes of frame.
const REGS_MAX: u32 = 4096;
const FRAME_MAX: u32 = 3 << 14;

/// How many jumps to jumps are followed; an endless loop is a chain without end.
const THREAD_MAX: u32 = 8;

/// What emission knows of the unit, and what it adds.
pub struct Unit<'a> {
    /// All types.
    pub types: &'a TypeTable,
    /// All objects with static storage.
    pub objects: &'a [Object],
    /// All functions.
    pub functions: &'a [Function],
    /// The objects' addresses.
    pub addresses: &'a [Option<u64>],
    /// The functions' ids; `None` without a body.
    pub ids: &'a [Option<FuncId>],
    /// All steps so far.
    pub statements: Vec<Statement>,
    /// Names that nobody defines.
    pub errors: Vec<Diagnostic>,
}

/// Emits every function that has a body.
pub fn functions(unit: &mut Unit<'_>) -> Vec<Func> {
    let all = unit.functions;
    let mut emitted = Vec::new();
    for function in all {
        if let Some(body) = &function.body {
            emitted.push(Emitter::new(unit, function, body, emitted.len()).run());
        }
    }
    emitted
}

/// A jump target that is still to be placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Target(u32);

/// Where `break` and `continue` go.
#[derive(Clone, Copy, Debug)]
struct Exit {
    target: Target,
    atomic: bool,
}

/// Where a local lives.
#[derive(Clone, Copy, Debug)]
enum Home {
    Reg(Reg),
    Frame(u32),
    /// Inside a statement expression, while that is not being emitted.
    Nowhere,
}

struct Emitter<'a, 'u> {
    unit: &'u mut Unit<'a>,
    function: &'a Function,
    body: &'a Body,
    id: FuncId,
    code: Vec<Op>,
    spans: Vec<Span>,
    span: Span,
    homes: Vec<Home>,
    /// The position of each target.
    targets: Vec<Option<u32>>,
    /// Where the last target was placed that later jumps may lead to.
    open_at: Option<u32>,
    n_locals: u32,
    next: u32,
    n_regs: u32,
    /// Where temporary frame memory begins, and how far it reaches now and at most.
    frame_locals: u32,
    frame_next: u32,
    frame_max: u32,
    /// Whether control can come here.
    reachable: bool,
    atomic: bool,
    /// How many statement expressions are around.
    inner: u32,
    breaks: Vec<Exit>,
    continues: Vec<Exit>,
    /// Where a returned struct goes.
    result: Option<Reg>,
}

impl<'a, 'u> Emitter<'a, 'u> {
    fn new(
        unit: &'u mut Unit<'a>,
        function: &'a Function,
        body: &'a Body,
        idx: usize,
    ) -> Emitter<'a, 'u> {
        Emitter {
            unit,
            function,
            body,
            id: FuncId(idx as u32),
            code: Vec::new(),
            spans: Vec::new(),
            span: function.span,
            homes: Vec::new(),
            targets: vec![None; body.labels.len()],
            open_at: None,
            n_locals: 0,
            next: 0,
            n_regs: 0,
            frame_locals: 0,
            frame_next: 0,
            frame_max: 0,
            reachable: true,
            atomic: false,
            inner: 0,
            breaks: Vec::new(),
            continues: Vec::new(),
            result: None,
        }
    }

    fn run(mut self) -> Func {
        let n_params = self.allot_locals();
        self.prologue();
        self.stmt(&self.body.stmt);
        self.finish();
        let locals = self.shown_locals();
        let guarded = self.code.iter().any(|op| {
            matches!(
                op,
                Op::Primitive {
                    which: Primitive::Wait | Primitive::Choose,
                    ..
                }
            )
        });
        Func {
            name: self.function.name.clone(),
            n_params: n_params as u16,
            n_locals: self.n_locals as u16,
            n_regs: self.n_regs as u16,
            frame_size: self.frame_max.next_multiple_of(16),
            code: self.code,
            spans: self.spans,
            locals,
            ret: self.body.ret,
            guarded,
            inline: self.function.inline,
            span: self.function.span,
        }
    }

    /// Parameters first, then the other scalars; everything else gets memory.
    fn allot_locals(&mut self) -> u32 {
        if matches!(self.unit.types.get(self.body.ret), Type::Record(_)) {
            self.result = Some(0);
        }
        let hidden = u32::from(self.result.is_some());
        let n_params = hidden + self.body.n_params as u32;
        self.n_locals = n_params;
        for (idx, local) in self.body.locals.iter().enumerate() {
            let home = if local.inner {
                Home::Nowhere
            } else if local.in_memory {
                Home::Frame(self.frame(local.ty))
            } else if idx < self.body.n_params {
                Home::Reg((hidden + idx as u32) as Reg)
            } else {
                self.n_locals += 1;
                Home::Reg((self.n_locals - 1) as Reg)
            };
            self.homes.push(home);
        }
        self.frame_locals = self.frame_next;
        self.next = self.n_locals;
        self.grow();
        n_params
    }

    /// Parameters that need memory move there.
    fn prologue(&mut self) {
        let hidden = u32::from(self.result.is_some());
        for idx in 0..self.body.n_params {
            let Home::Frame(offset) = self.homes[idx] else {
                continue;
            };
            let ty = self.body.locals[idx].ty;
            let src = (hidden + idx as u32) as Reg;
            let addr = self.temp();
            self.op(Op::FrameAddr { dst: addr, offset });
            match kind(self.unit.types, ty) {
                Some(kind) => self.op(Op::Store { kind, addr, src }),
                None => {
                    let len = self.size(ty);
                    self.op(Op::Copy {
                        dst: addr,
                        src,
                        len,
                    });
                }
            }
            self.release(self.n_locals);
        }
    }

    /// The end of the body: every function ends in a return.
    fn finish(&mut self) {
        let at_end = self.targets.contains(&Some(self.here()));
        if self.reachable || at_end || !matches!(self.code.last(), Some(Op::Return { .. })) {
            self.reachable = true;
            self.span = Span {
                start: self.body.end.end.saturating_sub(1),
                ..self.body.end
            };
            self.return_nothing();
        }
        self.resolve_jumps();
        self.check_frame();
    }

    fn check_frame(&mut self) {
        let name = &self.function.name;
        let message = if self.frame_max > FRAME_MAX {
            let bytes = self.frame_max;
            format!("the locals of `{name}` need {bytes} bytes, a stack has room for {FRAME_MAX}")
        } else if self.n_regs > REGS_MAX {
            format!("function `{name}` needs more than {REGS_MAX} registers")
        } else {
            return;
        };
        self.unit
            .errors
            .push(Diagnostic::error(self.function.span, message));
    }

    /// Targets become positions; a jump to a jump goes where that one goes.
    fn resolve_jumps(&mut self) {
        for to in self.code.iter_mut().filter_map(jump) {
            *to = self.targets[*to as usize].unwrap_or(0);
        }
        for idx in 0..self.code.len() {
            let Some(mut at) = jump(&mut self.code[idx]).copied() else {
                continue;
            };
            for _ in 0..THREAD_MAX {
                let Some(Op::Jump { to }) = self.code.get(at as usize) else {
                    break;
                };
                at = *to;
            }
            if let Some(to) = jump(&mut self.code[idx]) {
                *to = at;
            }
        }
    }

    fn shown_locals(&self) -> Vec<Local> {
        let named = self.body.locals.iter().zip(&self.homes);
        let shown = named.filter(|(local, _)| !local.name.is_empty() && !local.inner);
        let place = |home: &Home| match *home {
            Home::Reg(reg) => LocalPlace::Reg(reg),
            Home::Frame(offset) => LocalPlace::Frame(offset),
            Home::Nowhere => LocalPlace::Frame(0),
        };
        shown
            .map(|(local, home)| Local {
                name: local.name.clone(),
                ty: local.ty,
                place: place(home),
            })
            .collect()
    }

    fn op(&mut self, op: Op) {
        if self.reachable {
            self.code.push(op);
            self.spans.push(self.span);
        }
    }

    fn here(&self) -> u32 {
        self.code.len() as u32
    }

    /// A step begins, unless this is part of a larger one.
    fn step(&mut self, span: Span) {
        if self.inner > 0 {
            return;
        }
        self.frame_next = self.frame_locals;
        self.span = span;
        if !self.atomic && self.reachable {
            let id = StmtId(self.unit.statements.len() as u32);
            self.unit.statements.push(Statement {
                span,
                func: self.id,
            });
            self.op(Op::Stmt(id));
        }
    }

    fn temp(&mut self) -> Reg {
        self.temps(1)
    }

    /// Consecutive temporaries.
    fn temps(&mut self, n: u32) -> Reg {
        let first = self.next;
        self.next += n;
        self.grow();
        first.min(u16::MAX.into()) as Reg
    }

    fn grow(&mut self) {
        self.n_regs = self.n_regs.max(self.next);
    }

    fn wanted(&mut self, want: Option<Reg>) -> Reg {
        match want {
            Some(reg) => reg,
            None => self.temp(),
        }
    }

    fn mark(&self) -> u32 {
        self.next
    }

    fn release(&mut self, mark: u32) {
        debug_assert!(mark <= self.next, "temporaries are a stack");
        self.next = mark;
    }

    /// Memory in the frame for an object of that type.
    fn frame(&mut self, ty: TypeId) -> u32 {
        let align = self.unit.types.align(ty).clamp(1, 16) as u32;
        let offset = self.frame_next.next_multiple_of(align);
        let size = self.size(ty).max(1);
        // Too large is reported at the end; until then the numbers only must not overflow.
        self.frame_next = offset.saturating_add(size).min(1 << 30);
        self.frame_max = self.frame_max.max(self.frame_next);
        offset
    }

    fn size(&self, ty: TypeId) -> u32 {
        self.unit.types.size(ty).unwrap_or(0).min(1 << 30) as u32
    }

    fn kind(&self, ty: TypeId) -> Kind {
        kind(self.unit.types, ty).unwrap_or(Kind::U64)
    }

    fn constant(&mut self, value: u64) -> Reg {
        let dst = self.temp();
        self.op(Op::Const { dst, value });
        dst
    }

    /// `dst := lhs op constant`
    fn op_constant(&mut self, op: BinaryOp, kind: Kind, dst: Reg, lhs: Reg, value: u64) {
        let mark = self.mark();
        let rhs = self.constant(value);
        self.op(Op::Binary {
            op,
            kind,
            dst,
            lhs,
            rhs,
        });
        self.release(mark);
    }

    fn copy_reg(&mut self, dst: Reg, src: Reg) {
        if dst != src {
            self.op(Op::Move { dst, src });
        }
    }

    fn target(&mut self) -> Target {
        self.targets.push(None);
        Target(self.targets.len() as u32 - 1)
    }

    fn label(&self, id: LabelId) -> Target {
        Target(id.0)
    }

    fn jump(&mut self, target: Target) {
        self.op(Op::Jump { to: target.0 });
        self.reachable = false;
    }

    /// Places a target that only jumps already emitted lead to.
    fn bind(&mut self, target: Target) {
        let jumped = self
            .code
            .iter_mut()
            .any(|op| jump(op).is_some_and(|to| *to == target.0));
        self.drop_jump_to(target);
        self.join_jumps(target);
        self.targets[target.0 as usize] = Some(self.here());
        self.reachable |= jumped;
    }

    /// Places a target that later jumps may lead to.
    fn bind_open(&mut self, target: Target) {
        self.drop_jump_to(target);
        self.targets[target.0 as usize] = Some(self.here());
        self.open_at = Some(self.here());
        self.reachable = true;
    }

    /// `if (c) goto here; goto there; here:` is `if (!c) goto there;`.
    fn join_jumps(&mut self, target: Target) {
        let Some(at) = self.code.len().checked_sub(2) else {
            return;
        };
        let Op::Jump { to: there } = self.code[at + 1] else {
            return;
        };
        let joined = match self.code[at] {
            Op::JumpIf { cond, to } if to == target.0 => Op::JumpIfNot { cond, to: there },
            Op::JumpIfNot { cond, to } if to == target.0 => Op::JumpIf { cond, to: there },
            _ => return,
        };
        if self.is_reached(at as u32 + 1) {
            return;
        }
        self.code[at] = joined;
        self.drop_last();
    }

    /// Whether something jumps to that position, now or later.
    fn is_reached(&mut self, position: u32) -> bool {
        let targets = &self.targets;
        let there = |to: &mut u32| targets[*to as usize] == Some(position);
        self.open_at == Some(position) || self.code.iter_mut().filter_map(jump).any(there)
    }

    /// Removes the last instruction; what was placed behind it is placed where it was.
    fn drop_last(&mut self) {
        self.code.pop();
        self.spans.pop();
        let end = self.here();
        for at in self.targets.iter_mut().chain([&mut self.open_at]).flatten() {
            *at = (*at).min(end);
        }
    }

    /// A jump to the next instruction is none.
    fn drop_jump_to(&mut self, target: Target) {
        if self.code.last() == Some(&Op::Jump { to: target.0 }) {
            self.drop_last();
        }
    }

    fn home(&self, id: LocalId) -> Home {
        self.homes[id.0 as usize]
    }
}

/// The target of a jump.
fn jump(op: &mut Op) -> Option<&mut u32> {
    match op {
        Op::Jump { to } | Op::JumpIf { to, .. } | Op::JumpIfNot { to, .. } => Some(to),
        _ => None,
    }
}
