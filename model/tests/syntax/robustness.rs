//! Whatever the text, parsing ends, in bounded stack, with a tree or with errors.

use super::{parse_text, parse_tree, rendered};

/// What a module in a browser has, where the frames are smaller than in a test.
const STACK: usize = 1024 * 1024;

/// Idiomatic kernel C that touches every production.
const SAMPLE: &str = include_str!("kernel_style.c");

/// Parses on a small stack, and renders what was wrong: places must be in the text.
fn survives(text: String) {
    let parse = move || drop(rendered(&parse_text(&text)));
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(parse);
    thread.expect("a thread").join().expect("no panic");
}

/// A small generator of numbers, the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

#[test]
fn the_sample_is_accepted() {
    assert_eq!(rendered(&parse_text(SAMPLE)), "");
}

#[test]
fn every_truncation() {
    for end in (0..SAMPLE.len())
        .filter(|&end| SAMPLE.is_char_boundary(end))
        .step_by(7)
    {
        rendered(&parse_text(&SAMPLE[..end]));
    }
}

#[test]
fn mutations() {
    let pieces: Vec<&str> = "( ) { } [ ] ; , * & # ## \" ' /* */ \\\n \n = : ? ... if else for do \
         while case struct union enum typedef typeof __attribute__ sizeof int static x 0 1.5 @ é \
         #define #include #if #endif #else __VA_ARGS__ defined goto return atomic"
        .split(' ')
        .collect();
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    for _ in 0..3000 {
        let mut text = SAMPLE.to_owned();
        for _ in 0..1 + numbers.below(6) {
            let at = boundary(&text, numbers.below(text.len()));
            let piece = pieces[numbers.below(pieces.len())];
            match numbers.below(3) {
                0 => text.insert_str(at, piece),
                1 => drop(text.remove(at)),
                _ => {
                    let end = boundary(&text, (at + numbers.below(40)).min(text.len() - 1));
                    text.replace_range(at..end, piece);
                }
            }
        }
        rendered(&parse_text(&text));
    }
}

fn boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[test]
fn random_bytes() {
    let mut numbers = Numbers(42);
    for round in 0..2000 {
        let range = if round % 2 == 0 { 256 } else { 96 };
        let bytes: Vec<u8> = (0..numbers.below(400))
            .map(|_| (numbers.below(range) + if range == 96 { 32 } else { 0 }) as u8)
            .collect();
        rendered(&parse_text(&String::from_utf8_lossy(&bytes)));
    }
}

#[test]
fn random_tokens() {
    let tokens: Vec<&str> = "( ) { } [ ] ; , * & = : ? -> . ... + ++ if else for do while switch case \
         default struct union enum typedef typeof __attribute__ ((packed)) sizeof int unsigned void \
         static x y T 0 'a' \"s\" goto return break _Generic __builtin_offsetof __auto_type asm float \
         _Static_assert _Alignas atomic ({ }) inline const \n#define\tx \n#if\t1\n \n#endif\n"
        .split(' ')
        .collect();
    let mut numbers = Numbers(7);
    for _ in 0..4000 {
        let n = numbers.below(60);
        let words: Vec<&str> = (0..n)
            .map(|_| tokens[numbers.below(tokens.len())])
            .collect();
        let text = format!("typedef int T; int f(int x) {{ {} }}", words.join(" "));
        rendered(&parse_text(&text));
        rendered(&parse_text(&words.join(" ")));
    }
}

/// Parses the template with its `@` replaced by `middle` inside many `open` and `close`.
fn nested(template: &str, open: &str, middle: &str, close: &str) {
    for n in [150, 190, 2000] {
        let text = [&open.repeat(n), middle, &close.repeat(n)].concat();
        survives(template.replace('@', &text));
    }
}

#[test]
fn nested_expressions() {
    for template in [
        "int x = @;",
        "int f(void) { @; }",
        "#if @\n#endif",
        "int x[@];",
        "int x : @;",
    ] {
        nested(template, "(", "1", ")");
        nested(template, "-", "1", "");
        nested(template, "!(", "1", ")");
        nested(template, "f(", "1", ")");
        nested(template, "({", "1;", "})");
        nested(template, "1 ? 1 : ", "1", "");
        nested(template, "1 ? ", "1", " : 1");
        nested(template, "x = ", "1", "");
        nested(template, "1 + ", "1", "");
        nested(template, "1 + (", "1", ")");
        nested(template, "x, ", "x", "");
        nested(template, "", "x", "[0]");
        nested(template, "", "x", ".x");
        nested(template, "", "x", "(1)");
        nested(template, "sizeof(", "int", ")");
        nested(template, "(int)", "1", "");
        nested(template, "_Generic(", "1", ", int: 1)");
        nested(template, "(int){", "1", "}");
        nested(template, "(typeof(", "1", "))1");
        nested(template, "({ typeof(", "1", ") x; })");
        nested(template, "({ __auto_type x = ", "1", "; x; })");
    }
}

