//! The table of all steps: complete in the static figure, the way to any step in the stepper.

use std::ops::Range;

use model::report::steps::Row;
use yew::{Html, html};

use super::Ears;
use crate::session::{Msg, Session};

/// Rows drawn at a time; longer executions show the part around the state.
const ROWS_MAX: usize = 600;

/// All steps, the one just made marked.
pub fn steps(session: &Session, ears: &Ears) -> Html {
    let shown = window(session.len(), session.cursor);
    let summary = match session.len() {
        n if shown.len() == n => format!("All {n} steps"),
        n => format!("Steps {} to {} of {n}", shown.start + 1, shown.end),
    };
    let rows = shown.map(|idx| row(&session.rows[idx], idx + 1, session, ears));
    html! {
        <details class="part steps" open=true>
            <summary>{summary}</summary>
            <div class="scrolling tall" role="group" tabindex="0" aria-label="Table of steps">
                <table>
                    <thead><tr>
                        <th scope="col">{"step"}</th><th scope="col">{"who"}</th>
                        <th scope="col">{"place"}</th><th scope="col">{"what"}</th>
                    </tr></thead>
                    <tbody>{for rows}</tbody>
                </table>
            </div>
        </details>
    }
}

fn window(n: usize, cursor: usize) -> Range<usize> {
    if n <= ROWS_MAX {
        return 0..n;
    }
    let start = cursor.saturating_sub(ROWS_MAX / 2).min(n - ROWS_MAX);
    start..start + ROWS_MAX
}

fn row(row: &Row, n: usize, session: &Session, ears: &Ears) -> Html {
    let here = n == session.cursor;
    let mut class = String::from(if here { "here" } else { "" });
    if row.findings > 0 {
        class += " found";
    }
    let function = match row.function.as_str() {
        "" => String::new(),
        name => format!("{name}()"),
    };
    let number = ears.button("to-step", n.to_string(), Msg::Jump(n));
    let first_finding = row.notes.len() - row.findings.min(row.notes.len());
    let notes = row
        .notes
        .iter()
        .enumerate()
        .map(|(idx, note)| match idx >= first_finding {
            true => html! { <><br /><strong class="note">{note.clone()}</strong></> },
            false => html! { <><br /><span class="note">{note.clone()}</span></> },
        });
    html! {
        <tr class={class} aria-current={here.then_some("step")}>
            <td>{number}</td>
            <td class="who">{format!("CPU {} {}", row.cpu.0, row.context)}</td>
            <td class="place">{function}<br />{row.place.clone()}</td>
            <td><span class="c">{row.code.clone()}</span>{for notes}</td>
        </tr>
    }
}
