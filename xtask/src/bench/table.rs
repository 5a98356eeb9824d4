//! What was measured, for reading.

use super::{Entry, Row};
use std::fmt::Write;

/// The row that the others are compared with.
pub const SPIN: &str = "SPIN";
/// Ours, every interleaving.
pub const OURS: &str = "ours";
/// Ours, reduced.
pub const OURS_REDUCED: &str = "ours, reduced";
/// Ours as WebAssembly, in a new instance.
pub const WASM_FIRST: &str = "WASM, first run";
/// In the same instance again.
pub const WASM_WARM: &str = "WASM, warm";

/// One size: a line for each engine.
pub fn size(entry: &Entry) -> String {
    let expected = entry.size.counts;
    let mut text = format!(
        "\n{}: {} states, {} transitions\n  {:<26}{:>12}{:>13}{:>9}{:>9}{:>9}{:>9}{:>9}\n",
        entry.size.model.name,
        expected.states,
        expected.transitions,
        "",
        "states",
        "transitions",
        "CPU s",
        "k/CPU s",
        "x SPIN",
        "B/state",
        "shrinks"
    );
    let spin = entry.rows.iter().find(|row| row.label == SPIN);
    for row in &entry.rows {
        let best = &row.best;
        let states = best.counts.states as f64;
        let memory = best.memory.filter(|memory| *memory > 0);
        let cells = [
            ratio(states / 1000.0, best.cpu, 0),
            spin.map_or_else(nothing, |spin| ratio(spin.best.cpu, best.cpu, 2)),
            memory.map_or_else(nothing, |memory| format!("{:.0}", memory as f64 / states)),
            ratio(expected.states as f64, states, 1),
        ];
        let _ = writeln!(
            text,
            "  {:<26}{:>12}{:>13}{:>9.3}{:>9}{:>9}{:>9}{:>9}",
            row.label,
            best.counts.states,
            best.counts.transitions,
            best.cpu,
            cells[0],
            cells[1],
            cells[2],
            cells[3]
        );
    }
    text + &notes(entry)
}

/// Ratios within our own rows.
fn notes(entry: &Entry) -> String {
    let of = |label: &str| entry.rows.iter().find(|row| row.label == label);
    let cost = |row: &Row| row.best.cpu / row.best.counts.transitions as f64;
    let mut text = String::new();
    if let (Some(full), Some(reduced)) = (of(OURS), of(OURS_REDUCED)) {
        let times = ratio(cost(reduced), cost(full), 2);
        let _ = writeln!(
            text,
            "  a transition of the reduced search costs {times} times one of the full search"
        );
    }
    if let (Some(ours), Some(first), Some(warm)) = (of(OURS), of(WASM_FIRST), of(WASM_WARM)) {
        let speed = |row: &Row| ratio(ours.best.cpu, row.best.cpu, 2);
        let (first, warm) = (speed(first), speed(warm));
        let _ = writeln!(
            text,
            "  WebAssembly has {warm} of the native speed, {first} in a first run"
        );
    }
    text
}

/// One verdict.
#[derive(Default)]
pub struct Broken {
    /// The model.
    pub name: &'static str,
    /// The rule, and the length of the shortest way.
    pub what: String,
    /// CPU milliseconds of ours, breadth first.
    pub ours: Option<f64>,
    /// Reduced.
    pub reduced: Option<f64>,
    /// SPIN, breadth first.
    pub spin: Option<f64>,
    /// Milliseconds of a first run as WebAssembly, compiled before.
    pub wasm: Option<f64>,
}

/// All verdicts.
pub fn verdicts(all: &[Broken]) -> String {
    let mut text = format!(
        "\nFirst counterexample (CPU ms with the program's start; WASM: ms, module compiled before)\n  \
         {:<8}{:<18}{:>9}{:>9}{:>9}{:>9}{:>9}\n",
        "", "statements", "ours", "reduced", "SPIN BFS", "x SPIN", "WASM"
    );
    for row in all {
        let of = |number: Option<f64>| number.map_or_else(nothing, |n| format!("{n:.1}"));
        let times = row.ours.zip(row.spin);
        let times = times.map_or_else(nothing, |(ours, spin)| ratio(spin, ours, 2));
        let _ = writeln!(
            text,
            "  {:<8}{:<18}{:>9}{:>9}{:>9}{:>9}{:>9}",
            row.name,
            row.what,
            of(row.ours),
            of(row.reduced),
            of(row.spin),
            times,
            of(row.wasm)
        );
    }
    text
}

fn nothing() -> String {
    "-".to_owned()
}

fn ratio(a: f64, b: f64, digits: usize) -> String {
    match b > 0.0 {
        true => format!("{:.digits$}", a / b),
        false => nothing(),
    }
}
