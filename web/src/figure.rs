//! A figure as static HTML, drawn when the book is built.
//!
//! One HTML block without empty lines; its data go with it as JSON, so that the browser can draw the
//! same thing again and go on from there. No ids: a chapter's figures also stand in the print page.

use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use model::check;
use model::explore::Limits;
use model::machine::{EventKind, Machine};
use model::scenario::Scenario;
use yew::prelude::*;

use crate::matrix::compute::{self, Computer};
use crate::matrix::data::{Printed, Shape, Table};
use crate::matrix::record::{AsObserved, Record, Seen};
use crate::matrix::table::{self, Look};
use crate::session::Session;
use crate::spec::{Choice, Figure, View, limits};
use crate::stepper::{Props, Stepper};
use crate::view::{self, Explored};
use crate::workbench;

/// States that each kernel of a comparison may cost; the table says where that was not enough.
const COMPARED_STATES_MAX: usize = 30_000;

/// Steps of an execution that measures something: a loop around an allocator.
const MEASURE_STEPS_MAX: usize = 1_000_000;

/// What a figure is drawn from, as a book's fenced block says it.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The scenario's file name.
    pub file: &'a str,
    /// Its text.
    pub text: &'a str,
    /// The configuration, where it is not the scenario's first.
    pub config: Option<&'a str>,
    /// The choices to show.
    pub schedule: Option<&'a str>,
    /// In place of these: the shortest execution with this outcome is shown.
    pub find: Option<&'a str>,
    /// A function, or how a statement begins: the figure stands at its first step.
    pub at: Option<&'a str>,
    /// The kernels that are compared.
    pub kernels: &'a [String],
    /// The text below.
    pub caption: &'a str,
    /// `stepper`, `verdicts`, `compare` or `bars`.
    pub view: &'a str,
}

/// The figure's HTML.
///
/// # Errors
/// Why it cannot be drawn, in the scenario's own words; also when its expectation does not hold.
pub fn figure_html(request: &Request<'_>) -> Result<String, String> {
    match View::parse(request.view)? {
        View::Stepper => stepper(request),
        View::Verdicts => verdicts(request),
        View::Compare => compare(request),
        View::Bars => bars(request),
        View::Matrix => Err("a matrix is drawn from no scenario".into()),
        View::Workbench => Ok(workbench(request)),
    }
}

/// The text to begin with, as a reader without JavaScript sees it; the workbench takes its place.
fn workbench(request: &Request<'_>) -> String {
    let content = workbench::still(request.text);
    let renderer = yew::LocalServerRenderer::<StillFigure>::with_props(Still { content });
    let html = without_empty_lines(&block_on(renderer.hydratable(false).render()));
    let text = serde_json::to_string(request.text).unwrap_or_default();
    format!(
        "<div class=\"workbench-data\"><script type=\"application/json\">{}</script></div>\
         <div class=\"workbench-root\">{html}</div>",
        text.replace('<', "\\u003c")
    )
}

fn stepper(request: &Request<'_>) -> Result<String, String> {
    let choice = Choice::parse(request.schedule, request.find)?;
    let mut session = Session::start(request.file, request.text, request.config, &choice)?;
    if let Some(at) = request.at {
        session = session.standing_at(at)?;
    }
    let explored = Explored::of(&session.scenario, &session.config)?;
    let figure = session.to_figure(explored.sentences(), request.caption);
    let json = serde_json::to_string(&figure).map_err(|e| e.to_string())?;
    let name = escape(&session.scenario.name);
    let config = escape(&figure.config);
    let html = draw(&figure, &session);
    Ok(format!(
        "<div class=\"figure-data\" data-scenario=\"{name}\" data-config=\"{config}\">\
         <script type=\"application/json\">{}</script><div class=\"figure-root\">{html}</div></div>",
        json.replace('<', "\\u003c")
    ))
}

/// The stepper's first drawing.
pub fn draw(figure: &Figure, session: &Session) -> String {
    let props = Props {
        figure: Rc::new(figure.clone()),
        session: Rc::new(session.clone()),
        place: None,
        within: None,
        silent: false,
    };
    without_empty_lines(&block_on(
        yew::LocalServerRenderer::<Stepper>::with_props(props).render(),
    ))
}

