//! The workbench: diagnostics while typing, exploring beside the page, changes in the link.

use crate::support::{DESKTOP, NO_SCRIPTS, Page, SMALL, browse};
use fantoccini::key::Key;

const PAGE: &str = "workbench.html";

async fn open(page: &Page, path: &str) {
    page.open(path).await;
    page.eval("document.querySelector('.scenario-figure').scrollIntoView()")
        .await;
    page.wait_for(".scenario-figure[data-ready] .bench textarea")
        .await;
    compiles(page).await;
}

async fn compiles(page: &Page) {
    page.wait_until("document.querySelector('.diagnostics').textContent.includes('boots')")
        .await;
}

/// Replaces a part of the text as if it were typed.
async fn replace(page: &Page, from: &str, to: &str) {
    page.eval(&format!(
        "(() => {{ const field = document.querySelector('[data-do=edit]'); \
         field.value = field.value.replace('{from}', '{to}'); \
         field.dispatchEvent(new InputEvent('input', {{ bubbles: true }})); }})()"
    ))
    .await;
}

async fn show_file(page: &Page, file: &str) {
    page.eval(&format!(
        "(() => {{ const list = document.querySelector('.bench [data-do=file]'); list.value = '{file}'; \
         list.dispatchEvent(new Event('change', {{ bubbles: true }})); }})()"
    ))
    .await;
}

#[test]
fn tells_what_is_wrong_where_it_is() {
    browse(DESKTOP, async |page| {
        open(page, PAGE).await;
        replace(page, "alloc_pages(GFP_ATOMIC", "alloc_pages(GFP_ATOMIK").await;
        page.wait_until(
            "document.querySelector('.diagnostics li')?.textContent.includes('GFP_ATOMIK')",
        )
        .await;
        page.wait_for(".editor .line.wrong .message").await;
        replace(page, "GFP_ATOMIK", "GFP_ATOMIC").await;
        compiles(page).await;
    });
}

#[test]
fn the_drawn_lines_are_the_fields() {
    browse(DESKTOP, async |page| {
        open(page, PAGE).await;
        replace(page, "alloc_pages(GFP_ATOMIC", "alloc_pages(GFP_ATOMIK").await;
        page.wait_for(".editor .line.wrong .message").await;
        // A message must not push what follows away from where the caret is.
        let heights = page
            .eval(
                "(() => { const lines = [...document.querySelectorAll('.editor .line')]; \
                 const heights = new Set(lines.map((l) => l.getBoundingClientRect().height.toFixed(1))); \
                 return [heights.size, lines.length === document.querySelector('[data-do=edit]').value.split('\\n').length]; })()",
            )
            .await;
        assert_eq!(heights, serde_json::json!([1, true]));
        // The mark leads to the place.
        page.click(".diagnostics li button").await;
        page.wait_until(
            "(() => { const f = document.querySelector('[data-do=edit]'); return document.activeElement === f && \
             f.value.slice(f.selectionStart, f.selectionEnd).startsWith('alloc_pages(GFP_ATOMIK'); })()",
        )
        .await;
    });
}

#[test]
fn undo_is_the_browsers() {
    browse(DESKTOP, async |page| {
        open(page, PAGE).await;
        let before = page
            .eval("document.querySelector('[data-do=edit]').value")
            .await;
        page.eval(
            "(() => { const f = document.querySelector('[data-do=edit]'); f.focus(); \
             const at = f.value.indexOf('{', f.value.indexOf('caller(void)')) + 1; \
             f.setSelectionRange(at, at); })()",
        )
        .await;
        let active = page.client.active_element().await.unwrap();
        active.send_keys("\n").await.unwrap();
        active.send_keys("int q;").await.unwrap();
        page.wait_until("document.querySelector('[data-do=edit]').value.includes('{\\n\\tint q;')")
            .await;
        for _ in 0..8 {
            let undo = format!("{}z{}", char::from(Key::Control), char::from(Key::Null));
            active.send_keys(&undo).await.unwrap();
        }
        let after = page
            .eval("document.querySelector('[data-do=edit]').value")
            .await;
        assert_eq!(after, before);
    });
}

#[test]
fn explores_and_opens_what_was_found() {
    browse(DESKTOP, async |page| {
        open(page, PAGE).await;
        page.click(".bench [data-do=explore]").await;
        page.wait_for(".bench .found").await;
        let size = page.text(".bench .size").await;
        assert!(
            size.starts_with("Complete.") && size.contains(" s, "),
            "{size}"
        );
        assert!(size.contains("expectation holds"), "{size}");
        page.click(".bench [data-do=shortest]").await;
        page.click(".bench .shortest .executions button").await;
        page.wait_until(
            "document.querySelector('.bench .stepper .now').textContent.includes('zone->lock')",
        )
        .await;
        // At its failing step, with the keys, and in the address.
        page.wait_until("document.activeElement.matches('.bench .stepper')")
            .await;
        page.wait_until(
            "document.querySelector('.bench .stepper .reports').textContent.includes('(now)')",
        )
        .await;
        page.wait_until("/&x=c0x\\d+&n=\\d/.test(location.hash)")
            .await;
        // What is changed now is in the address, too, and this execution is no longer of it.
        replace(page, "list empty", "list quite empty").await;
        page.wait_for(".bench .notice.old").await;
        page.wait_until("/&x=&n=0/.test(location.hash)").await;
    });
}

