//! Builders of nodes that fold constants and addresses.
//!
//! Division by zero and oversized shifts are left for the machine, where they are violations.

use super::rules;
use super::tree::{Base, Expr, Node, Place};
use crate::program::types::{TypeId, TypeTable};
use crate::program::{BinaryOp, Kind, UnaryOp};
use crate::syntax::source::Span;

/// The result of an operator on normalised operands; `None` where that is a violation.
pub fn evaluate(op: BinaryOp, kind: Kind, lhs: u64, rhs: u64) -> Option<u64> {
    let bits = kind.size() * 8;
    let signed = kind.signed();
    let (l, r) = (lhs as i64, rhs as i64);
    let value = match op {
        BinaryOp::Add => lhs.wrapping_add(rhs),
        BinaryOp::Sub => lhs.wrapping_sub(rhs),
        BinaryOp::Mul => lhs.wrapping_mul(rhs),
        BinaryOp::Div | BinaryOp::Rem if rhs == 0 => return None,
        BinaryOp::Div if signed => l.wrapping_div(r) as u64,
        BinaryOp::Div => lhs / rhs,
        BinaryOp::Rem if signed => l.wrapping_rem(r) as u64,
        BinaryOp::Rem => lhs % rhs,
        BinaryOp::And => lhs & rhs,
        BinaryOp::Or => lhs | rhs,
        BinaryOp::Xor => lhs ^ rhs,
        BinaryOp::Shl | BinaryOp::Shr if rhs >= bits => return None,
        BinaryOp::Shl => lhs << rhs,
        BinaryOp::Shr if signed => (l >> rhs) as u64,
        BinaryOp::Shr => lhs >> rhs,
        BinaryOp::Eq => return Some(u64::from(lhs == rhs)),
        BinaryOp::Ne => return Some(u64::from(lhs != rhs)),
        BinaryOp::Lt => return Some(u64::from(if signed { l < r } else { lhs < rhs })),
        BinaryOp::Le => return Some(u64::from(if signed { l <= r } else { lhs <= rhs })),
        BinaryOp::Gt => return Some(u64::from(if signed { l > r } else { lhs > rhs })),
        BinaryOp::Ge => return Some(u64::from(if signed { l >= r } else { lhs >= rhs })),
    };
    Some(kind.normalize(value))
}

/// An integer constant.
pub fn constant(types: &TypeTable, value: u64, ty: TypeId, span: Span) -> Expr {
    let value = rules::kind(types, ty).map_or(value, |kind| kind.normalize(value));
    Expr {
        node: Node::Const(value),
        ty,
        span,
    }
}

/// `lhs op rhs` in `kind`, of type `ty`.
pub fn binary(op: BinaryOp, kind: Kind, lhs: Expr, rhs: Expr, ty: TypeId, span: Span) -> Expr {
    let node = match (&lhs.node, &rhs.node) {
        (&Node::Const(l), &Node::Const(r)) => evaluate(op, kind, l, r).map(Node::Const),
        _ if kind.size() == 8 => fold_wide(op, &lhs, &rhs),
        _ => None,
    };
    let node = node.unwrap_or_else(|| Node::Binary(op, kind, Box::new(lhs), Box::new(rhs)));
    Expr { node, ty, span }
}

/// Address arithmetic: only 64-bit kinds, where everything wraps alike.
fn fold_wide(op: BinaryOp, lhs: &Expr, rhs: &Expr) -> Option<Node> {
    match (op, &lhs.node, &rhs.node) {
        (BinaryOp::Add, _, &Node::Const(n)) => add_constant(lhs, n as i64),
        (BinaryOp::Sub, _, &Node::Const(n)) => add_constant(lhs, (n as i64).wrapping_neg()),
        (BinaryOp::Add, &Node::Const(n), Node::Address(..)) => add_constant(rhs, n as i64),
        (_, &Node::Address(a, m), &Node::Address(b, n)) if a == b => match op {
            BinaryOp::Sub => Some(Node::Const(m.wrapping_sub(n) as u64)),
            BinaryOp::Eq => Some(Node::Const(u64::from(m == n))),
            BinaryOp::Ne => Some(Node::Const(u64::from(m != n))),
            _ => None,
        },
        (BinaryOp::Eq, Node::Address(..), Node::Const(0)) => Some(Node::Const(0)),
        (BinaryOp::Ne, Node::Address(..), Node::Const(0)) => Some(Node::Const(1)),
        _ => None,
    }
}

fn add_constant(expr: &Expr, n: i64) -> Option<Node> {
    match &expr.node {
        Node::Address(symbol, offset) => Some(Node::Address(*symbol, offset.wrapping_add(n))),
        Node::Binary(BinaryOp::Add, kind, base, more) if kind.size() == 8 => {
            let total = more.constant()?.wrapping_add(n as u64);
            let more = Expr {
                node: Node::Const(total),
                ..(**more).clone()
            };
            Some(match total {
                0 => Node::Convert(base.clone()),
                _ => Node::Binary(BinaryOp::Add, *kind, base.clone(), Box::new(more)),
            })
        }
        _ => {
            let base = Box::new(expr.clone());
            let more = Expr {
                node: Node::Const(n as u64),
                ..expr.clone()
            };
            Some(match n {
                0 => Node::Convert(base),
                _ => Node::Binary(BinaryOp::Add, Kind::U64, base, Box::new(more)),
            })
        }
    }
}

