//! `cargo xtask bench`: our explorer against SPIN and stateright, natively and as WebAssembly.
//!
//! All search the same models (`model/benches/explorer/`, `xtask/peers/`), whose numbers of states and
//! transitions are known: an engine that counts otherwise makes the benchmark fail, since its speed
//! then says nothing. Rounds are interleaved, and of each engine's runs the best one counts. What is not
//! installed is skipped, and that is said.

mod child;
mod models;
mod ours;
mod spin;
mod stateright;
mod table;
mod wasm;

use crate::paths::Paths;
use crate::phase::phase;
use anyhow::{Result, bail, ensure};
use models::{Counts, Size, Verdict, When};
use ours::{Gfp, Search};
use spin::{Pan, Spin};
use stateright::Stateright;
use std::process::ExitCode;
use table::Broken;
use wasm::Wasm;

/// Short runs are repeated until they have taken so many CPU seconds, or so often.
const CPU_MIN: f64 = 0.3;
const REPEATED_MAX: usize = 20;

/// What is to be measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Runs of each engine on each size.
    pub rounds: usize,
    /// Large sizes, too.
    pub large: bool,
    /// Only these sizes and verdicts; when empty, the usual ones.
    pub names: Vec<String>,
}

/// What one run came to, or the best of several.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    counts: Counts,
    cpu: f64,
    memory: Option<u64>,
}

/// An engine's line in the table.
pub struct Row {
    label: &'static str,
    best: Measured,
}

/// A size with its verifier and what was measured.
pub struct Entry {
    size: Size,
    pan: Option<Pan>,
    rows: Vec<Row>,
}

impl Entry {
    /// Fails unless these are the known numbers.
    fn expect(&self, counts: Counts) -> Result<()> {
        let expected = self.size.counts;
        ensure!(
            counts == expected,
            "{} states and {} transitions, not {} and {}",
            counts.states,
            counts.transitions,
            expected.states,
            expected.transitions
        );
        Ok(())
    }

    fn add(&mut self, label: &'static str, run: Measured) {
        let Some(row) = self.rows.iter_mut().find(|row| row.label == label) else {
            self.rows.push(Row { label, best: run });
            return;
        };
        let memory = row.best.memory.into_iter().chain(run.memory).min();
        if run.cpu < row.best.cpu {
            row.best = run;
        }
        row.best.memory = memory;
    }
}

/// What is here to be measured.
struct Tools {
    gfp: Gfp,
    spin: Option<Spin>,
    stateright: Option<Stateright>,
    wasm: Option<Wasm>,
    /// What went wrong so far.
    failures: Vec<String>,
}

/// In this order in each round.
#[derive(Clone, Copy)]
enum Engine {
    Ours(Search),
    Spin,
    Stateright,
    Wasm(Search),
}

const ENGINES: [Engine; 6] = [
    Engine::Ours(Search::Full),
    Engine::Spin,
    Engine::Stateright,
    Engine::Ours(Search::Reduced),
    Engine::Wasm(Search::Full),
    Engine::Wasm(Search::Reduced),
];

/// Measures, and prints the tables; fails when a number of states or a verdict is wrong.
pub fn run(options: &Options, paths: &Paths) -> Result<ExitCode> {
    let (sizes, verdicts) = chosen(options)?;
    std::fs::create_dir_all(paths.target("bench"))?;
    let mut tools = tools(paths)?;
    let mut entries = Vec::new();
    for size in sizes {
        let pan = match &tools.spin {
            Some(spin) => Some(spin.depth_first(&size.model)?),
            None => None,
        };
        let rows = Vec::new();
        entries.push(Entry { size, pan, rows });
    }
    for round in 1..=options.rounds {
        for entry in &mut entries {
            eprintln!(
                "{}, round {round} of {}",
                entry.size.model.name, options.rounds
            );
            tools.round(entry);
        }
    }
    let broken: Vec<Broken> = verdicts.iter().map(|v| tools.verdict(v)).collect();
    for entry in &entries {
        print!("{}", table::size(entry));
    }
    if !broken.is_empty() {
        print!("{}", table::verdicts(&broken));
    }
    Ok(end(&tools.failures))
}

fn end(failures: &[String]) -> ExitCode {
    match failures {
        [] => ExitCode::SUCCESS,
        _ => {
            println!(
                "\nFAILED, so the ratios say nothing:\n  {}",
                failures.join("\n  ")
            );
            ExitCode::FAILURE
        }
    }
}

