//! Unified diffs as people have them: out of a mail, with other line ends, with blank lines that lost
//! their blank, cut off at the end. What does not apply is told by file, hunk and line.

use diffy::{Line, Patch};

/// Characters of a line that a message quotes.
const QUOTED_MAX: usize = 60;

/// Where a diff is being read.
#[derive(Default)]
struct Reader<'a> {
    file: &'a str,
    hunk: usize,
    /// Lines of the hunk that are still to come, of the old and of the new text.
    left: (usize, usize),
}

/// The same diff as `diff` writes it: lines end with `\n`, the last one too, and an empty line of a hunk
/// begins with a blank.
///
/// # Errors
/// A sentence naming file and hunk, when a hunk is not what its first line says.
pub(super) fn tidy(diff: &str) -> Result<String, String> {
    let mut out = String::with_capacity(diff.len() + 1);
    let mut reader = Reader::default();
    for line in diff.lines() {
        out += reader.line(line)?;
        out.push('\n');
    }
    match reader.left {
        (0, 0) => Ok(out),
        _ => Err(format!("{} ends too early", reader.place())),
    }
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: &'a str) -> Result<&'a str, String> {
        if self.left == (0, 0) {
            self.outside(line);
            return Ok(line);
        }
        let is_of = match line.bytes().next() {
            None | Some(b' ') => (1, 1),
            Some(b'-') => (1, 0),
            Some(b'+') => (0, 1),
            Some(b'\\') => return Ok(line),
            Some(_) => {
                let quoted = quoted(line);
                let place = self.place();
                return Err(format!(
                    "{place} has a line that is none of a diff: `{quoted}`"
                ));
            }
        };
        let rest = (
            self.left.0.checked_sub(is_of.0),
            self.left.1.checked_sub(is_of.1),
        );
        let (Some(old), Some(new)) = rest else {
            return Err(format!(
                "{} has other lines than its `@@` line says, at `{}`",
                self.place(),
                quoted(line)
            ));
        };
        self.left = (old, new);
        Ok(if line.is_empty() { " " } else { line })
    }

    fn outside(&mut self, line: &'a str) {
        if let Some(path) = line.strip_prefix("--- ").or(line.strip_prefix("+++ ")) {
            if path != "/dev/null" {
                let path = path.split('\t').next().unwrap_or(path);
                let bare = path.strip_prefix("a/").or(path.strip_prefix("b/"));
                self.file = bare.unwrap_or(path);
            }
            self.hunk = 0;
        } else if let Some(left) = hunk_lines(line) {
            self.hunk += 1;
            self.left = left;
        }
    }

    fn place(&self) -> String {
        format!("{}: hunk {}", self.file, self.hunk)
    }
}

/// The lines that `@@ -1,3 +1,4 @@` announces.
fn hunk_lines(line: &str) -> Option<(usize, usize)> {
    let (ranges, _) = line.strip_prefix("@@ -")?.split_once(" @@")?;
    let (old, new) = ranges.split_once(" +")?;
    let length = |range: &str| match range.split_once(',') {
        None => Some(1),
        Some((_, length)) => length.parse().ok(),
    };
    Some((length(old)?, length(new)?))
}

/// Why a patch does not apply to a text.
pub(super) fn why(path: &str, base: &str, patch: &Patch<'_, str>) -> String {
    let text: Vec<&str> = base.lines().collect();
    for (idx, hunk) in patch.hunks().iter().enumerate() {
        let old: Vec<&str> = hunk.lines().iter().filter_map(old_line).collect();
        let start = hunk.old_range().start().saturating_sub(1);
        let Some((line, wanted)) = misfit(&text, &old, start) else {
            continue;
        };
        let place = format!("{path}: hunk {} does not fit", idx + 1);
        return match text.get(line) {
            None => format!("{place}: the text ends before `{}`", quoted(wanted)),
            Some(found) if without_blanks(found) == without_blanks(wanted) => format!(
                "{place}: line {} has other blanks than the diff, `{}`; were tabs lost on the way?",
                line + 1,
                quoted(wanted)
            ),
            Some(found) => format!(
                "{place}: line {} is `{}`, and the diff has `{}` there",
                line + 1,
                quoted(found),
                quoted(wanted)
            ),
        };
    }
    format!("{path}: its hunks do not fit together")
}

fn old_line<'a>(line: &Line<'a, str>) -> Option<&'a str> {
    match line {
        Line::Context(text) | Line::Delete(text) => Some(text.trim_end_matches('\n')),
        Line::Insert(_) => None,
    }
}

