//! One scenario on all its configurations: what was expected and what exploring found.

use model::explore::{Limits, Outcome, explore};
use model::scenario::{Expectation, Item, Quantifier, Scenario};
use yew::{Html, html};

use super::scrolling;
use crate::matrix::outcome::{Verdict, is_splat};
use crate::spec::limits;

/// The words that do not name a report.
const OTHERS: [Item; 3] = [Item::Silent, Item::Hang, Item::Null];

/// A configuration and what exploring found on it.
pub struct Explored {
    /// Its name.
    pub config: String,
    /// What was found.
    pub outcome: Outcome,
    /// What was expected.
    pub expected: Expectation,
}

impl Explored {
    /// Explores a scenario on one of its configurations.
    ///
    /// # Errors
    /// When it does not compile or boot, or its expectation does not hold.
    pub fn of(scenario: &Scenario, config: &str) -> Result<Explored, String> {
        let explored = Explored::within(limits(), scenario, config)?;
        explored.complain(&scenario.file)?;
        Ok(explored)
    }

    /// The same within other bounds, whatever was expected.
    ///
    /// # Errors
    /// When it does not compile or boot.
    pub fn within(limits: Limits, scenario: &Scenario, config: &str) -> Result<Explored, String> {
        let built = scenario.config(config).map_err(|e| e.to_string())?;
        let machine = scenario.machine(&built).map_err(|e| e.to_string())?;
        let outcome = explore(&machine, limits);
        let expected = scenario.expected_on(config);
        Ok(Explored {
            config: config.into(),
            outcome,
            expected,
        })
    }

    fn complain(&self, file: &str) -> Result<(), String> {
        let verdicts = self.expected.judge(&self.outcome);
        let broken = verdicts.iter().find(|verdict| !verdict.holds);
        broken.map_or(Ok(()), |verdict| {
            Err(format!(
                "{file} on {}: expected {} `{}`, found {} in {} states{}",
                self.config,
                verdict.expected.name().to_lowercase(),
                verdict.item.name(),
                verdict.found.name().to_lowercase(),
                self.outcome.states,
                if self.outcome.complete {
                    ""
                } else {
                    ", not all"
                },
            ))
        })
    }

    /// What was found, a sentence for each expected line, and how much was looked at.
    pub fn sentences(&self) -> Vec<String> {
        let verdicts = self.expected.judge(&self.outcome);
        let mut sentences: Vec<String> =
            verdicts.iter().map(|v| sentence(v.item, v.found)).collect();
        sentences.push(self.looked_at());
        sentences
    }

    fn looked_at(&self) -> String {
        let Outcome {
            states,
            transitions,
            complete,
            ..
        } = &self.outcome;
        match complete {
            true => {
                format!("All executions were explored: {states} states, {transitions} transitions.")
            }
            false => format!("{states} states were explored, not all there are."),
        }
    }

    fn found(&self, item: Item) -> Quantifier {
        let expectation = Expectation(vec![(Quantifier::Sometimes, item)]);
        expectation.judge(&self.outcome)[0].found
    }

    /// Everything that was found in some execution.
    fn items(&self) -> Vec<Item> {
        let ends = || self.outcome.ends.iter().map(|group| &group.end);
        let mut items: Vec<Item> = Vec::new();
        let printed = ends().flat_map(|end| end.printed.iter().map(|&class| Item::Printed(class)));
        let broken = ends().flat_map(|end| end.broken.iter().map(|&rule| Item::Broken(rule)));
        for item in printed.chain(broken).chain(OTHERS) {
            if !items.contains(&item) && self.found(item) != Quantifier::Never {
                items.push(item);
            }
        }
        items
    }
}

/// What was found of an item, as a sentence.
fn sentence(item: Item, found: Quantifier) -> String {
    let who = match found {
        Quantifier::Always => "Every execution",
        Quantifier::Sometimes => "Some executions, not all,",
        Quantifier::Never => "No execution",
    };
    let s = if found == Quantifier::Sometimes {
        ""
    } else {
        "s"
    };
    match item {
        Item::Printed(class) => format!("{who} print{s} {}.", class.name()),
        Item::Broken(rule) => format!("{who} break{s} {}.", rule.name()),
        Item::Violation => format!("{who} break{s} a rule."),
        Item::Silent => format!("{who} break{s} a rule and print{s} nothing."),
        Item::Hang => format!("{who} hang{s}."),
        Item::Null if s.is_empty() => format!("{who} have an allocation that returns NULL."),
        Item::Null => format!("{who} has an allocation that returns NULL."),
    }
}

