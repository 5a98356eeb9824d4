//! The layout of structs and unions, as the System V ABI for x86-64 and gcc have it.

use crate::program::Kind;
use crate::program::types::{Field, Type, TypeId, TypeTable};

/// A member before it has a place.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Empty for anonymous records and padding.
    pub name: String,
    /// Its type, complete or a flexible array.
    pub ty: TypeId,
    /// The width of a bit-field.
    pub bits: Option<u64>,
    /// `aligned(n)`
    pub align: Option<u64>,
}

/// Where everything lies.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The members that can be named.
    pub fields: Vec<Field>,
    /// Size in bytes.
    pub size: u64,
    /// Alignment in bytes.
    pub align: u64,
}

/// What a record's attributes ask for.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// `union`
    pub is_union: bool,
    /// `packed`
    pub packed: bool,
    /// `aligned(n)`
    pub align: u64,
}

/// Gives every member its place; `Err` names the member that cannot have one.
pub fn lay_out(types: &TypeTable, shape: Shape, drafts: &[Draft]) -> Result<Layout, usize> {
    let mut cursor = Cursor {
        types,
        shape,
        bit: 0,
        end: 0,
        align: shape.align.max(1),
    };
    let mut fields = Vec::new();
    for (idx, draft) in drafts.iter().enumerate() {
        if shape.is_union {
            cursor.bit = 0;
        }
        let field = match draft.bits {
            Some(width) => cursor.bit_field(draft, width).map_err(|()| idx)?,
            None => Some(cursor.plain(draft)),
        };
        cursor.end = cursor.end.max(cursor.bit);
        fields.extend(field);
    }
    let size = cursor.end.div_ceil(8).next_multiple_of(cursor.align);
    Ok(Layout {
        fields,
        size,
        align: cursor.align,
    })
}

struct Cursor<'a> {
    types: &'a TypeTable,
    shape: Shape,
    /// Where the next member may begin.
    bit: u64,
    /// Where the last one ends.
    end: u64,
    align: u64,
}

impl Cursor<'_> {
    fn plain(&mut self, draft: &Draft) -> Field {
        let natural = if self.shape.packed {
            1
        } else {
            self.types.align(draft.ty)
        };
        let align = natural.max(draft.align.unwrap_or(1));
        self.align = self.align.max(align);
        let offset = self.bit.div_ceil(8).next_multiple_of(align);
        let size = self.types.size(draft.ty).unwrap_or(0);
        self.bit = offset.saturating_add(size).saturating_mul(8);
        Field {
            name: draft.name.clone(),
            ty: draft.ty,
            offset,
            bits: None,
        }
    }

    /// A bit-field may not cross a boundary of its type, unless packed; padding gives no alignment.
    fn bit_field(&mut self, draft: &Draft, width: u64) -> Result<Option<Field>, ()> {
        let unit = self.types.size(draft.ty).unwrap_or(4) * 8;
        if width == 0 {
            self.bit = self.bit.next_multiple_of(unit);
            return Ok(None);
        }
        if let Some(align) = draft.align {
            self.bit = self.bit.next_multiple_of(align * 8);
            self.align = self.align.max(align);
        }
        let crosses = self.bit / unit != (self.bit + width - 1) / unit;
        if !self.shape.packed && crosses {
            self.bit = self.bit.next_multiple_of(unit);
        }
        let first = self.bit;
        self.bit += width;
        if draft.name.is_empty() {
            return Ok(None);
        }
        if !self.shape.packed {
            self.align = self.align.max(unit / 8);
        }
        if self.shape.packed && self.bit / unit != first / unit && !self.bit.is_multiple_of(unit) {
            return Err(());
        }
        let offset = first / unit * (unit / 8);
        let bits = Some(((first % unit) as u8, width as u8));
        Ok(Some(Field {
            name: draft.name.clone(),
            ty: draft.ty,
            offset,
            bits,
        }))
    }
}

/// The smallest aligned access that covers a bit-field: its kind, how many bytes behind the storage
/// unit it lies, and the first bit in it.
pub fn access(kind: Kind, first: u8, width: u8) -> (Kind, u64, u8) {
    let last = first + width - 1;
    for (bits, unsigned, signed) in [
        (8, Kind::U8, Kind::I8),
        (16, Kind::U16, Kind::I16),
        (32, Kind::U32, Kind::I32),
    ] {
        if first / bits == last / bits {
            let narrow = if kind.signed() { signed } else { unsigned };
            return (narrow, u64::from(first / bits * bits / 8), first % bits);
        }
    }
    (if kind.signed() { Kind::I64 } else { Kind::U64 }, 0, first)
}

/// Whether a member's type may only stand at the end.
pub fn is_flexible(types: &TypeTable, ty: TypeId) -> bool {
    matches!(types.get(ty), Type::Array(_, None))
}
