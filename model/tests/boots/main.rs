//! The matrix against booted kernels: what came back, what was printed, what hung.
//!
//! The fixtures beside this file are always compared. A whole record is compared where there is one
//! (see [`rows::whole_record`]). To look at a part of it, name words that a row must contain:
//!
//! ```text
//! BOOTS_ONLY='7.2-rt-debug free_pages:0' cargo test -p model --test boots -- --nocapture
//! ```
//!
//! The rows that cannot agree are listed by rule in `differences.rs`.

mod differences;
mod rows;

use std::collections::BTreeMap;

use differences::known_difference;
use model::matrix::{Call, Cell, Legality, Place, State, cell};
use rows::Row;

/// How the rows of one build went.
#[derive(Default)]
struct Tally {
    n_agree: usize,
    n_listed: usize,
    n_differ: usize,
    n_unknown: usize,
}

/// What became of one row.
enum Verdict {
    Agrees,
    Listed,
    Differs(String),
    NotModelled(String),
}

fn modelled(row: &Row) -> Result<Cell, String> {
    model::kernel::check(&row.kernel)?;
    let place = Place {
        kernel: row.kernel.clone(),
        config: row.config.clone(),
        context: row.context.clone(),
        call: Call::parse(&row.call)?,
        state: State::parse(&row.state)?,
    };
    if !place.call.exists_in(&row.kernel) {
        return Err(format!("{} has no `{}`", row.kernel, row.call));
    }
    let nothing = Legality {
        legal: true,
        rule: None,
    };
    let first_line = |text: String| text.lines().next().unwrap_or_default().to_string();
    cell(&place, &nothing).map_err(|e| first_line(e.to_string()))
}

fn compare(row: &Row) -> Verdict {
    let found = match modelled(row) {
        Ok(found) => found,
        Err(why) => return Verdict::NotModelled(why),
    };
    let agrees = found.returned == row.returned
        && found.splat_classes == row.splat_classes
        && found.hang == row.hang;
    let listed = known_difference(row);
    match (agrees, listed) {
        (true, None) => Verdict::Agrees,
        (false, Some(_)) => Verdict::Listed,
        _ => Verdict::Differs(format!(
            "{row}: kernel {:?} {:?} hang {} (listed {:?}), model {:?} {:?} hang {}; known: {listed:?}",
            row.returned,
            row.splat_classes,
            row.hang,
            row.listed,
            found.returned,
            found.splat_classes,
            found.hang,
        )),
    }
}

/// Compares them, prints a table, and returns what differs.
fn table(rows: &[Row]) -> Vec<String> {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut unknown: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for row in rows {
        let tally = tallies.entry(&row.build).or_default();
        match compare(row) {
            Verdict::Agrees => tally.n_agree += 1,
            Verdict::Listed => tally.n_listed += 1,
            Verdict::Differs(text) => {
                tally.n_differ += 1;
                wrong.push(text);
            }
            Verdict::NotModelled(why) => {
                tally.n_unknown += 1;
                *unknown.entry(why).or_default() += 1;
            }
        }
    }
    println!(
        "{:<24} {:>5} {:>6} {:>6} {:>6} {:>12}",
        "build", "rows", "agree", "listed", "differ", "not modelled"
    );
    for (build, t) in &tallies {
        let n = t.n_agree + t.n_listed + t.n_differ + t.n_unknown;
        println!(
            "{build:<24} {n:>5} {:>6} {:>6} {:>6} {:>12}",
            t.n_agree, t.n_listed, t.n_differ, t.n_unknown
        );
    }
    for (why, n) in unknown {
        println!("not modelled, {n} rows: {why}");
    }
    wrong
}

/// Those asked for.
fn selected(rows: Vec<Row>) -> Vec<Row> {
    let words = std::env::var("BOOTS_ONLY").unwrap_or_default();
    let wanted = |row: &Row| {
        let text = format!(" {row} ");
        words.split_whitespace().all(|word| text.contains(word))
    };
    rows.into_iter().filter(wanted).collect()
}

#[test]
fn the_matrix_agrees_with_booted_kernels() {
    let rows = rows::fixtures();
    assert!(rows.len() > 200, "only {} rows", rows.len());
    let wrong = table(&rows);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_matrix_agrees_with_the_whole_record() {
    let Some(rows) = rows::whole_record() else {
        println!("there is no whole record here");
        return;
    };
    for text in table(&selected(rows)) {
        println!("{text}");
    }
}

#[test]
fn fixtures_are_written_as_they_are_read() {
    for row in rows::fixtures() {
        assert_eq!(rows::line(&row).split('\t').count(), 9);
    }
}
