//! The lexer: text to preprocessing tokens, comments and line continuations removed.
//!
//! It never fails: what is not a token becomes one of the `Bad…` kinds, and these are reported only
//! if they survive the preprocessor (an apostrophe inside `#if 0` is nobody's error). It knows
//! nothing of keywords; a keyword is an identifier until the parser looks at it.

use logos::Logos;
use rustc_hash::FxHashMap;
use std::rc::Rc;

use super::source::{FileId, Span};

/// What a token is. Punctuators are spelled out so that the parser can match on them.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum TokenKind {
    #[regex(r"[ \t\r\x0b\x0c]+")]
    Space,
    #[token("\n")]
    Newline,
    #[regex(r"//[^\n]*", allow_greedy = true)]
    LineComment,
    #[token("/*", block_comment)]
    BlockComment,
    #[regex(r"[A-Za-z_][A-Za-z0-9_]*")]
    Ident,
    /// A preprocessing number: every valid constant and some nonsense such as `0x1.y`.
    #[regex(r"\.?[0-9]([eEpP][+-]|[0-9A-Za-z_.])*")]
    Number,
    #[regex(r#""(\\[^\n]|[^"\\\n])*""#)]
    Str,
    #[regex(r"'(\\[^\n]|[^'\\\n])*'")]
    Char,
    #[regex(r#""(\\[^\n]|[^"\\\n])*"#, priority = 1)]
    BadStr,
    #[regex(r"'(\\[^\n]|[^'\\\n])*", priority = 1)]
    BadChar,
    /// A comment without end.
    BadComment,
    /// A character no token begins with.
    BadCharacter,
    /// After the last token.
    Eof,
    #[token("{")]
    LBrace,
    #[token("}")]
    RBrace,
    #[token("(")]
    LParen,
    #[token(")")]
    RParen,
    #[token("[")]
    LBracket,
    #[token("]")]
    RBracket,
    #[token(";")]
    Semi,
    #[token(",")]
    Comma,
    #[token(".")]
    Dot,
    #[token("...")]
    Ellipsis,
    #[token("->")]
    Arrow,
    #[token("++")]
    PlusPlus,
    #[token("--")]
    MinusMinus,
    #[token("+")]
    Plus,
    #[token("-")]
    Minus,
    #[token("*")]
    Star,
    #[token("/")]
    Slash,
    #[token("%")]
    Percent,
    #[token("&")]
    Amp,
    #[token("|")]
    Pipe,
    #[token("^")]
    Caret,
    #[token("~")]
    Tilde,
    #[token("!")]
    Bang,
    #[token("=")]
    Assign,
    #[token("==")]
    EqEq,
    #[token("!=")]
    BangEq,
    #[token("<")]
    Lt,
    #[token(">")]
    Gt,
    #[token("<=")]
    LtEq,
    #[token(">=")]
    GtEq,
    #[token("<<")]
    Shl,
    #[token(">>")]
    Shr,
    #[token("&&")]
    AmpAmp,
    #[token("||")]
    PipePipe,
    #[token("+=")]
    PlusAssign,
    #[token("-=")]
    MinusAssign,
    #[token("*=")]
    StarAssign,
    #[token("/=")]
    SlashAssign,
    #[token("%=")]
    PercentAssign,
    #[token("&=")]
    AmpAssign,
    #[token("|=")]
    PipeAssign,
    #[token("^=")]
    CaretAssign,
    #[token("<<=")]
    ShlAssign,
    #[token(">>=")]
    ShrAssign,
    #[token("?")]
    Question,
    #[token(":")]
    Colon,
    #[token("#")]
    Hash,
    #[token("##")]
    HashHash,
}

/// Takes the rest of the comment, or of the text when it has no end.
fn block_comment(lexer: &mut logos::Lexer<TokenKind>) {
    let rest = lexer.remainder();
    lexer.bump(rest.find("*/").map_or(rest.len(), |i| i + 2));
}

/// An interned spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(pub u32);

