//! Without JavaScript the pages are complete.

use crate::support::{NO_SCRIPTS, browse, has_figure, page_names};
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
