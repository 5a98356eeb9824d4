//! The workbench: a reader's own scenario and kernel text, compiled while they type, run in a
//! stepper, and explored beside the page.
//!
//! [`desk`] is what lies on it, as plain Rust; [`editor`] and [`search`] are its two halves.

pub mod desk;
mod editor;
mod search;

use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use model::machine::Schedule;
use web_sys::{Element, HtmlSelectElement, HtmlTextAreaElement};
use yew::prelude::*;

use crate::browser;
use crate::exploration::{Execution, Order};
use crate::session::{Notice, Session};
use crate::stepper::Stepper;
use desk::{Desk, FILE, Msg};
use editor::Editor;
use search::Search;

/// Milliseconds without a key until what was typed is compiled.
const CHECK_DELAY: u32 = 350;

/// Where the workbench stands.
#[derive(Clone, Debug, PartialEq, Properties)]
pub struct Props {
    /// The scenario that lies there when nothing else is asked for.
    pub text: AttrValue,
    /// The element of the page that holds it.
    pub place: Element,
    /// The address of the search's worker.
    pub worker: AttrValue,
}

impl Reducible for Desk {
    type Action = Msg;

    fn reduce(self: Rc<Self>, msg: Msg) -> Rc<Self> {
        Rc::new(self.after(msg))
    }
}

/// A stepper that was asked for; a new number is a new stepper.
#[derive(Clone, Debug, PartialEq)]
struct Opened {
    number: u32,
    session: Rc<Session>,
}

/// All of it.
#[component]
pub fn Workbench(props: &Props) -> Html {
    let text = props.text.clone();
    let desk = use_reducer(move || Desk::new(&text));
    let opened = use_state(|| None::<Opened>);
    let failure = use_state(|| None::<String>);
    let editor = use_node_ref();

    let open = {
        let (opened, failure) = (opened.clone(), failure.clone());
        Callback::from(move |session: Result<Session, String>| match session {
            Ok(session) => {
                let number = opened.as_ref().map_or(0, |o| o.number + 1);
                opened.set(Some(Opened {
                    number,
                    session: Rc::new(session),
                }));
                failure.set(None);
            }
            Err(why) => failure.set(Some(why)),
        })
    };
    use_link(&props.place, desk.dispatcher(), open.clone());
    use_checks(&desk);

    let on_msg = {
        let desk = desk.dispatcher();
        Callback::from(move |msg: Msg| desk.dispatch(msg))
    };
    let run = {
        let (desk, open) = (desk.clone(), open.clone());
        Callback::from(move |_: MouseEvent| open.emit(desk.after(Msg::Check).session(None)))
    };
    let open_execution = {
        let desk = desk.clone();
        Callback::from(move |execution: Execution| {
            let schedule = execution.schedule.parse::<Schedule>();
            open.emit(schedule.and_then(|s| desk.after(Msg::Check).session(Some(&s))));
        })
    };
    let go_to = {
        let (on_msg, editor) = (on_msg.clone(), editor.clone());
        Callback::from(move |(file, line, column): (String, u32, u32)| {
            on_msg.emit(Msg::Show(file));
            let editor = editor.clone();
            // The editor shows the file only after the next drawing.
            Timeout::new(50, move || browser::select_line(&editor, line, column)).forget();
        })
    };
    let on_begin = {
        let desk = desk.clone();
        Callback::from(move |()| {
            desk.dispatch(Msg::Check);
            order(&desk.after(Msg::Check))
        })
    };
    html! {
        <div class="bench" role="group" aria-label="Workbench">
            <Tools desk={(*desk).clone()} on_msg={on_msg.clone()} on_run={run} />
            {notice(&desk)}
            <Editor node={editor} file={desk.shown.clone()} text={AttrValue::from(desk.shown_text().to_string())}
                generation={desk.generation} marks={desk.marks()}
                on_input={on_msg.reform(Msg::Edit)} />
            {diagnostics(&desk, &go_to)}
            <Patches desk={(*desk).clone()} on_msg={on_msg.clone()} />
            <Search worker={props.worker.clone()} order={order(&desk)} stale={desk.stale} {on_begin}
                on_open={open_execution} />
            if let Some(why) = &*failure {
                <pre class="notice refused" role="alert">{why}</pre>
            }
            if let Some(Opened { number, session }) = &*opened {
                <Stepper key={*number} figure={Rc::new(session.to_figure(Vec::new(), ""))}
                    session={Rc::clone(session)} />
            }
        </div>
    }
}

