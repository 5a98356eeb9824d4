//! From bytes to C text.

use std::collections::BTreeMap;

use model::syntax::{Input, Parsed, parse};

/// What mutating single bytes seldom makes. With a space on each side, so that words stay words.
const WORDS: &str = "if else for while do switch case default break continue goto return sizeof \
    typeof struct union enum typedef static inline const volatile extern int unsigned long short \
    char void _Bool bool signed atomic __auto_type _Generic _Static_assert _Alignas _Alignof \
    __attribute__((packed)) __attribute__((aligned(8))) __attribute__((section(\".data..percpu\"))) \
    __builtin_offsetof __builtin_types_compatible_p __builtin_choose_expr __VA_ARGS__ defined ({ }) \
    ... -> ++ -- << >> <<= >>= && || == != += -= ## /* */ // 0x7fffffffffffffff 0xffffffffffffffff \
    1UL -1 (-1) 1<<31 0 '\\0' \"s\" int* (int) (char) (void*) (long) a b f x y main [3] [] {0} {1,2} \
    =&x *x x[0] f(1) f() (*f) x.a x->a struct\u{a0}s union\u{a0}u enum\u{a0}e \n#define\u{a0}a\u{a0} \
    \n#define\u{a0}f(x)\u{a0} \n#if\u{a0} \n#else\n \n#endif\n \n#include\u{a0}\"a.c\"\n \n#undef\u{a0}a\n";

/// The text: bytes below 0x80 are characters, those above are [`WORDS`]. Any C text in ASCII means
/// itself, so that C files are seeds.
pub fn of_words(data: &[u8]) -> String {
    let words: Vec<&str> = WORDS.split(' ').filter(|word| !word.is_empty()).collect();
    let mut text = String::new();
    for &byte in data {
        match byte.checked_sub(0x80) {
            None => text.push(char::from(byte)),
            Some(idx) => {
                let word = words[usize::from(idx) % words.len()];
                text.push(' ');
                text.push_str(&word.replace('\u{a0}', " "));
                text.push(' ');
            }
        }
    }
    text
}

/// Parses files that may include each other by these names; the first is the main one.
pub fn parse_files(files: impl Iterator<Item = String>) -> Parsed {
    let names = ["a.c", "b.h", "c.h", "d.h"].map(str::to_string);
    let tree: BTreeMap<String, String> = names.iter().cloned().zip(files).collect();
    parse(&Input {
        files: &tree,
        main: &names[..1],
        defines: &[],
    })
}

/// Shows every diagnostic as a terminal would: its places must be in the text.
pub fn render(parsed: &Parsed) {
    for diagnostic in &parsed.diagnostics {
        diagnostic.render(&parsed.sources);
    }
}
