//! Every theme of the book can be chosen and is kept.

use crate::support::{DESKTOP, browse};

const THEMES: [&str; 5] = ["light", "rust", "coal", "navy", "ayu"];

#[test]
fn themes_change_the_colours() {
    browse(DESKTOP, async |page| {
        let mut backgrounds = Vec::new();
        page.open("index.html").await;
        for theme in THEMES {
            page.click("#mdbook-theme-toggle").await;
            page.click(&format!("#mdbook-theme-{theme}")).await;
            page.open("index.html").await;
            let chosen = format!("document.documentElement.classList.contains('{theme}')");
            page.wait_until(&chosen).await;
            let background = "getComputedStyle(document.documentElement).backgroundColor";
            backgrounds.push(page.eval(background).await.to_string());
        }
        backgrounds.sort();
        backgrounds.dedup();
        assert_eq!(backgrounds.len(), THEMES.len(), "{backgrounds:?}");
    });
}
