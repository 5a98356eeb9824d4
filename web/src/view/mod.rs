//! Model values as HTML. No hooks, no browser: the same functions draw the static figure and the
//! stepper. Classes name roles; what is a number stays a number in the text.
//!
//! There is no `<code>` and no heading in a figure: mdBook's scripts would colour the one and list
//! the other, and both would change what Yew has drawn.

mod bars;
mod choices;
mod cpu;
mod frame;
mod memory;
mod now;
mod report;
mod source;
mod steps;
mod tokens;
mod verdicts;

use yew::{AttrValue, Callback, Html, html};

use crate::session::Msg;
pub use bars::{Bar, bars};
pub use choices::{branches, choices};
pub use cpu::cpus;
pub use frame::{caption, head, notice, verdict};
pub use memory::memory;
pub use now::now;
pub use report::reports;
pub use source::sources;
pub use steps::steps;
pub(crate) use tokens::Splitter;
pub use verdicts::{Explored, compare, verdicts};

/// Who hears of a click; nobody in the static figure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ears(Option<Callback<Msg>>);

impl Ears {
    /// Nobody listens: buttons are plain text.
    pub fn none() -> Ears {
        Ears(None)
    }

    /// Messages go there.
    pub fn to(callback: Callback<Msg>) -> Ears {
        Ears(Some(callback))
    }

    /// Something to click on, or its text alone.
    fn button(&self, class: &'static str, text: impl Into<AttrValue>, msg: Msg) -> Html {
        let text: AttrValue = text.into();
        match &self.0 {
            None => html! { <span class={class}>{text}</span> },
            Some(callback) => {
                let onclick = callback.reform(move |_| msg.clone());
                html! { <button type="button" class={class} {onclick}>{text}</button> }
            }
        }
    }

    /// A step's number that leads there.
    fn step(&self, n: usize) -> Html {
        self.button("to-step", format!("step {n}"), Msg::Jump(n))
    }
}

/// A part of the figure under a small title.
fn part(class: &'static str, title: impl Into<AttrValue>, content: Html) -> Html {
    let title: AttrValue = title.into();
    html! {
        <div class={yew::classes!("part", class)}>
            <p class="part-title">{title}</p>
            {content}
        </div>
    }
}

/// Something wide: it scrolls inside itself, also by keyboard.
pub fn scrolling(label: impl Into<AttrValue>, content: Html) -> Html {
    let label: AttrValue = label.into();
    html! { <div class="scrolling" role="group" tabindex="0" aria-label={label}>{content}</div> }
}

/// C text in a sentence.
fn c_text(text: impl Into<AttrValue>) -> Html {
    let text: AttrValue = text.into();
    html! { <span class="c">{text}</span> }
}
