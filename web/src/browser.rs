//! What only a browser has: the address bar, the clipboard, focus, scrolling.

use gloo_events::EventListener;
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Element, HtmlDocument, HtmlElement, HtmlTextAreaElement, Window};
use yew::{Callback, NodeRef};

/// Where the loader writes the fragment of a link that is for this figure.
pub const LINK: &str = "link";
/// What it then fires at the figure.
pub const LINK_EVENT: &str = "figure-link";

/// Shows a fragment in the address bar; the way back leads to the page before, not to each step.
pub fn show_fragment(fragment: &str) {
    let history = web_sys::window().and_then(|window| window.history().ok());
    if let Some(history) = history {
        let address = format!("#{fragment}");
        let kept = history.state().unwrap_or(JsValue::NULL);
        // Fails only where a page may not change its address: then it is not shown.
        history
            .replace_state_with_url(&kept, "", Some(&address))
            .ok();
    }
}

/// Keeps a text beside the address: it comes back when this page is loaded again, and is in no link.
pub fn keep(text: &str) {
    let history = web_sys::window().and_then(|window| window.history().ok());
    if let Some(history) = history {
        history.replace_state(&text.into(), "").ok();
    }
}

/// What was kept.
pub fn kept() -> Option<String> {
    let history = web_sys::window().and_then(|window| window.history().ok())?;
    history.state().ok()?.as_string()
}

/// Types a text into a field in place of what is selected, so that the browser's own undo knows it.
pub fn type_into(field: &HtmlTextAreaElement, text: &str) -> bool {
    field.focus().ok();
    let document = web_sys::window().and_then(|window| window.document());
    let document = document.and_then(|document| document.dyn_into::<HtmlDocument>().ok());
    document.is_some_and(|document| {
        let typed = document.exec_command_with_show_ui_and_value("insertText", false, text);
        typed.unwrap_or(false)
    })
}

/// Leads to another page of the book.
pub fn go(page: &str) {
    if let Some(window) = web_sys::window() {
        window.location().assign(page).ok();
    }
}

/// The page's address with that fragment.
pub fn address(fragment: &str) -> String {
    let href = web_sys::window().and_then(|window| window.location().href().ok());
    let href = href.unwrap_or_default();
    let page = href.split('#').next().unwrap_or_default();
    format!("{page}#{fragment}")
}

/// Copies a text and says whether it worked.
pub fn copy(text: String, done: Callback<bool>) {
    spawn_local(async move {
        let copied = match web_sys::window() {
            Some(window) if has_clipboard(&window) => {
                JsFuture::from(window.navigator().clipboard().write_text(&text))
                    .await
                    .is_ok()
            }
            _ => false,
        };
        done.emit(copied);
    });
}

/// Pages served without HTTPS, and some browsers, have none.
fn has_clipboard(window: &Window) -> bool {
    let clipboard = Reflect::get(&window.navigator(), &"clipboard".into());
    clipboard.is_ok_and(|value| value.is_object())
}

/// Scrolls the first marked line of each scrolling text to its middle, and nothing but that text.
pub fn show_marks(root: &NodeRef) {
    let Some(root) = root.cast::<Element>() else {
        return;
    };
    centre(&root, ".sources .main .text", ".line-next, .line-ran");
    centre(&root, ".steps .scrolling", "tr.here");
}

fn centre(root: &Element, frame: &str, wanted: &str) {
    let Ok(Some(frame)) = root.query_selector(frame) else {
        return;
    };
    let Ok(Some(line)) = frame.query_selector(wanted) else {
        frame.set_scroll_top(0);
        return;
    };
    let (outer, inner) = (
        frame.get_bounding_client_rect(),
        line.get_bounding_client_rect(),
    );
    let middle = (outer.height() - inner.height()) / 2.0;
    let offset = inner.top() - outer.top() - middle;
    // What can be seen well enough stays where it is.
    if inner.top() < outer.top() + inner.height()
        || inner.bottom() > outer.bottom() - inner.height()
    {
        frame.set_scroll_top(frame.scroll_top() + offset as i32);
    }
}

/// Puts the focus on a line of a text field and selects it from a column on.
pub fn select_line(field: &NodeRef, line: u32, column: u32) {
    let Some(area) = field.cast::<HtmlTextAreaElement>() else {
        return;
    };
    let units = |text: &str| text.encode_utf16().count() as u32;
    let text = area.value();
    let before = text.split_inclusive('\n').take(line as usize - 1);
    let start: u32 = before.map(units).sum();
    let this = text.split('\n').nth(line as usize - 1).unwrap_or_default();
    let skipped: String = this.chars().take(column as usize - 1).collect();
    area.focus().ok();
    area.set_selection_range(start + units(&skipped), start + units(this))
        .ok();
    let bench = area
        .parent_element()
        .and_then(|frame| frame.parent_element());
    if let Some(bench) = bench {
        centre(&bench, ".editor", &format!("[data-line=\"{line}\"]"));
    }
}

/// Takes the focus away from whatever has it.
pub fn leave() {
    let document = web_sys::window().and_then(|window| window.document());
    let active = document.and_then(|document| document.active_element());
    if let Some(active) = active.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        active.blur().ok();
    }
}

/// The fragment of a link that the loader has found for this figure.
pub fn link_for(figure: &Element) -> Option<String> {
    figure
        .get_attribute(&format!("data-{LINK}"))
        .filter(|fragment| !fragment.is_empty())
}

/// The address bar's fragment, without `#`.
pub fn fragment() -> String {
    let hash = web_sys::window().and_then(|window| window.location().hash().ok());
    hash.unwrap_or_default().trim_start_matches('#').into()
}

/// Calls when the fragment has changed, as long as the listener is kept.
pub fn on_fragment(changed: impl Fn() + 'static) -> Option<EventListener> {
    let window = web_sys::window()?;
    Some(EventListener::new(&window, "hashchange", move |_| {
        changed()
    }))
}

/// Gives the focus to the first element inside `root` that fits, which scrolls it into sight.
pub fn focus(root: &Element, css: &str) {
    let found = root.query_selector(css).ok().flatten();
    if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        element.focus().ok();
    }
}

/// The same, with the element's begin at the top of the window: it may be taller than that.
pub fn focus_begin(root: &Element, css: &str) {
    focus(root, css);
    if let Ok(Some(element)) = root.query_selector(css) {
        element.scroll_into_view();
    }
}
