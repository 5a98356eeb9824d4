//! The fuzz targets of `model/fuzz/`, each for a few seconds from its seeds.
//!
//! cargo-fuzz is not needed: what it adds to `cargo build` are the flags in [`COVERAGE`], which any
//! compiler knows. libFuzzer itself is C++, compiled by the crate `libfuzzer-sys`.
//!
//! The seed of libFuzzer's random numbers is fixed, so that the same program passes or fails again.
//! `FUZZ_SECONDS=300 cargo xtask test fuzz` takes longer, and new numbers.

mod seeds;

use super::tally::Tally;
use crate::paths::Paths;
use crate::shell;
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

/// Instruments the code as libFuzzer needs it (cargo-fuzz, `src/project.rs`). No address sanitizer:
/// there is no `unsafe` here to sanitize.
const COVERAGE: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// The targets, in the order of `model/src/lib.rs`.
const TARGETS: [&str; 6] = ["lex", "parse", "lower", "program", "step", "link"];

/// How long each target runs.
const SECONDS: u32 = 5;

/// Longer inputs than people's typical texts find nothing that these do not.
const INPUT_BYTES_MAX: u32 = 4096;

/// No input takes a second; a machine that does other things, too, is slow.
const INPUT_SECONDS_MAX: u32 = 30;

/// Far above what the largest of them needs.
const MEMORY_MB_MAX: u32 = 1024;

/// Lines of libFuzzer's report that are shown of a failure.
const LINES_SHOWN: usize = 40;

pub(super) fn run(paths: &Paths) -> Result<Tally> {
    if shell::which("c++").is_none() {
        return Ok(Tally::skipped(
            "there is no C++ compiler `c++` for libFuzzer (Debian: apt-get install g++)",
        ));
    }
    let seconds = seconds()?;
    let programs = build(paths)?;
    let mut tally = Tally::default();
    for target in TARGETS {
        let seeds = seeds::folders(target, paths)?;
        match fuzz(target, &programs.join(target), &seeds, seconds, paths) {
            Ok(line) => {
                println!("{target}: {line}");
                tally.pass();
            }
            Err(error) => tally.fail(format!("{target}: {error:#}")),
        }
    }
    Ok(tally)
}

/// How long, and nothing when it is the usual time.
fn seconds() -> Result<Option<u32>> {
    match std::env::var("FUZZ_SECONDS") {
        Ok(text) => {
            let seconds = text.parse().ok().filter(|n| *n > 0);
            let problem = || format!("FUZZ_SECONDS={text} is no number of seconds");
            seconds.with_context(problem).map(Some)
        }
        Err(_) => Ok(None),
    }
}

/// Builds the targets and says where they are. With `--target`, so that build scripts and macros
/// are not instrumented.
fn build(paths: &Paths) -> Result<PathBuf> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let host = shell::first_line(Command::new(rustc).args(["--print", "host-tuple"]))
        .context("rustc does not say what it compiles for")?;
    let mut cargo = shell::cargo();
    cargo
        .current_dir(&paths.root)
        .args(["build", "--release", "--bins", "--target", &host])
        .args(["--manifest-path", "model/fuzz/Cargo.toml", "--target-dir"])
        .arg(paths.target("fuzz"))
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env("RUSTFLAGS", COVERAGE);
    shell::run(&mut cargo)?;
    Ok(paths.target("fuzz").join(host).join("release"))
}

/// Runs one target; what it did, or what it died of and how to see that again.
fn fuzz(
    target: &str,
    program: &Path,
    seeds: &[PathBuf],
    seconds: Option<u32>,
    paths: &Paths,
) -> Result<String> {
    // What it finds on the way, which is no seed of the next time: the same every time.
    let found = paths.target("fuzz/found").join(target);
    fs::remove_dir_all(&found).ok();
    let artifacts = paths.target("fuzz/artifacts").join(target);
    let last_input = artifacts.join("last-input");
    for folder in [&found, &artifacts] {
        fs::create_dir_all(folder)?;
    }
    let mut command = Command::new(program);
    command
        .env("FUZZ_LAST_INPUT", &last_input)
        .arg(&found)
        .args(seeds)
        .arg(format!("-max_total_time={}", seconds.unwrap_or(SECONDS)))
        .arg(format!("-seed={}", u32::from(seconds.is_none())))
        .arg(format!("-max_len={INPUT_BYTES_MAX}"))
        .arg(format!("-timeout={INPUT_SECONDS_MAX}"))
        .arg(format!("-rss_limit_mb={MEMORY_MB_MAX}"))
        .arg(format!("-artifact_prefix={}/", artifacts.display()));
    let output = shell::output(&mut command)?;
    let report = shell::both(&output);
    if output.status.success() {
        fs::remove_file(&last_input).ok();
        return summary(&report);
    }
    let input = match written(&report) {
        Some(input) => input,
        // The signal came before libFuzzer could write: a stack that was too small.
        None => {
            let input = artifacts.join("overflow");
            fs::rename(&last_input, &input)?;
            input
        }
    };
    bail!(failure(program, &input, output.status, &report, paths))
}

/// What libFuzzer says at its end: how often, and how many edges of the program were seen.
fn summary(report: &str) -> Result<String> {
    let runs = report.lines().find(|line| line.starts_with("Done "));
    let edges = report.rsplit_once(" cov: ").map(|(_, rest)| rest);
    let edges = edges.and_then(|rest| rest.split_whitespace().next());
    ensure!(runs.is_some(), "it ended without a word:\n{report}");
    Ok(format!(
        "{}, {} edges covered",
        runs.unwrap_or_default().trim_start_matches("Done "),
        edges.unwrap_or("no")
    ))
}

/// The file with the failing input.
fn written(report: &str) -> Option<PathBuf> {
    let (_, rest) = report.split_once("Test unit written to ")?;
    rest.lines().next().map(PathBuf::from)
}

fn failure(
    program: &Path,
    input: &Path,
    status: ExitStatus,
    report: &str,
    paths: &Paths,
) -> String {
    // What a panic says is the first line of interest; behind it is libFuzzer's own stack.
    let lines: Vec<&str> = report.lines().collect();
    let panics = lines.iter().position(|line| line.contains("panicked at"));
    let begin = panics.unwrap_or(lines.len().saturating_sub(LINES_SHOWN));
    let end = lines.len().min(begin + LINES_SHOWN);
    format!(
        "{status}\n{}\nThe input is in {}; to see it again:\n  {} {}",
        lines[begin..end].join("\n"),
        paths.shown(input),
        paths.shown(program),
        paths.shown(input),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_libfuzzer() {
        let report = "#2\tINITED cov: 12 ft: 14 corp: 1/1b\n\
            #9\tNEW    cov: 40 ft: 51 corp: 2/2b\nDone 300 runs in 5 second(s)\n";
        let line = summary(report).expect("a summary");
        assert_eq!(line, "300 runs in 5 second(s), 40 edges covered");
        let report = "artifact_prefix='a/'; Test unit written to a/crash-12\nBase64: eA==\n";
        assert_eq!(written(report), Some(PathBuf::from("a/crash-12")));
        assert_eq!(written("Segmentation fault"), None);
    }
}
