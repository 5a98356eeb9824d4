//! Without JavaScript, and without the module, the pages are complete.

use crate::support::{DESKTOP, NO_SCRIPTS, browse, has_figure, page_names};
use fantoccini::Locator;

#[test]
fn figures_are_there_without_scripts() {
    browse(NO_SCRIPTS, async |page| {
        let with_figures: Vec<_> = page_names()
            .into_iter()
            .filter(|name| has_figure(name))
            .collect();
        assert!(!with_figures.is_empty(), "no page has a figure");
        for name in with_figures {
            page.open(&name).await;
            let figures = page
                .client
                .find_all(Locator::Css(".scenario-figure"))
                .await
                .unwrap();
            for figure in figures {
                assert!(
                    figure.is_displayed().await.unwrap(),
                    "{name}: a figure is hidden"
                );
                let ready = figure.attr("data-ready").await.unwrap();
                assert_eq!(ready, None, "{name}: scripts are on");
                assert!(
                    !figure.text().await.unwrap().trim().is_empty(),
                    "{name}: an empty figure"
                );
            }
        }
    });
}

#[test]
fn figures_stay_when_the_module_does_not_come() {
    browse(DESKTOP, async |page| {
        // A figure that is not upgraded asks for nothing.
        let name = "sleep.html";
        page.block("*.wasm").await;
        page.open(name).await;
        let text = "document.querySelector('.scenario-figure').innerText";
        let before = page.eval(text).await;
        page.eval("document.querySelector('.scenario-figure').scrollIntoView()")
            .await;
        let asked =
            "performance.getEntriesByType('resource').some((e) => e.name.includes('.wasm'))";
        page.wait_until(asked).await;
        // The figure is put back in the moment after the failure.
        page.eval_async("new Promise((resolve) => setTimeout(resolve, 200))")
            .await;
        assert!(!before.as_str().unwrap().is_empty());
        assert_eq!(page.eval(text).await, before);
        // The browser itself reports the request, the site reports nothing as an error.
        let errors = page.console_errors().await;
        assert!(
            errors.iter().all(|error| error.contains(".wasm")),
            "{errors:#?}"
        );
    });
}
