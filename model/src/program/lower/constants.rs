//! Where C demands a constant.

use super::rules::is_integer;
use super::tree::Expr;
use super::{Checked, Lower, Reported};
use crate::syntax::ast::{self, StaticAssert};

impl Lower {
    /// An integer constant expression; `what` names it in the message.
    pub fn integer_constant_expr(&mut self, expr: &ast::Expr, what: &str) -> Checked<Expr> {
        let span = expr.span;
        let expr = self.rvalue(expr)?;
        if is_integer(&self.types, expr.ty) && expr.constant().is_some() {
            return Ok(expr);
        }
        self.fail(span, format!("{what} is no integer constant"))
    }

    /// The value of an integer constant expression that may not be negative.
    pub fn integer_constant(&mut self, expr: &ast::Expr, what: &str) -> Checked<u64> {
        let span = expr.span;
        let expr = self.integer_constant_expr(expr, what)?;
        let value = expr.constant().ok_or(Reported)?;
        let signed = super::rules::kind(&self.types, expr.ty).is_some_and(|k| k.signed());
        if signed && (value as i64) < 0 {
            return self.fail(span, format!("{what} is negative"));
        }
        Ok(value)
    }

    /// `_Static_assert`
    pub fn static_assert(&mut self, assert: &StaticAssert) -> Checked<()> {
        let condition = self.integer_constant_expr(&assert.condition, "static assertion")?;
        if condition.constant() != Some(0) {
            return Ok(());
        }
        let message = if assert.message.is_empty() {
            "static assertion failed".to_string()
        } else {
            format!("static assertion failed: {}", assert.message)
        };
        self.fail(assert.condition.span, message)
    }
}
