//! Toolbar, position, configuration, copying, the list of keys.

use web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::prelude::*;

use super::keys;
use crate::browser;
use crate::session::{Msg, Session};

/// What can be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CopyKind {
    /// The address that leads here.
    Link,
    /// The plain text for a mail.
    Mail,
}

/// A text that was to be copied, and whether it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Copying {
    pub(super) kind: CopyKind,
    pub(super) text: String,
    pub(super) copied: bool,
}

#[derive(Clone, Debug, PartialEq, Properties)]
pub(super) struct ToolsProps {
    pub(super) session: Session,
    pub(super) on_msg: Callback<Msg>,
    pub(super) on_copy: Callback<CopyKind>,
    pub(super) on_help: Callback<()>,
    pub(super) help: bool,
    pub(super) copying: Option<Copying>,
}

/// Everything that is there only with JavaScript.
#[component]
pub(super) fn Tools(props: &ToolsProps) -> Html {
    let session = &props.session;
    html! {
        <div class="tools">
            <div class="tool-row">{moves(session, &props.on_msg)}{position(session, &props.on_msg)}</div>
            <div class="tool-row">
                <ConfigList names={session.configs()} config={session.config.clone()}
                    on_msg={props.on_msg.clone()} />
                {copy_buttons(props)}
            </div>
            {props.help.then(key_list)}
            {copied(props.copying.as_ref())}
        </div>
    }
}

fn moves(session: &Session, on_msg: &Callback<Msg>) -> Html {
    let at_begin = session.cursor == 0;
    let button =
        |sign: &'static str, label: &'static str, name: &'static str, msg: Msg, off: bool| {
            let onclick = on_msg.reform(move |_| msg.clone());
            // Not `disabled`: a button that loses the focus under the reader's finger loses the keys too.
            html! {
                <button type="button" data-do={name} aria-label={label} title={label}
                    aria-disabled={off.to_string()} {onclick}>{sign}</button>
            }
        };
    html! {
        <div class="moves" role="group" aria-label="Move">
            {button("|◀", "To the begin", "first", Msg::First, at_begin)}
            {button("◀", "One step back", "back", Msg::Back, at_begin)}
            {button("▶", "One step forward", "forward", Msg::Forward, !session.can_go_on())}
            {button("▶|", "To the end", "last", Msg::Last, !session.can_go_on())}
            {button("Next finding", "To the next finding", "finding", Msg::NextFinding, !session.can_find_more())}
        </div>
    }
}

fn position(session: &Session, on_msg: &Callback<Msg>) -> Html {
    let oninput = on_msg.reform(|event: InputEvent| {
        Msg::Jump(
            event
                .target_unchecked_into::<HtmlInputElement>()
                .value()
                .parse()
                .unwrap_or(0),
        )
    });
    let len = session.len().to_string();
    let value = session.cursor.to_string();
    html! {
        <label class="position">
            <span>{format!("Step {value} of {len}")}</span>
            <input type="range" min="0" max={len} step="1" {value} {oninput} />
        </label>
    }
}

#[derive(Clone, Debug, PartialEq, Properties)]
struct ConfigProps {
    names: Vec<String>,
    config: String,
    on_msg: Callback<Msg>,
}

/// The list of configurations. What it shows is set after every drawing: a choice that was refused
/// must not stay in it.
#[component]
fn ConfigList(props: &ConfigProps) -> Html {
    let list = use_node_ref();
    let (shown, config) = (list.clone(), props.config.clone());
    use_effect(move || {
        if let Some(list) = shown.cast::<HtmlSelectElement>() {
            list.set_value(&config);
        }
    });
    let onchange = props.on_msg.reform(|event: Event| {
        Msg::Config(event.target_unchecked_into::<HtmlSelectElement>().value())
    });
    let options = props.names.iter().map(|name| {
        html! { <option value={name.clone()}>{name}</option> }
    });
    html! {
        <label class="config">
            {"Configuration "}
            <select ref={list} {onchange}>{for options}</select>
        </label>
    }
}

fn copy_buttons(props: &ToolsProps) -> Html {
    let link = props.on_copy.reform(|_| CopyKind::Link);
    let mail = props.on_copy.reform(|_| CopyKind::Mail);
    let reset = props.on_msg.reform(|_| Msg::Reset);
    let keys = props.on_help.reform(|_| ());
    let edit = {
        let session = props.session.clone();
        Callback::from(move |_: MouseEvent| {
            browser::go(&format!("workbench.html#{}", session.to_edit()))
        })
    };
    html! {
        <div class="copies">
            <button type="button" data-do="link" onclick={link}>{"Copy link"}</button>
            <button type="button" data-do="mail" onclick={mail}>{"Copy as mail"}</button>
            <button type="button" data-do="reset" onclick={reset}>{"As printed"}</button>
            if !props.session.is_edited() {
                <button type="button" data-do="to-workbench" onclick={edit}>{"Edit"}</button>
            }
            <button type="button" data-do="keys" aria-expanded={props.help.to_string()} onclick={keys}>{"Keys"}</button>
        </div>
    }
}

fn key_list() -> Html {
    let items = keys::HELP
        .iter()
        .map(|(key, does)| html! { <li><kbd>{*key}</kbd>{format!(" {does}")}</li> });
    html! {
        <div class="keys">
            <p>{"While the focus is inside this figure:"}</p>
            <ul>{for items}</ul>
        </div>
    }
}

fn copied(copying: Option<&Copying>) -> Html {
    let Some(Copying { kind, text, copied }) = copying else {
        return html! {};
    };
    let what = match kind {
        CopyKind::Link => "The link",
        CopyKind::Mail => "The text for a mail",
    };
    if *copied {
        return html! { <p class="copied" role="status">{format!("{what} is in the clipboard.")}</p> };
    }
    html! { <Fallback what={what} text={text.clone()} /> }
}

#[derive(Clone, Debug, PartialEq, Properties)]
struct FallbackProps {
    what: &'static str,
    text: String,
}

/// The text, selected, for readers whose browser does not let a page copy.
#[component]
fn Fallback(props: &FallbackProps) -> Html {
    let field = use_node_ref();
    let target = field.clone();
    use_effect_with(props.text.clone(), move |_| {
        if let Some(area) = target.cast::<HtmlTextAreaElement>() {
            area.focus().ok();
            area.select();
        }
    });
    html! {
        <label class="copy-fallback">
            {format!("{}, to be copied by hand (this browser does not let a page copy):", props.what)}
            <textarea readonly=true rows="8" ref={field} value={props.text.clone()} />
        </label>
    }
}
