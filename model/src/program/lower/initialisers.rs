//! Initialisers: from nested lists with designators to a flat list of writes.
//!
//! The same walk serves static and automatic objects; what differs is what becomes of the writes.

use super::rules::{is_record, is_scalar};
use super::tree::{Expr, Write};
use super::{Checked, Lower, Reported};
use crate::program::types::{Field, Type, TypeId};
use crate::syntax::ast::{self, Designator, ExprKind, InitItem, Initializer};
use crate::syntax::source::Span;

/// No initialiser may write more parts.
pub const WRITES_MAX: usize = 1 << 16;

/// The items of one pair of braces, as they are used up.
struct Items<'a> {
    items: &'a [InitItem],
    idx: usize,
    /// The current item's value, when it had to be analysed to see how far it reaches.
    ready: Option<Expr>,
    span: Span,
}

impl<'a> Items<'a> {
    fn peek(&self) -> Option<&'a InitItem> {
        self.items.get(self.idx)
    }

    fn advance(&mut self) {
        self.idx += 1;
        self.ready = None;
    }
}

/// What an initialiser has written so far, and how far an array without length reaches.
#[derive(Default)]
pub struct Written {
    /// In order.
    pub writes: Vec<Write>,
    /// Elements of the outermost array.
    pub len: u64,
    /// Bytes, flexible members included.
    pub end: u64,
}

/// A part of the object that is being initialised.
#[derive(Clone, Copy)]
pub struct Part {
    /// Its type.
    pub ty: TypeId,
    /// Bytes from the begin of the object.
    pub offset: u64,
    /// For a bit-field.
    pub bits: Option<(u8, u8)>,
}

impl Part {
    fn whole(ty: TypeId, offset: u64) -> Part {
        Part {
            ty,
            offset,
            bits: None,
        }
    }
}

impl Lower {
    /// Analyses `= init` for an object of that type; an array's length may come from it.
    pub fn initialiser(
        &mut self,
        ty: TypeId,
        init: &Initializer,
        span: Span,
    ) -> Checked<(Written, TypeId)> {
        let mut out = Written::default();
        self.init_whole(Part::whole(ty, 0), init, span, &mut out)?;
        Ok(self.complete_array(ty, out))
    }

    /// The same for a list without the rest of an initialiser.
    pub fn initialiser_list(
        &mut self,
        ty: TypeId,
        items: &[InitItem],
        span: Span,
    ) -> Checked<(Written, TypeId)> {
        let mut out = Written::default();
        self.init_braced(Part::whole(ty, 0), items, span, &mut out)?;
        Ok(self.complete_array(ty, out))
    }

    fn complete_array(&mut self, ty: TypeId, out: Written) -> (Written, TypeId) {
        match *self.types.get(ty) {
            Type::Array(element, None) => {
                let ty = self.types.intern(Type::Array(element, Some(out.len)));
                (out, ty)
            }
            _ => (out, ty),
        }
    }

    fn write(&mut self, part: Part, value: Expr, out: &mut Written) -> Checked<()> {
        let len = self.types.size(part.ty).unwrap_or(0);
        self.push_write(part, value, None, len, out)
    }

    fn push_write(
        &mut self,
        part: Part,
        value: Expr,
        len: Option<u64>,
        size: u64,
        out: &mut Written,
    ) -> Checked<()> {
        if out.writes.len() >= WRITES_MAX {
            return self.fail(value.span, "initialiser is too large");
        }
        let offset = part.offset as i64;
        out.writes.push(Write {
            offset,
            bits: part.bits,
            value,
            len,
        });
        out.end = out.end.max(part.offset + size);
        Ok(())
    }

    /// A part with an initialiser of its own.
    fn init_whole(
        &mut self,
        part: Part,
        init: &Initializer,
        span: Span,
        out: &mut Written,
    ) -> Checked<()> {
        self.nested(span, |lower| match init {
            Initializer::List(items, list) => lower.init_braced(part, items, *list, out),
            Initializer::Expr(expr) => lower.init_expr(part, expr, out),
        })
    }

    fn init_expr(&mut self, part: Part, expr: &ast::Expr, out: &mut Written) -> Checked<()> {
        if self.init_string(part, expr, out)? {
            return Ok(());
        }
        // The literal's object and ours cannot be told apart: no need for two.
        if let ExprKind::CompoundLiteral(ty, items) = &expr.kind
            && !is_scalar(&self.types, part.ty)
            && self.resolve(ty, expr.span)? == part.ty
        {
            return self.init_braced(part, items, expr.span, out);
        }
        let value = self.rvalue(expr)?;
        self.init_value(part, value, out)
    }

    fn init_value(&mut self, part: Part, value: Expr, out: &mut Written) -> Checked<()> {
        if matches!(self.types.get(part.ty), Type::Array(..)) {
            return self.fail(value.span, "an array needs a list in braces or a string");
        }
        let value = self.assign_convert(value, part.ty, "initialisation")?;
        self.write(part, value, out)
    }

