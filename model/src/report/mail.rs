//! An execution as plain text for a mail, and back.
//!
//! ASCII, at most [`WIDTH`] columns, and read again after quoting, CRLF, and text before and after.
//! The fields come first, so that a reply may cut the rest:
//!
//! ```text
//! === Where you cannot sleep: an execution of the model ===
//! Version:  1
//! Scenario: name
//! Kernel:   v5.9
//! Config:   rt-debug
//! Choices:  45
//! Schedule: c0x12.i1.      a line that ends in `.` goes on in the next
//!           c0x32
//! Cursor:   45
//! Digest:   0123abcd
//! ```

use super::link::{self, Link, Source};
use super::{Shot, splat, steps, text};
use crate::machine::{Event, EventKind, Schedule};

/// Columns: with two levels of quoting still under 72.
pub const WIDTH: usize = 66;
const TITLE: &str = "=== Where you cannot sleep: an execution of the model ===";
/// Where the fields' values begin.
const INDENT: usize = 10;
/// More interesting steps than anybody reads in a mail.
const STEPS_SHOWN_MAX: usize = 200;

/// The mail's text, for a scenario that readers find by its name.
pub fn export(shot: &Shot<'_>) -> String {
    build(shot, &patches(shot))
}

/// The same with the scenario's own text packed into it.
pub fn export_with_text(shot: &Shot<'_>) -> String {
    build(
        shot,
        &(packed("Text", &shot.scenario.text) + &patches(shot)),
    )
}

/// The diffs that the scenario's kernel carries are always in the mail.
fn patches(shot: &Shot<'_>) -> String {
    match shot.scenario.patches.as_str() {
        "" => String::new(),
        patches => packed("Patches", patches),
    }
}

fn packed(name: &str, text: &str) -> String {
    let packed = link::pack(text);
    let mut block = field(name, &format!("{} letters", packed.len()));
    let letters: Vec<char> = packed.chars().collect();
    for line in letters.chunks(WIDTH - INDENT) {
        block += &format!("{:INDENT$}{}\n", "", line.iter().collect::<String>());
    }
    block
}

fn build(shot: &Shot<'_>, blocks: &str) -> String {
    let mut out = format!("{TITLE}\n\n");
    out += &field("Version", &link::VERSION.to_string());
    out += &list("Scenario", &shot.scenario.name, '-');
    out += &field("Kernel", shot.kernel());
    out += &list("Config", shot.config, '+');
    out += &field("Choices", &shot.trace.steps.len().to_string());
    out += &list("Schedule", &shot.trace.schedule().to_string(), '.');
    out += &field("Cursor", &shot.cursor.to_string());
    out += &field("Digest", &shot.digest());
    out += blocks;
    out += &wrap("Title:    ", INDENT, &shot.scenario.title);
    out += &wrap("Verdict:  ", INDENT, &text::verdict(shot));
    out += &interesting(shot);
    out + "\n=== end; \"gfp replay\" reads the text above ===\n"
}

fn field(name: &str, value: &str) -> String {
    let name = format!("{name}:");
    format!("{name:<INDENT$}{}\n", ascii(value))
}

/// A value that is broken only behind a separator.
fn list(name: &str, value: &str, separator: char) -> String {
    let mut lines = vec![String::new()];
    for part in ascii(value).split_inclusive(separator) {
        let line = lines.last_mut().map_or(0, |l| l.len());
        if line > 0 && line + part.len() > WIDTH - INDENT {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(part);
        }
    }
    field(name, &lines.join(&format!("\n{:INDENT$}", "")))
}

/// The steps that matter: contexts, locks, interrupts, output, findings.
fn interesting(shot: &Shot<'_>) -> String {
    let mut out = String::new();
    let mut n_shown = 0;
    for n in 1..=shot.cursor.min(shot.trace.steps.len()) {
        let step = &shot.trace.steps[n - 1];
        if step.findings.is_empty() && !step.events.iter().any(matters) {
            continue;
        }
        n_shown += 1;
        if n_shown > STEPS_SHOWN_MAX && step.findings.is_empty() {
            continue;
        }
        out += &one_step(shot, n);
    }
    if n_shown > STEPS_SHOWN_MAX {
        out += &format!(
            "\n({} steps like these are left out)\n",
            n_shown - STEPS_SHOWN_MAX
        );
    }
    out
}

