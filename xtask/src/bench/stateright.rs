//! stateright: a crate of its own, `xtask/peers`, breadth first on one thread.

use super::child;
use super::models::{Counts, Text};
use super::{Entry, Measured};
use crate::paths::Paths;
use crate::shell;
use anyhow::{Context, Result, ensure};
use std::path::PathBuf;
use std::process::Command;

/// The program.
pub struct Stateright {
    program: PathBuf,
    output: PathBuf,
}

impl Stateright {
    /// Builds it; its dependencies are not those of the workspace and may have to be fetched.
    pub fn build(paths: &Paths) -> Result<Stateright> {
        let folder = paths.target("bench");
        let mut cargo = shell::cargo();
        cargo.current_dir(paths.root.join("xtask/peers"));
        cargo.args(["build", "--release", "--locked", "--target-dir"]);
        shell::run(cargo.arg(folder.join("peers")))?;
        Ok(Stateright {
            program: folder.join("peers/release/peers"),
            output: folder.join("peers.txt"),
        })
    }

    /// A whole search, for the table.
    pub fn measure(&self, entry: &Entry) -> Result<Measured> {
        let model = &entry.size.model;
        let mut command = Command::new(&self.program);
        let numbers = model.defines.iter().take(match model.text {
            Text::Storm => 3,
            Text::Kvfree => 5,
        });
        let numbers = numbers.map(|(_, value)| value.to_string());
        command.arg(model.text.name()).args(numbers);
        let run = child::run(&mut command, &self.output)?;
        let (counts, discoveries) = found(&run.output).context("`peers` says something else")?;
        ensure!(discoveries == 0, "stateright has found an error");
        entry.expect(counts)?;
        Ok(Measured {
            counts,
            cpu: run.cpu,
            memory: Some(run.memory),
        })
    }
}

/// `3 states, 4 transitions, 0 discoveries`
fn found(line: &str) -> Option<(Counts, usize)> {
    let numbers = line.trim().split(", ").map(|part| {
        let number = part.split(' ').next()?;
        number.parse().ok()
    });
    match numbers.collect::<Option<Vec<usize>>>()?.as_slice() {
        &[states, transitions, discoveries] => Some((
            Counts {
                states,
                transitions,
            },
            discoveries,
        )),
        _ => None,
    }
}
