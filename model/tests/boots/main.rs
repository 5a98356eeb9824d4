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
use model::matrix::{Call, Cell, Rig, State, texts_of};
use rows::Row;

/// How the rows of one build went.
#[derive(Default)]
struct Tally {
    n_agree: usize,
    n_observed: usize,
    n_listed: usize,
    n_differ: usize,
    n_unknown: usize,
}

/// What became of one row.
enum Verdict {
    Agrees,
    AsObserved,
    Listed,
    Differs(String),
    NotModelled(String),
}

/// The kernels and configurations of some rows, each with the calls that it has.
struct Rigs {
    rigs: BTreeMap<(String, String), Result<Rig, String>>,
}

impl Rigs {
    fn new(rows: &[Row]) -> Rigs {
        let mut calls: BTreeMap<(String, String), Vec<Call>> = BTreeMap::new();
        for row in rows {
            let known = calls
                .entry((row.kernel.clone(), row.config.clone()))
                .or_default();
            known.extend(Call::parse(&row.call).ok().filter(|c| !known.contains(c)));
        }
        let rig = |((kernel, config), calls): ((String, String), Vec<Call>)| {
            let rig = rig(&kernel, &config, calls);
            ((kernel, config), rig)
        };
        Rigs {
            rigs: calls.into_iter().map(rig).collect(),
        }
    }

    fn cell(&mut self, row: &Row, state: &State) -> Result<Cell, String> {
        let key = (row.kernel.clone(), row.config.clone());
        let call = Call::parse(&row.call)?;
        let rig = match self.rigs.get_mut(&key) {
            Some(Ok(rig)) => rig,
            Some(Err(why)) => return Err(why.clone()),
            None => return Err("no rig".into()),
        };
        if !call.exists_in(rig.program()) {
            return Err(format!("{} has no `{}`", row.kernel, row.call));
        }
        if !state.exists_in(rig.program()) {
            return Err(format!("{} has no `{}`", row.kernel, row.state));
        }
        rig.outcome_only(&row.context, &call, state)
            .map_err(|e| first_line(&e.to_string()))
    }
}

fn rig(kernel: &str, config: &str, mut calls: Vec<Call>) -> Result<Rig, String> {
    let texts = texts_of(kernel).map_err(|e| first_line(&e.to_string()))?;
    calls.retain(|call| call.exists_in(texts.program()));
    Rig::new(kernel, config, &calls).map_err(|e| first_line(&e.to_string()))
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_string()
}

/// Compares a row with the cell of its name; when they disagree, with the cell of what was seen just
/// before the call: the state's name says what was aimed at.
fn compare(rigs: &mut Rigs, row: &Row) -> Verdict {
    let state = match State::parse(&row.state) {
        Ok(state) => state,
        Err(why) => return Verdict::NotModelled(why),
    };
    let found = match rigs.cell(row, &state) {
        Ok(found) => found,
        Err(why) => return Verdict::NotModelled(why),
    };
    let listed = known_difference(row);
    match (agrees(row, &found), listed) {
        (true, None) => return Verdict::Agrees,
        (false, Some(_)) => return Verdict::Listed,
        _ => {}
    }
    let observed = observed(row, &state);
    if observed != state
        && listed.is_none()
        && rigs
            .cell(row, &observed)
            .is_ok_and(|found| agrees(row, &found))
    {
        return Verdict::AsObserved;
    }
    Verdict::Differs(format!(
        "{row}: kernel {:?} {:?} hang {} (listed {:?}, free {:?}), model {:?} {:?} hang {}; known: {listed:?}",
        row.returned,
        row.splat_classes,
        row.hang,
        row.listed,
        row.free,
        found.returned,
        found.splat_classes,
        found.hang,
    ))
}

fn agrees(row: &Row, found: &Cell) -> bool {
    found.returned == row.returned
        && found.splat_classes == row.splat_classes
        && found.hang == row.hang
}

fn observed(row: &Row, state: &State) -> State {
    let mut observed = state.clone();
    if let Some(listed) = row.listed {
        observed = observed.with_list(listed);
    }
    if let Some(free) = row.free {
        observed = observed.with_free(free);
    }
    observed
}

/// Compares them, prints a table, and returns what differs.
fn table(rows: &[Row]) -> Vec<String> {
    let mut rigs = Rigs::new(rows);
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut unknown: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for row in rows {
        let tally = tallies.entry(&row.build).or_default();
        match compare(&mut rigs, row) {
            Verdict::Agrees => tally.n_agree += 1,
            Verdict::AsObserved => tally.n_observed += 1,
            Verdict::Listed => tally.n_listed += 1,
            Verdict::Differs(text) => {
                tally.n_differ += 1;
                wrong.push(text);
            }
            Verdict::NotModelled(why) => {
                tally.n_unknown += 1;
                if !differences::not_modelled(row) {
                    wrong.push(format!("{row}: {why}"));
                }
                *unknown.entry(why).or_default() += 1;
            }
        }
    }
    println!(
        "{:<24} {:>5} {:>6} {:>9} {:>6} {:>6} {:>12}",
        "build", "rows", "agree", "as seen", "listed", "differ", "not modelled"
    );
    for (build, t) in &tallies {
        let n = t.n_agree + t.n_observed + t.n_listed + t.n_differ + t.n_unknown;
        println!(
            "{build:<24} {n:>5} {:>6} {:>9} {:>6} {:>6} {:>12}",
            t.n_agree, t.n_observed, t.n_listed, t.n_differ, t.n_unknown
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
    assert!(rows.len() > 900, "only {} rows", rows.len());
    let wrong = table(&rows);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_matrix_agrees_with_the_whole_record() {
    let Some(rows) = rows::whole_record() else {
        println!("there is no whole record here");
        return;
    };
    let wrong = table(&selected(rows));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn fixtures_are_written_as_they_are_read() {
    for row in rows::fixtures() {
        assert_eq!(rows::line(&row).split('\t').count(), 10);
    }
}
