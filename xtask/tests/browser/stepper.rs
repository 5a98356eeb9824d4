//! The stepper: moving, choosing, links, keys, copying, and what stays when something is wrong.

use crate::support::{DESKTOP, NO_SCRIPTS, Page, SMALL, browse};
use fantoccini::Locator;
use serde_json::Value;

/// A page whose first figure is a stepper that stands at a report, on rt-debug.
const PAGE: &str = "sleep.html";
const READY: &str = ".scenario-figure[data-ready] .tools";

async fn open(page: &Page, path: &str) {
    page.open(path).await;
    page.eval("document.querySelector('.scenario-figure').scrollIntoView()")
        .await;
    page.wait_for(READY).await;
}

async fn press(page: &Page, what: &str) {
    let css = format!(".stepper [data-do={what}]");
    // Not under mdBook's bar, which stays at the top of the window.
    page.eval(&format!(
        "document.querySelector('{css}').scrollIntoView({{ block: 'center' }})"
    ))
    .await;
    page.click(&css).await;
}

/// `Step 3 of 12` as (3, 12).
async fn position(page: &Page) -> (u64, u64) {
    let text = page.text(".stepper .position span").await;
    let numbers: Vec<u64> = text
        .split(' ')
        .filter_map(|word| word.parse().ok())
        .collect();
    (numbers[0], numbers[1])
}

/// What the first stepper shows of the machine.
async fn state(page: &Page) -> Value {
    page.eval(
        "['.position span', '.sources', '.columns'].map((css) => \
         document.querySelector('.stepper ' + css).textContent)",
    )
    .await
}

async fn address(page: &Page) -> String {
    page.eval("location.hash")
        .await
        .as_str()
        .unwrap()
        .to_owned()
}

async fn key(page: &Page, key: &str) {
    let script = format!(
        "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', \
         {{ key: '{key}', bubbles: true, cancelable: true }}))"
    );
    page.eval(&script).await;
}

#[test]
fn moves() {
    browse(DESKTOP, async |page| {
        open(page, PAGE).await;
        assert_eq!(address(page).await, "", "the address changed by itself");
        let (start, end) = position(page).await;
        press(page, "back").await;
        page.wait_until(&format!("location.hash.includes('n={}&')", start - 1))
            .await;
        press(page, "first").await;
        page.wait_until("location.hash.includes('n=0&')").await;
        assert_eq!(position(page).await, (0, end));
        press(page, "forward").await;
        page.wait_until("location.hash.includes('n=1&')").await;
        press(page, "finding").await;
        page.wait_until(&format!("location.hash.includes('n={start}&')"))
            .await;
        press(page, "last").await;
        page.wait_until(&format!("location.hash.includes('n={end}&')"))
            .await;
        page.client
            .execute(
                "document.querySelectorAll('.stepper .steps button')[4].click()",
                Vec::new(),
            )
            .await
            .unwrap();
        page.wait_until("location.hash.includes('n=5&')").await;
        assert_eq!(position(page).await, (5, end));
        let said = page
            .eval("document.querySelector('.stepper .live').textContent")
            .await;
        assert!(said.as_str().unwrap().starts_with("Step 5 of"), "{said}");
    });
}

#[test]
fn other_choices_keep_the_old_execution() {
    browse(DESKTOP, async |page| {
        open(page, "lockless.html").await;
        let choose = "(() => { for (const stepper of document.querySelectorAll('.stepper')) { \
            const button = [...stepper.querySelectorAll('.choices button')] \
                .find((b) => b.textContent.includes('NMI arrives')); \
            if (button) { button.click(); return true; } \
            const first = stepper.querySelector('[data-do=first]'); \
            if (first && stepper.dataset.tried === undefined) { stepper.dataset.tried = ''; first.click(); } \
            stepper.scrollIntoView(); } return false; })()";
        page.wait_until(choose).await;
        page.wait_for(".stepper .branches button").await;
    });
}

#[test]
fn links_lead_back() {
    browse(DESKTOP, async |page| {
        open(page, PAGE).await;
        let (start, _) = position(page).await;
        for what in ["back", "back", "back"] {
            press(page, what).await;
        }
        let there = format!("location.hash.includes('n={}&')", start - 3);
        page.wait_until(&there).await;
        let (link, shown) = (address(page).await, state(page).await);
        page.open(&format!("{PAGE}{link}")).await;
        page.wait_for(READY).await;
        page.wait_until(&format!(
            "document.querySelector('.stepper .position span').textContent === {}",
            shown[0]
        ))
        .await;
        assert_eq!(state(page).await, shown);
        assert_eq!(address(page).await, link);
        assert!(
            page.client
                .find_all(Locator::Css(".notice"))
                .await
                .unwrap()
                .is_empty()
        );
    });
}

