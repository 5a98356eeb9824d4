//! Every scenario's expectation, checked as a reader would: with `gfp check`.

use super::tally::Tally;
use super::tools;
use crate::paths::Paths;
use crate::{shell, stamp};
use anyhow::{Result, ensure};
use std::process::Command;

pub(super) fn run(paths: &Paths) -> Result<Tally> {
    let scenarios = stamp::files_under(&paths.root.join("model/scenarios"));
    let scenarios: Vec<_> = scenarios
        .into_iter()
        .filter(|file| file.extension().is_some_and(|e| e == "c"))
        .collect();
    ensure!(
        !scenarios.is_empty(),
        "there are no scenarios under model/scenarios/"
    );
    let gfp = tools::gfp(paths)?;
    let mut tally = Tally::default();
    for scenario in scenarios {
        let output = shell::output(Command::new(&gfp).arg("check").arg(&scenario))?;
        let outcome = if output.status.success() {
            Ok(())
        } else {
            Err(shell::both(&output))
        };
        tally.count(&paths.shown(&scenario), outcome);
    }
    Ok(tally)
}
