//! Places: what a statement's span covers, and where the tokens of macros are.

use super::{parse_text, rendered};
use expect_test::{Expect, expect};
use model::syntax::Parsed;
use model::syntax::ast::*;

/// Every statement and declaration of all functions: `line:column` and the text it covers.
fn check(text: &str, expected: Expect) {
    let parsed = parse_text(text);
    assert_eq!(rendered(&parsed), "");
    let mut lines = String::new();
    for item in &parsed.unit.items {
        if let Item::Function(function) = item {
            show(&parsed, function.name.span, &mut lines);
            block(&parsed, &function.body, &mut lines);
        }
    }
    expected.assert_eq(&lines);
}

fn show(parsed: &Parsed, span: model::syntax::source::Span, lines: &mut String) {
    let at = parsed.sources.line_column(span);
    let text = parsed
        .sources
        .text(span)
        .replace('\n', "⏎")
        .replace('\t', " ");
    *lines += &format!("{}:{} {text}\n", at.line, at.column);
}

fn block(parsed: &Parsed, block: &Block, lines: &mut String) {
    for item in &block.items {
        match item {
            BlockItem::Declaration(d) => show(parsed, d.span, lines),
            BlockItem::Stmt(s) => stmt(parsed, s, lines),
            BlockItem::StaticAssert(_) => {}
        }
    }
}

fn stmt(parsed: &Parsed, s: &Stmt, lines: &mut String) {
    match &s.kind {
        StmtKind::Block(b) => return block(parsed, b, lines),
        StmtKind::DoWhile(body, _) => stmt(parsed, body, lines),
        _ => {}
    }
    show(parsed, s.span, lines);
    match &s.kind {
        StmtKind::Atomic(b) => block(parsed, b, lines),
        StmtKind::If(_, then, other) => {
            stmt(parsed, then, lines);
            if let Some(other) = other {
                stmt(parsed, other, lines);
            }
        }
        StmtKind::While(_, body)
        | StmtKind::For { body, .. }
        | StmtKind::Switch(_, body)
        | StmtKind::Case(_, _, body)
        | StmtKind::Default(body)
        | StmtKind::Label(_, body) => stmt(parsed, body, lines),
        StmtKind::Empty
        | StmtKind::Expr(_)
        | StmtKind::Block(_)
        | StmtKind::DoWhile(..)
        | StmtKind::Goto(_)
        | StmtKind::Break
        | StmtKind::Continue
        | StmtKind::Return(_) => {}
    }
}

#[test]
fn statements() {
    check(
        "int f(int a)\n{\n\tint b = 1, *c;\n\tif (a)\n\t\tb = 2;\n\telse { b; }\n\twhile (b < 3) b++;\n\t\
         do { a--; } while (a);\n\tfor (int i = 0; i < 3; i++)\n\t\tcontinue;\n\tswitch (a) {\n\tcase 1:\n\t\
         break;\n\tdefault: ;\n\t}\n\tatomic { a = 1; }\nout:\n\treturn a +\n\t\tb;\n}\n",
        expect![[r#"
            1:5 f
            3:2 int b = 1, *c;
            4:2 if (a)
            5:3 b = 2;
            6:9 b;
            7:2 while (b < 3)
            7:16 b++;
            8:7 a--;
            8:14 while (a)
            9:2 for (int i = 0; i < 3; i++)
            10:3 continue;
            11:2 switch (a)
            12:2 case 1:
            13:2 break;
            14:2 default:
            14:11 ;
            16:2 atomic
            16:11 a = 1;
            17:1 out:
            18:2 return a +⏎  b;
        "#]],
    );
}

#[test]
fn a_macro_is_where_it_is_used() {
    check(
        "#define SET(x, v) do { (x) = (v); } while (0)\n#define TWICE(s) s s\n#define INNER 1 + 2\n\
         #define OUTER INNER\nvoid f(int a)\n{\n\tSET(a,\n\t    OUTER);\n\ta = OUTER;\n\tTWICE(a++;)\n\ta = OUTER + a;\n}\n",
        expect![[r#"
            5:6 f
            7:2 SET(a,⏎     OUTER)
            7:2 SET(a,⏎     OUTER)
            9:2 a = OUTER;
            10:2 TWICE(a++;)
            10:2 TWICE(a++;)
            11:2 a = OUTER + a;
        "#]],
    );
}

#[test]
fn a_loop_macro_leaves_its_body_alone() {
    check(
        "#define for_each(p, head) \\\n\tfor (p = (head)->next; \\\n\t     p != (head); p = p->next)\n\
         void f(struct l *p, struct l *head)\n{\n\tfor_each(p, head) {\n\t\tp->n = 1;\n\t}\n\tfor_each(p, head)\n\t\tp->n = 2;\n}\n",
        expect![[r#"
            4:6 f
            6:2 for_each(p, head)
            7:3 p->n = 1;
            9:2 for_each(p, head)
            10:3 p->n = 2;
        "#]],
    );
}

#[test]
fn continued_lines_and_multibyte_text() {
    check(
        "void f(void)\n{\n\t/* é ü */ f(); re\\\nturn\\\n ;\n}\n",
        expect![[r#"
        1:6 f
        3:12 f();
        3:17 re\⏎turn\⏎ ;
    "#]],
    );
}
