//! Running cells: the only place here that runs the model.

use std::rc::Rc;

use model::explore::End;
use model::matrix::{Place, execution, legal, places, scenario};

use super::data::{Legal, Shape, Table};
use super::outcome::Outcome;
use super::table::Shown;
use crate::session::Session;
use crate::spec::Choice;

/// Runs a cell.
///
/// # Errors
/// When its scenario cannot be used, which is a defect of the modelled kernel.
pub fn outcome(place: &Place) -> Result<Outcome, String> {
    let (trace, run) = execution(place).map_err(|e| e.to_string())?;
    let end = End::of(trace.last());
    Ok(Outcome {
        returned: trace.last().returns[usize::from(run.0)].map(|value| value != 0),
        printed: end.printed.iter().map(|c| c.name().to_string()).collect(),
        broken: end.broken.iter().map(|r| r.name().to_string()).collect(),
        hang: end.hang,
    })
}

/// Explores the call of a cell in its context.
///
/// # Errors
/// As [`outcome`].
pub fn legality(place: &Place) -> Result<Legal, String> {
    let verdict = legal(place).map_err(|e| e.to_string())?;
    Ok(Legal {
        legal: verdict.legal,
        rule: verdict.rule.map(|rule| rule.name().to_string()),
    })
}

/// Computes the next thing that a table lacks, what is shown first: cells, then the verdicts over
/// all states. Says whether there was one.
///
/// # Errors
/// As [`outcome`].
pub fn advance(table: &mut Table, shown: &Shown) -> Result<bool, String> {
    let shape = Rc::clone(&table.shape);
    if let Some(index) = next(&table.cells, |index| shown.has(shape.at(index))) {
        let place = shape.place(&table.kernel, &table.config, shape.at(index))?;
        table.cells[index] = Some(Rc::new(outcome(&place)?));
        return Ok(true);
    }
    let first = |pair: usize| shape.at(pair * shape.states.len());
    if let Some(pair) = next(&table.legal, |pair| shown.has_pair(first(pair))) {
        let place = shape.place(&table.kernel, &table.config, first(pair))?;
        table.legal[pair] = Some(Rc::new(legality(&place)?));
        return Ok(true);
    }
    Ok(false)
}

fn next<T>(list: &[Option<T>], shown: impl Fn(usize) -> bool) -> Option<usize> {
    let missing = || (0..list.len()).filter(|&index| list[index].is_none());
    missing()
        .find(|&index| shown(index))
        .or_else(|| missing().next())
}

/// A whole table.
///
/// # Errors
/// As [`outcome`], and when a word of the shape is not known.
pub fn table(kernel: &str, config: &str, shape: &Rc<Shape>) -> Result<Table, String> {
    places(&shape.axes(kernel, config))?;
    let mut table = Table::empty(kernel, config, Rc::clone(shape));
    let shown = Shown::of(&table, None);
    while advance(&mut table, &shown)? {}
    Ok(table)
}

/// A stepper's session in a cell, at the first thing that is wrong.
///
/// # Errors
/// As [`outcome`].
pub fn session(place: &Place) -> Result<Session, String> {
    let (trace, _) = execution(place).map_err(|e| e.to_string())?;
    let scenario = scenario(place).map_err(|e| e.to_string())?;
    let choice = Choice::Given(trace.schedule());
    Session::start(&scenario.file, &scenario.text, Some(&place.config), &choice)
}
