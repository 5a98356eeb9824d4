//! The pages are valid HTML, by the checker of the W3C (vnu, in an npm package; needs Java).
//!
//! Only `main` is checked, in a page of its own: the frame around it is mdBook's, and has errors
//! that we do not own.

use super::pages::{self, select};
use super::tally::Tally;
use super::tools;
use crate::paths::Paths;
use crate::{shell, stamp};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

const VERSION: &str = "26.9.27";
const JAR: &str = "build/dist/vnu.jar";

pub(super) fn run(paths: &Paths) -> Result<Tally> {
    if shell::which("java").is_none() {
        return Ok(Tally::skipped("there is no java"));
    }
    let Some(jar) = tools::npm_file("vnu-jar", VERSION, JAR, paths)? else {
        return Ok(Tally::skipped("there is no npm to fetch vnu-jar"));
    };
    let folder = paths.target("html");
    fs::remove_dir_all(&folder).ok();
    let mut names = Vec::new();
    for page in pages::all(paths)? {
        // The list of all chapters for browsers without scripts: mdBook's alone.
        let Some(main) = page.html.select(&select("main")).next() else {
            continue;
        };
        let name = page.name.replace('/', "--");
        let text = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>{name}</title></head>\n\
             <body>\n{}\n</body>\n</html>\n",
            main.html()
        );
        stamp::write_if_changed(&folder.join(&name), text)?;
        names.push(name);
    }
    let mut java = Command::new("java");
    java.arg("-jar")
        .arg(jar)
        .args(["--errors-only", "--format", "json", "--exit-zero-always"]);
    let output = shell::output(java.arg(&folder))?;
    let report = serde_json::from_slice(&output.stderr)
        .with_context(|| format!("vnu printed no report:\n{}", shell::both(&output)))?;
    Ok(tally(&names, &report))
}

fn tally(names: &[String], report: &serde_json::Value) -> Tally {
    let mut errors: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for message in report["messages"].as_array().into_iter().flatten() {
        let text = |key: &str| message[key].as_str().unwrap_or("");
        let name = text("url").rsplit('/').next().unwrap_or("");
        let error = format!("{} … {}", text("message"), text("extract").trim());
        errors.entry(name).or_default().push(error);
    }
    let mut tally = Tally::default();
    for name in names {
        match errors.get(name.as_str()) {
            None => tally.pass(),
            Some(errors) => tally.fail(format!("{name}:\n    {}", errors.join("\n    "))),
        }
    }
    tally
}
