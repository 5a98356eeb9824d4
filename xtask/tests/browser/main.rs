//! What only a browser can show: the served site in a real, headless Chromium.
//!
//! Run by `cargo xtask test browser` (and `axe`), which starts the server and the driver. A test is a
//! `#[test]` that calls [`support::browse`]; it fails on its own assertions and, at its end, on
//! anything that the browser wrote to its console as an error.

mod axe;
mod matrix;
mod pages;
mod small;
mod static_pages;
mod stepper;
mod support;
mod themes;
mod workbench;
