//! The modelled kernel's texts, by version, and patches on them.
//!
//! The texts are those of `model/kernel/`; readers see them under the kernel's own paths. A patch is
//! a unified diff against that tree, whether it is ours, a reader's or a wrong one; [`patch`] reads it.

mod patch;

use std::collections::BTreeMap;

use diffy::patch_set::{FileOperation, ParseOptions, PatchSet};
use include_dir::{Dir, include_dir};

static TEXTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/kernel");

/// A version of the kernel.
struct Version {
    name: &'static str,
    /// `LINUX_VERSION_CODE` of `<linux/version.h>`.
    code: u32,
    /// The folders its texts are in; a file of a later one takes the place of an earlier one.
    folders: &'static [&'static str],
}

/// The versions modelled.
const VERSIONS: &[Version] = &[
    Version {
        name: "v5.9",
        code: version_code(5, 9),
        folders: &["common", "v5.9"],
    },
    Version {
        name: "v6.12",
        code: version_code(6, 12),
        folders: &["common", "v6.12"],
    },
    Version {
        name: "v7.2",
        code: version_code(7, 2),
        folders: &["common", "v6.12", "v7.2"],
    },
];

const fn version_code(major: u32, minor: u32) -> u32 {
    (major << 16) + (minor << 8)
}

fn version(kernel: &str) -> Option<&'static Version> {
    let name = kernel.split('+').next()?;
    VERSIONS.iter().find(|v| v.name == name)
}

/// `LINUX_VERSION_CODE` of a kernel, with or without patch series.
pub fn linux_version_code(kernel: &str) -> Option<u32> {
    version(kernel).map(|v| v.code)
}

/// The kernels known: each version alone and with each patch series. `v5.9+a+b` has two series.
pub fn kernels() -> Vec<String> {
    let with_series = |v: &Version| {
        let base = v.name;
        let patched = series(base).into_iter().map(move |s| format!("{base}+{s}"));
        std::iter::once(base.to_string()).chain(patched)
    };
    VERSIONS.iter().flat_map(with_series).collect()
}

/// A sentence unless version and series exist.
///
/// # Errors
/// That sentence.
pub fn check(kernel: &str) -> Result<(), String> {
    let known = version(kernel).is_some_and(|version| {
        let series = series(version.name);
        kernel
            .split('+')
            .skip(1)
            .all(|part| series.iter().any(|s| s == part))
    });
    match known {
        true => Ok(()),
        false => Err(format!(
            "unknown kernel `{kernel}`; known are {}",
            kernels().join(", ")
        )),
    }
}

/// The patch series for a version, in order.
fn series(version: &str) -> Vec<String> {
    let folder = TEXTS.get_dir(format!("patches/{version}"));
    let dirs = folder.into_iter().flat_map(Dir::dirs);
    let name = |dir: &Dir<'_>| Some(dir.path().file_name()?.to_str()?.to_string());
    let mut names: Vec<String> = dirs.filter_map(name).collect();
    names.sort();
    names
}

/// What every scenario for a kernel sees without asking.
pub const PRELUDE: &str = "include/model/prelude.h";

/// A set of texts that can be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// Path to text.
    pub files: BTreeMap<String, String>,
}

impl Tree {
    /// The headers for plain C programs, and no kernel.
    pub fn plain() -> Tree {
        Tree {
            files: texts_under("libc", "libc"),
        }
    }

    /// The tree of a kernel: `v5.9`, `v5.9+rfc`.
    ///
    /// # Errors
    /// A sentence, when there is no such kernel or one of its patches does not apply.
    pub fn of(kernel: &str) -> Result<Tree, String> {
        check(kernel)?;
        let version = version(kernel).ok_or("no version")?;
        let mut files = texts_under("include", "include");
        files.extend(texts_under("model", "model"));
        for folder in version.folders {
            files.extend(texts_under(folder, ""));
        }
        let mut tree = Tree { files };
        for series in kernel.split('+').skip(1) {
            let folder = format!("patches/{}/{series}", version.name);
            for (path, patch) in texts_under(&folder, "") {
                tree.apply(&patch)
                    .map_err(|e| format!("patches/{series}/{path}: {e}"))?;
            }
        }
        Ok(tree)
    }

    /// The C files, in the order in which they are compiled.
    pub fn main(&self) -> Vec<String> {
        let (boot, kernel): (Vec<_>, Vec<_>) = self
            .files
            .keys()
            .filter(|p| p.ends_with(".c"))
            .partition(|p| p.starts_with("model/"));
        kernel.into_iter().chain(boot).cloned().collect()
    }

