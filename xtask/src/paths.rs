//! Where things are: the repository's rooms, and what is generated under `target/`.

use std::path::{Path, PathBuf};

/// The repository and its generated folders. Everything generated is under `target/`, whatever
/// `CARGO_TARGET_DIR` says: `book.toml` names `target/book`, and plain mdBook must find the rest.
#[derive(Clone, Debug)]
pub struct Paths {
    /// The repository.
    pub root: PathBuf,
}

impl Paths {
    /// The repository this xtask was started in (cargo says so at run time), else the one that it
    /// was compiled in.
    pub fn find() -> Paths {
        let manifest = std::env::var("CARGO_MANIFEST_DIR")
            .ok()
            .filter(|dir| dir.ends_with("xtask"))
            .unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").to_owned());
        let root = Path::new(&manifest)
            .parent()
            .expect("xtask lies inside the repository");
        Paths {
            root: root.to_owned(),
        }
    }

    /// A generated file or folder.
    pub fn target(&self, name: &str) -> PathBuf {
        self.root.join("target").join(name)
    }

    /// The finished site.
    pub fn book(&self) -> PathBuf {
        self.target("book")
    }

    /// What mdBook copies beside the chapters: `book/wasm` is a link to the `wasm` folder in here.
    pub fn module(&self) -> PathBuf {
        self.target("site/wasm")
    }

    /// Programs and scripts fetched for the tests.
    pub fn tools(&self) -> PathBuf {
        self.target("tools")
    }

    /// `path` as a reader would write it: relative to the repository when it lies inside.
    pub fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .display()
            .to_string()
    }
}
