//! The live page: one table at a time, chosen by kernel, configuration, context, call and state, each
//! cell a link to its own run. What is shown is always in the address bar.

use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use model::matrix::configs_of;
use web_sys::{Element, HtmlSelectElement, KeyboardEvent};
use yew::prelude::*;

use super::address::Address;
use super::compute::{self, Computer};
use super::data::{At, Printed, Shape, Table};
use super::table::{self, Look, Shown};
use crate::browser;
use crate::session::{Msg as StepMsg, Session};
use crate::spec::Figure;
use crate::stepper::Stepper;
use crate::view;

/// Milliseconds of computing before the browser gets its turn.
const SLICE: f64 = 25.0;
/// Milliseconds between drawings of a table that is being computed.
const REDRAW: f64 = 400.0;

/// What the page is made of.
#[derive(Clone, Debug, PartialEq, Properties)]
pub struct Props {
    /// What it was printed with.
    pub printed: Rc<Printed>,
    /// The element that holds it.
    pub place: Element,
}

/// What happens.
pub enum Msg {
    /// The address bar has changed.
    Follow,
    /// The reader has chosen.
    Choose(Field, String),
    /// There is time to compute.
    Tick,
    /// A key that moves, in the table.
    Key(String),
}

/// What can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The kernel.
    Kernel,
    /// The configuration.
    Config,
    /// One context, or all.
    Context,
    /// One call, or all.
    Call,
    /// One state, or all.
    State,
}

/// Where the focus goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    /// The cell that the Tab key leads to.
    Cell,
    /// The run of the open cell.
    Run,
}

/// The page.
pub struct Matrix {
    address: Address,
    tables: Vec<Rc<Table>>,
    /// What each kernel has.
    shapes: Vec<(String, Rc<Shape>)>,
    /// What computes the table that is shown, while it is incomplete.
    computer: Option<(String, String, Computer)>,
    /// The run of the open cell, and its address.
    run: Option<(Address, Rc<Session>)>,
    notice: Option<String>,
    focus: Option<At>,
    /// The focus has to be moved there after the next drawing.
    move_focus: Option<Target>,
    drawn: f64,
    timer: Option<Timeout>,
    _listener: Option<EventListener>,
}

impl Component for Matrix {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Matrix {
        let link = ctx.link().clone();
        let listener = browser::on_fragment(move || link.send_message(Msg::Follow));
        let Props { printed, .. } = ctx.props();
        let tables: Vec<Rc<Table>> = printed.unpack().into_iter().map(Rc::new).collect();
        let config = tables.first().map_or("rt-debug", |t| t.config.as_str());
        let mut matrix = Matrix {
            address: Address::of(&printed.kernel, config),
            shapes: vec![(printed.kernel.clone(), Rc::new(printed.shape.clone()))],
            tables,
            computer: None,
            run: None,
            notice: None,
            focus: None,
            move_focus: None,
            drawn: 0.0,
            timer: None,
            _listener: listener,
        };
        matrix.follow(ctx);
        matrix
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Follow => self.follow(ctx),
            Msg::Choose(field, value) => self.choose(ctx, field, value),
            Msg::Tick => self.tick(ctx),
            Msg::Key(key) => self.key(&key),
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let Props { printed, .. } = ctx.props();
        let table = self.table();
        let onkeydown = ctx.link().batch_callback(heard);
        let look = Look {
            seen: &printed.seen,
            address: Some(&self.address),
            focus: self.focus.or_else(|| first(&table, &self.address)),
        };
        let missing = table.cells.iter().filter(|cell| cell.is_none()).count();
        let progress = match missing {
            0 if table.legal.iter().any(Option::is_none) => {
                "The column “all states” is being computed.".to_string()
            }
            0 => String::new(),
            n => format!("{n} cells are still to be computed."),
        };
        html! {
            <div class="stepper still">
                {self.controls(ctx)}
                {self.notice.as_ref().map(|why| html! {
                    <p class="notice refused" role="alert">{why}</p>
                })}
                <p role="status" class="progress">{progress}</p>
                <div class="scrolling tall-matrix" role="group" tabindex="-1"
                    aria-label="The matrix; arrow keys move between its cells" {onkeydown}>
                    {table::table(&table, look)}
                </div>
                {self.run()}
                {table::legend()}
                {table::boots(&[&*table], &printed.seen, &printed.about)}
                {view::caption(&printed.caption)}
            </div>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first_render: bool) {
        let Props { place, .. } = ctx.props();
        if first_render {
            place.set_attribute("data-ready", "").ok();
        }
        match self.move_focus.take() {
            Some(Target::Cell) => browser::focus(place, "a[data-cell][tabindex='0']"),
            Some(Target::Run) => browser::focus_begin(place, ".matrix-run"),
            None => {}
        }
        if self.timer.is_none() && self.is_incomplete() {
            self.schedule(ctx);
        }
    }
}

fn first(table: &Table, address: &Address) -> Option<At> {
    let shown = Shown::of(table, Some(address));
    Some(At {
        context: *shown.contexts.first()?,
        call: *shown.calls.first()?,
        state: *shown.states.first()?,
    })
}

impl Matrix {
    /// The table shown, printed or computed.
    fn table(&self) -> Rc<Table> {
        let Address { kernel, config, .. } = &self.address;
        self.known_table(kernel, config)
            .cloned()
            .unwrap_or_else(|| {
                let shape = Shape {
                    contexts: Vec::new(),
                    calls: Vec::new(),
                    states: Vec::new(),
                };
                Rc::new(Table::empty(kernel, config, Rc::new(shape)))
            })
    }

