//! Rows of recorded boots: from the fixtures beside this file, or from a whole record in JSON.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// What was recorded of one cell.
#[derive(Clone, Debug)]
pub struct Row {
    /// The booted kernel and configuration: `6.12-rt-debug`.
    pub build: String,
    /// The modelled kernel that it stands for.
    pub kernel: String,
    pub config: String,
    pub context: String,
    /// As `gfp matrix` writes it.
    pub call: String,
    pub state: String,
    pub returned: Option<bool>,
    pub splat_classes: Vec<String>,
    pub hang: bool,
    /// The list for that order held a page just before the call, as far as it is known.
    pub listed: Option<bool>,
    /// Free pages of zone DMA32 just before the call.
    pub free: Option<u64>,
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Row {
            build,
            context,
            call,
            state,
            ..
        } = self;
        write!(f, "{build} {context} {call} {state}")
    }
}

/// The modelled kernel that a booted one stands for: 5.10 has v5.9's allocator and locking.
fn modelled(booted: &str) -> String {
    let (version, series) = match booted.split_once('+') {
        Some((version, series)) => (version, format!("+{series}")),
        None => (booted, String::new()),
    };
    let version = if version == "5.10" { "5.9" } else { version };
    format!("v{version}{series}")
}

#[derive(Deserialize)]
struct Record {
    kernel: String,
    config: String,
    context: String,
    call: String,
    gfp: Option<String>,
    order: Option<u32>,
    size: Option<u64>,
    state: String,
    returned: Option<bool>,
    splat_classes: Vec<String>,
    hang: bool,
    #[serde(default)]
    observed: Observed,
}

#[derive(Default, Deserialize)]
struct Observed {
    listed: Option<String>,
    /// Before and after, separated by `>`.
    free: Option<String>,
}

impl Record {
    /// Function, mask, then order or size; some functions leave no choice.
    fn call(&self) -> String {
        let bare = ["kfree", "rcu_alloc_page_lockless"].contains(&self.call.as_str());
        let number = self.order.map(u64::from).or(self.size).filter(|_| !bare);
        let parts = [self.gfp.clone(), number.map(|n| n.to_string())];
        let parts = parts.into_iter().flatten();
        std::iter::once(self.call.clone())
            .chain(parts)
            .collect::<Vec<_>>()
            .join(":")
    }
}

impl From<Record> for Row {
    fn from(record: Record) -> Row {
        let listed = match record.observed.listed.as_deref() {
            Some("0") => Some(false),
            Some("1") => Some(true),
            _ => None,
        };
        let free = record.observed.free.as_deref();
        let free = free.and_then(|free| free.split_once('>'));
        Row {
            build: format!("{}-{}", record.kernel, record.config),
            kernel: modelled(&record.kernel),
            call: record.call(),
            config: record.config,
            context: record.context,
            state: record.state,
            returned: record.returned,
            splat_classes: record.splat_classes,
            hang: record.hang,
            listed,
            free: free.and_then(|(before, _)| before.parse().ok()),
        }
    }
}

/// The whole record, where there is one: the file named by `BOOTS_RECORD`, or `verdicts.json` of
/// `../shared/oracle` beside the repository.
pub fn whole_record() -> Option<Vec<Row>> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/oracle/verdicts.json");
    let file = std::env::var_os("BOOTS_RECORD").map_or(beside, PathBuf::from);
    let text = fs::read_to_string(file).ok()?;
    let records: Vec<Record> = serde_json::from_str(&text).expect("the record is JSON");
    Some(records.into_iter().map(Row::from).collect())
}

/// The rows that are part of the repository.
pub fn fixtures() -> Vec<Row> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/boots");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "tsv"))
        .collect();
    files.sort();
    let texts = files.iter().map(|f| fs::read_to_string(f).unwrap());
    texts
        .flat_map(|text| text.lines().filter_map(row).collect::<Vec<_>>())
        .collect()
}

/// One line of a fixture, which names the booted kernel.
fn row(line: &str) -> Option<Row> {
    if line.starts_with('#') || line.is_empty() {
        return None;
    }
    let fields: Vec<&str> = line.split('\t').collect();
    let [
        kernel,
        config,
        context,
        call,
        state,
        returned,
        classes,
        hang,
        listed,
        free,
    ] = fields[..]
    else {
        panic!("a row has ten fields: {line}")
    };
    let classes = classes.split(',').filter(|c| *c != "-");
    Some(Row {
        build: format!("{kernel}-{config}"),
        kernel: modelled(kernel),
        config: config.into(),
        context: context.into(),
        call: call.into(),
        state: state.into(),
        returned: returned.parse().ok(),
        splat_classes: classes.map(str::to_string).collect(),
        hang: hang == "true",
        listed: listed.parse().ok(),
        free: free.parse().ok(),
    })
}

/// The row as a line of a fixture.
pub fn line(row: &Row) -> String {
    let word = |value: Option<bool>| value.map_or("-".to_string(), |v| v.to_string());
    let (kernel, config) = row.build.split_once('-').unwrap_or((&row.build, ""));
    let classes = match row.splat_classes.is_empty() {
        true => "-".to_string(),
        false => row.splat_classes.join(","),
    };
    [
        kernel,
        config,
        &row.context,
        &row.call,
        &row.state,
        &word(row.returned),
        &classes,
        &row.hang.to_string(),
        &word(row.listed),
        &row.free.map_or("-".to_string(), |n| n.to_string()),
    ]
    .join("\t")
}
