//! The stepper: a session, its views, and the browser's events.
//!
//! The first drawing has no control in it and is the static figure, node for node; only then does
//! the figure come alive. So a reader without JavaScript sees the same thing, and nothing jumps but
//! the toolbar into its place.

mod controls;
mod keys;

use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use model::report::{mail, steps};
use web_sys::{Element, KeyboardEvent};
use yew::prelude::*;

use crate::browser;
use crate::session::{Msg, Session};
use crate::spec::Figure;
use crate::view::{self, Ears};
use controls::{CopyKind, Copying, Tools};

/// Milliseconds until the address bar follows. Browsers ignore pages that change it more often than
/// some hundred times in half a minute, as a slider does.
const ADDRESS_DELAY: u32 = 150;

/// What a stepper is made of.
#[derive(Clone, Debug, PartialEq, Properties)]
pub struct Props {
    /// The figure.
    pub figure: Rc<Figure>,
    /// The session it was printed with.
    pub session: Rc<Session>,
    /// The element of the page that holds it; none outside a browser.
    #[prop_or_default]
    pub place: Option<Element>,
    /// The address of the cell of the matrix that it is the run of: its own follows behind that.
    #[prop_or_default]
    pub within: Option<AttrValue>,
    /// The address bar is somebody else's.
    #[prop_or_default]
    pub silent: bool,
}

impl Reducible for Session {
    type Action = Msg;

    fn reduce(self: Rc<Self>, msg: Msg) -> Rc<Self> {
        Rc::new(self.after(msg))
    }
}

/// The whole figure.
#[component]
pub fn Stepper(props: &Props) -> Html {
    let start = Rc::clone(&props.session);
    let session = use_reducer(move || (*start).clone());
    let live = use_state(|| false);
    let touched = use_mut_ref(|| false);
    let copying = use_state(|| None::<Copying>);
    let help = use_state(|| false);
    let root = use_node_ref();

    let dispatch = session.dispatcher();
    let on_msg = {
        let touched = Rc::clone(&touched);
        let copying = copying.clone();
        Callback::from(move |msg: Msg| {
            *touched.borrow_mut() = true;
            copying.set(None);
            dispatch.dispatch(msg);
        })
    };
    use_links(props.place.clone(), session.dispatcher(), live.clone());
    use_address(
        &session,
        props.within.clone(),
        *live,
        props.silent,
        Rc::clone(&touched),
        root.clone(),
    );

    let ears = if *live {
        Ears::to(on_msg.clone())
    } else {
        Ears::none()
    };
    let on_help = {
        let help = help.clone();
        Callback::from(move |()| help.set(!*help))
    };
    let onkeydown = {
        let (on_msg, on_help, live) = (on_msg.clone(), on_help.clone(), *live);
        Callback::from(move |event: KeyboardEvent| {
            if live {
                keys::pressed(&event, &on_msg, &on_help);
            }
        })
    };
    let on_copy = copier(&session, props.within.clone(), copying.clone());
    let tools = live.then(|| {
        html! {
            <Tools session={(*session).clone()} {on_msg} {on_copy} {on_help} help={*help}
                copying={(*copying).clone()} />
        }
    });
    // Only what the reader has asked for is said: a page of figures must not talk when it loads.
    let said = match *touched.borrow() {
        true => steps::live(&session.trace, session.cursor),
        false => String::new(),
    };
    let label = format!("Execution of {}", session.scenario.name);
    html! {
        <div class="stepper" role="group" aria-label={label} tabindex="-1" ref={root} {onkeydown}>
            {view::head(&session, html! {})}
            {tools}
            <p class="live" aria-live="polite">{said}</p>
            {view::notice(&session, &ears)}
            {view::now(&session)}
            {view::sources(&session)}
            {view::choices(&session, &ears)}
            {view::branches(&session, &ears)}
            <div class="columns">
                <div>{view::cpus(&session, &ears)}</div>
                <div>{view::memory(&session)}</div>
            </div>
            {view::reports(&session, &ears)}
            {view::verdict(&props.figure.verdict)}
            {view::steps(&session, &ears)}
            {view::caption(&props.figure.caption)}
        </div>
    }
}

/// Comes alive once drawn, and follows the links that the page finds for this figure.
#[hook]
fn use_links(
    place: Option<Element>,
    session: UseReducerDispatcher<Session>,
    live: UseStateHandle<bool>,
) {
    use_effect_with((), move |()| {
        live.set(true);
        let listener = place.map(|place| {
            let follow = move |place: &Element| {
                if let Some(fragment) = browser::link_for(place) {
                    session.dispatch(Msg::Link(fragment));
                }
            };
            follow(&place);
            place.set_attribute("data-ready", "").ok();
            let target = place.clone();
            EventListener::new(&target, browser::LINK_EVENT, move |_| follow(&place))
        });
        move || drop(listener)
    });
}

/// After each change: the marked lines are in sight, and the address bar is what is shown, once the
/// reader has done something.
#[hook]
fn use_address(
    session: &UseReducerHandle<Session>,
    within: Option<AttrValue>,
    live: bool,
    silent: bool,
    touched: Rc<std::cell::RefCell<bool>>,
    root: NodeRef,
) {
    let shown = (**session).clone();
    let waiting = use_mut_ref(|| None::<Timeout>);
    use_effect_with((shown, live, silent), move |(shown, live, silent)| {
        if !*live {
            return;
        }
        browser::show_marks(&root);
        if *touched.borrow() && !*silent {
            let fragment = address(within.as_ref(), shown);
            let show = move || browser::show_fragment(&fragment);
            // The one before is cancelled when it is replaced.
            *waiting.borrow_mut() = Some(Timeout::new(ADDRESS_DELAY, show));
        } else {
            *waiting.borrow_mut() = None;
        }
    });
}

fn address(within: Option<&AttrValue>, session: &Session) -> String {
    match within {
        Some(cell) => format!("{cell}&{}", session.fragment()),
        None => session.fragment(),
    }
}

/// A cell's scenario is in no folder: its mail carries the text.
fn mail(within: Option<&AttrValue>, session: &Session) -> String {
    match within {
        Some(_) => mail::export_with_text(&session.shot()),
        None => session.mail(),
    }
}

fn copier(
    session: &UseReducerHandle<Session>,
    within: Option<AttrValue>,
    copying: UseStateHandle<Option<Copying>>,
) -> Callback<CopyKind> {
    let session = session.clone();
    Callback::from(move |kind: CopyKind| {
        let text = match kind {
            CopyKind::Link => browser::address(&address(within.as_ref(), &session)),
            CopyKind::Mail => mail(within.as_ref(), &session),
        };
        let copying = copying.clone();
        let shown = text.clone();
        let done = move |copied| {
            copying.set(Some(Copying {
                kind,
                text: shown.clone(),
                copied,
            }));
        };
        browser::copy(text, Callback::from(done));
    })
}
