//! Tests of the front end's first half: C text to tokens to syntax tree.

mod declarations;
mod diagnostics;
mod directives;
mod dump;
mod expressions;
mod preprocessor;
mod robustness;
mod spans;
mod statements;

use model::syntax::{Input, Parsed, parse};
use std::collections::BTreeMap;

/// Parses files of a virtual tree, given as path and text; the first is the main one.
fn parse_tree(files: &[(&str, &str)]) -> Parsed {
    let tree: BTreeMap<String, String> = files
        .iter()
        .map(|&(path, text)| (path.to_owned(), text.to_owned()))
        .collect();
    let main = [files[0].0.to_owned()];
    parse(&Input {
        files: &tree,
        main: &main,
        defines: &[],
    })
}

fn parse_text(text: &str) -> Parsed {
    parse_tree(&[("t.c", text)])
}

/// All diagnostics as a terminal shows them.
fn rendered(parsed: &Parsed) -> String {
    parsed
        .diagnostics
        .iter()
        .map(|d| d.render(&parsed.sources))
        .collect()
}

/// The tree of a text that must be right.
fn tree_of(text: &str) -> String {
    let parsed = parse_text(text);
    let wrong = rendered(&parsed);
    assert!(wrong.is_empty(), "{text}\n{wrong}");
    dump::unit(&parsed.unit)
}
