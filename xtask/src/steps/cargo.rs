//! The steps that cargo carries out.

use super::tally::Tally;
use crate::paths::Paths;
use crate::shell;
use anyhow::{Context, Result};
use std::io::Read;
use std::process::{Command, Stdio};

pub(super) fn fmt(paths: &Paths) -> Result<Tally> {
    let check = |of: &[&str]| {
        let mut cargo = shell::cargo();
        cargo.current_dir(&paths.root).args(["fmt", "--check"]);
        single(&format!("cargo fmt {}", of.join(" ")), cargo.args(of))
    };
    let mut tally = check(&["--all"]);
    // The fuzz targets are a workspace of their own.
    tally.add(check(&["--manifest-path", "model/fuzz/Cargo.toml"]));
    Ok(tally)
}

pub(super) fn clippy(paths: &Paths) -> Result<Tally> {
    let mut cargo = shell::cargo();
    cargo
        .current_dir(&paths.root)
        .args(["clippy", "--workspace", "--all-targets"]);
    Ok(single("cargo clippy", cargo.args(["--", "-D", "warnings"])))
}

pub(super) fn model(paths: &Paths) -> Result<Tally> {
    let mut cargo = shell::cargo();
    tests(cargo.current_dir(&paths.root).args(["test", "-p", "model"]))
}

pub(super) fn web(paths: &Paths) -> Result<Tally> {
    let mut cargo = shell::cargo();
    cargo.current_dir(&paths.root);
    tests(cargo.args([
        "test",
        "-p",
        "web",
        "--no-default-features",
        "--features",
        "ssr",
    ]))
}

pub(super) fn xtask(paths: &Paths) -> Result<Tally> {
    let mut cargo = shell::cargo();
    tests(
        cargo
            .current_dir(&paths.root)
            .args(["test", "-p", "xtask", "--bins"]),
    )
}

/// Runs a `cargo test` and counts its tests; its report is shown when one fails. Failing without a
/// failed test (it does not compile, it crashed) is one failure.
pub(super) fn tests(command: &mut Command) -> Result<Tally> {
    command.arg("--no-fail-fast").stdout(Stdio::piped());
    count(command)
}

/// Runs a program that reports like `cargo test`.
pub(super) fn count(command: &mut Command) -> Result<Tally> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start cargo")?;
    let mut report = Vec::new();
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_end(&mut report)?;
    }
    let status = child.wait()?;
    let report = String::from_utf8_lossy(&report);
    let mut tally = Tally::of_cargo_test(&report);
    if !status.success() {
        println!("{report}");
        if tally.failed() == 0 {
            tally.fail(format!("cargo test ended with {status}"));
        }
    }
    Ok(tally)
}

/// One command that either succeeds or not.
pub(super) fn single(name: &str, command: &mut Command) -> Tally {
    let mut tally = Tally::default();
    tally.count(name, shell::run(command));
    tally
}
