//! The site: the module, then the book around it.
//!
//! The book is made beside the old one and takes its place when it is complete: a reader of the
//! served site never sees half a book, and a failed build leaves the old one standing.

use crate::paths::Paths;
use crate::phase::phase;
use crate::preprocess::Figures;
use crate::wasm;
use anyhow::{Context, Result};
use mdbook_driver::MDBook;
use mdbook_driver::builtin_preprocessors::{IndexPreprocessor, LinkPreprocessor};
use mdbook_driver::config::Config;
use std::fs;

/// Builds everything that is out of date.
pub fn build(paths: &Paths) -> Result<()> {
    wasm::build(paths)?;
    phase("book", || book(paths))
}

/// Builds the book alone.
pub fn book(paths: &Paths) -> Result<()> {
    let next = paths.target("book.next");
    let mut config = Config::from_disk(paths.root.join("book.toml")).context("book.toml")?;
    config.build.build_dir = next.clone();
    // In place of the command in book.toml: ours is called directly, and still comes first.
    config.build.use_default_preprocessors = false;
    config.set("preprocessor", toml::Table::new())?;
    let mut book = MDBook::load_with_config(&paths.root, config)?;
    book.with_preprocessor(Figures::new(paths));
    book.with_preprocessor(LinkPreprocessor::new());
    book.with_preprocessor(IndexPreprocessor::new());
    book.build()?;
    let old = paths.target("book.old");
    fs::remove_dir_all(&old).ok();
    if paths.book().exists() {
        fs::rename(paths.book(), &old)?;
    }
    fs::rename(&next, paths.book())?;
    fs::remove_dir_all(&old).ok();
    Ok(())
}
