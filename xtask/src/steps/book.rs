//! The book builds: by our own command, and by plain mdBook with the repository's `book.toml`.

use super::tally::Tally;
use crate::paths::Paths;
use crate::{site, stamp};
use anyhow::{Result, ensure};
use mdbook_driver::MDBook;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

pub(super) fn run(paths: &Paths) -> Result<Tally> {
    let mut tally = Tally::default();
    tally.count(
        "cargo xtask build",
        site::build(paths).map_err(|error| format!("{error:#}")),
    );
    if tally.failed() == 0 {
        tally.count(
            "mdbook build",
            plain(paths).map_err(|error| format!("{error:#}")),
        );
    }
    Ok(tally)
}

/// What the `mdbook` program does, into another folder: the result has the same files, the module
/// among them.
fn plain(paths: &Paths) -> Result<()> {
    let folder = paths.target("book.plain");
    let mut book = MDBook::load(&paths.root)?;
    book.config.build.build_dir = folder.clone();
    book.build()?;
    let (ours, theirs) = (names(&paths.book()), names(&folder));
    let different: Vec<_> = ours.symmetric_difference(&theirs).collect();
    fs::remove_dir_all(&folder)?;
    ensure!(
        different.is_empty(),
        "only one of the two ways made {different:?}"
    );
    Ok(())
}

fn names(folder: &Path) -> BTreeSet<PathBuf> {
    let relative = |file: PathBuf| file.strip_prefix(folder).map(PathBuf::from).unwrap_or(file);
    stamp::files_under(folder)
        .into_iter()
        .map(relative)
        .collect()
}
