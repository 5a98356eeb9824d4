//! A plain C program: front matter, compiled, executed under choices, and shown.
//!
//! The choices are what follows the last NUL, the text is what is before it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model::scenario::Scenario;
use model_fuzz::execution::{assert_repeatable, perform, report};
use model_fuzz::{on_small_stack, text};

fuzz_target!(|data: &[u8]| on_small_stack(data, run));

fn run(data: &[u8]) {
    let end = data.iter().rposition(|&byte| byte == 0);
    let (program, choices) = data.split_at(end.unwrap_or(data.len()));
    let Ok(scenario) = Scenario::parse("a.c", &text::of_words(program)) else {
        return;
    };
    // Compiling a kernel takes as long as a hundred small programs; `link` does that.
    if scenario.kernel.is_some() {
        return;
    }
    for (name, config) in scenario.configs.iter().take(2) {
        let Ok(machine) = scenario.machine(config) else {
            return;
        };
        let trace = perform(&scenario, name, machine, choices);
        assert_repeatable(&trace);
        report(&scenario, name, &trace, trace.steps.len() / 2);
    }
}
