//! An executable model of the Linux page allocator.
//!
//! C text is compiled by a small front end and executed by a [`machine`], one statement at a time.
//! Everything a reader sees is a view of that machine. The modules below are listed in reading
//! order; each may use only those before it (a test holds that; the blank lines keep rustfmt from sorting them).

pub mod config;

pub mod syntax;

pub mod program;

pub mod machine;

pub mod inspect;

pub mod check;

pub mod explore;

pub mod kernel;

pub mod scenario;

pub mod report;

pub mod matrix;
