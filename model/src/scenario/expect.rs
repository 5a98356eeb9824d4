//! What a scenario expects, and whether it holds.

use crate::check::{Class, Rule};
use crate::explore::{End, Outcome};
use crate::machine::Schedule;

/// Something that is true or not of a finished execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Item {
    /// This report was printed.
    Printed(Class),
    /// This rule was broken, printed or not.
    Broken(Rule),
    /// Some rule was broken.
    Violation,
    /// Some rule was broken and nothing was printed.
    Silent,
    /// Some context never came back.
    Hang,
    /// An allocation returned NULL.
    Null,
}

impl Item {
    /// The item of that name.
    ///
    /// # Errors
    /// A sentence with the names there are.
    pub fn parse(name: &str) -> Result<Item, String> {
        let word = match name {
            "violation" => Some(Item::Violation),
            "silent" => Some(Item::Silent),
            "hang" => Some(Item::Hang),
            "null" => Some(Item::Null),
            _ => None,
        };
        let class = || Class::from_name(name).map(Item::Printed);
        let rule = || Rule::from_name(name).map(Item::Broken);
        word.or_else(class).or_else(rule).ok_or_else(|| {
            let classes = Class::ALL.iter().map(|c| c.name());
            let rules = Rule::ALL.iter().map(|r| r.name());
            let words = ["violation", "silent", "hang", "null"];
            let known: Vec<&str> = words.into_iter().chain(classes).chain(rules).collect();
            format!("unknown outcome `{name}`; known are {}", known.join(", "))
        })
    }

    /// The name it is written with.
    pub fn name(self) -> &'static str {
        match self {
            Item::Printed(class) => class.name(),
            Item::Broken(rule) => rule.name(),
            Item::Violation => "violation",
            Item::Silent => "silent",
            Item::Hang => "hang",
            Item::Null => "null",
        }
    }

    /// Whether it is true of an execution that ended so.
    pub fn holds(self, end: &End) -> bool {
        match self {
            Item::Printed(class) => end.printed.contains(&class),
            Item::Broken(rule) => end.broken.contains(&rule),
            Item::Violation => !end.broken.is_empty(),
            Item::Silent => !end.broken.is_empty() && end.printed.is_empty(),
            Item::Hang => end.hang,
            Item::Null => end.null,
        }
    }
}

/// Over all executions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// In every one.
    Always,
    /// In some and not in others: herd7's "Sometimes".
    Sometimes,
    /// In none.
    Never,
}

impl Quantifier {
    /// As herd7 writes it.
    pub fn name(self) -> &'static str {
        match self {
            Quantifier::Always => "Always",
            Quantifier::Sometimes => "Sometimes",
            Quantifier::Never => "Never",
        }
    }

    /// What so many positive and negative witnesses amount to.
    pub fn of(positive: usize, negative: usize) -> Quantifier {
        match (positive, negative) {
            (0, _) => Quantifier::Never,
            (_, 0) => Quantifier::Always,
            _ => Quantifier::Sometimes,
        }
    }
}

/// What a scenario says must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectation(pub Vec<(Quantifier, Item)>);

/// One expected line, held against what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What was expected.
    pub expected: Quantifier,
    /// Of what.
    pub item: Item,
    /// What was found.
    pub found: Quantifier,
    /// Final states with the item.
    pub positive: usize,
    /// Final states without.
    pub negative: usize,
    /// Whether the expectation is met. Incomplete searches meet neither `always` nor `never`.
    pub holds: bool,
    /// An execution that shows why not, or that shows the item.
    pub witness: Option<Schedule>,
}

impl Expectation {
    /// Holds every line against the outcome of a search.
    pub fn judge(&self, outcome: &Outcome) -> Vec<Verdict> {
        self.0
            .iter()
            .map(|&(expected, item)| judge_one(expected, item, outcome))
            .collect()
    }
}

fn judge_one(expected: Quantifier, item: Item, outcome: &Outcome) -> Verdict {
    let (with, without): (Vec<_>, Vec<_>) = outcome.ends.iter().partition(|g| item.holds(&g.end));
    let count = |groups: &[&crate::explore::EndGroup]| groups.iter().map(|g| g.n_states).sum();
    let (positive, negative): (usize, usize) = (count(&with), count(&without));
    let found = Quantifier::of(positive, negative);
    let holds = match expected {
        Quantifier::Always => found == Quantifier::Always && outcome.complete,
        Quantifier::Never => found == Quantifier::Never && outcome.complete,
        // With nothing excluded a single witness is enough.
        Quantifier::Sometimes => positive > 0 && (negative > 0 || !outcome.complete),
    };
    let telling = match expected {
        Quantifier::Always => without.first().or(with.first()),
        Quantifier::Sometimes | Quantifier::Never => with.first().or(without.first()),
    };
    let witness = telling.map(|g| g.schedule.clone());
    Verdict {
        expected,
        item,
        found,
        positive,
        negative,
        holds,
        witness,
    }
}
