//! axe-core finds no accessibility violation in `main`, in a light and in a dark theme. The frame
//! around `main` is mdBook's.

use crate::support::{DESKTOP, Page, browse, page_names};
use serde_json::Value;

#[test]
fn light() {
    violations_with("light");
}

#[test]
fn dark() {
    violations_with("navy");
}

fn violations_with(theme: &'static str) {
    let file = std::env::var("AXE").expect("these tests are run by `cargo xtask test axe`");
    let axe = std::fs::read_to_string(file).unwrap();
    browse(DESKTOP, async move |page| {
        page.open("index.html").await;
        page.eval(&format!("localStorage.setItem('mdbook-theme', '{theme}')"))
            .await;
        let mut found = Vec::new();
        for name in page_names() {
            page.open(&name).await;
            page.client.execute(&axe, Vec::new()).await.unwrap();
            found.extend(
                violations(page)
                    .await
                    .into_iter()
                    .map(|text| format!("{name}: {text}")),
            );
        }
        assert!(found.is_empty(), "{found:#?}");
    });
}

async fn violations(page: &Page) -> Vec<String> {
    let report = page
        .eval_async("axe.run('main', { resultTypes: ['violations'] })")
        .await;
    assert!(report["error"].is_null(), "{report}");
    let list = report["violations"].as_array().cloned().unwrap_or_default();
    list.iter().map(describe).collect()
}

fn describe(violation: &Value) -> String {
    let nodes = violation["nodes"].as_array().map_or(0, Vec::len);
    let first = &violation["nodes"][0];
    format!(
        "{} ({}), {nodes} times, first {} {}",
        violation["help"], violation["impact"], first["html"], first["failureSummary"]
    )
}
