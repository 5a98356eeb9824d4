//! The drawing of a table: plain HTML, complete without scripts. The live page adds links.

use std::collections::HashMap;

use yew::{Html, html};

use super::address::Address;
use super::data::{At, Legal, Table};
use super::outcome::Verdict;
use super::record::{AsObserved, Seen};

/// What is drawn besides the table's cells.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    /// What booted kernels did.
    pub seen: &'a [Seen],
    /// What the page shows; none in print, where cells lead nowhere.
    pub address: Option<&'a Address>,
    /// The cell that the Tab key leads to.
    pub focus: Option<At>,
}

/// The rows, groups and columns that an address leaves.
pub struct Shown {
    /// Rows.
    pub contexts: Vec<usize>,
    /// Groups of columns.
    pub calls: Vec<usize>,
    /// Columns of a group.
    pub states: Vec<usize>,
}

impl Shown {
    /// What of a table is shown; a word that the table does not have leaves nothing.
    pub fn of(table: &Table, address: Option<&Address>) -> Shown {
        let left = |list: &[String], only: Option<&String>| {
            let wanted = |(_, word): &(usize, &String)| only.is_none_or(|only| only == *word);
            let indices = list.iter().enumerate().filter(wanted).map(|(idx, _)| idx);
            indices.collect()
        };
        let shape = &table.shape;
        Shown {
            contexts: left(&shape.contexts, address.and_then(|a| a.context.as_ref())),
            calls: left(&shape.calls, address.and_then(|a| a.call.as_ref())),
            states: left(&shape.states, address.and_then(|a| a.state.as_ref())),
        }
    }

    /// Whether a cell is shown.
    pub fn has(&self, at: At) -> bool {
        self.has_pair(at) && self.states.contains(&at.state)
    }

    /// Whether a cell's context and call are shown.
    pub fn has_pair(&self, at: At) -> bool {
        self.contexts.contains(&at.context) && self.calls.contains(&at.call)
    }
}

/// The table.
pub fn table(table: &Table, look: Look<'_>) -> Html {
    let shown = Shown::of(table, look.address);
    let seen = seen_cells(table, look.seen);
    let shape = &table.shape;
    let width = (shown.states.len() + 1).to_string();
    let groups = shown.calls.iter().map(|&call| {
        html! { <th scope="colgroup" colspan={width.clone()}>{breakable(&shape.calls[call])}</th> }
    });
    let columns = shown.calls.iter().map(|_| {
        let states = shown.states.iter().map(|&state| {
            html! { <th scope="col">{breakable(&shape.states[state])}</th> }
        });
        html! { <><th scope="col">{"all states"}</th>{for states}</> }
    });
    let spans = shown
        .calls
        .iter()
        .map(|_| html! { <colgroup span={width.clone()}></colgroup> });
    let rows = shown.contexts.iter().map(|&context| {
        let cells = shown.calls.iter().map(|&call| {
            let pair = At {
                context,
                call,
                state: 0,
            };
            let states = shown.states.iter().map(|&state| {
                let at = At {
                    context,
                    call,
                    state,
                };
                cell(table, at, seen.get(&shape.index(at)).copied(), look)
            });
            html! { <>{legality(table.legality(pair))}{for states}</> }
        });
        html! { <tr><th scope="row">{breakable(&shape.contexts[context])}</th>{for cells}</tr> }
    });
    html! {
        <table class="matrix">
            <caption>{format!("{} · {}", table.kernel, table.config)}</caption>
            <colgroup></colgroup>{for spans}
            <thead>
                <tr><th scope="col" rowspan="2">{"context"}</th>{for groups}</tr>
                <tr>{for columns}</tr>
            </thead>
            <tbody>{for rows}</tbody>
        </table>
    }
}

/// The recorded boots of a table's cells, by the cell's number.
fn seen_cells<'a>(table: &Table, seen: &'a [Seen]) -> HashMap<usize, &'a Seen> {
    let here = |row: &&Seen| row.kernel == table.kernel && row.config == table.config;
    let index = |row: &'a Seen| {
        let at = table.shape.find(&row.context, &row.call, &row.state)?;
        Some((table.shape.index(at), row))
    };
    seen.iter().filter(here).filter_map(index).collect()
}

fn legality(legal: Option<&Legal>) -> Html {
    match legal {
        None => html! { <td class="all">{"…"}</td> },
        Some(Legal { legal: true, .. }) => html! { <td class="all may">{"legal"}</td> },
        Some(Legal {
            rule: Some(rule), ..
        }) => {
            html! { <td class="all may-not">{"no: "}{breakable(rule)}</td> }
        }
        Some(Legal { rule: None, .. }) => html! { <td class="all">{"not known"}</td> },
    }
}

