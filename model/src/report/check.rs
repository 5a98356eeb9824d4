//! What a search found, as herd7 writes it and as JSON.

use std::hash::Hasher;

use serde_json::{Value, json};

use crate::check::{Finding, Rule};
use crate::explore::{End, Outcome};
use crate::scenario::{Item, Quantifier, Scenario, Verdict};

/// A scenario that was explored on one configuration.
#[derive(Clone, Debug)]
pub struct Checked<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// The configuration's name.
    pub config: &'a str,
    /// What was found.
    pub outcome: &'a Outcome,
    /// The expectation, held against it.
    pub verdicts: Vec<Verdict>,
    /// How long it took; measured by the caller.
    pub seconds: f64,
}

impl<'a> Checked<'a> {
    /// Judges an outcome by the scenario's expectation.
    pub fn new(
        scenario: &'a Scenario,
        config: &'a str,
        outcome: &'a Outcome,
        seconds: f64,
    ) -> Checked<'a> {
        let verdicts = scenario.expected_on(config).judge(outcome);
        Checked {
            scenario,
            config,
            outcome,
            verdicts,
            seconds,
        }
    }

    /// Whether every line of the expectation holds; true when there is none.
    pub fn holds(&self) -> bool {
        self.verdicts.iter().all(|v| v.holds)
    }

    /// What stands behind `Observation`: the first line that does not hold, else the first line;
    /// without an expectation whether any rule is broken.
    fn observed(&self) -> (Quantifier, usize, usize) {
        match self
            .verdicts
            .iter()
            .find(|v| !v.holds)
            .or(self.verdicts.first())
        {
            Some(v) => (v.found, v.positive, v.negative),
            None => count(Item::Violation, self.outcome),
        }
    }
}

fn count(item: Item, outcome: &Outcome) -> (Quantifier, usize, usize) {
    let n = |yes: bool| -> usize {
        let groups = outcome.ends.iter().filter(|g| item.holds(&g.end) == yes);
        groups.map(|g| g.n_states).sum()
    };
    (Quantifier::of(n(true), n(false)), n(true), n(false))
}

/// The name of a finding's class for scripts; contexts that never come back are a `hang`.
pub fn class_name(finding: &Finding) -> Option<&'static str> {
    match finding.class {
        Some(class) => Some(class.name()),
        None => (finding.rule == Rule::Deadlock).then_some("hang"),
    }
}

/// How an execution ended, in a few words.
pub fn end_words(end: &End) -> String {
    let mut words: Vec<String> = end.printed.iter().map(|c| c.name().to_string()).collect();
    words.extend(end.broken.iter().map(|r| r.name().to_string()));
    let flags = [
        (end.hang, "hang"),
        (end.halted, "stopped"),
        (end.null, "null"),
    ];
    words.extend(
        flags
            .iter()
            .filter(|(set, _)| *set)
            .map(|(_, word)| word.to_string()),
    );
    match words.is_empty() {
        true => "fine".into(),
        false => words
            .iter()
            .map(|w| format!("{w};"))
            .collect::<Vec<_>>()
            .join(" "),
    }
}

/// The result on one configuration, as herd7 writes one.
pub fn text(checked: &Checked<'_>) -> String {
    let Checked {
        scenario,
        config,
        outcome,
        ..
    } = checked;
    let name = &scenario.name;
    let kernel = scenario.kernel.as_deref().unwrap_or("none");
    let mut out = format!(
        "Test {name} {kernel} {config}\nStates {}\n",
        outcome.ends.len()
    );
    let item = checked.verdicts.first().map_or(Item::Violation, |v| v.item);
    for group in &outcome.ends {
        let mark = if item.holds(&group.end) { '*' } else { ':' };
        out += &format!("{:<6}{mark}>{}\n", group.n_states, end_words(&group.end));
    }
    if outcome.endless > 0 {
        out += &format!("{} states lead to no end\n", outcome.endless);
    }
    if checked.verdicts.is_empty() {
        out += &nothing_expected(checked);
    }
    for verdict in &checked.verdicts {
        out += &condition(checked, verdict);
    }
    out += &format!(
        "Explored {} states, {} transitions, depth {}: {}\n",
        outcome.states,
        outcome.transitions,
        outcome.depth,
        if outcome.complete {
            "complete"
        } else {
            "stopped before the end, the rest is unknown"
        },
    );
    out + &format!(
        "Time {name} {:.2}\nMemory {name} {:.1} MB\nHash={}\n",
        checked.seconds,
        outcome.memory as f64 / 1e6,
        hash(scenario)
    )
}

