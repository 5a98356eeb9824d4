//! Expressions: which rule applies, names and literals.

use super::rules;
use super::scope::{Definedness, Meaning, Object};
use super::tree::{Expr, Node, ObjectId, Place, Symbol, Write};
use super::{Checked, Lower, Reported};
use crate::program::Kind;
use crate::program::types::{Type, TypeId};
use crate::syntax::ast::{self, ExprKind};
use crate::syntax::source::Span;

impl Lower {
    /// Analyses an expression; arrays, functions and places stay what they are.
    pub fn expr(&mut self, expr: &ast::Expr) -> Checked<Expr> {
        self.nested(expr.span, |lower| lower.expr_level(expr))
    }

    fn expr_level(&mut self, expr: &ast::Expr) -> Checked<Expr> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Int(value, int) => {
                let ty = rules::integer(&mut self.types, *int);
                Ok(super::fold::constant(&self.types, *value, ty, span))
            }
            ExprKind::Str(bytes) => Ok(self.string(bytes, span)),
            ExprKind::Ident(name) => self.name(name, span),
            ExprKind::Binary(op, lhs, rhs) => self.binary(*op, lhs, rhs, span),
            ExprKind::Unary(op, operand) => self.unary(*op, operand, span),
            ExprKind::Assign(None, place, value) => self.assign(place, value, span),
            ExprKind::Assign(Some(op), place, value) => self.update(*op, place, value, span),
            ExprKind::IncDec {
                increment,
                prefix,
                operand,
            } => {
                let op = if *increment {
                    ast::BinaryOp::Add
                } else {
                    ast::BinaryOp::Sub
                };
                self.inc_dec(op, *prefix, operand, span)
            }
            ExprKind::Conditional(condition, Some(then), otherwise) => {
                self.conditional(condition, then, otherwise, span)
            }
            ExprKind::Conditional(condition, None, otherwise) => {
                self.or_else(condition, otherwise, span)
            }
            ExprKind::Call(callee, args) => self.call(callee, args, span),
            ExprKind::Index(array, index) => self.index(array, index, 0, span),
            ExprKind::Member(record, member) => self.member_of(record, member, span),
            ExprKind::Arrow(pointer, member) => self.member_behind(pointer, member, span),
            ExprKind::Cast(ty, operand) => self.cast_expr(ty, operand, span),
            ExprKind::CompoundLiteral(ty, items) => self.compound_literal(ty, items, span),
            ExprKind::SizeofExpr(operand) => self.sizeof_expr(operand, span),
            ExprKind::SizeofType(ty) => self.sizeof_type(ty, span),
            ExprKind::AlignofType(ty) => self.alignof_type(ty, span),
            ExprKind::Offsetof(ty, path) => self.offsetof(ty, path, span),
            ExprKind::TypesCompatible(a, b) => self.types_compatible(a, b, span),
            ExprKind::ChooseExpr(condition, then, otherwise) => {
                self.choose_expr(condition, then, otherwise)
            }
            ExprKind::ConstantP(operand) => self.constant_p(operand, span),
            ExprKind::Generic(control, choices) => self.generic(control, choices, span),
            ExprKind::StatementExpr(block) => self.statement_expr(block, span),
            ExprKind::Comma(lhs, rhs) => self.comma(lhs, rhs, span),
        }
    }

    fn cast_expr(&mut self, ty: &ast::TypeExpr, operand: &ast::Expr, span: Span) -> Checked<Expr> {
        let ty = self.resolve(ty, span);
        let operand = self.rvalue(operand);
        let cast = self.cast(operand?, ty?)?;
        Ok(Expr { span, ..cast })
    }

    fn name(&mut self, name: &str, span: Span) -> Checked<Expr> {
        let Some((meaning, _)) = self.scopes.find(name) else {
            return self.unknown_name(name, span);
        };
        let (node, ty) = match meaning {
            Meaning::Local(id) => {
                let context = self.function.as_ref().ok_or(Reported)?;
                (
                    Node::Place(Place::local(id)),
                    context.locals[id.0 as usize].ty,
                )
            }
            Meaning::Object(id) => (Node::Place(Place::object(id)), self.object_type(id)),
            Meaning::Function(id) => {
                let ty = self.functions[id.0 as usize].ty;
                (Node::Address(Symbol::Function(id), 0), ty)
            }
            Meaning::Constant(value, ty) => {
                return Ok(super::fold::constant(&self.types, value, ty, span));
            }
            Meaning::Typedef(_) => {
                return self.fail(span, format!("`{name}` is a type, not a value"));
            }
            Meaning::Poisoned => return Err(Reported),
        };
        Ok(Expr { node, ty, span })
    }

    fn object_type(&self, id: ObjectId) -> TypeId {
        self.objects[id.0 as usize].ty
    }

    /// `__func__`, or an error; after that the name is silent in this scope.
    fn unknown_name(&mut self, name: &str, span: Span) -> Checked<Expr> {
        if let ("__func__" | "__FUNCTION__" | "__PRETTY_FUNCTION__", Some(context)) =
            (name, &self.function)
        {
            let bytes = context.name.clone().into_bytes();
            return Ok(self.string(&bytes, span));
        }
        self.scopes
            .declare_in_function(name, Meaning::Poisoned, span);
        self.fail(span, format!("`{name}` undeclared"))
    }

    /// A string literal: the same text is the same object.
    fn string(&mut self, bytes: &[u8], span: Span) -> Expr {
        let ty = self
            .types
            .intern(Type::Array(self.basic.char, Some(bytes.len() as u64 + 1)));
        let id = match self.strings.get(bytes) {
            Some(&id) => id,
            None => self.new_string(bytes, ty, span),
        };
        Expr {
            node: Node::Place(Place::object(id)),
            ty,
            span,
        }
    }

    fn new_string(&mut self, bytes: &[u8], ty: TypeId, span: Span) -> ObjectId {
        let id = ObjectId(self.objects.len() as u32);
        let shown: String = String::from_utf8_lossy(bytes).chars().take(40).collect();
        self.objects.push(Object {
            name: format!("{shown:?}"),
            ty,
            span,
            definedness: Definedness::Defined,
            internal: true,
            per_cpu: false,
            read_only: true,
            writes: self.string_bytes(bytes, span),
            flexible: 0,
        });
        self.strings.insert(bytes.to_vec(), id);
        id
    }

    fn string_bytes(&self, bytes: &[u8], span: Span) -> Vec<Write> {
        let byte = |(offset, &byte): (usize, &u8)| Write {
            offset: offset as i64,
            bits: None,
            value: Expr {
                node: Node::Const(Kind::I8.normalize(byte.into())),
                ty: self.basic.char,
                span,
            },
            len: None,
        };
        bytes.iter().enumerate().map(byte).collect()
    }

    /// The text of a string literal, by its object.
    pub fn string_text(&self, id: ObjectId) -> Option<&[u8]> {
        self.strings
            .iter()
            .find(|(_, other)| **other == id)
            .map(|(text, _)| text.as_slice())
    }
}
