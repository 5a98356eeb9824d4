//! The same program gives the same result: nothing depends on addresses, clocks or the order of a
//! hash map.

mod generator;

use std::collections::BTreeMap;
use std::fmt::Debug;

use model::config::Config;
use model::explore::{Limits, explore};
use model::program::lower;
use model::scenario::Scenario;
use model::syntax::{Input, Parsed, parse};

/// A search that is cut off must be cut off at the same place.
const STATES_MAX: usize = 3000;

fn generated(seed: u64) -> Scenario {
    parse_generated(generator::program(seed))
}

fn parse_generated(text: String) -> Scenario {
    Scenario::parse("generated.c", &text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

/// The first configuration of a generated program: it has no other.
fn config(scenario: &Scenario) -> &Config {
    &scenario.configs[0].1
}

#[test]
fn generated_programs_explored_twice_give_the_same_result() {
    let mut n_complete = 0;
    let waiting = (1000..1060)
        .map(generator::guarded_program)
        .map(parse_generated);
    for scenario in (1000..1060).map(generated).chain(waiting) {
        // Compiled and booted anew: two machines that share nothing.
        let machines = [(); 2].map(|()| scenario.machine(config(&scenario)).unwrap());
        for limits in [
            Limits::states(STATES_MAX),
            Limits::states(STATES_MAX).unreduced(),
        ] {
            let [first, second] = machines.each_ref().map(|machine| explore(machine, limits));
            n_complete += usize::from(first.complete);
            assert_eq!(first, second, "{}", scenario.text);
        }
    }
    assert!(n_complete >= 120, "only {n_complete} searches are complete");
}

#[test]
fn generated_programs_compiled_twice_are_the_same_program() {
    for seed in 0..6 {
        let scenario = generated(seed);
        let [first, second] = [(); 2].map(|()| parsed(&scenario));
        assert_eq!(first.diagnostics, second.diagnostics);
        assert_same(&first.unit, &second.unit);
        let [first, second] = [first, second].map(|p| lower(&p.unit, p.sources).unwrap());
        assert_same(&first, &second);
    }
}

/// Trees and programs have no other equality than everything in them. That is megabytes: whoever
/// wants to see the difference prints both.
fn assert_same(first: &impl Debug, second: &impl Debug) {
    assert!(format!("{first:?}") == format!("{second:?}"));
}

/// With the kernel's texts before it, as a scenario is compiled.
fn parsed(scenario: &Scenario) -> Parsed {
    let tree = scenario.tree().unwrap();
    let mut main = vec![model::kernel::PRELUDE.to_string()];
    main.extend(tree.main());
    main.push(scenario.file.clone());
    let mut files: BTreeMap<String, String> = tree.files;
    files.insert(scenario.file.clone(), scenario.text.clone());
    let version = ("LINUX_VERSION_CODE".to_string(), (0x5_0900).to_string());
    parse(&Input {
        files: &files,
        main: &main,
        defines: &[version],
    })
}
