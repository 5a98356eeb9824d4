//! Exploring all executions in a Web Worker: progress, cancel, what was found, and the shortest
//! counterexamples.
//!
//! The usual search leaves out what cannot change a verdict, and its executions need not be the shortest.
//! A second one, asked for when something was found, leaves nothing out, breadth first, and ends when it
//! has seen each kind of violation.

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};
use yew::prelude::*;

use crate::exploration::{Execution, Found, Order, Report, grouped};

/// Milliseconds in which a search that was told to end has to say what it has found.
const STOP_PATIENCE: u32 = 5_000;
/// Seconds between two sentences for readers who hear the page.
const SECONDS_BETWEEN_WORDS: f64 = 10.0;

#[derive(Clone, Debug, PartialEq, Properties)]
pub(super) struct Props {
    /// The worker's address.
    pub worker: AttrValue,
    /// What lies there to be explored; none while the texts cannot be used.
    pub order: Option<Order>,
    /// Something was typed since.
    pub stale: bool,
    /// The order with what was typed since the last check.
    pub on_begin: Callback<(), Option<Order>>,
    /// An execution to step through.
    pub on_open: Callback<Execution>,
}

/// Which search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// All executions.
    All,
    /// Shortest counterexamples.
    Shortest,
}

/// A worker and the ear at it; both end when this is dropped.
struct Running {
    worker: Worker,
    patience: Option<Timeout>,
    _ears: [EventListener; 2],
}

impl Drop for Running {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

/// What is known of a search.
#[derive(Clone, Debug, PartialEq)]
struct Told {
    kind: Kind,
    report: Report,
}

#[component]
pub(super) fn Search(props: &Props) -> Html {
    let running = use_mut_ref(|| None::<Running>);
    let told = use_state(|| None::<Told>);
    let all = use_state(|| None::<Found>);
    let explored = use_state(|| None::<Order>);

    let start = {
        let (running, told, all) = (running.clone(), told.setter(), all.setter());
        let worker = props.worker.clone();
        Callback::from(move |(kind, order): (Kind, Order)| {
            let heard = {
                let (running, told, all) = (running.clone(), told.clone(), all.clone());
                Callback::from(move |report: Report| {
                    if !matches!(report, Report::Running { .. }) {
                        *running.borrow_mut() = None;
                    }
                    if let (Kind::All, Report::Done(found)) = (kind, &report) {
                        all.set(Some(found.clone()));
                    }
                    told.set(Some(Told { kind, report }));
                })
            };
            let report = match begin(&worker, &order, heard) {
                Ok(begun) => {
                    *running.borrow_mut() = Some(begun);
                    Report::BEGIN
                }
                Err(message) => Report::Failed { message },
            };
            told.set(Some(Told { kind, report }));
        })
    };
    let on_all = {
        let (start, begin, all, explored) = (
            start.clone(),
            props.on_begin.clone(),
            all.setter(),
            explored.setter(),
        );
        Callback::from(move |_: MouseEvent| {
            let Some(order) = begin.emit(()) else { return };
            all.set(None);
            explored.set(Some(order.clone()));
            start.emit((Kind::All, order));
        })
    };
    let on_shortest = {
        let (explored, all) = (explored.clone(), all.clone());
        Callback::from(move |_: MouseEvent| {
            let (Some(order), Some(found)) = (&*explored, &*all) else {
                return;
            };
            let order = Order {
                reduce: Some(false),
                enough: Some(found.violations.len()),
                ..order.clone()
            };
            start.emit((Kind::Shortest, order));
        })
    };
    let on_cancel = {
        let (running, told) = (running.clone(), told.clone());
        Callback::from(move |_: MouseEvent| cancel(&running, &told))
    };
    let busy = running.borrow().is_some();
    let fits = !props.stale && props.order.is_some() && *explored == props.order;
    html! {
        <div class="search">
            <p>
                <button type="button" data-do="explore" aria-disabled={props.order.is_none().to_string()}
                    onclick={on_all}>{"Explore all executions"}</button>
                {" "}
                <button type="button" data-do="cancel" aria-disabled={(!busy).to_string()}
                    onclick={on_cancel}>{"Cancel"}</button>
                if props.order.is_none() { {" What cannot be compiled cannot be explored."} }
            </p>
            {told.as_ref().map(|told| progress(&told.report))}
            <p class="heard" role="status">{told.as_ref().map(spoken)}</p>
            if let Some(found) = &*all {
                if !fits { <p class="notice">{"The texts have changed since."}</p> }
                {result(found, fits, &props.on_open)}
                if !found.violations.is_empty() && fits && !busy {
                    <p><button type="button" data-do="shortest" onclick={on_shortest}>
                        {"Find the shortest counterexamples"}</button>
                        {" This looks at every interleaving, shorter ones first."}</p>
                }
            }
            if let Some(Told { kind: Kind::Shortest, report: Report::Done(found) }) = &*told {
                {shortest(found, fits, &props.on_open)}
            }
        </div>
    }
}

impl Report {
    /// Nothing is known yet.
    const BEGIN: Report = Report::Running {
        states: 0,
        frontier: 0,
        seconds: 0.0,
        memory: 0,
    };
}

/// Asks for what was found so far, and does not wait for ever.
fn cancel(
    running: &std::rc::Rc<std::cell::RefCell<Option<Running>>>,
    told: &UseStateHandle<Option<Told>>,
) {
    let mut now = running.borrow_mut();
    let (Some(search), Some(Told { kind, .. })) = (now.as_mut(), &**told) else {
        return;
    };
    if search.patience.is_some() || search.worker.post_message(&"stop".into()).is_err() {
        return;
    }
    let (kind, told, running) = (*kind, told.setter(), running.clone());
    search.patience = Some(Timeout::new(STOP_PATIENCE, move || {
        let search = running.borrow_mut().take();
        if search.is_some() {
            let message = "The search was ended; it did not say what it had found.".into();
            told.set(Some(Told {
                kind,
                report: Report::Failed { message },
            }));
        }
    }));
}

fn begin(address: &str, order: &Order, heard: Callback<Report>) -> Result<Running, String> {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let worker = Worker::new_with_options(address, &options)
        .map_err(|_| "This browser does not let the page start a worker.".to_string())?;
    let failed = heard.clone();
    let on_message = EventListener::new(&worker, "message", move |event| {
        let text = event.unchecked_ref::<MessageEvent>().data().as_string();
        let report = text.and_then(|text| serde_json::from_str(&text).ok());
        heard.emit(report.unwrap_or_else(|| Report::Failed {
            message: "The search said something that cannot be read.".into(),
        }));
    });
    // What happens inside it, it says itself.
    let on_error = EventListener::new(&worker, "error", move |_| {
        let message =
            "The search could not be loaded: is the network there? Nothing is lost; try it again.";
        failed.emit(Report::Failed {
            message: message.into(),
        });
    });
    let text = serde_json::to_string(order).map_err(|e| e.to_string())?;
    worker
        .post_message(&text.into())
        .map_err(|_| "The search does not listen.".to_string())?;
    Ok(Running {
        worker,
        patience: None,
        _ears: [on_message, on_error],
    })
}

fn progress(report: &Report) -> Html {
    match report {
        Report::Running { states: 0, .. } => html! { <p class="progress">{"It begins."}</p> },
        Report::Running {
            states,
            frontier,
            seconds,
            memory,
        } => {
            let rate = (*states as f64 / seconds.max(0.001)) as usize;
            let text = format!(
                "{} states, {} to go, {} a second, {seconds:.0} s, {} MB",
                grouped(*states),
                grouped(*frontier),
                grouped(rate),
                memory >> 20
            );
            html! { <p class="progress">{text}</p> }
        }
        Report::Failed { message } => {
            html! { <pre class="notice refused" role="alert">{message}</pre> }
        }
        Report::Done(_) => html! {},
    }
}

/// The same for those who hear it: seldom.
fn spoken(told: &Told) -> String {
    match &told.report {
        Report::Running { seconds, .. } if *seconds < SECONDS_BETWEEN_WORDS => {
            "It explores.".into()
        }
        Report::Running { seconds, .. } => {
            let words = (seconds / SECONDS_BETWEEN_WORDS).floor() * SECONDS_BETWEEN_WORDS;
            format!("Still exploring after {words:.0} seconds.")
        }
        Report::Failed { .. } => String::new(),
        Report::Done(found) => {
            let n = found.violations.len();
            let expected = expectation(found);
            format!(
                "{} Kinds of violations: {n}. {expected}",
                ended(told.kind, found)
            )
        }
    }
}

fn ended(kind: Kind, found: &Found) -> &'static str {
    match (kind, found.complete, &found.bound) {
        (_, true, _) => "Complete.",
        (Kind::Shortest, false, None) => "All were found.",
        _ => "Not complete.",
    }
}

