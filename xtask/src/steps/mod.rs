//! `cargo xtask test`: everything a reviewer would run, as steps with names.
//!
//! A step returns a [`Tally`]; what cannot run here is *skipped*, which is said and not counted as
//! passed. The last line is `N passed, M failed` over the single tests of all steps.

mod book;
mod browser;
mod c_syntax;
mod cargo;
mod fuzz;
mod html;
mod links;
mod npm;
mod pages;
mod scenarios;
mod tally;
mod tools;
mod wasm;

use crate::paths::Paths;
use crate::phase::seconds;
use anyhow::{Result, bail};
use std::process::ExitCode;
use std::time::Instant;
use tally::Tally;

struct Step {
    name: &'static str,
    about: &'static str,
    run: fn(&Paths) -> Result<Tally>,
}

/// In this order: what is quick and fails often comes first, and the site is built before it is used.
const STEPS: [Step; 15] = [
    Step {
        name: "fmt",
        about: "the code is formatted",
        run: cargo::fmt,
    },
    Step {
        name: "clippy",
        about: "no lint warns, in any target",
        run: cargo::clippy,
    },
    Step {
        name: "model",
        about: "tests of the model, its layers among them",
        run: cargo::model,
    },
    Step {
        name: "web",
        about: "tests of the widgets, drawn as text",
        run: cargo::web,
    },
    Step {
        name: "xtask",
        about: "tests of this program",
        run: cargo::xtask,
    },
    Step {
        name: "c-syntax",
        about: "a C compiler accepts the C texts",
        run: c_syntax::run,
    },
    Step {
        name: "scenarios",
        about: "every scenario's expectation holds",
        run: scenarios::run,
    },
    Step {
        name: "fuzz",
        about: "the fuzz targets, for seconds each (libFuzzer)",
        run: fuzz::run,
    },
    Step {
        name: "book",
        about: "the book builds, also by plain mdBook",
        run: book::run,
    },
    Step {
        name: "links",
        about: "links lead to pages and places that exist",
        run: links::run,
    },
    Step {
        name: "html",
        about: "the pages are valid HTML (vnu)",
        run: html::run,
    },
    Step {
        name: "wasm",
        about: "tests of the widgets in a browser's DOM",
        run: wasm::run,
    },
    Step {
        name: "npm",
        about: "wasm-pack makes the npm package",
        run: npm::run,
    },
    Step {
        name: "browser",
        about: "the served site in Chromium",
        run: browser::run,
    },
    Step {
        name: "axe",
        about: "accessibility of every page (axe-core)",
        run: browser::axe,
    },
];

/// Prints the steps' names.
pub fn list() {
    for step in &STEPS {
        println!("{:<10} {}", step.name, step.about);
    }
}

/// Runs the named steps, or all; fails when a single test failed.
pub fn run(names: &[String], paths: &Paths) -> Result<ExitCode> {
    if let Some(unknown) = names
        .iter()
        .find(|name| STEPS.iter().all(|step| step.name != **name))
    {
        bail!("there is no step {unknown}; `cargo xtask test --list` names them");
    }
    let chosen = |step: &&Step| names.is_empty() || names.iter().any(|name| name == step.name);
    let start = Instant::now();
    let mut lines = Vec::new();
    let mut total = Tally::default();
    for step in STEPS.iter().filter(chosen) {
        println!("\n=== {}: {}", step.name, step.about);
        let step_start = Instant::now();
        // A step that cannot be carried out is one failed test.
        let tally = (step.run)(paths).unwrap_or_else(|error| Tally::failure(format!("{error:#}")));
        tally.print_failures();
        let line = format!("{:<10} {:>8}  {tally}", step.name, seconds(step_start));
        println!("{line}");
        lines.push(line);
        total.add(tally);
    }
    println!("\n=== all steps, {}", seconds(start));
    println!("{}\n", lines.join("\n"));
    println!("{} passed, {} failed", total.passed(), total.failed());
    Ok(if total.failed() == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
