//! Enums: their constants, and the integer type gcc gives them.

use super::rules;
use super::scope::{Meaning, Tag};
use super::{Checked, Lower};
use crate::program::Kind;
use crate::program::types::TypeId;
use crate::syntax::ast::{self, EnumType, Ident};

/// A constant's value, in the type it has.
#[derive(Clone, Copy)]
struct Value {
    value: i128,
    kind: Kind,
}

impl Lower {
    /// `enum …`, with or without its constants.
    pub fn enum_type(&mut self, ty: &EnumType) -> Checked<TypeId> {
        let Some(constants) = &ty.constants else {
            return self.known_enum(ty);
        };
        if let Some(tag) = &ty.tag {
            match self.scopes.find_tag_here(&tag.name) {
                Some((Tag::Enum(_), at)) => return Err(self.redefinition(tag, at)),
                Some((Tag::Record(_), at)) => return Err(self.wrong_tag(tag, at)),
                None => self
                    .scopes
                    .declare_tag(&tag.name, Tag::Enum(None), tag.span),
            }
        }
        let ty_id = self.enum_constants(constants)?;
        if let Some(tag) = &ty.tag {
            self.scopes
                .declare_tag(&tag.name, Tag::Enum(Some(ty_id)), tag.span);
        }
        Ok(ty_id)
    }

    fn known_enum(&mut self, ty: &EnumType) -> Checked<TypeId> {
        let Some(tag) = &ty.tag else {
            return self.fail(ty.span, "enum without name and constants");
        };
        match self.scopes.find_tag(&tag.name) {
            Some((Tag::Enum(Some(ty)), _)) => Ok(ty),
            Some((Tag::Enum(None), _)) => Err(super::Reported),
            Some((Tag::Record(_), at)) => Err(self.wrong_tag(tag, at)),
            None => {
                self.scopes
                    .declare_tag(&tag.name, Tag::Enum(None), tag.span);
                self.fail(tag.span, format!("`enum {}` is not defined", tag.name))
            }
        }
    }

    /// Declares the constants; the type is chosen as gcc chooses it.
    fn enum_constants(&mut self, constants: &[(Ident, Option<ast::Expr>)]) -> Checked<TypeId> {
        let mut next = Value {
            value: 0,
            kind: Kind::I32,
        };
        let (mut low, mut high): (i128, i128) = (0, 0);
        let mut wide = Vec::new();
        let mut result = Ok(());
        for (name, expr) in constants {
            // A wrong value counts on, so that the names at least are known.
            let counted = match expr {
                Some(expr) => self.enum_value(expr).map(|value| next = value),
                None => self.counted(name, next),
            };
            let value = next.value;
            (low, high) = (low.min(value), high.max(value));
            result = result.and(counted).and(self.declare_constant(name, value));
            if i32::try_from(value).is_err() {
                wide.push((name, value));
            }
            next.value += 1;
        }
        result?;
        let ty = self.enum_underlying(low, high);
        for (name, value) in wide {
            self.scopes
                .declare(&name.name, Meaning::Constant(value as u64, ty), name.span);
        }
        Ok(ty)
    }

    /// The smallest of gcc's choices; counting stays within 64 bits, so one of them fits.
    fn enum_underlying(&self, low: i128, high: i128) -> TypeId {
        match low < 0 {
            false if high <= u32::MAX.into() => self.basic.uint,
            false => self.basic.ulong,
            true if low >= i32::MIN.into() && high <= i32::MAX.into() => self.basic.int,
            true => self.basic.long,
        }
    }

    /// A value that was counted has to fit the type of the one before.
    fn counted(&mut self, name: &Ident, next: Value) -> Checked<()> {
        if next.value <= next.kind.max() {
            return Ok(());
        }
        self.fail(name.span, "enum value overflows")
    }

    fn enum_value(&mut self, expr: &ast::Expr) -> Checked<Value> {
        let value = self.integer_constant_expr(expr, "enum value")?;
        let bits = value.constant().unwrap_or(0);
        let kind = rules::kind(&self.types, value.ty).unwrap_or(Kind::I32);
        let value = if kind.signed() {
            i128::from(bits as i64)
        } else {
            i128::from(bits)
        };
        let kind = if i32::try_from(value).is_ok() {
            Kind::I32
        } else {
            kind
        };
        Ok(Value { value, kind })
    }

    fn declare_constant(&mut self, name: &Ident, value: i128) -> Checked<()> {
        if let Some((meaning, at)) = self.scopes.find_here(&name.name)
            && meaning != Meaning::Poisoned
        {
            return Err(self.redefinition(name, at));
        }
        let ty = if i32::try_from(value).is_ok() {
            self.basic.int
        } else {
            self.basic.long
        };
        self.scopes
            .declare(&name.name, Meaning::Constant(value as u64, ty), name.span);
        if self.scopes.at_file_level() {
            self.constants.insert(name.name.clone(), value as i64);
        }
        Ok(())
    }
}

impl Kind {
    /// The largest value.
    fn max(self) -> i128 {
        let bits = self.size() * 8 - u64::from(self.signed());
        (1 << bits) - 1
    }
}
