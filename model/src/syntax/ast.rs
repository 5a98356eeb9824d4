//! The syntax tree of the C subset, as written: no types resolved, no constants evaluated.

use super::source::Span;

/// A name with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    /// The spelling.
    pub name: String,
    /// Where.
    pub span: Span,
}

/// One preprocessed text.
#[derive(Clone, Debug, Default)]
pub struct TranslationUnit {
    /// In order of appearance.
    pub items: Vec<Item>,
}

/// What stands at file level.
#[derive(Clone, Debug)]
pub enum Item {
    /// A function with its body.
    Function(Function),
    /// Variables, prototypes, typedefs, tags.
    Declaration(Declaration),
    /// `_Static_assert(expr, "message")`.
    StaticAssert(StaticAssert),
}

/// `_Static_assert(expr, "message");`
#[derive(Clone, Debug)]
pub struct StaticAssert {
    /// Must be a non-zero constant.
    pub condition: Expr,
    /// The message, empty when absent.
    pub message: String,
}

/// A function definition.
#[derive(Clone, Debug)]
pub struct Function {
    /// Storage class and attributes.
    pub specs: Specifiers,
    /// Its name.
    pub name: Ident,
    /// Its type: always [`TypeExpr::Function`].
    pub ty: TypeExpr,
    /// Its body.
    pub body: Block,
}

/// A declaration: one specifier list, any number of declarators.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// Storage class and attributes.
    pub specs: Specifiers,
    /// The specifiers' type, kept for declarations without declarators (`struct s { … };`). With
    /// declarators it names a record or enum without its body: the first declarator's type holds
    /// the definition and the others name it too, by a made-up tag where none is written.
    pub base: TypeExpr,
    /// The declared names.
    pub declarators: Vec<InitDeclarator>,
    /// The whole declaration.
    pub span: Span,
}

/// One declared name.
#[derive(Clone, Debug)]
pub struct InitDeclarator {
    /// The name.
    pub name: Ident,
    /// Its full type.
    pub ty: TypeExpr,
    /// Its initialiser.
    pub init: Option<Initializer>,
    /// `__attribute__((section(".data..percpu")))` stood on this declarator or its specifiers.
    pub per_cpu: bool,
}

/// Storage class and what else is not part of the type. Qualifiers (`const`, `volatile`) and other
/// attributes are accepted and dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Specifiers {
    /// `typedef`, `static`, `extern` or nothing (`register`, `auto` count as nothing).
    pub storage: Storage,
    /// `inline`, `__inline__`.
    pub inline: bool,
}

/// Storage class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    /// None written.
    #[default]
    None,
    /// `typedef`
    Typedef,
    /// `static`
    Static,
    /// `extern`
    Extern,
}

/// A type as written.
#[derive(Clone, Debug)]
pub enum TypeExpr {
    /// `void`
    Void,
    /// `_Bool`
    Bool,
    /// An integer type.
    Int(IntType),
    /// A typedef's name.
    Typedef(Ident),
    /// A struct or union, with its members when they are written here.
    Record(RecordType),
    /// An enum, with its constants when they are written here.
    Enum(EnumType),
    /// `typeof(expr)`, also `__auto_type`'s replacement.
    TypeofExpr(Box<Expr>),
    /// `typeof(type)`
    TypeofType(Box<TypeExpr>),
    /// `*`
    Pointer(Box<TypeExpr>),
    /// `[n]`, `[]`
    Array(Box<TypeExpr>, Option<Box<Expr>>),
    /// `(params)`
    Function(Box<FunctionType>),
}

/// The standard integer types of an LP64 kernel: `char` is signed, `long` has 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IntType {
    /// `char`, `signed char`
    Char,
    /// `unsigned char`
    UChar,
    /// `short`
    Short,
    /// `unsigned short`
    UShort,
    /// `int`
    Int,
    /// `unsigned int`
    UInt,
    /// `long`
    Long,
    /// `unsigned long`
    ULong,
    /// `long long`
    LongLong,
    /// `unsigned long long`
    ULongLong,
}