fn cell(table: &Table, at: At, seen: Option<&Seen>, look: Look<'_>) -> Html {
    let Some(outcome) = table.outcome(at) else {
        return html! { <td class="cell">{"…"}</td> };
    };
    let verdict = outcome.verdict(table.legality(at).map(|l| l.legal));
    let text = words(verdict, &outcome.details(verdict));
    let badge = seen.map(badge);
    let content = match look.address {
        None => html! { {text} },
        Some(address) => link(table, at, address, look.focus == Some(at), text),
    };
    html! { <td class={yew::classes!("cell", verdict.role())}>{content}{badge}</td> }
}

/// A plain link to the cell's run; only one of them is a stop of the Tab key.
fn link(table: &Table, at: At, address: &Address, stop: bool, text: String) -> Html {
    let shape = &table.shape;
    let words = [
        &shape.contexts[at.context],
        &shape.calls[at.call],
        &shape.states[at.state],
    ];
    let open = words.map(String::clone);
    let current = (address.open.as_ref() == Some(&open)).then_some("true");
    let target = Address {
        open: Some(open),
        step: None,
        ..address.clone()
    };
    let tabindex = if stop { "0" } else { "-1" };
    html! {
        <a href={format!("#{}", target.to_fragment())} data-cell={name(at)} {tabindex}
            aria-current={current}>{text}</a>
    }
}

/// A cell's name in the page.
pub fn name(at: At) -> String {
    format!("{}-{}-{}", at.context, at.call, at.state)
}

fn words(verdict: Verdict, details: &str) -> String {
    match details {
        "" => verdict.words().into(),
        details => format!("{}: {details}", verdict.words()),
    }
}

/// What a booted kernel did: the same, or what.
fn badge(seen: &Seen) -> Html {
    let Seen {
        booted, outcome, ..
    } = seen;
    let same = match seen.same {
        AsObserved::Named => Some(format!("{booted}: the same")),
        AsObserved::Observed => Some(format!("{booted}: the same*")),
        AsObserved::Neither => None,
    };
    if let Some(text) = same {
        return html! { <span class="badge agrees">{text}</span> };
    }
    let verdict = outcome.verdict(None);
    let text = words(verdict, &outcome.details(verdict));
    html! { <span class="badge differs">{format!("{booted} differs: {text}")}</span> }
}

/// How many cells were seen on a booted kernel, and how many of these are the same there.
pub fn tally(table: &Table, seen: &[Seen]) -> (usize, usize) {
    let cells = seen_cells(table, seen);
    let same = cells
        .values()
        .filter(|seen| seen.same != AsObserved::Neither);
    (cells.len(), same.count())
}

/// Names are long and columns narrow: a line may end behind `_`, `:` and `-`.
fn breakable(name: &str) -> Html {
    let parts: Vec<&str> = name.split_inclusive(['_', ':', '-', '|']).collect();
    let last = parts.len().saturating_sub(1);
    let part = |(idx, part): (usize, &&str)| {
        html! { <>{(*part).to_string()}if idx < last { <wbr /> }</> }
    };
    parts.iter().enumerate().map(part).collect()
}

/// What the words and marks mean.
pub fn legend() -> Html {
    let words = Verdict::ALL.map(|verdict| {
        html! {
            <><dt class={yew::classes!("cell", verdict.role())}>{verdict.words()}</dt>
            <dd>{verdict.meaning()}</dd></>
        }
    });
    html! {
        <dl class="legend">
            {for words}
            <dt class="all">{"all states"}</dt>
            <dd>{"whether the call is legal in that context: over all states, interleavings and \
                detectors; or the rule that says no"}</dd>
            <dt><span class="badge agrees">{"5.10: the same"}</span></dt>
            <dd>{"seen on a booted kernel, which did the same; with an asterisk: the same with the \
                list and the free pages that were really there, which are not those of the column"}</dd>
            <dt><span class="badge differs">{"5.10 differs: …"}</span></dt>
            <dd>{"seen on a booted kernel, which did that instead"}</dd>
        </dl>
    }
}

/// What was booted, and how much of it is in a table.
pub fn boots(tables: &[&Table], seen: &[Seen], about: &[String]) -> Html {
    if about.is_empty() {
        return html! { <p>{"No cell of this kernel was recorded on a booted kernel."}</p> };
    }
    let counts = tables.iter().filter_map(|table| match tally(table, seen) {
        (0, _) => None,
        (all, same) => Some(html! {
            <li>{format!("{}: {all} cells were seen on a booted kernel, {same} did the same.", table.config)}</li>
        }),
    });
    let about = about.iter().map(|text| html! { <li>{text}</li> });
    html! { <ul class="boots">{for counts}{for about}</ul> }
}
