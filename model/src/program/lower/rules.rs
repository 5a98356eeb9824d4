//! The type rules of C that need no context: ranks, promotions, compatibility, spelling.

use crate::program::Kind;
use crate::program::types::{Type, TypeId, TypeTable};
use crate::syntax::ast::IntType;

/// The types that need no declaration.
#[derive(Clone, Copy, Debug)]
pub struct Basic {
    /// `void`
    pub void: TypeId,
    /// `_Bool`
    pub bool: TypeId,
    /// `char`
    pub char: TypeId,
    /// `int`
    pub int: TypeId,
    /// `unsigned int`
    pub uint: TypeId,
    /// `long`
    pub long: TypeId,
    /// `unsigned long`
    pub ulong: TypeId,
    /// `void *`
    pub void_pointer: TypeId,
}

impl Basic {
    /// Puts them into the table.
    pub fn new(types: &mut TypeTable) -> Basic {
        let void = types.intern(Type::Void);
        Basic {
            void,
            bool: types.intern(Type::Int(Kind::Bool, "_Bool")),
            char: integer(types, IntType::Char),
            int: integer(types, IntType::Int),
            uint: integer(types, IntType::UInt),
            long: integer(types, IntType::Long),
            ulong: integer(types, IntType::ULong),
            void_pointer: types.intern(Type::Pointer(void)),
        }
    }
}

/// The type of a standard integer.
pub fn integer(types: &mut TypeTable, int: IntType) -> TypeId {
    let (kind, name) = match int {
        IntType::Char => (Kind::I8, "char"),
        IntType::UChar => (Kind::U8, "unsigned char"),
        IntType::Short => (Kind::I16, "short"),
        IntType::UShort => (Kind::U16, "unsigned short"),
        IntType::Int => (Kind::I32, "int"),
        IntType::UInt => (Kind::U32, "unsigned int"),
        IntType::Long => (Kind::I64, "long"),
        IntType::ULong => (Kind::U64, "unsigned long"),
        IntType::LongLong => (Kind::I64, "long long"),
        IntType::ULongLong => (Kind::U64, "unsigned long long"),
    };
    types.intern(Type::Int(kind, name))
}

/// The conversion rank of an integer type. `long` and `long long` differ in nothing else.
fn rank(kind: Kind, name: &str) -> u8 {
    match kind {
        Kind::Bool => 0,
        Kind::I8 | Kind::U8 => 1,
        Kind::I16 | Kind::U16 => 2,
        Kind::I32 | Kind::U32 => 3,
        Kind::I64 | Kind::U64 => 4 + u8::from(name.ends_with("long long")),
    }
}

/// How a scalar is held in a register; `None` for what is no scalar.
pub fn kind(types: &TypeTable, ty: TypeId) -> Option<Kind> {
    match types.get(ty) {
        Type::Int(kind, _) => Some(*kind),
        Type::Pointer(_) => Some(Kind::U64),
        Type::Void | Type::Array(..) | Type::Record(_) | Type::Function { .. } => None,
    }
}

/// Whether it is an integer type.
pub fn is_integer(types: &TypeTable, ty: TypeId) -> bool {
    matches!(types.get(ty), Type::Int(..))
}

/// Whether it is a pointer or an integer.
pub fn is_scalar(types: &TypeTable, ty: TypeId) -> bool {
    kind(types, ty).is_some()
}

/// Whether it is a struct or a union.
pub fn is_record(types: &TypeTable, ty: TypeId) -> bool {
    matches!(types.get(ty), Type::Record(_))
}

/// Whether it is a function type.
pub fn is_function(types: &TypeTable, ty: TypeId) -> bool {
    matches!(types.get(ty), Type::Function { .. })
}

/// What a pointer points to.
pub fn pointee(types: &TypeTable, ty: TypeId) -> Option<TypeId> {
    match types.get(ty) {
        Type::Pointer(to) => Some(*to),
        _ => None,
    }
}

/// The integer promotions; other types stay.
pub fn promoted(types: &TypeTable, basic: &Basic, ty: TypeId) -> TypeId {
    match types.get(ty) {
        Type::Int(kind, _) if kind.size() < 4 => basic.int,
        _ => ty,
    }
}

