//! The views, drawn as text: what a reader without JavaScript gets.

#![cfg(feature = "ssr")]

use web::figure::{Request, figure_html};

const DRAINED: &str = include_str!("../../model/scenarios/gfp-atomic-raw-spin-lock-drained.c");
const NMI: &str = include_str!("../../model/scenarios/nmi-zone-lock-holder.c");

fn request<'a>(text: &'a str, config: &'a str, find: Option<&'a str>) -> Request<'a> {
    Request {
        file: "test.c",
        text,
        config: Some(config),
        schedule: None,
        find,
        caption: "A caption.",
        view: "stepper",
    }
}

#[test]
fn dump() {
    let html = figure_html(&request(DRAINED, "rt-debug", Some("sleeping-in-atomic"))).unwrap();
    std::fs::write("/tmp/fig.html", &html).unwrap();
    let html = figure_html(&request(NMI, "preempt-debug", Some("hang"))).unwrap();
    std::fs::write("/tmp/fig2.html", &html).unwrap();
}