fn chosen(options: &Options) -> Result<(Vec<Size>, Vec<Verdict>)> {
    let (mut sizes, mut verdicts) = (models::sizes(), models::verdicts());
    let known = || {
        let sizes = sizes.iter().map(|size| size.model.name);
        let verdicts = verdicts.iter().map(|verdict| verdict.model.name);
        sizes.chain(verdicts).collect::<Vec<_>>()
    };
    let is_known = |name: &&String| known().iter().any(|known| known.eq_ignore_ascii_case(name));
    if let Some(unknown) = options.names.iter().find(|name| !is_known(name)) {
        bail!("there is no model {unknown}: {}", known().join(", "));
    }
    let named = |name: &str| options.names.iter().any(|n| n.eq_ignore_ascii_case(name));
    let all = options.names.is_empty();
    sizes.retain(|size| {
        let asked = match size.when {
            When::Usually => all,
            When::Large => options.large,
            When::Named => false,
        };
        asked || named(size.model.name)
    });
    verdicts.retain(|verdict| all || named(verdict.model.name));
    Ok((sizes, verdicts))
}

fn tools(paths: &Paths) -> Result<Tools> {
    let gfp = phase("gfp, compiled for speed", || Gfp::build(paths))?;
    let spin = Spin::find(paths);
    if spin.is_none() {
        eprintln!("    no SPIN, or no gcc: skipped (Debian: apt-get install spin gcc)");
    }
    let stateright = phase("stateright's models", || Stateright::build(paths));
    let wasm = phase("the explorer as WebAssembly", || Wasm::build(paths));
    let wasm = skipped("WebAssembly", wasm).flatten();
    if wasm.is_none() {
        eprintln!("    no node, or no module for it: skipped");
    }
    Ok(Tools {
        gfp,
        spin,
        stateright: skipped("stateright", stateright),
        wasm,
        failures: Vec::new(),
    })
}

fn skipped<T>(what: &str, built: Result<T>) -> Option<T> {
    built
        .inspect_err(|error| eprintln!("    {what} is skipped: {error:#}"))
        .ok()
}

impl Tools {
    /// Each engine once on a size.
    fn round(&mut self, entry: &mut Entry) {
        for engine in ENGINES {
            match self.measure(engine, entry) {
                Ok(runs) => {
                    for (label, run) in runs {
                        eprintln!("    {label:<26}{:>8.3} CPU s", run.cpu);
                        entry.add(label, run);
                    }
                }
                Err(error) => self.fail(entry.size.model.name, engine.label(), &error),
            }
        }
    }

    /// A line of the table, or two, or none where the engine is not here.
    fn measure(&self, engine: Engine, entry: &Entry) -> Result<Vec<(&'static str, Measured)>> {
        let label = engine.label();
        Ok(match engine {
            Engine::Ours(search) => vec![(label, self.gfp.measure(entry, search)?)],
            Engine::Spin => match &entry.pan {
                Some(pan) => vec![(label, pan.measure(entry)?)],
                None => Vec::new(),
            },
            Engine::Stateright => match &self.stateright {
                Some(stateright) => vec![(label, stateright.measure(entry)?)],
                None => Vec::new(),
            },
            Engine::Wasm(search) => match &self.wasm {
                Some(wasm) => {
                    let [first, warm] = wasm.measure(entry, search)?;
                    vec![(label, first), (engine.label_warm(), warm)]
                }
                None => Vec::new(),
            },
        })
    }

    fn verdict(&mut self, verdict: &Verdict) -> Broken {
        let name = verdict.model.name;
        eprintln!("{name}, first counterexample");
        let what = match verdict.broken {
            Some((rule, length)) => format!("{rule} {length}"),
            None => "nothing breaks".to_owned(),
        };
        let mut row = Broken {
            name,
            what,
            ..Broken::default()
        };
        let ours = repeated(|| verdict.ours(&self.gfp, Search::Full));
        row.ours = self.noted(name, "ours", ours);
        let reduced = repeated(|| verdict.ours(&self.gfp, Search::Reduced));
        row.reduced = self.noted(name, "ours, reduced", reduced);
        if let Some(spin) = &self.spin {
            let pan = spin.breadth_first(&verdict.model);
            let spin = pan.and_then(|pan| repeated(|| verdict.spin(&pan)));
            row.spin = self.noted(name, "SPIN, breadth first", spin);
        }
        if let Some(wasm) = &self.wasm {
            let wasm = verdict.wasm(wasm);
            row.wasm = self.noted(name, "WASM", wasm);
        }
        row
    }