/// A function's type.
#[derive(Clone, Debug)]
pub struct FunctionType {
    /// What it returns.
    pub ret: TypeExpr,
    /// Its parameters; `(void)` and `()` have none.
    pub params: Vec<Param>,
    /// `...` at the end.
    pub variadic: bool,
}

/// One parameter.
#[derive(Clone, Debug)]
pub struct Param {
    /// Absent in prototypes.
    pub name: Option<Ident>,
    /// As written; arrays and functions decay when lowered.
    pub ty: TypeExpr,
    /// Where.
    pub span: Span,
}

/// A struct or a union.
#[derive(Clone, Debug)]
pub struct RecordType {
    /// `union` rather than `struct`.
    pub is_union: bool,
    /// The tag.
    pub tag: Option<Ident>,
    /// The members, when this is the definition. Of several members declared together
    /// (`struct { … } a, b;`) only the first one's type has it.
    pub members: Option<Vec<Member>>,
    /// `__attribute__((packed))`.
    pub packed: bool,
    /// `__attribute__((aligned(n)))` on the type.
    pub aligned: Option<Box<Expr>>,
    /// Where.
    pub span: Span,
}

/// A member of a record.
#[derive(Clone, Debug)]
pub struct Member {
    /// Absent for anonymous records and padding bit-fields.
    pub name: Option<Ident>,
    /// Its type.
    pub ty: TypeExpr,
    /// The width of a bit-field.
    pub bits: Option<Expr>,
    /// `__attribute__((aligned(n)))` on the member.
    pub aligned: Option<Box<Expr>>,
    /// Where.
    pub span: Span,
}

/// An enum.
#[derive(Clone, Debug)]
pub struct EnumType {
    /// The tag.
    pub tag: Option<Ident>,
    /// The constants, when this is the definition.
    pub constants: Option<Vec<(Ident, Option<Expr>)>>,
    /// Where.
    pub span: Span,
}

/// What stands after `=` in a declaration or in a compound literal.
#[derive(Clone, Debug)]
pub enum Initializer {
    /// `= expr`
    Expr(Expr),
    /// `= { … }`
    List(Vec<InitItem>, Span),
}

/// One item of an initialiser list.
#[derive(Clone, Debug)]
pub struct InitItem {
    /// `.member`, `[idx]`, `[lo ... hi]` in order; empty when positional.
    pub designators: Vec<Designator>,
    /// The value.
    pub value: Initializer,
}

/// One step of a designation.
#[derive(Clone, Debug)]
pub enum Designator {
    /// `.name`
    Member(Ident),
    /// `[idx]`
    Index(Expr),
    /// `[lo ... hi]` (GNU)
    Range(Expr, Expr),
}

/// `{ … }`
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// In order.
    pub items: Vec<BlockItem>,
    /// Braces included.
    pub span: Span,
}

/// What stands in a block.
#[derive(Clone, Debug)]
pub enum BlockItem {
    /// A declaration.
    Declaration(Declaration),
    /// A statement.
    Stmt(Stmt),
    /// `_Static_assert`.
    StaticAssert(StaticAssert),
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// Which.
    pub kind: StmtKind,
    /// For compound statements only the head (`if (x)`), so that it can be shown as one line; for
    /// `do … while` its condition (`while (x)`).
    pub span: Span,
}