/// The table.
pub fn verdicts(scenario: &Scenario, explored: &[Explored]) -> Html {
    let label = format!("Verdicts on {}", scenario.file);
    scrolling(
        label,
        html! {
            <table class="verdicts">
                <thead><tr>
                    <th scope="col">{"configuration"}</th><th scope="col">{"printed"}</th>
                    <th scope="col">{"rules broken"}</th><th scope="col">{"comes back"}</th>
                    <th scope="col">{"explored"}</th>
                </tr></thead>
                <tbody>{for explored.iter().map(row)}</tbody>
            </table>
        },
    )
}

/// A row for each kernel, a column for each configuration.
pub fn compare(scenario: &Scenario, rows: &[(String, Vec<Explored>)]) -> Html {
    let head = scenario.configs.iter().map(|(config, _)| {
        html! { <th scope="col">{config}</th> }
    });
    let rows = rows.iter().map(|(kernel, explored)| {
        let cells = explored.iter().map(|explored| {
            let verdict = explored.verdict();
            html! {
                <td class={yew::classes!("cell", verdict.role())}>
                    {words(explored, verdict)}{details(explored)}
                </td>
            }
        });
        html! { <tr><th scope="row">{kernel}</th>{for cells}</tr> }
    });
    scrolling(
        format!("{} on several kernels", scenario.file),
        html! {
            <table class="verdicts">
                <thead><tr><th scope="col">{"kernel"}</th>{for head}</tr></thead>
                <tbody>{for rows}</tbody>
            </table>
        },
    )
}

/// A search that was cut off says nothing about what it has not seen.
fn words(explored: &Explored, verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok if !explored.outcome.complete => "nothing found",
        _ => verdict.words(),
    }
}

/// Every way in which it can go wrong, and how often.
fn details(explored: &Explored) -> Html {
    let items = explored.items();
    let items = items.iter().filter(|item| !matches!(item, Item::Violation));
    let list = items.map(|&item| entry(item, explored.found(item)));
    let incomplete = (!explored.outcome.complete).then(|| {
        html! { <span class="entry">{"not all states"}</span> }
    });
    html! { <>{for list}{incomplete}</> }
}

impl Explored {
    /// The worst that can happen, in the matrix's words.
    fn verdict(&self) -> Verdict {
        let can = |item| self.found(item) != Quantifier::Never;
        let prints = |item: &Item| matches!(item, Item::Printed(class) if is_splat(class.name()));
        if can(Item::Hang) {
            Verdict::Deadlock
        } else if self.items().iter().any(prints) {
            Verdict::Splat
        } else if can(Item::Silent) {
            Verdict::Silent
        } else if can(Item::Null) {
            Verdict::MayFail
        } else {
            Verdict::Ok
        }
    }
}

fn row(explored: &Explored) -> Html {
    let items = explored.items();
    let some = |wanted: fn(&Item) -> bool| {
        let list = items.iter().copied().filter(wanted);
        list.map(|item| entry(item, explored.found(item)))
            .collect::<Vec<Html>>()
    };
    let printed = some(|item| matches!(item, Item::Printed(_)));
    let broken = some(|item| matches!(item, Item::Broken(_)));
    let states = &explored.outcome.states;
    let extent = if explored.outcome.complete {
        format!("all {states} states")
    } else {
        format!("{states} states, not all")
    };
    html! {
        <tr>
            <th scope="row">{&explored.config}</th>
            <td>{or(printed, "nothing")}{silent(explored)}</td>
            <td>{or(broken, "none")}</td>
            <td>{comes_back(explored)}</td>
            <td>{extent}</td>
        </tr>
    }
}

fn or(list: Vec<Html>, nothing: &'static str) -> Html {
    if list.is_empty() {
        html! { {nothing} }
    } else {
        list.into_iter().collect()
    }
}

fn entry(item: Item, found: Quantifier) -> Html {
    let name = item.name();
    let name = match item {
        Item::Broken(_) => html! { <a href={format!("rules.html#{name}")}>{name}</a> },
        _ => html! { {name} },
    };
    html! { <span class="entry">{name}{format!(" {} ", found.name().to_lowercase())}</span> }
}

fn silent(explored: &Explored) -> Html {
    match explored.found(Item::Silent) {
        Quantifier::Never => html! {},
        found => {
            html! { <span class="entry">{format!("wrong, and silent: {} ", found.name().to_lowercase())}</span> }
        }
    }
}

fn comes_back(explored: &Explored) -> String {
    let hang = match explored.found(Item::Hang) {
        Quantifier::Never => "always",
        Quantifier::Sometimes => "not in every execution",
        Quantifier::Always => "never",
    };
    match explored.found(Item::Null) {
        Quantifier::Never => hang.into(),
        Quantifier::Sometimes => format!("{hang}; sometimes with NULL"),
        Quantifier::Always => format!("{hang}; with NULL"),
    }
}