fn result(found: &Found, fits: bool, on_open: &Callback<Execution>) -> Html {
    html! {
        <>
            <p class="size"><b>{ended(Kind::All, found)}</b>{format!(" {}. ", found.size)}{expectation(found)}</p>
            if let Some(bound) = &found.bound { <p class="notice bound">{bound}</p> }
            if found.violations.is_empty() {
                <p>{if found.complete { "No rule is broken." } else { "No rule was seen broken." }}</p>
            } else {
                <p>{"Step through an execution that breaks a rule, at the step that does:"}</p>
                {executions(&found.violations, fits, on_open)}
            }
            if !found.ends.is_empty() {
                <p>{"Ways to end, with an execution each:"}</p>
                {executions(&found.ends, fits, on_open)}
            }
            <details>
                <summary>{"As gfp check prints it"}</summary>
                <pre class="found" tabindex="0">{&found.report}</pre>
            </details>
        </>
    }
}

fn expectation(found: &Found) -> &'static str {
    match (found.holds, found.complete) {
        (None, _) => "",
        (Some(true), true) => "The scenario's expectation holds.",
        (Some(true), false) => "The scenario's expectation holds so far.",
        (Some(false), _) => "The scenario's expectation does not hold.",
    }
}

fn shortest(found: &Found, fits: bool, on_open: &Callback<Execution>) -> Html {
    html! {
        <div class="shortest">
            <p class="size"><b>{ended(Kind::Shortest, found)}</b>
                {format!(" Every interleaving: {}.", found.size)}</p>
            if let Some(bound) = &found.bound { <p class="notice bound">{bound}</p> }
            if found.violations.is_empty() {
                <p>{"No counterexample as short as that."}</p>
            } else {
                <p>{"The shortest counterexamples; the stepper has a link and a mail of each:"}</p>
                {executions(&found.violations, fits, on_open)}
            }
        </div>
    }
}

fn executions(all: &[Execution], fits: bool, on_open: &Callback<Execution>) -> Html {
    let items = all.iter().map(|execution| {
        let chosen = execution.clone();
        let onclick = on_open.reform(move |_: MouseEvent| chosen.clone());
        let text = format!("{}, after {} steps", execution.what, execution.steps);
        match fits {
            true => {
                html! { <li><button type="button" data-do="open" {onclick}>{text}</button></li> }
            }
            false => html! { <li>{text}</li> },
        }
    });
    html! { <ul class="executions">{for items}</ul> }
}
