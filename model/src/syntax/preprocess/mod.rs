//! The preprocessor: main texts to one flat list of tokens without macros.
//!
//! Invariant: every token handed out has the span of what the reader sees, its own or that of the
//! outermost macro use it came from. It knows nothing of C beyond `#if` expressions, and reads only
//! the virtual tree it was given.

mod condition;
mod directive;
mod expand;
mod hide;
mod include;
mod macros;

use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::diagnostic::{Diagnostic, Severity};
use super::lex::{Symbol, Symbols, Token, TokenKind, lex};
use super::source::{FileId, SourceMap, Span};
use expand::Feed;
use hide::HideSets;
use macros::Macro;

/// How deep files may include one another; real headers stay below 40, so more is a cycle.
const INCLUDE_DEPTH_MAX: usize = 100;

/// How many tokens may be moved in one run. The modelled kernel moves some hundred thousand; a
/// doubling chain of macros reaches any limit, and this one costs a browser less than a second.
const WORK_MAX: u64 = 4_000_000;

/// How many errors are kept: the reader mends the first ones.
const ERRORS_MAX: usize = 50;

/// What comes out.
pub struct Preprocessed {
    /// Every text that was read, the main ones and the included ones.
    pub sources: SourceMap,
    /// All spellings.
    pub symbols: Symbols,
    /// The tokens, the last one of kind [`TokenKind::Eof`].
    pub tokens: Vec<Token>,
    /// What was wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// Preprocesses the main files one after another; macros persist from one to the next.
pub fn preprocess(
    files: &BTreeMap<String, String>,
    main: &[String],
    defines: &[(String, String)],
) -> Preprocessed {
    let mut preprocessor = Preprocessor::new(files);
    preprocessor.predefine(defines);
    for path in main {
        preprocessor.enter_main(path);
        preprocessor.run();
    }
    preprocessor.finish()
}

struct Preprocessor<'a> {
    files: &'a BTreeMap<String, String>,
    sources: SourceMap,
    symbols: Symbols,
    hide_sets: HideSets,
    lexed: FxHashMap<FileId, Rc<[Token]>>,
    once: BTreeSet<FileId>,
    macros: FxHashMap<Symbol, Rc<Macro>>,
    stack: Vec<OpenFile>,
    /// Arguments being expanded inside arguments.
    argument_depth: usize,
    /// The arguments of a macro use are being collected: no `#include` now.
    collecting: bool,
    counter: u64,
    work: u64,
    /// A limit was hit; nothing more is read.
    stopped: bool,
    out: Vec<Token>,
    diagnostics: Vec<Diagnostic>,
}

/// A file being read.
struct OpenFile {
    tokens: Rc<[Token]>,
    position: usize,
    file: FileId,
    conditions: Vec<Condition>,
}

/// An `#if` whose `#endif` has not come yet. While one is open its current group is being read:
/// groups that are not are skipped at once.
struct Condition {
    span: Span,
    seen_else: bool,
    /// Some group was or is being read.
    taken: bool,
}

