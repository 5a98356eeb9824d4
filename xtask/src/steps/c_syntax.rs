//! The modelled kernel and the scenarios are real C: the system's compiler accepts them, on every
//! configuration that the book shows.

use super::tally::Tally;
use crate::paths::Paths;
use crate::{shell, stamp};
use anyhow::{Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const COMPILER: &str = "cc";

/// The configurations that are tried, with their options.
const CONFIGURATIONS: [(&str, &[&str]); 4] = [
    (
        "preempt-debug",
        &[
            "PREEMPT",
            "SMP",
            "DEBUG_ATOMIC_SLEEP",
            "PROVE_LOCKING",
            "PROVE_RAW_LOCK_NESTING",
            "DEBUG_PREEMPT",
            "PREEMPT_COUNT",
            "PROVE_RCU",
            "DEBUG_LIST",
            "HARDLOCKUP_DETECTOR",
        ],
    ),
    ("preempt-nodebug", &["PREEMPT", "SMP", "PREEMPT_COUNT"]),
    (
        "rt-debug",
        &[
            "PREEMPT_RT",
            "SMP",
            "DEBUG_ATOMIC_SLEEP",
            "PROVE_LOCKING",
            "PROVE_RAW_LOCK_NESTING",
            "DEBUG_PREEMPT",
            "PREEMPT_COUNT",
            "PROVE_RCU",
            "DEBUG_LIST",
            "HARDLOCKUP_DETECTOR",
        ],
    ),
    ("rt-nodebug", &["PREEMPT_RT", "SMP", "PREEMPT_COUNT"]),
];

pub(super) fn run(paths: &Paths) -> Result<Tally> {
    let version = shell::first_line(Command::new(COMPILER).arg("--version"));
    ensure!(
        version.is_some(),
        "there is no C compiler `{COMPILER}` (Debian: apt-get install gcc)"
    );
    let texts = texts(paths);
    ensure!(!texts.is_empty(), "there are no C texts under model/");
    let mut tally = Tally::default();
    for (name, options) in CONFIGURATIONS {
        for text in &texts {
            tally.add(check(text, name, options, paths)?);
        }
    }
    Ok(tally)
}

/// One C text and what the compiler has to read before it.
struct Text {
    file: PathBuf,
    prelude: bool,
}

fn texts(paths: &Paths) -> Vec<Text> {
    let c_files = |folder: &str| {
        let files = stamp::files_under(&paths.root.join(folder));
        files
            .into_iter()
            .filter(|file| file.extension().is_some_and(|e| e == "c"))
    };
    let kernel = c_files("model/kernel").map(|file| Text {
        file,
        prelude: false,
    });
    let scenarios = c_files("model/scenarios").map(|file| {
        let prelude = names_kernel(&file);
        Text { file, prelude }
    });
    kernel.chain(scenarios).collect()
}

/// Whether a scenario's front matter names a kernel; without one it is a plain C program.
fn names_kernel(scenario: &Path) -> bool {
    let text = fs::read_to_string(scenario).unwrap_or_default();
    let front_matter = text.split("+++*/").next().unwrap_or("");
    front_matter
        .lines()
        .any(|line| line.trim_start().starts_with("kernel"))
}

fn check(text: &Text, name: &str, options: &[&str], paths: &Paths) -> Result<Tally> {
    let include = paths.root.join("model/kernel/include");
    let mut cc = Command::new(COMPILER);
    cc.current_dir(&paths.root)
        .args(["-fsyntax-only", "-std=gnu11"]);
    cc.args(options.iter().map(|option| format!("-DCONFIG_{option}=1")));
    if text.prelude {
        cc.arg("-I")
            .arg(&include)
            .args(["-include", "model/prelude.h"]);
    } else if text.file.starts_with(paths.root.join("model/kernel")) {
        cc.arg("-I").arg(&include);
    }
    let output = shell::output(cc.arg(&text.file))?;
    let mut tally = Tally::default();
    let what = format!("{} on {name}", paths.shown(&text.file));
    let outcome = if output.status.success() {
        Ok(())
    } else {
        Err(shell::both(&output))
    };
    tally.count(&what, outcome);
    Ok(tally)
}
