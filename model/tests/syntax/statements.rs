//! Statements.

use super::tree_of;
use expect_test::{Expect, expect};

/// The statements of a function's body.
fn check(body: &str, expected: Expect) {
    let tree = tree_of(&format!("typedef int T; void f(void) {{ {body} }}"));
    let from = tree.find("(define").unwrap_or(0);
    expected.assert_eq(&tree[from..]);
}

#[test]
fn branches() {
    check(
        "if (a) b; else if (c) d; else { e; }",
        expect![[r#"
        (define f (fn () void)
          (if a
            b else
            (if c
              d else
              (block
                e))))
    "#]],
    );
    check(
        "if (a) if (b) c; else d;",
        expect![[r#"
        (define f (fn () void)
          (if a
            (if b
              c else
              d)))
    "#]],
    );
    check(
        "switch (a) { case 1: case 2 ... 4: b; break; default: c; }",
        expect![[r#"
            (define f (fn () void)
              (switch a
                (block
                  (case 1
                    (case 2 .. 4
                      b))
                  (break)
                  (default
                    c))))
        "#]],
    );
    check(
        "a: b: c; goto a; d: ;",
        expect![[r#"
        (define f (fn () void)
          (label a
            (label b
              c))
          (goto a)
          (label d
            (empty)))
    "#]],
    );
    check(
        "return; return a + 1;",
        expect![[r#"
        (define f (fn () void)
          (return _)
          (return (+ a 1)))
    "#]],
    );
}

#[test]
fn loops() {
    check(
        "while (a) continue; do b; while (c);",
        expect![[r#"
        (define f (fn () void)
          (while a
            (continue))
          (do
            b while c))
    "#]],
    );
    check(
        "for (;;) break; for (a = 0; a < 3; a++) ;",
        expect![[r#"
        (define f (fn () void)
          (for _ _ _
            (break))
          (for (= a 0) (< a 3) (_++ a)
            (empty)))
    "#]],
    );
    check(
        "for (int i = 0, *p = &i; i < 3; i++, p++) { i; }",
        expect![[r#"
        (define f (fn () void)
          (for (i int = 0) (p *int = (& i)) (< i 3) (, (_++ i) (_++ p))
            (block
              i)))
    "#]],
    );
    check(
        "for (T i = 0; ; ) ;",
        expect![[r#"
        (define f (fn () void)
          (for (i T = 0) _ _
            (empty)))
    "#]],
    );
}

#[test]
fn atomic_is_a_word_only_before_a_block() {
    check(
        "atomic { a; b; } atomic = 1; atomic (2);",
        expect![[r#"
        (define f (fn () void)
          (atomic
            a
            b)
          (= atomic 1)
          (call atomic 2))
    "#]],
    );
    check(
        "if (a) atomic { b; }",
        expect![[r#"
        (define f (fn () void)
          (if a
            (atomic
              b)))
    "#]],
    );
}

#[test]
fn labels_and_typedef_names() {
    // `T` names a type, a label and a variable, each in its place.
    check(
        "T: a; T x; T * y; { int T = 3; T * y; T: b; } T z;",
        expect![[r#"
        (define f (fn () void)
          (label T
            a)
          (x T)
          (y *T)
          (block
            (T int = 3)
            (* T y)
            (label T
              b))
          (z T))
    "#]],
    );
    check(
        "x: { } end: }; void g(void) { ",
        expect![[r#"
        (define f (fn () void)
          (label x
            (block))
          (label end
            (empty)))
        (define g (fn () void))
    "#]],
    );
}

#[test]
fn attributes() {
    check(
        "switch (a) { case 1: b; __attribute__((__fallthrough__)); default: c; } \
         out: __attribute__((unused)); int x __attribute__((unused)) = 1; \
         __attribute__((unused)) int y;",
        expect![[r#"
            (define f (fn () void)
              (switch a
                (block
                  (case 1
                    b)
                  (empty)
                  (default
                    c)))
              (label out
                (empty))
              (x int = 1)
              (y int))
        "#]],
    );
}

#[test]
fn declarations_among_statements() {
    check(
        "a; int b = 1; c; _Static_assert(1, \"m\" \"n\"); struct s { int m; } d; __extension__ int e;",
        expect![[r#"
        (define f (fn () void)
          a
          (b int = 1)
          c
          (static-assert 1 "mn")
          (d (struct s {m int}))
          (e int))
    "#]],
    );
    check(
        "unsigned x, *y; extern int z; static int w = 2; typedef char C; C c;",
        expect![[r#"
        (define f (fn () void)
          (x uint) (y *uint)
          (extern z int)
          (static w int = 2)
          (typedef C char)
          (c C))
    "#]],
    );
    check(
        "enum { A, B } e; int A2 = A; { int T; T = 1; }",
        expect![[r#"
        (define f (fn () void)
          (e (enum <anonymous 1> {A B}))
          (A2 int = A)
          (block
            (T int)
            (= T 1)))
    "#]],
    );
}
