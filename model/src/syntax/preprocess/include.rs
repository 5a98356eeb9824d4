//! `#include`: which file of the virtual tree is meant.

use super::{INCLUDE_DEPTH_MAX, Preprocessor};
use crate::syntax::lex::{Token, TokenKind};
use crate::syntax::source::Span;

/// Where `<…>` looks, in this order.
const INCLUDE_DIRECTORIES: [&str; 2] = ["include/", "libc/"];

impl Preprocessor<'_> {
    /// `# include <name>`, `# include "name"`, or tokens that expand to one of the two.
    pub(super) fn include(&mut self, directive: Span, line: &[Token]) {
        if self.collecting {
            return self.error(directive, "`#include` inside the arguments of a macro");
        }
        let Some((name, quoted)) = self.header_name(line) else {
            return self.error(directive, "expected \"name\" or <name> after `#include`");
        };
        if self.stack.len() >= INCLUDE_DEPTH_MAX {
            return self.stop(
                directive,
                "files are included too deeply: do they include each other?",
            );
        }
        let files = self.files;
        let candidates = self.candidates(&name, quoted);
        match candidates.iter().find_map(|path| files.get_key_value(path)) {
            Some((path, text)) => self.open(path, text),
            None => self.error(directive, format!("no such file: `{name}`")),
        }
    }

    fn header_name(&mut self, line: &[Token]) -> Option<(String, bool)> {
        if let Some(name) = self.spelled_header(line) {
            return Some(name);
        }
        let expanded = self.expand_list(line);
        self.spelled_header(&expanded)
    }

    fn spelled_header(&self, line: &[Token]) -> Option<(String, bool)> {
        let first = line.first()?;
        match first.kind {
            TokenKind::Str => {
                let text = self.symbols.name(first.text);
                Some((text[1..text.len() - 1].to_owned(), true))
            }
            TokenKind::Lt => {
                let end = line.iter().position(|t| t.kind == TokenKind::Gt)?;
                let name = line[1..end]
                    .iter()
                    .map(|t| self.symbols.name(t.text))
                    .collect();
                Some((name, false))
            }
            _ => None,
        }
    }

    fn candidates(&self, name: &str, quoted: bool) -> Vec<String> {
        let mut paths = Vec::new();
        if let (true, Some(open)) = (quoted, self.stack.last()) {
            let includer = &self.sources.file(open.file).name;
            let directory = includer.rfind('/').map_or("", |slash| &includer[..=slash]);
            paths.push(normalise(&format!("{directory}{name}")));
        }
        paths.extend(INCLUDE_DIRECTORIES.map(|directory| normalise(&format!("{directory}{name}"))));
        paths
    }
}

/// Resolves `.` and `..`.
fn normalise(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}
