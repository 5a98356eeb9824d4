//! The widgets' own tests, compiled to WebAssembly and run in Chromium.

use super::tally::Tally;
use super::{cargo, tools};
use crate::paths::Paths;
use crate::toolchain::{self, TARGET};
use crate::wasm;
use anyhow::Result;

pub(super) fn run(paths: &Paths) -> Result<Tally> {
    let browser = tools::browser()?;
    let toolchain = toolchain::setup(paths)?;
    let runner = tools::wasm_bindgen(paths)?.join("wasm-bindgen-test-runner");
    let mut cargo = toolchain.cargo();
    cargo
        .current_dir(&paths.root)
        .args(["test", "-p", "web", "--target", TARGET, "--target-dir"]);
    cargo.arg(wasm::target_dir(&toolchain, paths));
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner);
    cargo.env("CHROMEDRIVER", browser.driver);
    cargo::tests(&mut cargo)
}
