//! Planted mistakes: patches on the modelled kernel that a scenario which holds must find.

use std::fs;
use std::path::Path;

use model::check::Rule;
use model::explore::{Limits, Outcome, STATES_MAX, explore};
use model::scenario::Scenario;

fn read(path: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}

fn outcome(scenario: &Scenario, config: &str) -> Outcome {
    let config = scenario.config(config).unwrap_or_else(|e| panic!("{e}"));
    let machine = scenario.machine(&config).unwrap_or_else(|e| panic!("{e}"));
    let limits = Limits {
        states_max: STATES_MAX,
        reduce: true,
    };
    explore(&machine, limits)
}

fn breaks(outcome: &Outcome, rule: Rule) -> bool {
    outcome.witnesses.iter().any(|w| w.finding.rule == rule)
}

#[test]
fn a_list_that_skips_the_grace_period_is_found() {
    let text = read("scenarios/kvfree-rcu-reader-list.c");
    let right =
        Scenario::parse("kvfree-rcu-reader-list.c", &text).unwrap_or_else(|e| panic!("{e}"));
    let patch = read("tests/mutants/kvfree-rcu-list-without-grace-period.patch");
    let wrong = right.clone().patched(&patch).unwrap();

    let found = outcome(&right, "rt-nodebug");
    assert!(found.complete && !breaks(&found, Rule::KvfreeRcu));
    assert!(breaks(&outcome(&wrong, "rt-nodebug"), Rule::KvfreeRcu));
}