    /// In milliseconds.
    fn noted(&mut self, name: &str, label: &str, seconds: Result<f64>) -> Option<f64> {
        let seconds = seconds.inspect_err(|error| self.fail(name, label, error));
        seconds.ok().map(|seconds| seconds * 1000.0)
    }

    fn fail(&mut self, name: &str, label: &str, error: &anyhow::Error) {
        let failure = format!("{name}, {label}: {error:#}");
        eprintln!("    FAILED: {failure}");
        if !self.failures.contains(&failure) {
            self.failures.push(failure);
        }
    }
}

impl Engine {
    fn label(self) -> &'static str {
        match self {
            Engine::Ours(Search::Full) => table::OURS,
            Engine::Ours(Search::Reduced) => table::OURS_REDUCED,
            Engine::Spin => table::SPIN,
            Engine::Stateright => "stateright",
            Engine::Wasm(Search::Full) => table::WASM_FIRST,
            Engine::Wasm(Search::Reduced) => "WASM, reduced, first run",
        }
    }

    fn label_warm(self) -> &'static str {
        match self {
            Engine::Wasm(Search::Reduced) => "WASM, reduced, warm",
            _ => table::WASM_WARM,
        }
    }
}

/// The mean CPU seconds of so many runs that the system's clock can tell.
fn repeated(mut run: impl FnMut() -> Result<f64>) -> Result<f64> {
    let (mut sum, mut n) = (0.0, 0);
    while n == 0 || sum < CPU_MIN && n < REPEATED_MAX {
        sum += run()?;
        n += 1;
    }
    Ok(sum / n as f64)
}

impl Verdict {
    /// CPU seconds of ours until it is found. Reduced, everything is searched.
    fn ours(&self, gfp: &Gfp, search: Search) -> Result<f64> {
        let found = match search {
            Search::Full => gfp.find(&self.model)?,
            Search::Reduced => gfp.check(&self.model, search, ours::STATES_MAX)?,
        };
        let is_right = match (self.broken, search) {
            (None, _) => found.broken.is_empty(),
            (Some((rule, _)), Search::Reduced) => found.broken.iter().any(|(r, _)| r == rule),
            (Some((rule, length)), Search::Full) => {
                found.broken.first() == Some(&(rule.to_owned(), length))
            }
        };
        ensure!(is_right, "{:?} is broken", found.broken);
        Ok(found.run.cpu)
    }

    /// CPU seconds of SPIN. A statement whose assertion fails is not counted there.
    fn spin(&self, pan: &Pan) -> Result<f64> {
        let found = pan.search(self.states_max)?;
        let depth = self.broken.map(|(rule, length)| match rule {
            "R-deadlock" => length,
            _ => length - 1,
        });
        ensure!(
            found.error_depth == depth,
            "an error at depth {:?}",
            found.error_depth
        );
        Ok(found.run.cpu)
    }

    /// Seconds of a first run as WebAssembly.
    fn wasm(&self, wasm: &Wasm) -> Result<f64> {
        let all = wasm.search(&self.model, Search::Full, self.states_max)?;
        let first = &all[0];
        let is_there = |(rule, length)| {
            let mut executions = first.executions.iter();
            executions.any(|(what, steps)| what.contains(rule) && *steps == length)
        };
        ensure!(self.broken.is_none_or(is_there), "{:?}", first.executions);
        Ok(first.seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(options: &Options) -> Vec<&'static str> {
        let (sizes, verdicts) = chosen(options).unwrap();
        let sizes = sizes.iter().map(|size| size.model.name);
        sizes.chain(verdicts.iter().map(|v| v.model.name)).collect()
    }

    #[test]
    fn what_is_measured() {
        let mut options = Options {
            rounds: 1,
            large: false,
            names: Vec::new(),
        };
        let usual = ["S2-M", "S3-M", "S1a", "S1b", "S1c", "S2bug", "S3bug"];
        assert_eq!(names(&options), usual);
        options.large = true;
        assert_eq!(names(&options)[1], "S2-L");
        options.large = false;
        options.names = vec!["s2-s".to_owned(), "S3BUG".to_owned()];
        assert_eq!(names(&options), ["S2-S", "S3bug"]);
        options.names.push("S4".to_owned());
        assert!(chosen(&options).is_err());
    }
}