/// `op operand` in the operand's kind, of type `ty`.
pub fn unary(op: UnaryOp, kind: Kind, operand: Expr, ty: TypeId, span: Span) -> Expr {
    let node = match (op, &operand.node) {
        (UnaryOp::Neg, &Node::Const(n)) => Node::Const(kind.normalize(n.wrapping_neg())),
        (UnaryOp::Not, &Node::Const(n)) => Node::Const(kind.normalize(!n)),
        (UnaryOp::LogNot, &Node::Const(n)) => Node::Const(u64::from(n == 0)),
        (UnaryOp::LogNot, Node::Address(..)) => Node::Const(0),
        _ => Node::Unary(op, Box::new(operand)),
    };
    Expr { node, ty, span }
}

/// The truth of a constant or an address; `None` when only execution tells.
pub fn truth(expr: &Expr) -> Option<bool> {
    match &expr.node {
        Node::Const(n) => Some(*n != 0),
        Node::Address(..) => Some(true),
        _ => None,
    }
}

/// `lhs && rhs`
pub fn and(lhs: Expr, rhs: Expr, ty: TypeId, span: Span) -> Expr {
    let node = match (truth(&lhs), truth(&rhs)) {
        (Some(false), _) => Node::Const(0),
        (Some(true), Some(rhs)) => Node::Const(u64::from(rhs)),
        _ => Node::And(Box::new(lhs), Box::new(rhs)),
    };
    Expr { node, ty, span }
}

/// `lhs || rhs`
pub fn or(lhs: Expr, rhs: Expr, ty: TypeId, span: Span) -> Expr {
    let node = match (truth(&lhs), truth(&rhs)) {
        (Some(true), _) => Node::Const(1),
        (Some(false), Some(rhs)) => Node::Const(u64::from(rhs)),
        _ => Node::Or(Box::new(lhs), Box::new(rhs)),
    };
    Expr { node, ty, span }
}

/// Takes from an expression the right to be assigned to.
pub fn no_lvalue(types: &TypeTable, expr: Expr) -> Expr {
    if expr.place().is_none() {
        return expr;
    }
    let (ty, span) = (expr.ty, expr.span);
    let node = if rules::is_scalar(types, ty) {
        Node::Convert(Box::new(expr))
    } else {
        let base = Base::Value(Box::new(expr));
        Node::Place(Place {
            base,
            offset: 0,
            bits: None,
        })
    };
    Expr { node, ty, span }
}

/// Whether evaluating it can do or find anything.
pub fn has_effects(expr: &Expr) -> bool {
    match &expr.node {
        Node::Const(_) | Node::Address(..) | Node::Nothing => false,
        Node::Place(place) => match &place.base {
            Base::Local(_) | Base::Object(_) => false,
            // Reading through a pointer can be a violation.
            Base::Pointer(_) => true,
            Base::Value(inner) => has_effects(inner),
            Base::Literal(_, init) => has_effects(init),
        },
        Node::AddressOf(place) => place_has_effects(place),
        Node::Unary(_, a) | Node::Convert(a) => has_effects(a),
        Node::Binary(op, kind, a, b) => {
            let may_fail = match op {
                BinaryOp::Div | BinaryOp::Rem => b.constant().is_none_or(|n| n == 0),
                BinaryOp::Shl | BinaryOp::Shr => b.constant().is_none_or(|n| n >= kind.size() * 8),
                _ => false,
            };
            may_fail || has_effects(a) || has_effects(b)
        }
        Node::And(a, b) | Node::Or(a, b) | Node::OrElse(a, b) | Node::Comma(a, b) => {
            has_effects(a) || has_effects(b)
        }
        Node::Conditional(c, a, b) => has_effects(c) || has_effects(a) || has_effects(b),
        Node::Block(inner) => {
            !inner.body.is_empty() || inner.value.as_ref().is_some_and(has_effects)
        }
        Node::Assign(..)
        | Node::Update(_)
        | Node::Call(_)
        | Node::CheckIndex(..)
        | Node::Initialise(_) => true,
    }
}

fn place_has_effects(place: &Place) -> bool {
    match &place.base {
        Base::Local(_) | Base::Object(_) => false,
        Base::Pointer(inner) | Base::Value(inner) | Base::Literal(_, inner) => has_effects(inner),
    }
}

/// What remains of an expression when nobody wants its value.
pub fn discard(expr: Expr) -> Option<Expr> {
    if !has_effects(&expr) {
        return None;
    }
    match expr.node {
        Node::Convert(inner) => discard(*inner),
        _ => Some(expr),
    }
}
