//! The modules of `model` form layers: each uses only those listed before it in `lib.rs`.

use std::fs;
use std::path::{Path, PathBuf};

fn modules() -> Vec<String> {
    let lib = fs::read_to_string(source("lib.rs")).unwrap();
    let names = lib
        .lines()
        .filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';'));
    names.map(str::to_string).collect()
}

fn source(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(path)
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files
}

fn files_of(module: &str) -> Vec<PathBuf> {
    let single = source(&format!("{module}.rs"));
    let folder = source(module);
    let mut files = if folder.is_dir() {
        rust_files(&folder)
    } else {
        Vec::new()
    };
    files.extend(single.exists().then_some(single));
    assert!(!files.is_empty(), "{module} has no file");
    files
}

/// The crate's own modules that a line of Rust names: `crate::machine::…`.
fn used(line: &str) -> Vec<String> {
    let code = line.split("//").next().unwrap_or("");
    let after = code.split("crate::").skip(1);
    after
        .map(|rest| {
            rest.chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect()
        })
        .collect()
}

#[test]
fn each_layer_uses_only_those_before_it() {
    let modules = modules();
    assert!(modules.len() >= 9, "{modules:?}");
    let mut wrong = Vec::new();
    for (idx, module) in modules.iter().enumerate() {
        for file in files_of(module) {
            for (number, line) in fs::read_to_string(&file).unwrap().lines().enumerate() {
                for name in used(line) {
                    let later = modules
                        .iter()
                        .position(|m| *m == name)
                        .is_some_and(|i| i > idx);
                    if later {
                        wrong.push(format!("{}:{}: {line}", file.display(), number + 1));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the model must not do: read clocks, start threads, touch files, iterate hash maps.
#[test]
fn the_model_is_a_pure_function() {
    let mut wrong = Vec::new();
    for module in modules() {
        for file in files_of(&module) {
            let text = fs::read_to_string(&file).unwrap();
            for (number, line) in text.lines().enumerate() {
                let code = line.split("//").next().unwrap_or("");
                let banned = [
                    "std::fs",
                    "std::time",
                    "std::thread",
                    "std::io",
                    "std::net",
                    "std::env",
                ];
                if banned.iter().any(|b| code.contains(b)) {
                    wrong.push(format!("{}:{}: {line}", file.display(), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
