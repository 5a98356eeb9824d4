//! The views, drawn as text: what a reader without JavaScript gets.

#![cfg(feature = "ssr")]

use web::figure::{MatrixRequest, Request, figure_html, matrix_html};
use web::matrix::compute::{self, Computer};

const DRAINED: &str = include_str!("../../model/scenarios/gfp-atomic-raw-spin-lock-drained.c");
const NMI: &str = include_str!("../../model/scenarios/nmi-zone-lock-holder.c");

fn request<'a>(text: &'a str, config: &'a str, find: Option<&'a str>) -> Request<'a> {
    Request {
        file: "test.c",
        text,
        config: Some(config),
        schedule: None,
        find,
        at: None,
        kernels: &[],
        caption: "A <caption>.",
        view: "stepper",
    }
}

/// The figure's visible text, a space for each tag.
fn visible(html: &str) -> String {
    let (_, drawn) = html.split_once("</script>").unwrap_or(("", html));
    let mut text = String::new();
    let mut rest = drawn;
    while let Some((before, after)) = rest.split_once('<') {
        text += before;
        text.push(' ');
        rest = after.split_once('>').map_or("", |(_, after)| after);
    }
    text += rest;
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn shows(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
}

#[test]
fn the_static_figure_is_complete() {
    let html = figure_html(&request(DRAINED, "rt-debug", Some("sleeping-in-atomic"))).unwrap();
    let text = visible(&html);
    shows(
        &text,
        &[
            "rt-debug",
            "mm/page_alloc.c, rmqueue_bulk()",
            "spin_lock(&zone->lock); ◂ ran in step",
            "◂ next: CPU 0, task",
            "NMI not active hardirq not active softirq not active task runs",
            "0x00000001 = 0x1 raw_spin_lock(&lock), step 1",
            "&zone->lock : spinlock_t, here a sleeping lock (rtmutex); taken at mm/page_alloc.c:",
            "8 pages free; watermarks: min 1, low 2, high 3",
            "BUG: sleeping function called from invalid context at",
            "[ BUG: Invalid wait context ]",
            "R-might-sleep",
            "Every execution prints sleeping-in-atomic.",
            "A <caption>.",
        ],
    );
    let rows = html.matches("<td class=\"place\">").count();
    assert!(rows > 100, "the table of steps has {rows} rows");
}

#[test]
fn nothing_to_click_without_scripts() {
    let html = figure_html(&request(DRAINED, "rt-debug", None)).unwrap();
    for control in ["<button", "<select", "<input", "<textarea"] {
        assert!(!html.contains(control), "{control}");
    }
}

#[test]
fn four_levels_and_the_way_in() {
    let html = figure_html(&request(NMI, "preempt-debug", Some("hang"))).unwrap();
    let text = visible(&html);
    shows(
        &text,
        &[
            "NMI waits for &zone->lock",
            "task interrupted",
            "0x110000 NMI, step",
            "off since step",
            "it hangs",
            "R-deadlock",
        ],
    );
}

#[test]
fn markdown_leaves_figures_alone() {
    for view in ["stepper", "verdicts"] {
        let html = figure_html(&Request {
            view,
            ..request(DRAINED, "rt-debug", None)
        })
        .unwrap();
        assert!(html.starts_with("<div"));
        assert!(
            html.lines().all(|line| !line.trim().is_empty()),
            "an empty line"
        );
        assert!(
            !html.contains(" id="),
            "an id: figures are repeated in the print page"
        );
        assert!(
            !html.contains("<code") && !html.contains("<h"),
            "mdBook's scripts would touch it"
        );
    }
}

#[test]
fn data_cannot_end_the_script() {
    let html = figure_html(&request(DRAINED, "rt-debug", None)).unwrap();
    let (data, _) = html.split_once("</script>").unwrap();
    let (_, json) = data.split_once("application/json\">").unwrap();
    assert!(!json.contains('<'));
    let figure: web::spec::Figure = serde_json::from_str(json).unwrap();
    assert_eq!(figure.text, DRAINED);
}

#[test]
fn verdicts_have_a_row_a_configuration() {
    let html = figure_html(&Request {
        view: "verdicts",
        ..request(DRAINED, "rt-debug", None)
    })
    .unwrap();
    let text = visible(&html);
    shows(
        &text,
        &[
            "preempt-debug invalid-wait-context always",
            "preempt-nodebug nothing wrong, and silent: always R-wait-type always",
            "rt-debug",
            "rt-nodebug",
            "all",
        ],
    );
}

#[test]
fn a_claim_that_does_not_hold_fails() {
    let wrong = DRAINED.replace(
        "always = [\"R-wait-type\"]",
        "sometimes = [\"R-wait-type\"]",
    );
    assert_ne!(wrong, DRAINED, "the scenario has changed: change this test");
    for view in ["stepper", "verdicts"] {
        let error = figure_html(&Request {
            view,
            ..request(&wrong, "rt-debug", None)
        })
        .unwrap_err();
        assert!(
            error.contains("expected sometimes `R-wait-type`, found always"),
            "{error}"
        );
    }
}

#[test]
fn unknown_words_are_told() {
    let error = |request: Request<'_>| figure_html(&request).unwrap_err();
    let base = request(DRAINED, "rt-debug", None);
    assert!(
        error(Request {
            view: "sideways",
            ..base
        })
        .contains("known are stepper, verdicts, compare, bars, matrix, workbench")
    );
    assert!(
        error(Request {
            find: Some("x"),
            ..base
        })
        .contains("known are")
    );
    assert!(
        error(Request {
            config: Some("x"),
            ..base
        })
        .contains("known are")
    );
    assert!(
        error(Request {
            schedule: Some("c7"),
            ..base
        })
        .contains("does not fit")
    );
}

const DEPTH: &str = include_str!("../../model/scenarios/watermark-depth.c");

#[test]
fn bars_are_what_the_code_printed() {
    let html = figure_html(&Request {
        view: "bars",
        ..request(DEPTH, "preempt-debug", None)
    })
    .unwrap();
    let text = visible(&html);
    shows(
        &text,
        &[
            "watermark min 64",
            "left by GFP_NOWAIT 64",
            "left by GFP_NOWAIT | __GFP_HIGH 32",
            "left by GFP_ATOMIC | __GFP_NOMEMALLOC 32",
            "left by GFP_ATOMIC 24",
            "left by GFP_NOWAIT | __GFP_MEMALLOC 0",
        ],
    );
    let nothing = Request {
        view: "bars",
        ..request(DRAINED, "rt-debug", None)
    };
    assert!(
        figure_html(&nothing)
            .unwrap_err()
            .contains("prints no line")
    );
}

#[test]
fn a_figure_stands_where_it_is_told() {
    let at = |what| Request {
        at: Some(what),
        ..request(DRAINED, "rt-debug", None)
    };
    let text = visible(&figure_html(&at("rmqueue_bulk")).unwrap());
    shows(&text, &["mm/page_alloc.c, rmqueue_bulk()"]);
    let error = figure_html(&at("nowhere")).unwrap_err();
    assert!(
        error.contains("no step of this execution is at `nowhere`"),
        "{error}"
    );
}

/// A matrix of two contexts and one call; `zlock` in a task is the caller's own lock.
fn small_matrix() -> MatrixRequest {
    let words = |list: &[&str]| list.iter().map(|w| w.to_string()).collect();
    MatrixRequest {
        kernel: "v5.9".into(),
        configs: words(&["rt-debug", "rt-nodebug"]),
        contexts: words(&["task", "raw_spin_lock"]),
        calls: words(&["alloc_pages:GFP_ATOMIC:0"]),
        states: words(&["warm", "drained", "zlock"]),
        records: vec![
            "# Linux 5.10.262, for tests.\n\
             5.10\trt-debug\traw_spin_lock\talloc_pages:GFP_ATOMIC:0\twarm\ttrue\t-\tfalse\ttrue\t-\n\
             5.10\trt-debug\traw_spin_lock\talloc_pages:GFP_ATOMIC:0\tdrained\tfalse\t-\tfalse\n"
                .into(),
        ],
        caption: "A <caption>.".into(),
    }
}

#[test]
fn the_static_matrix_is_complete() {
    let html = matrix_html(&small_matrix()).unwrap();
    let text = visible(&html);
    shows(
        &text,
        &[
            "context alloc_ pages: GFP_ ATOMIC: 0 all states warm drained zlock",
            "task legal ok ok deadlock: ",
            "raw_ spin_ lock no: R- wait- type ok, lucky 5.10: the same \
             splat: wait type, might_sleep 5.10 differs: may fail",
            "no: R- wait- type ok, lucky wrong and silent deadlock: ",
            "rt-debug: 2 cells were seen on a booted kernel, 1 did the same.",
            "Linux 5.10.262, for tests.",
            "A <caption>.",
        ],
    );
    assert!(
        !html.contains("<a ") && !html.contains("<button"),
        "nothing leads anywhere"
    );
    assert!(!html.contains(" id=") && !html.contains("<code") && !html.contains("<h"));
    assert!(
        html.lines().all(|line| !line.trim().is_empty()),
        "an empty line"
    );
}

#[test]
fn a_matrix_travels_as_json() {
    let html = matrix_html(&small_matrix()).unwrap();
    let (data, _) = html.split_once("</script>").unwrap();
    let (_, json) = data.split_once("application/json\">").unwrap();
    let printed: web::matrix::data::Printed = serde_json::from_str(json).unwrap();
    let tables = printed.unpack();
    assert_eq!(tables.len(), 2);
    assert!(tables.iter().all(|t| t.cells.iter().all(Option::is_some)));
    let shape = &tables[0].shape;
    let mut computer = Computer::new("v5.9", "rt-debug", shape).unwrap();
    let again = compute::table(&mut computer, "v5.9", "rt-debug", shape).unwrap();
    assert_eq!(again, tables[0]);
}

#[test]
fn a_cell_opens_where_it_goes_wrong() {
    let table = web::matrix::data::Table::empty(
        "v5.9",
        "rt-debug",
        std::rc::Rc::new(compute::whole_shape("v5.9").unwrap()),
    );
    let at = table
        .shape
        .find("raw_spin_lock", "alloc_pages:GFP_ATOMIC:0", "drained");
    let place = table.shape.place("v5.9", "rt-debug", at.unwrap()).unwrap();
    let session = compute::session(&place).unwrap();
    assert_eq!(session.config, "rt-debug");
    let step = &session.trace.steps[session.cursor - 1];
    assert!(!step.findings.is_empty(), "the step shown breaks a rule");
}

#[test]
fn a_matrix_of_unknown_words_is_refused() {
    let error = |change: fn(&mut MatrixRequest)| {
        let mut request = small_matrix();
        change(&mut request);
        matrix_html(&request).unwrap_err()
    };
    assert!(error(|r| r.kernel = "v1.0".into()).contains("known are"));
    assert!(error(|r| r.configs[0] = "x".into()).contains("known are"));
    assert!(error(|r| r.contexts[0] = "x".into()).contains("known are"));
    assert!(error(|r| r.states[0] = "x".into()).contains("state"));
}
