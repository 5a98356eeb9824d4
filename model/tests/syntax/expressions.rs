//! Expressions: precedence, constants, GNU's additions.

use super::{dump, parse_text, rendered};
use expect_test::{Expect, expect};
use model::syntax::ast::{Initializer, Item};

const NAMES: &str = "typedef int T; struct s { int m; };\n";

/// Each line an expression; the answer has its tree, or the message of its first error.
fn check(lines: &str, expected: Expect) {
    let trees: String = lines.lines().map(|line| tree(line.trim()) + "\n").collect();
    expected.assert_eq(&trees);
}

fn tree(expression: &str) -> String {
    let parsed = parse_text(&format!("{NAMES}int r = {expression};"));
    if let Some(first) = parsed.diagnostics.first() {
        return format!("error: {}", first.message);
    }
    match parsed.unit.items.last() {
        Some(Item::Declaration(d)) => match &d.declarators[0].init {
            Some(Initializer::Expr(e)) => dump::expr(e),
            _ => "a list".into(),
        },
        _ => rendered(&parsed),
    }
}

#[test]
fn precedence() {
    check(
        "a + b * c
         a - b - c
         a << b + c < d == e & f ^ g | h && i || j
         a = b += c
         a ? b : c ? d : e
         a ? b = 1 : c
         a ?: b
         -a * !b + ~c
         *p++ = *++q
         &a[1] - &b->c.d
         -a.b
         !f(1, (a, b))[2]
         (a, b, c)
         a & b == c
         x - -y - --z",
        expect![[r#"
            (+ a (* b c))
            (- (- a b) c)
            (|| (&& (| (^ (& (== (< (<< a (+ b c)) d) e) f) g) h) i) j)
            (= a (+= b c))
            (? a b (? c d e))
            (? a (= b 1) c)
            (?: a b)
            (+ (* (- a) (! b)) (~ c))
            (= (* (_++ p)) (* (++_ q)))
            (- (& ([] a 1)) (& (. (-> b c) d)))
            (- (. a b))
            (! ([] (call f 1 (, a b)) 2))
            (, (, a b) c)
            (& a (== b c))
            (- (- x (- y)) (--_ z))
        "#]],
    );
}

#[test]
fn types_in_expressions() {
    check(
        "(T)a
         (T)(a)
         (T)-a + b
         (a)-b
         (T *)p + 1
         (int (*)(void))0
         (const struct s *const)p
         sizeof(T)
         sizeof(T) * 2
         sizeof a * 2
         sizeof(a)[1]
         sizeof(struct s){ 1 }
         sizeof(int[3])
         (struct s){ .m = 1 }.m
         &(struct s){ 0 }
         (int[]){ 1, 2, 3 }[1]
         _Alignof(long)
         __alignof__(a)
         (unsigned char)'a'
         (typeof(a))1
         (typeof(a + 1) *)p",
        expect![[r#"
            (cast T a)
            (cast T a)
            (+ (cast T (- a)) b)
            (- a b)
            (+ (cast *T p) 1)
            (cast *(fn () int) 0)
            (cast *(struct s) p)
            (sizeof-type T)
            (* (sizeof-type T) 2)
            (* (sizeof a) 2)
            (sizeof ([] a 1))
            (sizeof (literal (struct s) {1}))
            (sizeof-type [3]int)
            (. (literal (struct s) {.m=1}) m)
            (& (literal (struct s) {0}))
            ([] (literal []int {1 2 3}) 1)
            (alignof long)
            (alignof (typeof a))
            (cast uchar 97)
            (cast (typeof a) 1)
            (cast *(typeof (+ a 1)) p)
        "#]],
    );
}

#[test]
fn gnu() {
    check(
        r#"({ int x = 1; x + 1; })
           __extension__ (a + 1)
           __builtin_offsetof(struct s, m)
           __builtin_offsetof(struct s, a.b[3].c)
           __builtin_types_compatible_p(int, unsigned long)
           __builtin_choose_expr(1, a, b)
           __builtin_constant_p(a + 1)
           __builtin_expect(!!(a), 1)
           _Generic(a, int: 1, char *: 2, default: 3)
           __func__
           __FUNCTION__"#,
        expect![[r#"
            ({ (x int = 1) (+ x 1) })
            (+ a 1)
            (offsetof (struct s) .m)
            (offsetof (struct s) .a.b[3].c)
            (compatible int ulong)
            (choose 1 a b)
            (constant-p (+ a 1))
            (! (! a))
            (generic a [int 1] [*char 2] [default 3])
            __func__
            __func__
        "#]],
    );
}

#[test]
fn integer_constants() {
    check(
        "0
         2147483647
         2147483648
         9223372036854775807
         9223372036854775808
         9223372036854775808u
         0x7fffffff
         0xffffffff
         0x100000000
         0xffffffffffffffff
         18446744073709551615ULL
         18446744073709551616
         010
         08
         0b101
         1u
         1L
         1uL
         1llu
         1lul
         1lu
         0x
         1.5
         1e3
         1.f
         0x1p3
         5f
         .5",
        expect![[r#"
            0
            2147483647
            2147483648l
            9223372036854775807l
            error: integer constant `9223372036854775808` fits only an unsigned type: add `U`
            -9223372036854775808ul
            2147483647
            4294967295u
            4294967296l
            -1ul
            -1ull
            error: integer constant `18446744073709551616` does not fit into 64 bits
            8
            error: invalid suffix `8` on integer constant `08`
            5
            1u
            1l
            1ul
            1ull
            error: invalid suffix `lul` on integer constant `1lul`
            1ul
            error: invalid integer constant `0x`
            error: floating point is not supported: `1.5`
            error: floating point is not supported: `1e3`
            error: floating point is not supported: `1.f`
            error: floating point is not supported: `0x1p3`
            error: floating point is not supported: `5f`
            error: floating point is not supported: `.5`
        "#]],
    );
}

#[test]
fn characters_and_strings() {
    check(
        r#"'a'
           '\n'
           '\0'
           '\''
           '\\'
           '\x41'
           '\377'
           '\xff'
           '\400'
           'ab'
           ''
           'é'
           '\q'
           "abc"
           "a" "b" "\x41" "1"
           "\e\a\"\\\?\101"
           "\u00e9é"
           L"wide"
           u8'x'"#,
        expect![[r#"
            97
            10
            0
            39
            92
            65
            -1
            -1
            error: octal escape sequence out of range
            24930
            error: empty character constant
            50089
            error: unknown escape sequence `\q`
            "abc"
            "abA1"
            "\x1b\x07\"\\?A"
            "\xc3\xa9\xc3\xa9"
            error: wide characters and strings are not supported
            error: wide characters and strings are not supported
        "#]],
    );
}

#[test]
fn refused() {
    check(
        "1.0 + a
         (double)a
         (float *)p
         (__int128)a
         (_Complex int)a
         &&label
         __builtin_va_arg(a, int)
         unknown_macro(int)
         T
         T + 1
         (foo)a
         (foo *)a
         a +
         a b
         (a
         f(a b)
         a[1
         )
         a ? b
         p->1
         __builtin_offsetof(struct s)",
        expect![[r#"
            error: floating point is not supported: `1.0`
            error: floating point is not supported
            error: floating point is not supported
            error: `__int128` is not supported
            error: complex numbers are not supported
            error: addresses of labels are not supported
            error: variadic functions cannot be defined here
            error: expected an expression, found `int`
            error: expected an expression, found the type `T`
            error: expected an expression, found the type `T`
            error: unknown type name `foo`
            error: unknown type name `foo`
            error: expected an expression, found `;`
            error: expected `;` after a declaration
            error: expected `)`, found `;`
            error: expected `,` or `)`, found `b`
            error: expected `]`, found `;`
            error: expected an expression, found `)`
            error: expected `:`, found `;`
            error: expected a name, found `1`
            error: expected `,`, found `)`
        "#]],
    );
}
