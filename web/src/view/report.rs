//! What is wrong in this execution, and what a kernel prints about it.

use model::check::Finding;
use model::report::splat;
use yew::{Html, html};

use super::{Ears, part};
use crate::session::Session;

/// All findings of the execution, in order; those ahead of the state shown say so.
pub fn reports(session: &Session, ears: &Ears) -> Html {
    let found: Vec<(usize, &Finding)> = session.trace.findings().collect();
    if found.is_empty() {
        let text = match session.trace.open {
            true => "Nothing so far.",
            false => "Nothing: no rule is broken in this execution, and nothing is printed.",
        };
        return part(
            "reports",
            "What is wrong, and what the kernel prints",
            html! { <p>{text}</p> },
        );
    }
    let items = found
        .iter()
        .map(|(n, finding)| report(session, *n, finding, ears));
    part(
        "reports",
        "What is wrong, and what the kernel prints",
        html! { <>{for items}</> },
    )
}

fn report(session: &Session, n: usize, finding: &Finding, ears: &Ears) -> Html {
    let before = session.trace.state(n - 1);
    let when = match n.cmp(&session.cursor) {
        std::cmp::Ordering::Less => "earlier",
        std::cmp::Ordering::Equal => "now",
        std::cmp::Ordering::Greater => "later",
    };
    let rule = finding.rule.name();
    let class = match &finding.class {
        Some(class) if finding.printed => format!(", printed: {}", class.name()),
        Some(class) => format!(", silent here (the class would be {})", class.name()),
        None => ", which no kernel has a report for".into(),
    };
    let lines = without_frame(splat::lines(before, finding));
    let text = lines
        .iter()
        .map(|line| html! { <><span class="line">{line.clone()}</span>{"\n"}</> });
    let splat = (finding.printed && !lines.is_empty()).then(|| {
        let label = format!("Report of step {n}");
        html! { <pre class="splat" role="group" tabindex="0" aria-label={label}>{for text}</pre> }
    });
    html! {
        <div class={yew::classes!("report", when)}>
            <p class="what">
                {ears.step(n)}{format!(" ({when}): ")}
                <a href={format!("rules.html#{rule}")}>{rule}</a>{class}
            </p>
            <p>{splat::sentence(before, finding)}</p>
            {splat}
        </div>
    }
}

/// Kernels print empty lines around some reports.
fn without_frame(mut lines: Vec<String>) -> Vec<String> {
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    let first = lines.iter().position(|line| !line.trim().is_empty());
    lines.split_off(first.unwrap_or(0))
}