/// The first line of the text that is not the hunk's, where the hunk fits best; none when it fits.
fn misfit<'a>(text: &[&str], old: &[&'a str], start: usize) -> Option<(usize, &'a str)> {
    let n_alike = |at: usize| {
        let pairs = old.iter().zip(&text[at.min(text.len())..]);
        pairs.filter(|(a, b)| a == b).count()
    };
    // Of places that fit equally well the nearest.
    let near = |at: usize| usize::MAX - at.abs_diff(start);
    let best = (0..=text.len()).max_by_key(|&at| (n_alike(at), near(at)))?;
    let differs = |&(i, line): &(usize, &&str)| text.get(best + i) != Some(line);
    let (i, line) = old.iter().enumerate().find(differs)?;
    Some((best + i, line))
}

fn without_blanks(line: &str) -> String {
    line.split_whitespace().collect()
}

fn quoted(line: &str) -> String {
    let line = line.trim();
    match line.char_indices().nth(QUOTED_MAX) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Tree;

    const MAIL: &str = "From 0123456789abcdef Mon Sep 17 00:00:00 2001\n\
From: A B <a@b.example>\n\
Subject: [PATCH 1/2] mm: one\n\
\n\
@@ and --- in a mail's text are no diff.\n\
---\n \
mm/page_alloc.c | 2 +-\n \
1 file changed, 1 insertion(+), 1 deletion(-)\n\
\n\
diff --git a/mm/page_alloc.c b/mm/page_alloc.c\n\
index 0123..4567 100644\n\
--- a/mm/page_alloc.c\n\
+++ b/mm/page_alloc.c\n\
@@ -2,4 +2,4 @@ void f(void)\n \tb;\n \n-\tc;\n+\tC;\n \td;\n\
-- \n\
2.39.2\n\n";

    fn tree() -> Tree {
        let text = "\ta;\n\tb;\n\n\tc;\n\td;\n\te;\n".to_string();
        Tree {
            files: [("mm/page_alloc.c".to_string(), text)].into(),
        }
    }

    fn applied(diff: &str) -> String {
        let mut tree = tree();
        tree.apply(diff).unwrap();
        tree.files["mm/page_alloc.c"].clone()
    }

    fn refused(diff: &str) -> String {
        let mut tree_after = tree();
        let why = tree_after.apply(diff).unwrap_err();
        assert_eq!(tree_after, tree());
        why
    }

    #[test]
    fn diffs_apply_as_they_come() {
        let wanted = "\ta;\n\tb;\n\n\tC;\n\td;\n\te;\n";
        let bare = MAIL.split_once("100644\n").unwrap().1;
        let bare = bare.split_once("-- \n").unwrap().0;
        for diff in [
            MAIL,
            &MAIL.replace('\n', "\r\n"),
            bare,
            bare.trim_end(),
            &bare.replace("\n \n", "\n\n"),
            &bare.replace("a/mm", "mm").replace("b/mm", "mm"),
            &bare.replace("-2,4 +2,4", "-20,4 +20,4"),
        ] {
            assert_eq!(applied(diff), wanted, "{diff}");
        }
    }

    #[test]
    fn a_series_of_mails_applies_in_order() {
        let second = MAIL.replace("-\tc;\n+\tC;", "-\tC;\n+\tCC;");
        assert!(applied(&format!("{MAIL}{second}")).contains("\tCC;\n"));
    }

    #[test]
    fn what_does_not_apply_is_named() {
        let cases = [
            (
                MAIL.replace("-\tc;", "-\tx;"),
                "mm/page_alloc.c: hunk 1 does not fit: line 4 is `c;`, and the diff has `x;` there",
            ),
            (
                MAIL.replace('\t', "        "),
                "mm/page_alloc.c: hunk 1 does not fit: line 2 has other blanks than the diff, `b;`; \
                 were tabs lost on the way?",
            ),
            (
                MAIL.split_once(" \td;").unwrap().0.into(),
                "mm/page_alloc.c: hunk 1 ends too early",
            ),
            (
                MAIL.replace(" \td;\n", "> d;\n"),
                "mm/page_alloc.c: hunk 1 has a line that is none of a diff: `> d;`",
            ),
            (
                MAIL.replace("page_alloc.c\n", "other.c\n"),
                "there is no file mm/other.c in this tree",
            ),
        ];
        for (diff, wanted) in cases {
            assert_eq!(refused(&diff), wanted);
        }
    }
}
