//! Function definitions.

use super::scope::{Body, FunctionContext, Meaning};
use super::tree::{FunctionId, Stmt};
use super::{Checked, Lower};
use crate::program::types::{Type, TypeId};
use crate::syntax::ast::{self, Storage, TypeExpr};
use crate::syntax::diagnostic::Diagnostic;
use std::collections::BTreeMap;

impl Lower {
    /// A function with its body.
    pub fn function_definition(&mut self, function: &ast::Function) -> Checked<()> {
        let name = &function.name;
        let ty = match self.resolve(&function.ty, name.span) {
            Ok(ty) => ty,
            Err(reported) => {
                if self.scopes.find_here(&name.name).is_none() {
                    self.scopes
                        .declare(&name.name, Meaning::Poisoned, name.span);
                }
                return Err(reported);
            }
        };
        let Type::Function {
            ret,
            params,
            variadic,
        } = self.types.get(ty).clone()
        else {
            return self.fail(name.span, format!("`{}` is no function", name.name));
        };
        if function.specs.storage == Storage::Typedef {
            return self.fail(name.span, "typedef with a body");
        }
        if variadic {
            return self.fail(name.span, "functions with `...` are not supported");
        }
        let storage = function.specs.storage;
        let id = self.declare_function(name, ty, storage, function.specs.inline)?;
        self.claim_body(id, name)?;
        if ret != self.basic.void {
            self.complete_size(ret, name.span)?;
        }
        self.begin(&name.name, ret);
        let body = self.body(function, &params);
        self.scopes.close();
        let Some(context) = self.function.take() else {
            return Err(super::Reported);
        };
        self.check_labels(&context);
        let known = &mut self.functions[id.0 as usize];
        known.body = body.ok().map(|stmt| Body {
            locals: context.locals,
            n_params: params.len(),
            ret,
            labels: context.labels,
            stmt,
            end: function.body.span,
        });
        Ok(())
    }

    fn claim_body(&mut self, id: FunctionId, name: &ast::Ident) -> Checked<()> {
        let known = &mut self.functions[id.0 as usize];
        if known.defined {
            let at = known.span;
            return Err(self.redefinition(name, at));
        }
        known.defined = true;
        known.span = name.span;
        Ok(())
    }

    fn begin(&mut self, name: &str, ret: TypeId) {
        self.scopes.open();
        self.function = Some(FunctionContext {
            name: name.into(),
            ret,
            locals: Vec::new(),
            labels: Vec::new(),
            label_names: BTreeMap::new(),
            regions: Vec::new(),
            n_regions: 0,
            break_depth: 0,
            continue_depth: 0,
            switches: Vec::new(),
        });
    }

    fn body(&mut self, function: &ast::Function, params: &[TypeId]) -> Checked<Stmt> {
        let TypeExpr::Function(written) = &function.ty else {
            return self.fail(
                function.name.span,
                "the parameters of a function need names",
            );
        };
        let mut result = Ok(());
        for (param, &ty) in written.params.iter().zip(params) {
            let name = param.name.as_ref().map_or("", |name| name.name.as_str());
            let id = self.new_local(name, ty);
            if self.complete_size(ty, param.span).is_err() {
                result = Err(super::Reported);
            }
            let Some(name) = &param.name else {
                result = self.fail(param.span, "parameter without a name");
                continue;
            };
            if let Some((_, at)) = self.scopes.find_here(&name.name) {
                result = Err(self.redefinition(name, at));
            }
            self.scopes
                .declare(&name.name, Meaning::Local(id), name.span);
        }
        // The parameters and the outermost block share a scope.
        let body = self.block_items(&function.body.items)?;
        result.map(|()| Stmt::Block(body))
    }

    fn check_labels(&mut self, context: &FunctionContext) {
        for label in &context.labels {
            for (at, regions) in &label.uses {
                if label.defined.is_none() {
                    self.error(*at, format!("label `{}` used but not defined", label.name));
                    break;
                }
                if !regions.starts_with(&label.regions) {
                    let message = format!("jump to `{}` enters a closed region", label.name);
                    let diagnostic = Diagnostic::error(*at, message);
                    let note = label.defined.unwrap_or(*at);
                    self.report(diagnostic.note(note, "inside an `atomic` or `({ … })` block"));
                }
            }
        }
    }
}
