//! From C text to a syntax tree: lexer, preprocessor, parser.

pub mod ast;
pub mod diagnostic;
mod keyword;
mod lex;
mod literal;
mod parse;
mod preprocess;
pub mod source;

use std::collections::BTreeMap;

use ast::TranslationUnit;
use diagnostic::{Diagnostic, Severity};
use source::{SourceMap, Span};

/// What is compiled.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The virtual tree: path to text. `#include` finds nothing else.
    pub files: &'a BTreeMap<String, String>,
    /// Paths preprocessed in this order into one translation unit; macros and declarations persist
    /// from one to the next.
    pub main: &'a [String],
    /// Macros with their values, for instance `("CONFIG_PREEMPT_RT", "1")`.
    pub defines: &'a [(String, String)],
}

/// What comes out. Without errors in `diagnostics` the unit is the whole text; with errors it is
/// what could be made of it.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// Every text that was read, under its path in the virtual tree.
    pub sources: SourceMap,
    /// The syntax tree.
    pub unit: TranslationUnit,
    /// What is wrong, in the order of the text as far as one can speak of it.
    pub diagnostics: Vec<Diagnostic>,
}

/// Preprocesses and parses. Never fails and never panics: what is wrong is in the diagnostics.
pub fn parse(input: &Input) -> Parsed {
    let mut done = preprocess::preprocess(input.files, input.main, input.defines);
    let (unit, errors) = parse::parse(&done.tokens, &mut done.symbols, &done.sources);
    let end = done.tokens.last().map(|t| t.span);
    let errors = without_consequences(&done.sources, &done.diagnostics, errors, end);
    let mut diagnostics = done.diagnostics;
    diagnostics.extend(errors);
    diagnostics.sort_by_key(|d| d.span);
    Parsed {
        sources: done.sources,
        unit,
        diagnostics,
    }
}

/// Drops the parser's errors where the preprocessor already found one: a macro that could not be
/// replaced leaves nonsense on its line, and an unterminated one takes the end of the text with it.
fn without_consequences(
    sources: &SourceMap,
    earlier: &[Diagnostic],
    errors: Vec<Diagnostic>,
    end: Option<Span>,
) -> Vec<Diagnostic> {
    let line = |d: &Diagnostic| (d.span.file, sources.line_column(d.span).line);
    let earlier = earlier.iter().filter(|d| d.severity == Severity::Error);
    let known: Vec<_> = earlier.map(line).collect();
    let follows =
        |e: &Diagnostic| known.contains(&line(e)) || !known.is_empty() && Some(e.span) == end;
    errors.into_iter().filter(|e| !follows(e)).collect()
}
