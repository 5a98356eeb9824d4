//! Our explorer as WebAssembly under node: the module of the book, searching in slices.

use super::models::{Counts, Model};
use super::ours::{self, Search};
use super::{Entry, Measured};
use crate::paths::Paths;
use crate::{shell, wasm};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

/// Searches in one instance: the first, and some with the code that the first has made hot.
const RUNS: usize = 3;
/// More than the memory can hold.
const STATES_MAX: usize = 4_000_000_000;

/// The module and the script beside it.
pub struct Wasm {
    folder: PathBuf,
}

/// One search.
pub struct Found {
    /// How much it has done.
    pub counts: Counts,
    /// CPU seconds, those of the compiler's threads among them.
    pub cpu: f64,
    /// Seconds.
    pub seconds: f64,
    /// Bytes of the module's memory.
    pub memory: u64,
    /// Whether the memory was enough.
    pub complete: bool,
    /// What each execution shows, and its length.
    pub executions: Vec<ours::Broken>,
}

impl Wasm {
    /// Builds the module, if node is here to run it.
    pub fn build(paths: &Paths) -> Result<Option<Wasm>> {
        if shell::which("node").is_none() {
            return Ok(None);
        }
        wasm::build(paths)?;
        let module = wasm::folder(paths).context("the module is not where it was put")?;
        let module = paths.target("site").join(module);
        let folder = paths.target("bench/wasm");
        std::fs::create_dir_all(&folder)?;
        for name in ["web.js", "web_bg.wasm"] {
            std::fs::copy(module.join(name), folder.join(name))
                .with_context(|| format!("cannot copy {name}"))?;
        }
        std::fs::write(folder.join("package.json"), r#"{"type": "module"}"#)?;
        std::fs::write(folder.join("search.mjs"), include_str!("search.mjs"))?;
        Ok(Some(Wasm { folder }))
    }

    /// Searches in a new instance, then again in the same one.
    pub fn search(&self, model: &Model, search: Search, states_max: usize) -> Result<Vec<Found>> {
        let file = self.folder.join(format!("{}.c", model.name));
        std::fs::write(&file, ours::scenario(model))?;
        let search = match search {
            Search::Full => "all",
            Search::Reduced => "reduced",
        };
        let mut node = Command::new("node");
        node.current_dir(&self.folder).arg("search.mjs");
        node.arg(file).arg(search).arg(RUNS.to_string());
        node.arg(states_max.to_string());
        let output = shell::output(&mut node)?;
        let text = String::from_utf8_lossy(&output.stdout);
        let found = text.lines().map(found).collect::<Option<Vec<_>>>();
        let found = found.filter(|found| found.len() == RUNS);
        found.with_context(|| format!("node did not finish: {}", shell::both(&output)))
    }

    /// Whole searches for the table: the first one and the best of the others.
    pub fn measure(&self, entry: &Entry, search: Search) -> Result<[Measured; 2]> {
        let all = self.search(&entry.size.model, search, STATES_MAX)?;
        for found in &all {
            ensure!(found.complete, "it ended early");
            if search == Search::Full {
                entry.expect(found.counts)?;
            }
        }
        let measured = |found: &Found| Measured {
            counts: found.counts,
            cpu: found.cpu,
            memory: Some(found.memory),
        };
        let warm = all[1..].iter().min_by(|a, b| a.cpu.total_cmp(&b.cpu));
        Ok([measured(&all[0]), measured(warm.unwrap_or(&all[0]))])
    }
}

fn found(line: &str) -> Option<Found> {
    let json: Value = serde_json::from_str(line).ok()?;
    let execution = |execution: &Value| {
        let what = execution["what"].as_str()?.to_owned();
        Some((what, execution["steps"].as_u64()? as usize))
    };
    let executions = json["executions"].as_array()?.iter().map(execution);
    Some(Found {
        counts: explored(json["report"].as_str()?)?,
        cpu: json["cpu"].as_f64()?,
        seconds: json["seconds"].as_f64()?,
        memory: json["memory"].as_u64()?,
        complete: json["bound"].is_null(),
        executions: executions.collect::<Option<_>>()?,
    })
}

/// `Explored 3 states, 4 transitions, depth 2: complete` somewhere in the report.
fn explored(report: &str) -> Option<Counts> {
    let line = report
        .lines()
        .find_map(|line| line.strip_prefix("Explored "))?;
    let mut numbers = line
        .split(", ")
        .map(|part| part.split(' ').next()?.parse().ok());
    Some(Counts {
        states: numbers.next()??,
        transitions: numbers.next()??,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_report() {
        let report = "Test x\nExplored 3 states, 4 transitions, depth 2: complete\nTime x 0.00\n";
        let counts = explored(report).unwrap();
        assert_eq!((counts.states, counts.transitions), (3, 4));
    }
}