    /// Applies a unified diff, one file or many, with or without `a/` and `b/`.
    ///
    /// # Errors
    /// A sentence naming file and hunk; nothing is changed then.
    pub fn apply(&mut self, diff: &str) -> Result<(), String> {
        let is_diff = diff.lines().any(|line| line.starts_with("+++ "));
        if !is_diff {
            return Err("this is no unified diff: no `---` and `+++` lines".into());
        }
        let mut files = self.files.clone();
        for part in PatchSet::parse(&patch::tidy(diff)?, ParseOptions::unidiff()) {
            let part = part.map_err(|e| format!("this is no unified diff: {e}"))?;
            let text = part
                .patch()
                .as_text()
                .ok_or("a binary patch cannot be applied")?;
            let (from, to) = paths(part.operation());
            let base = match &from {
                None => String::new(),
                Some(path) => self.find(&files, path)?,
            };
            let name = from.as_ref().or(to.as_ref()).map_or("?", |p| p);
            let patched = diffy::apply(&base, text)
                .map_err(|_| patch::why(&strip(name, &self.files), &base, text))?;
            if let Some(from) = &from {
                files.remove(&strip(from, &self.files));
            }
            if let Some(to) = to {
                files.insert(strip(&to, &self.files), patched);
            }
        }
        self.files = files;
        Ok(())
    }

    /// The unified diff that makes this tree into `changed`; empty when they are equal.
    pub fn diff(&self, changed: &Tree) -> String {
        let mut out = String::new();
        for (path, text) in &changed.files {
            let before = self.files.get(path);
            if before == Some(text) {
                continue;
            }
            let from = before.map_or("/dev/null".into(), |_| format!("a/{path}"));
            let mut options = diffy::DiffOptions::new();
            options.set_original_filename(from);
            options.set_modified_filename(format!("b/{path}"));
            let before = before.map_or("", String::as_str);
            out += &options.create_patch(before, text).to_string();
        }
        out
    }

    fn find(&self, files: &BTreeMap<String, String>, path: &str) -> Result<String, String> {
        let path = strip(path, &self.files);
        files
            .get(&path)
            .cloned()
            .ok_or_else(|| format!("there is no file {path} in this tree"))
    }
}

fn paths(operation: &FileOperation<'_, str>) -> (Option<String>, Option<String>) {
    let text = |path: &str| {
        path.split('\t')
            .next()
            .unwrap_or(path)
            .trim_end()
            .to_string()
    };
    match operation {
        FileOperation::Create(to) => (None, Some(text(to))),
        FileOperation::Delete(from) => (Some(text(from)), None),
        FileOperation::Modify { original, modified } => {
            (Some(text(original)), Some(text(modified)))
        }
        FileOperation::Rename { from, to } | FileOperation::Copy { from, to } => {
            (Some(text(from)), Some(text(to)))
        }
    }
}

/// Without `a/` or `b/`, unless the tree has such a folder.
fn strip(path: &str, files: &BTreeMap<String, String>) -> String {
    if files.contains_key(path) {
        return path.into();
    }
    let bare = path.strip_prefix("a/").or_else(|| path.strip_prefix("b/"));
    bare.unwrap_or(path).into()
}

/// The texts of a folder under another name.
fn texts_under(folder: &str, shown_as: &str) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    if let Some(dir) = TEXTS.get_dir(folder) {
        collect(dir, folder, shown_as, &mut texts);
    }
    texts
}

fn collect(dir: &Dir<'_>, folder: &str, shown_as: &str, texts: &mut BTreeMap<String, String>) {
    for file in dir.files() {
        let path = file.path().to_string_lossy().replace('\\', "/");
        let below = path
            .strip_prefix(folder)
            .unwrap_or(&path)
            .trim_start_matches('/');
        let name = if shown_as.is_empty() {
            below.into()
        } else {
            format!("{shown_as}/{below}")
        };
        if let Some(text) = file.contents_utf8() {
            texts.insert(name, text.into());
        }
    }
    for sub in dir.dirs() {
        collect(sub, folder, shown_as, texts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kernel_has_its_texts() {
        for kernel in kernels() {
            let tree = Tree::of(&kernel).unwrap();
            assert!(tree.files.contains_key("mm/page_alloc.c"), "{kernel}");
            assert!(tree.files.contains_key(PRELUDE), "{kernel}");
        }
    }

    #[test]
    fn the_series_changes_the_tree() {
        let base = Tree::of("v5.9").unwrap();
        let rfc = Tree::of("v5.9+rfc").unwrap();
        let name = "__rcu_alloc_page_lockless";
        assert!(!base.files["mm/page_alloc.c"].contains(name));
        assert!(rfc.files["mm/page_alloc.c"].contains(name));
    }

    #[test]
    fn a_diff_leads_from_one_tree_to_the_other() {
        let base = Tree::of("v5.9").unwrap();
        let rfc = Tree::of("v5.9+rfc").unwrap();
        let diff = base.diff(&rfc);
        assert!(diff.starts_with("--- a/"), "{diff}");
        let mut changed = base.clone();
        changed.apply(&diff).unwrap();
        assert_eq!(changed, rfc);
        assert_eq!(base.diff(&base), "");
    }

    #[test]
    fn what_does_not_apply_is_told_and_changes_nothing() {
        let mut tree = Tree::of("v5.9").unwrap();
        let before = tree.clone();
        let diff = "--- a/mm/page_alloc.c\n+++ b/mm/page_alloc.c\n@@ -1,1 +1,1 @@\n-nonsense\n+x\n";
        for text in [
            "",
            "hello",
            diff,
            "--- a/no.c\n+++ b/no.c\n@@ -1 +1 @@\n-a\n+b\n",
        ] {
            assert!(tree.apply(text).is_err(), "{text}");
        }
        assert_eq!(tree, before);
    }
}
