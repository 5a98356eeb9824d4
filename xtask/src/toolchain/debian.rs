//! The WebAssembly toolchain from Debian's packages: its compiler, and a standard library for
//! wasm32 compiled from its sources.
//!
//! The folder that is made is a complete sysroot with wrappers: Debian's rustc takes `/usr` for its
//! sysroot, and a second `--sysroot` is an error, so the wrapper passes ours only where none is
//! given. Nothing outside the folder is written and no rustup toolchain is linked. Compiling the
//! library needs crates.io (its dependencies); using it needs no network.

use super::{TARGET, Toolchain, probe};
use crate::paths::Paths;
use crate::{shell, stamp};
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Debian's compiler (package `rustc-web`).
pub(super) const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
const RUSTDOC: &str = "/usr/bin/rustdoc";
const PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
/// Debian's linker, for a machine without rustup's.
const LLD_PACKAGE: &str = "lld-19";
const LLD: &str = "/usr/lib/llvm-19/bin/lld";

/// Installs what is missing and compiles the library, unless that was done with this compiler.
pub(super) fn install(paths: &Paths) -> Result<Toolchain> {
    install_packages()?;
    let dir = paths.target("debian-wasm");
    let version = shell::first_line(Command::new(RUSTC).arg("--version"))
        .context("Debian's rustc does not run")?;
    let toolchain = Toolchain::Debian(dir.clone());
    let stamp_file = dir.join("version");
    if fs::read_to_string(&stamp_file).is_ok_and(|stamp| stamp == version)
        && probe::compiles(&toolchain, paths).is_ok()
    {
        return Ok(toolchain);
    }
    eprintln!(
        "    compiling the standard library for {TARGET} with {version}\n    \
         into {} (once; about a minute)",
        paths.shown(&dir)
    );
    let library = compile_library(paths)?;
    fs::remove_dir_all(&dir).ok();
    assemble(&dir, &library)?;
    probe::compiles(&toolchain, paths).context("the toolchain made from Debian's parts")?;
    stamp::write_if_changed(&stamp_file, version)?;
    Ok(toolchain)
}

/// Whether the folder is all there: the linker is a link into another installation.
pub(super) fn is_complete(dir: &Path) -> bool {
    let linker = host().map(|host| dir.join("lib/rustlib").join(host).join("bin/rust-lld"));
    dir.join("bin/rustc").exists() && linker.is_ok_and(|linker| linker.exists())
}

fn install_packages() -> Result<()> {
    if shell::which("dpkg-query").is_none() {
        bail!("this is no Debian system");
    }
    let mut packages = shell::missing_packages(&PACKAGES);
    if rustup_linker().is_none() && !Path::new(LLD).exists() {
        packages.push(LLD_PACKAGE);
    }
    if packages.is_empty() {
        return Ok(());
    }
    let list = packages.join(" ");
    if !shell::can_install_packages() {
        bail!("these Debian packages are missing: `apt-get install {list}` (as root)");
    }
    eprintln!(
        "    installing Debian packages: {list}\n    (up to 800 MB on disk; a minute or more)"
    );
    shell::apt_install(&packages).with_context(|| format!("could not install {list}"))
}

/// Compiles std as part of an empty crate; returns the folder of the `.rlib` files.
fn compile_library(paths: &Paths) -> Result<PathBuf> {
    let dir = paths.target("debian-wasm-std");
    fs::remove_dir_all(&dir).ok();
    stamp::write_if_changed(&dir.join("src/lib.rs"), "")?;
    stamp::write_if_changed(
        &dir.join("Cargo.toml"),
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n",
    )?;
    let mut cargo = Command::new(CARGO);
    for variable in [
        "CARGO",
        "RUSTFLAGS",
        "RUSTUP_TOOLCHAIN",
        "CARGO_BUILD_TARGET",
    ] {
        cargo.env_remove(variable);
    }
    // -Zbuild-std is unstable; this is the documented way to use it with a released compiler.
    cargo
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTC", RUSTC)
        .current_dir(&dir);
    cargo.args(["build", "--release", "--target", TARGET]);
    cargo.arg("-Zbuild-std=std,panic_abort,panic_unwind,proc_macro,test");
    shell::run(cargo.arg("--target-dir").arg(dir.join("target")))?;
    Ok(dir.join("target").join(TARGET).join("release/deps"))
}

/// Lays out the sysroot: wasm32 from `library`, the host's part from Debian, wrappers, linker.
fn assemble(dir: &Path, library: &Path) -> Result<()> {
    let host = host()?;
    let rustlib = dir.join("lib/rustlib");
    let wasm = rustlib.join(TARGET).join("lib");
    let host_bin = rustlib.join(&host).join("bin");
    let bin = dir.join("bin");
    for folder in [&wasm, &host_bin, &bin] {
        fs::create_dir_all(folder)?;
    }
    let mut n_copied = 0;
    for file in stamp::files_under(library) {
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libempty-") {
            fs::copy(&file, wasm.join(name))?;
            n_copied += 1;
        }
    }
    ensure!(
        n_copied > 0,
        "no library was compiled in {}",
        library.display()
    );
    symlink(
        format!("/usr/lib/rustlib/{host}/lib"),
        rustlib.join(&host).join("lib"),
    )?;
    // The target's linker is called "rust-lld" and looked for here.
    let linker = rustup_linker().unwrap_or_else(|| PathBuf::from(LLD));
    symlink(linker, host_bin.join("rust-lld"))?;
    symlink(CARGO, bin.join("cargo"))?;
    for program in [RUSTC, RUSTDOC] {
        write_wrapper(&bin, program, dir)?;
    }
    fs::remove_dir_all(library.ancestors().nth(4).unwrap_or(library)).ok();
    Ok(())
}

fn write_wrapper(bin: &Path, program: &str, sysroot: &Path) -> Result<()> {
    let text = format!(
        "#!/bin/sh\n\
         for a in \"$@\"; do case \"$a\" in --sysroot|--sysroot=*) exec {program} \"$@\";; esac; done\n\
         exec {program} --sysroot '{}' \"$@\"\n",
        sysroot.display()
    );
    let name = Path::new(program).file_name().unwrap_or_default();
    let file = bin.join(name);
    fs::write(&file, text)?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

fn host() -> Result<String> {
    let output = shell::output(Command::new(RUSTC).arg("-vV"))?;
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .find_map(|line| line.strip_prefix("host: ").map(str::to_owned))
        .context("rustc does not say for which machine it is")
}

/// A `rust-lld` of one of rustup's toolchains.
fn rustup_linker() -> Option<PathBuf> {
    let home = std::env::var_os("RUSTUP_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".rustup")))?;
    let toolchains = fs::read_dir(home.join("toolchains")).ok()?;
    let hosts = toolchains
        .flatten()
        .filter_map(|toolchain| fs::read_dir(toolchain.path().join("lib/rustlib")).ok())
        .flatten()
        .flatten();
    hosts
        .map(|host| host.path().join("bin/rust-lld"))
        .find(|linker| linker.is_file())
}
