//! Programs that the tests need: built from the workspace, or fetched into `target/tools`.

use crate::paths::Paths;
use crate::shell;
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::Command;

/// The folder of this build's programs (`target/debug`).
fn programs() -> Result<PathBuf> {
    let program = std::env::current_exe().context("where is this program?")?;
    program
        .parent()
        .map(PathBuf::from)
        .context("this program lies nowhere")
}

/// The model's command line, built.
pub(super) fn gfp(paths: &Paths) -> Result<PathBuf> {
    let mut cargo = shell::cargo();
    shell::run(
        cargo
            .current_dir(&paths.root)
            .args(["build", "-p", "model", "--bin", "gfp"]),
    )?;
    Ok(programs()?.join("gfp"))
}

/// A folder with `wasm-bindgen` and `wasm-bindgen-test-runner` in it, of the version that the module
/// is compiled with: an example of xtask, which has both of the library's entry points.
pub(super) fn wasm_bindgen(paths: &Paths) -> Result<PathBuf> {
    let mut cargo = shell::cargo();
    cargo
        .current_dir(&paths.root)
        .args(["build", "-p", "xtask", "--example", "bindgen"]);
    shell::run(&mut cargo)?;
    let program = programs()?.join("examples/bindgen");
    let folder = paths.tools().join("wasm-bindgen");
    std::fs::create_dir_all(&folder)?;
    for name in ["wasm-bindgen", "wasm-bindgen-test-runner"] {
        let link = folder.join(name);
        std::fs::remove_file(&link).ok();
        std::os::unix::fs::symlink(&program, link)?;
    }
    Ok(folder)
}

/// A file of an npm package at a fixed version, fetched when it is not there yet; `None` without npm.
pub(super) fn npm_file(
    package: &str,
    version: &str,
    file: &str,
    paths: &Paths,
) -> Result<Option<PathBuf>> {
    let folder = paths.tools().join(format!("{package}-{version}"));
    let file = folder.join("node_modules").join(package).join(file);
    if file.is_file() {
        return Ok(Some(file));
    }
    if shell::which("npm").is_none() {
        return Ok(None);
    }
    std::fs::create_dir_all(&folder)?;
    let mut npm = Command::new("npm");
    npm.args([
        "install",
        "--silent",
        "--no-save",
        "--ignore-scripts",
        "--prefix",
    ])
    .arg(&folder);
    shell::run_quietly(npm.arg(format!("{package}@{version}")))?;
    if !file.is_file() {
        bail!("{package} {version} holds no {}", file.display());
    }
    Ok(Some(file))
}

/// Chromium and its driver.
pub(super) struct Browser {
    pub(super) chromium: PathBuf,
    pub(super) driver: PathBuf,
}

/// Finds the browser, or installs Debian's.
pub(super) fn browser() -> Result<Browser> {
    if let Some(browser) = installed_browser() {
        return Ok(browser);
    }
    let packages = ["chromium", "chromium-driver", "fonts-dejavu-core"];
    let list = packages.join(" ");
    if !shell::can_install_packages() {
        bail!(
            "the browser tests need Chromium and chromedriver on the search path \
             (Debian, as root: apt-get install {list})"
        );
    }
    eprintln!("    installing Debian packages: {list} (about 450 MB on disk)");
    shell::apt_install(&packages)?;
    installed_browser().context("Chromium is installed but not on the search path")
}

fn installed_browser() -> Option<Browser> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let chromium = names.iter().find_map(|name| shell::which(name))?;
    Some(Browser {
        chromium,
        driver: shell::which("chromedriver")?,
    })
}
