//! The step just made: what it did, and what it did not.

use yew::{Html, html};

use super::{c_text, part};
use crate::session::Session;

/// The step in words; its findings are among the reports.
pub fn now(session: &Session) -> Html {
    let n = session.cursor;
    let Some(row) = n.checked_sub(1).and_then(|idx| session.rows.get(idx)) else {
        let text = format!("Nothing has run. {} steps are known.", session.len());
        return part("now", "Before the first step", html! { <p>{text}</p> });
    };
    let plain = row.notes.len() - row.findings.min(row.notes.len());
    let notes = row.notes[..plain]
        .iter()
        .map(|note| html! { <li>{note}</li> });
    let function = match row.function.as_str() {
        "" => String::new(),
        name => format!(", {name}(), {}", row.place),
    };
    let content = html! {
        <>
            <p>{format!("CPU {} {}{function}: ", row.cpu.0, row.context)}{c_text(row.code.clone())}</p>
            {(plain > 0).then(|| html! { <ul>{for notes}</ul> })}
        </>
    };
    part("now", format!("Step {n} of {}", session.len()), content)
}
