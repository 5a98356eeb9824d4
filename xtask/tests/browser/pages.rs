//! Pages load, are complete, and leave the console empty.

use crate::support::{DESKTOP, browse, has_figure, page_names};

#[test]
fn every_page_loads_without_errors() {
    browse(DESKTOP, async |page| {
        for name in page_names() {
            page.open(&name).await;
            page.wait_until("document.readyState === 'complete'").await;
            let heading = page.text("main h1").await;
            assert!(!heading.is_empty(), "{name} has no heading");
            let errors = page.console_errors().await;
            assert!(errors.is_empty(), "{name}: {errors:#?}");
        }
    });
}

#[test]
fn figures_are_upgraded() {
    browse(DESKTOP, async |page| {
        let with_figures: Vec<_> = page_names()
            .into_iter()
            .filter(|name| has_figure(name))
            .collect();
        assert!(!with_figures.is_empty(), "no page has a figure");
        for name in with_figures {
            page.open(&name).await;
            page.eval("document.querySelector('.scenario-figure').scrollIntoView()")
                .await;
            page.wait_for(".scenario-figure[data-ready]").await;
        }
    });
}

#[test]
fn pages_without_figures_do_not_load_the_module() {
    browse(DESKTOP, async |page| {
        let Some(name) = page_names().into_iter().find(|name| !has_figure(name)) else {
            return;
        };
        page.open(&name).await;
        let requests = "performance.getEntriesByType('resource').filter((e) => e.name.includes('/wasm/')).length";
        assert_eq!(page.eval(requests).await, 0, "{name}");
    });
}

#[test]
fn module_is_sent_with_its_type() {
    browse(DESKTOP, async |page| {
        let Some(name) = page_names().into_iter().find(|name| has_figure(name)) else {
            return;
        };
        page.open(&name).await;
        let kind = page
            .eval_async(
                "fetch(new URL(document.querySelector('.scenario-figure').dataset.module + \
                 'web_bg.wasm', document.baseURI)).then((r) => r.headers.get('content-type'))",
            )
            .await;
        assert_eq!(kind, "application/wasm");
    });
}

#[test]
fn missing_page_says_so() {
    browse(DESKTOP, async |page| {
        page.open("no-such/page.html").await;
        assert!(page.text("main").await.contains("not found"));
        let status = page
            .eval_async("fetch(location.href).then((answer) => answer.status)")
            .await;
        assert_eq!(status, 404);
        // The browser reports the missing page itself, twice; nothing else.
        let errors = page.console_errors().await;
        assert!(
            errors
                .iter()
                .all(|error| error.contains("no-such/page.html")),
            "{errors:#?}"
        );
    });
}

#[test]
fn search_finds_a_chapter() {
    browse(DESKTOP, async |page| {
        page.open("index.html").await;
        page.click("#mdbook-search-toggle").await;
        page.type_into("#mdbook-searchbar", "watermark").await;
        page.wait_for("#mdbook-searchresults a").await;
    });
}
