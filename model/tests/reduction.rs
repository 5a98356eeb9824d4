//! With and without reduction a search finds the same: on every scenario of the book and on
//! generated programs.

mod generator;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use model::explore::{Limits, Outcome, explore};
use model::machine::Machine;
use model::scenario::Scenario;

/// Larger ones are not compared.
const STATES_MAX: usize = 40_000;

/// Everything a search says that is no number of states.
fn verdicts(outcome: &Outcome) -> BTreeSet<String> {
    let ends = outcome.ends.iter().map(|g| format!("{:?}", g.end));
    let findings = outcome.witnesses.iter().map(|w| {
        let f = &w.finding;
        format!("{:?} {:?} {}", f.rule, f.class, f.printed)
    });
    let endless = (outcome.endless > 0).then(|| "endless".to_string());
    ends.chain(findings).chain(endless).collect()
}

/// How many states each search kept, when both are complete and say the same.
fn compare(name: &str, machine: &Machine) -> Option<(usize, usize)> {
    let full = explore(machine, Limits::states(STATES_MAX).unreduced());
    if !full.complete {
        return None;
    }
    let reduced = explore(machine, Limits::states(STATES_MAX));
    assert!(
        reduced.complete,
        "{name}: {} states reduced, {} in full",
        reduced.states, full.states
    );
    assert_eq!(verdicts(&reduced), verdicts(&full), "{name}");
    for witness in &reduced.witnesses {
        let trace = model::explore::trace::Trace::follow(machine.clone(), &witness.schedule);
        assert!(
            trace.1.is_none(),
            "{name}: {} cannot be followed",
            witness.schedule
        );
    }
    Some((reduced.states, full.states))
}

#[test]
fn the_scenarios_of_the_book() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut all = (0, 0);
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy();
        let scenario = Scenario::parse(&name, &text).unwrap_or_else(|e| panic!("{e}"));
        for (config_name, config) in &scenario.configs {
            let machine = scenario.machine(config).unwrap_or_else(|e| panic!("{e}"));
            if let Some(n) = compare(&format!("{name} {config_name}"), &machine) {
                all = (all.0 + n.0, all.1 + n.1);
            }
        }
    }
    println!("{} states of {}", all.0, all.1);
    assert!(all.0 * 5 < all.1, "{} states of {}", all.0, all.1);
}

/// Compares the programs of these numbers; at least so many must be small enough.
fn compare_generated(program: fn(u64) -> String, n: u64, enough: usize) {
    let seeds = std::env::var("REDUCTION_SEEDS").map_or(0..n, |text| {
        let (from, to) = text.split_once("..").expect("from..to");
        from.parse().unwrap()..to.parse().unwrap()
    });
    let (mut compared, mut all) = (0, (0, 0));
    for seed in seeds {
        let text = program(seed);
        let scenario = Scenario::parse("generated.c", &text).unwrap_or_else(|e| panic!("{e}"));
        let machine = scenario.machine(&scenario.configs[0].1);
        let machine = machine.unwrap_or_else(|e| panic!("{e}\n{text}"));
        if let Some(n) = compare(&format!("seed {seed}\n{text}"), &machine) {
            compared += 1;
            all = (all.0 + n.0, all.1 + n.1);
        }
    }
    println!("{compared} programs, {} states of {}", all.0, all.1);
    assert!(compared >= enough, "only {compared} are small enough");
}

#[test]
fn generated_programs() {
    compare_generated(generator::program, 120, 60);
}

#[test]
fn generated_programs_that_wait() {
    compare_generated(generator::guarded_program, 300, 200);
}
