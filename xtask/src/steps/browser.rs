//! The served site in a real Chromium: the tests of `xtask/tests/browser`, given a server, a driver
//! and what they need to know through the environment.

use super::tally::Tally;
use super::{cargo, tools};
use crate::paths::Paths;
use crate::serve::Server;
use crate::shell;
use anyhow::{Context, Result, ensure};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const AXE_VERSION: &str = "4.14.1";

pub(super) fn run(paths: &Paths) -> Result<Tally> {
    tests(&["--skip", "axe::"], None, paths)
}

pub(super) fn axe(paths: &Paths) -> Result<Tally> {
    match tools::npm_file("axe-core", AXE_VERSION, "axe.min.js", paths)? {
        Some(script) => tests(&["axe::"], Some(&script), paths),
        None => Ok(Tally::skipped("there is no npm to fetch axe-core")),
    }
}

fn tests(filter: &[&str], axe: Option<&Path>, paths: &Paths) -> Result<Tally> {
    ensure!(
        paths.book().join("index.html").is_file(),
        "the site is not built: `cargo xtask build`"
    );
    let browser = tools::browser()?;
    let driver = Driver::start(&browser.driver)?;
    let server = Server::bind(0, paths.book(), None)?;
    server.run_in_background();
    let mut cargo = shell::cargo();
    cargo
        .current_dir(&paths.root)
        .args(["test", "-p", "xtask", "--test", "browser", "--"]);
    cargo.args(filter);
    cargo.env("SITE_URL", format!("http://{}/", server.address()));
    cargo.env("SITE_DIR", paths.book());
    cargo.env("WEBDRIVER_URL", &driver.url);
    cargo.env("CHROMIUM", browser.chromium);
    // The stack of a failed assertion is all tokio's.
    cargo.env("RUST_BACKTRACE", "0");
    if let Some(script) = axe {
        cargo.env("AXE", script);
    }
    cargo::count(&mut cargo)
}

/// A running chromedriver on a port of its own choice; ended when dropped.
struct Driver {
    process: Child,
    url: String,
}

impl Driver {
    fn start(program: &Path) -> Result<Driver> {
        let mut process = Command::new(program)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let stdout = process.stdout.take().context("chromedriver says nothing")?;
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let port = lines.find_map(|line| {
            line.split_once("successfully on port ")
                .map(|(_, port)| port.trim_end_matches('.').to_owned())
        });
        // What it says later must go somewhere, or it would stop when the pipe is full.
        std::thread::spawn(move || lines.for_each(drop));
        let mut driver = Driver {
            process,
            url: String::new(),
        };
        driver.url = format!(
            "http://127.0.0.1:{}",
            port.context("chromedriver did not start")?
        );
        Ok(driver)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