    fn known_table(&self, kernel: &str, config: &str) -> Option<&Rc<Table>> {
        let same = |t: &&Rc<Table>| t.kernel == kernel && t.config == config;
        self.tables.iter().find(same)
    }

    /// What a kernel has, with what an address asks for besides.
    fn shape(&mut self, address: &Address) -> Result<Rc<Shape>, String> {
        let kernel = &address.kernel;
        model::kernel::check(kernel)?;
        let known = self.shapes.iter().position(|(name, _)| name == kernel);
        let idx = match known {
            Some(idx) => idx,
            None => {
                let shape = compute::whole_shape(kernel)?;
                self.shapes.push((kernel.clone(), Rc::new(shape)));
                self.shapes.len() - 1
            }
        };
        let shape = Rc::clone(&self.shapes[idx].1);
        let open = address.open.as_ref();
        let calls = address.call.iter().chain(open.map(|[_, call, _]| call));
        let states = address.state.iter().chain(open.map(|[.., state]| state));
        let mut calls: Vec<&String> = calls.filter(|word| !shape.calls.contains(word)).collect();
        let mut states: Vec<&String> = states.filter(|word| !shape.states.contains(word)).collect();
        calls.dedup();
        states.dedup();
        if calls.is_empty() && states.is_empty() {
            return Ok(shape);
        }
        let shape = Rc::new(compute::shape_with(kernel, &shape, &calls, &states)?);
        self.shapes[idx].1 = Rc::clone(&shape);
        Ok(shape)
    }

    /// Reads the address bar; an address of another kind is not for this page.
    fn follow(&mut self, ctx: &Context<Self>) -> bool {
        let fragment = browser::fragment();
        if !fragment.starts_with("m=") {
            return false;
        }
        self.notice = None;
        match Address::parse(&fragment).and_then(|address| self.known(address)) {
            Ok((address, shape)) => self.show(ctx, address, shape),
            Err(why) => self.notice = Some(format!("This link cannot be followed: {why}.")),
        }
        true
    }

    /// Refuses words that this model does not have.
    fn known(&mut self, address: Address) -> Result<(Address, Rc<Shape>), String> {
        let shape = self.shape(&address)?;
        let configs = configs_of(&address.kernel);
        if !configs.contains(&address.config.as_str()) {
            return Err(format!(
                "{} cannot be built as `{}`; it has {}",
                address.kernel,
                address.config,
                configs.join(", ")
            ));
        }
        let open = address.open.as_ref().map(|[context, ..]| context);
        for context in address.context.iter().chain(open) {
            if !shape.contexts.contains(context) {
                return Err(format!("there is no context `{context}`"));
            }
        }
        Ok((address, shape))
    }

    /// Shows an address: its table, and the run of its cell.
    fn show(&mut self, ctx: &Context<Self>, address: Address, shape: Rc<Shape>) {
        let Address { kernel, config, .. } = &address;
        let known = self.known_table(kernel, config);
        // A table that lacks a call or a state which was asked for is computed anew.
        if known.is_none_or(|table| table.shape != shape) {
            self.tables
                .retain(|t| t.kernel != *kernel || t.config != *config);
            self.tables
                .push(Rc::new(Table::empty(kernel, config, shape)));
            self.computer = None;
        }
        self.address = address;
        let table = self.table();
        self.run = None;
        if let Some([context, call, state]) = self.address.open.clone() {
            self.focus = table.shape.find(&context, &call, &state);
            match self.open_run(&table) {
                Ok(session) => {
                    self.run = Some((self.address.clone(), Rc::new(session)));
                    self.move_focus = Some(Target::Run);
                }
                Err(why) => self.notice = Some(format!("This cell cannot be opened: {why}.")),
            }
        }
        if self
            .focus
            .is_some_and(|at| !Shown::of(&table, Some(&self.address)).has(at))
        {
            self.focus = None;
        }
        self.schedule(ctx);
    }