#[test]
fn links_find_their_figure() {
    browse(DESKTOP, async |page| {
        page.open("contexts.html").await;
        let n = "document.querySelectorAll('.figure-data').length";
        assert!(
            page.eval(n).await.as_u64() >= Some(2),
            "the page has changed: change this test"
        );
        page.eval("document.querySelectorAll('.figure-data')[1].scrollIntoView()")
            .await;
        let second = "document.querySelectorAll('.figure-data')[1]";
        page.wait_until(&format!(
            "{second}.querySelector('[data-do=first]') !== null"
        ))
        .await;
        page.eval(&format!(
            "{second}.querySelector('[data-do=first]').click()"
        ))
        .await;
        page.wait_until("location.hash.includes('n=0&')").await;
        let link = address(page).await;
        page.open(&format!("contexts.html{link}")).await;
        page.wait_until(&format!(
            "{second}.querySelector('.position span')?.textContent.startsWith('Step 0 ') === true"
        ))
        .await;
        let box_ = page
            .eval(&format!(
                "{second}.getBoundingClientRect().top < innerHeight"
            ))
            .await;
        assert_eq!(box_, true, "the figure is not in sight");
    });
}

#[test]
fn broken_links_are_said() {
    browse(DESKTOP, async |page| {
        open(page, PAGE).await;
        let printed = state(page).await;
        press(page, "back").await;
        page.wait_until("location.hash.startsWith('#w=')").await;
        let link = address(page).await;
        let cut = |part: usize| link[..link.len() * part / 100].to_owned();
        let damaged = format!("{}{}", &link[..link.len() - 8], "00000000");
        let other = link.replace("s=gfp-atomic-raw-spin-lock-drained", "s=something-else");
        assert_ne!(other, link);
        for (bad, why) in [
            (cut(30), "cut in half"),
            (cut(60), "cut in half"),
            (cut(97), "cut in half"),
            (damaged, "another version"),
            (other, "something-else"),
            ("#w=9&s=x".to_owned(), "version 9"),
        ] {
            page.open(&format!("{PAGE}{bad}")).await;
            let said = page.text(".stepper .notice.refused").await;
            assert!(
                said.contains("cannot be followed") && said.contains(why),
                "{bad}: {said}"
            );
            assert_eq!(state(page).await, printed, "{bad}: another state is shown");
        }
    });
}

#[test]
fn keys_act_inside_only() {
    browse(DESKTOP, async |page| {
        open(page, PAGE).await;
        let (start, end) = position(page).await;
        let chapter = page.eval("location.pathname").await;
        page.eval("document.querySelector('.stepper .text').focus()")
            .await;
        let hash = |n: u64| format!("location.hash.includes('n={n}&')");
        key(page, "n").await;
        page.wait_until(&hash(start + 1)).await;
        key(page, "ArrowLeft").await;
        page.wait_until(&hash(start)).await;
        key(page, "End").await;
        page.wait_until(&hash(end)).await;
        key(page, "Home").await;
        page.wait_until(&hash(0)).await;
        key(page, "f").await;
        page.wait_until(&hash(start)).await;
        key(page, "?").await;
        page.wait_for(".stepper .keys").await;
        key(page, "Escape").await;
        page.wait_until("document.activeElement === document.body")
            .await;
        assert_eq!(
            page.eval("location.pathname").await,
            chapter,
            "an arrow changed the chapter"
        );
        // Outside, the arrows are mdBook's again.
        key(page, "ArrowRight").await;
        page.wait_until(&format!("location.pathname !== {chapter}"))
            .await;
    });
}

#[test]
fn configurations_run_the_same_choices() {
    browse(DESKTOP, async |page| {
        open(page, PAGE).await;
        let list = page.wait_for(".stepper .config select").await;
        list.select_by_value("preempt-nodebug").await.unwrap();
        page.wait_until("location.hash.includes('c=preempt-nodebug&')")
            .await;
        assert!(
            page.text(".stepper .figure-about")
                .await
                .contains("preempt-nodebug")
        );
        press(page, "reset").await;
        page.wait_until("location.hash.includes('c=rt-debug&')")
            .await;
        let shown = page
            .eval("document.querySelector('.stepper .config select').value")
            .await;
        assert_eq!(shown, "rt-debug");
    });
}

