//! The preprocessor, seen through the tree: what the macros leave is the argument of `v(…)`.

use super::{parse_tree, rendered};
use expect_test::{Expect, expect};
use model::syntax::{Input, parse};
use std::collections::BTreeMap;

/// What is left of the last line, as a string literal made by `#`; or the first error.
fn left(text: &str) -> String {
    let (head, last) = text.rsplit_once('\n').unwrap_or(("", text));
    let text = format!(
        "{head}\n#define spell_(...) #__VA_ARGS__\n#define spell(...) spell_(__VA_ARGS__)\n\
                        char s[] = spell({last});"
    );
    let parsed = super::parse_text(&text);
    match parsed.diagnostics.first() {
        Some(first) => format!("error: {}", first.message),
        None => super::dump::unit(&parsed.unit)
            .trim_start_matches("(s []char = \"")
            .trim_end_matches("\")\n")
            .replace("\\\"", "\"")
            .replace("\\\\", "\\"),
    }
}

fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(left(text), *expected, "{text}");
    }
}

/// The tree and the diagnostics of a tree of files.
fn check_tree(files: &[(&str, &str)], expected: Expect) {
    let parsed = parse_tree(files);
    expected.assert_eq(&(rendered(&parsed) + &super::dump::unit(&parsed.unit)));
}

#[test]
fn object_macros() {
    check(&[
        ("#define A 1\nA", "1"),
        ("#define A B\n#define B 2\nA B", "2 2"),
        ("#define A A + 1\nA", "A + 1"),
        ("#define A B\n#define B A\nA B", "A B"),
        ("#define A\nA x A", "x"),
        ("#define A 1\n#undef A\nA", "A"),
        ("#define A (x)\nA", "(x)"),
        ("#define A a ## b\nA", "ab"),
        ("#define A #x\nA", "#x"),
        ("#define A \\\n 1 \\\n + 2\nA", "1 + 2"),
    ]);
}

#[test]
fn function_macros() {
    check(&[
        ("#define f(x) x + x\nf(1)", "1 + 1"),
        ("#define f(x) x\nf", "f"),
        ("#define f(x) x\nf (1) f(2)", "1 2"),
        (
            "#define f(x, y) [x|y]\nf(1, 2) f((1, 2), 3) f(,)",
            "[1|2] [(1, 2)|3] [|]",
        ),
        ("#define f() 1\nf() f( )", "1 1"),
        ("#define f(x) x * f(x)\nf(2)", "2 * f(2)"),
        ("#define f(x) <x>\nf(f(f(1)))", "<<<1>>>"),
        ("#define f(x) g\n#define g(x) x f\nf(1)(2)(3)", "2 g"),
        (
            "#define f(x, y) x\nf(1)",
            "error: macro `f` takes 2 arguments, not 1",
        ),
        (
            "#define f(x) x\nf(1, 2)",
            "error: macro `f` takes 1 argument, not 2",
        ),
        (
            "#define f() x\nf(1)",
            "error: macro `f` takes 0 arguments, not 1",
        ),
    ]);
}

