//! A text field with C in it: the field is the browser's own, plain and transparent, and lies on the
//! same text drawn with tokens, line numbers and marks. The drawn text gives both their size, so that
//! one scroller moves both.

use model::scenario::Mark;
use web_sys::{HtmlTextAreaElement, KeyboardEvent};
use yew::prelude::*;

use crate::view::Splitter;

#[derive(Clone, Debug, PartialEq, Properties)]
pub(super) struct Props {
    /// The field.
    pub node: NodeRef,
    /// The file's name, for readers who hear it.
    pub file: String,
    /// Its text.
    pub text: AttrValue,
    /// A new number: the text did not come from the keyboard.
    pub generation: u32,
    /// What is wrong.
    pub marks: Vec<Mark>,
    /// The text after each key.
    pub on_input: Callback<String>,
}

#[component]
pub(super) fn Editor(props: &Props) -> Html {
    // The field keeps what is typed; it is set only when the text comes from elsewhere.
    let (field, text) = (props.node.clone(), props.text.clone());
    use_effect_with((props.file.clone(), props.generation), move |_| {
        if let Some(area) = field.cast::<HtmlTextAreaElement>() {
            area.set_value(&text);
        }
    });
    let oninput = props
        .on_input
        .reform(|event: InputEvent| event.target_unchecked_into::<HtmlTextAreaElement>().value());
    let onkeydown = {
        let on_input = props.on_input.clone();
        Callback::from(move |event: KeyboardEvent| indent(&event, &on_input))
    };
    html! {
        <div class="editor">
            <div class="editor-text" aria-hidden="true">{for lines(&props.text, &props.marks)}</div>
            <textarea ref={props.node.clone()} {oninput} {onkeydown} aria-label={format!("Text of {}", props.file)}
                data-do="edit" spellcheck="false" autocapitalize="off" autocomplete="off" wrap="off"
                aria-invalid={(!props.marks.is_empty()).to_string()} />
        </div>
    }
}

/// A new line begins where the one before does: Tab leaves the field, as everywhere.
fn indent(event: &KeyboardEvent, on_input: &Callback<String>) {
    if event.key() != "Enter" || event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let area: HtmlTextAreaElement = event.target_unchecked_into();
    let Ok(Some(at)) = area.selection_start() else {
        return;
    };
    let before: Vec<u16> = area.value().encode_utf16().take(at as usize).collect();
    let before = String::from_utf16_lossy(&before);
    let line = before.rsplit('\n').next().unwrap_or_default();
    let blanks: String = line
        .chars()
        .take_while(|c| matches!(c, ' ' | '\t'))
        .collect();
    if blanks.is_empty() {
        return;
    }
    event.prevent_default();
    let end = area.selection_end().ok().flatten().unwrap_or(at);
    let inserted = format!("\n{blanks}");
    area.set_range_text_with_start_and_end(&inserted, at, end)
        .ok();
    let caret = at + inserted.encode_utf16().count() as u32;
    area.set_selection_range(caret, caret).ok();
    on_input.emit(area.value());
}

/// Only lines that changed are drawn again.
fn lines(text: &str, marks: &[Mark]) -> Vec<Html> {
    let mut splitter = Splitter::default();
    text.split('\n')
        .enumerate()
        .map(|(idx, line)| {
            let number = idx as u32 + 1;
            let in_comment = splitter.in_comment();
            splitter.line(line);
            let mark = marks.iter().find(|m| m.line == number);
            let message = mark.map(|m| AttrValue::from(m.message.clone()));
            let text = AttrValue::from(line.to_string());
            html! { <Line key={number} {number} {text} {in_comment} {message} /> }
        })
        .collect()
}

#[derive(Clone, Debug, PartialEq, Properties)]
struct LineProps {
    number: u32,
    text: AttrValue,
    in_comment: bool,
    message: Option<AttrValue>,
}

#[component]
fn Line(props: &LineProps) -> Html {
    let text = Splitter::new(props.in_comment).html(&props.text);
    let class = classes!("line", props.message.as_ref().map(|_| "wrong"));
    html! {
        <div {class} data-line={props.number.to_string()}>{text}{"\n"}
            if let Some(message) = &props.message { <span class="message">{format!(" ← {message}")}</span> }
        </div>
    }
}
