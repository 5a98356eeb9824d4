//! What mdBook would pass over in silence: an include of a file, an anchor or lines that are not there.

use super::block;
use std::path::Path;

/// The problems of the chapter's includes, with their lines.
pub(super) fn problems(content: &str, chapter: &Path) -> Vec<(usize, String)> {
    let mut problems = Vec::new();
    for (index, line) in content.lines().enumerate() {
        for target in targets(line) {
            if let Err(problem) = check(target, chapter) {
                problems.push((index + 1, problem));
            }
        }
    }
    let fenced = block::lines_in_fences(content);
    let indented = content.lines().enumerate().filter(|(index, line)| {
        !fenced[index + 1]
            && line.starts_with("    ")
            && line.trim_start().starts_with("```scenario")
    });
    problems.extend(indented.map(|(index, _)| {
        (
            index + 1,
            "a figure's block must begin at the line's start".to_owned(),
        )
    }));
    problems
}

/// What the includes of a line name: the text between `{{#include ` and `}}`.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    const OPENINGS: [&str; 3] = ["{{#include ", "{{#rustdoc_include ", "{{#playground "];
    OPENINGS.iter().flat_map(move |opening| {
        line.match_indices(opening).filter_map(move |(start, _)| {
            let escaped = line[..start].ends_with('\\');
            let rest = &line[start + opening.len()..];
            let target = rest.split_once("}}").map_or(rest, |(target, _)| target);
            // `{{#playground}}` takes attributes after the file.
            (!escaped).then(|| target.split_whitespace().next().unwrap_or(""))
        })
    })
}

fn check(target: &str, chapter: &Path) -> Result<(), String> {
    let (file, part) = target.split_once(':').unwrap_or((target, ""));
    let path = chapter.parent().unwrap_or(Path::new("")).join(file);
    let text = std::fs::read_to_string(&path)
        .map_err(|error| format!("the included file {file} cannot be read: {error}"))?;
    if part.is_empty() {
        return Ok(());
    }
    if part.chars().all(|c| c.is_ascii_digit() || c == ':') {
        let n_lines = text.lines().count();
        let beyond = part
            .split(':')
            .filter_map(|n| n.parse::<usize>().ok())
            .any(|n| n > n_lines);
        return if beyond {
            Err(format!("{file} has only {n_lines} lines"))
        } else {
            Ok(())
        };
    }
    let marked = |mark: &str| {
        text.lines().any(|line| {
            let mut rest = line.split(mark).skip(1);
            rest.any(|rest| rest.split_whitespace().next() == Some(part))
        })
    };
    match (marked("ANCHOR:"), marked("ANCHOR_END:")) {
        (true, true) => Ok(()),
        (true, false) => Err(format!("the anchor {part} of {file} never ends")),
        (false, _) => Err(format!("{file} has no anchor {part}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;
    use std::sync::LazyLock;

    /// Written once: the tests run at the same time.
    static DIR: LazyLock<PathBuf> = LazyLock::new(|| {
        let dir = std::env::temp_dir().join(format!("xtask-include-{}", std::process::id()));
        let text = "a\n/* ANCHOR: part */\nb\n/* ANCHOR_END: part */\n/* ANCHOR: open */\n";
        crate::stamp::write_if_changed(&dir.join("x.c"), text).unwrap();
        dir
    });

    fn found(content: &str) -> Vec<(usize, String)> {
        problems(content, &DIR.join("chapter.md"))
    }

    #[test]
    fn accepts_what_is_there() {
        let good =
            "{{#include x.c}}\n{{#include x.c:part}}\n{{#include x.c:2:4}}\n\\{{#include no}}\n";
        assert_eq!(found(good), []);
    }

    #[test]
    fn reports_what_is_not() {
        let bad = "{{#include y.c}}\n\n{{#include x.c:other}}\n{{#include x.c:9}} {{#include x.c:open}}\n";
        let lines: Vec<usize> = found(bad).iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 3, 4, 4]);
        assert_eq!(found("- a\n\n    ```scenario\n    ```\n").len(), 1);
    }
}
