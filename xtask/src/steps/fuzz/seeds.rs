//! What the fuzz targets begin with: the C texts of the tests and scenarios as they are, and links,
//! mails and choices made of them.

use crate::paths::Paths;
use crate::stamp;
use anyhow::Result;
use model::explore::trace::Trace;
use model::report::{Shot, link::Link, mail};
use model::scenario::Scenario;
use std::fs;
use std::path::{Path, PathBuf};

/// Steps of the executions that are sent: enough for a long link, still quickly replayed.
const STEPS: usize = 150;

/// The target `step` has about so many machines; compiling all of them takes a minute.
const MACHINES: u8 = 120;

/// Every n-th scenario is sent.
const SENT: usize = 6;

/// The folders with a target's seeds.
pub(super) fn folders(target: &str, paths: &Paths) -> Result<Vec<PathBuf>> {
    let tests = paths.root.join("model/tests");
    let scenarios = paths.root.join("model/scenarios");
    Ok(match target {
        "step" => vec![choices(target, paths)?],
        "link" => vec![sent(target, paths)?],
        "program" => vec![
            tests.join("c"),
            paths.root.join("model/fuzz/seeds").join(target),
        ],
        _ => vec![tests.join("c"), tests.join("syntax"), scenarios],
    })
}

/// A few numbers for some machines (libFuzzer finds the others): which one, where it is shown, and the
/// choices.
fn choices(target: &str, paths: &Paths) -> Result<PathBuf> {
    let folder = empty_folder(target, paths)?;
    for which in (0..MACHINES).step_by(10) {
        let choice = |i: u32| (i.wrapping_mul(0x9e37_79b9) >> (which % 24)) as u8;
        let mut seed = vec![which, u8::MAX];
        seed.extend((0..48).map(choice));
        fs::write(folder.join(format!("{which:03}")), seed)?;
    }
    Ok(folder)
}

/// Executions as links and mails, and as the parts that the target packs by itself.
fn sent(target: &str, paths: &Paths) -> Result<PathBuf> {
    let folder = empty_folder(target, paths)?;
    let mut files = stamp::files_under(&paths.root.join("model/scenarios"));
    files.sort();
    for file in files.iter().step_by(SENT) {
        send(file, &folder)?;
    }
    for file in stamp::files_under(&paths.root.join("model/fuzz/seeds/program")) {
        send(&file, &folder)?;
    }
    Ok(folder)
}

/// Without the seeds of an earlier time.
fn empty_folder(target: &str, paths: &Paths) -> Result<PathBuf> {
    let folder = paths.target("fuzz/seeds").join(target);
    fs::remove_dir_all(&folder).ok();
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn send(file: &Path, folder: &Path) -> Result<()> {
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    let bytes = fs::read(file)?;
    // Those of the target `program` have choices behind a NUL.
    let text = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    let scenario = Scenario::parse(&format!("{name}.c"), &String::from_utf8_lossy(text))?;
    let (config_name, config) = &scenario.configs[0];
    let mut trace = Trace::new(scenario.machine(config)?);
    trace.run_on(STEPS);
    let shot = Shot {
        scenario: &scenario,
        config: config_name,
        trace: &trace,
        cursor: trace.steps.len(),
    };
    let link = Link::with_text(&shot);
    let parts = [
        scenario.kernel.as_deref().unwrap_or_default(),
        config_name,
        &link.schedule.to_string(),
        "",
        &scenario.text,
    ];
    let seeds = [
        ("name", Link::by_name(&shot).to_fragment()),
        ("text", link.to_fragment()),
        ("mail", mail::export(&shot)),
        ("parts", format!("={}", parts.join("\0"))),
    ];
    for (kind, seed) in seeds {
        fs::write(folder.join(format!("{name}.{kind}")), seed)?;
    }
    Ok(())
}