#[derive(Clone, PartialEq, Properties)]
struct Still {
    content: Html,
}

#[component]
fn StillFigure(props: &Still) -> Html {
    props.content.clone()
}

fn verdicts(request: &Request<'_>) -> Result<String, String> {
    let scenario = Scenario::parse(request.file, request.text).map_err(|e| e.to_string())?;
    let explored: Vec<Explored> = scenario
        .configs
        .iter()
        .map(|(name, _)| Explored::of(&scenario, name))
        .collect::<Result<_, String>>()?;
    let content = html! {
        <div class="stepper still">
            <div class="figure-head">
                <p class="figure-title">{&scenario.title}</p>
                <p class="figure-about">{&scenario.file}</p>
            </div>
            {view::verdicts(&scenario, &explored)}
            {view::caption(request.caption)}
        </div>
    };
    Ok(still(content))
}

/// One scenario's text on each kernel that is named. What it expects is said of its own kernel only.
fn compare(request: &Request<'_>) -> Result<String, String> {
    let own = Scenario::parse(request.file, request.text).map_err(|e| e.to_string())?;
    for (config, _) in &own.configs {
        Explored::of(&own, config)?;
    }
    let bounds = Limits {
        states_max: COMPARED_STATES_MAX,
        ..limits()
    };
    let mut rows = Vec::new();
    for kernel in request.kernels {
        model::kernel::check(kernel)?;
        let scenario = Scenario {
            kernel: Some(kernel.clone()),
            ..own.clone()
        };
        let explored: Vec<Explored> = own
            .configs
            .iter()
            .map(|(config, _)| Explored::within(bounds, &scenario, config))
            .collect::<Result<_, String>>()?;
        rows.push((kernel.clone(), explored));
    }
    Ok(still(html! {
        <div class="stepper still">
            <div class="figure-head">
                <p class="figure-title">{&own.title}</p>
                <p class="figure-about">{&own.file}</p>
            </div>
            {view::compare(&own, &rows)}
            {view::caption(request.caption)}
        </div>
    }))
}

/// The numbers that the scenario's code prints, one `name: number` a line, as bars.
fn bars(request: &Request<'_>) -> Result<String, String> {
    let scenario = Scenario::parse(request.file, request.text).map_err(|e| e.to_string())?;
    let first = scenario.configs.first().map(|(name, _)| name.as_str());
    let config = request.config.or(first).unwrap_or_default();
    // What the scenario claims holds, here as in any figure.
    Explored::of(&scenario, config)?;
    let built = scenario.config(config).map_err(|e| e.to_string())?;
    let machine = scenario.machine(&built).map_err(|e| e.to_string())?;
    let printed = printed_lines(machine);
    let bars: Vec<view::Bar> = printed.iter().filter_map(|l| view::Bar::parse(l)).collect();
    if bars.is_empty() {
        return Err(format!("{} prints no line `name: number`", request.file));
    }
    let kernel = scenario.kernel.as_deref().unwrap_or("no kernel");
    Ok(still(html! {
        <div class="stepper still">
            <div class="figure-head">
                <p class="figure-title">{&scenario.title}</p>
                <p class="figure-about">{format!("{} · {kernel} · {config}", scenario.file)}</p>
            </div>
            {view::bars(&bars)}
            {view::caption(request.caption)}
        </div>
    }))
}

/// What an execution prints that takes the first choice at each step. Its states are not kept:
/// measuring takes many steps.
fn printed_lines(mut machine: Machine) -> Vec<String> {
    let mut lines = Vec::new();
    for _ in 0..MEASURE_STEPS_MAX {
        let Some(&first) = machine.enabled().first() else {
            break;
        };
        let transition = check::advance(&machine, first);
        for event in transition.events {
            if let EventKind::Printk(text) = event.kind {
                lines.push(text);
            }
        }
        machine = transition.after;
    }
    lines
}

/// HTML that is not upgraded in place.
fn still(content: Html) -> String {
    let renderer = yew::LocalServerRenderer::<StillFigure>::with_props(Still { content });
    without_empty_lines(&block_on(renderer.hydratable(false).render()))
}

