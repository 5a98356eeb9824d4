//! The scenarios of the book and generated programs on the modelled kernels, under choices.
//!
//! The first byte names the machine, the second where the execution is shown, the others choose.
#![no_main]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::{fs, iter};

use libfuzzer_sys::fuzz_target;
use model::machine::Machine;
use model::scenario::Scenario;
use model_fuzz::execution::{assert_repeatable, perform, report};
use model_fuzz::on_small_stack;

#[path = "../../tests/generator/mod.rs"]
mod generator;

/// How many generated programs there are beside the scenarios.
const GENERATED: u64 = 64;

fuzz_target!(|data: &[u8]| on_small_stack(data, step));

fn step(data: &[u8]) {
    let [which, cursor, choices @ ..] = data else {
        return;
    };
    let started = STARTED.with_borrow_mut(|all| all.get(usize::from(*which)));
    let trace = perform(
        &started.scenario,
        &started.config,
        started.machine.clone(),
        choices,
    );
    assert_repeatable(&trace);
    let cursor = usize::from(*cursor).min(trace.steps.len());
    report(&started.scenario, &started.config, &trace, cursor);
}

thread_local! {
    static STARTED: RefCell<Machines> = RefCell::new(Machines::new());
}

/// A scenario on one of its configurations.
struct Started {
    scenario: Scenario,
    config: String,
    machine: Machine,
}

/// The texts there are, and what has been made of them so far.
struct Machines {
    texts: Vec<(String, String)>,
    made: BTreeMap<usize, Rc<Started>>,
}

impl Machines {
    fn new() -> Machines {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
        let read = |entry: Result<fs::DirEntry, _>| {
            let entry = entry.expect("a scenario");
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, fs::read_to_string(entry.path()).expect("a text"))
        };
        let files = fs::read_dir(folder).expect("the scenarios").map(read);
        let mut texts: Vec<_> = files.collect();
        texts.sort();
        let generated = (0..GENERATED).map(generator::program);
        texts.extend(iter::repeat("generated.c".to_string()).zip(generated));
        Machines {
            texts,
            made: BTreeMap::new(),
        }
    }

    fn get(&mut self, which: usize) -> Rc<Started> {
        let made = self.made.entry(which);
        Rc::clone(made.or_insert_with(|| {
            let n = self.texts.len();
            let (file, text) = &self.texts[which % n];
            Rc::new(start(file, text, which / n))
        }))
    }
}

fn start(file: &str, text: &str, config: usize) -> Started {
    let scenario = Scenario::parse(file, text).unwrap_or_else(|problem| panic!("{problem}"));
    let (name, config) = scenario.configs[config % scenario.configs.len()].clone();
    let machine = scenario.machine(&config);
    Started {
        machine: machine.unwrap_or_else(|problem| panic!("{problem}")),
        scenario,
        config: name,
    }
}
