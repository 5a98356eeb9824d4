//! C text that parses: types, layout and code; what is accepted is well-formed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model::program::lower;
use model_fuzz::well_formed::assert_well_formed;
use model_fuzz::{on_small_stack, text};

fuzz_target!(|data: &[u8]| on_small_stack(data, compile));

fn compile(data: &[u8]) {
    let parsed = text::parse_files(std::iter::once(text::of_words(data)));
    // Errors are the parser's own business: without them what is left to mutate is C.
    if !parsed.diagnostics.is_empty() {
        return;
    }
    match lower(&parsed.unit, parsed.sources.clone()) {
        Ok(program) => assert_well_formed(&program),
        Err(errors) => errors.iter().for_each(|error| {
            error.render(&parsed.sources);
        }),
    }
}