/// The statements of C.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// `;`
    Empty,
    /// `expr;`
    Expr(Expr),
    /// `{ … }`
    Block(Block),
    /// `atomic { … }`: one step of the machine; ours alone.
    Atomic(Block),
    /// `if`
    If(Expr, Box<Stmt>, Option<Box<Stmt>>),
    /// `while`
    While(Expr, Box<Stmt>),
    /// `do … while`
    DoWhile(Box<Stmt>, Expr),
    /// `for`
    For {
        /// First clause.
        init: Option<Box<ForInit>>,
        /// Second clause.
        condition: Option<Expr>,
        /// Third clause.
        step: Option<Expr>,
        /// The body.
        body: Box<Stmt>,
    },
    /// `switch`
    Switch(Expr, Box<Stmt>),
    /// `case lo:` or GNU `case lo ... hi:`, then the labelled statement.
    Case(Expr, Option<Expr>, Box<Stmt>),
    /// `default:`
    Default(Box<Stmt>),
    /// `label: stmt`
    Label(Ident, Box<Stmt>),
    /// `goto label;`
    Goto(Ident),
    /// `break;`
    Break,
    /// `continue;`
    Continue,
    /// `return expr;`
    Return(Option<Expr>),
}

/// The first clause of a `for`.
#[derive(Clone, Debug)]
pub enum ForInit {
    /// `for (int i = 0; …`
    Declaration(Declaration),
    /// `for (i = 0; …`
    Expr(Expr),
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Which.
    pub kind: ExprKind,
    /// Where.
    pub span: Span,
}

/// The expressions of the subset.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// An integer constant with the type its spelling and suffix give it.
    Int(u64, IntType),
    /// A string literal, adjacent ones joined, escapes resolved, no terminating zero.
    Str(Vec<u8>),
    /// A name.
    Ident(String),
    /// `a op b`
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `op a`
    Unary(UnaryOp, Box<Expr>),
    /// `a = b`, or `a op= b`
    Assign(Option<BinaryOp>, Box<Expr>, Box<Expr>),
    /// `++a`, `a++`, `--a`, `a--`
    IncDec {
        /// `++` rather than `--`.
        increment: bool,
        /// Before the operand.
        prefix: bool,
        /// The operand.
        operand: Box<Expr>,
    },
    /// `c ? a : b`; GNU `c ?: b` has no middle.
    Conditional(Box<Expr>, Option<Box<Expr>>, Box<Expr>),
    /// `f(args)`
    Call(Box<Expr>, Vec<Expr>),
    /// `a[i]`
    Index(Box<Expr>, Box<Expr>),
    /// `a.m`
    Member(Box<Expr>, Ident),
    /// `a->m`
    Arrow(Box<Expr>, Ident),
    /// `(type)a`
    Cast(Box<TypeExpr>, Box<Expr>),
    /// `(type){ … }`
    CompoundLiteral(Box<TypeExpr>, Vec<InitItem>),
    /// `sizeof expr`
    SizeofExpr(Box<Expr>),
    /// `sizeof(type)`
    SizeofType(Box<TypeExpr>),
    /// `_Alignof(type)`, `__alignof__(type)`
    AlignofType(Box<TypeExpr>),
    /// `__builtin_offsetof(type, member.path[3])`
    Offsetof(Box<TypeExpr>, Vec<Designator>),
    /// `__builtin_types_compatible_p(a, b)`
    TypesCompatible(Box<TypeExpr>, Box<TypeExpr>),
    /// `__builtin_choose_expr(c, a, b)`
    ChooseExpr(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `__builtin_constant_p(a)`
    ConstantP(Box<Expr>),
    /// `_Generic(a, type: e, default: e)`
    Generic(Box<Expr>, Vec<(Option<TypeExpr>, Expr)>),
    /// `({ … })` (GNU)
    StatementExpr(Block),
    /// `a, b`
    Comma(Box<Expr>, Box<Expr>),
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum BinaryOp {
    Mul,
    Div,
    Rem,
    Add,
    Sub,
    Shl,
    Shr,
    Lt,
    Gt,
    Le,
    Ge,
    Eq,
    Ne,
    And,
    Xor,
    Or,
    LogAnd,
    LogOr,
}

/// Unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum UnaryOp {
    Addr,
    Deref,
    Plus,
    Neg,
    Not,
    LogNot,
}
