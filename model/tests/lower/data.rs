//! Static data: addresses, contents, what others are told about it.

use super::program;
use expect_test::{Expect, expect};
use model::program::{Program, address};
use std::fmt::Write;

/// Each object: address from the begin of its region, size, name, initial bytes.
fn check(text: &str, expected: Expect) {
    expected.assert_eq(&objects(&program(text)));
}

fn objects(program: &Program) -> String {
    let mut lines = String::new();
    for global in &program.globals {
        let base = if global.per_cpu {
            address::PERCPU
        } else {
            address::DATA
        };
        let mark = if global.read_only { " read-only" } else { "" };
        write!(
            lines,
            "{:#x} {} {}{mark}",
            global.addr - base,
            global.size,
            global.name
        )
        .unwrap();
        if let Some((_, bytes)) = program.image.iter().find(|(addr, _)| *addr == global.addr) {
            write!(lines, " = ").unwrap();
            bytes
                .iter()
                .for_each(|byte| write!(lines, "{byte:02x}").unwrap());
        }
        lines.push('\n');
    }
    lines
}

#[test]
fn objects_are_aligned_and_apart() {
    check(
        "char c = 1; struct __attribute__((aligned(64))) { int x; } s; long l[3] = { [1] = -1 };\n\
         int tentative; extern int declared; int tentative = 2;\n\
         int f(void) { static short s = 3; return s; }",
        expect![[r#"
            0x0 1 c = 01
            0x40 64 s
            0x90 24 l = 0000000000000000ffffffffffffffff
            0xc0 4 tentative = 02000000
            0xe0 2 f.s = 0300
        "#]],
    );
}

#[test]
fn per_cpu_data_has_a_template() {
    check(
        "struct pcp { int count; long batch; };\n\
         __attribute__((section(\".data..percpu\"))) struct pcp pcp = { 1, 2 };\n\
         int other;",
        expect![[r#"
            0x0 16 pcp = 01000000000000000200000000000000
            0x0 4 other
        "#]],
    );
}

#[test]
fn addresses_are_constants() {
    check(
        "struct l { struct l *next, *prev; int v[2]; } a = { &a, &a }; int *p = &a.v[1];\n\
         int g(void) { return 0; } int (*fn)(void) = g;\n\
         const char *s = \"text\" + 1, t[] = \"text\", *u = \"text\"; long d = (long)&a.prev + 1;",
        expect![[r#"
            0x0 24 a = 00000082ffffffff00000082ffffffff
            0x30 8 p = 14000082ffffffff
            0x50 8 fn = 00000081ffffffff
            0x70 8 s = f1000082ffffffff
            0x90 5 t = 7465787400
            0xb0 8 u = f0000082ffffffff
            0xd0 8 d = 09000082ffffffff
            0xf0 5 "text" read-only = 74657874
        "#]],
    );
}

#[test]
fn bit_fields_and_flexible_arrays() {
    check(
        "struct { unsigned a : 4; int b : 12; int c : 20; } s = { 5, -1, 3 };\n\
         struct { int n; short v[]; } f = { 2, { 7, 8 } };",
        expect![[r#"
            0x0 8 s = f5ff000003000000
            0x20 8 f = 0200000007000800
        "#]],
    );
}

#[test]
fn constants_at_file_level_are_told() {
    let program = program("enum { A = 3, B, C = -1 }; void f(void) { enum { INNER }; }");
    let constants: Vec<_> = program
        .constants
        .iter()
        .map(|(n, v)| (n.as_str(), *v))
        .collect();
    assert_eq!(constants, [("A", 3), ("B", 4), ("C", -1)]);
}

#[test]
fn addresses_lead_back() {
    let program = program("int a[4], b; int f(void) { return b; } int g(void) { return a[1]; }");
    let b = program.global("b").unwrap();
    assert_eq!(program.global_at(b.addr + 3).unwrap().name, "b");
    assert!(program.global_at(b.addr + 4).is_none());
    assert!(program.global_at(b.addr - 1).is_none());
    let g = program.function("g").unwrap();
    assert_eq!(program.function_at(Program::function_address(g)), Some(g));
}