/// All spellings of one compilation.
#[derive(Debug, Default)]
pub struct Symbols {
    names: Vec<Rc<str>>,
    ids: FxHashMap<Rc<str>, Symbol>,
}

impl Symbols {
    /// The symbol of a spelling, the same for the same spelling.
    pub fn intern(&mut self, name: &str) -> Symbol {
        if let Some(&symbol) = self.ids.get(name) {
            return symbol;
        }
        let symbol = Symbol(self.names.len() as u32);
        let name: Rc<str> = name.into();
        self.names.push(name.clone());
        self.ids.insert(name, symbol);
        symbol
    }

    /// The symbol of a spelling, if it has been interned.
    pub fn find(&self, name: &str) -> Option<Symbol> {
        self.ids.get(name).copied()
    }

    /// The spelling of a symbol.
    pub fn name(&self, symbol: Symbol) -> &str {
        &self.names[symbol.0 as usize]
    }
}

/// Index of a set of macro names in the preprocessor's table; 0 is the empty set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct HideSet(pub u32);

/// A preprocessing token.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// White space or a comment stands before it.
    pub space: bool,
    /// It is the first of its line.
    pub first_in_line: bool,
    /// The spelling.
    pub text: Symbol,
    /// Where the reader sees it.
    pub span: Span,
    /// The macros this token came out of, which must not replace it again.
    pub hide: HideSet,
}

/// All tokens of a text. Newlines are kept: directives end there.
pub fn lex(file: FileId, text: &str, symbols: &mut Symbols) -> Vec<Token> {
    let spliced = Spliced::new(text);
    let mut tokens = Vec::new();
    let (mut space, mut first_in_line) = (false, true);
    for (kind, range) in TokenKind::lexer(&spliced.text).spanned() {
        let spelling = &spliced.text[range.clone()];
        let kind = match kind.unwrap_or(TokenKind::BadCharacter) {
            TokenKind::BlockComment if spelling.len() < 4 || !spelling.ends_with("*/") => {
                TokenKind::BadComment
            }
            kind => kind,
        };
        if matches!(
            kind,
            TokenKind::Space | TokenKind::LineComment | TokenKind::BlockComment
        ) {
            space = true;
            continue;
        }
        let span = Span {
            file,
            start: spliced.original(range.start),
            end: spliced.original(range.end - 1) + 1,
        };
        let text = symbols.intern(spelling);
        tokens.push(Token {
            kind,
            space,
            first_in_line,
            text,
            span,
            hide: HideSet::default(),
        });
        space = false;
        first_in_line = kind == TokenKind::Newline;
    }
    tokens
}

/// A text without its line continuations, and the way back to the places of the original.
struct Spliced {
    text: String,
    /// Where bytes were left out: offset in `text`, bytes left out before it in all.
    cuts: Vec<(u32, u32)>,
}

impl Spliced {
    fn new(original: &str) -> Spliced {
        let mut spliced = Spliced {
            text: String::with_capacity(original.len()),
            cuts: Vec::new(),
        };
        let mut rest = original;
        let mut removed = 0;
        while let Some((at, length)) = find_continuation(rest) {
            spliced.text += &rest[..at];
            removed += length as u32;
            spliced.cuts.push((spliced.text.len() as u32, removed));
            rest = &rest[at + length..];
        }
        spliced.text += rest;
        spliced
    }

    fn original(&self, offset: usize) -> u32 {
        let offset = offset as u32;
        let idx = self.cuts.partition_point(|&(at, _)| at <= offset);
        offset + idx.checked_sub(1).map_or(0, |i| self.cuts[i].1)
    }
}

/// The first backslash that ends a line: where, and how many bytes up to the next line's begin.
fn find_continuation(text: &str) -> Option<(usize, usize)> {
    text.match_indices('\\').find_map(|(at, _)| {
        let after = &text[at + 1..];
        let blank = after.len() - after.trim_start_matches([' ', '\t', '\r']).len();
        after[blank..].starts_with('\n').then_some((at, blank + 2))
    })
}