impl<'a> Preprocessor<'a> {
    fn new(files: &'a BTreeMap<String, String>) -> Preprocessor<'a> {
        Preprocessor {
            files,
            sources: SourceMap::default(),
            symbols: Symbols::default(),
            hide_sets: HideSets::default(),
            lexed: FxHashMap::default(),
            once: BTreeSet::new(),
            macros: FxHashMap::default(),
            stack: Vec::new(),
            argument_depth: 0,
            collecting: false,
            counter: 0,
            work: 0,
            stopped: false,
            out: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    fn enter_main(&mut self, path: &str) {
        match self.files.get(path) {
            Some(text) => self.open(path, text),
            None => {
                let file = self.sources.add(path, "");
                self.error(
                    Span {
                        file,
                        start: 0,
                        end: 0,
                    },
                    format!("no such file: `{path}`"),
                );
            }
        }
    }

    fn open(&mut self, path: &str, text: &str) {
        let file = self.sources.add(path, text);
        if self.once.contains(&file) {
            return;
        }
        let symbols = &mut self.symbols;
        let tokens = self
            .lexed
            .entry(file)
            .or_insert_with(|| lex(file, text, symbols).into());
        let tokens = tokens.clone();
        self.stack.push(OpenFile {
            tokens,
            position: 0,
            file,
            conditions: Vec::new(),
        });
    }

    fn run(&mut self) {
        let mut feed = Feed::of_file();
        while let Some(token) = self.expand_next(&mut feed) {
            self.hand_out(token);
        }
    }

    /// Puts out a token unless it is none.
    fn hand_out(&mut self, mut token: Token) {
        match token.kind {
            TokenKind::BadStr => {
                self.error(token.span, "unterminated string literal");
                token.kind = TokenKind::Str;
            }
            TokenKind::BadChar => {
                self.error(token.span, "unterminated character constant");
                token.kind = TokenKind::Char;
            }
            TokenKind::BadCharacter | TokenKind::Hash | TokenKind::HashHash => {
                let text = printable(self.symbols.name(token.text));
                return self.error(token.span, format!("unknown character `{text}`"));
            }
            _ => {}
        }
        self.out.push(token);
    }

    fn finish(mut self) -> Preprocessed {
        let last = self.sources.files().len().saturating_sub(1);
        let file = self.out.last().map_or(FileId(last as u16), |t| t.span.file);
        let end = self
            .sources
            .files()
            .get(file.0 as usize)
            .map_or(0, |f| f.text.len() as u32);
        self.out.push(Token {
            kind: TokenKind::Eof,
            space: false,
            first_in_line: true,
            text: self.symbols.intern(""),
            span: Span {
                file,
                start: end,
                end,
            },
            hide: Default::default(),
        });
        Preprocessed {
            sources: self.sources,
            symbols: self.symbols,
            tokens: self.out,
            diagnostics: self.diagnostics,
        }
    }

    /// The next token of the files, directives obeyed.
    fn next_of_files(&mut self) -> Option<Token> {
        let mut space = false;
        loop {
            let open = self.stack.last_mut()?;
            let Some(&token) = open.tokens.get(open.position) else {
                self.leave_file();
                continue;
            };
            open.position += 1;
            match token.kind {
                TokenKind::Newline => space = true,
                TokenKind::Hash if token.first_in_line => self.directive(token),
                TokenKind::BadComment => self.error(token.span, "unterminated comment"),
                _ => {
                    return Some(Token {
                        space: space || token.space,
                        ..token
                    });
                }
            }
        }
    }

    fn leave_file(&mut self) {
        let Some(open) = self.stack.pop() else { return };
        for condition in &open.conditions {
            self.error(
                condition.span,
                "unterminated conditional: `#endif` is missing",
            );
        }
    }

    /// Counts one moved token, and stops everything when there were too many.
    fn count_work(&mut self, span: Span, amount: usize) {
        self.work += amount as u64;
        if self.work > WORK_MAX && !self.stopped {
            self.stop(span, "macro expansion is too large");
        }
    }

    fn stop(&mut self, span: Span, message: &str) {
        self.error(span, message);
        self.stopped = true;
        self.stack.clear();
    }

    fn error(&mut self, span: Span, message: impl Into<String>) {
        self.diagnose(Diagnostic::error(span, message));
    }

    fn warning(&mut self, span: Span, message: impl Into<String>) {
        let error = Diagnostic::error(span, message);
        self.diagnose(Diagnostic {
            severity: Severity::Warning,
            ..error
        });
    }

    fn diagnose(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < ERRORS_MAX {
            self.diagnostics.push(diagnostic);
        }
    }
}

/// A spelling for a message: characters that cannot be seen are written as escapes.
fn printable(text: &str) -> String {
    let visible = |c: char| match c.is_control() {
        true => c.escape_debug().to_string(),
        false => c.to_string(),
    };
    text.chars().map(visible).collect()
}
