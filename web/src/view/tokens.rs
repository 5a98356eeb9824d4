//! Just enough C to tell comments, strings and keywords apart in a line that is shown.

use yew::{Html, html};

const KEYWORDS: &[&str] = &[
    "break", "case", "const", "continue", "default", "do", "else", "enum", "extern", "for", "goto",
    "if", "inline", "return", "sizeof", "static", "struct", "switch", "typedef", "union", "while",
];

/// What a piece of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Plain,
    Comment,
    Keyword,
    Directive,
}

/// Splits lines one after the other: a comment may go on in the next.
#[derive(Default)]
pub(crate) struct Splitter {
    in_comment: bool,
}

impl Splitter {
    /// Begins inside a comment, or not.
    pub(crate) fn new(in_comment: bool) -> Splitter {
        Splitter { in_comment }
    }

    /// The next line begins inside a comment.
    pub(crate) fn in_comment(&self) -> bool {
        self.in_comment
    }

    /// The next line as HTML.
    pub(crate) fn html(&mut self, line: &str) -> Html {
        let piece = |(token, text): (Token, &str)| {
            let text = text.to_string();
            match token {
                Token::Plain => html! { {text} },
                Token::Comment | Token::Directive => html! { <i>{text}</i> },
                Token::Keyword => html! { <b>{text}</b> },
            }
        };
        self.line(line).into_iter().map(piece).collect()
    }

    /// The pieces of the next line; together they are the line.
    pub(crate) fn line<'a>(&mut self, line: &'a str) -> Vec<(Token, &'a str)> {
        let mut pieces = Vec::new();
        if !self.in_comment && line.trim_start().starts_with('#') {
            return vec![(Token::Directive, line)];
        }
        let (mut start, mut at) = (0, 0);
        while at < line.len() {
            let (token, length) = self.next(&line[at..]);
            let same = pieces.last().is_some_and(|&(last, _)| last == token);
            if same {
                pieces.pop();
            } else {
                start = at;
            }
            at += length;
            pieces.push((token, &line[start..at]));
        }
        pieces
    }

    fn next(&mut self, rest: &str) -> (Token, usize) {
        if self.in_comment {
            let end = rest.find("*/");
            self.in_comment = end.is_none();
            return (Token::Comment, end.map_or(rest.len(), |at| at + 2));
        }
        if rest.starts_with("/*") {
            self.in_comment = true;
            return (Token::Comment, 2);
        }
        if rest.starts_with("//") {
            return (Token::Comment, rest.len());
        }
        let first = rest.chars().next().unwrap_or(' ');
        if first == '"' {
            return (Token::Plain, string_length(rest));
        }
        if first.is_ascii_alphabetic() || first == '_' {
            let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let keyword = KEYWORDS.contains(&&rest[..length]);
            return (
                if keyword {
                    Token::Keyword
                } else {
                    Token::Plain
                },
                length,
            );
        }
        (Token::Plain, first.len_utf8())
    }
}

fn string_length(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(line: &str) -> String {
        let pieces = Splitter::default().line(line);
        assert_eq!(
            pieces.iter().map(|(_, text)| *text).collect::<String>(),
            line
        );
        let mut kinds = pieces
            .iter()
            .map(|(token, _)| format!("{token:?}"))
            .collect::<Vec<_>>();
        kinds.dedup();
        kinds.join(" ")
    }

    #[test]
    fn lines_are_split() {
        assert_eq!(kinds("x = y; /* why */"), "Plain Comment");
        assert_eq!(kinds("if (\"/* no */\") // so"), "Keyword Plain Comment");
        assert_eq!(kinds("#define X(a) /* b */"), "Directive");
        assert_eq!(kinds("é = \"\\\"\";"), "Plain");
    }

    #[test]
    fn comments_go_on() {
        let mut splitter = Splitter::default();
        splitter.line("a /* b");
        assert_eq!(splitter.line("c */ d")[0], (Token::Comment, "c */"));
    }
}
