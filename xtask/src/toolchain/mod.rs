//! Which compiler makes the WebAssembly module, and setting it up.
//!
//! The ordinary way is rustup's `wasm32-unknown-unknown`. Where rustup cannot fetch it, Debian's
//! Rust compiler and a standard library compiled from Debian's sources do the same ([`debian`]).
//! Every way ends in a real probe: a module is compiled. `WASM_TOOLCHAIN=rustup` or `=debian`
//! forces a way; the choice is recorded in `target/wasm-toolchain`.

mod debian;
mod probe;

use crate::paths::Paths;
use crate::shell;
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// The target triple of the module.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// How long `rustup target add` may take: it fetches about 20 MB; a host that does not answer
/// would hold us for many minutes.
const RUSTUP_LIMIT: Duration = Duration::from_secs(150);

/// A compiler that can make the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Toolchain {
    /// The Rust that also compiles xtask.
    Rustup,
    /// Debian's Rust with our own standard library for wasm32, in this folder.
    Debian(PathBuf),
}

impl Toolchain {
    /// `cargo` of this toolchain, with nothing left over from the cargo that started us.
    pub fn cargo(&self) -> Command {
        match self {
            Toolchain::Rustup => shell::cargo(),
            Toolchain::Debian(dir) => {
                let mut command = Command::new(dir.join("bin/cargo"));
                self.prepare(&mut command);
                command
            }
        }
    }

    /// Makes `command`, and every cargo and rustc that it starts, use this toolchain.
    pub fn prepare(&self, command: &mut Command) {
        let Toolchain::Debian(dir) = self else { return };
        let path = std::env::var_os("PATH").unwrap_or_default();
        let bin = dir.join("bin");
        let path =
            std::env::join_paths(std::iter::once(bin.clone()).chain(std::env::split_paths(&path)));
        if let Ok(path) = path {
            command.env("PATH", path);
        }
        for variable in ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN"] {
            command.env_remove(variable);
        }
        command
            .env("RUSTC", bin.join("rustc"))
            .env("RUSTDOC", bin.join("rustdoc"));
    }

    /// The compiler's version, to tell a module made by an older one.
    pub fn version(&self) -> String {
        let mut rustc = match self {
            Toolchain::Rustup => {
                Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
            }
            Toolchain::Debian(_) => Command::new(debian::RUSTC),
        };
        shell::first_line(rustc.arg("--version")).unwrap_or_default()
    }

    fn name(&self) -> &'static str {
        match self {
            Toolchain::Rustup => "rustup",
            Toolchain::Debian(_) => "debian",
        }
    }

    fn record(&self) -> String {
        format!("{}\n{}\n", self.name(), self.version())
    }
}

/// A working toolchain: the recorded one when it is still there, else one that is set up now.
pub fn setup(paths: &Paths) -> Result<Toolchain> {
    let forced = std::env::var("WASM_TOOLCHAIN")
        .ok()
        .filter(|way| !way.is_empty());
    let debian = Toolchain::Debian(paths.target("debian-wasm"));
    let toolchain = match forced.as_deref() {
        None => match recorded(paths, &[Toolchain::Rustup, debian]) {
            Some(toolchain) => return Ok(toolchain),
            None => choose(paths)?,
        },
        Some("rustup") => match recorded(paths, &[Toolchain::Rustup]) {
            Some(toolchain) => return Ok(toolchain),
            None => by_rustup(paths)?,
        },
        Some("debian") => match recorded(paths, &[debian]) {
            Some(toolchain) => return Ok(toolchain),
            None => debian::install(paths)?,
        },
        Some(other) => bail!("WASM_TOOLCHAIN={other} is not known: use `rustup` or `debian`"),
    };
    crate::stamp::write_if_changed(&paths.target("wasm-toolchain"), toolchain.record())?;
    eprintln!(
        "    the module is compiled by {} ({})",
        toolchain.version(),
        toolchain.name()
    );
    Ok(toolchain)
}

/// The recorded toolchain, if it is one of `accepted` and its compiler is still the same.
fn recorded(paths: &Paths, accepted: &[Toolchain]) -> Option<Toolchain> {
    let record = std::fs::read_to_string(paths.target("wasm-toolchain")).ok()?;
    let toolchain = accepted
        .iter()
        .find(|toolchain| toolchain.record() == record)?;
    let complete = match toolchain {
        Toolchain::Rustup => true,
        Toolchain::Debian(dir) => debian::is_complete(dir),
    };
    complete.then(|| toolchain.clone())
}

fn choose(paths: &Paths) -> Result<Toolchain> {
    let error = match by_rustup(paths) {
        Ok(toolchain) => return Ok(toolchain),
        Err(error) => error,
    };
    eprintln!("    not by rustup: {error:#}\n    so by Debian's packages");
    debian::install(paths).context(
        "no compiler for WebAssembly could be set up.\n\
         Either run `rustup target add wasm32-unknown-unknown` yourself,\n\
         or, on Debian as root, `apt-get install rustc-web cargo-web rust-web-src` and run \
         `cargo xtask setup` again.",
    )
}

fn by_rustup(paths: &Paths) -> Result<Toolchain> {
    let toolchain = Toolchain::Rustup;
    if probe::compiles(&toolchain, paths).is_ok() {
        return Ok(toolchain);
    }
    if shell::which("rustup").is_none() {
        bail!("there is no rustup, and this Rust has no {TARGET}");
    }
    eprintln!("    running `rustup target add {TARGET}` (about 90 MB on disk)");
    shell::run_within(
        Command::new("rustup").args(["target", "add", TARGET]),
        RUSTUP_LIMIT,
    )?;
    probe::compiles(&toolchain, paths)?;
    Ok(toolchain)
}
