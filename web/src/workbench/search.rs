//! Exploring all executions in a Web Worker: progress, cancel, what was found.

use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};
use yew::prelude::*;

use crate::exploration::{Execution, Found, Order, Report};

#[derive(Clone, Debug, PartialEq, Properties)]
pub(super) struct Props {
    /// The worker's address.
    pub worker: AttrValue,
    /// What to explore; none while the texts cannot be used.
    pub order: Option<Order>,
    /// An execution to step through.
    pub on_open: Callback<Execution>,
}

/// A worker and the ear at it; both end when this is dropped.
struct Running {
    worker: Worker,
    _ears: [EventListener; 2],
}

impl Drop for Running {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

#[component]
pub(super) fn Search(props: &Props) -> Html {
    let running = use_mut_ref(|| None::<Running>);
    let report = use_state(|| None::<Report>);
    let explored = use_state(|| None::<Order>);

    let start = {
        let (running, report, explored) = (running.clone(), report.clone(), explored.clone());
        let (worker, order) = (props.worker.clone(), props.order.clone());
        Callback::from(move |_: MouseEvent| {
            let Some(order) = &order else { return };
            let heard = {
                let (running, report) = (running.clone(), report.setter());
                Callback::from(move |said: Report| {
                    if !matches!(said, Report::Running { .. }) {
                        *running.borrow_mut() = None;
                    }
                    report.set(Some(said));
                })
            };
            explored.set(Some(order.clone()));
            report.set(None);
            match begin(&worker, order, heard) {
                Ok(begun) => *running.borrow_mut() = Some(begun),
                Err(message) => report.set(Some(Report::Failed { message })),
            }
        })
    };
    let cancel = {
        let (running, report) = (running.clone(), report.clone());
        Callback::from(move |_: MouseEvent| {
            *running.borrow_mut() = None;
            report.set(None);
        })
    };
    let busy = running.borrow().is_some();
    let other = explored.is_some() && *explored != props.order;
    html! {
        <div class="search">
            <p>
                <button type="button" data-do="explore" aria-disabled={props.order.is_none().to_string()}
                    onclick={start}>{"Explore all executions"}</button>
                if busy {
                    {" "}<button type="button" data-do="cancel" onclick={cancel}>{"Cancel"}</button>
                }
            </p>
            <div role="status">{report.as_ref().map(progress)}</div>
            if let Some(Report::Done(found)) = &*report {
                if other { <p class="notice">{"The texts have changed since."}</p> }
                {result(found, !other, &props.on_open)}
            }
        </div>
    }
}

fn begin(address: &str, order: &Order, heard: Callback<Report>) -> Result<Running, String> {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let worker = Worker::new_with_options(address, &options)
        .map_err(|_| "this browser does not let the page start a worker".to_string())?;
    let failed = heard.clone();
    let on_message = EventListener::new(&worker, "message", move |event| {
        let text = event.unchecked_ref::<MessageEvent>().data().as_string();
        let report = text.and_then(|text| serde_json::from_str(&text).ok());
        heard.emit(report.unwrap_or_else(|| Report::Failed {
            message: "the worker said something that cannot be read".into(),
        }));
    });
    let on_error = EventListener::new(&worker, "error", move |_| {
        let message = "the search has crashed, perhaps for want of memory; nothing else is lost";
        failed.emit(Report::Failed {
            message: message.into(),
        });
    });
    let text = serde_json::to_string(order).map_err(|e| e.to_string())?;
    worker
        .post_message(&text.into())
        .map_err(|_| "the worker does not listen".to_string())?;
    Ok(Running {
        worker,
        _ears: [on_message, on_error],
    })
}

fn progress(report: &Report) -> Html {
    match report {
        Report::Running {
            states,
            frontier,
            seconds,
            memory,
        } => {
            let rate = *states as f64 / seconds.max(0.001);
            let text = format!(
                "{states} states, {frontier} to go, {rate:.0} a second, {} MB",
                memory >> 20
            );
            html! { <p>{text}</p> }
        }
        Report::Failed { message } => html! { <pre class="notice refused">{message}</pre> },
        Report::Done(Found { bound: None, .. }) => html! {},
        Report::Done(Found {
            bound: Some(bound), ..
        }) => html! { <p class="notice">{bound}</p> },
    }
}

fn result(found: &Found, fits: bool, on_open: &Callback<Execution>) -> Html {
    let executions = found.executions.iter().map(|execution| {
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
    html! {
        <>
            <pre class="found" tabindex="0">{&found.report}</pre>
            <p>{"Step through the shortest execution of each kind:"}</p>
            <ul class="executions">{for executions}</ul>
        </>
    }
}
