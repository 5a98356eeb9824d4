//! One execution as JSON, for scripts.

use serde_json::{Map, Value, json};

use super::{Shot, place, splat, steps, text, why_null};
use crate::check::Finding;
use crate::explore::trace::Step;
use crate::machine::EventKind;

/// `{name, kernel, config, schedule, digest, steps, log, returns, violations, nulls}`.
pub fn run(shot: &Shot<'_>) -> Value {
    let n_steps = shot.cursor.min(shot.trace.steps.len());
    json!({
        "name": shot.scenario.name,
        "kernel": shot.scenario.kernel,
        "config": shot.config,
        "schedule": shot.trace.schedule().to_string(),
        "digest": shot.digest(),
        "steps": (1..=n_steps).map(|n| step(shot, n)).collect::<Vec<_>>(),
        "log": log(shot),
        "returns": returns(shot),
        "violations": violations(shot),
        "nulls": nulls(shot),
    })
}

/// Allocations that returned NULL, each with the reason.
fn nulls(shot: &Shot<'_>) -> Vec<Value> {
    let all = why_null::nulls(shot.trace, shot.cursor);
    let null = |n: why_null::Null| json!({ "step": n.step, "function": n.function, "why": n.why });
    all.into_iter().map(null).collect()
}

fn step(shot: &Shot<'_>, n: usize) -> Value {
    let row = steps::row(shot.trace, n);
    json!({
        "n": n,
        "action": shot.trace.steps[n - 1].action.to_string(),
        "cpu": row.cpu.0,
        "context": row.context,
        "function": row.function,
        "place": row.place,
        "code": row.code,
        "notes": row.notes,
    })
}

/// What the code printed, in order; the texts joined are the output.
pub fn log(shot: &Shot<'_>) -> Vec<String> {
    let events = shot
        .trace
        .steps
        .iter()
        .take(shot.cursor)
        .flat_map(|s| &s.events);
    let printed = events.filter_map(|e| match &e.kind {
        EventKind::Printk(text) => Some(text.clone()),
        _ => None,
    });
    printed.collect()
}

/// What the entry functions returned, by context; null for those that have not.
pub(super) fn returns(shot: &Shot<'_>) -> Map<String, Value> {
    let mut all = Map::new();
    for (run, value) in shot.scenario.runs.iter().zip(shot.state().returns.iter()) {
        let name = (1..)
            .map(|n| {
                if n == 1 {
                    run.context.clone()
                } else {
                    format!("{}#{n}", run.context)
                }
            })
            .find(|name| !all.contains_key(name))
            .unwrap_or_default();
        // Registers hold values extended from their own type to 64 bits: the sign is there.
        all.insert(name, value.map_or(Value::Null, |v| Value::from(v as i64)));
    }
    all
}

fn violations(shot: &Shot<'_>) -> Vec<Value> {
    let shown = shot.trace.steps.iter().take(shot.cursor).enumerate();
    let of_step = |(idx, step): (usize, &Step)| -> Vec<Value> {
        let before = shot.trace.state(idx);
        let one = |(i, finding): (usize, &Finding)| {
            json!({
                "rule": finding.rule.name(),
                "class": super::check::class_name(finding),
                "step": idx + 1,
                "place": place::file_line(before.program(), finding.span),
                "printed": finding.printed,
                "deferred": finding.deferred,
                "text": splat::sentence(before, finding),
                "splat": text::report(shot, idx + 1, i),
            })
        };
        step.findings.iter().enumerate().map(one).collect()
    };
    shown.flat_map(of_step).collect()
}
