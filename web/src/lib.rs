//! The widgets of the book: the same Rust draws a figure at build time and upgrades it in the browser.

#[cfg(feature = "hydrate")]
use wasm_bindgen::prelude::wasm_bindgen;

/// Upgrades the static figure inside `root`; called by `assets/loader.js` when it comes near the
/// screen. Throws when the figure's data cannot be used: the static figure then stays.
#[cfg(feature = "hydrate")]
#[wasm_bindgen]
pub fn hydrate(_root: web_sys::Element) {}
