//! The keywords, with GNU's other spellings of them.

use super::lex::{Symbol, Symbols};

/// A keyword the parser knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Keyword {
    Alignas,
    Alignof,
    Asm,
    Atomic,
    Attribute,
    Auto,
    AutoType,
    Bool,
    Break,
    Case,
    Char,
    ChooseExpr,
    Complex,
    Const,
    ConstantP,
    Continue,
    Default,
    Do,
    Else,
    Enum,
    Extension,
    Extern,
    Float,
    For,
    Func,
    Generic,
    Goto,
    If,
    Inline,
    Int,
    Int128,
    Label,
    Long,
    Noreturn,
    Offsetof,
    Register,
    Restrict,
    Return,
    Short,
    Signed,
    Sizeof,
    Static,
    StaticAssert,
    Struct,
    Switch,
    ThreadLocal,
    Typedef,
    Typeof,
    TypesCompatible,
    Union,
    Unsigned,
    VaList,
    Void,
    Volatile,
    While,
}

use Keyword::*;

const SPELLINGS: &[(&str, Keyword)] = &[
    ("_Alignas", Alignas),
    ("_Alignof", Alignof),
    ("__alignof", Alignof),
    ("__alignof__", Alignof),
    ("asm", Asm),
    ("__asm", Asm),
    ("__asm__", Asm),
    ("_Atomic", Atomic),
    ("__attribute", Attribute),
    ("__attribute__", Attribute),
    ("auto", Auto),
    ("__auto_type", AutoType),
    ("_Bool", Bool),
    ("break", Break),
    ("case", Case),
    ("char", Char),
    ("__builtin_choose_expr", ChooseExpr),
    ("_Complex", Complex),
    ("__complex__", Complex),
    ("_Imaginary", Complex),
    ("const", Const),
    ("__const", Const),
    ("__const__", Const),
    ("__builtin_constant_p", ConstantP),
    ("continue", Continue),
    ("default", Default),
    ("do", Do),
    ("else", Else),
    ("enum", Enum),
    ("__extension__", Extension),
    ("extern", Extern),
    ("float", Float),
    ("double", Float),
    ("_Float16", Float),
    ("_Float32", Float),
    ("_Float64", Float),
    ("_Float128", Float),
    ("__float128", Float),
    ("for", For),
    ("__func__", Func),
    ("__FUNCTION__", Func),
    ("__PRETTY_FUNCTION__", Func),
    ("_Generic", Generic),
    ("goto", Goto),
    ("if", If),
    ("inline", Inline),
    ("__inline", Inline),
    ("__inline__", Inline),
    ("int", Int),
    ("__int128", Int128),
    ("__int128_t", Int128),
    ("__uint128_t", Int128),
    ("__label__", Label),
    ("long", Long),
    ("_Noreturn", Noreturn),
    ("__builtin_offsetof", Offsetof),
    ("register", Register),
    ("restrict", Restrict),
    ("__restrict", Restrict),
    ("__restrict__", Restrict),
    ("return", Return),
    ("short", Short),
    ("signed", Signed),
    ("__signed", Signed),
    ("__signed__", Signed),
    ("sizeof", Sizeof),
    ("static", Static),
    ("_Static_assert", StaticAssert),
    ("struct", Struct),
    ("switch", Switch),
    ("_Thread_local", ThreadLocal),
    ("__thread", ThreadLocal),
    ("typedef", Typedef),
    ("typeof", Typeof),
    ("__typeof", Typeof),
    ("__typeof__", Typeof),
    ("__builtin_types_compatible_p", TypesCompatible),
    ("union", Union),
    ("unsigned", Unsigned),
    ("__builtin_va_list", VaList),
    ("void", Void),
    ("volatile", Volatile),
    ("__volatile", Volatile),
    ("__volatile__", Volatile),
    ("while", While),
];

/// Which symbols are keywords; indexed by symbol, since the spellings are interned last.
pub struct Keywords {
    by_symbol: Vec<Option<Keyword>>,
}

impl Keywords {
    /// The table for these symbols.
    pub fn new(symbols: &mut Symbols) -> Keywords {
        let mut by_symbol = Vec::new();
        for &(spelling, keyword) in SPELLINGS {
            let idx = symbols.intern(spelling).0 as usize;
            by_symbol.resize(by_symbol.len().max(idx + 1), None);
            by_symbol[idx] = Some(keyword);
        }
        Keywords { by_symbol }
    }

    /// The keyword spelled so.
    pub fn get(&self, symbol: Symbol) -> Option<Keyword> {
        self.by_symbol.get(symbol.0 as usize).copied().flatten()
    }
}
