//! SPIN: the same statements in Promela, without its partial order reduction.

use super::child;
use super::models::{Counts, Model};
use super::{Entry, Measured};
use crate::paths::Paths;
use crate::shell;
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Its table begins with at least so many bits.
const BITS_MIN: u32 = 18;

/// Where its texts are and its verifiers go.
pub struct Spin {
    texts: PathBuf,
    folder: PathBuf,
}

/// A verifier of one model.
pub struct Pan {
    folder: PathBuf,
}

/// What it said.
pub struct Found {
    /// How much it has done.
    pub counts: Counts,
    /// Statements before the one that fails, when one does.
    pub error_depth: Option<usize>,
    /// What that took.
    pub run: child::Run,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    DepthFirst,
    BreadthFirst,
}

impl Spin {
    /// SPIN and a C compiler, if both are here.
    pub fn find(paths: &Paths) -> Option<Spin> {
        shell::which("spin").and(shell::which("gcc"))?;
        Some(Spin {
            texts: paths.root.join("model/benches/explorer"),
            folder: paths.target("bench"),
        })
    }

    /// The verifier that goes depth first.
    pub fn depth_first(&self, model: &Model) -> Result<Pan> {
        self.pan(model, Order::DepthFirst)
    }

    /// The one that finds a shortest way.
    pub fn breadth_first(&self, model: &Model) -> Result<Pan> {
        self.pan(model, Order::BreadthFirst)
    }

    fn pan(&self, model: &Model, order: Order) -> Result<Pan> {
        let bfs = order == Order::BreadthFirst;
        let name = if bfs { "bfs" } else { "dfs" };
        let folder = self.folder.join(format!("spin-{name}-{}", model.name));
        std::fs::create_dir_all(&folder)?;
        let mut spin = Command::new("spin");
        let defines = model
            .defines
            .iter()
            .map(|(n, value)| format!("-D{n}={value}"));
        spin.current_dir(&folder).args(defines);
        if bfs {
            spin.arg("-DBREADTH_FIRST=1");
        }
        let text = self.texts.join(format!("{}.pml", model.text.name()));
        shell::run_quietly(spin.arg("-a").arg(text))?;
        let mut gcc = Command::new("gcc");
        gcc.current_dir(&folder)
            .args(["-O3", "-march=native", "-w", "-o", "pan", "pan.c"])
            .args(["-DSAFETY", "-DNOREDUCE", "-DNOFAIR", "-DMEMLIM=16000"]);
        if bfs {
            gcc.arg("-DBFS");
        }
        shell::run_quietly(&mut gcc)?;
        Ok(Pan { folder })
    }
}

impl Pan {
    /// Searches with a table for so many states, until the end or the first error.
    pub fn search(&self, states: usize) -> Result<Found> {
        let bits = states.next_power_of_two().ilog2().max(BITS_MIN);
        let mut pan = Command::new("./pan");
        pan.current_dir(&self.folder).arg(format!("-w{bits}"));
        let run = child::run(&mut pan, &self.folder.join("output"))?;
        found(run).with_context(|| format!("{} is not as expected", self.output().display()))
    }

    fn output(&self) -> PathBuf {
        Path::new(&self.folder).join("output")
    }

    /// A whole search, for the table.
    pub fn measure(&self, entry: &Entry) -> Result<Measured> {
        let found = self.search(entry.size.counts.states)?;
        ensure!(found.error_depth.is_none(), "SPIN has found an error");
        entry.expect(found.counts)?;
        Ok(Measured {
            counts: found.counts,
            cpu: found.run.cpu,
            memory: Some(found.run.memory),
        })
    }
}

fn found(run: child::Run) -> Option<Found> {
    let text = &run.output;
    let before = |words: &str| {
        let line = text.lines().find(|line| line.contains(words))?;
        line.split_whitespace().next()?.parse::<usize>().ok()
    };
    let error = text.lines().find(|line| line.starts_with("pan:1:"));
    let depth = error.and_then(|line| {
        let depth = line.rsplit_once("(at depth ")?.1;
        depth.strip_suffix(')')?.parse().ok()
    });
    Some(Found {
        counts: Counts {
            states: before(" states, stored")?,
            // The first one leads into the initial state.
            transitions: before(" transitions (")? - 1,
        },
        error_depth: depth,
        run,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_pan_prints() {
        let output = "pan:1: invalid end state (at depth 9)\n\
                      State-vector 100 byte, depth reached 9, errors: 1\n      860 states, stored\n     \
                      1563 transitions (= stored+matched)\n";
        let run = child::Run {
            cpu: 0.0,
            memory: 0,
            output: output.to_owned(),
        };
        let found = found(run).unwrap();
        assert_eq!(found.error_depth, Some(9));
        assert_eq!((found.counts.states, found.counts.transitions), (860, 1562));
    }
}