#[test]
fn nested_statements() {
    for template in ["int f(void) { @ }", "int x = ({ @ });"] {
        nested(template, "{", ";", "}");
        nested(template, "if (1) ", ";", "");
        nested(template, "if (1) ; else ", ";", "");
        nested(template, "do ", ";", " while (1);");
        nested(template, "for (;;) ", ";", "");
        nested(template, "for (int i;;) {", ";", "}");
        nested(template, "x: ", ";", "");
        nested(template, "switch (1) { case 1: ", ";", "}");
        nested(template, "case 1: ", ";", "");
        nested(template, "atomic { int y; ", ";", "}");
    }
}

#[test]
fn nested_declarations() {
    for template in [
        "int @;",
        "int f(void) { int @; }",
        "struct s { int @; };",
        "typedef int @;",
    ] {
        nested(template, "(", "x", ")");
        nested(template, "*", "x", "");
        nested(template, "(*", "x", ")(void)");
        nested(template, "", "x", "[1]");
        nested(template, "(*", "x", ")[2]");
        nested(template, "f(int ", "x", ")");
        nested(template, "", "x", "__attribute__((aligned(1)))");
        nested(template, "x __attribute__((aligned(({ int ", "x", "; }))))");
        nested(template, "x = {", "1", "}");
        nested(template, "x = {[1] = {.x = ", "1", "}}");
    }
    nested("@;", "struct { ", "int x;", "} x;");
    nested("@;", "struct s { union { ", "int x;", "} x; }");
    nested("@ x;", "typeof(", "int", ")");
    nested("@", "enum { a = ", "1", "};");
    nested("int x; @", "int f(void) { ", ";", "}");
}

#[test]
fn nested_preprocessing() {
    let defines = "#define f(x) x\n#define g(x) f(x) x\n#define h(x) #x\n";
    for template in ["@", "#if @\n#endif", "int x = @;"] {
        let template = [defines, template].concat();
        nested(&template, "f(", "1", ")");
        nested(&template, "f((", "1", "))");
        nested(&template, "g(", "1", ")");
        nested(&template, "h(", "1", ")");
        nested(&template, "f (", "", "");
        nested(&template, "f(f)", "", "(1)");
    }
    nested("@", "#if 1\n", "", "#endif\n");
    nested("@", "#if 0\n#else\n", "", "#endif\n");
    nested("@", "#if 1\n", "", "");
}

#[test]
fn growth_without_end() {
    let mut doubling = String::from("#define a0 x x\n");
    for n in 1..64 {
        doubling += &format!("#define a{n} a{0} a{0}\n", n - 1);
    }
    survives(doubling + "int y = a63;");
    survives("#define f(x) x x x x\n".to_owned() + &"f(".repeat(60) + "1" + &")".repeat(60));
    survives("#define f(x) #x\n".to_owned() + &"f(".repeat(150) + "\"" + &")".repeat(150));
    survives(
        "#define s(x) #x\n#define t(x) s(x x)\nchar *y = ".to_owned()
            + &"t(".repeat(100)
            + "\"a\""
            + &")".repeat(100)
            + ";",
    );
    survives("#define f(x) x f\nf(f)(f)(f(f)(f))(f)".into());
    survives("#define f f\n#define g g h\n#define h g h\nf g h".into());
    let chain: String = (0..5000)
        .map(|n| format!("#define c{n} c{}\n", n + 1))
        .collect();
    survives(chain + "c0");
    let auto = "__auto_type x = ({ ".repeat(40) + "1;" + &" x; });".repeat(40);
    survives(format!("int f(void) {{ {auto} }}"));
}

#[test]
fn files_that_include_each_other() {
    let parsed = parse_tree(&[
        ("a.c", "#include \"b.h\"\n"),
        ("b.h", "#include \"a.c\"\nint x;\n"),
    ]);
    assert!(rendered(&parsed).contains("files are included too deeply"));
    let parsed = parse_tree(&[("a.c", "#include \"a.c\"\n#include \"a.c\"\n")]);
    assert_eq!(parsed.diagnostics.len(), 1);
}
