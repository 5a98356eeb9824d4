//! The WebAssembly module of the widgets: compiled, given its JavaScript glue, and put into a folder
//! named after its content, so that a browser may keep it for ever.
//!
//! Nothing is done while no source has changed. The sources are those that the compiler itself
//! lists, plus the manifests and the compiler's version.

use crate::paths::Paths;
use crate::phase::phase;
use crate::shell;
use crate::stamp::{self, Digest};
use crate::toolchain::{self, TARGET, Toolchain};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::Bindgen;

/// Beside the sources that the compiler lists.
const MANIFESTS: [&str; 6] = [
    "Cargo.lock",
    "Cargo.toml",
    "model/Cargo.toml",
    "web/Cargo.toml",
    "web/assets/search-worker.js",
    "target/wasm-toolchain",
];

/// Sets up the compiler and makes the module, as far as needed.
pub fn build(paths: &Paths) -> Result<()> {
    if is_current(paths) {
        return Ok(());
    }
    let toolchain = phase("WebAssembly toolchain", || toolchain::setup(paths))?;
    let target_dir = target_dir(&toolchain, paths);
    let compiled = target_dir.join(TARGET).join("wasm/web.wasm");
    phase("widgets, compiled to WebAssembly", || {
        compile(&toolchain, &target_dir, paths)
    })?;
    phase("widgets, JavaScript glue", || bind(&compiled, paths))?;
    let sources = compiled.with_extension("d");
    let sources = fs::read_to_string(&sources)
        .with_context(|| format!("cannot read {}", paths.shown(&sources)))?;
    stamp::write_if_changed(&sources_file(paths), &sources)?;
    stamp::write_if_changed(&stamp_file(paths), digest(&sources, paths))
}

/// The folder of the current module relative to the site's root (`wasm/<hash>/`), if there is one.
pub fn folder(paths: &Paths) -> Option<String> {
    let entries = fs::read_dir(paths.module()).ok()?;
    let folder = entries
        .flatten()
        .find(|entry| entry.path().join("web.js").is_file())?;
    Some(format!("wasm/{}/", folder.file_name().to_string_lossy()))
}

/// Where cargo puts what it makes for the module. Debian's compiler has a folder of its own: two
/// compilers in one would make cargo ask both for their version again at every change of turn.
pub fn target_dir(toolchain: &Toolchain, paths: &Paths) -> PathBuf {
    match toolchain {
        Toolchain::Rustup => paths.root.join("target"),
        Toolchain::Debian(_) => paths.target("wasm-build"),
    }
}

fn is_current(paths: &Paths) -> bool {
    let forced = std::env::var("WASM_TOOLCHAIN").unwrap_or_default();
    let record = fs::read_to_string(paths.target("wasm-toolchain")).unwrap_or_default();
    let Ok(sources) = fs::read_to_string(sources_file(paths)) else {
        return false;
    };
    record.starts_with(&forced)
        && folder(paths).is_some()
        && fs::read_to_string(stamp_file(paths)).is_ok_and(|stamp| stamp == digest(&sources, paths))
}

fn sources_file(paths: &Paths) -> PathBuf {
    paths.target("wasm-sources")
}

fn stamp_file(paths: &Paths) -> PathBuf {
    paths.target("wasm-stamp")
}

/// `sources` is the compiler's list in make's format: `output: file file …`, spaces as `\ `.
fn digest(sources: &str, paths: &Paths) -> String {
    let files = sources
        .split_once(": ")
        .map_or("", |(_, files)| files)
        .replace("\\ ", "\0");
    let files = files.split_whitespace().map(|file| file.replace('\0', " "));
    let manifests = MANIFESTS.iter().map(|name| paths.root.join(name));
    files
        .map(PathBuf::from)
        .chain(manifests)
        .fold(Digest::default(), |digest, file| digest.add_path(&file))
        .finish()
}

fn compile(toolchain: &Toolchain, target_dir: &Path, paths: &Paths) -> Result<()> {
    let mut cargo = toolchain.cargo();
    cargo.current_dir(&paths.root).arg("build");
    cargo.args([
        "-p",
        "web",
        "--lib",
        "--target",
        TARGET,
        "--profile",
        "wasm",
    ]);
    shell::run(cargo.arg("--target-dir").arg(target_dir))
}

/// Writes `web.js` and `web_bg.wasm`; older versions go.
fn bind(compiled: &Path, paths: &Paths) -> Result<()> {
    let fresh = paths.target("wasm-bindgen");
    fs::remove_dir_all(&fresh).ok();
    let mut bindgen = Bindgen::new();
    bindgen.input_path(compiled).web(true)?;
    // As a library it leaves out the module's default place, which the command line does not.
    bindgen.omit_default_module_path(false);
    bindgen
        .remove_name_section(true)
        .remove_producers_section(true)
        .typescript(false);
    bindgen.generate(&fresh)?;
    // Beside the module it imports.
    let worker = paths.root.join("web/assets/search-worker.js");
    fs::copy(&worker, fresh.join("search-worker.js"))
        .with_context(|| format!("cannot copy {}", paths.shown(&worker)))?;
    let hash = Digest::default().add_path(&fresh).finish();
    let module = paths.module();
    fs::create_dir_all(&module)?;
    let place = module.join(&hash);
    if !place.exists() {
        fs::rename(&fresh, &place)?;
    }
    for entry in fs::read_dir(&module)?.flatten() {
        if entry.file_name().to_string_lossy() != hash {
            fs::remove_dir_all(entry.path()).ok();
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_source_changes_the_digest() {
        let root = std::env::temp_dir().join(format!("xtask-wasm-{}", std::process::id()));
        let source = root.join("a b.rs");
        stamp::write_if_changed(&source, "1").unwrap();
        let paths = Paths { root: root.clone() };
        let list = format!(
            "out.wasm: {}\n",
            source.display().to_string().replace(' ', "\\ ")
        );
        let before = digest(&list, &paths);
        assert_eq!(before, digest(&list, &paths));
        stamp::write_if_changed(&source, "2").unwrap();
        assert_ne!(before, digest(&list, &paths));
        fs::remove_dir_all(root).unwrap();
    }
}
