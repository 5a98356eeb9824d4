//! The TOML in a scenario's first comment.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::zones::{self, FrontEnvironment, FrontNode, Tables};
use super::{CPUS_MAX, Expectation, Item, PLAIN_CPUS_MAX, Problem, Quantifier, Run, Scenario};
use crate::config::Config;
use crate::kernel;
use crate::machine::context::CONTEXT_NAMES;
use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::source::{FileId, SourceMap, Span};

const BEGIN: &str = "/*+++";
const END: &str = "+++*/";
/// More arrivals of one interrupt than any search can bear.
const COUNT_MAX: u32 = 8;
/// Contexts of one scenario.
const RUNS_MAX: usize = 16;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Front {
    title: Option<String>,
    kernel: Option<Spanned<String>>,
    config: Option<Spanned<Options>>,
    configs: Option<Vec<Spanned<String>>>,
    cpus: Option<Spanned<u8>>,
    prepare: Option<String>,
    #[serde(default)]
    define: BTreeMap<Spanned<String>, u32>,
    #[serde(default)]
    zone: Tables,
    #[serde(default)]
    node: BTreeMap<Spanned<String>, FrontNode>,
    environment: Option<FrontEnvironment>,
    #[serde(default)]
    run: Vec<Spanned<FrontRun>>,
    #[serde(default)]
    expect: BTreeMap<Spanned<String>, toml::Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Options {
    Name(String),
    List(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontRun {
    context: Spanned<String>,
    entry: Spanned<String>,
    cpu: Option<Spanned<u8>>,
    count: Option<Spanned<u32>>,
    prio: Option<Spanned<u8>>,
}

/// Collects what is wrong, with places in the whole file.
pub(super) struct Reader {
    pub(super) offset: usize,
    pub(super) errors: Vec<Diagnostic>,
}

impl Reader {
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        let at = |n: usize| (self.offset + n) as u32;
        Span {
            file: FileId(0),
            start: at(range.start),
            end: at(range.end),
        }
    }

    pub(super) fn error(&mut self, range: Range<usize>, message: impl Into<String>) {
        let span = self.span(range);
        self.errors.push(Diagnostic::error(span, message));
    }
}

pub(super) fn parse(file: &str, text: &str) -> Result<Scenario, Problem> {
    let mut sources = SourceMap::default();
    sources.add(file, text);
    let here = |start: usize, message: &str| {
        let span = Span {
            file: FileId(0),
            start: start as u32,
            end: start as u32 + 5,
        };
        Problem::diagnostics(&sources, &[Diagnostic::error(span, message)])
    };
    let Some(begin) = text.find(BEGIN) else {
        return Err(here(
            0,
            "a scenario begins with a comment `/*+++ … +++*/` that holds its front matter",
        ));
    };
    let inside = begin + BEGIN.len();
    let Some(length) = text[inside..].find(END) else {
        return Err(here(
            begin,
            "this front matter does not end: `+++*/` is missing",
        ));
    };
    let front: Front = match toml::from_str(&text[inside..inside + length]) {
        Ok(front) => front,
        Err(error) => {
            let mut reader = Reader {
                offset: inside,
                errors: Vec::new(),
            };
            reader.error(error.span().unwrap_or(0..1), error.message());
            return Err(Problem::diagnostics(&sources, &reader.errors));
        }
    };
    let mut reader = Reader {
        offset: inside,
        errors: Vec::new(),
    };
    let scenario = scenario(&mut reader, front, file, text);
    match reader.errors.is_empty() {
        true => Ok(scenario),
        false => Err(Problem::diagnostics(&sources, &reader.errors)),
    }
}

fn scenario(reader: &mut Reader, front: Front, file: &str, text: &str) -> Scenario {
    let base = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let name = base.strip_suffix(".c").unwrap_or(base).to_string();
    let kernel = front.kernel.map(|kernel| {
        if let Err(message) = kernel::check(kernel.as_ref()) {
            reader.error(kernel.span(), message);
        }
        kernel.into_inner()
    });
    let version = kernel.as_deref().and_then(kernel::linux_version_code);
    let configs = configs(reader, front.config, front.configs, version);
    let cpus_max = kernel.as_ref().map_or(PLAIN_CPUS_MAX, |_| CPUS_MAX);
    let cpus = cpus(reader, front.cpus, cpus_max, &configs);
    let mut zones = zones::read(reader, front.zone, front.node, cpus);
    if zones.is_empty() && kernel.is_some() && reader.errors.is_empty() {
        zones.push(zones::small());
    }
    let runs = runs(reader, front.run, cpus);
    let defines = defines(reader, front.define);
    let (expect, expect_on) = expectations(reader, front.expect, &configs);
    Scenario {
        title: front.title.unwrap_or_else(|| name.clone()),
        name,
        file: file.into(),
        text: text.into(),
        kernel,
        patches: String::new(),
        configs,
        cpus,
        prepare: front.prepare,
        defines,
        zones,
        environment: front.environment.map(Into::into).unwrap_or_default(),
        runs,
        expect,
        expect_on,
    }
}

fn configs(
    reader: &mut Reader,
    one: Option<Spanned<Options>>,
    many: Option<Vec<Spanned<String>>>,
    version: Option<u32>,
) -> Vec<(String, Config)> {
    let mut configs = Vec::new();
    if let Some(one) = one {
        let (range, options) = (one.span(), one.into_inner());
        let config = match &options {
            Options::Name(name) => {
                Config::named(name).or_else(|e| Config::from_options(&[name]).map_err(|_| e))
            }
            Options::List(list) => Config::from_options(list),
        };
        let exists = |c: &Config| version.map_or(Ok(()), |v| c.exists_in(v));
        match config.and_then(|c| exists(&c).map(|()| c)) {
            Ok(config) => {
                let name = config
                    .name()
                    .map_or_else(|| config.options().join("+"), str::to_string);
                configs.push((name, config));
            }
            Err(message) => reader.error(range, message),
        }
    }
    for name in many.into_iter().flatten() {
        let exists = |c: &Config| version.map_or(Ok(()), |v| c.exists_in(v));
        match Config::named(name.as_ref()).and_then(|c| exists(&c).map(|()| c)) {
            Ok(_) if configs.iter().any(|(known, _)| known == name.as_ref()) => {
                reader.error(name.span(), "this configuration is listed twice");
            }
            Ok(config) => configs.push((name.into_inner(), config)),
            Err(message) => reader.error(name.span(), message),
        }
    }
    if configs.is_empty() && reader.errors.is_empty() {
        let name = "preempt-debug";
        configs.extend(
            Config::named(name)
                .ok()
                .map(|config| (name.to_string(), config)),
        );
    }
    configs
}

/// Macros for the kernel's text, as `-D` would define them: bounds and boot parameters.
fn defines(reader: &mut Reader, table: BTreeMap<Spanned<String>, u32>) -> Vec<(String, String)> {
    let mut defines = Vec::new();
    for (name, value) in table {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let starts = name.as_ref().starts_with(|c: char| !c.is_ascii_digit());
        if !starts || !name.as_ref().chars().all(word) {
            reader.error(name.span(), "this is no name of a macro");
        }
        defines.push((name.into_inner(), value.to_string()));
    }
    defines
}

fn cpus(
    reader: &mut Reader,
    cpus: Option<Spanned<u8>>,
    cpus_max: u8,
    configs: &[(String, Config)],
) -> u8 {
    let Some(cpus) = cpus else { return 1 };
    if *cpus.as_ref() > 1 && configs.iter().any(|(_, config)| !config.smp) {
        reader.error(cpus.span(), "a kernel without CONFIG_SMP has one CPU");
        return 1;
    }
    if !(1..=cpus_max).contains(cpus.as_ref()) {
        reader.error(cpus.span(), format!("a scenario has 1 to {cpus_max} CPUs"));
        return 1;
    }
    cpus.into_inner()
}

fn runs(reader: &mut Reader, tables: Vec<Spanned<FrontRun>>, cpus: u8) -> Vec<Run> {
    if tables.is_empty() {
        reader.error(
            0..1,
            "a scenario needs at least one [[run]] with `context` and `entry`",
        );
    }
    if let Some(extra) = tables.get(RUNS_MAX) {
        reader.error(
            extra.span(),
            format!("a scenario has at most {RUNS_MAX} runs"),
        );
    }
    let mut runs = Vec::new();
    for table in tables {
        let table = table.into_inner();
        if !CONTEXT_NAMES.contains(&table.context.as_ref().as_str()) {
            let known = CONTEXT_NAMES.join(", ");
            let message = format!(
                "unknown context `{}`; known are {known}",
                table.context.as_ref()
            );
            reader.error(table.context.span(), message);
        }
        let cpu = table.cpu.as_ref().map_or(0, |c| *c.as_ref());
        if let Some(at) = table.cpu.filter(|c| *c.as_ref() >= cpus) {
            reader.error(
                at.span(),
                format!("there is no CPU {cpu}: `cpus` is {cpus}"),
            );
        }
        let count = table.count.as_ref().map_or(1, |c| *c.as_ref());
        if let Some(at) = table
            .count
            .filter(|c| !(1..=COUNT_MAX).contains(c.as_ref()))
        {
            reader.error(
                at.span(),
                format!("a context arrives 1 to {COUNT_MAX} times"),
            );
        }
        let prio = table.prio.as_ref().map(|p| *p.as_ref());
        if let Some(at) = table.prio.filter(|p| !(1..=99).contains(p.as_ref())) {
            reader.error(at.span(), "a SCHED_FIFO priority is 1 to 99");
        }
        let entry = table.entry.span();
        runs.push(Run {
            context: table.context.into_inner(),
            entry_span: reader.span(entry),
            entry: table.entry.into_inner(),
            cpu,
            count,
            prio,
        });
    }
    runs
}

type Expectations = (Expectation, Vec<(String, Expectation)>);

fn expectations(
    reader: &mut Reader,
    tables: BTreeMap<Spanned<String>, toml::Value>,
    configs: &[(String, Config)],
) -> Expectations {
    let mut all = Expectation::default();
    let mut on = Vec::new();
    for (key, value) in tables {
        let (range, name) = (key.span(), key.into_inner());
        match (quantifier(&name), value) {
            (Some(quantifier), value) => lines(reader, &range, quantifier, value, &mut all),
            (None, toml::Value::Table(table)) if configs.iter().any(|(c, _)| *c == name) => {
                let mut one = Expectation::default();
                for (key, value) in table {
                    match quantifier(&key) {
                        Some(quantifier) => lines(reader, &range, quantifier, value, &mut one),
                        None => reader.error(range.clone(), unknown_key(&key)),
                    }
                }
                on.push((name, one));
            }
            (None, toml::Value::Table(_)) => {
                let known: Vec<&str> = configs.iter().map(|(c, _)| c.as_str()).collect();
                let known = known.join(", ");
                reader.error(
                    range,
                    format!("[expect.{name}]: this scenario is for {known} only"),
                );
            }
            (None, _) => reader.error(range, unknown_key(&name)),
        }
    }
    (all, on)
}

fn unknown_key(key: &str) -> String {
    format!(
        "unknown key `{key}` in [expect]; known are always, sometimes, never and configurations"
    )
}

fn quantifier(name: &str) -> Option<Quantifier> {
    match name {
        "always" => Some(Quantifier::Always),
        "sometimes" => Some(Quantifier::Sometimes),
        "never" => Some(Quantifier::Never),
        _ => None,
    }
}

fn lines(
    reader: &mut Reader,
    range: &Range<usize>,
    quantifier: Quantifier,
    value: toml::Value,
    into: &mut Expectation,
) {
    let toml::Value::Array(items) = value else {
        return reader.error(range.clone(), "a list of outcomes is expected: [\"hang\"]");
    };
    for item in items {
        match item.as_str().map(Item::parse) {
            Some(Ok(item)) => into.0.push((quantifier, item)),
            Some(Err(message)) => reader.error(range.clone(), message),
            None => reader.error(range.clone(), "outcomes are written as text: \"hang\""),
        }
    }
}
