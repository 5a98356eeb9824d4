//! The parser: tokens to the syntax tree, by recursive descent.
//!
//! It keeps the scopes of typedef names (without them C cannot be parsed) and knows nothing else of
//! meaning: no types, no values. One function per production, the production in the comment above.
//!
//! Nothing it accepts is nested deeper than [`NESTING_MAX`] and [`HEIGHT_MAX`] allow, so whoever
//! walks the tree may recurse.

mod attribute;
mod declaration;
mod declarator;
mod expression;
mod initializer;
mod primary;
mod record;
mod specifier;
mod statement;
mod token;

use rustc_hash::FxHashMap;

use super::ast::*;
use super::diagnostic::Diagnostic;
use super::keyword::{Keyword, Keywords};
use super::lex::{Symbol, Symbols, Token, TokenKind};
use super::source::{SourceMap, Span};

/// How deep statements, parentheses, declarators and braces may nest (C asks for 127). Each level
/// costs a few hundred bytes of stack, which a browser has little of.
const NESTING_MAX: usize = 200;

/// How high an expression's tree may grow by operators in a row, such as `a + b + c + …`.
const HEIGHT_MAX: usize = 256;

/// How many tokens the tree may stand for: `__auto_type` copies its initialiser, `typeof` each of
/// its declarators. Several times the largest kernel; more would take a second to lower.
const SIZE_MAX: usize = 1_000_000;

/// How many errors are reported: the reader mends the first ones.
const ERRORS_MAX: usize = 40;

/// Something was wrong and has been reported.
#[derive(Clone, Copy, Debug)]
struct Reported;

type Parse<T> = Result<T, Reported>;

/// What an ordinary identifier is declared as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum NameKind {
    Typedef,
    Other,
}

/// Parses all tokens, the last of which is [`TokenKind::Eof`].
pub fn parse(
    tokens: &[Token],
    symbols: &mut Symbols,
    sources: &SourceMap,
) -> (TranslationUnit, Vec<Diagnostic>) {
    let keywords = Keywords::new(symbols);
    let mut parser = Parser {
        tokens,
        symbols,
        sources,
        keywords,
        position: 0,
        scopes: vec![FxHashMap::default()],
        nesting: 0,
        height: 0,
        size: 0,
        n_tags: 0,
        n_errors: 0,
        nested_function: false,
        diagnostics: Vec::new(),
    };
    let unit = parser.translation_unit();
    (unit, parser.diagnostics)
}

struct Parser<'a> {
    tokens: &'a [Token],
    symbols: &'a Symbols,
    sources: &'a SourceMap,
    keywords: Keywords,
    position: usize,
    scopes: Vec<FxHashMap<Symbol, NameKind>>,
    nesting: usize,
    /// The height of the highest expression read since somebody set it to 0.
    height: usize,
    size: usize,
    /// Tags made up for records without one.
    n_tags: usize,
    n_errors: usize,
    /// A function inside a function has been reported; what follows is likely one mistake.
    nested_function: bool,
    diagnostics: Vec<Diagnostic>,
}

impl Parser<'_> {
    /// translation-unit = external-declaration*
    fn translation_unit(&mut self) -> TranslationUnit {
        let mut items = Vec::new();
        while self.kind() != TokenKind::Eof {
            let start = self.position;
            if self.accept(TokenKind::Semi) {
                continue;
            }
            match self.external_declaration() {
                Ok(item) => items.push(item),
                Err(Reported) => self.recover_at_file_level(start),
            }
        }
        TranslationUnit { items }
    }

    /// external-declaration = function | declaration | static-assert
    fn external_declaration(&mut self) -> Parse<Item> {
        if self.at_keyword(Keyword::StaticAssert) {
            return self.static_assert().map(Item::StaticAssert);
        }
        if self.kind() == TokenKind::RBrace {
            return Err(self.error_here("this `}` closes nothing"));
        }
        if self.at_keyword(Keyword::Asm) {
            return Err(self.error_here("inline assembly is not supported"));
        }
        self.file_level_declaration()
    }

    /// static-assert = "_Static_assert" "(" expression ("," string)? ")" ";"
    fn static_assert(&mut self) -> Parse<StaticAssert> {
        self.advance();
        self.expect(TokenKind::LParen)?;
        let condition = self.assignment()?;
        let mut message = String::new();
        if self.accept(TokenKind::Comma) {
            let (bytes, _) = self.string()?;
            message = String::from_utf8_lossy(&bytes).into_owned();
        }
        self.expect(TokenKind::RParen)?;
        self.expect_semi("`_Static_assert`")?;
        Ok(StaticAssert { condition, message })
    }

    /// Runs one production a level deeper.
    fn nest<T>(&mut self, production: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        if self.nesting >= NESTING_MAX {
            return Err(self.fatal_here("nested more than 200 levels deep"));
        }
        self.nesting += 1;
        let result = production(self);
        self.nesting -= 1;
        result
    }

    /// Runs one production that makes a tree out of operators in a row, each counted by
    /// [`Parser::link`].
    fn grow<T>(&mut self, production: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        let outer = std::mem::replace(&mut self.height, 0);
        let result = production(self);
        self.height = self.height.max(outer);
        result
    }

    /// Counts one operator on top of what has been read.
    fn link(&mut self) -> Parse<()> {
        self.height += 1;
        if self.height > HEIGHT_MAX {
            return Err(self.fatal_here("expression is too long"));
        }
        Ok(())
    }

    fn in_scope<T>(&mut self, production: impl FnOnce(&mut Self) -> T) -> T {
        self.scopes.push(FxHashMap::default());
        let result = production(self);
        self.scopes.pop();
        result
    }

    fn declare(&mut self, name: Symbol, kind: NameKind) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name, kind);
        }
    }

    fn lookup(&self, name: Symbol) -> Option<NameKind> {
        self.scopes
            .iter()
            .rev()
            .find_map(|scope| scope.get(&name))
            .copied()
    }
}
