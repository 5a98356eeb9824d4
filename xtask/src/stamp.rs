//! Content stamps: whether something has to be made anew is decided by what its sources contain,
//! never by their times (a checkout changes times, an editor may write the same text again).

use anyhow::{Context, Result};
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};

/// The digest of contents, 16 hexadecimal digits. Good enough to tell versions of our own files
/// apart; it is no protection against anybody.
#[derive(Default)]
pub struct Digest(DefaultHasher);

impl Digest {
    /// Adds a piece of text or data; pieces cannot run into each other.
    pub fn add(mut self, piece: impl AsRef<[u8]>) -> Digest {
        let piece = piece.as_ref();
        self.0.write_usize(piece.len());
        self.0.write(piece);
        self
    }

    /// Adds the content of a file, or names and contents of every file in a folder; a missing one
    /// counts as empty.
    pub fn add_path(self, path: &Path) -> Digest {
        if path.is_dir() {
            return files_under(path).iter().fold(self, |digest, file| {
                let name = file.strip_prefix(path).unwrap_or(file).to_string_lossy();
                digest.add(name.as_bytes()).add_path(file)
            });
        }
        self.add(fs::read(path).unwrap_or_default())
    }

    /// The digest of everything added.
    pub fn finish(self) -> String {
        format!("{:016x}", self.0.finish())
    }
}

/// All files under `dir`, sorted; links to folders are not followed.
pub fn files_under(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    for entry in entries {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => files.extend(files_under(&entry.path())),
            Ok(kind) if kind.is_file() => files.push(entry.path()),
            _ => {}
        }
    }
    files.sort();
    files
}

/// Writes `text` unless the file already holds it.
pub fn write_if_changed(path: &Path, text: impl AsRef<[u8]>) -> Result<()> {
    let text = text.as_ref();
    if fs::read(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)
            .with_context(|| format!("cannot create {}", parent.display()))?;
    }
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
