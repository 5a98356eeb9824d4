//! Reading files and building machines from them.

use std::io::Read;
use std::path::{Path, PathBuf};

use model::config::Config;
use model::machine::Machine;
use model::scenario::Scenario;

use crate::Unusable;

/// No scenario and no mail is larger.
const FILE_MAX: u64 = 4 << 20;

/// A whole text; `-` is standard input.
pub fn read(path: &Path) -> Result<String, Unusable> {
    let name = path.display();
    let failed = |e: std::io::Error| Unusable(format!("{name}: error: {e}"));
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin()
            .lock()
            .take(FILE_MAX + 1)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
    } else {
        let file = std::fs::File::open(path).map_err(failed)?;
        file.take(FILE_MAX + 1)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
    }
    if bytes.len() as u64 > FILE_MAX {
        return Err(Unusable(format!(
            "{name}: error: larger than {} MiB",
            FILE_MAX >> 20
        )));
    }
    String::from_utf8(bytes).map_err(|e| {
        let valid = &e.as_bytes()[..e.utf8_error().valid_up_to()];
        let line = 1 + valid.iter().filter(|&&b| b == b'\n').count();
        let column = 1 + valid.iter().rev().take_while(|&&b| b != b'\n').count();
        Unusable(format!(
            "{name}:{line}:{column}: error: this is no UTF-8 text"
        ))
    })
}

/// A scenario from a file.
pub fn scenario(path: &Path) -> Result<Scenario, Unusable> {
    let text = read(path)?;
    let name = if path == Path::new("-") {
        "stdin.c".into()
    } else {
        path.display().to_string()
    };
    Ok(Scenario::parse(&name, &text)?)
}

/// A configuration by its name, or by options joined with `+`.
pub fn config(scenario: &Scenario, name: &str) -> Result<Config, Unusable> {
    match scenario.config(name) {
        Ok(config) => Ok(config),
        Err(problem) => {
            let options: Vec<&str> = name.split('+').collect();
            Config::from_options(&options).map_err(|_| Unusable::from(problem))
        }
    }
}

/// The scenario on its kernel with unified diffs applied to it, in order.
pub fn patched(mut scenario: Scenario, patches: &[PathBuf]) -> Result<Scenario, Unusable> {
    for path in patches {
        let name = path.display();
        let patch = read(path)?;
        let applied = scenario.patched(&patch);
        scenario = applied.map_err(|e| Unusable(format!("{name}: error: {e}")))?;
    }
    Ok(scenario)
}

/// The configuration asked for, else the scenario's first; with its name and its machine.
pub fn machine(scenario: &Scenario, wanted: Option<&str>) -> Result<(String, Machine), Unusable> {
    let first = scenario.configs.first().map(|(name, _)| name.as_str());
    let name = wanted.or(first).unwrap_or("preempt-debug");
    let machine = scenario.machine(&config(scenario, name)?)?;
    Ok((name.to_string(), machine))
}
