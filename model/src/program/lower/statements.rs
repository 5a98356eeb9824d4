//! Statements: what they need around them, and what becomes of labels and cases.

use super::rules::is_integer;
use super::scope::{Label, Region, SwitchContext};
use super::tree::{Expr, For, LabelId, Stmt, Switch};
use super::{Checked, Lower, Reported, fold, rules};
use crate::program::types::TypeId;
use crate::syntax::ast::{self, BlockItem, ForInit, Ident, StmtKind};
use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::source::Span;

impl Lower {
    /// The items of a block whose scope is open. All are analysed even when one is wrong.
    pub fn block_items(&mut self, items: &[BlockItem]) -> Checked<Vec<Stmt>> {
        let mut stmts = Vec::new();
        let mut result = Ok(());
        for item in items {
            let stmt = match item {
                BlockItem::Declaration(declaration) => self.block_declaration(declaration),
                BlockItem::Stmt(stmt) => self.stmt(stmt).map(Some),
                BlockItem::StaticAssert(assert) => self.static_assert(assert).map(|()| None),
            };
            match stmt {
                Ok(stmt) => stmts.extend(stmt),
                Err(reported) => result = Err(reported),
            }
        }
        result.map(|()| stmts)
    }

    fn block(&mut self, block: &ast::Block) -> Checked<Stmt> {
        self.scopes.open();
        let items = self.block_items(&block.items);
        self.scopes.close();
        Ok(Stmt::Block(items?))
    }

    fn stmt(&mut self, stmt: &ast::Stmt) -> Checked<Stmt> {
        self.nested(stmt.span, |lower| lower.stmt_level(stmt))
    }

    fn stmt_level(&mut self, stmt: &ast::Stmt) -> Checked<Stmt> {
        let span = stmt.span;
        match &stmt.kind {
            StmtKind::Empty => Ok(Stmt::Block(Vec::new())),
            StmtKind::Expr(expr) => self.expr_stmt(expr, span),
            StmtKind::Block(block) => self.block(block),
            StmtKind::Atomic(block) => self.atomic(block, span),
            StmtKind::If(condition, then, otherwise) => {
                self.if_stmt(condition, then, otherwise.as_deref(), span)
            }
            StmtKind::While(condition, body) => {
                let (condition, body) = (self.scalar(condition), self.loop_body(body));
                Ok(Stmt::While(span, condition?, Box::new(body?)))
            }
            StmtKind::DoWhile(body, condition) => {
                let (body, condition) = (self.loop_body(body), self.scalar(condition));
                let (body, condition) = (body?, condition?);
                Ok(Stmt::DoWhile(Box::new(body), condition.span, condition))
            }
            StmtKind::For {
                init,
                condition,
                step,
                body,
            } => {
                self.scopes.open();
                let stmt = self.for_stmt(
                    init.as_deref(),
                    condition.as_ref(),
                    step.as_ref(),
                    body,
                    span,
                );
                self.scopes.close();
                stmt
            }
            StmtKind::Switch(operand, body) => self.switch(operand, body, span),
            StmtKind::Case(low, high, body) => self.case(low, high.as_ref(), body, span),
            StmtKind::Default(body) => self.default(body, span),
            StmtKind::Label(name, body) => self.label(name, body),
            StmtKind::Goto(name) => self.goto(name, span),
            StmtKind::Break => self.break_stmt(span),
            StmtKind::Continue => self.continue_stmt(span),
            StmtKind::Return(value) => self.return_stmt(value.as_ref(), span),
        }
    }

    fn expr_stmt(&mut self, expr: &ast::Expr, span: Span) -> Checked<Stmt> {
        let expr = self.rvalue(expr)?;
        // Without an effect there is no step: `(void)flags;`
        Ok(match fold::discard(expr) {
            Some(expr) => Stmt::Effects(span, vec![expr]),
            None => Stmt::Block(Vec::new()),
        })
    }

    fn atomic(&mut self, block: &ast::Block, span: Span) -> Checked<Stmt> {
        let context = self.function.as_mut().ok_or(Reported)?;
        context.n_regions += 1;
        context.regions.push(Region::Atomic(context.n_regions));
        let body = self.block(block);
        self.function.as_mut().ok_or(Reported)?.regions.pop();
        Ok(Stmt::Atomic(span, Box::new(body?)))
    }

    fn if_stmt(
        &mut self,
        condition: &ast::Expr,
        then: &ast::Stmt,
        otherwise: Option<&ast::Stmt>,
        span: Span,
    ) -> Checked<Stmt> {
        let condition = self.scalar(condition);
        let then = self.stmt(then);
        let otherwise = otherwise.map(|stmt| self.stmt(stmt)).transpose();
        Ok(Stmt::If(
            span,
            condition?,
            Box::new(then?),
            otherwise?.map(Box::new),
        ))
    }

