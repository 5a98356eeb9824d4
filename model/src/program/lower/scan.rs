//! Which locals need memory: those whose address is still taken after folding.

use super::scope::{Body, Local};
use super::tree::{Base, Expr, Initialise, Node, Place, Stmt};

/// Marks the locals of a body that cannot live in registers.
pub fn scan(body: &mut Body) {
    let mut scan = Scan {
        locals: &mut body.locals,
    };
    scan.stmt(&body.stmt);
}

struct Scan<'a> {
    locals: &'a mut Vec<Local>,
}

impl Scan<'_> {
    fn stmts(&mut self, stmts: &[Stmt]) {
        stmts.iter().for_each(|stmt| self.stmt(stmt));
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Effects(_, exprs) => exprs.iter().for_each(|expr| self.expr(expr)),
            Stmt::Block(stmts) => self.stmts(stmts),
            Stmt::Atomic(_, body) => self.stmt(body),
            Stmt::If(_, condition, then, otherwise) => {
                self.expr(condition);
                self.stmt(then);
                otherwise.iter().for_each(|stmt| self.stmt(stmt));
            }
            Stmt::While(_, condition, body) | Stmt::DoWhile(body, _, condition) => {
                self.expr(condition);
                self.stmt(body);
            }
            Stmt::For(parts) => {
                parts.init.iter().for_each(|stmt| self.stmt(stmt));
                parts.condition.iter().for_each(|expr| self.expr(expr));
                parts.step.iter().for_each(|expr| self.expr(expr));
                self.stmt(&parts.body);
            }
            Stmt::Switch(switch) => {
                self.expr(&switch.operand);
                self.stmt(&switch.body);
            }
            Stmt::Return(_, value) => value.iter().for_each(|expr| self.expr(expr)),
            Stmt::Label(_) | Stmt::Goto(..) | Stmt::Break(_) | Stmt::Continue(_) => {}
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.node {
            Node::Const(_) | Node::Address(..) | Node::Nothing => {}
            Node::Place(place) => self.place(place),
            Node::AddressOf(place) => self.address(place),
            Node::Unary(_, a) | Node::Convert(a) | Node::CheckIndex(a, _) => self.expr(a),
            Node::Binary(_, _, a, b)
            | Node::And(a, b)
            | Node::Or(a, b)
            | Node::OrElse(a, b)
            | Node::Comma(a, b) => {
                self.expr(a);
                self.expr(b);
            }
            Node::Conditional(condition, a, b) => {
                self.expr(condition);
                self.expr(a);
                self.expr(b);
            }
            Node::Assign(place, value) => {
                self.place(place);
                self.expr(value);
            }
            Node::Update(update) => {
                self.place(&update.place);
                self.expr(&update.rhs);
            }
            Node::Call(call) => {
                self.expr(&call.callee);
                call.args.iter().for_each(|arg| self.expr(arg));
            }
            Node::Block(inner) => {
                self.stmts(&inner.body);
                inner.value.iter().for_each(|value| self.expr(value));
            }
            Node::Initialise(init) => self.initialise(init),
        }
    }

    fn initialise(&mut self, init: &Initialise) {
        self.address(&init.place);
        init.writes.iter().for_each(|write| self.expr(&write.value));
    }

    fn place(&mut self, place: &Place) {
        match &place.base {
            Base::Local(_) | Base::Object(_) => {}
            Base::Pointer(inner) | Base::Value(inner) | Base::Literal(_, inner) => self.expr(inner),
        }
    }

    fn address(&mut self, place: &Place) {
        self.place(place);
        if let Base::Local(id) | Base::Literal(id, _) = place.base {
            self.locals[id.0 as usize].in_memory = true;
        }
    }
}
