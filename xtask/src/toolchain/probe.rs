//! Whether a toolchain can make a WebAssembly module: by making one.

use super::{TARGET, Toolchain};
use crate::paths::Paths;
use crate::shell;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::process::Command;

/// Uses the allocator and formatting, so that a `core` without a `std` does not pass.
const PROBE: &str = "#[unsafe(no_mangle)] pub extern \"C\" fn probe(n: u32) -> usize \
                     { format!(\"{n}\").len() }\n";

/// Compiles a small module.
pub(super) fn compiles(toolchain: &Toolchain, paths: &Paths) -> Result<()> {
    let dir = paths.target("probe");
    fs::create_dir_all(&dir)?;
    let (source, module) = (dir.join("probe.rs"), dir.join("probe.wasm"));
    fs::write(&source, PROBE)?;
    fs::remove_file(&module).ok();
    let mut rustc = match toolchain {
        Toolchain::Rustup => {
            Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        }
        Toolchain::Debian(dir) => Command::new(dir.join("bin/rustc")),
    };
    toolchain.prepare(&mut rustc);
    rustc.args([
        "--edition",
        "2024",
        "--crate-type",
        "cdylib",
        "--target",
        TARGET,
        "-o",
    ]);
    shell::run_quietly(rustc.arg(&module).arg(&source))?;
    let bytes = fs::read(&module).context("the compiler wrote no module")?;
    ensure!(
        bytes.starts_with(b"\0asm"),
        "the compiler wrote something else than a module"
    );
    Ok(())
}
