//! The reader's changes as unified diffs, and the place to paste one.

use std::fmt::Write;

use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use super::desk::Msg;
use crate::browser;

#[derive(Clone, Debug, PartialEq, Properties)]
pub(super) struct Props {
    /// The changes to the kernel.
    pub diff: String,
    /// The changes to the scenario.
    pub own: String,
    /// What is pasted goes there.
    pub on_msg: Callback<Msg>,
}

#[component]
pub(super) fn Patches(props: &Props) -> Html {
    let pasted = use_node_ref();
    let field = pasted.clone();
    let on_apply = props.on_msg.reform(move |_| {
        let area = field.cast::<HtmlTextAreaElement>();
        Msg::Patch(area.map(|a| a.value()).unwrap_or_default())
    });
    let n_files = props.diff.lines().filter(|l| l.starts_with("+++ ")).count();
    let scenario = match props.own.is_empty() {
        true => "",
        false => ", and the scenario",
    };
    html! {
        <details class="patches">
            <summary>{format!("Patch: {n_files} of the kernel's files changed{scenario}")}</summary>
            <label>{"A unified diff against these files, or a mail with one:"}
                <textarea ref={pasted} rows="6" wrap="off" spellcheck="false" data-do="paste" />
            </label>
            <p><button type="button" data-do="apply" onclick={on_apply}>{"Apply it"}</button></p>
            if props.diff.is_empty() {
                <p>{"The kernel is as it was. Choose one of its files above to change it."}</p>
            } else {
                <Diff title="In the kernel; gfp check --patch reads it:" file="kernel.diff" text={props.diff.clone()} />
            }
            if !props.own.is_empty() {
                <Diff title="In the scenario:" file="scenario.diff" text={props.own.clone()} />
            }
        </details>
    }
}

#[derive(Clone, Debug, PartialEq, Properties)]
struct DiffProps {
    title: &'static str,
    file: &'static str,
    text: String,
}

#[component]
fn Diff(props: &DiffProps) -> Html {
    let copied = use_state(|| None::<String>);
    let on_copy = {
        let (text, copied) = (props.text.clone(), copied.setter());
        Callback::from(move |_: MouseEvent| {
            let (copied, of) = (copied.clone(), text.clone());
            let done = Callback::from(move |ok: bool| copied.set(ok.then(|| of.clone())));
            browser::copy(text.clone(), done);
        })
    };
    let lines = props.text.lines().map(|line| match line.as_bytes() {
        [b'+', ..] if !line.starts_with("+++ ") => html! { <ins>{line}{"\n"}</ins> },
        [b'-', ..] if !line.starts_with("--- ") => html! { <del>{line}{"\n"}</del> },
        _ => html! { {format!("{line}\n")} },
    });
    let said = match copied.as_ref() == Some(&props.text) {
        true => " It is in the clipboard.",
        false => "",
    };
    html! {
        <>
            <p>{props.title}</p>
            <pre class="diff" role="group" aria-label={props.file} tabindex="0">{for lines}</pre>
            <p>
                <button type="button" data-do="copy-diff" onclick={on_copy}>{"Copy this diff"}</button>
                {" "}
                <a download={props.file} href={address(&props.text)}>{format!("Save as {}", props.file)}</a>
                <span role="status">{said}</span>
            </p>
        </>
    }
}

/// A text as an address of its own: nothing is sent anywhere.
fn address(text: &str) -> String {
    let mut out = String::from("data:text/x-diff;charset=utf-8,");
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_diff_is_an_address() {
        assert!(super::address("+ \n#é").ends_with(",%2B%20%0A%23%C3%A9"));
    }
}
