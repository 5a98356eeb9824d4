//! Who goes next, and the executions left behind.

use yew::{Html, html};

use super::{Ears, part};
use crate::session::{Msg, Session};
use crate::words;

/// One button for each action that is possible now.
pub fn choices(session: &Session, ears: &Ears) -> Html {
    let machine = session.machine();
    let enabled = machine.enabled();
    if enabled.is_empty() {
        let why = match (&machine.halted, machine.finished()) {
            (Some(why), _) => format!("Nothing: the machine has stopped. {why}"),
            (None, true) => "Nothing: everything has finished.".into(),
            (None, false) => "Nothing can go on, and not everything has finished: it hangs.".into(),
        };
        return part("choices", "Who goes next", html! { <p>{why}</p> });
    }
    let taken = session.next_action();
    let items = enabled.iter().map(|&action| {
        let mark = if taken == Some(action) {
            " (as here)"
        } else {
            ""
        };
        let text = format!("{}{mark}", words::action(machine, action));
        html! { <li>{ears.button("choice", text, Msg::Choose(action))}</li> }
    });
    part("choices", "Who goes next", html! { <ul>{for items}</ul> })
}

/// Executions that were shown before.
pub fn branches(session: &Session, ears: &Ears) -> Html {
    let others = session.other_branches();
    if others.is_empty() {
        return html! {};
    }
    let items = others.iter().map(|branch| {
        let machine = session.trace.state(branch.parts_at);
        let text = format!(
            "After step {}: {} ({} steps)",
            branch.parts_at,
            words::action(machine, branch.action),
            branch.schedule.0.len()
        );
        html! { <li>{ears.button("choice", text, Msg::Branch(branch.idx))}</li> }
    });
    part(
        "branches",
        "Other executions seen",
        html! { <ul>{for items}</ul> },
    )
}
