//! Our explorer: the release `gfp check` on a file that is the text with its definitions.

use super::child;
use super::models::{Counts, Model, Text};
use super::{Entry, Measured};
use crate::paths::Paths;
use crate::shell;
use anyhow::{Context, Result, ensure};
use model::machine::Schedule;
use serde_json::Value;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::Command;

const STORM: &str = include_str!("../../../model/benches/explorer/storm.c");
const KVFREE: &str = include_str!("../../../model/benches/explorer/kvfree.c");

/// More than any size has.
pub const STATES_MAX: usize = 1_000_000_000;

/// A rule that is broken, and the length of the way there.
pub type Broken = (String, usize);

/// How `gfp check` searches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Search {
    /// Every interleaving, breadth first.
    Full,
    /// Without what cannot change a verdict.
    Reduced,
}

/// The program.
pub struct Gfp {
    program: PathBuf,
    folder: PathBuf,
}

/// What it said.
pub struct Found {
    /// How much it has done.
    pub counts: Counts,
    /// All of it.
    pub complete: bool,
    /// Final states, apart from those in which something is broken.
    pub ends: usize,
    /// What is broken, the shortest way first.
    pub broken: Vec<Broken>,
    /// What that took.
    pub run: child::Run,
}

impl Gfp {
    /// Builds it.
    pub fn build(paths: &Paths) -> Result<Gfp> {
        let mut cargo = shell::cargo();
        cargo.current_dir(&paths.root);
        cargo.args(["build", "--release", "-p", "model", "--bin", "gfp"]);
        shell::run(cargo.args(["--target-dir", "target"]))?;
        Ok(Gfp {
            program: paths.target("release/gfp"),
            folder: paths.target("bench"),
        })
    }

    /// Searches until the end or until so many states.
    pub fn check(&self, model: &Model, search: Search, states_max: usize) -> Result<Found> {
        self.search(model, search, &["--max-states", &states_max.to_string()])
    }

    /// Searches until the first violation, which has the shortest execution, or until the end.
    pub fn find(&self, model: &Model) -> Result<Found> {
        let states_max = STATES_MAX.to_string();
        self.search(
            model,
            Search::Full,
            &["--first", "--max-states", &states_max],
        )
    }

    fn search(&self, model: &Model, search: Search, options: &[&str]) -> Result<Found> {
        let file = self.folder.join(format!("{}.c", model.name));
        std::fs::write(&file, scenario(model))?;
        let mut command = Command::new(&self.program);
        command.args(["check", "--json"]).args(options).arg(&file);
        if search == Search::Full {
            command.arg("--no-reduction");
        }
        let run = child::run(&mut command, &self.folder.join("gfp.json"))?;
        let json: Value = serde_json::from_str(&run.output)
            .with_context(|| format!("gfp could not use {}", file.display()))?;
        found(&json, run).context("gfp's JSON is not as expected")
    }

    /// A whole search, for the table.
    pub fn measure(&self, entry: &Entry, search: Search) -> Result<Measured> {
        let found = self.check(&entry.size.model, search, STATES_MAX)?;
        let (counts, expected) = (found.counts, &entry.size);
        ensure!(found.complete, "the search has ended early");
        ensure!(found.broken.is_empty(), "{:?} is broken", found.broken);
        ensure!(
            found.ends == expected.ends,
            "{} final states, not {}",
            found.ends,
            expected.ends
        );
        if search == Search::Full {
            entry.expect(counts)?;
        }
        Ok(Measured {
            counts,
            cpu: found.run.cpu,
            memory: Some(found.run.memory),
        })
    }
}

fn found(json: &Value, run: child::Run) -> Option<Found> {
    let number = |value: &Value, key: &str| value[key].as_u64().map(|n| n as usize);
    let mut broken = Vec::new();
    for violation in json["violations"].as_array()? {
        let schedule: Schedule = violation["schedule"].as_str()?.parse().ok()?;
        broken.push((violation["rule"].as_str()?.to_owned(), schedule.0.len()));
    }
    broken.sort_by_key(|(_, length)| *length);
    let ends = json["configurations"][0]["ends"].as_array()?;
    let fine = |end: &&Value| end["hang"] == false && end["halted"] == false;
    let ends = ends.iter().filter(fine).map(|end| number(end, "states"));
    Some(Found {
        counts: Counts {
            states: number(json, "states")?,
            transitions: number(json, "transitions")?,
        },
        complete: json["complete"].as_bool()?,
        ends: ends.sum::<Option<usize>>()?,
        broken,
        run,
    })
}

/// The text as a scenario: each context has a CPU of its own.
pub fn scenario(model: &Model) -> String {
    let entries = model.entries();
    let mut text = format!("/*+++\ncpus = {}\n", entries.len());
    for (cpu, entry) in entries.iter().enumerate() {
        let _ = writeln!(
            text,
            "[[run]]\ncontext = \"task\"\nentry = \"{entry}\"\ncpu = {cpu}"
        );
    }
    text += "+++*/\n";
    for (name, value) in &model.defines {
        let _ = writeln!(text, "#define {name} {value}");
    }
    text += match model.text {
        Text::Storm => STORM,
        Text::Kvfree => KVFREE,
    };
    text
}
