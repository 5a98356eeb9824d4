//! What is wrong with a C text or a scenario: message, place, caret.

use super::source::{SourceMap, Span};

/// One error or warning about the text (never about the modelled kernel: that is a violation).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether the text can still be used.
    pub severity: Severity,
    /// Where.
    pub span: Span,
    /// One sentence, no full stop, lower case as compilers write it.
    pub message: String,
    /// Further places that explain it, for instance an earlier declaration.
    pub notes: Vec<(Span, String)>,
}

/// How bad a [`Diagnostic`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The text is not accepted.
    Error,
    /// The text is accepted.
    Warning,
}

impl Diagnostic {
    /// An error without notes.
    pub fn error(span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            span,
            message: message.into(),
            notes: Vec::new(),
        }
    }

    /// The same with a note added.
    pub fn note(mut self, span: Span, message: impl Into<String>) -> Diagnostic {
        self.notes.push((span, message.into()));
        self
    }

    /// `file:line:column: error: message`, the line, and a caret under the span.
    pub fn render(&self, sources: &SourceMap) -> String {
        let word = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let mut text = render_one(sources, self.span, word, &self.message);
        for (span, message) in &self.notes {
            text += &render_one(sources, *span, "note", message);
        }
        text
    }
}

fn render_one(sources: &SourceMap, span: Span, word: &str, message: &str) -> String {
    let at = sources.line_column(span);
    let line = sources.file(span.file).line(at.line);
    // Tabs stay tabs in the caret line, so that the caret stands under its character.
    let before = line.chars().take(at.column as usize - 1);
    let indent: String = before.map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
    let rest = line.chars().count().saturating_sub(at.column as usize - 1);
    let width = sources
        .text(span)
        .chars()
        .take_while(|&c| c != '\n')
        .count()
        .min(rest)
        .max(1);
    let number = at.line.to_string();
    let gutter = " ".repeat(number.len());
    format!(
        "{}: {word}: {message}\n {number} | {line}\n {gutter} | {indent}^{}\n",
        sources.place(span),
        "~".repeat(width - 1)
    )
}
