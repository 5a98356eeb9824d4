//! Every scenario of the book: its expectation holds on each of its configurations.

use std::fs;
use std::path::Path;

use model::explore::{Limits, STATES_MAX, explore};
use model::scenario::Scenario;

#[test]
fn every_expectation_holds() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut wrong = Vec::new();
    let mut n_lines = 0;
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy();
        let scenario = Scenario::parse(&name, &text).unwrap_or_else(|e| panic!("{e}"));
        for (config_name, config) in &scenario.configs {
            let machine = scenario.machine(config).unwrap_or_else(|e| panic!("{e}"));
            let outcome = explore(&machine, Limits::states(STATES_MAX));
            assert!(
                outcome.complete,
                "{name} on {config_name}: more than {STATES_MAX} states"
            );
            for verdict in scenario.expected_on(config_name).judge(&outcome) {
                n_lines += 1;
                if !verdict.holds {
                    let (expected, item) = (verdict.expected.name(), verdict.item.name());
                    wrong.push(format!(
                        "{name} on {config_name}: {item}: expected {expected}, found {} ({} with, {} without)",
                        verdict.found.name(), verdict.positive, verdict.negative,
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(n_lines >= 36, "only {n_lines} expectations");
}
