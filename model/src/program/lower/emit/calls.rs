//! Calls: arguments in consecutive temporaries, evaluated from the last to the first as gcc does.

use super::Emitter;
use crate::program::lower::rules::is_record;
use crate::program::lower::tree::{Call, Expr, Node, Symbol};
use crate::program::{FuncId, Op, Primitive, Reg};

/// What is called.
#[derive(Clone, Copy)]
enum Callee {
    Function(FuncId),
    Primitive(Primitive),
    Pointer(Reg),
    /// Reported; nothing is emitted that could run.
    Undefined,
}

impl Emitter<'_, '_> {
    /// A call for its scalar value.
    pub(super) fn call(&mut self, call: &Call, expr: &Expr, want: Option<Reg>) -> Reg {
        self.emit_call(call, expr, want, None)
    }

    /// A call whose value nobody wants.
    pub(super) fn call_for_effect(&mut self, call: &Call, expr: &Expr) {
        if is_record(self.unit.types, expr.ty) {
            self.call_for_record(call, expr);
        } else {
            self.call(call, expr, None);
        }
    }

    /// A call that returns a struct: the address of its copy in this frame.
    pub(super) fn call_for_record(&mut self, call: &Call, expr: &Expr) -> Reg {
        let offset = self.frame(expr.ty);
        let dst = self.emit_call(call, expr, None, Some(offset));
        self.op(Op::FrameAddr { dst, offset });
        dst
    }

    /// The result's register may be that of the first argument: it is written when all is over.
    fn emit_call(
        &mut self,
        call: &Call,
        expr: &Expr,
        want: Option<Reg>,
        result: Option<u32>,
    ) -> Reg {
        let mark = self.mark();
        let callee = self.callee(&call.callee);
        let hidden = u32::from(result.is_some());
        let n_args = hidden + call.args.len() as u32;
        let args = self.temps(n_args);
        for (idx, arg) in call.args.iter().enumerate().rev() {
            self.into(arg, args + (hidden as usize + idx) as Reg);
        }
        if let Some(offset) = result {
            self.op(Op::FrameAddr { dst: args, offset });
        }
        self.release(mark);
        let dst = self.wanted(want);
        let n_args = n_args as u8;
        self.span = expr.span;
        match callee {
            Callee::Function(func) => self.op(Op::Call { func, dst, args }),
            Callee::Primitive(which) => self.op(Op::Primitive {
                which,
                dst,
                args,
                n_args,
            }),
            Callee::Pointer(target) => self.op(Op::CallIndirect {
                target,
                dst,
                args,
                n_args,
            }),
            Callee::Undefined => {}
        }
        dst
    }

    fn callee(&mut self, callee: &Expr) -> Callee {
        let Node::Address(Symbol::Function(id), 0) = callee.node else {
            return Callee::Pointer(self.value(callee, None));
        };
        if let Some(func) = self.unit.ids[id.0 as usize] {
            return Callee::Function(func);
        }
        let name = &self.unit.functions[id.0 as usize].name;
        if let Some(primitive) = Primitive::from_name(name) {
            return Callee::Primitive(primitive);
        }
        let message = format!("undefined function `{name}`");
        if self.reachable {
            self.unit.undefined(callee.span, message);
        }
        Callee::Undefined
    }
}
