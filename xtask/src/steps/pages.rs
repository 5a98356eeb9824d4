//! The built pages, parsed.

use crate::paths::Paths;
use crate::stamp;
use anyhow::{Context, Result, ensure};
use scraper::{Html, Selector};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// One page of the site.
pub(super) struct Page {
    /// Its file.
    pub(super) file: PathBuf,
    /// Its name relative to the site's root.
    pub(super) name: String,
    /// What it says.
    pub(super) html: Html,
}

impl Page {
    /// The names that a `#fragment` may use.
    pub(super) fn places(&self) -> BTreeSet<String> {
        let places = select("[id], a[name]");
        let name = |element: scraper::ElementRef<'_>| {
            element
                .attr("id")
                .or_else(|| element.attr("name"))
                .map(str::to_owned)
        };
        self.html.select(&places).filter_map(name).collect()
    }
}

/// All pages of `target/book`.
pub(super) fn all(paths: &Paths) -> Result<Vec<Page>> {
    let root = paths.book();
    let files = stamp::files_under(&root);
    let files: Vec<_> = files
        .into_iter()
        .filter(|file| file.extension().is_some_and(|e| e == "html"))
        .collect();
    ensure!(
        !files.is_empty(),
        "there is no site in {}: `cargo xtask build`",
        paths.shown(&root)
    );
    let page = |file: PathBuf| {
        let text = fs::read_to_string(&file).with_context(|| paths.shown(&file))?;
        let name = file
            .strip_prefix(&root)
            .unwrap_or(&file)
            .display()
            .to_string();
        Ok(Page {
            html: Html::parse_document(&text),
            name,
            file,
        })
    };
    files.into_iter().map(page).collect()
}

/// A selector written in this program.
pub(super) fn select(css: &str) -> Selector {
    Selector::parse(css).expect("the selectors in this program are right")
}
