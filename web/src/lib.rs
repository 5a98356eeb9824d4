//! The widgets of the book: the same Rust draws a figure at build time and upgrades it in the browser.
//!
//! [`session`] is what a reader does, as a plain value; [`view`] turns model values into HTML;
//! [`stepper`] joins the two. There is no model in here: every state comes out of the crate `model`.

#[cfg(feature = "hydrate")]
pub mod api;
pub mod browser;
pub mod exploration;
#[cfg(feature = "ssr")]
pub mod figure;
pub mod matrix;
pub mod session;
pub mod spec;
pub mod stepper;
pub mod view;
mod words;
pub mod workbench;