#[test]
fn what_cannot_be_copied_can_be_selected() {
    browse(DESKTOP, async |page| {
        open(page, PAGE).await;
        page.eval("Object.defineProperty(navigator, 'clipboard', { value: undefined }) && 0")
            .await;
        press(page, "mail").await;
        page.wait_for(".stepper .copy-fallback textarea").await;
        let field = "document.querySelector('.copy-fallback textarea')";
        page.wait_until(&format!("document.activeElement === {field}"))
            .await;
        let text = page.eval(&format!("{field}.value")).await;
        let text = text.as_str().unwrap();
        assert!(
            text.contains("Scenario: gfp-atomic-raw-spin-lock-drained"),
            "{text}"
        );
        assert!(
            text.is_ascii() && text.lines().all(|line| line.len() <= 66),
            "{text}"
        );
        press(page, "link").await;
        page.wait_until(&format!("{field}.value.includes('#w=1&')"))
            .await;
    });
}

#[test]
fn small_screens_scroll_inside() {
    browse(SMALL, async |page| {
        open(page, PAGE).await;
        let wide = "document.documentElement.scrollWidth";
        assert_eq!(page.eval(wide).await, 320);
        press(page, "keys").await;
        page.wait_for(".stepper .keys").await;
        assert_eq!(page.eval(wide).await, 320, "with the keys shown");
    });
}

#[test]
fn without_scripts_everything_is_there() {
    browse(NO_SCRIPTS, async |page| {
        page.open(PAGE).await;
        let text = page.text(".scenario-figure").await;
        for part in [
            "rmqueue_bulk",
            "BUG: sleeping function called from invalid context",
            "not active",
            "All executions were explored",
        ] {
            assert!(text.contains(part), "`{part}` is not in\n{text}");
        }
        let rows = page
            .client
            .find_all(Locator::Css(".scenario-figure .steps tbody tr"))
            .await;
        assert!(
            rows.unwrap().len() > 50,
            "the table of steps is not complete"
        );
        let buttons = page
            .client
            .find_all(Locator::Css(".scenario-figure button"))
            .await;
        assert!(buttons.unwrap().is_empty(), "buttons that do nothing");
    });
}

#[test]
fn after_a_crash_the_static_figures_return() {
    browse(DESKTOP, async |page| {
        open(page, PAGE).await;
        press(page, "first").await;
        page.wait_until("location.hash.includes('n=0&')").await;
        page.eval("dispatchEvent(new Event('figures-broken'))")
            .await;
        let buttons = page
            .client
            .find_all(Locator::Css(".scenario-figure button"))
            .await;
        assert!(buttons.unwrap().is_empty());
        assert!(page.text(".scenario-figure .steps").await.contains("steps"));
    });
}

/// Run with the other tests of axe-core.
mod axe {
    use super::{PAGE, open, press};
    use crate::support::{DESKTOP, browse};

    /// Colours that fade have no contrast yet.
    const STILL: &str = "document.head.insertAdjacentHTML('beforeend', \
        '<style>* { transition: none !important; animation: none !important }</style>')";

    #[test]
    fn live_steppers_in_all_themes() {
        browse(DESKTOP, async |page| {
            let file = std::env::var("AXE").expect("these tests are run by `cargo xtask test axe`");
            let axe = std::fs::read_to_string(file).unwrap();
            for theme in ["light", "rust", "coal", "navy", "ayu"] {
                page.open("index.html").await;
                page.eval(&format!("localStorage.setItem('mdbook-theme', '{theme}')"))
                    .await;
                open(page, PAGE).await;
                page.eval(STILL).await;
                press(page, "keys").await;
                page.wait_for(".stepper .keys").await;
                page.client.execute(&axe, Vec::new()).await.unwrap();
                let report = page
                    .eval_async("axe.run('.scenario-figure', { resultTypes: ['violations'] })")
                    .await;
                let found: Vec<String> = report["violations"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|v| format!("{} {}", v["help"], v["nodes"][0]["html"]))
                    .collect();
                assert!(
                    report["error"].is_null() && found.is_empty(),
                    "{theme}: {found:#?}"
                );
            }
        });
    }
}
