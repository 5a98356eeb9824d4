//! The matrix: links into runs, the address bar, arrow keys, and what is there without scripts.

use crate::support::{DESKTOP, NO_SCRIPTS, Page, SMALL, browse};

const PAGE: &str = "matrix.html";
const CELL: &str = "o=raw_spin_lock,alloc_pages:GFP_ATOMIC:0,drained";

async fn open(page: &Page, path: &str) {
    page.open(path).await;
    page.eval("document.querySelector('.scenario-figure').scrollIntoView()")
        .await;
    page.wait_for(".scenario-figure[data-ready] table.matrix")
        .await;
}

#[test]
fn a_cell_opens_its_run_and_the_way_back_closes_it() {
    browse(DESKTOP, async |page| {
        open(page, PAGE).await;
        let link = format!("document.querySelector('a[href$=\"{CELL}\"]')");
        page.eval(&format!("{link}.click()")).await;
        page.wait_for(".matrix-run .stepper .tools").await;
        page.wait_until(&format!("location.hash.endsWith('{CELL}')"))
            .await;
        let found = "document.querySelector('.matrix-run .report.now') !== null";
        page.wait_until(found).await;
        page.eval("document.querySelector('.matrix-run [data-do=back]').click()")
            .await;
        page.wait_until("location.hash.includes('&w=1&s=cell')")
            .await;
        // That address alone leads to the same state.
        let address = page.eval("location.hash").await;
        let position = page.text(".matrix-run .position span").await;
        open(page, &format!("{PAGE}{}", address.as_str().unwrap())).await;
        page.wait_for(".matrix-run .stepper .tools").await;
        assert_eq!(page.text(".matrix-run .position span").await, position);
        page.eval("document.querySelector('.matrix-run p a').click()")
            .await;
        page.wait_until("document.querySelector('.matrix-run') === null")
            .await;
    });
}

#[test]
fn arrow_keys_move_between_cells() {
    browse(DESKTOP, async |page| {
        open(page, PAGE).await;
        let stops = "document.querySelectorAll('a[data-cell][tabindex=\"0\"]').length";
        assert_eq!(page.eval(stops).await, 1, "one stop of the Tab key");
        page.eval("document.querySelector('a[data-cell][tabindex=\"0\"]').focus()")
            .await;
        for (key, cell) in [
            ("ArrowRight", "0-0-1"),
            ("ArrowDown", "1-0-1"),
            ("ArrowLeft", "1-0-0"),
            ("ArrowUp", "0-0-0"),
        ] {
            page.eval(&format!(
                "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', \
                 {{ key: '{key}', bubbles: true, cancelable: true }}))"
            ))
            .await;
            page.wait_until(&format!("document.activeElement.dataset.cell === '{cell}'"))
                .await;
        }
        let path = page.eval("location.pathname").await;
        assert!(
            path.as_str().unwrap().ends_with(PAGE),
            "the page was turned"
        );
    });
}

#[test]
fn the_address_filters_and_a_wrong_one_is_told() {
    browse(DESKTOP, async |page| {
        let address = "m=1&k=v5.9%2Brfc&c=preempt-debug&x=nmi&s=warm";
        open(page, &format!("{PAGE}#{address}")).await;
        page.wait_until("document.querySelectorAll('table.matrix tbody tr').length === 1")
            .await;
        assert_eq!(page.text("table.matrix tbody th").await, "nmi");
        page.eval(
            "(() => { const list = document.querySelector('[data-choose=state]'); list.value = '*'; \
             list.dispatchEvent(new Event('change', { bubbles: true })); })()",
        )
        .await;
        page.wait_until("location.hash.endsWith('&x=nmi')").await;
        open(
            page,
            &format!("{PAGE}#m=1&k=v5.9%2Brfc&c=rt-debug&x=nowhere"),
        )
        .await;
        let notice = page.text(".notice.refused").await;
        assert!(notice.contains("nowhere"), "{notice}");
    });
}

#[test]
fn tables_are_there_without_scripts() {
    browse(NO_SCRIPTS, async |page| {
        page.open(PAGE).await;
        let text = page.text("table.matrix").await;
        for word in [
            "raw_spin_lock",
            "drained",
            "splat: ",
            "ok, lucky",
            "deadlock",
        ] {
            assert!(text.contains(word), "{word}");
        }
        assert_eq!(
            page.text(".scenario-figure summary").await,
            "v5.9+rfc on rt-debug"
        );
    });
}

#[test]
fn small_screens_scroll_the_table_alone() {
    browse(SMALL, async |page| {
        open(page, PAGE).await;
        page.eval("document.querySelector('.tall-matrix').scrollLeft = 400")
            .await;
        let head = "document.querySelector('table.matrix tbody th').getBoundingClientRect().left \
                    - document.querySelector('.tall-matrix').getBoundingClientRect().left < 3";
        assert_eq!(
            page.eval(head).await,
            true,
            "the row's head is out of sight"
        );
        let width = page.eval("document.documentElement.scrollWidth").await;
        assert_eq!(width, 320);
    });
}
