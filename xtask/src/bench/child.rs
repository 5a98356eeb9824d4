//! What a program needs: CPU seconds and memory, as Linux counts them.
//!
//! CPU seconds, not time: other programs on the machine change them least. The system counts them in
//! hundredths, so short runs are repeated by the caller.

use crate::shell;
use anyhow::{Context, Result};
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Ticks of `/proc/self/stat` in a second, on every Linux.
const TICKS: f64 = 100.0;
/// Between two looks at the memory.
const LOOK: Duration = Duration::from_millis(5);

/// A finished run.
#[derive(Clone, Debug)]
pub struct Run {
    /// User and system time in seconds.
    pub cpu: f64,
    /// The most memory that was resident, in bytes.
    pub memory: u64,
    /// What was printed.
    pub output: String,
}

/// Runs `command` with its output in `file`; its exit status says nothing here.
pub fn run(command: &mut Command, file: &Path) -> Result<Run> {
    let output = File::create(file).with_context(|| format!("cannot write {}", file.display()))?;
    let before = children_cpu()?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(output)
        .spawn()
        .with_context(|| format!("cannot start {}", shell::line(command)))?;
    let mut memory = 0;
    while child.try_wait()?.is_none() {
        memory = memory.max(peak(child.id()));
        std::thread::sleep(LOOK);
    }
    Ok(Run {
        cpu: children_cpu()? - before,
        memory,
        output: fs::read_to_string(file)?,
    })
}

/// CPU seconds of all children that have ended.
fn children_cpu() -> Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat").context("only Linux counts CPU seconds so")?;
    cpu_of(&stat).context("/proc/self/stat is not as expected")
}

/// Fields 16 and 17; the second one, the program's name, may hold anything.
fn cpu_of(stat: &str) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(") ")?;
    let ticks = rest.split(' ').skip(13).take(2);
    let ticks: Vec<f64> = ticks.map(|n| n.parse().ok()).collect::<Option<_>>()?;
    Some(ticks.iter().sum::<f64>() / TICKS)
}

/// The most memory that a process has had so far; 0 when it is gone.
fn peak(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok());
    kilobytes.unwrap_or(0_u64) << 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_are_counted() {
        let stat = "1 (a) b) S 0 1 1 0 -1 4194560 1 2 3 4 10 20 150 50 20 0 1";
        assert_eq!(cpu_of(stat), Some(2.0));
        assert_eq!(cpu_of("1 (a"), None);
    }
}
