//! Types as written become types as known.

use super::layout::{self, Draft, Shape};
use super::rules::{self, is_function, is_integer, is_record};
use super::scope::{Meaning, Tag};
use super::{Checked, Lower};
use crate::program::types::{Record, RecordId, Type, TypeId};
use crate::syntax::ast::{self, FunctionType, Ident, Member, RecordType, TypeExpr};
use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::source::Span;

/// No object may be larger: everything has to fit the regions of the address map.
const SIZE_MAX: u64 = 1 << 30;

/// No alignment may be larger.
const ALIGN_MAX: u64 = 1 << 16;

impl Lower {
    /// The type a type expression denotes; `span` is where to complain.
    pub fn resolve(&mut self, ty: &TypeExpr, span: Span) -> Checked<TypeId> {
        self.nested(span, |lower| lower.resolve_level(ty, span))
    }

    fn resolve_level(&mut self, ty: &TypeExpr, span: Span) -> Checked<TypeId> {
        match ty {
            TypeExpr::Void => Ok(self.basic.void),
            TypeExpr::Bool => Ok(self.basic.bool),
            TypeExpr::Int(int) => Ok(rules::integer(&mut self.types, *int)),
            TypeExpr::Typedef(name) => self.typedef(name),
            TypeExpr::Record(record) => self.record_type(record),
            TypeExpr::Enum(enumeration) => self.enum_type(enumeration),
            TypeExpr::TypeofExpr(expr) => self.typeof_expr(expr),
            TypeExpr::TypeofType(ty) => self.resolve(ty, span),
            TypeExpr::Pointer(to) => {
                let to = self.resolve(to, span)?;
                Ok(self.pointer_to(to))
            }
            TypeExpr::Array(element, len) => self.array_type(element, len.as_deref(), span),
            TypeExpr::Function(function) => self.function_type(function, span),
        }
    }

    /// The type of a pointer to that.
    pub fn pointer_to(&mut self, to: TypeId) -> TypeId {
        self.types.intern(Type::Pointer(to))
    }

    fn typedef(&mut self, name: &Ident) -> Checked<TypeId> {
        match self.scopes.find(&name.name) {
            Some((Meaning::Typedef(ty), _)) => Ok(ty),
            Some((Meaning::Poisoned, _)) => Err(super::Reported),
            Some(_) | None => self.fail(name.span, format!("unknown type name `{}`", name.name)),
        }
    }

    fn typeof_expr(&mut self, expr: &ast::Expr) -> Checked<TypeId> {
        let expr = self.unevaluated(|lower| lower.expr(expr))?;
        if expr.place().is_some_and(|p| p.bits.is_some()) {
            return self.fail(expr.span, "`typeof` applied to a bit-field");
        }
        Ok(expr.ty)
    }

    fn array_type(
        &mut self,
        element: &TypeExpr,
        len: Option<&ast::Expr>,
        span: Span,
    ) -> Checked<TypeId> {
        let element = self.resolve(element, span);
        let len = len.map(|len| self.array_length(len)).transpose();
        let (element, len) = (element?, len?);
        if is_function(&self.types, element) {
            return self.fail(span, "array of functions");
        }
        let size = self.complete_size(element, span)?;
        if size
            .checked_mul(len.unwrap_or(0))
            .is_none_or(|total| total > SIZE_MAX)
        {
            return self.fail(span, "array is too large");
        }
        Ok(self.types.intern(Type::Array(element, len)))
    }

    fn array_length(&mut self, len: &ast::Expr) -> Checked<u64> {
        let span = len.span;
        let len = self.rvalue(len)?;
        if !is_integer(&self.types, len.ty) {
            return self.fail(span, "size of array is no integer");
        }
        let Some(value) = len.constant() else {
            return self.fail(span, "arrays of variable length are not supported");
        };
        if rules::kind(&self.types, len.ty).is_some_and(|k| k.signed()) && (value as i64) < 0 {
            return self.fail(span, "size of array is negative");
        }
        Ok(value)
    }

    fn function_type(&mut self, function: &FunctionType, span: Span) -> Checked<TypeId> {
        let ret = self.resolve(&function.ret, span);
        self.scopes.open();
        self.in_params += 1;
        let params = self.parameter_types(function);
        self.in_params -= 1;
        self.scopes.close();
        let (ret, params) = (ret?, params?);
        if is_function(&self.types, ret) || matches!(self.types.get(ret), Type::Array(..)) {
            return self.fail(span, "function returns a function or an array");
        }
        Ok(self.types.intern(Type::Function {
            ret,
            params,
            variadic: function.variadic,
        }))
    }

    fn parameter_types(&mut self, function: &FunctionType) -> Checked<Vec<TypeId>> {
        let all: Vec<_> = function
            .params
            .iter()
            .map(|p| self.parameter_type(&p.ty, p.span))
            .collect();
        all.into_iter().collect()
    }