fn matters(event: &Event) -> bool {
    match &event.kind {
        EventKind::Enter { .. }
        | EventKind::Exit { .. }
        | EventKind::Switch { .. }
        | EventKind::LockAcquired { .. }
        | EventKind::TrylockFailed(_)
        | EventKind::LockBusy(_)
        | EventKind::LockReleased(_)
        | EventKind::Schedule { .. }
        | EventKind::Irqs { .. }
        | EventKind::Printk(_)
        | EventKind::Object { .. }
        | EventKind::Armed { .. }
        | EventKind::Chosen { .. } => true,
        EventKind::Call { .. }
        | EventKind::Return { .. }
        | EventKind::LockWanted { .. }
        | EventKind::LeftUnbalanced { .. }
        | EventKind::CountLost
        | EventKind::VmBug { .. }
        | EventKind::IrqsLeft { .. }
        | EventKind::NotBegun { .. }
        | EventKind::BadUnlock(_)
        | EventKind::MightSleep { .. }
        | EventKind::PreemptCount { .. }
        | EventKind::Warning { .. }
        | EventKind::ListCorruption(_)
        | EventKind::Bug { .. }
        | EventKind::Panic(_)
        | EventKind::Fault(_)
        | EventKind::PagesMapped { .. } => false,
    }
}

fn one_step(shot: &Shot<'_>, n: usize) -> String {
    let row = steps::row(shot.trace, n);
    let head = format!("[{n}] ");
    let place = match row.function.is_empty() {
        true => String::new(),
        false => format!(" {} ({})", row.function, row.place),
    };
    let mut out = format!(
        "\n{}",
        wrap(
            &head,
            4,
            &format!("cpu{} {}{place}", row.cpu.0, row.context)
        )
    );
    if !row.code.is_empty() {
        out += &wrap("    ", 6, &row.code);
    }
    let plain = row.notes.len() - row.findings;
    for note in &row.notes[..plain] {
        out += &wrap("    - ", 6, note);
    }
    let release = splat::release(shot.state());
    for (i, finding) in shot.trace.steps[n - 1].findings.iter().enumerate() {
        let note = &row.notes[plain + i];
        out += &wrap("    ! ", 6, &format!("{}: {note}", finding.rule.name()));
        for line in text::report(shot, n, i)
            .iter()
            .filter(|l| is_key_line(l, &release))
        {
            out += &wrap("    | ", 8, line.trim_end());
        }
    }
    out
}

/// Not rules, blank lines, release names and the like.
fn is_key_line(line: &str, release: &str) -> bool {
    let line = line.trim();
    let drawn = line.chars().all(|c| "=-".contains(c));
    !drawn && !line.starts_with("Modules linked in") && !line.starts_with(release)
}

/// Breaks at blanks, and in the middle of words that are too long; later lines are indented.
fn wrap(head: &str, indent: usize, text: &str) -> String {
    let text = ascii(text);
    let leading = text.len() - text.trim_start().len();
    let mut line = format!("{head}{}", " ".repeat(leading.min(8)));
    let mut out = String::new();
    let mut fresh = true;
    for word in text.split_whitespace() {
        let mut word = word;
        if !fresh && line.len() + 1 + word.len() > WIDTH {
            out += &format!("{}\n", line.trim_end());
            line = " ".repeat(indent);
            fresh = true;
        }
        if !fresh {
            line.push(' ');
        }
        while line.len() + word.len() > WIDTH {
            let (part, rest) = word.split_at(WIDTH.saturating_sub(line.len()).clamp(1, word.len()));
            out += &format!("{line}{part}\n");
            line = " ".repeat(indent);
            word = rest;
        }
        line.push_str(word);
        fresh = false;
    }
    out + line.trim_end() + "\n"
}

/// Without anything that a mail program might change.
fn ascii(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\u{2013}' | '\u{2014}' => out.push_str("--"),
            '\u{2018}' | '\u{2019}' => out.push('\''),
            '\u{201c}' | '\u{201d}' => out.push('"'),
            '\u{2026}' => out.push_str("..."),
            '\u{2192}' => out.push_str("->"),
            '\t' => out.push(' '),
            '\n' | ' '..='~' => out.push(c),
            _ => out.push('?'),
        }
    }
    out
}

