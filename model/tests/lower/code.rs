//! The code of small functions: no useless moves, no jumps to jumps, constants folded.

use super::code_of;
use expect_test::{Expect, expect};

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&code_of(text, "f"));
}

#[test]
fn increments_work_in_place() {
    check(
        "void f(int i, unsigned char c) { i++; --i; c += 2; i = c++; }",
        expect![[r#"
        params 2 locals 2 regs 4 frame 0
         0 -- i++;
         1 t0 = 1
         2 r0 = r0 Add.I32 t0
         3 -- --i;
         4 t0 = 1
         5 r0 = r0 Sub.I32 t0
         6 -- c += 2;
         7 t0 = 2
         8 t1 = r1 Add.I32 t0
         9 r1 = U8 t1
        10 -- i = c++;
        11 t0 = 1
        12 r0 = r1
        13 t1 = r1 Add.I32 t0
        14 r1 = U8 t1
        15 t0 = 0
        16 return t0
    "#]],
    );
}

#[test]
fn constants_are_folded() {
    check(
        "struct s { int a[3]; long b; };\n\
         long f(struct s *p) { return &p[2].b - &((struct s *)16)->b + sizeof(p->a) * (3 - 5); }",
        expect![[r#"
            params 1 locals 1 regs 3 frame 0
             0 -- return &p[2].b - &((struct s *)16)->b + sizeof(p->a) * (3 - 5);
             1 t0 = 32
             2 t0 = r0 Add.U64 t0
             3 t1 = 8
             4 t0 = t0 Div.I64 t1
             5 t1 = -24
             6 t0 = t0 Add.U64 t1
             7 return t0
        "#]],
    );
}

#[test]
fn conditions_become_jumps() {
    check(
        "int f(int a, int b, char *p) { if ((a < b && p) || !(b & 4)) return 1; return a != 0; }",
        expect![[r#"
            params 3 locals 3 regs 4 frame 0
             0 -- if ((a < b && p) || !(b & 4))
             1 t0 = r0 Lt.I32 r1
             2 if not t0 goto 4
             3 if r2 goto 7
             4 t0 = 4
             5 t0 = r1 And.I32 t0
             6 if t0 goto 10
             7 -- return 1;
             8 t0 = 1
             9 return t0
            10 -- return a != 0;
            11 t0 = 0
            12 t0 = r0 Ne.I32 t0
            13 return t0
        "#]],
    );
}

#[test]
fn a_loop_tests_at_its_end() {
    check(
        "int f(int n) { int s = 0; for (int i = 0; i < n; i++) { if (i == 3) continue; s += i; } return s; }",
        expect![[r#"
            params 1 locals 3 regs 4 frame 0
             0 -- int s = 0;
             1 r1 = 0
             2 -- int i = 0;
             3 r2 = 0
             4 goto 14
             5 -- if (i == 3)
             6 t0 = 3
             7 t0 = r2 Eq.I32 t0
             8 if t0 goto 11
             9 -- s += i;
            10 r1 = r1 Add.I32 r2
            11 -- i++
            12 t0 = 1
            13 r2 = r2 Add.I32 t0
            14 -- i < n
            15 t0 = r2 Lt.I32 r0
            16 if t0 goto 5
            17 -- return s;
            18 return r1
        "#]],
    );
}

#[test]
fn an_endless_loop_has_a_step() {
    check(
        "void f(void) { for (;;) ; }",
        expect![[r#"
        params 0 locals 0 regs 1 frame 0
         0 -- for (;;)
         1 goto 0
         2 t0 = 0
         3 return t0
    "#]],
    );
}

#[test]
fn nothing_for_constant_conditions() {
    check(
        "void g(void); void g(void) { }\n\
         void f(int x) { do { g(); } while (0); if (0) g(); while (1) { if (x) break; } (void)x; }",
        expect![[r#"
            params 1 locals 1 regs 2 frame 0
             0 -- g();
             1 t0 = g(t0..)
             2 -- while (1)
             3 -- if (x)
             4 if not r0 goto 2
             5 t0 = 0
             6 return t0
        "#]],
    );
}

#[test]
fn arguments_are_consecutive() {
    check(
        "int g(int a, long b) { return a + b; }\n\
         int f(int x) { return g(g(x, 1), g(2, x) - x); }",
        expect![[r#"
            params 1 locals 1 regs 5 frame 0
             0 -- return g(g(x, 1), g(2, x) - x);
             1 t3 = r0
             2 t2 = 2
             3 t2 = g(t2..)
             4 t1 = t2 Sub.I32 r0
             5 t3 = 1
             6 t2 = r0
             7 t0 = g(t2..)
             8 t0 = g(t0..)
             9 return t0
        "#]],
    );
}

#[test]
fn calls_through_pointers() {
    check(
        "int f(int (*p)(int), int x) { return p(x) ?: (*p)(1); }",
        expect![[r#"
        params 2 locals 2 regs 4 frame 0
         0 -- return p(x) ?: (*p)(1);
         1 t1 = r1
         2 t0 = [r0](t1.. 1)
         3 if t0 goto 6
         4 t1 = 1
         5 t0 = [r0](t1.. 1)
         6 return t0
    "#]],
    );
}

#[test]
fn arrays_check_their_index() {
    check(
        "int a[4]; int *f(int i, int *p) { a[i] = a[2] + p[i]; return &a[4]; }",
        expect![[r#"
            params 2 locals 2 regs 7 frame 0
             0 -- a[i] = a[2] + p[i];
             1 t1 = -2113929216
             2 check r0 < 4
             3 t2 = 4
             4 t2 = r0 Mul.I64 t2
             5 t1 = t1 Add.U64 t2
             6 t2 = -2113929208
             7 t2 = I32 [t2]
             8 t4 = 4
             9 t4 = r0 Mul.I64 t4
            10 t3 = r1 Add.U64 t4
            11 t3 = I32 [t3]
            12 t2 = t2 Add.I32 t3
            13 I32 [t1] = t2
            14 -- return &a[4];
            15 t0 = -2113929200
            16 return t0
        "#]],
    );
    check(
        "int a[4]; int *f(int i) { return &a[i]; }",
        expect![[r#"
        params 1 locals 1 regs 3 frame 0
         0 -- return &a[i];
         1 t0 = -2113929216
         2 check r0 < 5
         3 t1 = 4
         4 t1 = r0 Mul.I64 t1
         5 t0 = t0 Add.U64 t1
         6 return t0
    "#]],
    );
}

#[test]
fn structs_go_by_address() {
    check(
        "struct s { long a, b; };\n\
         struct s g(struct s x) { x.b = 1; return x; }\n\
         long f(struct s *p) { struct s l = { .b = 2 }; *p = g(l); return g(*p).b; }",
        expect![[r#"
            params 1 locals 1 regs 4 frame 32
             0 -- struct s l = { .b = 2 };
             1 t0 = frame + 0
             2 zero [t0] 16
             3 t1 = 2
             4 t2 = frame + 8
             5 I64 [t2] = t1
             6 -- *p = g(l);
             7 t1 = frame + 0
             8 t0 = frame + 16
             9 t0 = g(t0..)
            10 t0 = frame + 16
            11 copy [r0] = [t0] 16
            12 -- return g(*p).b;
            13 t2 = r0
            14 t1 = frame + 16
            15 t1 = g(t1..)
            16 t1 = frame + 16
            17 t2 = 8
            18 t0 = t1 Add.U64 t2
            19 t0 = I64 [t0]
            20 return t0
        "#]],
    );
}

#[test]
fn only_what_is_addressed_lives_in_memory() {
    check(
        "#define min(a, b) ({ typeof(a) _a = (a); typeof(b) _b = (b); (void)(&_a == &_b); _a < _b ? _a : _b; })\n\
         void g(int *p) { *p = 1; }\n\
         int f(int x, int y) { int z = min(x, y), w; g(&w); g(&y); return *&z + w; }",
        expect![[r#"
            params 2 locals 3 regs 6 frame 16
             0 t0 = frame + 0
             1 I32 [t0] = r1
             2 -- int z = min(x, y), w;
             3 t0 = r0
             4 t2 = frame + 0
             5 t1 = I32 [t2]
             6 t2 = t0 Lt.I32 t1
             7 if not t2 goto 10
             8 r2 = t0
             9 goto 11
            10 r2 = t1
            11 -- g(&w);
            12 t0 = frame + 4
            13 t0 = g(t0..)
            14 -- g(&y);
            15 t0 = frame + 0
            16 t0 = g(t0..)
            17 -- return *&z + w;
            18 t0 = frame + 4
            19 t0 = I32 [t0]
            20 t0 = r2 Add.I32 t0
            21 return t0
        "#]],
    );
}

#[test]
fn bit_fields() {
    check(
        "struct s { unsigned a : 3; int b : 7; unsigned c : 8; };\n\
         int f(struct s *p) { p->a = 5; p->c = p->b; return p->a++; }",
        expect![[r#"
            params 1 locals 1 regs 7 frame 0
             0 -- p->a = 5;
             1 t1 = 5
             2 t2 = U8 [r0]
             3 t4 = -8
             4 t2 = t2 And.U64 t4
             5 t4 = 7
             6 t3 = t1 And.U64 t4
             7 t2 = t2 Or.U64 t3
             8 U8 [r0] = t2
             9 -- p->c = p->b;
            10 t1 = U16 [r0]
            11 t2 = 54
            12 t1 = t1 Shl.I64 t2
            13 t2 = 57
            14 t1 = t1 Shr.I64 t2
            15 t2 = U32 [r0]
            16 t4 = -261121
            17 t2 = t2 And.U64 t4
            18 t4 = 255
            19 t3 = t1 And.U64 t4
            20 t4 = 10
            21 t3 = t3 Shl.U64 t4
            22 t2 = t2 Or.U64 t3
            23 U32 [r0] = t2
            24 -- return p->a++;
            25 t1 = 1
            26 t0 = U8 [r0]
            27 t2 = 7
            28 t0 = t0 And.U64 t2
            29 t3 = I32 t0
            30 t4 = t3 Add.I32 t1
            31 t2 = U32 t4
            32 t3 = U8 [r0]
            33 t5 = -8
            34 t3 = t3 And.U64 t5
            35 t5 = 7
            36 t4 = t2 And.U64 t5
            37 t3 = t3 Or.U64 t4
            38 U8 [r0] = t3
            39 t0 = I32 t0
            40 return t0
        "#]],
    );
}

#[test]
fn switches() {
    check(
        "int f(unsigned long x) { switch (x) { case 1: return 5; case 7 ... 9: x++; default: x--; } return x; }",
        expect![[r#"
            params 1 locals 1 regs 3 frame 0
             0 -- switch (x)
             1 t1 = 1
             2 t0 = r0 Eq.U64 t1
             3 if t0 goto 10
             4 t1 = 7
             5 t0 = r0 Sub.U64 t1
             6 t1 = 2
             7 t0 = t0 Le.U64 t1
             8 if t0 goto 13
             9 goto 16
            10 -- return 5;
            11 t0 = 5
            12 return t0
            13 -- x++;
            14 t0 = 1
            15 r0 = r0 Add.U64 t0
            16 -- x--;
            17 t0 = 1
            18 r0 = r0 Sub.U64 t0
            19 -- return x;
            20 t0 = I32 r0
            21 return t0
        "#]],
    );
}

#[test]
fn atomic_blocks_end_on_every_way_out() {
    check(
        "int g;\n\
         int f(int x) { while (x) { atomic { g++; if (x == 3) break; if (x == 4) return g; if (x == 5) goto out; } x--; } out: return 0; }",
        expect![[r#"
            params 1 locals 1 regs 6 frame 0
             0 goto 29
             1 -- atomic
             2 atomic {
             3 t1 = 1
             4 t2 = -2113929216
             5 t3 = I32 [t2]
             6 t4 = t3 Add.I32 t1
             7 I32 [t2] = t4
             8 t0 = 3
             9 t0 = r0 Eq.I32 t0
            10 if not t0 goto 13
            11 }
            12 goto 31
            13 t0 = 4
            14 t0 = r0 Eq.I32 t0
            15 if not t0 goto 20
            16 t0 = -2113929216
            17 t0 = I32 [t0]
            18 }
            19 return t0
            20 t0 = 5
            21 t0 = r0 Eq.I32 t0
            22 if not t0 goto 25
            23 }
            24 goto 31
            25 }
            26 -- x--;
            27 t0 = 1
            28 r0 = r0 Sub.I32 t0
            29 -- while (x)
            30 if r0 goto 1
            31 -- return 0;
            32 t0 = 0
            33 return t0
        "#]],
    );
}

#[test]
fn statement_expressions_are_part_of_their_statement() {
    check(
        "int f(int n) { int s = ({ int t = 0, i; for (i = 0; i < n; i++) t += i; t; }); return s; }",
        expect![[r#"
            params 1 locals 2 regs 5 frame 0
             0 -- int s = ({ int t = 0, i; for (i = 0; i < n; i++) t += i; t; });
             1 t0 = 0
             2 t1 = 0
             3 goto 7
             4 t0 = t0 Add.I32 t1
             5 t2 = 1
             6 t1 = t1 Add.I32 t2
             7 t2 = t1 Lt.I32 r0
             8 if t2 goto 4
             9 r1 = t0
            10 -- return s;
            11 return r1
        "#]],
    );
}
