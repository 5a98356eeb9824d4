//! What one run came to, and the words for it.

use model::check::Class;
use serde::{Deserialize, Serialize};

/// What a cell's run came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Outcome {
    /// Something came of it; false NULL, nothing: the call never came back.
    pub returned: Option<bool>,
    /// The reports printed, in order, by their class.
    pub printed: Vec<String>,
    /// The rules broken, printed or not.
    pub broken: Vec<String>,
    /// Some context never came back.
    pub hang: bool,
}

/// The five words of a cell, and the lucky one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A page came back, and no rule is broken.
    Ok,
    /// The same, where other states or interleavings break a rule.
    Lucky,
    /// NULL came back, and no rule is broken.
    MayFail,
    /// A rule is broken, and a detector says so.
    Splat,
    /// A rule is broken, and nothing is printed.
    Silent,
    /// It never comes back.
    Deadlock,
}

impl Verdict {
    /// All of them, for the legend.
    pub const ALL: [Verdict; 6] = [
        Verdict::Ok,
        Verdict::Lucky,
        Verdict::MayFail,
        Verdict::Splat,
        Verdict::Silent,
        Verdict::Deadlock,
    ];

    /// The words.
    pub fn words(self) -> &'static str {
        match self {
            Verdict::Ok => "ok",
            Verdict::Lucky => "ok, lucky",
            Verdict::MayFail => "may fail",
            Verdict::Splat => "splat",
            Verdict::Silent => "wrong and silent",
            Verdict::Deadlock => "deadlock",
        }
    }

    /// One sentence, for the legend.
    pub fn meaning(self) -> &'static str {
        match self {
            Verdict::Ok => "it came back with what was asked for, and no rule is broken",
            Verdict::Lucky => {
                "the same in this state; in another state or interleaving a rule is broken"
            }
            Verdict::MayFail => "it came back with NULL, and no rule is broken",
            Verdict::Splat => "a rule is broken, and a detector of this configuration says so",
            Verdict::Silent => "a rule is broken, and nothing is printed",
            Verdict::Deadlock => "it never came back",
        }
    }

    /// The class that styles it.
    pub fn role(self) -> &'static str {
        match self {
            Verdict::Ok => "is-ok",
            Verdict::Lucky => "is-lucky",
            Verdict::MayFail => "is-null",
            Verdict::Splat => "is-splat",
            Verdict::Silent => "is-silent",
            Verdict::Deadlock => "is-deadlock",
        }
    }
}

impl Outcome {
    /// Which word, given whether the call is legal in that context.
    pub fn verdict(&self, legal: Option<bool>) -> Verdict {
        if self.hang || self.returned.is_none() {
            return Verdict::Deadlock;
        }
        match (self.splats().next(), self.broken.is_empty()) {
            (Some(_), _) => Verdict::Splat,
            (None, false) => Verdict::Silent,
            (None, true) if self.returned == Some(false) => Verdict::MayFail,
            (None, true) if legal == Some(false) => Verdict::Lucky,
            (None, true) => Verdict::Ok,
        }
    }

    /// What the verdict's word leaves open: which detector, and whether a deadlock is reported.
    pub fn details(&self, verdict: Verdict) -> String {
        let detectors: Vec<&str> = self.splats().map(detector).collect();
        let mut parts = Vec::new();
        match verdict {
            Verdict::Splat => parts.push(detectors.join(", ")),
            Verdict::Deadlock if detectors.is_empty() => parts.push("silent".into()),
            Verdict::Deadlock => parts.push(format!("reported: {}", detectors.join(", "))),
            _ => {}
        }
        if self.returned == Some(false) && verdict != Verdict::MayFail {
            parts.push("NULL".into());
        }
        if self.printed.iter().any(|class| !is_splat(class)) {
            parts.push("failure reported".into());
        }
        parts.join("; ")
    }

    /// A failed allocation's report, and the OOM killer's, are no splats.
    fn splats(&self) -> impl Iterator<Item = &str> {
        let printed = self.printed.iter().map(String::as_str);
        printed.filter(|class| is_splat(class))
    }
}

/// Whether a report of that class is about a broken rule.
pub fn is_splat(class: &str) -> bool {
    let report = [Class::AllocFailure, Class::SlubFailure, Class::OomKill];
    !report.iter().any(|c| c.name() == class)
}

/// Who prints a report of that class, in as few words as a cell has room for.
fn detector(class: &str) -> &str {
    match Class::from_name(class) {
        Some(Class::SleepingInAtomic) => "might_sleep",
        Some(Class::SchedulingWhileAtomic) => "scheduler",
        Some(Class::InvalidWaitContext) => "wait type",
        Some(Class::InconsistentLockState) => "IRQ usage",
        Some(Class::Recursive) => "recursion",
        Some(Class::Circular) => "lock order",
        Some(Class::RcuUsage) => "RCU",
        Some(Class::ListCorruption) => "DEBUG_LIST",
        Some(Class::Warning) => "warning",
        Some(Class::Panic) => "panic",
        Some(Class::Oops) => "oops",
        Some(Class::AllocFailure | Class::SlubFailure | Class::OomKill) | None => class,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(returned: Option<bool>, printed: &[&str], broken: &[&str]) -> Outcome {
        let texts = |list: &[&str]| list.iter().map(|s| s.to_string()).collect();
        Outcome {
            returned,
            printed: texts(printed),
            broken: texts(broken),
            hang: returned.is_none(),
        }
    }

    #[track_caller]
    fn reads(outcome: Outcome, legal: Option<bool>, verdict: Verdict, details: &str) {
        assert_eq!(outcome.verdict(legal), verdict);
        assert_eq!(outcome.details(verdict), details);
    }

    #[test]
    fn words_for_outcomes() {
        use Verdict::*;
        reads(outcome(Some(true), &[], &[]), Some(true), Ok, "");
        reads(outcome(Some(true), &[], &[]), None, Ok, "");
        reads(outcome(Some(true), &[], &[]), Some(false), Lucky, "");
        reads(outcome(Some(false), &[], &[]), Some(false), MayFail, "");
        let report = ["alloc-failure"];
        reads(
            outcome(Some(false), &report, &[]),
            None,
            MayFail,
            "failure reported",
        );
        reads(outcome(Some(true), &[], &["R-x"]), None, Silent, "");
        let two = ["invalid-wait-context", "sleeping-in-atomic"];
        reads(
            outcome(Some(true), &two, &["R-x"]),
            None,
            Splat,
            "wait type, might_sleep",
        );
        reads(
            outcome(Some(false), &two[..1], &["R-x"]),
            None,
            Splat,
            "wait type; NULL",
        );
        reads(outcome(None, &[], &["R-x"]), None, Deadlock, "silent");
        reads(
            outcome(None, &["recursive"], &["R-x"]),
            None,
            Deadlock,
            "reported: recursion",
        );
    }
}