/// What a matrix is drawn from, as a book's fenced block says it; an empty list is the whole axis.
#[derive(Clone, Debug, Default)]
pub struct MatrixRequest {
    /// The kernel.
    pub kernel: String,
    /// A table for each of these.
    pub configs: Vec<String>,
    /// Rows.
    pub contexts: Vec<String>,
    /// Groups of columns.
    pub calls: Vec<String>,
    /// Columns of a group.
    pub states: Vec<String>,
    /// The texts of the recorded boots.
    pub records: Vec<String>,
    /// The text below.
    pub caption: String,
}

/// The tables of one kernel. They are open one at a time: all are there, one is in sight.
///
/// # Errors
/// An unknown word, or a cell that cannot be run.
pub fn matrix_html(request: &MatrixRequest) -> Result<String, String> {
    let shape = Rc::new(request.shape()?);
    let mut records: Vec<Record> = Vec::new();
    for text in &request.records {
        records.push(Record::parse(text)?);
    }
    let mut tables = Vec::new();
    for config in &request.configs {
        let mut computer = Computer::new(&request.kernel, config, &shape)?;
        let table = compute::table(&mut computer, &request.kernel, config, &shape)?;
        tables.push(table);
        for seen in records.iter_mut().flat_map(|record| &mut record.rows) {
            if seen.kernel == request.kernel && seen.config == *config {
                seen.same = computer.compare(seen)?.unwrap_or(AsObserved::Neither);
            }
        }
    }
    let mut printed = Printed::pack(&request.kernel, &shape, &tables, &request.caption);
    for mut record in records {
        record.rows.retain(|seen| {
            let Seen {
                context,
                call,
                state,
                ..
            } = seen;
            seen.kernel == request.kernel
                && request.configs.contains(&seen.config)
                && shape.find(context, call, state).is_some()
        });
        if !record.rows.is_empty() {
            printed.about.push(record.about);
            printed.seen.extend(record.rows);
        }
    }
    let json = serde_json::to_string(&printed).map_err(|e| e.to_string())?;
    Ok(format!(
        "<div class=\"figure-data\" data-view=\"matrix\" data-kernel=\"{}\">\
         <script type=\"application/json\">{}</script><div class=\"figure-root\">{}</div></div>",
        escape(&printed.kernel),
        json.replace('<', "\\u003c"),
        still(printed_matrix(&printed, &tables)),
    ))
}

fn printed_matrix(printed: &Printed, tables: &[Table]) -> Html {
    let look = Look {
        seen: &printed.seen,
        address: None,
        focus: None,
    };
    let parts = tables.iter().enumerate().map(|(idx, table)| {
        let label = format!("{} on {}", table.kernel, table.config);
        html! {
            <details class="part" open={idx == 0}>
                <summary>{&label}</summary>
                {view::scrolling(label.clone(), table::table(table, look))}
            </details>
        }
    });
    let all: Vec<&Table> = tables.iter().collect();
    html! {
        <div class="stepper still">
            {for parts}
            {table::legend()}
            {table::boots(&all, &printed.seen, &printed.about)}
            {view::caption(&printed.caption)}
        </div>
    }
}

impl MatrixRequest {
    fn shape(&self) -> Result<Shape, String> {
        let whole = compute::whole_shape(&self.kernel)?;
        let known = |context: &String| whole.contexts.contains(context);
        if let Some(context) = self.contexts.iter().find(|context| !known(context)) {
            let known = whole.contexts.join(", ");
            return Err(format!("unknown context `{context}`; known are {known}"));
        }
        let or = |list: &Vec<String>, whole: &Vec<String>| match list.is_empty() {
            true => whole.clone(),
            false => list.clone(),
        };
        Ok(Shape {
            contexts: or(&self.contexts, &whole.contexts),
            calls: or(&self.calls, &whole.calls),
            states: or(&self.states, &whole.states),
        })
    }
}

/// Markdown ends an HTML block at an empty line.
fn without_empty_lines(html: &str) -> String {
    let lines = html.lines().map(|line| {
        if line.trim().is_empty() {
            "&#32;"
        } else {
            line
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
}

/// Waits for a drawing. It waits for nothing itself, so no runtime is needed.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Thread(std::thread::Thread);
    impl Wake for Thread {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Thread(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}