/// What is explored: nothing while the texts cannot be used.
fn order(desk: &Desk) -> Option<Order> {
    let scenario = desk.scenario.as_ref().filter(|_| desk.problem.is_none())?;
    Some(Order {
        file: scenario.file.clone(),
        text: scenario.text.clone(),
        patches: scenario.patches.clone(),
        config: desk.config.clone(),
        reduce: None,
        enough: None,
        memory_max: None,
    })
}

/// Follows the links that lead to this page, at the begin and later.
#[hook]
fn use_link(
    place: &Element,
    desk: UseReducerDispatcher<Desk>,
    open: Callback<Result<Session, String>>,
) {
    let place = place.clone();
    use_effect_with((), move |()| {
        let follow = move |place: &Element| {
            let Some(fragment) = browser::link_for(place) else {
                return;
            };
            desk.dispatch(Msg::Link(fragment.clone()));
            let linked = Desk::new("").after(Msg::Link(fragment.clone()));
            match linked.linked_session(&fragment) {
                Ok(Some(session)) => open.emit(Ok(session)),
                Ok(None) => {}
                Err(why) => open.emit(Err(why)),
            }
        };
        follow(&place);
        place.set_attribute("data-ready", "").ok();
        let target = place.clone();
        let listener = EventListener::new(&target, browser::LINK_EVENT, move |_| follow(&place));
        move || drop(listener)
    });
}

/// Compiles when the reader stops typing.
#[hook]
fn use_checks(desk: &UseReducerHandle<Desk>) {
    let waiting = use_mut_ref(|| None::<Timeout>);
    let dispatcher = desk.dispatcher();
    let typed = (desk.stale, Rc::clone(&desk.text), Rc::clone(&desk.edits));
    use_effect_with(typed, move |(stale, _, _)| {
        // The one before is cancelled when it is replaced.
        *waiting.borrow_mut() =
            stale.then(|| Timeout::new(CHECK_DELAY, move || dispatcher.dispatch(Msg::Check)));
    });
}

#[derive(Clone, Debug, PartialEq, Properties)]
struct ToolsProps {
    desk: Desk,
    on_msg: Callback<Msg>,
    on_run: Callback<MouseEvent>,
}

#[component]
fn Tools(props: &ToolsProps) -> Html {
    let desk = &props.desk;
    let copied = use_state(|| None::<bool>);
    let value = |event: Event| event.target_unchecked_into::<HtmlSelectElement>().value();
    let on_file = props.on_msg.reform(move |event| Msg::Show(value(event)));
    let on_config = props.on_msg.reform(move |event| Msg::Config(value(event)));
    let files = desk.files().map(|file| {
        let mark = if desk.is_changed(file) {
            " (changed)"
        } else {
            ""
        };
        let selected = file == desk.shown;
        html! { <option value={file.to_string()} {selected}>{format!("{file}{mark}")}</option> }
    });
    let configs = desk.configs().into_iter().map(|name| {
        let selected = name == desk.config;
        html! { <option value={name.clone()} {selected}>{name}</option> }
    });
    let on_link = {
        let (desk, copied) = (desk.clone(), copied.clone());
        Callback::from(move |_| {
            let fragment = desk.after(Msg::Check).fragment();
            browser::show_fragment(&fragment);
            let copied = copied.clone();
            let done = Callback::from(move |ok| copied.set(Some(ok)));
            browser::copy(browser::address(&fragment), done);
        })
    };
    let said = match *copied {
        Some(true) => "The link is in the clipboard and in the address bar.",
        Some(false) => "The link is in the address bar.",
        None => "",
    };
    html! {
        <div class="tools">
            <label>{"File "}<select data-do="file" onchange={on_file}>{for files}</select></label>
            <label>{"Configuration "}<select data-do="config" onchange={on_config}>{for configs}</select></label>
            <button type="button" data-do="run" onclick={props.on_run.clone()}>{"Run"}</button>
            <button type="button" data-do="revert" aria-disabled={(!desk.is_changed(&desk.shown)).to_string()}
                onclick={props.on_msg.reform(|_| Msg::Revert)}>{"Undo all in this file"}</button>
            <button type="button" data-do="link" onclick={on_link}>{"Copy link"}</button>
            <span role="status">{said}</span>
        </div>
    }
}

