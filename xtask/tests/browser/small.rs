//! A screen of 320 pixels: wide things scroll inside themselves, the page does not.

use crate::support::{SMALL, browse, page_names};

#[test]
fn pages_do_not_scroll_sideways() {
    browse(SMALL, async |page| {
        let mut too_wide = Vec::new();
        for name in page_names() {
            page.open(&name).await;
            assert_eq!(
                page.eval("innerWidth").await,
                320,
                "the screen is not small"
            );
            let width = page.eval("document.documentElement.scrollWidth").await;
            if width.as_u64() > Some(320) {
                let widest = page.eval(WIDEST).await;
                too_wide.push(format!("{name}: {width} px, because of {widest}"));
            }
        }
        assert!(too_wide.is_empty(), "{too_wide:#?}");
    });
}

/// The innermost elements of `main` that reach beyond the screen and are not inside one that scrolls.
const WIDEST: &str = "[...document.querySelectorAll('main *')].filter((e) => { \
    if (e.getBoundingClientRect().right <= 320) return false; \
    for (let p = e.parentElement; p; p = p.parentElement) \
        if (/auto|scroll|hidden/.test(getComputedStyle(p).overflowX)) return false; \
    return true; }).slice(-3).map((e) => e.tagName + '.' + e.className + ' ' + \
    e.textContent.trim().slice(0, 40))";
