//! Figures drawn before: a figure is drawn again when its block, its scenario or the program that
//! draws it has changed. The modelled kernel is part of that program.

use super::{FigureBlock, figure};
use crate::paths::Paths;
use crate::stamp::{self, Digest};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::UNIX_EPOCH;

/// The folder of the figures that this very program has drawn.
pub(super) struct Cache {
    dir: PathBuf,
}

impl Cache {
    /// Opens the cache; what another version of the program drew is thrown away.
    pub(super) fn open(paths: &Paths) -> Cache {
        let dir = paths.target("figures");
        let program = program_version();
        let owner = dir.join("drawn-by");
        if fs::read_to_string(&owner).is_ok_and(|text| text == program) {
            return Cache { dir };
        }
        fs::remove_dir_all(&dir).ok();
        // Without a cache figures are drawn again: slower, never wrong.
        stamp::write_if_changed(&owner, program).ok();
        Cache { dir }
    }

    /// Draws the figures of these blocks that are not there yet, on all processors. What goes wrong
    /// comes up again when the figure is asked for.
    pub(super) fn draw_ahead(&self, blocks: &BTreeSet<&str>, paths: &Paths) {
        let queue = Mutex::new(blocks.iter());
        let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
        let work = || {
            while let Some(toml) = next() {
                if let Ok(block) = FigureBlock::parse(toml) {
                    self.get_or_draw(&block, toml, paths).ok();
                }
            }
        };
        std::thread::scope(|scope| {
            let n_workers = std::thread::available_parallelism().map_or(1, usize::from);
            for _ in 0..n_workers {
                scope.spawn(work);
            }
        });
    }

    /// The figure's HTML, or one sentence saying why it cannot be drawn.
    pub(super) fn get_or_draw(
        &self,
        block: &FigureBlock,
        toml: &str,
        paths: &Paths,
    ) -> Result<String, String> {
        let mut key = Digest::default().add(toml);
        if let Some(file) = &block.file {
            key = key.add_path(&figure::scenario_path(&paths.root, file));
        }
        if block.view == "matrix" {
            key = key.add_path(&figure::records(&paths.root));
        }
        let file = self.dir.join(key.finish());
        if let Ok(html) = fs::read_to_string(&file) {
            return Ok(html);
        }
        let html = figure::figure(block, &paths.root)?;
        stamp::write_if_changed(&file, &html).ok();
        Ok(html)
    }
}

/// Time and size of the program's file: a new build has a new time.
fn program_version() -> String {
    let metadata = std::env::current_exe().and_then(fs::metadata);
    let time = metadata.as_ref().ok().and_then(|data| data.modified().ok());
    let nanos = time
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .map(|d| d.as_nanos());
    format!("{:?} {:?}", nanos, metadata.ok().map(|data| data.len()))
}