/// Four counters: more states than any test has time for.
const ENDLESS: &str = "/*+++\\ncpus = 4\\nconfig = \"preempt-debug\"\\n\
    [[run]]\\ncontext = \"task\"\\nentry = \"f\"\\n[[run]]\\ncontext = \"task\"\\nentry = \"f\"\\ncpu = 1\\n\
    [[run]]\\ncontext = \"task\"\\nentry = \"f\"\\ncpu = 2\\n[[run]]\\ncontext = \"task\"\\nentry = \"f\"\\ncpu = 3\\n\
    +++*/\\nint x;\\nvoid f(void)\\n{\\n\\tint i;\\n\\tfor (i = 0; i < 1000; i++)\\n\\t\\tx = x + i;\\n}\\n";

async fn write(page: &Page, text: &str) {
    page.eval(&format!(
        "(() => {{ const field = document.querySelector('[data-do=edit]'); field.value = '{text}'; \
         field.dispatchEvent(new InputEvent('input', {{ bubbles: true }})); }})()"
    ))
    .await;
    page.wait_until("document.querySelector('.diagnostics').dataset.stale === 'false'")
        .await;
    compiles(page).await;
}

#[test]
fn a_search_that_is_cancelled_tells_what_it_found() {
    browse(DESKTOP, async |page| {
        open(page, PAGE).await;
        write(page, ENDLESS).await;
        page.click(".bench [data-do=explore]").await;
        page.wait_until("/[1-9][\\d,]* states, .* a second, /.test(document.querySelector('.bench .progress')?.textContent)")
            .await;
        page.click(".bench [data-do=cancel]").await;
        let bound = page.text(".bench .bound").await;
        assert!(bound.starts_with("You have ended it"), "{bound}");
        assert!(page.text(".bench .size").await.starts_with("Not complete."));
    });
}

#[test]
fn a_search_without_memory_says_so() {
    browse(DESKTOP, async |page| {
        open(page, PAGE).await;
        // The page's own order, with another bound.
        page.eval(
            "(() => { const post = Worker.prototype.postMessage; Worker.prototype.postMessage = function (text) { \
             post.call(this, JSON.stringify({ ...JSON.parse(text), memory_max: 1 << 20 })); }; })()",
        )
        .await;
        page.click(".bench [data-do=explore]").await;
        let bound = page.text(".bench .bound").await;
        assert!(
            bound.starts_with("It ended at its bound, 1 MB of memory"),
            "{bound}"
        );
    });
}

#[test]
fn a_search_that_does_not_load_loses_nothing() {
    browse(DESKTOP, async |page| {
        open(page, PAGE).await;
        page.eval(
            "window.Worker = class extends Worker { constructor(url, options) { super(url + '.gone', options); } }",
        )
        .await;
        page.click(".bench [data-do=explore]").await;
        let refused = page.text(".bench .search .refused").await;
        assert!(refused.contains("could not be loaded"), "{refused}");
        compiles(page).await;
        page.console_errors().await;
    });
}

#[test]
fn what_is_typed_survives_a_reload() {
    browse(SMALL, async |page| {
        open(page, PAGE).await;
        replace(page, "list empty", "list quite empty").await;
        page.wait_until("location.hash.startsWith('#w=')").await;
        page.client.refresh().await.unwrap();
        page.wait_for(".scenario-figure[data-ready] .bench textarea")
            .await;
        page.wait_until("document.querySelector('[data-do=edit]').value.includes('quite empty')")
            .await;
        // What it was before is known, too.
        page.click(".patches summary").await;
        page.wait_until("document.querySelector('.diff del')?.textContent.includes('list empty')")
            .await;
    });
}

#[test]
fn a_link_carries_the_changed_kernel() {
    browse(DESKTOP, async |page| {
        open(page, PAGE).await;
        show_file(page, "mm/page_alloc.c").await;
        page.wait_until("document.querySelector('[data-do=edit]').value.includes('rmqueue_bulk')")
            .await;
        replace(page, "Read from", "Now read from").await;
        page.wait_until("document.querySelector('.patches summary').textContent.includes('1 of')")
            .await;
        compiles(page).await;
        page.click(".bench > .tools [data-do=link]").await;
        page.wait_until("location.hash.includes('&p=')").await;
        let hash = page.eval("location.hash").await;
        page.open("index.html").await;
        open(page, &format!("{PAGE}{}", hash.as_str().unwrap())).await;
        page.wait_until("document.querySelector('.diff')?.textContent.includes('Now read from')")
            .await;
    });
}

#[test]
fn a_wrong_diff_changes_nothing() {
    browse(SMALL, async |page| {
        open(page, PAGE).await;
        page.click(".patches summary").await;
        page.type_into(".patches [data-do=paste]", "no diff").await;
        page.click(".patches [data-do=apply]").await;
        page.wait_for(".bench .notice.refused").await;
        let wide = page
            .eval("document.documentElement.scrollWidth > innerWidth")
            .await;
        assert_eq!(wide, false, "the page scrolls sideways");
    });
}

#[test]
fn a_figure_opens_in_the_workbench() {
    browse(DESKTOP, async |page| {
        page.open("sleep.html").await;
        page.eval("document.querySelector('.scenario-figure').scrollIntoView()")
            .await;
        page.wait_for(".scenario-figure[data-ready] [data-do=to-workbench]")
            .await;
        page.eval("document.querySelector('[data-do=to-workbench]').click()")
            .await;
        page.wait_until("location.pathname.endsWith('/workbench.html')")
            .await;
        page.wait_for(".scenario-figure[data-ready] .bench textarea")
            .await;
        compiles(page).await;
    });
}

#[test]
fn without_scripts_the_text_is_there() {
    browse(NO_SCRIPTS, async |page| {
        page.open(PAGE).await;
        let text = page.text(".bench").await;
        assert!(
            text.contains("gfp run") && text.contains("alloc_pages"),
            "{text}"
        );
    });
}