/// The usual arithmetic conversions of two integer types.
pub fn common(types: &mut TypeTable, basic: &Basic, lhs: TypeId, rhs: TypeId) -> TypeId {
    let (lhs, rhs) = (promoted(types, basic, lhs), promoted(types, basic, rhs));
    let (&Type::Int(a, a_name), &Type::Int(b, b_name)) = (types.get(lhs), types.get(rhs)) else {
        return lhs;
    };
    let (a_rank, b_rank) = (rank(a, a_name), rank(b, b_name));
    if a.signed() == b.signed() {
        return if a_rank >= b_rank { lhs } else { rhs };
    }
    let (unsigned, signed) = if b.signed() { (lhs, rhs) } else { (rhs, lhs) };
    let (u_rank, s_rank) = if b.signed() {
        (a_rank, b_rank)
    } else {
        (b_rank, a_rank)
    };
    let (u_kind, s_kind) = if b.signed() { (a, b) } else { (b, a) };
    if u_rank >= s_rank {
        unsigned
    } else if s_kind.size() > u_kind.size() {
        signed
    } else {
        integer(types, IntType::ULongLong)
    }
}

/// Whether two types are compatible (C11 6.2.7), qualifiers aside.
pub fn compatible(types: &TypeTable, a: TypeId, b: TypeId) -> bool {
    if a == b {
        return true;
    }
    match (types.get(a), types.get(b)) {
        (Type::Pointer(a), Type::Pointer(b)) => compatible(types, *a, *b),
        (Type::Array(a, n), Type::Array(b, m)) => {
            compatible(types, *a, *b) && (n.is_none() || m.is_none() || n == m)
        }
        (
            Type::Function {
                ret: a,
                params: p,
                variadic: v,
            },
            Type::Function {
                ret: b,
                params: q,
                variadic: w,
            },
        ) => {
            v == w
                && p.len() == q.len()
                && compatible(types, *a, *b)
                && p.iter().zip(q).all(|(p, q)| compatible(types, *p, *q))
        }
        _ => false,
    }
}

/// Whether a pointer to one may silently become a pointer to the other: compatible, `void`, or the
/// same integer but for its sign.
pub fn interchangeable(types: &TypeTable, a: TypeId, b: TypeId) -> bool {
    let same_but_for_sign = match (types.get(a), types.get(b)) {
        (&Type::Int(a, a_name), &Type::Int(b, b_name)) => {
            a != Kind::Bool && b != Kind::Bool && rank(a, a_name) == rank(b, b_name)
        }
        _ => false,
    };
    let void = |ty| matches!(types.get(ty), Type::Void);
    same_but_for_sign || void(a) || void(b) || compatible(types, a, b)
}

/// Of two compatible types the one that knows more.
pub fn composite(types: &TypeTable, a: TypeId, b: TypeId) -> TypeId {
    match types.get(a) {
        Type::Array(_, None) => b,
        _ => a,
    }
}

/// How C spells a type.
pub fn type_name(types: &TypeTable, ty: TypeId) -> String {
    spell(types, ty, String::new())
}

/// Around a declarator, from the inside out.
fn spell(types: &TypeTable, ty: TypeId, inner: String) -> String {
    let space = if inner.is_empty() || inner.starts_with('[') {
        ""
    } else {
        " "
    };
    match types.get(ty) {
        Type::Void => format!("void{space}{inner}"),
        Type::Int(_, name) => format!("{name}{space}{inner}"),
        Type::Record(id) => {
            let record = types.record(*id);
            let keyword = if record.is_union { "union" } else { "struct" };
            let tag = if record.tag.is_empty() {
                "{…}"
            } else {
                &record.tag
            };
            format!("{keyword} {tag}{space}{inner}")
        }
        Type::Pointer(to) => {
            let inner = match types.get(*to) {
                Type::Array(..) | Type::Function { .. } => format!("(*{inner})"),
                _ => format!("*{inner}"),
            };
            spell(types, *to, inner)
        }
        Type::Array(element, len) => {
            let len = len.map_or(String::new(), |n| n.to_string());
            spell(types, *element, format!("{inner}[{len}]"))
        }
        Type::Function {
            ret,
            params,
            variadic,
        } => {
            let mut names: Vec<String> = params.iter().map(|p| type_name(types, *p)).collect();
            if *variadic {
                names.push("...".into());
            }
            let list = if names.is_empty() {
                "void".into()
            } else {
                names.join(", ")
            };
            spell(types, *ret, format!("{inner}({list})"))
        }
    }
}
