//! Finding the fenced blocks of a chapter and reading what a figure's block says.

use toml::Table;

/// What a fenced `scenario` block asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureBlock {
    /// The scenario, a file name in `model/scenarios/`; a view without a scenario names none.
    pub file: Option<String>,
    /// The configuration, where it is not the scenario's first.
    pub config: Option<String>,
    /// Which view is drawn: `stepper` when nothing is said.
    pub view: String,
    /// The schedule to show.
    pub schedule: Option<String>,
    /// What to look for, in place of a schedule: the first execution that shows it.
    pub find: Option<String>,
    /// The keys that only the view understands.
    pub options: Table,
}

impl FigureBlock {
    /// Reads the block's TOML text.
    pub fn parse(text: &str) -> Result<FigureBlock, String> {
        let mut table: Table = text.parse().map_err(|error: toml::de::Error| {
            format!("the figure's text is no TOML: {}", error.message())
        })?;
        Ok(FigureBlock {
            file: take(&mut table, "file")?,
            config: take(&mut table, "config")?,
            view: take(&mut table, "view")?.unwrap_or_else(|| "stepper".to_owned()),
            schedule: take(&mut table, "schedule")?,
            find: take(&mut table, "find")?,
            options: table,
        })
    }
}

fn take(table: &mut Table, key: &str) -> Result<Option<String>, String> {
    match table.remove(key) {
        None => Ok(None),
        Some(toml::Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(format!("`{key}` must be text, not {}", other.type_str())),
    }
}

/// A piece of a chapter.
#[derive(Debug, PartialEq)]
pub(super) enum Part<'a> {
    /// Ordinary Markdown.
    Text(&'a str),
    /// The inside of a `scenario` block, and the line on which the block begins.
    Figure { line: usize, toml: &'a str },
    /// A block that cannot be used.
    Problem { line: usize, what: &'static str },
}

/// Splits a chapter at its `scenario` blocks. Other fenced blocks are passed over, so a block shown
/// as an example inside a longer fence is no figure.
pub(super) fn split(content: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut text_start = 0;
    for block in fenced_blocks(content) {
        if block.info != "scenario" {
            continue;
        }
        parts.push(Part::Text(&content[text_start..block.start]));
        parts.push(match block.inside {
            Some((start, end)) => Part::Figure {
                line: block.line,
                toml: &content[start..end],
            },
            None => Part::Problem {
                line: block.line,
                what: "this block is never closed",
            },
        });
        text_start = block.end;
    }
    parts.push(Part::Text(&content[text_start..]));
    parts
}

/// A fenced block: byte offsets into the chapter, lines counted from 1.
struct Fenced<'a> {
    line: usize,
    info: &'a str,
    start: usize,
    end: usize,
    inside: Option<(usize, usize)>,
}

fn fenced_blocks(content: &str) -> Vec<Fenced<'_>> {
    let mut blocks: Vec<Fenced<'_>> = Vec::new();
    let mut open: Option<&str> = None;
    let mut offset = 0;
    for (index, line) in content.split_inclusive('\n').enumerate() {
        let end = offset + line.len();
        match (open, fence(line)) {
            (None, Some((marks, info))) => {
                open = Some(marks);
                blocks.push(Fenced {
                    line: index + 1,
                    info,
                    start: offset,
                    end: content.len(),
                    inside: None,
                });
            }
            (Some(opening), Some((marks, ""))) if marks.starts_with(opening) => {
                open = None;
                if let Some(block) = blocks.last_mut() {
                    let inside = block.start + first_line_len(&content[block.start..]);
                    block.inside = Some((inside, offset));
                    block.end = end;
                }
            }
            _ => {}
        }
        offset = end;
    }
    blocks
}

/// The fence of a line (its marks and what follows them), if it is one.
fn fence(line: &str) -> Option<(&str, &str)> {
    let text = line.trim_start_matches(' ');
    if line.len() - text.len() > 3 {
        return None;
    }
    let mark = text
        .chars()
        .next()
        .filter(|mark| matches!(mark, '`' | '~'))?;
    let info = text.trim_start_matches(mark);
    let marks = &text[..text.len() - info.len()];
    // `code` in a line of text is no fence.
    let inline = mark == '`' && info.contains('`');
    (marks.len() >= 3 && !inline).then_some((marks, info.trim()))
}

fn first_line_len(text: &str) -> usize {
    text.find('\n').map_or(text.len(), |end| end + 1)
}

/// Which lines (from 1) lie inside fenced blocks, fences included.
pub(super) fn lines_in_fences(content: &str) -> Vec<bool> {
    let mut inside = vec![false; content.lines().count() + 1];
    for block in fenced_blocks(content) {
        let n_lines = content[block.start..block.end].lines().count();
        inside[block.line..block.line + n_lines].fill(true);
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(content: &str) -> Vec<(usize, &str)> {
        let figure = |part| match part {
            Part::Figure { line, toml } => Some((line, toml)),
            _ => None,
        };
        split(content).into_iter().filter_map(figure).collect()
    }

    #[test]
    fn finds_blocks_and_keeps_the_rest() {
        let content = "a\n```scenario\nfile = \"x.c\"\n```\nb\n";
        assert_eq!(
            split(content),
            [
                Part::Text("a\n"),
                Part::Figure {
                    line: 2,
                    toml: "file = \"x.c\"\n"
                },
                Part::Text("b\n")
            ]
        );
    }

    #[test]
    fn blocks_in_blocks_are_examples() {
        assert_eq!(figures("````md\n```scenario\nx\n```\n````\n"), []);
        assert_eq!(figures("~~~scenario\na = 1\n~~~\n"), [(1, "a = 1\n")]);
        assert_eq!(figures("text ```scenario``` text\n"), []);
    }

    #[test]
    fn open_block_is_a_problem() {
        let parts = split("```scenario\nfile = 1\n");
        assert!(
            matches!(parts[1], Part::Problem { line: 1, .. }),
            "{parts:?}"
        );
    }

    #[test]
    fn reads_the_block() {
        let block = FigureBlock::parse("file = \"x.c\"\nfind = \"hang\"\nsteps = 3\n").unwrap();
        assert_eq!(block.file.as_deref(), Some("x.c"));
        assert_eq!(
            (block.view.as_str(), block.find.as_deref()),
            ("stepper", Some("hang"))
        );
        assert_eq!(block.options.len(), 1);
        assert!(
            FigureBlock::parse("file = 3")
                .unwrap_err()
                .contains("`file`")
        );
        assert!(FigureBlock::parse("file = ").unwrap_err().contains("TOML"));
    }
}
