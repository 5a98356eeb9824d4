//! The matrix against booted kernels: what came back, what was printed, what hung.
//!
//! The rows that cannot agree are listed by rule with the reason; each must still disagree, so that
//! the list stays true.

use std::fs;
use std::path::Path;

use model::matrix::{Call, Legality, Place, State, cell};

/// A row of the record.
struct Row {
    kernel: String,
    config: String,
    context: String,
    call: String,
    state: String,
    returned: Option<bool>,
    splat_classes: Vec<String>,
    hang: bool,
}

fn rows() -> Vec<Row> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/boots/5.10.tsv");
    let text = fs::read_to_string(file).unwrap();
    let lines = text.lines().filter(|l| !l.starts_with('#'));
    lines
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let [
                kernel,
                config,
                context,
                call,
                state,
                returned,
                classes,
                hang,
            ] = fields[..]
            else {
                panic!("a row has eight fields: {line}")
            };
            Row {
                kernel: kernel.into(),
                config: config.into(),
                context: context.into(),
                call: call.into(),
                state: state.into(),
                returned: returned.parse().ok(),
                splat_classes: classes
                    .split(',')
                    .filter(|c| *c != "-")
                    .map(str::to_string)
                    .collect(),
                hang: hang == "true",
            }
        })
        .collect()
}

/// Why a row cannot agree.
fn known_difference(row: &Row) -> Option<&'static str> {
    let hard = ["hrtimer_hard", "irq_work_hard"].contains(&row.context.as_str());
    let request_irq = row.context.starts_with("irq_handler") && row.state.starts_with("sq");
    if hard && row.state.starts_with("zlock") && row.returned.is_none() {
        Some(
            "the lock is held with interrupts off: the interrupt came after its release, and the record calls that null",
        )
    } else if request_irq && row.call == "rcu_alloc_page_lockless" && row.returned == Some(false) {
        Some("request_irq() had used up the per-CPU list")
    } else if row.context == "kthread_fifo" && row.state == "drained" && row.call.starts_with("rcu")
    {
        Some("creating the thread had put pages on the per-CPU list")
    } else {
        None
    }
}

#[test]
fn the_matrix_agrees_with_booted_kernels() {
    let rows = rows();
    assert!(rows.len() > 200, "only {} rows", rows.len());
    let nothing = Legality {
        legal: true,
        rule: None,
    };
    let mut wrong = Vec::new();
    let mut n_known = 0;
    for row in &rows {
        let place = Place {
            kernel: row.kernel.clone(),
            config: row.config.clone(),
            context: row.context.clone(),
            call: Call::parse(&row.call).unwrap(),
            state: State::parse(&row.state).unwrap(),
        };
        let found = cell(&place, &nothing)
            .unwrap_or_else(|e| panic!("{} {} {}: {e}", row.context, row.call, row.state));
        let agrees = found.returned == row.returned
            && found.splat_classes == row.splat_classes
            && found.hang == row.hang;
        let known = known_difference(row);
        n_known += usize::from(known.is_some());
        if agrees == known.is_some() {
            wrong.push(format!(
                "{} {} {} {}: kernel {:?} {:?} hang {}, model {:?} {:?} hang {}; listed: {known:?}",
                row.kernel,
                row.context,
                row.call,
                row.state,
                row.returned,
                row.splat_classes,
                row.hang,
                found.returned,
                found.splat_classes,
                found.hang
            ));
        }
    }
    println!(
        "{} rows, {n_known} of them listed as unable to agree",
        rows.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
