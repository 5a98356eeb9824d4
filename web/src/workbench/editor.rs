//! A text field with C in it: the field is the browser's own, plain and transparent, and lies on the
//! same text drawn with tokens, line numbers and marks. The drawn text gives both their size, so that
//! one scroller moves both. What is drawn must have the field's lines: nothing may break one in two.
//!
//! So keys, undo, input methods and what screen readers hear are the browser's. An editor component would
//! bring its own of each, and some hundred kilobytes.

use model::scenario::Mark;
use web_sys::{HtmlTextAreaElement, KeyboardEvent};
use yew::prelude::*;

use crate::browser;
use crate::view::Splitter;

/// Lines that are drawn together: a key draws so many again, and compares the rest.
const CHUNK: usize = 64;

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
    let wrong = !props.marks.is_empty();
    html! {
        <div class="editor">
            <div class="editor-text" aria-hidden="true">{for chunks(&props.text, &props.marks)}</div>
            <textarea ref={props.node.clone()} {oninput} {onkeydown} aria-label={format!("Text of {}", props.file)}
                data-do="edit" spellcheck="false" autocapitalize="off" autocomplete="off" wrap="off"
                aria-invalid={wrong.to_string()} aria-describedby="bench-diagnostics" />
        </div>
    }
}

/// A new line begins where the one before does, after a brace a tab further. Tab leaves the field, as
/// everywhere; Ctrl and ] types one.
fn indent(event: &KeyboardEvent, on_input: &Callback<String>) {
    let other = event.meta_key() || event.alt_key();
    if event.key() == "]" && event.ctrl_key() && !other {
        event.prevent_default();
        browser::type_into(&event.target_unchecked_into(), "\t");
    }
    if event.key() != "Enter" || event.ctrl_key() || other {
        return;
    }
    let area: HtmlTextAreaElement = event.target_unchecked_into();
    let Ok(Some(at)) = area.selection_start() else {
        return;
    };
    let before: Vec<u16> = area.value().encode_utf16().take(at as usize).collect();
    let before = String::from_utf16_lossy(&before);
    let line = before.rsplit('\n').next().unwrap_or_default();
    let is_blank = |c: &char| matches!(c, ' ' | '\t');
    let mut blanks: String = line.chars().take_while(is_blank).collect();
    if line.trim_end().ends_with('{') {
        blanks.push('\t');
    }
    if blanks.is_empty() {
        return;
    }
    event.prevent_default();
    let inserted = format!("\n{blanks}");
    // With it the field says itself that it has changed.
    if browser::type_into(&area, &inserted) {
        return;
    }
    let end = area.selection_end().ok().flatten().unwrap_or(at);
    area.set_range_text_with_start_and_end(&inserted, at, end)
        .ok();
    let caret = at + inserted.encode_utf16().count() as u32;
    area.set_selection_range(caret, caret).ok();
    on_input.emit(area.value());
}

/// Only chunks that changed are drawn again.
fn chunks(text: &str, marks: &[Mark]) -> Vec<Html> {
    let mut splitter = Splitter::default();
    let mut first = 1;
    let lines: Vec<&str> = text.split('\n').collect();
    let chunk = |lines: &[&str]| {
        let number = first as u32;
        let in_comment = splitter.in_comment();
        for line in lines {
            splitter.line(line);
        }
        let here = first..first + lines.len();
        let marks = marks.iter().filter(|m| here.contains(&(m.line as usize)));
        let marks: Vec<Mark> = marks.cloned().collect();
        let text = AttrValue::from(lines.join("\n"));
        first += lines.len();
        html! { <Chunk key={number} first={number} {text} {in_comment} {marks} /> }
    };
    lines.chunks(CHUNK).map(chunk).collect()
}

#[derive(Clone, Debug, PartialEq, Properties)]
struct ChunkProps {
    first: u32,
    text: AttrValue,
    in_comment: bool,
    marks: Vec<Mark>,
}

#[component]
fn Chunk(props: &ChunkProps) -> Html {
    let mut splitter = Splitter::new(props.in_comment);
    let lines = (props.first..).zip(props.text.split('\n'));
    lines
        .map(|(number, line)| {
            let text = splitter.html(line);
            let mark = props.marks.iter().find(|m| m.line == number);
            let class = classes!("line", mark.map(|_| "wrong"));
            html! {
                <div {class} data-line={number.to_string()}>
                    {text}
                    if let Some(mark) = mark { <span class="message">{format!(" ← {}", mark.message)}</span> }
                    {"\n"}
                </div>
            }
        })
        .collect()
}