    fn loop_body(&mut self, body: &ast::Stmt) -> Checked<Stmt> {
        if let Some(context) = self.function.as_mut() {
            context.break_depth += 1;
            context.continue_depth += 1;
        }
        let body = self.stmt(body);
        if let Some(context) = self.function.as_mut() {
            context.break_depth -= 1;
            context.continue_depth -= 1;
        }
        body
    }

    fn for_stmt(
        &mut self,
        init: Option<&ForInit>,
        condition: Option<&ast::Expr>,
        step: Option<&ast::Expr>,
        body: &ast::Stmt,
        span: Span,
    ) -> Checked<Stmt> {
        let init = match init {
            None => Ok(None),
            Some(ForInit::Declaration(declaration)) => self.block_declaration(declaration),
            Some(ForInit::Expr(expr)) => self.expr_stmt(expr, expr.span).map(Some),
        };
        let condition = condition
            .map(|condition| self.scalar(condition))
            .transpose();
        let step = step.map(|step| self.rvalue(step)).transpose();
        let body = self.loop_body(body);
        let step = step?.and_then(fold::discard);
        let (init, condition, body) = (init?, condition?, body?);
        Ok(Stmt::For(Box::new(For {
            span,
            init,
            condition,
            step,
            body,
        })))
    }

    fn new_label(&mut self, name: &str, defined: Option<Span>) -> LabelId {
        let Some(context) = self.function.as_mut() else {
            return LabelId(0);
        };
        let regions = if defined.is_some() {
            context.regions.clone()
        } else {
            Vec::new()
        };
        context.labels.push(Label {
            name: name.into(),
            defined,
            regions,
            uses: Vec::new(),
        });
        LabelId(context.labels.len() as u32 - 1)
    }

    fn named_label(&mut self, name: &str) -> Checked<LabelId> {
        let context = self.function.as_ref().ok_or(Reported)?;
        if let Some(&id) = context.label_names.get(name) {
            return Ok(id);
        }
        let id = self.new_label(name, None);
        self.function
            .as_mut()
            .ok_or(Reported)?
            .label_names
            .insert(name.into(), id);
        Ok(id)
    }

    fn label(&mut self, name: &Ident, body: &ast::Stmt) -> Checked<Stmt> {
        let id = self.named_label(&name.name)?;
        let context = self.function.as_mut().ok_or(Reported)?;
        let regions = context.regions.clone();
        let label = &mut context.labels[id.0 as usize];
        if let Some(at) = label.defined {
            let message = format!("duplicate label `{}`", name.name);
            self.report(Diagnostic::error(name.span, message).note(at, "first here"));
        } else {
            (label.defined, label.regions) = (Some(name.span), regions);
        }
        self.labelled(id, body)
    }

    fn labelled(&mut self, id: LabelId, body: &ast::Stmt) -> Checked<Stmt> {
        let body = self.stmt(body)?;
        Ok(Stmt::Block(vec![Stmt::Label(id), body]))
    }

    fn goto(&mut self, name: &Ident, span: Span) -> Checked<Stmt> {
        let id = self.named_label(&name.name)?;
        let context = self.function.as_mut().ok_or(Reported)?;
        let regions = context.regions.clone();
        context.labels[id.0 as usize]
            .uses
            .push((name.span, regions));
        Ok(Stmt::Goto(span, id))
    }

    fn break_stmt(&mut self, span: Span) -> Checked<Stmt> {
        if self
            .function
            .as_ref()
            .is_none_or(|context| context.break_depth == 0)
        {
            return self.fail(span, "`break` outside of loop and switch");
        }
        Ok(Stmt::Break(span))
    }

    fn continue_stmt(&mut self, span: Span) -> Checked<Stmt> {
        if self
            .function
            .as_ref()
            .is_none_or(|context| context.continue_depth == 0)
        {
            return self.fail(span, "`continue` outside of a loop");
        }
        Ok(Stmt::Continue(span))
    }

    fn return_stmt(&mut self, value: Option<&ast::Expr>, span: Span) -> Checked<Stmt> {
        let ret = self.function.as_ref().ok_or(Reported)?.ret;
        let void = self.basic.void;
        let Some(value) = value else {
            if ret == void {
                return Ok(Stmt::Return(span, None));
            }
            return self.fail(
                span,
                "`return` without a value in a function that returns one",
            );
        };
        let value = self.rvalue(value)?;
        if ret != void {
            let value = self.assign_convert(value, ret, "return")?;
            return Ok(Stmt::Return(span, Some(value)));
        }
        if value.ty == void {
            return Ok(Stmt::Return(span, fold::discard(value)));
        }
        self.fail(
            span,
            "`return` with a value in a function that returns `void`",
        )
    }

