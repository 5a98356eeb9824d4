//! The keys of a stepper, while the focus is inside it.
//!
//! mdBook listens to the bare arrows, to `s`, `/`, `?` and Escape on the whole page: a key that is
//! ours does not reach it. Tab is never ours.

use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};
use yew::Callback;

use crate::browser;
use crate::session::Msg;

/// The keys and what they do, as the help shows them.
pub(super) const HELP: &[(&str, &str)] = &[
    ("n or →", "one step forward"),
    ("p or ←", "one step back"),
    ("Home", "to the begin"),
    ("End", "to the end"),
    ("f", "to the next finding"),
    ("Esc", "leave the figure"),
    ("?", "show or hide these keys"),
];

/// What a key asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// A message to the session.
    Msg(Msg),
    /// Out of the figure.
    Leave,
    /// The list of keys.
    Help,
    /// Whatever the field under the focus does with it, and nothing else.
    Field,
}

/// The command of a key; `field` when the focus is in something that uses keys itself.
pub(super) fn command(key: &str, field: bool) -> Option<Command> {
    if key == "Escape" {
        return Some(Command::Leave);
    }
    if field {
        return (key != "Tab").then_some(Command::Field);
    }
    Some(match key {
        "n" | "ArrowRight" => Command::Msg(Msg::Forward),
        "p" | "ArrowLeft" => Command::Msg(Msg::Back),
        "Home" => Command::Msg(Msg::First),
        "End" => Command::Msg(Msg::Last),
        "f" => Command::Msg(Msg::NextFinding),
        "?" => Command::Help,
        _ => return None,
    })
}

/// Does what a key asks for.
pub(super) fn pressed(event: &KeyboardEvent, on_msg: &Callback<Msg>, on_help: &Callback<()>) {
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return;
    }
    let Some(command) = command(&event.key(), in_field(event)) else {
        return;
    };
    event.stop_propagation();
    if command == Command::Field {
        return;
    }
    event.prevent_default();
    match command {
        Command::Msg(msg) => on_msg.emit(msg),
        Command::Leave => browser::leave(),
        Command::Help => on_help.emit(()),
        Command::Field => {}
    }
}

fn in_field(event: &KeyboardEvent) -> bool {
    let element = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let tag = element.map(|element| element.tag_name());
    tag.is_some_and(|tag| matches!(tag.as_str(), "INPUT" | "SELECT" | "TEXTAREA"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tab_is_never_taken() {
        assert_eq!(command("Tab", false), None);
        assert_eq!(command("Tab", true), None);
    }

    #[test]
    fn fields_keep_their_keys() {
        assert_eq!(command("ArrowRight", true), Some(Command::Field));
        assert_eq!(
            command("ArrowRight", false),
            Some(Command::Msg(Msg::Forward))
        );
        assert_eq!(command("Escape", true), Some(Command::Leave));
        assert_eq!(command("q", false), None);
    }
}
