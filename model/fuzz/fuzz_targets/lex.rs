//! Any bytes as text: lexer, preprocessor, and what is said about what is wrong.
//!
//! A NUL begins the next file; the files may include each other.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model_fuzz::{on_small_stack, text};

fuzz_target!(|data: &[u8]| on_small_stack(data, lex));

fn lex(data: &[u8]) {
    let files = data.split(|&byte| byte == 0);
    let files = files.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    text::render(&text::parse_files(files));
}
