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
    /// Leave out what cannot change a verdict; so it is when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reduce: Option<bool>,
    /// Ends when so many kinds of violations have been seen: without reduction their executions are
    /// shortest ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enough: Option<usize>,
    /// States; [`STATES_MAX`] when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub states_max: Option<usize>,
    /// Bytes of memory; [`MEMORY_MAX`] when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_max: Option<usize>,
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
    /// Nothing was left out.
    pub complete: bool,
    /// Whether the scenario's expectation holds, when it has one.
    pub holds: Option<bool>,
    /// How much was looked at, in one sentence.
    pub size: String,
    /// Why it ended before its end, in words.
    pub bound: Option<String>,
    /// Executions that break a rule, one of each kind.
    pub violations: Vec<Execution>,
    /// Executions for each way to end.
    pub ends: Vec<Execution>,
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
    order: Bounds,
    stopped: Option<Stopped>,
}

/// What an [`Order`] says of where to end.
struct Bounds {
    enough: Option<usize>,
    states_max: usize,
    memory_max: usize,
}

/// Why a search has ended before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stopped {
    /// No more memory.
    Memory,
    /// All that was wanted has been seen.
    Enough,
    /// Somebody said so.
    Asked,
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
        let states_max = order.states_max.unwrap_or(STATES_MAX);
        let limits = Limits {
            reduce: order.reduce.unwrap_or(true),
            ..Limits::states(states_max)
        };
        let mut search = Search::new(&machine, limits);
        let progress = search.advance(0);
        Ok(Exploration {
            scenario,
            config: order.config,
            search,
            progress,
            order: Bounds {
                enough: order.enough,
                states_max,
                memory_max: order.memory_max.unwrap_or(MEMORY_MAX),
            },
            stopped: None,
        })
    }

    /// Expands at most `n` states; true at the end, or at a bound.
    pub fn advance(&mut self, n: usize) -> bool {
        if memory() >= self.order.memory_max {
            self.stopped = Some(Stopped::Memory);
        } else {
            self.progress = self.search.advance(n);
            if self.has_enough() {
                self.stopped = Some(Stopped::Enough);
            }
        }
        self.progress.done || self.stopped.is_some()
    }

    /// It is not gone on with: what was found so far is the result.
    pub fn stop(&mut self) {
        self.stopped = Some(Stopped::Asked);
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
    pub fn result(&mut self, seconds: f64) -> String {
        let outcome = self.search.outcome();
        let checked = Checked::new(&self.scenario, &self.config, &outcome, seconds);
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
            let what = words.trim_end_matches(';').replace(';', ",");
            execution(what, &group.schedule)
        });
        json(&Report::Done(Found {
            report: check::text(&checked),
            complete: outcome.complete,
            holds: (!checked.verdicts.is_empty()).then(|| checked.holds()),
            size: format!(
                "{} states, {} transitions, depth {}, {seconds:.2} s, {} MB",
                grouped(outcome.states),
                grouped(outcome.transitions),
                outcome.depth,
                memory() >> 20
            ),
            bound: self.bound(outcome.complete),
            violations: broken.collect(),
            ends: ends.collect(),
        }))
    }
}

impl Exploration {
    fn has_enough(&self) -> bool {
        let enough = self.order.enough;
        enough.is_some_and(|enough| self.search.n_found() >= enough)
    }

    fn bound(&self, complete: bool) -> Option<String> {
        let rest = format!(
            "{} states were not looked at",
            grouped(self.progress.frontier)
        );
        match self.stopped {
            _ if complete => None,
            Some(Stopped::Memory) => Some(format!(
                "It ended at its bound, {} MB of memory: {rest}. The command line has more room: \
                 gfp check --max-states.",
                self.order.memory_max >> 20
            )),
            Some(Stopped::Asked) => Some(format!("You have ended it: {rest}.")),
            Some(Stopped::Enough) => None,
            None => Some(format!(
                "It ended at its bound, {} states: what lies beyond is unknown. The command line \
                 has more room: gfp check --max-states.",
                grouped(self.order.states_max)
            )),
        }
    }
}

/// A number with its thousands apart.
pub(crate) fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (idx, digit) in digits.chars().enumerate() {
        if idx > 0 && (digits.len() - idx).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
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

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = include_str!("../../model/scenarios/kvfree-rcu-zone-lock-held.c");

    fn ended(change: impl FnOnce(&mut Order), n: usize) -> (bool, Found) {
        let mut order = Order {
            file: "edited.c".into(),
            text: TEXT.into(),
            patches: String::new(),
            config: "preempt-debug".into(),
            reduce: None,
            enough: None,
            states_max: None,
            memory_max: None,
        };
        change(&mut order);
        let order = serde_json::to_string(&order).unwrap();
        let Ok(mut search) = Exploration::new(&order) else {
            panic!("the order cannot be used")
        };
        let done = search.advance(n);
        if !done {
            search.stop();
        }
        match serde_json::from_str(&search.result(0.5)).unwrap() {
            Report::Done(found) => (done, found),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_end_is_told_from_a_bound() {
        let (done, all) = ended(|_| (), usize::MAX);
        assert!(done && all.complete && all.bound.is_none(), "{all:?}");
        assert!(
            !all.ends.is_empty() && all.size.contains("0.50 s"),
            "{all:?}"
        );

        let (_, full) = ended(|order| order.memory_max = Some(0), 10);
        let words = full.bound.unwrap();
        assert!(
            !full.complete && words.contains("0 MB of memory"),
            "{words}"
        );

        let (done, asked) = ended(|_| (), 1);
        let words = asked.bound.unwrap();
        assert!(!done && words.starts_with("You have ended it"), "{words}");
    }

    #[test]
    fn every_interleaving_has_the_shortest() {
        let (_, all) = ended(|_| (), usize::MAX);
        let enough = all.violations.len();
        assert!(enough > 0, "{all:?}");
        let every = |order: &mut Order| (order.reduce, order.enough) = (Some(false), Some(enough));
        let (_, short) = ended(every, usize::MAX);
        assert_eq!(short.violations.len(), enough);
        for execution in &short.violations {
            let same = all.violations.iter().find(|e| e.what == execution.what);
            assert!(
                same.is_some_and(|e| execution.steps <= e.steps),
                "{execution:?}"
            );
        }
    }

    #[test]
    fn thousands_are_apart() {
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }
}