/// Reads a mail back.
///
/// # Errors
/// A sentence for people.
pub fn import(mail: &str) -> Result<Link, String> {
    let lines: Vec<&str> = mail.lines().map(unquote).collect();
    let begin = lines
        .iter()
        .position(|l| *l == TITLE)
        .or_else(|| lines.iter().position(|l| l.starts_with("Scenario:")))
        .ok_or("this is no execution from a mail: it has no `Scenario:` line")?;
    let later = lines[begin + 1..].iter().position(|l| *l == TITLE);
    let fields = Fields(&lines[begin..later.map_or(lines.len(), |n| begin + 1 + n)]);
    if let Some(version) = fields.get("Version")
        && version != link::VERSION.to_string()
    {
        return Err(format!(
            "this mail was made with version {version} of the model; here is version {}",
            link::VERSION
        ));
    }
    let name = fields.joined("Scenario", '-')?;
    if name.is_empty() {
        return Err("this mail was cut: `Scenario:` is empty".into());
    }
    let kernel = fields.need("Kernel")?;
    let schedule: Schedule = fields
        .joined("Schedule", '.')?
        .parse()
        .map_err(|e| format!("the schedule in this mail: {e}"))?;
    let n_choices = fields.number("Choices")?;
    if schedule.0.len() != n_choices {
        return Err(format!(
            "this mail was cut: its schedule has {} of {n_choices} choices",
            schedule.0.len()
        ));
    }
    let cursor = fields.number("Cursor")?;
    if cursor > n_choices {
        return Err(format!("this mail shows step {cursor} of {n_choices}"));
    }
    Ok(Link {
        version: link::VERSION,
        source: match fields.packed("Text")? {
            Some(text) => Source::Text(text),
            None => Source::Name(name),
        },
        patches: fields.packed("Patches")?.unwrap_or_default(),
        kernel: (kernel != "none").then(|| kernel.into()),
        config: fields.joined("Config", '+')?,
        schedule,
        cursor,
        digest: link::parse_digest(fields.need("Digest")?)
            .map_err(|e| e.replace("link", "mail"))?,
    })
}

/// Without quoting and blanks around.
fn unquote(line: &str) -> &str {
    line.trim_matches(|c: char| c == '>' || c.is_whitespace())
}

struct Fields<'a>(&'a [&'a str]);

impl<'a> Fields<'a> {
    fn find(&self, name: &str) -> Option<(usize, &'a str)> {
        let value = |l: &&'a str| l.strip_prefix(name)?.strip_prefix(':').map(str::trim);
        self.0
            .iter()
            .enumerate()
            .find_map(|(i, l)| Some((i, value(l)?)))
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        self.find(name).map(|(_, value)| value)
    }

    fn need(&self, name: &str) -> Result<&'a str, String> {
        match self.get(name) {
            Some(value) if !value.is_empty() => Ok(value),
            _ => Err(format!("this mail was cut: `{name}:` is missing")),
        }
    }

    fn number(&self, name: &str) -> Result<usize, String> {
        let value = self.need(name)?;
        value
            .parse()
            .map_err(|_| format!("`{name}: {value}` in this mail is no number"))
    }

    /// A value that goes on in the next line after each separator at an end.
    fn joined(&self, name: &str, separator: char) -> Result<String, String> {
        let missing = || format!("this mail was cut: `{name}:` is missing or not complete");
        let (at, first) = self.find(name).ok_or_else(missing)?;
        let mut value = first.to_string();
        let mut rest = self.0[at + 1..].iter().filter(|l| !l.is_empty());
        while value.ends_with(separator) {
            let line = rest
                .next()
                .filter(|l| !l.contains([':', ' ']))
                .ok_or_else(missing)?;
            value += line;
        }
        Ok(value)
    }

    /// A packed text, when it is in the mail.
    fn packed(&self, name: &str) -> Result<Option<String>, String> {
        let Some((at, value)) = self.find(name) else {
            return Ok(None);
        };
        let what = match name {
            "Text" => "the scenario's text",
            _ => "the patches' text",
        };
        let cut = || format!("this mail was cut: part of {what} is missing");
        let n = value
            .strip_suffix(" letters")
            .and_then(|n| n.parse::<usize>().ok())
            .ok_or_else(cut)?;
        let mut letters = String::new();
        for line in &self.0[at + 1..] {
            if letters.len() >= n || line.contains([':', ' ']) {
                break;
            }
            letters += line;
        }
        if letters.len() != n {
            return Err(cut());
        }
        let text = link::unpack(&letters);
        let text = text.map_err(|e| {
            e.replace("link", "mail")
                .replace("the scenario's text", what)
        });
        text.map(Some)
    }
}