fn condition(checked: &Checked<'_>, verdict: &Verdict) -> String {
    let name = &checked.scenario.name;
    let expected = verdict.expected.name().to_lowercase();
    let mut out = format!(
        "{}\nWitnesses\nPositive: {} Negative: {}\nCondition {expected} {}\n\
         Observation {name} {} {} {}\n",
        if verdict.holds { "Ok" } else { "No" },
        verdict.positive,
        verdict.negative,
        verdict.item.name(),
        verdict.found.name(),
        verdict.positive,
        verdict.negative,
    );
    if let (false, Some(schedule)) = (verdict.holds, &verdict.witness) {
        out += &replay(checked, &schedule.to_string());
    }
    out
}

fn nothing_expected(checked: &Checked<'_>) -> String {
    let (found, positive, negative) = checked.observed();
    let name = &checked.scenario.name;
    let mut out = format!(
        "Witnesses\nPositive: {positive} Negative: {negative}\nCondition violation\n\
         Observation {name} {} {positive} {negative}\n",
        found.name()
    );
    for witness in &checked.outcome.witnesses {
        let finding = &witness.finding;
        let printed = if finding.printed { "printed" } else { "silent" };
        let class = class_name(finding).unwrap_or("no report");
        out += &format!("{}: {class}, {printed}\n", finding.rule.name());
        out += &replay(checked, &witness.schedule.to_string());
    }
    out
}

fn replay(checked: &Checked<'_>, schedule: &str) -> String {
    let schedule = if schedule.is_empty() { "''" } else { schedule };
    let (file, config) = (&checked.scenario.file, checked.config);
    format!("  gfp run {file} --config {config} --schedule {schedule}\n")
}

/// The result of one file: one of [`Checked`] for each configuration.
pub fn json(all: &[Checked<'_>]) -> Value {
    let failing = all.iter().find(|c| !c.holds()).or(all.first());
    let (found, positive, negative) = failing.map_or((Quantifier::Never, 0, 0), Checked::observed);
    json!({
        "name": all.first().map(|c| c.scenario.name.as_str()),
        "kernel": all.first().and_then(|c| c.scenario.kernel.as_deref()),
        "holds": all.iter().all(Checked::holds),
        "observation": found.name(),
        "positive": positive,
        "negative": negative,
        "states": all.iter().map(|c| c.outcome.states).sum::<usize>(),
        "transitions": all.iter().map(|c| c.outcome.transitions).sum::<usize>(),
        "complete": all.iter().all(|c| c.outcome.complete),
        "seconds": all.iter().map(|c| c.seconds).sum::<f64>(),
        "violations": all.iter().flat_map(violations).collect::<Vec<_>>(),
        "configurations": all.iter().map(configuration).collect::<Vec<_>>(),
        "hash": all.first().map(|c| hash(c.scenario)),
    })
}

fn violations(checked: &Checked<'_>) -> Vec<Value> {
    let witnesses = checked.outcome.witnesses.iter();
    let one = |w: &crate::explore::Witness| {
        json!({
            "rule": w.finding.rule.name(),
            "class": class_name(&w.finding),
            "schedule": w.schedule.to_string(),
            "printed": w.finding.printed,
            "deferred": w.finding.deferred,
            "config": checked.config,
        })
    };
    witnesses.map(one).collect()
}

fn configuration(checked: &Checked<'_>) -> Value {
    let (found, positive, negative) = checked.observed();
    let outcome = checked.outcome;
    let failed = checked.verdicts.iter().filter(|v| !v.holds);
    let line = |v: &Verdict| format!("{} {}", v.expected.name().to_lowercase(), v.item.name());
    json!({
        "config": checked.config,
        "holds": checked.holds(),
        "observation": found.name(),
        "positive": positive,
        "negative": negative,
        "states": outcome.states,
        "transitions": outcome.transitions,
        "depth": outcome.depth,
        "complete": outcome.complete,
        "memory": outcome.memory,
        "endless": outcome.endless,
        "seconds": checked.seconds,
        "ends": outcome.ends.iter().map(end).collect::<Vec<_>>(),
        "expected": checked.verdicts.iter().map(line).collect::<Vec<_>>(),
        "failed": failed.map(line).collect::<Vec<_>>(),
    })
}

fn end(group: &crate::explore::EndGroup) -> Value {
    let end = &group.end;
    json!({
        "states": group.n_states,
        "printed": end.printed.iter().map(|c| c.name()).collect::<Vec<_>>(),
        "broken": end.broken.iter().map(|r| r.name()).collect::<Vec<_>>(),
        "hang": end.hang,
        "halted": end.halted,
        "null": end.null,
        "schedule": group.schedule.to_string(),
    })
}

/// A fingerprint of the scenario's text, the same on every machine (FNV-1a).
pub fn hash(scenario: &Scenario) -> String {
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    hash.write(scenario.text.as_bytes());
    format!("{:016x}", hash.finish())
}

struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
