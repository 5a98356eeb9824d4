//! What is refused: each text, then line, column and message of every error.

use super::errors_of;
use expect_test::{Expect, expect};
use std::fmt::Write;

fn check(texts: &[&str], expected: Expect) {
    let mut all = String::new();
    for text in texts {
        writeln!(all, "{text}").unwrap();
        errors_of(text)
            .lines()
            .for_each(|line| writeln!(all, "    {line}").unwrap());
    }
    expected.assert_eq(&all);
}

#[test]
fn undeclared_names_are_reported_once_a_function() {
    check(
        &[
            "int f(void) { return y + y; } int g(void) { return y; }",
            "int f(void) { return g(3); }",
            "typedef int t; int f(void) { t t = 1; return t; }",
        ],
        expect![[r#"
            int f(void) { return y + y; } int g(void) { return y; }
                1:22 `y` undeclared
                1:52 `y` undeclared
            int f(void) { return g(3); }
                1:22 function `g` is not declared
            typedef int t; int f(void) { t t = 1; return t; }
        "#]],
    );
}

#[test]
fn calls() {
    check(
        &[
            "int g(int a); int f(void) { return g(); }",
            "int g(int a); int f(void) { return g(1, 2); }",
            "struct s { int a; }; int g(struct s *p); int f(struct s x) { return g(x); }",
            "int f(int x) { return x(1); }",
        ],
        expect![[r#"
            int g(int a); int f(void) { return g(); }
                1:36 too few arguments to `g`: 1 expected, 0 given
            int g(int a); int f(void) { return g(1, 2); }
                1:36 too many arguments to `g`: 1 expected, 2 given
            struct s { int a; }; int g(struct s *p); int f(struct s x) { return g(x); }
                1:71 argument 1 of `g` makes `struct s *` from incompatible type `struct s`
            int f(int x) { return x(1); }
                1:23 `int` is no function
        "#]],
    );
}

#[test]
fn undefined_functions_and_variables() {
    check(
        &[
            "int h(void); int f(void) { return h() + h(); }",
            "int h(void); int (*p)(void) = h;",
            "extern int e; int f(void) { return e; }",
            "int printk(const char *f, ...); int (*p)(const char *, ...) = printk;",
            "int h(void); int f(void) { return sizeof(h()); }",
            "int schedule(void); int f(void) { return schedule(); }",
        ],
        expect![[r#"
            int h(void); int f(void) { return h() + h(); }
                1:35 undefined function `h`
            int h(void); int (*p)(void) = h;
                1:31 undefined function `h`
            extern int e; int f(void) { return e; }
                1:36 undefined variable `e`
            int printk(const char *f, ...); int (*p)(const char *, ...) = printk;
                1:63 `printk` is a primitive: it has no address
            int h(void); int f(void) { return sizeof(h()); }
            int schedule(void); int f(void) { return schedule(); }
        "#]],
    );
}

#[test]
fn pointers_and_integers() {
    check(
        &[
            "int f(void) { int *p = 5; return *p; }",
            "int f(int *p) { int x = p; return x; }",
            "int f(char *p) { int *q = p; return *q; }",
            "int f(char *p) { return p == 5; }",
            "int f(char *p, int *q) { return p == q; }",
            "int f(char *p, unsigned char *q, void *v) { v = p; q = v; p = q; return p == 0 && q < p; }",
            "_Bool f(char *p) { return p; }",
            "int *f(int x) { return x ? 0 : (void *)0; }",
            "int f(int *p, int *q) { return p * q + (p + q); }",
            "int f(int *p, int x) { return *(x ? p : x); }",
        ],
        expect![[r#"
            int f(void) { int *p = 5; return *p; }
                1:24 initialisation makes pointer `int *` from integer `int` without a cast
            int f(int *p) { int x = p; return x; }
                1:25 initialisation makes integer `int` from pointer `int *` without a cast
            int f(char *p) { int *q = p; return *q; }
                1:27 initialisation makes `int *` from incompatible pointer `char *`
            int f(char *p) { return p == 5; }
                1:25 comparison of `char *` with `int` without a cast
            int f(char *p, int *q) { return p == q; }
                1:33 comparison of `char *` with `int *` without a cast
            int f(char *p, unsigned char *q, void *v) { v = p; q = v; p = q; return p == 0 && q < p; }
            _Bool f(char *p) { return p; }
            int *f(int x) { return x ? 0 : (void *)0; }
            int f(int *p, int *q) { return p * q + (p + q); }
                1:32 invalid operands: `int *` and `int *`
                1:40 invalid operands: `int *` and `int *`
            int f(int *p, int x) { return *(x ? p : x); }
                1:32 the two results have different types: `int *` and `int`
        "#]],
    );
}

#[test]
fn members() {
    check(
        &[
            "struct s { int a; }; int f(struct s x) { return x.b; }",
            "int f(int x) { return x.b; }",
            "int f(int x) { return x->b; }",
            "struct s; int f(struct s *p) { return p->x; }",
        ],
        expect![[r#"
            struct s { int a; }; int f(struct s x) { return x.b; }
                1:51 `struct s` has no member `b`
            int f(int x) { return x.b; }
                1:25 member `b` requested of `int`
            int f(int x) { return x->b; }
                1:23 `->` applied to `int`, which is no pointer
            struct s; int f(struct s *p) { return p->x; }
                1:39 type `struct s` is incomplete
        "#]],
    );
}

#[test]
fn lvalues() {
    check(
        &[
            "int f(int x) { 5 = 3; x + 1 = 3; (x ? x : x) = 2; (x, x) = 1; +x = 1; (int)x = 1; return 0; }",
            "int g(void) { return 0; } int f(int x) { int a[3]; a = 0; g = 0; g() = 1; ++5; return &x == &5; }",
            "struct s { int a; }; struct s g(void) { struct s x = { 1 }; return x; } int f(void) { g().a = 1; return *&g().a; }",
        ],
        expect![[r#"
            int f(int x) { 5 = 3; x + 1 = 3; (x ? x : x) = 2; (x, x) = 1; +x = 1; (int)x = 1; return 0; }
                1:16 not an lvalue: nothing can be assigned to it
                1:23 not an lvalue: nothing can be assigned to it
                1:34 not an lvalue: nothing can be assigned to it
                1:51 not an lvalue: nothing can be assigned to it
                1:63 not an lvalue: nothing can be assigned to it
                1:71 not an lvalue: nothing can be assigned to it
            int g(void) { return 0; } int f(int x) { int a[3]; a = 0; g = 0; g() = 1; ++5; return &x == &5; }
                1:52 `int[3]` cannot be assigned to
                1:59 not an lvalue: nothing can be assigned to it
                1:66 not an lvalue: nothing can be assigned to it
                1:77 not an lvalue: nothing can be assigned to it
                1:93 not an lvalue: it has no address
            struct s { int a; }; struct s g(void) { struct s x = { 1 }; return x; } int f(void) { g().a = 1; return *&g().a; }
                1:87 not an lvalue: nothing can be assigned to it
                1:106 not an lvalue: it has no address
        "#]],
    );
}

#[test]
fn void_has_no_value() {
    check(
        &[
            "void v(void) { } int f(void) { return v(); }",
            "void v(void) { } int f(void) { int x = v(); if (v()) return 1; return x + v(); }",
            "void v(void) { } void f(int x) { return x ? v() : v(); }",
            "void *p; int f(void) { return *p; }",
            "void x;",
        ],
        expect![[r#"
            void v(void) { } int f(void) { return v(); }
                1:39 void value used
            void v(void) { } int f(void) { int x = v(); if (v()) return 1; return x + v(); }
                1:40 void value used
                1:49 void value used
                1:75 void value used
            void v(void) { } void f(int x) { return x ? v() : v(); }
            void *p; int f(void) { return *p; }
                1:31 dereferencing a `void *` pointer
            void x;
                1:6 variable `x` declared `void`
        "#]],
    );
}

#[test]
fn returns() {
    check(
        &[
            "void f(void) { return 1; }",
            "int f(void) { return; }",
            "struct s { int a; }; struct s f(void) { return 0; }",
        ],
        expect![[r#"
            void f(void) { return 1; }
                1:16 `return` with a value in a function that returns `void`
            int f(void) { return; }
                1:15 `return` without a value in a function that returns one
            struct s { int a; }; struct s f(void) { return 0; }
                1:48 return makes `struct s` from incompatible type `int`
        "#]],
    );
}

#[test]
fn redefinitions() {
    check(
        &[
            "int f(int x) { int x = 1; return x; }",
            "int f(int x) { { int x = 1; } return x; } int f(int y) { return y; }",
            "int x = 1; int x = 2;",
            "int x; long x;",
            "int f(int); int f(long a) { return a; }",
            "int f(void); static int f(void) { return 1; }",
            "struct s { int a; }; struct s { int b; };",
            "enum e { A, B = -1, A };",
            "union u { int a; }; struct u x;",
            "int x; int x; extern int x; int x = 3; static int y; extern int y;",
        ],
        expect![[r#"
            int f(int x) { int x = 1; return x; }
                1:20 redefinition of `x`
            int f(int x) { { int x = 1; } return x; } int f(int y) { return y; }
                1:47 redefinition of `f`
            int x = 1; int x = 2;
                1:16 redefinition of `x`
            int x; long x;
                1:13 `x` declared again as `long`, which conflicts
            int f(int); int f(long a) { return a; }
                1:17 `f` declared again as `int (long)`, which conflicts
            int f(void); static int f(void) { return 1; }
                1:25 static declaration of `f` follows non-static
            struct s { int a; }; struct s { int b; };
                1:29 redefinition of `s`
            enum e { A, B = -1, A };
                1:21 redefinition of `A`
            union u { int a; }; struct u x;
                1:28 `u` declared as the wrong kind of tag
            int x; int x; extern int x; int x = 3; static int y; extern int y;
        "#]],
    );
}

#[test]
fn labels_and_jumps() {
    check(
        &[
            "int f(int x) { a: x++; a: return x; }",
            "int f(int x) { goto b; return x; }",
            "int f(int x) { break; continue; case 3: return x; }",
            "int f(int x) { switch (x) { continue; } return 0; }",
            "int f(int x) { goto in; return ({ in: x; x; }); }",
            "int g(void) { goto in; atomic { in: ; } return 0; }",
        ],
        expect![[r#"
            int f(int x) { a: x++; a: return x; }
                1:24 duplicate label `a`
            int f(int x) { goto b; return x; }
                1:21 label `b` used but not defined
            int f(int x) { break; continue; case 3: return x; }
                1:16 `break` outside of loop and switch
                1:23 `continue` outside of a loop
                1:33 case label outside of a switch
            int f(int x) { switch (x) { continue; } return 0; }
                1:29 `continue` outside of a loop
            int f(int x) { goto in; return ({ in: x; x; }); }
                1:21 jump to `in` enters a closed region
            int g(void) { goto in; atomic { in: ; } return 0; }
                1:20 jump to `in` enters a closed region
        "#]],
    );
}

#[test]
fn switches() {
    check(
        &[
            "int f(int x) { switch (x) { case 1: case 1: ; } return 0; }",
            "int f(int x) { switch (x) { case 1 ... 5: case 3: ; default: default: ; } return 0; }",
            "int f(char *s, int x) { switch (s) { case 0: ; } switch (x) { case x: ; } return 0; }",
            "int f(unsigned x) { switch (x) { case -1: case 0xffffffff: ; } return 0; }",
        ],
        expect![[r#"
            int f(int x) { switch (x) { case 1: case 1: ; } return 0; }
                1:37 duplicate case value
            int f(int x) { switch (x) { case 1 ... 5: case 3: ; default: default: ; } return 0; }
                1:43 duplicate case value
                1:62 two `default` labels in one switch
            int f(char *s, int x) { switch (s) { case 0: ; } switch (x) { case x: ; } return 0; }
                1:33 switch operand is no integer
                1:68 case label is no integer constant
            int f(unsigned x) { switch (x) { case -1: case 0xffffffff: ; } return 0; }
                1:43 duplicate case value
        "#]],
    );
}

#[test]
fn incomplete_types() {
    check(
        &[
            "struct s; struct s x; int f(void) { struct s y; return sizeof(struct s); }",
            "struct s { int a; struct s b; };",
            "struct s { int a[]; int b; };",
            "int a[]; int f(void) { return sizeof(int[]); }",
            "struct s { int a[n]; struct t b; } x; int f(struct s *p) { return p->a + sizeof(*p); }",
            "void f(struct s *p);",
        ],
        expect![[r#"
            struct s; struct s x; int f(void) { struct s y; return sizeof(struct s); }
                1:20 type `struct s` is incomplete
                1:46 type `struct s` is incomplete
                1:56 type `struct s` is incomplete
            struct s { int a; struct s b; };
                1:28 type `struct s` is incomplete
            struct s { int a[]; int b; };
                1:16 flexible array member is not at the end of a struct
            int a[]; int f(void) { return sizeof(int[]); }
                1:31 type `int[]` is incomplete
            struct s { int a[n]; struct t b; } x; int f(struct s *p) { return p->a + sizeof(*p); }
                1:18 `n` undeclared
                1:31 type `struct t` is incomplete
            void f(struct s *p);
                1:15 `struct s` declared inside a parameter list is unknown outside
        "#]],
    );
}

#[test]
fn constants() {
    check(
        &[
            "int y; int x = y;",
            "int a[y]; int b[-1]; int n = 3; int c[n];",
            "int f(void) { static int x = f(); return x; }",
            "enum { A = 1 / 0 };",
            "struct s { unsigned a : 33; int b : 0; void *c : 3; };",
            "_Static_assert(sizeof(long) == 4, \"longs are short\"); _Static_assert(1, \"fine\");",
        ],
        expect![[r#"
            int y; int x = y;
                1:16 initialiser is no constant
            int a[y]; int b[-1]; int n = 3; int c[n];
                1:7 `y` undeclared
                1:17 size of array is negative
                1:39 arrays of variable length are not supported
            int f(void) { static int x = f(); return x; }
                1:30 initialiser is no constant
            enum { A = 1 / 0 };
                1:12 enum value is no integer constant
            struct s { unsigned a : 33; int b : 0; void *c : 3; };
                1:25 width of bit-field exceeds its type
                1:37 zero width for bit-field `b`
                1:50 bit-field has no integer type
            _Static_assert(sizeof(long) == 4, "longs are short"); _Static_assert(1, "fine");
                1:16 static assertion failed: longs are short
        "#]],
    );
}

#[test]
fn initialisers() {
    check(
        &[
            "int a[2] = { 1, 2, 3 }; char s[2] = \"abc\";",
            "int a[3] = { [5] = 1 }; int b[2] = { .x = 2 }; struct { int x; } s = { .y = 1 };",
            "int x = { 1, 2 }; int y = { }; int z[2] = 5; struct { int a; } s = 3;",
            "int *p = \"text\"; char c[3] = { \"a\", \"b\" };",
        ],
        expect![[r#"
            int a[2] = { 1, 2, 3 }; char s[2] = "abc";
                1:12 more initialisers than the object has parts
                1:37 string is longer than the array
            int a[3] = { [5] = 1 }; int b[2] = { .x = 2 }; struct { int x; } s = { .y = 1 };
                1:15 index in initialiser exceeds the array
                1:39 member designator in the initialiser of `int[2]`
                1:73 `struct <anonymous 1>` has no member `y`
            int x = { 1, 2 }; int y = { }; int z[2] = 5; struct { int a; } s = 3;
                1:9 more than one initialiser for a scalar
                1:27 empty initialiser of a scalar
                1:43 an array needs a list in braces or a string
                1:68 initialisation makes `struct <anonymous 1>` from incompatible type `int`
            int *p = "text"; char c[3] = { "a", "b" };
                1:10 initialisation makes `int *` from incompatible pointer `char *`
                1:32 initialisation makes integer `char` from pointer `char *` without a cast
        "#]],
    );
}

#[test]
fn special_operators() {
    check(
        &[
            "int f(int x) { return _Generic(x, long: 1, char: 2); }",
            "struct s { unsigned a : 3; int b; }; int f(struct s x) { return &x.a == 0 || sizeof(x.a) || __builtin_offsetof(struct s, c); }",
            "struct s { int a; }; int f(struct s x) { return (int)x + (struct s)5 + !x + -x; }",
            "int f(int x) { return *x + ~&x; }",
        ],
        expect![[r#"
            int f(int x) { return _Generic(x, long: 1, char: 2); }
                1:23 `_Generic` has no choice for `int`
            struct s { unsigned a : 3; int b; }; int f(struct s x) { return &x.a == 0 || sizeof(x.a) || __builtin_offsetof(struct s, c); }
                1:65 a bit-field has no address
                1:78 `sizeof` applied to a bit-field
                1:122 `struct s` has no member `c`
            struct s { int a; }; int f(struct s x) { return (int)x + (struct s)5 + !x + -x; }
                1:54 cast of `struct s` to `int`
                1:68 cast to an aggregate `struct s`
                1:73 a scalar is needed here, not `struct s`
                1:78 a scalar is needed here, not `struct s`
            int f(int x) { return *x + ~&x; }
                1:23 `int` is no pointer
                1:28 an integer is needed here, not `int *`
        "#]],
    );
}

#[test]
fn several_at_once() {
    check(
        &[
            "int f(int x)\n{\n\tint a = p;\n\tint *b = 3;\n\treturn a + b + c();\n}\nint g(void)\n{\n\tgoto out;\n}",
        ],
        expect![[r#"
            int f(int x)
            {
            	int a = p;
            	int *b = 3;
            	return a + b + c();
            }
            int g(void)
            {
            	goto out;
            }
                3:10 `p` undeclared
                4:11 initialisation makes pointer `int *` from integer `int` without a cast
                5:17 function `c` is not declared
                9:7 label `out` used but not defined
        "#]],
    );
}