    /// A string literal for an array of characters; false when it is something else.
    fn init_string(&mut self, part: Part, expr: &ast::Expr, out: &mut Written) -> Checked<bool> {
        let (&Type::Array(element, len), ExprKind::Str(bytes)) =
            (self.types.get(part.ty), &expr.kind)
        else {
            return Ok(false);
        };
        if self.types.size(element) != Some(1) || !is_scalar(&self.types, element) {
            return self.fail(
                expr.span,
                "a string initialises an array of characters only",
            );
        }
        let n = bytes.len() as u64;
        if len.is_some_and(|len| n > len) {
            return self.fail(expr.span, "string is longer than the array");
        }
        let value = self.expr(expr)?;
        let written = len.unwrap_or(n + 1).min(n + 1);
        if part.offset == 0 && len.is_none() {
            out.len = n + 1;
        }
        self.push_write(part, value, Some(written), written, out)?;
        Ok(true)
    }

    /// A part initialised by `{ … }`: what was written there before is gone.
    fn init_braced(
        &mut self,
        part: Part,
        items: &[InitItem],
        span: Span,
        out: &mut Written,
    ) -> Checked<()> {
        if is_scalar(&self.types, part.ty) {
            return self.init_braced_scalar(part, items, span, out);
        }
        if let [
            InitItem {
                designators,
                value: Initializer::Expr(expr),
            },
        ] = items
            && designators.is_empty()
            && self.init_string(part, expr, out)?
        {
            return Ok(());
        }
        if let Some(size) = self.types.size(part.ty) {
            let inside = part.offset as i64..(part.offset + size) as i64;
            out.writes.retain(|write| !inside.contains(&write.offset));
        }
        let mut items = Items {
            items,
            idx: 0,
            ready: None,
            span,
        };
        self.nested(span, |lower| lower.fill(part, &mut items, None, true, out))?;
        match items.peek() {
            Some(_) => self.fail(span, "more initialisers than the object has parts"),
            None => Ok(()),
        }
    }

    fn init_braced_scalar(
        &mut self,
        part: Part,
        items: &[InitItem],
        span: Span,
        out: &mut Written,
    ) -> Checked<()> {
        match items {
            [item] if item.designators.is_empty() => self.init_whole(part, &item.value, span, out),
            [item] => {
                let _ = item;
                self.fail(span, "designator in the initialiser of a scalar")
            }
            [] => self.fail(span, "empty initialiser of a scalar"),
            _ => self.fail(span, "more than one initialiser for a scalar"),
        }
    }

    /// How many parts an array or a record has that can be initialised in order.
    fn n_parts(&self, ty: TypeId) -> u64 {
        match *self.types.get(ty) {
            Type::Array(_, len) => len.unwrap_or(u64::MAX),
            Type::Record(id) => {
                let record = self.types.record(id);
                let n = record.fields.len() as u64;
                if record.is_union { n.min(1) } else { n }
            }
            Type::Void | Type::Int(..) | Type::Pointer(_) | Type::Function { .. } => 0,
        }
    }

    fn nth_part(&mut self, of: Part, idx: u64, span: Span) -> Checked<Part> {
        match *self.types.get(of.ty) {
            Type::Array(element, _) => {
                let size = self.complete_size(element, span)?;
                let offset = idx.checked_mul(size).and_then(|o| o.checked_add(of.offset));
                match offset.filter(|offset| *offset < 1 << 32) {
                    Some(offset) => Ok(Part::whole(element, offset)),
                    None => self.fail(span, "array index in initialiser is too large"),
                }
            }
            Type::Record(id) => {
                let field = self
                    .types
                    .record(id)
                    .fields
                    .get(idx as usize)
                    .ok_or(Reported)?;
                let offset = of.offset + field.offset;
                Ok(Part {
                    ty: field.ty,
                    offset,
                    bits: field.bits,
                })
            }
            Type::Void | Type::Int(..) | Type::Pointer(_) | Type::Function { .. } => Err(Reported),
        }
    }

