//! Calls.

use super::rules::{is_record, is_scalar, pointee, promoted};
use super::tree::{Call, Expr, Node, Symbol};
use super::{Checked, Lower};
use crate::program::types::{Type, TypeId};
use crate::syntax::ast::{self, ExprKind};
use crate::syntax::source::Span;

/// No call may pass more.
const ARGS_MAX: usize = 100;

impl Lower {
    /// `callee(args)`
    pub fn call(&mut self, callee: &ast::Expr, args: &[ast::Expr], span: Span) -> Checked<Expr> {
        let callee = self.callee(callee);
        let args: Vec<_> = args.iter().map(|arg| self.rvalue(arg)).collect();
        let callee = callee?;
        let args = args.into_iter().collect::<Checked<Vec<_>>>()?;
        let signature = pointee(&self.types, callee.ty).map(|ty| self.types.get(ty).clone());
        let Some(Type::Function {
            ret,
            params,
            variadic,
        }) = signature
        else {
            let name = self.type_name(callee.ty);
            return self.fail(span, format!("`{name}` is no function"));
        };
        if ret != self.basic.void {
            self.complete_size(ret, span)?;
        }
        let name = self.callee_name(&callee);
        self.check_count(&name, params.len(), variadic, args.len(), span)?;
        let args = self.convert_args(&name, &params, args)?;
        Ok(Expr {
            node: Node::Call(Box::new(Call { callee, args })),
            ty: ret,
            span,
        })
    }

    fn callee(&mut self, callee: &ast::Expr) -> Checked<Expr> {
        if let ExprKind::Ident(name) = &callee.kind
            && self.scopes.find(name).is_none()
        {
            self.scopes
                .declare_in_function(name, super::scope::Meaning::Poisoned, callee.span);
            return self.fail(callee.span, format!("function `{name}` is not declared"));
        }
        self.rvalue(callee)
    }

    fn callee_name(&self, callee: &Expr) -> String {
        match callee.node {
            Node::Address(Symbol::Function(id), 0) => {
                format!("`{}`", self.functions[id.0 as usize].name)
            }
            _ => "the called function".into(),
        }
    }

    fn check_count(
        &mut self,
        name: &str,
        expected: usize,
        variadic: bool,
        given: usize,
        span: Span,
    ) -> Checked<()> {
        if given > ARGS_MAX {
            return self.fail(span, format!("more than {ARGS_MAX} arguments"));
        }
        if given == expected || (variadic && given > expected) {
            return Ok(());
        }
        let few = if given < expected { "few" } else { "many" };
        let least = if variadic { "at least " } else { "" };
        let message =
            format!("too {few} arguments to {name}: {least}{expected} expected, {given} given");
        self.fail(span, message)
    }

    fn convert_args(
        &mut self,
        name: &str,
        params: &[TypeId],
        args: Vec<Expr>,
    ) -> Checked<Vec<Expr>> {
        let mut converted = Vec::new();
        for (idx, arg) in args.into_iter().enumerate() {
            converted.push(match params.get(idx) {
                Some(&ty) => {
                    let what = format!("argument {} of {name}", idx + 1);
                    if is_record(&self.types, ty) {
                        self.complete_size(ty, arg.span)?;
                    }
                    self.assign_convert(arg, ty, &what)
                }
                None => self.variadic_arg(arg),
            });
        }
        converted.into_iter().collect()
    }

    fn variadic_arg(&mut self, arg: Expr) -> Checked<Expr> {
        if !is_scalar(&self.types, arg.ty) {
            let name = self.type_name(arg.ty);
            return self.fail(arg.span, format!("`{name}` cannot be passed through `...`"));
        }
        let arg = self.promote(arg);
        let ty = promoted(&self.types, &self.basic, arg.ty);
        Ok(self.convert(arg, ty))
    }
}
