//! What stands around the machine's state: title, notices, verdict, caption.

use yew::{Html, html};

use super::{Ears, part};
use crate::session::{Msg, Notice, Session};

/// Title, scenario, configuration; `controls` is what the live stepper puts beside them.
pub fn head(session: &Session, controls: Html) -> Html {
    let scenario = &session.scenario;
    let kernel = match &scenario.kernel {
        Some(kernel) => format!("Linux {kernel}, as modelled"),
        None => "a plain C program".into(),
    };
    let options = scenario
        .config(&session.config)
        .map(|c| c.options().join(" "));
    html! {
        <div class="figure-head">
            <p class="figure-title">{&scenario.title}</p>
            <p class="figure-about">
                {format!("{} · {kernel} · {}", scenario.file, session.config)}
                <span class="figure-options">{format!(" ({})", options.unwrap_or_default())}</span>
            </p>
            {controls}
        </div>
    }
}

/// What the reader must know besides the state.
pub fn notice(session: &Session, ears: &Ears) -> Html {
    let (class, role, text) = match &session.notice {
        None => return html! {},
        Some(Notice::Note(text)) => ("notice", "status", text),
        Some(Notice::Refused(text)) => ("notice refused", "alert", text),
    };
    // Compilers' messages have lines.
    let lines = text
        .lines()
        .map(|line| html! { <span class="notice-line">{line}</span> });
    html! {
        <div class={class} role={role}>
            <p>{for lines}</p>
            {ears.button("plain", "Show the printed figure", Msg::Reset)}
        </div>
    }
}

/// What exploring all executions found when the book was built.
pub fn verdict(sentences: &[String]) -> Html {
    if sentences.is_empty() {
        return html! {};
    }
    let items = sentences
        .iter()
        .map(|sentence| html! { <li>{sentence}</li> });
    part("verdict", "All executions", html! { <ul>{for items}</ul> })
}

/// The text below.
pub fn caption(text: &str) -> Html {
    if text.is_empty() {
        return html! {};
    }
    html! { <p class="figure-caption">{text}</p> }
}
