//! What needs a document: clicks, and the functions that JavaScript calls.

#![cfg(target_arch = "wasm32")]

use std::rc::Rc;

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web::api;
use web::session::Session;
use web::spec::{Choice, Figure};
use web::stepper::{Props, Stepper};
use web_sys::{Element, HtmlElement};

wasm_bindgen_test_configure!(run_in_browser);

const SMALL: &str = r#"/*+++
title = "Small"
config = "preempt-debug"
[[run]]
context = "task"
entry = "main"
+++*/
int x;
int main(void)
{
	x = 1;
	x = x + 1;
	return x;
}
"#;

fn element() -> Element {
    let document = web_sys::window().unwrap().document().unwrap();
    let element = document.create_element("div").unwrap();
    document.body().unwrap().append_child(&element).unwrap();
    element
}

fn figure() -> (Figure, Session) {
    let session = Session::start("small.c", SMALL, None, &Choice::First).unwrap();
    (session.to_figure(Vec::new(), "A caption."), session)
}

/// Yew draws in tasks of its own, effects in later ones.
async fn drawn() {
    let mut wait = |resolve: js_sys::Function, _: js_sys::Function| {
        let window = web_sys::window().unwrap();
        window
            .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, 50)
            .unwrap();
    };
    let promise = js_sys::Promise::new(&mut wait);
    wasm_bindgen_futures::JsFuture::from(promise).await.unwrap();
}

fn click(root: &Element, css: &str) {
    let button = root.query_selector(css).unwrap().unwrap();
    button.unchecked_into::<HtmlElement>().click();
}

fn says(root: &Element) -> String {
    root.query_selector(".live")
        .unwrap()
        .unwrap()
        .text_content()
        .unwrap()
}

#[wasm_bindgen_test]
async fn buttons_move_the_stepper() {
    let (figure, session) = figure();
    let root = element();
    let props = Props {
        figure: Rc::new(figure),
        session: Rc::new(session),
        place: None,
        within: None,
        silent: false,
    };
    yew::Renderer::<Stepper>::with_root_and_props(root.clone(), props).render();
    drawn().await;
    click(&root, "[data-do=first]");
    drawn().await;
    assert!(
        says(&root).starts_with("Before the first"),
        "{}",
        says(&root)
    );
    click(&root, "[data-do=forward]");
    drawn().await;
    assert!(says(&root).starts_with("Step 1 of"), "{}", says(&root));
}

#[wasm_bindgen_test]
fn a_figure_of_another_model_stays() {
    let (figure, _) = figure();
    let other = Figure {
        digest: figure.digest ^ 1,
        ..figure
    };
    let root = element();
    let data = element();
    data.set_class_name("figure-data");
    let script = web_sys::window()
        .unwrap()
        .document()
        .unwrap()
        .create_element("script")
        .unwrap();
    script.set_attribute("type", "application/json").unwrap();
    script.set_text_content(Some(&serde_json::to_string(&other).unwrap()));
    data.append_child(&script).unwrap();
    root.append_child(&data).unwrap();
    let still = root.inner_html();
    assert!(api::hydrate(root.clone()).is_err());
    assert_eq!(root.inner_html(), still);
    assert!(api::hydrate(element()).is_err(), "a figure without data");
}

#[wasm_bindgen_test]
fn run_and_check_answer_in_json() {
    let result = api::run(SMALL, JsValue::UNDEFINED).unwrap();
    let get = |value: &JsValue, key: &str| js_sys::Reflect::get(value, &key.into()).unwrap();
    assert_eq!(get(&result, "config").as_string().unwrap(), "preempt-debug");
    assert!(get(&get(&result, "steps"), "length").as_f64().unwrap() > 2.0);
    let checked = api::check(SMALL, JsValue::UNDEFINED).unwrap();
    assert_eq!(get(&checked, "holds").as_bool(), Some(true));
}

#[wasm_bindgen_test]
fn bad_input_is_an_error() {
    assert!(api::run("int x", JsValue::UNDEFINED).is_err());
    let options = js_sys::JSON::parse(r#"{"confg": "rt-debug"}"#).unwrap();
    assert!(api::run(SMALL, options).is_err());
}