    fn open_run(&self, table: &Table) -> Result<Session, String> {
        let at = self.focus.ok_or("there is no such cell")?;
        let place = table.shape.place(&table.kernel, &table.config, at)?;
        let session = compute::session(&place)?;
        Ok(match &self.address.step {
            Some(step) => session.after(StepMsg::Link(step.clone())),
            None => session,
        })
    }

    fn choose(&mut self, ctx: &Context<Self>, field: Field, value: String) -> bool {
        let mut address = self.address.clone();
        let only = (value != ALL).then(|| value.clone());
        match field {
            Field::Kernel => address.kernel = value,
            Field::Config => address.config = value,
            Field::Context => address.context = only,
            Field::Call => address.call = only,
            Field::State => address.state = only,
        }
        (address.open, address.step) = (None, None);
        self.notice = None;
        // Another kernel may not have the configuration or the call that was chosen.
        let configs = configs_of(&address.kernel);
        if !configs.contains(&address.config.as_str()) {
            address.config = configs.first().map_or("rt-debug", |c| c).to_string();
        }
        if self.known(address.clone()).is_err() {
            (address.context, address.call, address.state) = (None, None, None);
        }
        match self.known(address) {
            Ok((address, shape)) => {
                browser::show_fragment(&address.to_fragment());
                self.show(ctx, address, shape);
            }
            Err(why) => self.notice = Some(why),
        }
        true
    }

    fn is_incomplete(&self) -> bool {
        let table = self.table();
        self.notice.is_none()
            && (table.cells.iter().any(Option::is_none) || table.legal.iter().any(Option::is_none))
    }

    fn schedule(&mut self, ctx: &Context<Self>) {
        if self.is_incomplete() {
            let link = ctx.link().clone();
            let tick = move || link.send_message(Msg::Tick);
            self.timer = Some(Timeout::new(0, tick));
        }
    }

    /// Computes for a moment. The table is drawn again now and then, and when it is complete.
    fn tick(&mut self, ctx: &Context<Self>) -> bool {
        self.timer = None;
        let Address { kernel, config, .. } = self.address.clone();
        let known = |t: &&mut Rc<Table>| t.kernel == kernel && t.config == config;
        let Some(table) = self.tables.iter_mut().find(known) else {
            return false;
        };
        let ready = |(k, c, _): &(String, String, Computer)| *k == kernel && *c == config;
        if !self.computer.as_ref().is_some_and(ready) {
            self.computer = match Computer::new(&kernel, &config, &table.shape) {
                Ok(computer) => Some((kernel, config, computer)),
                Err(why) => {
                    self.notice = Some(why);
                    return true;
                }
            };
        }
        let Some((_, _, computer)) = &mut self.computer else {
            return false;
        };
        let shown = Shown::of(table, Some(&self.address));
        let start = js_sys::Date::now();
        while js_sys::Date::now() - start < SLICE {
            match computer.advance(Rc::make_mut(table), &shown) {
                Ok(true) => {}
                Ok(false) => {
                    self.computer = None;
                    return true;
                }
                Err(why) => {
                    self.notice = Some(why);
                    return true;
                }
            }
        }
        self.schedule(ctx);
        let due = start - self.drawn > REDRAW;
        if due {
            self.drawn = start;
        }
        due
    }

    fn key(&mut self, key: &str) -> bool {
        let table = self.table();
        let shown = Shown::of(&table, Some(&self.address));
        let here = self.focus.or_else(|| first(&table, &self.address));
        let Some(next) = here.and_then(|at| moved(&shown, at, key)) else {
            return false;
        };
        self.focus = Some(next);
        self.move_focus = Some(Target::Cell);
        true
    }