    /// A parameter's type: arrays and functions become pointers.
    fn parameter_type(&mut self, ty: &TypeExpr, span: Span) -> Checked<TypeId> {
        if let TypeExpr::Array(element, _) = ty {
            let element = self.resolve(element, span)?;
            self.complete_size(element, span)?;
            return Ok(self.pointer_to(element));
        }
        let ty = self.resolve(ty, span)?;
        match *self.types.get(ty) {
            Type::Array(element, _) => Ok(self.pointer_to(element)),
            Type::Function { .. } => Ok(self.pointer_to(ty)),
            Type::Void => self.fail(span, "parameter has type `void`"),
            Type::Int(..) | Type::Pointer(_) | Type::Record(_) => Ok(ty),
        }
    }

    /// The size of a type that has to have one.
    pub fn complete_size(&mut self, ty: TypeId, span: Span) -> Checked<u64> {
        match self.types.size(ty) {
            Some(size) => Ok(size),
            None if self.is_broken(ty) => Err(super::Reported),
            None => {
                let name = self.type_name(ty);
                self.fail(span, format!("type `{name}` is incomplete"))
            }
        }
    }

    /// Whether a type is incomplete because its definition was wrong, which has been reported.
    pub fn is_broken(&self, ty: TypeId) -> bool {
        match *self.types.get(ty) {
            Type::Record(id) => self.broken.contains(&id),
            Type::Array(element, _) => self.is_broken(element),
            Type::Void | Type::Int(..) | Type::Pointer(_) | Type::Function { .. } => false,
        }
    }

    fn record_type(&mut self, record: &RecordType) -> Checked<TypeId> {
        let id = match (&record.tag, &record.members) {
            (Some(tag), None) => self.known_record(record, tag)?,
            (Some(tag), Some(_)) => self.record_to_define(record, tag)?,
            (None, _) => self.new_record(String::new(), record.is_union),
        };
        if let Some(members) = &record.members {
            self.define_record(id, record, members).inspect_err(|_| {
                self.broken.insert(id);
            })?;
        }
        Ok(self.types.intern(Type::Record(id)))
    }

    fn new_record(&mut self, tag: String, is_union: bool) -> RecordId {
        let fields = Vec::new();
        self.types.records.push(Record {
            tag,
            is_union,
            fields,
            size: 0,
            align: 1,
            complete: false,
        });
        RecordId((self.types.records.len() - 1) as u32)
    }

    fn known_record(&mut self, record: &RecordType, tag: &Ident) -> Checked<RecordId> {
        match self.scopes.find_tag(&tag.name) {
            Some((known, at)) => self.record_of_tag(known, at, record, tag),
            None => self.declare_record(record, tag),
        }
    }

    fn record_to_define(&mut self, record: &RecordType, tag: &Ident) -> Checked<RecordId> {
        let Some((known, at)) = self.scopes.find_tag_here(&tag.name) else {
            return self.declare_record(record, tag);
        };
        let id = self.record_of_tag(known, at, record, tag)?;
        if self.types.record(id).complete {
            return Err(self.redefinition(tag, at));
        }
        Ok(id)
    }

    /// Makes a tag known in the innermost scope.
    pub fn declare_record(&mut self, record: &RecordType, tag: &Ident) -> Checked<RecordId> {
        let keyword = if record.is_union { "union" } else { "struct" };
        if self.in_params > 0 {
            let message = format!(
                "`{keyword} {}` declared inside a parameter list is unknown outside",
                tag.name
            );
            return self.fail(tag.span, message);
        }
        let id = self.new_record(tag.name.clone(), record.is_union);
        self.scopes
            .declare_tag(&tag.name, Tag::Record(id), tag.span);
        Ok(id)
    }

    fn record_of_tag(
        &mut self,
        known: Tag,
        at: Span,
        record: &RecordType,
        tag: &Ident,
    ) -> Checked<RecordId> {
        match known {
            Tag::Record(id) if self.types.record(id).is_union == record.is_union => Ok(id),
            Tag::Record(_) | Tag::Enum(_) => Err(self.wrong_tag(tag, at)),
        }
    }

    /// Reports a tag that is known as something else.
    pub fn wrong_tag(&mut self, tag: &Ident, at: Span) -> super::Reported {
        let message = format!("`{}` declared as the wrong kind of tag", tag.name);
        self.report(Diagnostic::error(tag.span, message).note(at, "declared here"))
    }

    /// Reports the second definition of something.
    pub fn redefinition(&mut self, name: &Ident, before: Span) -> super::Reported {
        let message = format!("redefinition of `{}`", name.name);
        self.report(Diagnostic::error(name.span, message).note(before, "first defined here"))
    }

