//! Rows of recorded boots, as `model/tests/boots/*.tsv` has them.

use serde::{Deserialize, Serialize};

use super::outcome::Outcome;

/// Whether the model does the same as a booted kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AsObserved {
    /// In the state of that name.
    Named,
    /// In the state that was really there: a record's lists and free pages are not always what its
    /// state's name says.
    Observed,
    /// In none.
    Neither,
}

/// One cell on a booted kernel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The modelled kernel it stands for.
    pub kernel: String,
    /// The kernel that was booted, in short: `5.10`.
    pub booted: String,
    /// The configuration.
    pub config: String,
    /// The context.
    pub context: String,
    /// The call.
    pub call: String,
    /// The state.
    pub state: String,
    /// Whether this CPU's list held a page just before, as far as it was observed.
    pub listed: Option<bool>,
    /// The free pages of zone DMA32 just before, as far as they were counted.
    pub free: Option<u64>,
    /// How the model compares; filled in when the page is printed.
    pub same: AsObserved,
    /// What it did; which rules it broke nobody recorded.
    pub outcome: Outcome,
}

impl Seen {
    /// Whether the model's run came to the same.
    pub fn agrees(&self, with: &Outcome) -> bool {
        let Outcome {
            returned,
            printed,
            hang,
            broken: _,
        } = &self.outcome;
        *returned == with.returned && *printed == with.printed && *hang == with.hang
    }
}

/// A file of the records: what was booted, in a sentence, and the rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The file's first comment.
    pub about: String,
    /// The rows.
    pub rows: Vec<Seen>,
}

impl Record {
    /// Reads a file's text.
    ///
    /// # Errors
    /// The line that has too few fields.
    pub fn parse(text: &str) -> Result<Record, String> {
        let mut record = Record::default();
        for line in text.lines() {
            match line.strip_prefix('#') {
                Some(comment) if record.about.is_empty() => record.about = comment.trim().into(),
                Some(_) => {}
                None if line.trim().is_empty() => {}
                None => record.rows.push(row(line)?),
            }
        }
        Ok(record)
    }
}

fn row(line: &str) -> Result<Seen, String> {
    let mut fields = line.split('\t');
    let mut next = || fields.next().ok_or_else(|| format!("a short row: {line}"));
    let booted = next()?.to_string();
    let mut text = || next().map(str::to_string);
    let (config, context, call, state) = (text()?, text()?, text()?, text()?);
    let (returned, printed, hang) = (text()?, text()?, text()?);
    let mut optional = || fields.next();
    let classes = printed.split(',').filter(|class| *class != "-");
    Ok(Seen {
        kernel: stands_for(&booted),
        booted,
        config,
        context,
        call,
        state,
        listed: optional().and_then(|word| word.parse().ok()),
        free: optional().and_then(|word| word.parse().ok()),
        same: AsObserved::Neither,
        outcome: Outcome {
            returned: returned.parse().ok(),
            printed: classes.map(str::to_string).collect(),
            broken: Vec::new(),
            hang: hang == "true",
        },
    })
}

/// The modelled kernel that a booted one stands for: 5.10 has v5.9's allocator and locking.
fn stands_for(booted: &str) -> String {
    let (version, series) = match booted.split_once('+') {
        Some((version, series)) => (version, format!("+{series}")),
        None => (booted, String::new()),
    };
    let version = if version == "5.10" { "5.9" } else { version };
    format!("v{version}{series}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_rows() {
        let text = "# Linux 5.10.262\n# kernel\tconfig\n\
            5.10+rfc\tpreempt-debug\tnmi\tfree_pages:0\twarm\tnull\ta,b\ttrue\tfalse\t105\n";
        let record = Record::parse(text).unwrap();
        assert_eq!(record.about, "Linux 5.10.262");
        let seen = &record.rows[0];
        assert_eq!(
            (seen.kernel.as_str(), seen.call.as_str()),
            ("v5.9+rfc", "free_pages:0")
        );
        assert_eq!((seen.outcome.returned, seen.outcome.hang), (None, true));
        assert_eq!(seen.outcome.printed, ["a", "b"]);
        assert_eq!((seen.listed, seen.free), (Some(false), Some(105)));
        assert!(
            Record::parse("5.10\tx")
                .unwrap_err()
                .contains("a short row")
        );
    }
}
