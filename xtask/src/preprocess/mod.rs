//! The mdBook preprocessor: a fenced block `scenario` becomes a figure, drawn by running the model.
//!
//! The same code serves `cargo xtask build`, which calls it directly, and plain `mdbook`, which
//! starts `cargo xtask preprocess`. It runs before mdBook expands its `{{#include}}`s, so that line
//! numbers are those of the chapter's file. A figure that cannot be drawn, and an include that
//! mdBook would silently leave out, fail the build with `file:line`.

mod block;
mod cache;
mod figure;
mod include;

pub use block::FigureBlock;

use crate::paths::Paths;
use crate::wasm;
use anyhow::{Context, Result, bail};
use block::Part;
use cache::Cache;
use mdbook_driver::book::{Book, BookItem};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use std::collections::BTreeSet;
use std::io::{stdin, stdout};
use std::path::Path;

/// Draws the book's figures.
pub struct Figures {
    paths: Paths,
}

impl Figures {
    /// The figures of this repository's book.
    pub fn new(paths: &Paths) -> Figures {
        Figures {
            paths: paths.clone(),
        }
    }
}

impl Preprocessor for Figures {
    fn name(&self) -> &str {
        "scenario"
    }

    fn run(&self, context: &PreprocessorContext, mut book: Book) -> Result<Book> {
        // The link book/wasm must lead somewhere, or mdBook cannot copy it.
        std::fs::create_dir_all(self.paths.module())?;
        let source_dir = context.root.join(&context.config.book.src);
        let cache = Cache::open(&self.paths);
        let module = wasm::folder(&self.paths);
        cache.draw_ahead(&blocks(&book), &self.paths);
        let mut errors = Vec::new();
        book.for_each_mut(|item| {
            let BookItem::Chapter(chapter) = item else {
                return;
            };
            let Some(source) = &chapter.source_path else {
                return;
            };
            let file = source_dir.join(source);
            let expansion = Expansion {
                paths: &self.paths,
                file: &file,
                cache: &cache,
                module: module.as_deref(),
            };
            match expansion.expand(&chapter.content) {
                Ok(text) => chapter.content = text,
                Err(found) => errors.extend(found),
            }
        });
        if !errors.is_empty() {
            bail!("{}", errors.join("\n"));
        }
        Ok(book)
    }
}

/// What the figures of all chapters say, each text once.
fn blocks(book: &Book) -> BTreeSet<&str> {
    let chapters = book.iter().filter_map(|item| match item {
        BookItem::Chapter(chapter) => Some(chapter.content.as_str()),
        _ => None,
    });
    let toml = |part| match part {
        Part::Figure { toml, .. } => Some(toml),
        Part::Text(_) | Part::Problem { .. } => None,
    };
    chapters
        .flat_map(|content| block::split(content).into_iter().filter_map(toml))
        .collect()
}

/// One chapter's expansion.
struct Expansion<'a> {
    paths: &'a Paths,
    file: &'a Path,
    cache: &'a Cache,
    module: Option<&'a str>,
}

impl Expansion<'_> {
    /// The chapter with its figures drawn, or all that is wrong with it.
    fn expand(&self, content: &str) -> Result<String, Vec<String>> {
        let mut errors = Vec::new();
        let mut out = String::with_capacity(content.len());
        let at =
            |line: usize, what: String| format!("{}:{line}: {what}", self.paths.shown(self.file));
        for (line, problem) in include::problems(content, self.file) {
            errors.push(at(line, problem));
        }
        for part in block::split(content) {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Figure { line, toml } => match self.figure(toml) {
                    Ok(html) => out.push_str(&html),
                    Err(error) => errors.push(at(line, error)),
                },
                Part::Problem { line, what } => errors.push(at(line, what.to_owned())),
            }
        }
        if errors.is_empty() {
            Ok(out)
        } else {
            Err(errors)
        }
    }

    /// The figure as one HTML block: it begins at a line's start with `<div`, ends with an empty
    /// line and holds none, so that Markdown leaves it alone.
    fn figure(&self, toml: &str) -> Result<String, String> {
        let block = FigureBlock::parse(toml)?;
        let inner = self.cache.get_or_draw(&block, toml, self.paths)?;
        let module = self
            .module
            .map_or(String::new(), |folder| format!(" data-module=\"{folder}\""));
        Ok(format!(
            "<div class=\"scenario-figure\"{module}>{}</div>\n\n",
            without_empty_lines(&inner)
        ))
    }
}

/// The same HTML without empty lines: the line break before one is written as a reference.
fn without_empty_lines(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    for (index, line) in html.trim_end_matches('\n').split('\n').enumerate() {
        match (index, line.trim().is_empty()) {
            (0, _) => {}
            (_, true) => out.push_str("&#10;"),
            (_, false) => out.push('\n'),
        }
        out.push_str(line);
    }
    out
}

/// mdBook's protocol: `supports RENDERER` answers by exit status, without arguments the book comes
/// on standard input and goes to standard output.
pub fn speak(arguments: &[String], paths: &Paths) -> Result<()> {
    match arguments {
        [] => {
            let (context, book) = mdbook_preprocessor::parse_input(stdin())
                .context("`cargo xtask preprocess` is run by mdBook; its input is missing")?;
            let book = Figures::new(paths).run(&context, book)?;
            serde_json::to_writer(stdout(), &book).context("cannot write the book")
        }
        [command, renderer] if command == "supports" => {
            if renderer != "html" {
                bail!("figures can only be drawn for html, not for {renderer}");
            }
            Ok(())
        }
        _ => bail!("usage: cargo xtask preprocess [supports RENDERER]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_hold_no_empty_line() {
        assert_eq!(without_empty_lines("a\nb"), "a\nb");
        assert_eq!(without_empty_lines("a\n\n\t\nb\n"), "a&#10;&#10;\t\nb");
    }
}
