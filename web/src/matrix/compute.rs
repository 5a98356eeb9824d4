//! Running cells: the only place here that runs the model.

use std::rc::Rc;

use model::machine::context::CONTEXT_NAMES;
use model::matrix::{CALLS, Call, Place, Rig, STATES, State, execution, scenario, texts_of};
use model::program::Program;

use super::data::{At, Legal, Shape, Table};
use super::outcome::Outcome;
use super::record::{AsObserved, Seen};
use super::table::Shown;
use crate::session::Session;
use crate::spec::Choice;

/// The states that a page shows when none is named; `gfp matrix` knows more.
const MAIN_STATES: [&str; 6] = [
    "warm",
    "drained",
    "zlock",
    "zlock_remote",
    "pcplock",
    "sq40",
];

/// Every context, and the calls and main states that a kernel has.
///
/// # Errors
/// When there is no such kernel.
pub fn whole_shape(kernel: &str) -> Result<Shape, String> {
    let texts = texts_of(kernel).map_err(|e| e.to_string())?;
    let calls = CALLS.iter().map(|word| word.to_string());
    let states = STATES.iter().map(|word| word.to_string());
    Ok(Shape {
        contexts: CONTEXT_NAMES.iter().map(|word| word.to_string()).collect(),
        calls: calls
            .filter(|word| call(word, texts.program()).is_ok())
            .collect(),
        states: states
            .filter(|word| MAIN_STATES.contains(&word.as_str()))
            .filter(|word| state(word, texts.program()).is_ok())
            .collect(),
    })
}

/// The same with a call and a state that it need not have by itself.
///
/// # Errors
/// When the kernel has none of that name.
pub fn shape_with(
    kernel: &str,
    shape: &Shape,
    calls: &[&String],
    states: &[&String],
) -> Result<Shape, String> {
    let texts = texts_of(kernel).map_err(|e| e.to_string())?;
    let mut shape = shape.clone();
    for word in calls {
        call(word, texts.program())?;
        shape.calls.push(word.to_string());
    }
    for word in states {
        state(word, texts.program())?;
        shape.states.push(word.to_string());
    }
    Ok(shape)
}

fn call(word: &str, program: &Program) -> Result<Call, String> {
    let call = Call::parse(word)?;
    match call.exists_in(program) {
        true => Ok(call),
        false => Err(format!("this kernel has no `{word}`")),
    }
}

fn state(word: &str, program: &Program) -> Result<State, String> {
    let state = State::parse(word)?;
    match state.exists_in(program) {
        true => Ok(state),
        false => Err(format!("this kernel has nothing that `{word}` is about")),
    }
}

/// Computes the cells of a table's kernel and configuration.
pub struct Computer {
    rig: Rig,
    shape: Rc<Shape>,
    calls: Vec<Call>,
    states: Vec<State>,
}

impl Computer {
    /// Compiles the kernel for the calls of a shape.
    ///
    /// # Errors
    /// A word that is not known, or what is wrong with the texts.
    pub fn new(kernel: &str, config: &str, shape: &Rc<Shape>) -> Result<Computer, String> {
        let words = shape.calls.iter();
        let calls: Vec<Call> = words
            .map(|word| Call::parse(word))
            .collect::<Result<_, _>>()?;
        let words = shape.states.iter();
        let states = words
            .map(|word| State::parse(word))
            .collect::<Result<_, _>>()?;
        Ok(Computer {
            rig: Rig::new(kernel, config, &calls).map_err(|e| e.to_string())?,
            shape: Rc::clone(shape),
            calls,
            states,
        })
    }

    fn outcome(&mut self, at: At, state: &State) -> Result<Outcome, String> {
        let context = &self.shape.contexts[at.context];
        let found = self.rig.outcome(context, &self.calls[at.call], state);
        let found = found.map_err(|e| e.to_string())?;
        Ok(Outcome {
            returned: found.returned,
            printed: found
                .end
                .printed
                .iter()
                .map(|c| c.name().to_string())
                .collect(),
            broken: found
                .end
                .broken
                .iter()
                .map(|r| r.name().to_string())
                .collect(),
            hang: found.end.hang,
        })
    }

    fn legality(&mut self, at: At) -> Result<Legal, String> {
        let context = &self.shape.contexts[at.context];
        let found = self.rig.legality(context, &self.calls[at.call]);
        let found = found.map_err(|e| e.to_string())?;
        Ok(Legal {
            legal: found.legal,
            rule: found.rule.map(|rule| rule.name().to_string()),
        })
    }

    /// Computes the next thing that a table lacks, what is shown first: cells, then the verdicts over
    /// all states. Says whether there was one.
    ///
    /// # Errors
    /// When the modelled kernel has a defect.
    pub fn advance(&mut self, table: &mut Table, shown: &Shown) -> Result<bool, String> {
        let shape = Rc::clone(&self.shape);
        if let Some(index) = next(&table.cells, |index| shown.has(shape.at(index))) {
            let at = shape.at(index);
            let state = self.states[at.state].clone();
            table.cells[index] = Some(Rc::new(self.outcome(at, &state)?));
            return Ok(true);
        }
        let first = |pair: usize| shape.at(pair * shape.states.len());
        if let Some(pair) = next(&table.legal, |pair| shown.has_pair(first(pair))) {
            table.legal[pair] = Some(Rc::new(self.legality(first(pair))?));
            return Ok(true);
        }
        Ok(false)
    }

    /// Whether the model agrees with a record: in the named state, or in the one that was observed.
    /// None where the table has no such cell.
    ///
    /// # Errors
    /// As [`Computer::advance`].
    pub fn compare(&mut self, seen: &Seen) -> Result<Option<AsObserved>, String> {
        let Some(at) = self.shape.find(&seen.context, &seen.call, &seen.state) else {
            return Ok(None);
        };
        let named = self.states[at.state].clone();
        if seen.agrees(&self.outcome(at, &named)?) {
            return Ok(Some(AsObserved::Named));
        }
        let mut observed = named.clone();
        if let Some(pages) = seen.free {
            observed = observed.with_free(pages);
        }
        if let Some(listed) = seen.listed {
            observed = observed.with_list(listed);
        }
        let same = observed != named && seen.agrees(&self.outcome(at, &observed)?);
        Ok(Some(if same {
            AsObserved::Observed
        } else {
            AsObserved::Neither
        }))
    }
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
/// As [`Computer::new`] and [`Computer::advance`].
pub fn table(
    computer: &mut Computer,
    kernel: &str,
    config: &str,
    shape: &Rc<Shape>,
) -> Result<Table, String> {
    let mut table = Table::empty(kernel, config, Rc::clone(shape));
    let shown = Shown::of(&table, None);
    while computer.advance(&mut table, &shown)? {}
    Ok(table)
}

/// A stepper's session in a cell, at the first thing that is wrong.
///
/// # Errors
/// When the cell's scenario cannot be used.
pub fn session(place: &Place) -> Result<Session, String> {
    let (trace, _) = execution(place).map_err(|e| e.to_string())?;
    let scenario = scenario(place).map_err(|e| e.to_string())?;
    let choice = Choice::Given(trace.schedule());
    Session::start(&scenario.file, &scenario.text, Some(&place.config), &choice)
}