    /// Initialises the parts of an array or a record in order, beginning where `designators` says.
    /// Without braces of its own it ends at the first designator that belongs to an outer list.
    fn fill<'a>(
        &mut self,
        whole: Part,
        items: &mut Items<'a>,
        mut designators: Option<&'a [Designator]>,
        braced: bool,
        out: &mut Written,
    ) -> Checked<()> {
        let n_parts = self.n_parts(whole.ty);
        let is_union = matches!(self.types.get(whole.ty),
            Type::Record(id) if self.types.record(*id).is_union);
        let mut idx = 0;
        while let Some(item) = items.peek() {
            let path = match designators.take() {
                Some(path) => path,
                None if item.designators.is_empty() => &[],
                None if braced => item.designators.as_slice(),
                None => break,
            };
            if !path.is_empty() {
                let last = self.designated(whole, path, items, out)?;
                idx = if is_union { n_parts } else { last + 1 };
            } else if idx < n_parts {
                let part = self.nth_part(whole, idx, items.span)?;
                self.element(part, items, out)?;
                idx += 1;
            } else {
                break;
            }
            if whole.offset == 0 && matches!(self.types.get(whole.ty), Type::Array(_, None)) {
                out.len = out.len.max(idx);
            }
        }
        Ok(())
    }

    /// The next items go where a designator says; gives the index of the last part they reach.
    fn designated<'a>(
        &mut self,
        whole: Part,
        path: &'a [Designator],
        items: &mut Items<'a>,
        out: &mut Written,
    ) -> Checked<u64> {
        let (first, rest) = path.split_first().ok_or(Reported)?;
        let (low, high, rest) = match first {
            Designator::Member(member) => {
                let (idx, inside) = self.designated_member(whole, member)?;
                // A member of an anonymous record: the same designator counts one level deeper.
                (idx, idx, if inside { path } else { rest })
            }
            Designator::Index(index) => {
                let idx = self.designated_index(whole, index)?;
                (idx, idx, rest)
            }
            Designator::Range(low, high) => {
                let low_idx = self.designated_index(whole, low)?;
                let high_idx = self.designated_index(whole, high)?;
                if low_idx > high_idx {
                    return self.fail(low.span, "empty range in initialiser");
                }
                (low_idx, high_idx, rest)
            }
        };
        let part = self.nth_part(whole, low, items.span)?;
        let before = out.writes.len();
        self.nested(items.span, |lower| {
            if rest.is_empty() {
                lower.element(part, items, out)
            } else {
                lower.fill(part, items, Some(rest), false, out)
            }
        })?;
        if high > low {
            // Braced parts may have removed older writes; those made since are at the end.
            self.repeat(part, low, high, before.min(out.writes.len()), out)?;
        }
        Ok(high)
    }

    fn designated_member(&mut self, whole: Part, member: &ast::Ident) -> Checked<(u64, bool)> {
        let name = self.type_name(whole.ty);
        let Type::Record(id) = *self.types.get(whole.ty) else {
            let message = format!("member designator in the initialiser of `{name}`");
            return self.fail(member.span, message);
        };
        let fields = &self.types.record(id).fields;
        let direct = fields.iter().position(|f| f.name == member.name);
        let found = direct.map(|idx| (idx as u64, false)).or_else(|| {
            let has = |field: &Field| self.has_member(field, &member.name);
            fields.iter().position(has).map(|idx| (idx as u64, true))
        });
        match found {
            Some(found) => Ok(found),
            None => self.fail(
                member.span,
                format!("`{name}` has no member `{}`", member.name),
            ),
        }
    }

    fn has_member(&self, field: &Field, name: &str) -> bool {
        match *self.types.get(field.ty) {
            Type::Record(id) if field.name.is_empty() => {
                self.types.find_field(self.types.record(id), name).is_some()
            }
            _ => false,
        }
    }

    fn designated_index(&mut self, whole: Part, index: &ast::Expr) -> Checked<u64> {
        let Type::Array(_, len) = *self.types.get(whole.ty) else {
            let name = self.type_name(whole.ty);
            let message = format!("index designator in the initialiser of `{name}`");
            return self.fail(index.span, message);
        };
        let idx = self.integer_constant(index, "index in initialiser")?;
        if len.is_some_and(|len| idx >= len) || idx > u32::MAX.into() {
            return self.fail(index.span, "index in initialiser exceeds the array");
        }
        Ok(idx)
    }

    /// One part from the next item, or from several when braces are left out.
    fn element(&mut self, part: Part, items: &mut Items<'_>, out: &mut Written) -> Checked<()> {
        let Some(item) = items.peek() else {
            return Ok(());
        };
        let expr = match &item.value {
            Initializer::List(list, span) => {
                items.advance();
                return self.init_braced(part, list, *span, out);
            }
            Initializer::Expr(expr) => expr,
        };
        if is_scalar(&self.types, part.ty) {
            let value = match items.ready.take() {
                Some(value) => value,
                None => self.rvalue(expr)?,
            };
            items.advance();
            return self.init_value(part, value, out);
        }
        if items.ready.is_none() && self.takes_whole(part, expr)? {
            items.advance();
            return self.init_expr(part, expr, out);
        }
        if is_record(&self.types, part.ty) {
            if items.ready.is_none() {
                items.ready = Some(self.rvalue(expr)?);
            }
            if items
                .ready
                .as_ref()
                .is_some_and(|value| value.ty == part.ty)
            {
                let value = items.ready.take().ok_or(Reported)?;
                items.advance();
                return self.init_value(part, value, out);
            }
        }
        self.nested(expr.span, |lower| lower.fill(part, items, None, false, out))
    }

    /// Whether an expression without braces fills an array or a record in a way of its own.
    fn takes_whole(&mut self, part: Part, expr: &ast::Expr) -> Checked<bool> {
        Ok(match (&expr.kind, self.types.get(part.ty)) {
            (ExprKind::Str(_), &Type::Array(element, _)) => {
                self.types.size(element) == Some(1) && is_scalar(&self.types, element)
            }
            (ExprKind::CompoundLiteral(ty, _), _) => self.resolve(ty, expr.span)? == part.ty,
            _ => false,
        })
    }
}
