//! axe-core finds no accessibility violation in `main`: everything in the light theme, what depends
//! on colours in the others. The frame around `main` is mdBook's.

use crate::support::{DESKTOP, Page, browse, page_names};
use serde_json::Value;

/// Beside `light`.
const OTHER_THEMES: [&str; 4] = ["rust", "coal", "navy", "ayu"];

const ALL_RULES: &str = "{ resultTypes: ['violations'] }";
const COLOUR_RULES: &str =
    "{ resultTypes: ['violations'], runOnly: ['color-contrast', 'link-in-text-block'] }";

/// A theme's own style sheet comes when it is chosen.
const ALL_STYLES_ARE_THERE: &str = "[...document.querySelectorAll('link[rel=stylesheet]')]\
    .every((link) => link.disabled || link.sheet)";

#[test]
fn every_page() {
    browse(DESKTOP, async |page| {
        let mut found = Vec::new();
        for name in page_names() {
            open_with_axe(page, &name).await;
            found.extend(
                violations(page, ALL_RULES)
                    .await
                    .map(|text| format!("{name}: {text}")),
            );
        }
        assert!(found.is_empty(), "{found:#?}");
    });
}

#[test]
fn every_theme() {
    browse(DESKTOP, async |page| {
        let mut found = Vec::new();
        for name in page_names() {
            open_with_axe(page, &name).await;
            for theme in OTHER_THEMES {
                let choose = format!("document.getElementById('mdbook-theme-{theme}').click()");
                page.eval(&choose).await;
                page.wait_until(ALL_STYLES_ARE_THERE).await;
                let texts = violations(page, COLOUR_RULES).await;
                found.extend(texts.map(|text| format!("{name} ({theme}): {text}")));
            }
        }
        assert!(found.is_empty(), "{found:#?}");
    });
}

async fn open_with_axe(page: &Page, name: &str) {
    let file = std::env::var("AXE").expect("these tests are run by `cargo xtask test axe`");
    let axe = std::fs::read_to_string(file).unwrap();
    page.open(name).await;
    // Colours that fade from one theme to the next have no contrast yet.
    page.eval(
        "document.head.insertAdjacentHTML('beforeend', \
         '<style>* { transition: none !important; animation: none !important }</style>')",
    )
    .await;
    page.client.execute(&axe, Vec::new()).await.unwrap();
}

async fn violations(page: &Page, options: &str) -> impl Iterator<Item = String> + use<> {
    let report = page
        .eval_async(&format!("axe.run('main', {options})"))
        .await;
    assert!(report["error"].is_null(), "{report}");
    let list = report["violations"].as_array().cloned().unwrap_or_default();
    list.into_iter().map(|violation| describe(&violation))
}

fn describe(violation: &Value) -> String {
    let nodes = violation["nodes"].as_array().map_or(0, Vec::len);
    let first = &violation["nodes"][0];
    format!(
        "{} ({}), {nodes} times, first {} {}",
        violation["help"], violation["impact"], first["html"], first["failureSummary"]
    )
}
