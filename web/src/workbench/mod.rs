//! The workbench: a reader's own scenario and kernel text, compiled while they type, run in a
//! stepper, and explored beside the page.
//!
//! [`desk`] is what lies on it, as plain Rust; [`editor`], [`patches`] and [`search`] are its parts.

pub mod desk;
mod editor;
mod patches;
mod search;

use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use model::machine::Schedule;
use web_sys::{Element, HtmlSelectElement};
use yew::prelude::*;

use crate::browser;
use crate::exploration::{Execution, Order};
use crate::session::{Notice, Session};
use crate::stepper::Stepper;
use desk::{Desk, FILE, Msg};
use editor::Editor;
use patches::Patches;
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
    let root = use_node_ref();

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
    use_address(&desk);
    use_sight(&root, &desk, &opened);

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
    let diff = desk.diff();
    html! {
        <div class="bench" role="group" aria-label="Workbench" ref={root}>
            <Tools desk={(*desk).clone()} on_msg={on_msg.clone()} on_run={run} />
            <Editor node={editor} file={desk.shown.clone()} text={AttrValue::from(desk.shown_text().to_string())}
                generation={desk.generation} marks={desk.marks()}
                on_input={on_msg.reform(Msg::Edit)} />
            {diagnostics(&desk, &go_to)}
            {notice(&desk)}
            <Patches {diff} own={desk.scenario_diff()} on_msg={on_msg.clone()} />
            <Search worker={props.worker.clone()} order={order(&desk)} stale={desk.stale} {on_begin}
                on_open={open_execution} />
            if let Some(why) = &*failure {
                <pre class="notice refused" role="alert">{why}</pre>
            }
            if let Some(Opened { number, session }) = &*opened {
                if !desk.is_on(session) {
                    <p class="notice old">{"This execution is of the texts before you changed them."}</p>
                }
                <Stepper key={*number} figure={Rc::new(session.to_figure(Vec::new(), ""))}
                    session={Rc::clone(session)} silent={!desk.is_on(session)} />
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
        states_max: None,
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
            if let Some(original) = browser::kept() {
                desk.dispatch(Msg::Original(original));
            }
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

/// The address bar has what the reader has written, so that nothing is lost with the page.
#[hook]
fn use_address(desk: &UseReducerHandle<Desk>) {
    let desk = (**desk).clone();
    let ready = desk.touched && !desk.stale;
    let shown = (
        ready,
        desk.config.clone(),
        desk.text.clone(),
        desk.edits.clone(),
    );
    use_effect_with(shown, move |(ready, ..)| {
        if let (true, Ok(fragment)) = (*ready, desk.fragment()) {
            browser::show_fragment(&fragment);
            browser::keep(&desk.original);
        }
    });
}

/// A stepper that was asked for is in sight, has the keys, and is what the address shows.
#[hook]
fn use_sight(root: &NodeRef, desk: &Desk, opened: &Option<Opened>) {
    let (root, desk) = (root.clone(), desk.clone());
    use_effect_with(opened.clone(), move |opened| {
        let (Some(opened), Some(root)) = (opened, root.cast::<Element>()) else {
            return;
        };
        browser::focus_begin(&root, ".stepper");
        if desk.fragment().is_ok() {
            browser::show_fragment(&opened.session.fragment());
            browser::keep(&desk.original);
        }
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
    let said = use_state(String::new);
    let value = |event: Event| event.target_unchecked_into::<HtmlSelectElement>().value();
    let on_file = props.on_msg.reform(move |event| Msg::Show(value(event)));
    let on_config = props.on_msg.reform(move |event| Msg::Config(value(event)));
    let files = desk.files().into_iter().map(|file| {
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
        let (desk, said) = (desk.clone(), said.setter());
        Callback::from(move |_| match desk.after(Msg::Check).fragment() {
            Err(why) => said.set(why),
            Ok(fragment) => {
                browser::show_fragment(&fragment);
                browser::keep(&desk.original);
                let (said, address) = (said.clone(), browser::address(&fragment));
                let done = move |ok| said.set(desk::link_words(&fragment, ok));
                browser::copy(address, Callback::from(done));
            }
        })
    };
    html! {
        <div class="tools">
            <label>{"File "}<select data-do="file" onchange={on_file}>{for files}</select></label>
            <label>{"Configuration "}<select data-do="config" onchange={on_config}>{for configs}</select></label>
            <button type="button" data-do="run" onclick={props.on_run.clone()}>{"Run"}</button>
            <button type="button" data-do="revert" aria-disabled={(!desk.is_changed(&desk.shown)).to_string()}
                onclick={props.on_msg.reform(|_| Msg::Revert)}>{"Undo all in this file"}</button>
            <button type="button" data-do="link" onclick={on_link}>{"Copy link"}</button>
            <span role="status">{&*said}</span>
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