    fn run(&self) -> Html {
        let Some((address, session)) = &self.run else {
            return html! {};
        };
        let closed = Address {
            open: None,
            step: None,
            ..address.clone()
        };
        let mut verdict = Vec::new();
        let table = self.table();
        if let Some(legal) = self.focus.and_then(|at| table.legality(at)) {
            verdict.push(match (legal.legal, &legal.rule) {
                (true, _) => "Over all states and interleavings: legal.".to_string(),
                (false, Some(rule)) => format!("Over all states and interleavings: breaks {rule}."),
                (false, None) => "Over all states and interleavings: not known.".to_string(),
            });
        }
        let figure: Figure = session.to_figure(verdict, "");
        let fragment = address.to_fragment();
        html! {
            <div class="matrix-run" tabindex="-1" key={fragment.clone()}>
                <p><a href={format!("#{}", closed.to_fragment())}>{"Close this run"}</a></p>
                <Stepper figure={Rc::new(figure)} session={Rc::clone(session)} within={fragment} />
            </div>
        }
    }

    fn controls(&self, ctx: &Context<Self>) -> Html {
        let shape = &self.table().shape;
        let kernels = model::kernel::kernels();
        let configs = configs_of(&self.address.kernel);
        let configs: Vec<String> = configs.iter().map(|name| name.to_string()).collect();
        let select = |field: Field,
                      label: &str,
                      all: &str,
                      words: &[String],
                      now: Option<&String>| {
            let onchange = ctx.link().callback(move |event: Event| {
                let list = event.target_unchecked_into::<HtmlSelectElement>();
                Msg::Choose(field, list.value())
            });
            let option = |word: &String| {
                html! { <option value={word.clone()} selected={now == Some(word)}>{word}</option> }
            };
            html! {
                <label>
                    <span>{label.to_string()}</span>
                    <select {onchange} data-choose={label.to_string()}>
                        if !all.is_empty() {
                            <option value={ALL} selected={now.is_none()}>{all.to_string()}</option>
                        }
                        {for words.iter().map(option)}
                    </select>
                </label>
            }
        };
        let address = &self.address;
        html! {
            <div class="tool-row matrix-tools">
                {select(Field::Kernel, "kernel", "", &kernels, Some(&address.kernel))}
                {select(Field::Config, "configuration", "", &configs, Some(&address.config))}
                {select(Field::Context, "context", "all contexts", &shape.contexts, address.context.as_ref())}
                {select(Field::Call, "call", "all calls", &shape.calls, address.call.as_ref())}
                {select(Field::State, "state", "each state", &shape.states, address.state.as_ref())}
            </div>
        }
    }
}

/// The value of a list that leaves nothing out.
const ALL: &str = "*";

/// Arrow keys move between cells. It is now, while the event is under way, that mdBook has to be kept
/// from hearing them: it turns pages with them.
fn heard(event: KeyboardEvent) -> Option<Msg> {
    let key = event.key();
    let moves = [
        "ArrowUp",
        "ArrowDown",
        "ArrowLeft",
        "ArrowRight",
        "Home",
        "End",
    ];
    let with_others = event.alt_key() || event.ctrl_key() || event.meta_key();
    if with_others || !moves.contains(&key.as_str()) {
        return None;
    }
    event.prevent_default();
    event.stop_propagation();
    Some(Msg::Key(key))
}

/// The cell that a key leads to.
fn moved(shown: &Shown, at: At, key: &str) -> Option<At> {
    let step = |list: &[usize], now: usize, by: isize| {
        let place = list.iter().position(|&idx| idx == now)?;
        list.get(place.checked_add_signed(by)?).copied()
    };
    let n_states = shown.states.len();
    let column = |at: At| {
        let call = shown.calls.iter().position(|&idx| idx == at.call)?;
        let state = shown.states.iter().position(|&idx| idx == at.state)?;
        Some(call * n_states + state)
    };
    let in_column = |column: usize| {
        let call = *shown.calls.get(column / n_states)?;
        let state = *shown.states.get(column % n_states)?;
        Some(At { call, state, ..at })
    };
    let row = |by| {
        Some(At {
            context: step(&shown.contexts, at.context, by)?,
            ..at
        })
    };
    match key {
        "ArrowUp" => row(-1).or(Some(at)),
        "ArrowDown" => row(1).or(Some(at)),
        "ArrowLeft" => column(at)?.checked_sub(1).and_then(in_column).or(Some(at)),
        "ArrowRight" => in_column(column(at)? + 1).or(Some(at)),
        "Home" => in_column(0),
        "End" => in_column(shown.calls.len() * n_states - 1),
        _ => None,
    }
}
