//! What the fuzz targets share.
//!
//! Each target takes bytes, does what a reader's text would set off, and must come back: no panic,
//! no overflow, no endless work, whatever the bytes are. `cargo xtask test fuzz` builds and runs them.

pub mod execution;
pub mod text;
#[path = "../../tests/lower/well_formed.rs"]
pub mod well_formed;
mod worker;

pub use worker::on_small_stack;
