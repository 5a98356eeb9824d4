//! `wasm-pack build web` makes the npm package, with types.

use super::tally::Tally;
use super::tools;
use crate::paths::Paths;
use crate::{shell, toolchain};
use anyhow::{Result, ensure};
use std::path::Path;
use std::process::Command;

const VERSION: &str = "0.15.1";
const FILES: [&str; 4] = ["package.json", "web.js", "web.d.ts", "web_bg.wasm"];

pub(super) fn run(paths: &Paths) -> Result<Tally> {
    let own = paths.tools().join("bin/wasm-pack");
    let wasm_pack = match shell::which("wasm-pack") {
        Some(program) => program,
        None if own.is_file() => own,
        // Minutes of compiling: for the machine that has the time.
        None if std::env::var_os("CI").is_some() => {
            install(paths)?;
            own
        }
        None => {
            let how = "cargo install wasm-pack";
            return Ok(Tally::skipped(format!(
                "there is no wasm-pack ({how}; CI does it)"
            )));
        }
    };
    let mut tally = Tally::default();
    tally.count(
        "wasm-pack build web",
        build(&wasm_pack, paths).map_err(|e| format!("{e:#}")),
    );
    Ok(tally)
}

fn install(paths: &Paths) -> Result<()> {
    let mut cargo = shell::cargo();
    cargo.args([
        "install",
        "--locked",
        "wasm-pack",
        "--version",
        VERSION,
        "--root",
    ]);
    cargo
        .arg(paths.tools())
        .arg("--target-dir")
        .arg(paths.tools().join("build"));
    shell::run(&mut cargo)
}

fn build(wasm_pack: &Path, paths: &Paths) -> Result<()> {
    let toolchain = toolchain::setup(paths)?;
    let wasm_bindgen = tools::wasm_bindgen(paths)?;
    let package = paths.target("npm");
    std::fs::remove_dir_all(&package).ok();
    let mut command = Command::new(wasm_pack);
    toolchain.prepare(&mut command);
    let search_path = command
        .get_envs()
        .find(|(name, _)| *name == "PATH")
        .and_then(|(_, value)| value.map(ToOwned::to_owned))
        .or_else(|| std::env::var_os("PATH"))
        .unwrap_or_default();
    let folders = std::env::split_paths(&search_path);
    // With a wasm-bindgen of the right version on the path wasm-pack fetches nothing.
    let search_path = std::env::join_paths(std::iter::once(wasm_bindgen).chain(folders))?;
    command.env("PATH", search_path);
    command.env(
        "CARGO_TARGET_DIR",
        crate::wasm::target_dir(&toolchain, paths),
    );
    command
        .current_dir(&paths.root)
        .args(["build", "web", "--mode", "no-install", "--out-dir"]);
    shell::run(command.arg(&package).args(["--profile", "wasm"]))?;
    for file in FILES {
        ensure!(package.join(file).is_file(), "the package has no {file}");
    }
    Ok(())
}
