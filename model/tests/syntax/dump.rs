//! The syntax tree as S-expressions: one item, block item or member per line.

use model::syntax::ast::*;

/// All items of a unit.
pub fn unit(unit: &TranslationUnit) -> String {
    unit.items
        .iter()
        .map(|item| item_text(item) + "\n")
        .collect()
}

fn item_text(item: &Item) -> String {
    match item {
        Item::Function(f) => {
            let block = block(&f.body, 1);
            format!(
                "(define {}{} {}{block})",
                specifiers(f.specs),
                f.name.name,
                ty(&f.ty)
            )
        }
        Item::Declaration(d) => declaration(d),
        Item::StaticAssert(s) => static_assert(s),
    }
}

fn static_assert(s: &StaticAssert) -> String {
    format!("(static-assert {} {:?})", expr(&s.condition), s.message)
}

fn specifiers(specs: Specifiers) -> String {
    let storage = match specs.storage {
        Storage::None => "",
        Storage::Typedef => "typedef ",
        Storage::Static => "static ",
        Storage::Extern => "extern ",
    };
    format!("{storage}{}", if specs.inline { "inline " } else { "" })
}

fn declaration(d: &Declaration) -> String {
    let specs = specifiers(d.specs);
    if d.declarators.is_empty() {
        return format!("({specs}{})", ty(&d.base));
    }
    let one = |d: &InitDeclarator| {
        let per_cpu = if d.per_cpu { " per-cpu" } else { "" };
        let init = d
            .init
            .as_ref()
            .map(|i| format!(" = {}", initializer(i)))
            .unwrap_or_default();
        format!("({specs}{} {}{per_cpu}{init})", d.name.name, ty(&d.ty))
    };
    d.declarators.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn initializer(i: &Initializer) -> String {
    match i {
        Initializer::Expr(e) => expr(e),
        Initializer::List(items, _) => list(items),
    }
}

fn list(items: &[InitItem]) -> String {
    let item = |i: &InitItem| {
        let path: String = i.designators.iter().map(designator).collect();
        let equals = if path.is_empty() { "" } else { "=" };
        format!("{path}{equals}{}", initializer(&i.value))
    };
    format!(
        "{{{}}}",
        items.iter().map(item).collect::<Vec<_>>().join(" ")
    )
}

fn designator(d: &Designator) -> String {
    match d {
        Designator::Member(name) => format!(".{}", name.name),
        Designator::Index(e) => format!("[{}]", expr(e)),
        Designator::Range(a, b) => format!("[{}..{}]", expr(a), expr(b)),
    }
}

/// A type.
pub fn ty(t: &TypeExpr) -> String {
    match t {
        TypeExpr::Void => "void".into(),
        TypeExpr::Bool => "bool".into(),
        TypeExpr::Int(int) => format!("{int:?}").to_lowercase(),
        TypeExpr::Typedef(name) => name.name.clone(),
        TypeExpr::Record(r) => record(r),
        TypeExpr::Enum(e) => enum_(e),
        TypeExpr::TypeofExpr(e) => format!("(typeof {})", expr(e)),
        TypeExpr::TypeofType(t) => format!("(typeof-type {})", ty(t)),
        TypeExpr::Pointer(t) => format!("*{}", ty(t)),
        TypeExpr::Array(t, None) => format!("[]{}", ty(t)),
        TypeExpr::Array(t, Some(n)) => format!("[{}]{}", expr(n), ty(t)),
        TypeExpr::Function(f) => {
            let mut params: Vec<String> = f.params.iter().map(param).collect();
            params.extend(f.variadic.then(|| "...".into()));
            format!("(fn ({}) {})", params.join(", "), ty(&f.ret))
        }
    }
}

fn param(p: &Param) -> String {
    let name = p
        .name
        .as_ref()
        .map(|n| format!("{} ", n.name))
        .unwrap_or_default();
    format!("{name}{}", ty(&p.ty))
}

fn record(r: &RecordType) -> String {
    let word = if r.is_union { "union" } else { "struct" };
    let tag = r
        .tag
        .as_ref()
        .map(|t| format!(" {}", t.name))
        .unwrap_or_default();
    let packed = if r.packed { " packed" } else { "" };
    let aligned = aligned(&r.aligned);
    let members = r.members.as_ref().map(|all| {
        let all: Vec<String> = all.iter().map(member).collect();
        format!(" {{{}}}", all.join("; "))
    });
    format!(
        "({word}{tag}{packed}{aligned}{})",
        members.unwrap_or_default()
    )
}

fn aligned(e: &Option<Box<Expr>>) -> String {
    e.as_ref()
        .map(|e| format!(" aligned={}", expr(e)))
        .unwrap_or_default()
}

fn member(m: &Member) -> String {
    let name = m.name.as_ref().map_or("_", |n| &n.name);
    let bits = m
        .bits
        .as_ref()
        .map(|b| format!(":{}", expr(b)))
        .unwrap_or_default();
    format!("{name}{bits} {}{}", ty(&m.ty), aligned(&m.aligned))
}

fn enum_(e: &EnumType) -> String {
    let tag = e
        .tag
        .as_ref()
        .map(|t| format!(" {}", t.name))
        .unwrap_or_default();
    let constants = e.constants.as_ref().map(|all| {
        let one = |(name, value): &(Ident, Option<Expr>)| match value {
            Some(value) => format!("{}={}", name.name, expr(value)),
            None => name.name.clone(),
        };
        format!(" {{{}}}", all.iter().map(one).collect::<Vec<_>>().join(" "))
    });
    format!("(enum{tag}{})", constants.unwrap_or_default())
}

fn block(b: &Block, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    let items = b.items.iter().map(|item| {
        let text = match item {
            BlockItem::Declaration(d) => declaration(d),
            BlockItem::Stmt(s) => stmt(s, depth),
            BlockItem::StaticAssert(s) => static_assert(s),
        };
        format!("\n{indent}{text}")
    });
    items.collect()
}

fn stmt(s: &Stmt, depth: usize) -> String {
    let indent = "  ".repeat(depth + 1);
    let below = |s: &Stmt| format!("\n{indent}{}", stmt(s, depth + 1));
    let optional = |e: &Option<Expr>| e.as_ref().map_or("_".into(), expr);
    match &s.kind {
        StmtKind::Empty => "(empty)".into(),
        StmtKind::Expr(e) => expr(e),
        StmtKind::Block(b) => format!("(block{})", block(b, depth + 1)),
        StmtKind::Atomic(b) => format!("(atomic{})", block(b, depth + 1)),
        StmtKind::If(c, then, None) => format!("(if {}{})", expr(c), below(then)),
        StmtKind::If(c, then, Some(other)) => {
            format!("(if {}{} else{})", expr(c), below(then), below(other))
        }
        StmtKind::While(c, body) => format!("(while {}{})", expr(c), below(body)),
        StmtKind::DoWhile(body, c) => format!("(do{} while {})", below(body), expr(c)),
        StmtKind::For {
            init,
            condition,
            step,
            body,
        } => {
            let init = match init.as_deref() {
                None => "_".into(),
                Some(ForInit::Declaration(d)) => declaration(d),
                Some(ForInit::Expr(e)) => expr(e),
            };
            let (condition, step) = (optional(condition), optional(step));
            format!("(for {init} {condition} {step}{})", below(body))
        }
        StmtKind::Switch(e, body) => format!("(switch {}{})", expr(e), below(body)),
        StmtKind::Case(low, None, s) => format!("(case {}{})", expr(low), below(s)),
        StmtKind::Case(low, Some(high), s) => {
            format!("(case {} .. {}{})", expr(low), expr(high), below(s))
        }
        StmtKind::Default(s) => format!("(default{})", below(s)),
        StmtKind::Label(name, s) => format!("(label {}{})", name.name, below(s)),
        StmtKind::Goto(name) => format!("(goto {})", name.name),
        StmtKind::Break => "(break)".into(),
        StmtKind::Continue => "(continue)".into(),
        StmtKind::Return(e) => format!("(return {})", optional(e)),
    }
}

/// An expression.
pub fn expr(e: &Expr) -> String {
    match &e.kind {
        ExprKind::Int(value, int) => integer(*value, *int),
        ExprKind::Str(bytes) => {
            format!(
                "\"{}\"",
                bytes.escape_ascii().to_string().replace("\\'", "'")
            )
        }
        ExprKind::Ident(name) => name.clone(),
        ExprKind::Binary(op, a, b) => format!("({} {} {})", binary(*op), expr(a), expr(b)),
        ExprKind::Unary(op, a) => format!("({} {})", unary(*op), expr(a)),
        ExprKind::Assign(op, a, b) => {
            format!("({}= {} {})", op.map_or("", binary), expr(a), expr(b))
        }
        ExprKind::IncDec {
            increment,
            prefix,
            operand,
        } => {
            let op = if *increment { "++" } else { "--" };
            match prefix {
                true => format!("({op}_ {})", expr(operand)),
                false => format!("(_{op} {})", expr(operand)),
            }
        }
        ExprKind::Conditional(c, Some(a), b) => format!("(? {} {} {})", expr(c), expr(a), expr(b)),
        ExprKind::Conditional(c, None, b) => format!("(?: {} {})", expr(c), expr(b)),
        ExprKind::Call(f, args) => {
            let args: String = args.iter().map(|a| format!(" {}", expr(a))).collect();
            format!("(call {}{args})", expr(f))
        }
        ExprKind::Index(a, i) => format!("([] {} {})", expr(a), expr(i)),
        ExprKind::Member(a, m) => format!("(. {} {})", expr(a), m.name),
        ExprKind::Arrow(a, m) => format!("(-> {} {})", expr(a), m.name),
        ExprKind::Cast(t, a) => format!("(cast {} {})", ty(t), expr(a)),
        ExprKind::CompoundLiteral(t, items) => format!("(literal {} {})", ty(t), list(items)),
        ExprKind::SizeofExpr(a) => format!("(sizeof {})", expr(a)),
        ExprKind::SizeofType(t) => format!("(sizeof-type {})", ty(t)),
        ExprKind::AlignofType(t) => format!("(alignof {})", ty(t)),
        ExprKind::Offsetof(t, path) => {
            format!(
                "(offsetof {} {})",
                ty(t),
                path.iter().map(designator).collect::<String>()
            )
        }
        ExprKind::TypesCompatible(a, b) => format!("(compatible {} {})", ty(a), ty(b)),
        ExprKind::ChooseExpr(c, a, b) => format!("(choose {} {} {})", expr(c), expr(a), expr(b)),
        ExprKind::ConstantP(a) => format!("(constant-p {})", expr(a)),
        ExprKind::Generic(a, choices) => {
            let one = |(t, e): &(Option<TypeExpr>, Expr)| {
                format!(" [{} {}]", t.as_ref().map_or("default".into(), ty), expr(e))
            };
            format!(
                "(generic {}{})",
                expr(a),
                choices.iter().map(one).collect::<String>()
            )
        }
        ExprKind::StatementExpr(b) => {
            let text = block(b, 0).replace('\n', " ");
            format!("({{{text} }})")
        }
        ExprKind::Comma(a, b) => format!("(, {} {})", expr(a), expr(b)),
    }
}

fn integer(value: u64, int: IntType) -> String {
    let suffix = match int {
        IntType::Int => "",
        IntType::UInt => "u",
        IntType::Long => "l",
        IntType::ULong => "ul",
        IntType::LongLong => "ll",
        IntType::ULongLong => "ull",
        IntType::Char | IntType::UChar | IntType::Short | IntType::UShort => "?",
    };
    format!("{}{suffix}", value as i64)
}

fn binary(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Rem => "%",
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Shl => "<<",
        BinaryOp::Shr => ">>",
        BinaryOp::Lt => "<",
        BinaryOp::Gt => ">",
        BinaryOp::Le => "<=",
        BinaryOp::Ge => ">=",
        BinaryOp::Eq => "==",
        BinaryOp::Ne => "!=",
        BinaryOp::And => "&",
        BinaryOp::Xor => "^",
        BinaryOp::Or => "|",
        BinaryOp::LogAnd => "&&",
        BinaryOp::LogOr => "||",
    }
}

fn unary(op: UnaryOp) -> &'static str {
    match op {
        UnaryOp::Addr => "&",
        UnaryOp::Deref => "*",
        UnaryOp::Plus => "+",
        UnaryOp::Neg => "-",
        UnaryOp::Not => "~",
        UnaryOp::LogNot => "!",
    }
}
