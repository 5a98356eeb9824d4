//! The matrix as a page: what each call does in each context, on a kernel and a configuration.
//!
//! [`outcome`] is what one run of the model came to, in the book's words; [`data`] a table of them and
//! what booted kernels did; [`address`] what is shown, as a fragment; [`table`] the drawing; [`widget`]
//! the live page. Verdicts come out of runs of the model, here as everywhere.

pub mod address;
pub mod compute;
pub mod data;
pub mod outcome;
pub mod record;
pub mod table;
#[cfg(feature = "hydrate")]
pub mod widget;
