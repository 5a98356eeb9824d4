//! An executable model of the Linux page allocator.
//!
//! C text is compiled by a small front end and executed by a [`machine`], one statement at a time.
//! Everything a reader sees is a view of that machine. The modules below are listed in reading
//! order; each may use only those before it (a test holds that).

pub mod check;
pub mod config;
pub mod explore;
pub mod inspect;
pub mod kernel;
pub mod machine;
pub mod matrix;
pub mod program;
pub mod report;
pub mod scenario;
pub mod syntax;
