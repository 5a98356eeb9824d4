//! Writing. A reader that has gone away (`gfp … | head`) is no error.

use std::io::Write;

/// To standard output.
pub fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// A JSON document to standard output.
pub fn json(value: &serde_json::Value) {
    print(&format!("{value:#}\n"));
}

/// A line to standard error.
pub fn note(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", text.trim_end());
}

/// Replaces the line of progress on standard error.
pub fn progress(text: &str) {
    let mut err = std::io::stderr().lock();
    let _ = write!(err, "\r\x1b[K{text}").and_then(|()| err.flush());
}
