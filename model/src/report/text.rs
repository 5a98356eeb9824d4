//! One execution as text for a terminal.

use super::{Shot, splat, steps, why_null};

/// The whole execution, as far as it is shown.
pub fn run(shot: &Shot<'_>) -> String {
    let mut out = head(shot);
    for n in 1..=shot.cursor.min(shot.trace.steps.len()) {
        step(&mut out, shot, n);
    }
    out += &tail(shot);
    out
}

fn head(shot: &Shot<'_>) -> String {
    let scenario = shot.scenario;
    let cpus = if scenario.cpus == 1 {
        "1 CPU".into()
    } else {
        format!("{} CPUs", scenario.cpus)
    };
    let kernel = scenario
        .kernel
        .as_ref()
        .map_or("no kernel".into(), |k| format!("kernel {k}"));
    format!(
        "{}: {}\n{kernel}, {}, {cpus}\nschedule {}\nstate {} after {} of {} steps\n\n",
        scenario.name,
        scenario.title,
        shot.config,
        schedule(shot),
        shot.digest(),
        shot.cursor,
        shot.trace.steps.len(),
    )
}

/// The choices made; `-` when there is none.
fn schedule(shot: &Shot<'_>) -> String {
    let schedule = shot.trace.schedule().to_string();
    if schedule.is_empty() {
        "-".into()
    } else {
        schedule
    }
}

fn step(out: &mut String, shot: &Shot<'_>, n: usize) {
    let row = steps::row(shot.trace, n);
    let at = format!("{} ({})", row.function, row.place);
    let at = if row.function.is_empty() {
        String::new()
    } else {
        at
    };
    let line = format!(
        "{n:>5}  cpu{} {:<7}  {at:<44}  {}",
        row.cpu.0, row.context, row.code
    );
    *out += line.trim_end();
    out.push('\n');
    let plain = row.notes.len() - row.findings;
    for note in &row.notes[..plain] {
        *out += &format!("       - {note}\n");
    }
    for (i, finding) in shot.trace.steps[n - 1].findings.iter().enumerate() {
        *out += &format!(
            "       ! {}: {}\n",
            finding.rule.name(),
            row.notes[plain + i]
        );
        for line in report(shot, n, i) {
            *out += format!("       | {line}").trim_end();
            out.push('\n');
        }
    }
}

/// The report, when a kernel prints one.
pub(super) fn report(shot: &Shot<'_>, n: usize, i: usize) -> Vec<String> {
    let printed = shot.trace.steps[n - 1].findings[i].printed;
    match printed && shot.scenario.kernel.is_some() {
        true => splat::lines_at(shot.trace, n, i),
        false => Vec::new(),
    }
}

fn tail(shot: &Shot<'_>) -> String {
    let mut out = String::from("\n");
    for (name, value) in super::json::returns(shot) {
        match value.as_i64() {
            Some(value) => out += &format!("{name} returned {value}\n"),
            None => out += &format!("{name} has not returned\n"),
        }
    }
    for null in why_null::nulls(shot.trace, shot.cursor) {
        out += &format!(
            "{}() returned NULL at step {}: {}\n",
            null.function, null.step, null.why
        );
    }
    out + &format!("{}\n", verdict(shot))
}

/// How it ended and what was found, in one line.
pub fn verdict(shot: &Shot<'_>) -> String {
    let shown = shot.trace.findings().filter(|(n, _)| *n <= shot.cursor);
    let mut found: Vec<String> = Vec::new();
    for (n, finding) in shown {
        let held_back = |class| shot.state().console.deferred.contains(&(class as u8));
        let text = match (finding.class, finding.printed) {
            (Some(class), true) if finding.deferred && held_back(class) => format!(
                "{} at step {n}: {}, which does not appear before the NMI returns",
                finding.rule.name(),
                class.name()
            ),
            (Some(class), true) => format!("{} at step {n}: {}", finding.rule.name(), class.name()),
            _ => format!("{} at step {n}, nothing printed", finding.rule.name()),
        };
        found.push(text);
    }
    let found = match found.is_empty() {
        true => "no rule broken".into(),
        false => found.join("; "),
    };
    format!("{}; {found}", ending(shot))
}

fn ending(shot: &Shot<'_>) -> String {
    let state = shot.state();
    if let Some(reason) = &state.halted {
        format!("stopped: {reason}")
    } else if state.finished() {
        "every context has finished".into()
    } else if state.enabled().is_empty() {
        "nothing can go on".into()
    } else {
        "not at its end".into()
    }
}
