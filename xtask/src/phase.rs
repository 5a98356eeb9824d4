//! Progress on the terminal: what is being done, and how long it took.

use anyhow::Result;
use std::time::Instant;

/// Does `work` under a heading on standard error, and says how long it took.
pub fn phase<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("==> {name}");
    let start = Instant::now();
    let result = work();
    let end = if result.is_ok() { "done" } else { "FAILED" };
    eprintln!("    {name}: {end} in {}", seconds(start));
    result
}

/// The time since `start`, for reading.
pub fn seconds(start: Instant) -> String {
    let elapsed = start.elapsed().as_secs_f64();
    if elapsed < 10.0 {
        format!("{elapsed:.2} s")
    } else {
        format!("{elapsed:.0} s")
    }
}
