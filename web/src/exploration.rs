//! A search of all executions in slices, for a Web Worker: what goes in and comes out is JSON text.

use model::explore::{Limits, Progress, STATES_MAX, Search};
use model::report::check::{self, Checked};
use model::scenario::Scenario;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

/// A browser's tab gives no more than some gigabytes; a search that needs more ends here, and says so.
const MEMORY_MAX: usize = 1 << 30;

/// What to explore.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// What diagnostics call the text.
    pub file: String,
    /// The scenario.
    pub text: String,
    /// Unified diffs on its kernel.
    pub patches: String,
    /// The configuration's name.
    pub config: String,
}

/// What the worker says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Report {
    /// Still going on.
    Running {
        /// Distinct states so far.
        states: usize,
        /// Of those, not yet expanded.
        frontier: usize,
        /// Seconds so far.
        seconds: f64,
        /// Bytes of the worker's memory.
        memory: usize,
    },
    /// At its end, or at a bound.
    Done(Found),
    /// The scenario cannot be used.
    Failed {
        /// Why.
        message: String,
    },
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// As `gfp check` prints it.
    pub report: String,
    /// The bound that was hit, in words.
    pub bound: Option<String>,
    /// Executions worth looking at, the shortest of each kind.
    pub executions: Vec<Execution>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    /// What happens in it.
    pub what: String,
    /// Its choices.
    pub schedule: String,
    /// How many they are.
    pub steps: usize,
}

/// A search under way.
#[wasm_bindgen(skip_typescript)]
pub struct Exploration {
    scenario: Scenario,
    config: String,
    search: Search,
    progress: Progress,
    memory_full: bool,
}

#[wasm_bindgen]
impl Exploration {
    /// Begins with what an [`Order`] says.
    ///
    /// # Errors
    /// The diagnostics, when the scenario cannot be used.
    #[wasm_bindgen(constructor)]
    pub fn new(order: &str) -> Result<Exploration, JsError> {
        let order: Order = serde_json::from_str(order)?;
        let mut scenario = Scenario::parse(&order.file, &order.text)?;
        if !order.patches.is_empty() {
            let patched = scenario.patched(&order.patches);
            scenario = patched.map_err(|why| JsError::new(&why))?;
        }
        let machine = scenario.machine(&scenario.config(&order.config)?)?;
        let mut search = Search::new(&machine, Limits::states(STATES_MAX));
        let progress = search.advance(0);
        Ok(Exploration {
            scenario,
            config: order.config,
            search,
            progress,
            memory_full: false,
        })
    }

    /// Expands at most `n` states; true at the end, or when the memory is full.
    pub fn advance(&mut self, n: usize) -> bool {
        self.memory_full = memory() > MEMORY_MAX;
        if !self.memory_full {
            self.progress = self.search.advance(n);
        }
        self.progress.done || self.memory_full
    }

    /// How far it is, as a [`Report`].
    pub fn progress(&self, seconds: f64) -> String {
        json(&Report::Running {
            states: self.progress.states,
            frontier: self.progress.frontier,
            seconds,
            memory: memory(),
        })
    }

    /// What was found, as a [`Report`].
    pub fn result(&self, seconds: f64) -> String {
        let outcome = self.search.outcome();
        let checked = Checked::new(&self.scenario, &self.config, &outcome, seconds);
        let bound = match (self.memory_full, outcome.complete) {
            (true, _) => Some(format!(
                "It ended at {} MB of memory, with {} states not looked at. The command line has \
                 more room: gfp check --max-states.",
                memory() >> 20,
                self.progress.frontier
            )),
            (false, false) => Some(format!("It ended at {STATES_MAX} states.")),
            (false, true) => None,
        };
        let execution = |what: String, schedule: &model::machine::Schedule| Execution {
            what,
            schedule: schedule.to_string(),
            steps: schedule.0.len(),
        };
        let broken = outcome.witnesses.iter().map(|w| {
            let rule = w.finding.rule.name();
            let what = match w.finding.class {
                Some(class) if w.finding.printed => format!("{} ({rule})", class.name()),
                _ => format!("{rule}, silent"),
            };
            execution(what, &w.schedule)
        });
        let ends = outcome.ends.iter().map(|group| {
            let words = check::end_words(&group.end);
            let what = format!("ends: {}", words.trim_end_matches(';').replace(';', ","));
            execution(what, &group.schedule)
        });
        json(&Report::Done(Found {
            report: check::text(&checked),
            bound,
            executions: broken.chain(ends).collect(),
        }))
    }
}

fn json(report: &Report) -> String {
    serde_json::to_string(report).unwrap_or_default()
}

/// Bytes this module occupies.
fn memory() -> usize {
    #[cfg(target_arch = "wasm32")]
    return core::arch::wasm32::memory_size(0) << 16;
    #[cfg(not(target_arch = "wasm32"))]
    0
}
