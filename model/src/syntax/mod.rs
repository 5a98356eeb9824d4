//! From C text to a syntax tree: lexer, preprocessor, parser.

pub mod ast;
pub mod diagnostic;
pub mod source;
