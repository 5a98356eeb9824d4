//! Types and their layout.

use super::Kind;

/// Index of a type in its [`TypeTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeId(pub u32);

/// Index of a record in its [`TypeTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordId(pub u32);

/// A type. Equal types have equal ids.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// `void`
    Void,
    /// An integer, `_Bool`, or an enum (its underlying type); the name is how C spells it.
    Int(Kind, &'static str),
    /// A pointer.
    Pointer(TypeId),
    /// An array; `None` is an incomplete one or a flexible member.
    Array(TypeId, Option<u64>),
    /// A struct or a union.
    Record(RecordId),
    /// A function.
    Function {
        /// What it returns.
        ret: TypeId,
        /// Its parameters, decayed.
        params: Vec<TypeId>,
        /// `...` at the end.
        variadic: bool,
    },
}

/// A struct or a union.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its tag; empty for those without.
    pub tag: String,
    /// `union` rather than `struct`.
    pub is_union: bool,
    /// The members; empty and [`Record::complete`] false while only declared.
    pub fields: Vec<Field>,
    /// Size in bytes.
    pub size: u64,
    /// Alignment in bytes.
    pub align: u64,
    /// Whether its members are known.
    pub complete: bool,
}

/// A member of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Empty for anonymous records, whose members are found through them.
    pub name: String,
    /// Its type.
    pub ty: TypeId,
    /// Offset in bytes; for a bit-field that of its storage unit.
    pub offset: u64,
    /// First bit and width in the storage unit, for a bit-field.
    pub bits: Option<(u8, u8)>,
}

/// All types of a program.
#[derive(Clone, Debug, Default)]
pub struct TypeTable {
    types: Vec<Type>,
    /// All records.
    pub records: Vec<Record>,
}

impl TypeTable {
    /// The id of a type, the same for the same type.
    pub fn intern(&mut self, ty: Type) -> TypeId {
        if let Some(idx) = self.types.iter().position(|t| *t == ty) {
            return TypeId(idx as u32);
        }
        self.types.push(ty);
        TypeId((self.types.len() - 1) as u32)
    }

    /// The type behind an id.
    pub fn get(&self, id: TypeId) -> &Type {
        &self.types[id.0 as usize]
    }

    /// The record behind an id.
    pub fn record(&self, id: RecordId) -> &Record {
        &self.records[id.0 as usize]
    }

    /// The complete struct or union with that tag.
    pub fn record_named(&self, tag: &str) -> Option<&Record> {
        self.records.iter().find(|r| r.tag == tag && r.complete)
    }

    /// Size in bytes; `None` for incomplete types, functions and `void`.
    pub fn size(&self, id: TypeId) -> Option<u64> {
        match self.get(id) {
            Type::Void | Type::Function { .. } => None,
            Type::Int(kind, _) => Some(kind.size()),
            Type::Pointer(_) => Some(8),
            Type::Array(element, len) => Some(self.size(*element)? * (*len)?),
            Type::Record(record) => {
                let record = self.record(*record);
                record.complete.then_some(record.size)
            }
        }
    }

    /// Alignment in bytes.
    pub fn align(&self, id: TypeId) -> u64 {
        match self.get(id) {
            Type::Void | Type::Function { .. } => 1,
            Type::Int(kind, _) => kind.size(),
            Type::Pointer(_) => 8,
            Type::Array(element, _) => self.align(*element),
            Type::Record(record) => self.record(*record).align,
        }
    }

    /// Where a member lies, anonymous records included: offset and type.
    pub fn find_field(&self, record: &Record, name: &str) -> Option<Field> {
        for field in &record.fields {
            if field.name == name {
                return Some(field.clone());
            }
            if field.name.is_empty()
                && let Type::Record(inner) = self.get(field.ty)
                && let Some(found) = self.find_field(self.record(*inner), name)
            {
                return Some(Field {
                    offset: field.offset + found.offset,
                    ..found
                });
            }
        }
        None
    }
}
