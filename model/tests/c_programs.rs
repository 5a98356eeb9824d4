//! Plain C programs mean the same to the machine and to `cc -fwrapv`.
//!
//! Every file of `tests/c/` is compiled by the system's C compiler and run, and run by the machine;
//! what they print and what `main` returns must agree.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use model::config::Config;
use model::explore::trace::{STEPS_MAX, Trace};
use model::machine::EventKind;
use model::scenario::Scenario;

fn programs() -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c");
    let mut files: Vec<PathBuf> = fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "c"))
        .collect();
    files.sort();
    files
}

/// What the program prints, and the low byte of its value: what a shell sees.
fn by_cc(file: &Path) -> (String, u8) {
    let dir = std::env::temp_dir().join(format!("model-c-{}", std::process::id()));
    fs::create_dir_all(&dir).unwrap();
    let exe = dir.join(file.file_stem().unwrap());
    let status = Command::new("cc")
        .args(["-fwrapv", "-std=gnu11", "-w", "-O1", "-o"])
        .arg(&exe)
        .arg(file)
        .status()
        .expect("a C compiler named cc");
    assert!(status.success(), "cc refuses {}", file.display());
    let output = Command::new(&exe).output().unwrap();
    let code = output
        .status
        .code()
        .unwrap_or_else(|| panic!("{} crashes", file.display()));
    (String::from_utf8(output.stdout).unwrap(), code as u8)
}

fn by_machine(file: &Path) -> Result<(String, u8), String> {
    let text = fs::read_to_string(file).unwrap();
    let name = file.file_name().unwrap().to_string_lossy();
    let scenario = Scenario::parse(&name, &text).map_err(|e| e.to_string())?;
    let config = Config::named("preempt-debug").unwrap();
    let machine = scenario.machine(&config).map_err(|e| e.to_string())?;
    let mut trace = Trace::new(machine);
    trace.run_on(STEPS_MAX);
    if let Some((step, finding)) = trace.findings().next() {
        return Err(format!("step {step}: {finding:?}"));
    }
    if trace.open {
        return Err("does not end".into());
    }
    let mut printed = String::new();
    for event in trace.steps.iter().flat_map(|s| &s.events) {
        if let EventKind::Printk(line) = &event.kind {
            printed += line;
        }
    }
    Ok((printed, trace.last().returns[0].unwrap_or(0) as u8))
}

#[test]
fn the_machine_agrees_with_cc() {
    let programs = programs();
    assert!(programs.len() >= 20, "only {} programs", programs.len());
    let mut wrong = Vec::new();
    for file in &programs {
        let expected = by_cc(file);
        match by_machine(file) {
            Ok(found) if found == expected => {}
            Ok(found) => wrong.push(format!(
                "{}:\ncc      {expected:?}\nmachine {found:?}",
                file.display()
            )),
            Err(error) => wrong.push(format!("{}: {error}", file.display())),
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} differ\n{}",
        wrong.len(),
        programs.len(),
        wrong.join("\n")
    );
}