#[test]
fn a_use_that_ends_outside_of_its_macro() {
    let text = "#define f(x) x\n#define g f(\n#define h f\nint a = g 1) + h\n(2);";
    check_tree(
        &[("a.c", text)],
        expect![[r#"
        (a int = (+ 1 2))
    "#]],
    );
}

/// The examples of C11, 6.10.3.5.
#[test]
fn the_standard() {
    let defines = "#define x 3\n#define f(a) f(x * (a))\n#undef x\n#define x 2\n#define g f\n\
                   #define z z[0]\n#define h g(~\n#define m(a) a(w)\n#define w 0,1\n#define t(a) a\n\
                   #define p() int\n#define q(x) x\n#define r(x,y) x ## y\n#define str(x) # x\n";
    let after = |text: &str| left(&[defines, text].concat());
    assert_eq!(
        after("f(y+1) + f(f(z)) % t(t(g)(0) + t)(1);"),
        "f(2 * (y+1)) + f(2 * (f(2 * (z[0])))) % f(2 * (0)) + t(1);"
    );
    assert_eq!(
        after("g(x+(3,4)-w) & m (f)^m(m);"),
        "f(2 * (2+(3,4)-0,1)) & f(2 * (0,1))^m(0,1);"
    );
    assert_eq!(
        after("{ q(1), r(2,3), r(4,), r(,5), r(,) }"),
        "{ 1, 23, 4, 5, }"
    );
    assert_eq!(after("str(hello) str()"), "\"hello\" \"\"");
    assert_eq!(
        after("str(strncmp(\"a\\0d\", '\\4') == 0)"),
        r#""strncmp(\"a\\0d\", '\\4') == 0""#
    );
}

#[test]
fn stringising_and_pasting() {
    check(&[
        ("#define s(x) #x\ns(a  +   b)", "\"a + b\""),
        ("#define s(x) #x\n#define A 1\ns(A)", "\"A\""),
        (
            "#define s(x) #x\n#define t(x) s(x)\n#define A 1\nt(A)",
            "\"1\"",
        ),
        ("#define c(a, b) a ## b\n#define A 1\nc(A, A)", "AA"),
        ("#define c(a, b) x ## a ## b ## y\nc(,) c(1,)", "xy x1y"),
        ("#define c(a, b) a ## b\nc(<, <=)", "<<="),
        (
            "#define c(a, b) a ## b\nc(-, >) c(1, e) c(., 5)",
            "-> 1e .5",
        ),
        (
            "#define c(a, b) a ## b\nc(+, *)",
            "error: `##` of `+` and `*` does not make a token",
        ),
        (
            "#define hash_hash # ## #\n#define s(a) #a\n#define t(a) s(a)\nt(hash_hash)",
            "\"##\"",
        ),
    ]);
}

#[test]
fn variadic_macros() {
    check(&[
        (
            "#define f(...) [__VA_ARGS__]\nf() f(1) f(1, 2)",
            "[] [1] [1, 2]",
        ),
        (
            "#define f(a, ...) a[__VA_ARGS__]\nf(1) f(1, 2, 3)",
            "1[] 1[2, 3]",
        ),
        (
            "#define f(a, ...) g(a, ##__VA_ARGS__)\nf(1) f(1, 2)",
            "g(1) g(1, 2)",
        ),
        (
            "#define f(a, r...) g(a, ## r)\nf(1) f(1, 2, 3)",
            "g(1) g(1, 2, 3)",
        ),
        ("#define f(...) #__VA_ARGS__\nf(a, b)", "\"a, b\""),
        ("#define f(a, ...) __VA_ARGS__\nf()", ""),
        (
            "#define A 1\n#define f(a, ...) g(a, ##__VA_ARGS__)\nf(A, A)",
            "g(1, 1)",
        ),
        (
            "#define f(x, y, ...) x\nf(1)",
            "error: macro `f` takes at least 2 arguments, not 1",
        ),
    ]);
}

#[test]
fn the_kernels_is_enabled() {
    let defines = "#define __ARG_PLACEHOLDER_1 0,\n\
         #define __take_second_arg(first, second, ...) second\n\
         #define __or(x, y) ___or(x, y)\n\
         #define ___or(x, y) ____or(__ARG_PLACEHOLDER_##x, y)\n\
         #define ____or(junk, y) __take_second_arg(junk 1, y)\n\
         #define __is_defined(x) ___is_defined(x)\n\
         #define ___is_defined(value) ____is_defined(__ARG_PLACEHOLDER_##value)\n\
         #define ____is_defined(junk) __take_second_arg(junk 1, 0)\n\
         #define IS_MODULE(config) __is_defined(config##_MODULE)\n\
         #define IS_ENABLED(config) __or(__is_defined(config), IS_MODULE(config))\n\
         #define CONFIG_A 1\n#define CONFIG_B_MODULE 1\n";
    let after = |text: &str| left(&[defines, text].concat());
    assert_eq!(
        after("IS_ENABLED(CONFIG_A) IS_ENABLED(CONFIG_B) IS_ENABLED(CONFIG_C)"),
        "1 1 0"
    );
    let text = "#if IS_ENABLED(CONFIG_A) && !IS_ENABLED(CONFIG_C)\n#define V yes\n#endif\nV";
    assert_eq!(after(text), "yes");
}

#[test]
fn conditions() {
    let truth = |condition: &str| {
        left(&format!(
            "#if {condition}\n#define V 1\n#else\n#define V 0\n#endif\nV"
        ))
    };
    let yes = [
        "1",
        "!0",
        "-1 < 0",
        "-1 > 0u",
        "1 || 1/0",
        "!(0 && 1/0)",
        "1 ? 1 : 1/0",
        "0 ? 1/0 : 2",
        "(2 + 3) * 4 == 20",
        "7 % 4 == 3",
        "-7 / 2 == -3",
        "1 << 4 == 16",
        "-8 >> 1 == -4",
        "~0 == -1",
        "(6 ^ 3) == 5 && (6 & 3) == 2 && (6 | 3) == 7",
        "'a' == 97",
        "'\\n' == 10",
        "0x7fffffffffffffff > 0",
        "0xffffffffffffffff == -1",
        "0xffffffff > 0",
        "10L == 10ULL",
        "!defined X",
        "!defined(X)",
        "defined(__MODEL__) && __GNUC__ == 12",
        "undefined == 0",
        "__LINE__ == 1",
        "1 == 2 ? 0 : 1",
        "-9223372036854775807 - 1 < 0",
        "1 << 64 == 0",
        "(-9223372036854775807 - 1) / -1 != 0",
    ];
    for condition in yes {
        assert_eq!(truth(condition), "1", "{condition}");
    }
    let wrong = [
        ("", "expected an expression after `#if`"),
        ("1 +", "expected an expression in `#if`"),
        ("1 2", "unexpected `2` in `#if`"),
        ("(1", "expected `)` in `#if`"),
        ("1 / 0", "division by zero in `#if`"),
        ("1 % 0", "division by zero in `#if`"),
        ("1.5", "floating point is not supported: `1.5`"),
        ("\"s\"", "unexpected `\"s\"` in `#if`"),
        ("defined", "expected a macro name after `defined`"),
        ("defined(1)", "expected a macro name after `defined`"),
        ("x = 1", "unexpected `=` in `#if`"),
        ("1 ? 2", "expected `:` in `#if`"),
    ];
    for (condition, message) in wrong {
        assert_eq!(truth(condition), format!("error: {message}"), "{condition}");
    }
}

#[test]
fn groups() {
    check(&[
        (
            "#if 0\n#define V 1\n#elif 1\n#define V 2\n#elif 1\n#define V 3\n#else\n#define V 4\n#endif\nV",
            "2",
        ),
        (
            "#if 0\n# if 1\n# else\n# endif\n#define V 1\n#else\n#define V 2\n#endif\nV",
            "2",
        ),
        ("#ifdef X\n#define V 1\n#else\n#define V 2\n#endif\nV", "2"),
        ("#ifndef X\n#define V 1\n#endif\nV", "1"),
        ("#if 1\n#define V 1\n#elif 1/0\n#endif\nV", "1"),
        ("#if 0\nit's \"open\n#nonsense\n#error no\n#endif\n1", "1"),
        ("# /* c */ define /* c */ V /* c */ 1\nV", "1"),
        ("#define V 1 // to the end \\\n of this\nV", "1"),
        ("#\n#pragma whatever \"x\n#line 5\n_Pragma(\"x\") 1", "1"),
    ]);
}

#[test]
fn built_in_macros() {
    check(&[
        ("\n__LINE__", "4"),
        ("#define L __LINE__\n\nL", "5"),
        ("__FILE__", "\"t.c\""),
        ("__COUNTER__ __COUNTER__", "0 1"),
        ("__builtin_expect(!!(x), 1)", "(!!(x))"),
        ("__MODEL__ __x86_64__", "1 1"),
    ]);
}

#[test]
fn defines_from_outside() {
    let files = BTreeMap::from([
        ("a.c".to_owned(), "#define A int\n".to_owned()),
        (
            "b.c".to_owned(),
            "#ifdef CONFIG_X\nA x = CONFIG_X;\n#endif\n".to_owned(),
        ),
    ]);
    let main = ["a.c".to_owned(), "b.c".to_owned()];
    let defines = [("CONFIG_X".to_owned(), "2".to_owned())];
    let parsed = parse(&Input {
        files: &files,
        main: &main,
        defines: &defines,
    });
    assert_eq!(
        rendered(&parsed) + &super::dump::unit(&parsed.unit),
        "(x int = 2)\n"
    );
    let names: Vec<&str> = parsed
        .sources
        .files()
        .iter()
        .map(|f| f.name.as_str())
        .collect();
    assert_eq!(names, ["a.c", "b.c"]);
}

#[test]
fn includes() {
    check_tree(
        &[
            (
                "mm/a.c",
                "#include <linux/x.h>\n#include \"y.h\"\n#include \"../z.h\"\n#define H <std.h>\n#include H\n",
            ),
            (
                "include/linux/x.h",
                "#ifndef X_H\n#define X_H\n#include <linux/x.h>\nint x;\n#endif\n",
            ),
            (
                "mm/y.h",
                "#pragma once\n#include \"y.h\"\n#include <linux/x.h>\nint y;\n",
            ),
            ("z.h", "int z;"),
            ("libc/std.h", "int std;"),
        ],
        expect![[r#"
            (x int)
            (y int)
            (z int)
            (std int)
        "#]],
    );
    check_tree(
        &[(
            "a.c",
            "#include \"mm/no.h\"\n#include <no.h>\n#include 3\nint x;\n",
        )],
        expect![[r#"
        a.c:1:1: error: no such file: `mm/no.h`
         1 | #include "mm/no.h"
           | ^~~~~~~~~~~~~~~~~~
        a.c:2:1: error: no such file: `no.h`
         2 | #include <no.h>
           | ^~~~~~~~~~~~~~~
        a.c:3:1: error: expected "name" or <name> after `#include`
         3 | #include 3
           | ^~~~~~~~~~
        (x int)
    "#]],
    );
}
