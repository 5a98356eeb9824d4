//! C text with whole words thrown in: the parser.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model_fuzz::{on_small_stack, text};

fuzz_target!(|data: &[u8]| on_small_stack(data, parse));

fn parse(data: &[u8]) {
    let text = text::of_words(data);
    text::render(&text::parse_files(std::iter::once(text)));
}