    fn define_record(&mut self, id: RecordId, ty: &RecordType, members: &[Member]) -> Checked<()> {
        let align = ty
            .aligned
            .as_deref()
            .map(|expr| self.alignment(expr))
            .transpose();
        let drafts: Vec<_> = members.iter().map(|member| self.member(member)).collect();
        let drafts: Checked<Vec<_>> = drafts.into_iter().collect();
        let (align, drafts) = (align?.unwrap_or(1), drafts?);
        self.check_members(ty, members, &drafts)?;
        let shape = Shape {
            is_union: ty.is_union,
            packed: ty.packed,
            align,
        };
        let layout = match layout::lay_out(&self.types, shape, &drafts) {
            Ok(layout) if layout.size <= SIZE_MAX => layout,
            Ok(_) => return self.fail(ty.span, "type is too large"),
            Err(idx) => {
                let message = "a packed bit-field that crosses its storage unit is not supported";
                return self.fail(members[idx].span, message);
            }
        };
        if self.types.record(id).complete {
            return self.fail(ty.span, "redefinition inside its own definition");
        }
        let record = &mut self.types.records[id.0 as usize];
        record.fields = layout.fields;
        record.size = layout.size;
        record.align = layout.align;
        record.complete = true;
        Ok(())
    }

    fn alignment(&mut self, expr: &ast::Expr) -> Checked<u64> {
        let value = self.integer_constant(expr, "alignment")?;
        if value.is_power_of_two() && value <= ALIGN_MAX {
            return Ok(value);
        }
        self.fail(
            expr.span,
            format!("alignment is no power of two up to {ALIGN_MAX}"),
        )
    }

    fn member(&mut self, member: &Member) -> Checked<Draft> {
        let align = member
            .aligned
            .as_deref()
            .map(|a| self.alignment(a))
            .transpose()?;
        let ty = self.resolve(&member.ty, member.span)?;
        let name = member
            .name
            .as_ref()
            .map_or(String::new(), |name| name.name.clone());
        if let Some(bits) = &member.bits {
            let bits = Some(self.bit_width(ty, &name, bits)?);
            return Ok(Draft {
                name,
                ty,
                bits,
                align,
            });
        }
        if is_function(&self.types, ty) {
            return self.fail(member.span, format!("member `{name}` is a function"));
        }
        if !layout::is_flexible(&self.types, ty) {
            self.complete_size(ty, member.span)?;
        }
        Ok(Draft {
            name,
            ty,
            bits: None,
            align,
        })
    }

    fn bit_width(&mut self, ty: TypeId, name: &str, bits: &ast::Expr) -> Checked<u64> {
        let Type::Int(kind, _) = *self.types.get(ty) else {
            return self.fail(bits.span, "bit-field has no integer type");
        };
        let width = self.integer_constant(bits, "width of a bit-field")?;
        let widest = if kind == crate::program::Kind::Bool {
            1
        } else {
            kind.size() * 8
        };
        if width > widest {
            return self.fail(bits.span, "width of bit-field exceeds its type");
        }
        if width == 0 && !name.is_empty() {
            return self.fail(bits.span, format!("zero width for bit-field `{name}`"));
        }
        Ok(width)
    }

    fn check_members(
        &mut self,
        ty: &RecordType,
        members: &[Member],
        drafts: &[Draft],
    ) -> Checked<()> {
        let mut names: Vec<(String, Span)> = Vec::new();
        for (idx, (member, draft)) in members.iter().zip(drafts).enumerate() {
            let flexible = layout::is_flexible(&self.types, draft.ty);
            if flexible && (ty.is_union || idx == 0 || idx + 1 < members.len()) {
                return self.fail(
                    member.span,
                    "flexible array member is not at the end of a struct",
                );
            }
            if draft.name.is_empty() && draft.bits.is_none() {
                self.anonymous_member(member, draft, &mut names)?;
            } else if !draft.name.is_empty() {
                names.push((draft.name.clone(), member.span));
            }
        }
        names.sort_by(|a, b| a.0.cmp(&b.0));
        match names.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            Some(pair) => {
                let message = format!("duplicate member `{}`", pair[1].0);
                Err(self.report(Diagnostic::error(pair[1].1, message)))
            }
            None => Ok(()),
        }
    }

    fn anonymous_member(
        &mut self,
        member: &Member,
        draft: &Draft,
        names: &mut Vec<(String, Span)>,
    ) -> Checked<()> {
        let untagged = matches!(&member.ty, TypeExpr::Record(record) if record.tag.is_none());
        if !untagged || !is_record(&self.types, draft.ty) {
            return self.fail(member.span, "declaration does not declare anything");
        }
        let mut found = Vec::new();
        self.member_names(draft.ty, &mut found);
        names.extend(found.into_iter().map(|name| (name, member.span)));
        Ok(())
    }

    fn member_names(&self, ty: TypeId, names: &mut Vec<String>) {
        let Type::Record(id) = *self.types.get(ty) else {
            return;
        };
        for field in &self.types.record(id).fields {
            if field.name.is_empty() {
                self.member_names(field.ty, names);
            } else {
                names.push(field.name.clone());
            }
        }
    }
}