    fn switch(&mut self, operand: &ast::Expr, body: &ast::Stmt, span: Span) -> Checked<Stmt> {
        let operand = self.switch_operand(operand);
        let ty = operand
            .as_ref()
            .map_or(self.basic.int, |operand| operand.ty);
        let context = self.function.as_mut().ok_or(Reported)?;
        let regions = context.regions.clone();
        context.switches.push(SwitchContext {
            ty,
            regions,
            cases: Vec::new(),
            default: None,
        });
        context.break_depth += 1;
        let body = self.stmt(body);
        let context = self.function.as_mut().ok_or(Reported)?;
        context.break_depth -= 1;
        let done = context.switches.pop().ok_or(Reported)?;
        let distinct = self.check_duplicates(&done);
        let (operand, body) = (operand?, body?);
        distinct?;
        let cases = done
            .cases
            .iter()
            .map(|&(low, high, label, _)| (low, high, label))
            .collect();
        let default = done.default.map(|(label, _)| label);
        Ok(Stmt::Switch(Box::new(Switch {
            span,
            operand,
            cases,
            default,
            body,
        })))
    }

    fn switch_operand(&mut self, operand: &ast::Expr) -> Checked<Expr> {
        let operand = self.scalar(operand)?;
        if !is_integer(&self.types, operand.ty) {
            return self.fail(operand.span, "switch operand is no integer");
        }
        Ok(self.promote(operand))
    }

    fn is_signed(&self, ty: TypeId) -> bool {
        rules::kind(&self.types, ty).is_some_and(|kind| kind.signed())
    }

    fn check_duplicates(&mut self, switch: &SwitchContext) -> Checked<()> {
        let signed = self.is_signed(switch.ty);
        let order = |n: u64| if signed { n ^ (1 << 63) } else { n };
        let mut cases = switch.cases.clone();
        cases.sort_by_key(|&(low, _, label, _)| (order(low), label));
        let mut result = Ok(());
        for pair in cases.windows(2) {
            if order(pair[1].0) <= order(pair[0].1) {
                let (first, second) = (pair[0].3.min(pair[1].3), pair[0].3.max(pair[1].3));
                let diagnostic = Diagnostic::error(second, "duplicate case value");
                result = Err(self.report(diagnostic.note(first, "first used here")));
            }
        }
        result
    }

    /// The label of a `case` or `default` in the innermost switch.
    fn case_label(&mut self, span: Span) -> Checked<LabelId> {
        let context = self.function.as_ref().ok_or(Reported)?;
        let Some(switch) = context.switches.last() else {
            return self.fail(span, "case label outside of a switch");
        };
        if switch.regions != context.regions {
            return self.fail(span, "case label inside an `atomic` or `({ … })` block");
        }
        Ok(self.new_label("", Some(span)))
    }

    fn case(
        &mut self,
        low: &ast::Expr,
        high: Option<&ast::Expr>,
        body: &ast::Stmt,
        span: Span,
    ) -> Checked<Stmt> {
        let label = self.case_label(span);
        let values = self.case_values(low, high);
        let body = self.stmt(body);
        let (label, (low, high), body) = (label?, values?, body?);
        let signed = self
            .function
            .as_ref()
            .and_then(|f| f.switches.last())
            .map(|s| s.ty);
        let signed = signed.is_some_and(|ty| self.is_signed(ty));
        let empty = if signed {
            (low as i64) > high as i64
        } else {
            low > high
        };
        let switch = self
            .function
            .as_mut()
            .and_then(|f| f.switches.last_mut())
            .ok_or(Reported)?;
        if !empty {
            switch.cases.push((low, high, label, span));
        }
        Ok(Stmt::Block(vec![Stmt::Label(label), body]))
    }

    fn case_values(&mut self, low: &ast::Expr, high: Option<&ast::Expr>) -> Checked<(u64, u64)> {
        let low = self.case_value(low);
        let high = high.map(|high| self.case_value(high)).transpose();
        let low = low?;
        Ok((low, high?.unwrap_or(low)))
    }

    fn case_value(&mut self, value: &ast::Expr) -> Checked<u64> {
        let value = self.integer_constant_expr(value, "case label")?;
        let ty = self
            .function
            .as_ref()
            .and_then(|f| f.switches.last())
            .map(|s| s.ty);
        let value = match ty {
            Some(ty) => self.convert(value, ty),
            None => value,
        };
        value.constant().ok_or(Reported)
    }

    fn default(&mut self, body: &ast::Stmt, span: Span) -> Checked<Stmt> {
        let label = self.default_label(span);
        let body = self.stmt(body);
        let (label, body) = (label?, body?);
        Ok(Stmt::Block(vec![Stmt::Label(label), body]))
    }

    fn default_label(&mut self, span: Span) -> Checked<LabelId> {
        let label = self.case_label(span)?;
        let context = self.function.as_mut().ok_or(Reported)?;
        let switch = context.switches.last_mut().ok_or(Reported)?;
        match switch.default {
            None => {
                switch.default = Some((label, span));
                Ok(label)
            }
            Some((_, at)) => {
                let diagnostic = Diagnostic::error(span, "two `default` labels in one switch");
                Err(self.report(diagnostic.note(at, "first here")))
            }
        }
    }
}
