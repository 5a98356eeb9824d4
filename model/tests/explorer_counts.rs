//! Models whose numbers of states and transitions are known: five other tools agree on them.

use std::fmt::Write;

use model::check::Rule;
use model::explore::{Limits, Outcome, Witness, explore};
use model::machine::Machine;
use model::scenario::Scenario;

const STORM: &str = include_str!("../benches/explorer/storm.c");
const KVFREE: &str = include_str!("../benches/explorer/kvfree.c");

/// The machine of a model: these contexts, a CPU each, and these definitions.
fn machine(entries: &[&str], defines: &[(&str, u32)], text: &str) -> Machine {
    let mut all = format!("/*+++\ncpus = {}\n", entries.len());
    for (cpu, entry) in entries.iter().enumerate() {
        writeln!(
            all,
            "[[run]]\ncontext = \"task\"\nentry = \"{entry}\"\ncpu = {cpu}"
        )
        .unwrap();
    }
    all += "+++*/\n";
    for (name, value) in defines {
        writeln!(all, "#define {name} {value}").unwrap();
    }
    all += text;
    let scenario = Scenario::parse("model.c", &all).unwrap_or_else(|e| panic!("{e}"));
    let machine = scenario.machine(&scenario.configs[0].1);
    machine.unwrap_or_else(|e| panic!("{e}"))
}

fn storm(n: [u32; 3]) -> Machine {
    let defines = [
        ("N0", n[0]),
        ("N1", n[1]),
        ("NH", n[2]),
        ("NMI", 0),
        ("LOCKLESS", 0),
        ("SPLIT", 0),
        ("BUG", 0),
    ];
    machine(&["T0", "T1", "handler"], &defines, STORM)
}

fn nmi(lockless: u32, split: u32) -> Machine {
    let defines = [
        ("N0", 4),
        ("N1", 0),
        ("NH", 2),
        ("NMI", 1),
        ("LOCKLESS", lockless),
        ("SPLIT", split),
        ("BUG", 0),
    ];
    machine(&["T0", "handler"], &defines, STORM)
}

/// One object for each of those that free, and one reader's round.
fn kvfree() -> Machine {
    let defines = [
        ("NA", 1),
        ("NB", 1),
        ("NC", 1),
        ("RA", 1),
        ("RB", 0),
        ("BUG", 0),
    ];
    let entries = ["T0", "T1", "handler", "worker", "grace_periods", "R0"];
    machine(&entries, &defines, KVFREE)
}

/// States and transitions without those that end in a failed assertion, of which there are so many:
/// other tools know no such state, and each is entered once.
fn counts(outcome: &Outcome) -> (usize, usize, usize) {
    let halted = outcome.ends.iter().filter(|g| g.end.halted);
    let halted = halted.map(|g| g.n_states).sum::<usize>();
    (
        outcome.states - halted,
        outcome.transitions - halted,
        halted,
    )
}

fn full(machine: &Machine) -> Outcome {
    let outcome = explore(machine, Limits::states(20_000_000).unreduced());
    assert!(outcome.complete);
    outcome
}

#[test]
fn s2_small() {
    let outcome = full(&storm([2, 2, 1]));
    assert_eq!(
        (outcome.states, outcome.transitions, outcome.depth),
        (109_530, 209_111, 51)
    );
    let ends: Vec<_> = outcome.ends.iter().map(|g| (&g.end, g.n_states)).collect();
    assert_eq!(ends.len(), 1, "{ends:?}");
    assert_eq!(ends[0].1, 981);
}

#[test]
fn s3_small() {
    let outcome = full(&kvfree());
    assert_eq!((outcome.states, outcome.transitions), (193_368, 703_345));
    let ends: Vec<_> = outcome.ends.iter().map(|g| (&g.end, g.n_states)).collect();
    assert_eq!(ends.len(), 1, "{ends:?}");
    assert_eq!(ends[0].1, 1);
    assert!(!ends[0].0.hang);
}

/// How all executions end that break something, and the length of the shortest witness.
fn broken(outcome: &Outcome) -> Option<(Rule, usize)> {
    let of = |w: &Witness| (w.finding.rule, w.schedule.0.len());
    outcome.witnesses.iter().map(of).min_by_key(|w| w.1)
}

#[test]
fn s1a_an_nmi_deadlocks_on_the_lock_it_interrupted() {
    let outcome = full(&nmi(0, 0));
    assert_eq!(counts(&outcome), (9_461, 10_296, 0));
    assert_eq!(broken(&outcome), Some((Rule::Deadlock, 7)));
}

#[test]
fn s1b_the_lockless_call_does_not() {
    let outcome = full(&nmi(1, 0));
    assert_eq!(counts(&outcome), (6_501, 7_272, 0));
    assert_eq!(broken(&outcome), None);
}

#[test]
fn s1c_unless_a_list_is_popped_in_two_steps() {
    let outcome = full(&nmi(1, 1));
    assert_eq!(counts(&outcome), (7_327, 8_100, 35));
    assert_eq!(broken(&outcome), Some((Rule::Warning, 17)));
}

/// The reduced search says the same and reaches the same ends.
#[test]
fn reduced() {
    for machine in [storm([2, 2, 1]), nmi(0, 0), nmi(1, 0), nmi(1, 1)] {
        let full = full(&machine);
        let reduced = explore(&machine, Limits::states(20_000_000));
        let rules = |o: &Outcome| {
            let mut all: Vec<_> = o.witnesses.iter().map(|w| w.finding.rule).collect();
            all.sort();
            all
        };
        let legal = |o: &Outcome| {
            let ends = o.ends.iter().filter(|g| !g.end.hang && !g.end.halted);
            ends.map(|g| g.n_states).sum::<usize>()
        };
        assert!(reduced.states < full.states);
        assert_eq!(rules(&reduced), rules(&full));
        assert_eq!(legal(&reduced), legal(&full));
    }
}
