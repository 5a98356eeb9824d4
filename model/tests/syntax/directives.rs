//! Errors of the lexer and the preprocessor, and that nothing follows from them.

use super::{parse_text, rendered};
use expect_test::{Expect, expect};

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&rendered(&parse_text(text)));
}

#[test]
fn characters() {
    check(
        "int x = 1 @ 2;\nint y = \\ 3;\nint `z;\nint é;\n# int w;\n",
        expect![[r#"
        t.c:1:11: error: unknown character `@`
         1 | int x = 1 @ 2;
           |           ^
        t.c:2:9: error: unknown character `\`
         2 | int y = \ 3;
           |         ^
        t.c:3:5: error: unknown character ```
         3 | int `z;
           |     ^
        t.c:4:5: error: unknown character `é`
         4 | int é;
           |     ^
        t.c:5:1: error: unknown directive `#int`
         5 | # int w;
           | ^~~~~
    "#]],
    );
    check(
        "char *s = \"abc;\nint x;\nint c = 'x;\n",
        expect![[r#"
        t.c:1:11: error: unterminated string literal
         1 | char *s = "abc;
           |           ^~~~~
        t.c:3:9: error: unterminated character constant
         3 | int c = 'x;
           |         ^~~
    "#]],
    );
    check(
        "int x; /* never ends\nint y;\n",
        expect![[r#"
        t.c:1:8: error: unterminated comment
         1 | int x; /* never ends
           |        ^~~~~~~~~~~~~
    "#]],
    );
}

#[test]
fn directives() {
    check(
        "#if 1\n#ifdef X\n#else\n#else\n#endif\n#endif\n#endif\n#else\n#elif 1\n#if 0\n",
        expect![[r#"
        t.c:4:1: error: a second `#else` for one `#if`
         4 | #else
           | ^~~~~
        t.c:7:1: error: `#endif` without `#if`
         7 | #endif
           | ^~~~~~
        t.c:8:1: error: `#else` without `#if`
         8 | #else
           | ^~~~~
        t.c:9:1: error: `#elif` without `#if`
         9 | #elif 1
           | ^~~~~
        t.c:10:1: error: unterminated conditional: `#endif` is missing
         10 | #if 0
            | ^~~
    "#]],
    );
    check(
        "#define\n#define 1\n#define f(\n#define f(a\n#define f(a, a) 1\n#define f(a,) 1\n#define f(a...b) 1\n#define defined\n#undef\n#ifdef\n#endif\n",
        expect![[r#"
        t.c:1:1: error: expected a macro name after `#define`
         1 | #define
           | ^~~~~~~
        t.c:2:9: error: expected a macro name after `#define`
         2 | #define 1
           |         ^
        t.c:3:10: error: malformed macro parameters
         3 | #define f(
           |          ^
        t.c:4:11: error: malformed macro parameters
         4 | #define f(a
           |           ^
        t.c:5:14: error: macro parameter `a` is there twice
         5 | #define f(a, a) 1
           |              ^
        t.c:6:13: error: malformed macro parameters
         6 | #define f(a,) 1
           |             ^
        t.c:7:11: error: malformed macro parameters
         7 | #define f(a...b) 1
           |           ^
        t.c:8:9: error: `defined` cannot be a macro
         8 | #define defined
           |         ^~~~~~~
        t.c:9:1: error: expected a macro name after `#undef`
         9 | #undef
           | ^~~~~~
        t.c:10:1: error: expected a macro name
         10 | #ifdef
            | ^~~~~~
    "#]],
    );
    check(
        "#define a ## b\n#define a b ##\n#define f(x) #y\n#define g __VA_ARGS__\n#define h(...) __VA_OPT__(x)\n",
        expect![[r#"
        t.c:1:11: error: `##` cannot stand at either end of a macro
         1 | #define a ## b
           |           ^~
        t.c:2:13: error: `##` cannot stand at either end of a macro
         2 | #define a b ##
           |             ^~
        t.c:3:14: error: `#` is not followed by a macro parameter
         3 | #define f(x) #y
           |              ^
        t.c:4:11: error: `__VA_ARGS__` outside of a variadic macro
         4 | #define g __VA_ARGS__
           |           ^~~~~~~~~~~
        t.c:5:16: error: `__VA_OPT__` is not supported
         5 | #define h(...) __VA_OPT__(x)
           |                ^~~~~~~~~~
    "#]],
    );
    check(
        "#define A 1\n#define A 1\n#define A 2\n#define f(x) x\n#define f(y) y\n",
        expect![[r#"
        t.c:3:9: warning: macro `A` is redefined
         3 | #define A 2
           |         ^
        t.c:2:9: note: it was defined here
         2 | #define A 1
           |         ^
        t.c:5:9: warning: macro `f` is redefined
         5 | #define f(y) y
           |         ^
        t.c:4:9: note: it was defined here
         4 | #define f(x) x
           |         ^
    "#]],
    );
    check(
        "#error it's \"wrong\"\n#warning beware\n#foo\n",
        expect![[r#"
        t.c:1:1: error: #error it's "wrong"
         1 | #error it's "wrong"
           | ^~~~~~~~~~~~~~~~~~~
        t.c:2:1: warning: #warning beware
         2 | #warning beware
           | ^~~~~~~~~~~~~~~
        t.c:3:1: error: unknown directive `#foo`
         3 | #foo
           | ^~~~
    "#]],
    );
}

#[test]
fn macro_uses() {
    check(
        "#define f(x) x\nint a = f(1, 2);\nint b = f(;\nint c;\n",
        expect![[r#"
        t.c:2:9: error: macro `f` takes 1 argument, not 2
         2 | int a = f(1, 2);
           |         ^~~~~~~
        t.c:3:9: error: unterminated arguments of macro `f`: `)` is missing
         3 | int b = f(;
           |         ^
    "#]],
    );
    check(
        "#define bad(x) ((x) +)\nint a = bad(1);\nint b = bad(\n\t2);\n",
        expect![[r#"
        t.c:2:9: error: expected an expression, found `)`
         2 | int a = bad(1);
           |         ^~~~~~
        t.c:3:9: error: expected an expression, found `)`
         3 | int b = bad(
           |         ^~~~
    "#]],
    );
    check(
        "#define p(a, b) a ## b\nint x = p(+, *) 1;\n",
        expect![[r#"
        t.c:2:9: error: `##` of `+` and `*` does not make a token
         2 | int x = p(+, *) 1;
           |         ^~~~~~~
    "#]],
    );
    check(
        "#define f(x) x\nint x = f(\n#include \"a.h\"\n1);\n",
        expect![[r#"
        t.c:3:1: error: `#include` inside the arguments of a macro
         3 | #include "a.h"
           | ^~~~~~~~~~~~~~
    "#]],
    );
}
