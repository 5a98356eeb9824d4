//! What JavaScript calls: `hydrate` for the book's own pages, `run` and `check` for everybody (the npm
//! package). The JSON is that of the command line; its types go into the package as TypeScript.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::JSON;
use model::explore::{Limits, STATES_MAX, explore};
use model::machine::Schedule;
use model::report::check::Checked;
use model::report::{Shot, check as check_report, json};
use model::scenario::Scenario;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use web_sys::Element;

use crate::matrix::data::Printed;
use crate::matrix::widget::{self, Matrix};
use crate::session::Session;
use crate::spec::Figure;
use crate::stepper::{Props, Stepper};
use crate::workbench::{self, Workbench};
use model::explore::trace::{STEPS_MAX, Trace};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("../assets/api.d.ts");

/// Fired at the window when this module has crashed: nothing in its memory can be trusted any more.
const BROKEN_EVENT: &str = "figures-broken";

thread_local! {
    static HOOKED: Cell<bool> = const { Cell::new(false) };
}

/// Upgrades the static figure inside `root`; called by `assets/loader.js` when it comes near the
/// screen. Throws when this model does not show what the figure shows: the static figure then stays.
///
/// # Errors
/// When the figure's data cannot be used.
#[wasm_bindgen(skip_typescript)]
pub fn hydrate(root: Element) -> Result<(), JsError> {
    say_panics();
    let inside = |css: &str| {
        let found = root.query_selector(css).ok().flatten();
        found.ok_or_else(|| JsError::new(&format!("the figure has no {css}")))
    };
    let data = inside(".figure-data > script")?
        .text_content()
        .unwrap_or_default();
    let host = inside(".figure-root")?;
    if inside(".figure-data")?.get_attribute("data-view").is_some() {
        let printed: Printed = serde_json::from_str(&data)?;
        let props = widget::Props {
            printed: Rc::new(printed),
            place: root,
        };
        // Not in place: of the printed tables one is shown, and its cells become links.
        yew::Renderer::<Matrix>::with_root_and_props(host, props).render();
        return Ok(());
    }
    let figure: Figure = serde_json::from_str(&data)?;
    let session = Session::open(&figure).map_err(|why| JsError::new(&why))?;
    let props = Props {
        figure: Rc::new(figure),
        session: Rc::new(session),
        place: Some(root.clone()),
        within: None,
        silent: false,
    };
    yew::Renderer::<Stepper>::with_root_and_props(host, props).hydrate();
    Ok(())
}

/// Puts the workbench in place of the static text inside `root`. `worker` is the address of the search.
///
/// # Errors
/// When the page's data cannot be used.
#[wasm_bindgen(skip_typescript)]
pub fn workbench(root: Element, worker: &str) -> Result<(), JsError> {
    say_panics();
    let inside = |css: &str| {
        let found = root.query_selector(css).ok().flatten();
        found.ok_or_else(|| JsError::new(&format!("the workbench has no {css}")))
    };
    let data = inside(".workbench-data > script")?
        .text_content()
        .unwrap_or_default();
    let text: String = serde_json::from_str(&data)?;
    let host = inside(".workbench-root")?;
    host.set_text_content(None);
    let props = workbench::Props {
        text: text.into(),
        place: root,
        worker: worker.to_string().into(),
    };
    yew::Renderer::<Workbench>::with_root_and_props(host, props).render();
    Ok(())
}

/// A panic is an error of this program: it is said on the console, and the page is told so that it can
/// show its static figures again.
fn say_panics() {
    if HOOKED.replace(true) {
        return;
    }
    yew::set_custom_panic_hook(Box::new(|info| {
        web_sys::console::error_1(&info.to_string().into());
        let event = web_sys::Event::new(BROKEN_EVENT);
        if let (Some(window), Ok(event)) = (web_sys::window(), event) {
            window.dispatch_event(&event).ok();
        }
    }));
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct RunOptions {
    file: Option<String>,
    config: Option<String>,
    schedule: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct CheckOptions {
    file: Option<String>,
    config: Option<String>,
    max_states: Option<usize>,
}

/// One execution of a scenario's text, as `gfp run --format json` prints it.
///
/// # Errors
/// The diagnostics, when the scenario cannot be used.
#[wasm_bindgen(skip_typescript)]
pub fn run(text: &str, options: JsValue) -> Result<JsValue, JsError> {
    let options: RunOptions = read(&options)?;
    let scenario = parse(text, options.file.as_deref())?;
    let config = first_config(&scenario, options.config);
    let built = scenario.config(&config)?;
    let schedule: Schedule = options
        .schedule
        .unwrap_or_default()
        .parse()
        .map_err(|why: String| JsError::new(&why))?;
    let (mut trace, misfit) = Trace::follow(scenario.machine(&built)?, &schedule);
    if let Some(misfit) = misfit {
        return Err(JsError::new(&format!(
            "the schedule does not fit: {misfit}"
        )));
    }
    trace.run_on(STEPS_MAX);
    let shot = Shot {
        scenario: &scenario,
        config: &config,
        trace: &trace,
        cursor: trace.steps.len(),
    };
    write(&json::run(&shot))
}

/// All executions of a scenario's text, as `gfp check --json` prints them.
///
/// # Errors
/// The diagnostics, when the scenario cannot be used.
#[wasm_bindgen(skip_typescript)]
pub fn check(text: &str, options: JsValue) -> Result<JsValue, JsError> {
    let options: CheckOptions = read(&options)?;
    let scenario = parse(text, options.file.as_deref())?;
    let names = match options.config {
        Some(name) => vec![name],
        None => scenario
            .configs
            .iter()
            .map(|(name, _)| name.clone())
            .collect(),
    };
    let limits = Limits::states(options.max_states.unwrap_or(STATES_MAX));
    let mut found = Vec::new();
    for name in names {
        let machine = scenario.machine(&scenario.config(&name)?)?;
        let start = js_sys::Date::now();
        let outcome = explore(&machine, limits);
        found.push((name, outcome, (js_sys::Date::now() - start) / 1000.0));
    }
    let checked: Vec<Checked<'_>> = found
        .iter()
        .map(|(name, outcome, seconds)| Checked::new(&scenario, name, outcome, *seconds))
        .collect();
    write(&check_report::json(&checked))
}

fn parse(text: &str, file: Option<&str>) -> Result<Scenario, JsError> {
    Ok(Scenario::parse(file.unwrap_or("scenario.c"), text)?)
}

fn first_config(scenario: &Scenario, wanted: Option<String>) -> String {
    let first = || scenario.configs.first().map(|(name, _)| name.clone());
    wanted.or_else(first).unwrap_or_default()
}

fn read<T: DeserializeOwned + Default>(options: &JsValue) -> Result<T, JsError> {
    if options.is_undefined() || options.is_null() {
        return Ok(T::default());
    }
    let text = JSON::stringify(options)
        .ok()
        .and_then(|text| text.as_string());
    let text = text.ok_or_else(|| JsError::new("the options must be an object"))?;
    serde_json::from_str(&text).map_err(|e| JsError::new(&format!("the options: {e}")))
}

fn write(value: &serde_json::Value) -> Result<JsValue, JsError> {
    JSON::parse(&value.to_string()).map_err(|_| JsError::new("the result is no JSON"))
}
