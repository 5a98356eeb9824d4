//! The workbench: diagnostics while typing, exploring beside the page, changes in the link.

use crate::support::{DESKTOP, NO_SCRIPTS, Page, SMALL, browse};

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
fn explores_and_opens_what_was_found() {
    browse(DESKTOP, async |page| {
        open(page, PAGE).await;
        page.click(".bench [data-do=explore]").await;
        page.wait_for(".bench .found").await;
        let found = page.text(".bench .found").await;
        assert!(found.contains("Observation edited Always"), "{found}");
        page.click(".bench .executions button").await;
        page.wait_for(".bench .stepper .position").await;
        page.wait_until(
            "document.querySelector('.bench .stepper .now').textContent.includes('zone->lock')",
        )
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
