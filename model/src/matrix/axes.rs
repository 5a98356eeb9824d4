//! Which cells: the axes, and what a word left out stands for.

use super::call::{CALLS, Call};
use super::rig::texts_of;
use super::state::{STATES, State};
use crate::config::{Config, NAMES};
use crate::kernel::{self, linux_version_code};
use crate::machine::context::CONTEXT_NAMES;
use crate::program::Program;

/// Which cells; an empty axis is the whole axis.
#[derive(Clone, Debug, Default)]
pub struct Axes {
    /// `v5.9`, `v5.9+rfc`.
    pub kernels: Vec<String>,
    /// Names of configurations.
    pub configs: Vec<String>,
    /// Names of contexts.
    pub contexts: Vec<String>,
    /// `alloc_pages:GFP_ATOMIC:0`, ….
    pub calls: Vec<String>,
    /// `warm`, `drained`, ….
    pub states: Vec<String>,
}

/// Which cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The kernel.
    pub kernel: String,
    /// The configuration's name.
    pub config: String,
    /// The context's name.
    pub context: String,
    /// The call.
    pub call: Call,
    /// The state of the allocator.
    pub state: State,
}

/// All combinations asked for, in the order of the axes. Of an axis that is left out, those that the
/// kernel has; a word that is given must fit every kernel asked for.
///
/// # Errors
/// A sentence naming the first word that is not known.
pub fn places(axes: &Axes) -> Result<Vec<Place>, String> {
    let mut cells = Vec::new();
    let kernels = match axes.kernels.is_empty() {
        true => kernel::kernels(),
        false => axes.kernels.clone(),
    };
    check_words(axes)?;
    for kernel in kernels {
        kernel::check(&kernel)?;
        let texts = texts_of(&kernel).map_err(|e| e.to_string())?;
        let configs = configs(&axes.configs, &kernel)?;
        let calls = calls(&axes.calls, &kernel, texts.program())?;
        let states = states(&axes.states, &kernel, texts.program())?;
        for config in &configs {
            for context in contexts(&axes.contexts) {
                for call in &calls {
                    for state in states.iter().filter(|s| s.exists_for(context)) {
                        cells.push(Place {
                            kernel: kernel.clone(),
                            config: config.clone(),
                            context: context.into(),
                            call: call.clone(),
                            state: state.clone(),
                        });
                    }
                }
            }
        }
    }
    match cells.is_empty() {
        true => Err("these states are met only in an NMI".into()),
        false => Ok(cells),
    }
}

/// The words that mean the same in every kernel.
fn check_words(axes: &Axes) -> Result<(), String> {
    for config in &axes.configs {
        Config::named(config)?;
    }
    for context in &axes.contexts {
        if !CONTEXT_NAMES.contains(&context.as_str()) {
            let known = CONTEXT_NAMES.join(", ");
            return Err(format!("unknown context `{context}`; known are {known}"));
        }
    }
    Ok(())
}

fn contexts(given: &[String]) -> Vec<&str> {
    match given.is_empty() {
        true => CONTEXT_NAMES.to_vec(),
        false => given.iter().map(String::as_str).collect(),
    }
}

/// The configurations that a kernel can be built with.
pub fn configs_of(kernel: &str) -> Vec<&'static str> {
    let version = linux_version_code(kernel).unwrap_or(0);
    let exists =
        |name: &&str| Config::named(name).is_ok_and(|config| config.exists_in(version).is_ok());
    NAMES.iter().copied().filter(exists).collect()
}

fn configs(given: &[String], kernel: &str) -> Result<Vec<String>, String> {
    let known = configs_of(kernel);
    if given.is_empty() {
        return Ok(known.iter().map(|s| s.to_string()).collect());
    }
    match given.iter().find(|c| !known.contains(&c.as_str())) {
        None => Ok(given.to_vec()),
        Some(config) => Err(format!(
            "{kernel} cannot be built as `{config}`; it has {}",
            known.join(", ")
        )),
    }
}

fn calls(given: &[String], kernel: &str, program: &Program) -> Result<Vec<Call>, String> {
    let words = words(given, CALLS);
    let mut calls = Vec::new();
    for text in &words {
        let call = Call::parse(text)?;
        if call.exists_in(program) {
            calls.push(call);
        } else if !given.is_empty() {
            let known: Vec<&str> = CALLS
                .iter()
                .copied()
                .filter(|c| Call::parse(c).is_ok_and(|c| c.exists_in(program)))
                .collect();
            let known = known.join(", ");
            return Err(format!(
                "the modelled {kernel} has no `{text}`; it has {known}"
            ));
        }
    }
    Ok(calls)
}

fn states(given: &[String], kernel: &str, program: &Program) -> Result<Vec<State>, String> {
    let mut states = Vec::new();
    for text in words(given, STATES) {
        let state = State::parse(text)?;
        if state.exists_in(program) {
            states.push(state);
        } else if !given.is_empty() {
            return Err(format!("{kernel} has nothing that `{text}` is about"));
        }
    }
    Ok(states)
}

fn words<'a>(given: &'a [String], all: &[&'a str]) -> Vec<&'a str> {
    match given.is_empty() {
        true => all.to_vec(),
        false => given.iter().map(String::as_str).collect(),
    }
}