fn notice(desk: &Desk) -> Html {
    match &desk.notice {
        None => html! {},
        Some(Notice::Note(text)) => html! { <p class="notice" role="status">{text}</p> },
        Some(Notice::Refused(text)) => {
            html! { <p class="notice refused" role="alert">{text}</p> }
        }
    }
}

/// What is wrong with the texts; each place is a button that leads there. While the reader types it
/// stays as it was: it is read out when it changes.
fn diagnostics(desk: &Desk, go_to: &Callback<(String, u32, u32)>) -> Html {
    let words = match &desk.problem {
        None => "It compiles and boots.",
        Some(_) => "It cannot be used:",
    };
    let marks = desk.problem.iter().flat_map(|p| &p.marks).map(|mark| {
        let place = (mark.file.clone(), mark.line, mark.column);
        let onclick = go_to.reform(move |_: MouseEvent| place.clone());
        let text = format!(
            "{}:{}:{}: {}",
            mark.file, mark.line, mark.column, mark.message
        );
        html! { <li><button type="button" {onclick}>{text}</button></li> }
    });
    let without_place = desk.problem.as_ref().filter(|p| p.marks.is_empty());
    html! {
        <div class="diagnostics" id="bench-diagnostics" role="status" data-stale={desk.stale.to_string()}>
            <p>{words}</p>
            <ul>{for marks}</ul>
            if let Some(problem) = without_place { <pre>{&problem.text}</pre> }
        </div>
    }
}

#[derive(Clone, Debug, PartialEq, Properties)]
struct PatchesProps {
    desk: Desk,
    on_msg: Callback<Msg>,
}

/// The reader's changes as unified diffs, and the place to paste one.
#[component]
fn Patches(props: &PatchesProps) -> Html {
    let pasted = use_node_ref();
    let copied = use_state(|| false);
    let field = pasted.clone();
    let on_apply = props.on_msg.reform(move |_| {
        let area = field.cast::<HtmlTextAreaElement>();
        Msg::Patch(area.map(|a| a.value()).unwrap_or_default())
    });
    let (diff, own) = (props.desk.diff(), props.desk.scenario_diff());
    let on_copy = {
        let (diff, copied) = (diff.clone(), copied.clone());
        Callback::from(move |_: MouseEvent| {
            let copied = copied.clone();
            browser::copy(diff.clone(), Callback::from(move |ok| copied.set(ok)));
        })
    };
    let n_files = diff.lines().filter(|l| l.starts_with("+++ ")).count();
    html! {
        <details class="patches">
            <summary>{format!("Patch: {n_files} of the kernel's files changed")}</summary>
            if diff.is_empty() {
                <p>{"The kernel is as it was. Choose one of its files above to change it."}</p>
            } else {
                <pre class="diff" tabindex="0">{&diff}</pre>
                <p>
                    <button type="button" data-do="copy-diff" onclick={on_copy}>{"Copy this diff"}</button>
                    {if *copied { " It is in the clipboard; gfp check --patch reads it." } else { "" }}
                </p>
            }
            if !own.is_empty() {
                <p>{"In the scenario:"}</p>
                <pre class="diff" tabindex="0">{own}</pre>
            }
            <label>{"A unified diff against these files:"}
                <textarea ref={pasted} rows="6" spellcheck="false" data-do="paste" />
            </label>
            <p><button type="button" data-do="apply" onclick={on_apply}>{"Apply it"}</button></p>
        </details>
    }
}

/// What the page shows without JavaScript: the scenario's text.
pub fn still(text: &str) -> Html {
    html! {
        <div class="bench">
            <p>{format!("The workbench needs JavaScript and WebAssembly. On the command line, with this text in {FILE}:")}</p>
            <pre>{format!("gfp run {FILE}\ngfp check {FILE} --patch change.diff")}</pre>
            <pre tabindex="0">{text}</pre>
        </div>
    }
}
