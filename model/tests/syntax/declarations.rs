//! Declarations: declarators, records, enums, attributes, initialisers.

use super::tree_of;
use expect_test::{Expect, expect};

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&tree_of(text));
}

#[test]
fn declarators() {
    check(
        "int a, *b, c[2], *d[3], (*e)[4], f(void), *g(int), (*h)(int, char), (*i[5])(void);\n\
         int (*(*j)(int))(char);\n\
         int (*k(int a))[3];\n\
         void (*signal(int sig, void (*func)(int)))(int);\n\
         char *const *volatile l, m[2][3][4];\n\
         int (n), ((*o)), (*(p))[1];",
        expect![[r#"
            (a int) (b *int) (c [2]int) (d [3]*int) (e *[4]int) (f (fn () int)) (g (fn (int) *int)) (h *(fn (int, char) int)) (i [5]*(fn () int))
            (j *(fn (int) *(fn (char) int)))
            (k (fn (a int) *[3]int))
            (signal (fn (sig int, func *(fn (int) void)) *(fn (int) void)))
            (l **char) (m [2][3][4]char)
            (n int) (o *int) (p *[1]int)
        "#]],
    );
}

#[test]
fn type_words() {
    check(
        "char a; signed char b; unsigned char c; short d; short int unsigned e; int f; signed g;\n\
         unsigned h; long i; long unsigned int j; long long k; unsigned long long l; int long m;\n\
         _Bool n; const volatile int *restrict o; long int long p;",
        expect![[r#"
            (a char)
            (b char)
            (c uchar)
            (d short)
            (e ushort)
            (f int)
            (g int)
            (h uint)
            (i long)
            (j ulong)
            (k longlong)
            (l ulonglong)
            (m long)
            (n bool)
            (o *int)
            (p longlong)
        "#]],
    );
}

#[test]
fn parameters() {
    check(
        "int a(), b(void), c(int), d(int x, char *y), e(const char *fmt, ...);\n\
         int f(int v[static 3], int w[], int x[const], int cb(int), int (*)(void), int *[2]);\n\
         typedef int T; int g(T), h(T T), i(int T), j(int (T)), k(T[3]), l(T (*)(T));\n\
         int m(struct s *p), n(void *restrict p, register int q);",
        expect![[r#"
            (a (fn () int)) (b (fn () int)) (c (fn (int) int)) (d (fn (x int, y *char) int)) (e (fn (fmt *char, ...) int))
            (f (fn (v [3]int, w []int, x []int, cb (fn (int) int), *(fn () int), [2]*int) int))
            (typedef T int)
            (g (fn (T) int)) (h (fn (T T) int)) (i (fn (T int) int)) (j (fn ((fn (T) int)) int)) (k (fn ([3]T) int)) (l (fn (*(fn (T) T)) int))
            (m (fn (p *(struct s)) int)) (n (fn (p *void, q int) int))
        "#]],
    );
}

#[test]
fn storage_and_functions() {
    check(
        "static inline int f(int a) { return a; }\n\
         extern int x; static const int y = 1; typedef unsigned long size_t, *size_p;\n\
         static __attribute__((always_inline)) __inline__ void g(void) { }\n\
         _Noreturn void h(void); int static z;",
        expect![[r#"
            (define static inline f (fn (a int) int)
              (return a))
            (extern x int)
            (static y int = 1)
            (typedef size_t ulong) (typedef size_p *ulong)
            (define static inline g (fn () void))
            (h (fn () void))
            (static z int)
        "#]],
    );
}

#[test]
fn records() {
    check(
        "struct a; struct b { int x, *y; struct b *next; } b1, *b2;\n\
         union u { int i; char c[4]; };\n\
         struct c { struct { int p; union { int q; long r; }; }; struct { int s; } t, *u; };\n\
         struct d { unsigned x : 3, : 5, y : 1; unsigned : 0; int flex[]; };\n\
         typedef struct { int counter; } atomic_t, *atomic_p;\n\
         struct e { enum { E1, E2 } kind; };",
        expect![[r#"
            ((struct a))
            (b1 (struct b {x int; y *int; next *(struct b)})) (b2 *(struct b))
            ((union u {i int; c [4]char}))
            ((struct c {_ (struct {p int; _ (union {q int; r long})}); t (struct <anonymous 1> {s int}); u *(struct <anonymous 1>)}))
            ((struct d {x:3 uint; _:5 uint; y:1 uint; _:0 uint; flex []int}))
            (typedef atomic_t (struct <anonymous 2> {counter int})) (typedef atomic_p *(struct <anonymous 2>))
            ((struct e {kind (enum <anonymous 3> {E1 E2})}))
        "#]],
    );
}

#[test]
fn enums() {
    check(
        "enum e { A, B = 3, C = B + 1, }; enum e x; enum { D } y, z;",
        expect![[r#"
        ((enum e {A B=3 C=(+ B 1)}))
        (x (enum e))
        (y (enum <anonymous 1> {D})) (z (enum <anonymous 1>))
    "#]],
    );
}

#[test]
fn record_attributes() {
    check(
        "struct __attribute__((packed)) a { char c; int i; };\n\
         struct b { char c; } __attribute__((packed, aligned(8)));\n\
         struct c { int x __attribute__((aligned(16))); _Alignas(8) char y; _Alignas(long) char z; };\n\
         struct d { int x; } __attribute__((__aligned__)) d1, d2;\n\
         typedef struct { long x; } line __attribute__((aligned(64)));",
        expect![[r#"
            ((struct a packed {c char; i int}))
            ((struct b packed aligned=8 {c char}))
            ((struct c {x int aligned=16; y char aligned=8; z char aligned=(alignof long)}))
            (d1 (struct d aligned=16 {x int})) (d2 (struct d))
            (typedef line (struct <anonymous 1> aligned=64 {x long}))
        "#]],
    );
}

#[test]
fn other_attributes() {
    check(
        "__attribute__((section(\".data..percpu\" \"\"))) int a, b;\n\
         int c __attribute__((section(\".data..percpu..shared_aligned\"))), d;\n\
         static __attribute__((section(\".init.data\"))) int e;\n\
         int f(int x __attribute__((unused))) __attribute__((noinline, cold, format(printf, 1, 2)));\n\
         int *__attribute__((noderef)) g; void (__attribute__((noreturn)) *h)(void);\n\
         __attribute__(()) int i; int j, __attribute__((unused)) k;",
        expect![[r#"
            (a int per-cpu) (b int per-cpu)
            (c int per-cpu) (d int)
            (static e int)
            (f (fn (x int) int))
            (g *int)
            (h *(fn () void))
            (i int)
            (j int) (k int)
        "#]],
    );
}

#[test]
fn initialisers() {
    check(
        "int a = 1, b[] = { 1, 2, }, c[2][2] = { { 1 }, { 2, 3 } }, d[5] = { [2] = 1, [3 ... 4] = 2 };\n\
         struct s { int x; struct { int y[2]; } z; } e = { .x = 1, .z.y[1] = 2, .z = { { 3 } } };\n\
         struct s f = { x: 1 }; char g[] = \"ab\" \"c\", h[] = { \"d\" }; int i[1] = {};\n\
         int *p = (int[]){ 1, [1] = 2 };",
        expect![[r#"
            (a int = 1) (b []int = {1 2}) (c [2][2]int = {{1} {2 3}}) (d [5]int = {[2]=1 [3..4]=2})
            (e (struct s {x int; z (struct <anonymous 1> {y [2]int})}) = {.x=1 .z.y[1]=2 .z={{3}}})
            (f (struct s) = {.x=1})
            (g []char = "abc") (h []char = {"d"})
            (i [1]int = {})
            (p *int = (literal []int {1 [1]=2}))
        "#]],
    );
}

#[test]
fn typeof_and_auto() {
    check(
        "int x; typeof(x) a; typeof(int *) b; __typeof__(x + 1) *c; typeof(struct s *) d;\n\
         void f(void) { __auto_type y = x; const __auto_type z = 1; }",
        expect![[r#"
            (x int)
            (a (typeof x))
            (b (typeof-type *int))
            (c *(typeof (+ x 1)))
            (d (typeof-type *(struct s)))
            (define f (fn () void)
              (y (typeof (, 0 x)) = x)
              (z (typeof (, 0 1)) = 1))
        "#]],
    );
}

#[test]
fn static_asserts() {
    check(
        "_Static_assert(sizeof(int) == 4, \"int\"); _Static_assert(1);",
        expect![[r#"
        (static-assert (== (sizeof-type int) 4) "int")
        (static-assert 1 "")
    "#]],
    );
}

#[test]
fn empty_declarations_are_dropped() {
    check(
        "; int x;; void f(void) { };",
        expect![[r#"
        (x int)
        (define f (fn () void))
    "#]],
    );
}
