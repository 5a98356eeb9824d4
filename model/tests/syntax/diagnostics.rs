//! Errors: each at its place, several per run, none that only follows from another.

use super::{parse_text, rendered};
use expect_test::{Expect, expect};

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&rendered(&parse_text(text)));
}

#[test]
fn several_in_one_run() {
    check(
        "int f(int a)\n{\n\tint b = a +;\n\tb = 2\n\treturn b;\n}\nint g(foo x) { return x }\nint h(void) { int y; y = (1; return y; }\nint ok;\n",
        expect![[r#"
            t.c:3:13: error: expected an expression, found `;`
             3 | 	int b = a +;
               | 	           ^
            t.c:4:7: error: expected `;` after an expression
             4 | 	b = 2
               | 	     ^
            t.c:7:7: error: unknown type name `foo`
             7 | int g(foo x) { return x }
               |       ^~~
            t.c:7:24: error: expected `;` after `return`
             7 | int g(foo x) { return x }
               |                        ^
            t.c:8:28: error: expected `)`, found `;`
             8 | int h(void) { int y; y = (1; return y; }
               |                            ^
        "#]],
    );
}

#[test]
fn missing_semicolon() {
    check(
        "int x\nint y;\n",
        expect![[r#"
        t.c:1:6: error: expected `;` after a declaration
         1 | int x
           |      ^
    "#]],
    );
    check(
        "void f(void)\n{\n\tint x = 1\n\tx = 2;\n}\n",
        expect![[r#"
        t.c:3:11: error: expected `;` after a declaration
         3 | 	int x = 1
           | 	         ^
    "#]],
    );
    check(
        "void f(void)\n{\n\tf()\n}\n",
        expect![[r#"
        t.c:3:5: error: expected `;` after an expression
         3 | 	f()
           | 	   ^
    "#]],
    );
    check(
        "struct s { int a }\n;",
        expect![[r#"
        t.c:1:17: error: expected `;` after a member
         1 | struct s { int a }
           |                 ^
    "#]],
    );
    check(
        "struct s { int a; }\nint x;\n",
        expect![[r#"
        t.c:1:20: error: expected `;` after a definition
         1 | struct s { int a; }
           |                    ^
    "#]],
    );
    check(
        "void f(void)\n{\n\tx y;\n\tbreak 3;\n\tgoto;\n}\n",
        expect![[r#"
        t.c:3:2: error: unknown type name `x`
         3 | 	x y;
           | 	^
        t.c:4:7: error: expected `;` after `break`
         4 | 	break 3;
           | 	     ^
        t.c:5:6: error: expected a name, found `;`
         5 | 	goto;
           | 	    ^
    "#]],
    );
}

#[test]
fn unknown_types() {
    check(
        "foo x;\nfoo y;\nbar *z;\nint f(baz a, baz b);\n",
        expect![[r#"
        t.c:1:1: error: unknown type name `foo`
         1 | foo x;
           | ^~~
        t.c:3:1: error: unknown type name `bar`
         3 | bar *z;
           | ^~~
        t.c:4:7: error: unknown type name `baz`
         4 | int f(baz a, baz b);
           |       ^~~
    "#]],
    );
    check(
        "void f(void)\n{\n\tfoo x;\n\tbar *p = 0;\n\tp = (qux)1;\n}\n",
        expect![[r#"
        t.c:3:2: error: unknown type name `foo`
         3 | 	foo x;
           | 	^~~
        t.c:4:2: error: unknown type name `bar`
         4 | 	bar *p = 0;
           | 	^~~
        t.c:5:7: error: unknown type name `qux`
         5 | 	p = (qux)1;
           | 	     ^~~
    "#]],
    );
    check(
        "struct s { u32 a; u32 b; };\n",
        expect![[r#"
        t.c:1:12: error: unknown type name `u32`
         1 | struct s { u32 a; u32 b; };
           |            ^~~
    "#]],
    );
    check(
        "DEFINE_THING(x);\nDEFINE_THING(int);\nx = 1;\n",
        expect![[r#"
        t.c:1:1: error: `DEFINE_THING` is neither a type nor a macro known here
         1 | DEFINE_THING(x);
           | ^~~~~~~~~~~~
        t.c:2:1: error: `DEFINE_THING` is neither a type nor a macro known here
         2 | DEFINE_THING(int);
           | ^~~~~~~~~~~~
        t.c:3:1: error: `x` has no type
         3 | x = 1;
           | ^
    "#]],
    );
    check(
        "static x;\nconst *p;\n",
        expect![[r#"
        t.c:1:8: error: `x` has no type
         1 | static x;
           |        ^
        t.c:2:7: error: expected a type, found `*`
         2 | const *p;
           |       ^
    "#]],
    );
}

#[test]
fn unknown_loop_macros() {
    check(
        "void f(void)\n{\n\tint x;\n\tlist_for_each_entry(p, &l, m) {\n\t\tx = 1;\n\t}\n\tx = 2\n}\n",
        expect![[r#"
            t.c:4:2: error: `list_for_each_entry(…)` before `{`: no macro of that name is known here
             4 | 	list_for_each_entry(p, &l, m) {
               | 	^~~~~~~~~~~~~~~~~~~
            t.c:7:7: error: expected `;` after an expression
             7 | 	x = 2
               | 	     ^
        "#]],
    );
}

#[test]
fn braces() {
    check(
        "void f(void)\n{\n\tif (1) {\n}\nvoid g(void) { }\nvoid h(void) { }\n",
        expect![[r#"
        t.c:5:6: error: a function inside a function: is a `}` missing above?
         5 | void g(void) { }
           |      ^
    "#]],
    );
    check(
        "void f(void)\n{\n}\n}\nint x;\n}\n",
        expect![[r#"
        t.c:4:1: error: this `}` closes nothing
         4 | }
           | ^
        t.c:6:1: error: this `}` closes nothing
         6 | }
           | ^
    "#]],
    );
    check(
        "struct s {\n\tint a;\n",
        expect![[r#"
        t.c:3:1: error: expected `}`, found the end of the text
         3 | 
           | ^
        t.c:1:10: note: to match this `{`
         1 | struct s {
           |          ^
    "#]],
    );
    check(
        "int a[] = { 1, 2;\nint x;\n",
        expect![[r#"
        t.c:1:17: error: expected `}`, found `;`
         1 | int a[] = { 1, 2;
           |                 ^
    "#]],
    );
}

#[test]
fn what_is_not_supported() {
    check(
        "float x;\ndouble f(float a) { return 1.0; }\nint y = 1.5;\n__int128 z;\n_Complex int w;\n",
        expect![[r#"
        t.c:1:1: error: floating point is not supported
         1 | float x;
           | ^~~~~
        t.c:2:1: error: floating point is not supported
         2 | double f(float a) { return 1.0; }
           | ^~~~~~
        t.c:2:10: error: floating point is not supported
         2 | double f(float a) { return 1.0; }
           |          ^~~~~
        t.c:2:28: error: floating point is not supported: `1.0`
         2 | double f(float a) { return 1.0; }
           |                            ^~~
        t.c:3:9: error: floating point is not supported: `1.5`
         3 | int y = 1.5;
           |         ^~~
        t.c:4:1: error: `__int128` is not supported
         4 | __int128 z;
           | ^~~~~~~~
        t.c:5:1: error: complex numbers are not supported
         5 | _Complex int w;
           | ^~~~~~~~
    "#]],
    );
    check(
        "void f(void)\n{\n\tasm volatile(\"nop\" : : : \"memory\");\n\t__asm__(\"\");\n\tgoto *p;\n\t__label__ x;\n}\nasm(\"\");\nint r asm(\"rax\");\n",
        expect![[r#"
        t.c:3:2: error: inline assembly is not supported
         3 | 	asm volatile("nop" : : : "memory");
           | 	^~~
        t.c:4:2: error: inline assembly is not supported
         4 | 	__asm__("");
           | 	^~~~~~~
        t.c:5:7: error: computed `goto` is not supported
         5 | 	goto *p;
           | 	     ^
        t.c:6:2: error: `__label__` is not supported
         6 | 	__label__ x;
           | 	^~~~~~~~~
        t.c:8:1: error: inline assembly is not supported
         8 | asm("");
           | ^~~
        t.c:9:7: error: assembler names are not supported
         9 | int r asm("rax");
           |       ^~~
    "#]],
    );
    check(
        "int f(const char *fmt, ...) { __builtin_va_list ap; return 0; }\n",
        expect![[r#"
        t.c:1:5: error: variadic functions cannot be defined here, only declared
         1 | int f(const char *fmt, ...) { __builtin_va_list ap; return 0; }
           |     ^
        t.c:1:31: error: variadic functions cannot be defined here
         1 | int f(const char *fmt, ...) { __builtin_va_list ap; return 0; }
           |                               ^~~~~~~~~~~~~~~~~
    "#]],
    );
    check(
        "_Atomic int a;\n_Thread_local int b;\nint c(int n, int v[*]);\nint d(a, b) int a, b; { }\n",
        expect![[r#"
        t.c:1:1: error: `_Atomic` is not supported
         1 | _Atomic int a;
           | ^~~~~~~
        t.c:2:1: error: thread-local variables are not supported
         2 | _Thread_local int b;
           | ^~~~~~~~~~~~~
        t.c:3:20: error: variable length arrays are not supported
         3 | int c(int n, int v[*]);
           |                    ^
        t.c:4:7: error: unknown type name `a`
         4 | int d(a, b) int a, b; { }
           |       ^
        t.c:4:10: error: unknown type name `b`
         4 | int d(a, b) int a, b; { }
           |          ^
        t.c:4:12: error: expected `;` or `{` after a function's parameters
         4 | int d(a, b) int a, b; { }
           |            ^
        t.c:4:23: error: expected a type, found `{`
         4 | int d(a, b) int a, b; { }
           |                       ^
    "#]],
    );
    check(
        "struct s { int x __attribute__((packed)); _Static_assert(1, \"\"); int; struct t { int y; }; static int z; };\n",
        expect![[r#"
        t.c:1:16: error: `packed` on a member is not supported: put it on the whole record
         1 | struct s { int x __attribute__((packed)); _Static_assert(1, ""); int; struct t { int y; }; static int z; };
           |                ^~~~~~~~~~~~~~~~~~~~~~~~~
        t.c:1:43: error: `_Static_assert` inside a record is not supported
         1 | struct s { int x __attribute__((packed)); _Static_assert(1, ""); int; struct t { int y; }; static int z; };
           |                                           ^~~~~~~~~~~~~~
        t.c:1:66: error: this member has no name
         1 | struct s { int x __attribute__((packed)); _Static_assert(1, ""); int; struct t { int y; }; static int z; };
           |                                                                  ^~~
        t.c:1:71: error: this member has no name
         1 | struct s { int x __attribute__((packed)); _Static_assert(1, ""); int; struct t { int y; }; static int z; };
           |                                                                       ^~~~~~~~~~~~~~~~~~~
        t.c:1:92: error: a member has no storage class
         1 | struct s { int x __attribute__((packed)); _Static_assert(1, ""); int; struct t { int y; }; static int z; };
           |                                                                                            ^~~~~~~~~~
    "#]],
    );
    check(
        "typedef int T __attribute__((aligned(8)));\nint x __attribute__((mode(DI)));\nint y __attribute__((cleanup(f)));\n",
        expect![[r#"
        t.c:1:13: error: `aligned` on a typedef is not supported
         1 | typedef int T __attribute__((aligned(8)));
           |             ^
        t.c:2:22: error: attribute `mode` is not supported
         2 | int x __attribute__((mode(DI)));
           |                      ^~~~
        t.c:3:22: error: attribute `cleanup` is not supported
         3 | int y __attribute__((cleanup(f)));
           |                      ^~~~~~~
    "#]],
    );
    check(
        "void f(void)\n{\n\tint g(void) { }\n\tif (1) int x;\n\telse;\n\tint v = ({ 1; );\n}\n",
        expect![[r#"
        t.c:3:6: error: a function inside a function: is a `}` missing above?
         3 | 	int g(void) { }
           | 	    ^
        t.c:4:9: error: a declaration cannot stand here: put it into `{ }`
         4 | 	if (1) int x;
           | 	       ^~~
        t.c:6:16: error: expected an expression, found `)`
         6 | 	int v = ({ 1; );
           | 	              ^
    "#]],
    );
}

#[test]
fn declarations_that_are_none() {
    check(
        "int;\ntypedef int;\nstruct { int a; };\nint long char x;\nlong long long y;\nunsigned signed z;\nint void v;\nstatic extern int w;\n",
        expect![[r#"
        t.c:1:1: error: this declaration declares nothing
         1 | int;
           | ^~~
        t.c:2:1: error: this declaration declares nothing
         2 | typedef int;
           | ^~~~~~~~~~~
        t.c:3:1: error: this declaration declares nothing
         3 | struct { int a; };
           | ^~~~~~~~~~~~~~~~~
        t.c:4:10: error: invalid combination of type words
         4 | int long char x;
           |          ^~~~
        t.c:5:11: error: invalid combination of type words
         5 | long long long y;
           |           ^~~~
        t.c:6:10: error: invalid combination of type words
         6 | unsigned signed z;
           |          ^~~~~~
        t.c:7:5: error: two types in one declaration
         7 | int void v;
           |     ^~~~
        t.c:8:8: error: more than one storage class
         8 | static extern int w;
           |        ^~~~~~
    "#]],
    );
    check(
        "int f(int);\nint f(int) { }\nint g() = 3;\ntypedef int h(void) { }\nint i { }\nint 3;\nenum e { 1 };\nstruct;\n",
        expect![[r#"
        t.c:2:7: error: this parameter has no name
         2 | int f(int) { }
           |       ^~~
        t.c:4:13: error: a function definition is no typedef
         4 | typedef int h(void) { }
           |             ^
        t.c:5:7: error: expected `=`, `,` or `;`, found `{`
         5 | int i { }
           |       ^
        t.c:6:5: error: expected a name, found `3`
         6 | int 3;
           |     ^
        t.c:7:10: error: expected a name, found `1`
         7 | enum e { 1 };
           |          ^
        t.c:8:7: error: expected a tag or `{`, found `;`
         8 | struct;
           |       ^
    "#]],
    );
}

#[test]
fn no_such_file() {
    let parsed = model::syntax::parse(&model::syntax::Input {
        files: &Default::default(),
        main: &["gone.c".to_owned()],
        defines: &[],
    });
    assert_eq!(
        rendered(&parsed),
        "gone.c:1:1: error: no such file: `gone.c`\n 1 | \n   | ^\n"
    );
}

#[test]
fn not_more_than_one_can_read() {
    let text: String = (0..500).map(|n| format!("int x{n} = ;\n")).collect();
    assert_eq!(parse_text(&text).diagnostics.len(), 40);
    let text: String = (0..500).map(|n| format!("#error {n}\n")).collect();
    assert_eq!(parse_text(&text).diagnostics.len(), 50);
}
