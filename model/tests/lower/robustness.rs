//! Nothing panics, whatever the text; what is accepted is well-formed.

use super::compile;
use super::well_formed::assert_well_formed;
use std::fs;
use std::path::Path;

/// As much stack as a browser gives.
const STACK: usize = 1 << 20;

fn on_small_stack<T: Send + 'static>(test: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(test)
        .unwrap()
        .join()
        .unwrap()
}

fn lower_quietly(text: &str) -> bool {
    let Ok(program) = compile(text) else {
        return false;
    };
    assert_well_formed(&program);
    true
}

/// Words, numbers, strings, operators and what lies between.
fn tokens(text: &str) -> Vec<String> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut tokens: Vec<String> = Vec::new();
    for c in text.chars() {
        match tokens.last_mut() {
            Some(last) if word(c) && last.chars().all(word) => last.push(c),
            _ => tokens.push(c.into()),
        }
    }
    tokens
}

/// A small generator: the same mutants in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) as usize % n
    }
}

/// Replaces a few words and numbers by others of the same text, so that most mutants still parse.
fn mutant(text: &str, random: &mut Random) -> String {
    let mut tokens = tokens(text);
    let is_word = |t: &String| t.chars().all(|c| c.is_alphanumeric() || c == '_');
    let words: Vec<usize> = (0..tokens.len()).filter(|&i| is_word(&tokens[i])).collect();
    for _ in 0..1 + random.below(3) {
        let (to, from) = (
            words[random.below(words.len())],
            words[random.below(words.len())],
        );
        tokens[to] = match random.below(8) {
            0 => "0".into(),
            1 => "({ 1; })".into(),
            2 => format!("(&{})", tokens[to]),
            3 => format!("(*{})", tokens[to]),
            4 => format!("{}++", tokens[to]),
            _ => tokens[from].clone(),
        };
    }
    tokens.concat()
}

#[test]
fn mutants_do_not_panic() {
    on_small_stack(|| {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c");
        let mut files: Vec<_> = fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        let mut random = Random(1);
        let mut n_accepted = 0;
        for file in files {
            let text = fs::read_to_string(file).unwrap();
            let text: String = text
                .lines()
                .filter(|l| !l.starts_with("#include"))
                .collect::<Vec<_>>()
                .join("\n");
            let text =
                format!("int printf(const char *format, ...);\n#define NULL ((void *)0)\n{text}");
            for _ in 0..40 {
                n_accepted += usize::from(lower_quietly(&mutant(&text, &mut random)));
            }
        }
        assert!(
            n_accepted > 20,
            "only {n_accepted} mutants were worth anything"
        );
    });
}

#[test]
fn depth_is_bounded() {
    let nest = |open: &str, inner: &str, close: &str, n: usize| {
        format!("{}{inner}{}", open.repeat(n), close.repeat(n))
    };
    let texts: Vec<String> = [20, 90, 150, 190, 300, 3000]
        .iter()
        .flat_map(|&n| {
            [
                format!("int f(int x) {{ return {}; }}", nest("(", "x", ")", n)),
                format!("int f(int x) {{ return {}; }}", nest("- ", "x", "", n)),
                format!("int f(int x) {{ return {}; }}", nest("f(", "x", ")", n)),
                format!(
                    "int f(int x) {{ return {}; }}",
                    nest("x ? x : ", "1", "", n)
                ),
                format!(
                    "int f(int x) {{ return {}; }}",
                    nest("x ? ", "1", " : x", n)
                ),
                format!("int f(int x) {{ return {}; }}", nest("x + ", "x", "", n)),
                format!(
                    "int f(int x) {{ return {}; }}",
                    nest("({ int y = x; ", "x;", " })", n)
                ),
                format!("int f(int x) {{ {} }}", nest("{", "x++;", "}", n)),
                format!(
                    "int f(int x) {{ {} }}",
                    nest("if (x) x++; else ", ";", "", n)
                ),
                format!("int f(int x) {{ {} }}", nest("while (x) ", ";", "", n)),
                format!(
                    "int f(int x) {{ {} }}",
                    nest("switch (x) case 0:", ";", "", n)
                ),
                format!("int {}p;", nest("*", "", "", n)),
                format!("int a{};", nest("[1]", "", "", n)),
                format!("int a[1] = {};", nest("{", "1", "}", n)),
                format!("struct {} s;", nest("{ struct ", "{ int x; }", "; }", n)),
                format!("int (*p)({});", nest("int (*)(", "int", ")", n)),
            ]
        })
        .collect();
    on_small_stack(move || {
        texts.iter().for_each(|text| {
            lower_quietly(text);
        });
    });
}

#[test]
fn sizes_are_bounded() {
    for text in [
        "char a[1 << 20][1 << 20];",
        "char a[-1UL];",
        "struct s { char a[1 << 29]; }; struct t { struct s a, b, c, d; } t;",
        "char a[1 << 22];",
        "char a[1 << 21], b[1 << 21];",
        "int a[] = { [0xffffffff] = 1 };",
        "int a[] = { [0 ... 0x7fffffff] = 1 };",
        "int a[1 << 24] = { [(1 << 24) - 1] = 1 };",
        "int f(void) { int a[1 << 20]; return a[0]; }",
        "struct { int x __attribute__((aligned(1UL << 40))); } s;",
        "enum { A = 0xffffffffffffffff, B };",
        "__attribute__((section(\".data..percpu\"))) char a[1 << 21];",
    ] {
        assert!(compile(text).is_err(), "{text}");
    }
}

/// Each level copies what is inside it: twice, four times, eight times…
#[test]
fn copies_are_bounded() {
    let nested = [
        ("({ typeof(", ") x = 1; x; })"),
        ("({ typeof(", ") x, y, z; 1; })"),
        ("({ __auto_type x = ", "; x; })"),
        (
            "sizeof(({ struct { int __attribute__((aligned(",
            "))) a, b; } s; 4; }))",
        ),
        ("sizeof(({ int _Alignas(", ") a, b; 4; }))"),
    ];
    for (open, close) in nested {
        for n in [4, 15, 20, 60] {
            let (open, close) = (open.repeat(n), close.repeat(n));
            let text = format!("int f(void) {{ return {open}4{close}; }}");
            let compiled = on_small_stack(move || lower_quietly(&text));
            assert!(compiled || n > 4, "{open} at depth {n}");
        }
    }
}
