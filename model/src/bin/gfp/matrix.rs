//! `gfp matrix`: what each call does in each context.

use std::collections::BTreeMap;

use model::matrix::{Axes, Cell, Legality, Place, cell, legal, places};
use serde_json::Value;

use crate::{Outcome, Unusable, output};

/// Shows what calls do: a row for each kernel, configuration, context, call and state.
///
/// What is not named is done in full. Several values are separated by commas.
#[derive(clap::Args)]
pub struct Args {
    /// v5.9 or v5.9+rfc
    #[arg(long, value_name = "K", value_delimiter = ',')]
    kernel: Vec<String>,
    /// A configuration, for instance rt-debug
    #[arg(long, value_name = "C", value_delimiter = ',')]
    config: Vec<String>,
    /// A context, for instance raw_spin_lock
    #[arg(long, value_name = "X", value_delimiter = ',')]
    context: Vec<String>,
    /// A call: alloc_pages:GFP_ATOMIC:0, free_pages:0, rcu_alloc_page_lockless
    #[arg(long, value_name = "CALL", value_delimiter = ',')]
    call: Vec<String>,
    /// A state of the allocator: warm, drained, zlock (held by the interrupted task), zlock_remote
    #[arg(long, value_name = "S", value_delimiter = ',')]
    state: Vec<String>,
    /// One JSON document: an array of cells
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> Result<Outcome, Unusable> {
    let axes = Axes {
        kernels: args.kernel.clone(),
        configs: args.config.clone(),
        contexts: args.context.clone(),
        calls: args.call.clone(),
        states: args.state.clone(),
    };
    let mut verdicts: BTreeMap<[String; 4], Legality> = BTreeMap::new();
    let mut all = Vec::new();
    for place in places(&axes)? {
        let Place {
            kernel,
            config,
            context,
            call,
            ..
        } = &place;
        let key = [kernel, config, context, &call.text].map(String::clone);
        let legality = match verdicts.get(&key) {
            Some(known) => *known,
            None => legal(&place)?,
        };
        verdicts.insert(key, legality);
        let cell = cell(&place, &legality)?;
        if args.json {
            all.push(serde_json::to_value(&cell).map_err(|e| e.to_string())?);
        } else {
            output::print(&line(&cell, &place.call.text));
        }
    }
    if args.json {
        output::json(&Value::Array(all));
    }
    Ok(Outcome::Holds)
}

fn line(cell: &Cell, call: &str) -> String {
    let returned = match cell.returned {
        Some(true) => "ok",
        Some(false) => "NULL",
        None => "never back",
    };
    let mut reports = cell.splat_classes.join(",");
    if cell.hang {
        reports += if reports.is_empty() { "hang" } else { ",hang" };
    }
    let verdict = match (cell.legal, cell.rule) {
        (true, _) => "legal".to_string(),
        (false, Some(rule)) => format!("illegal: {rule}"),
        (false, None) => "not known to be legal".into(),
    };
    format!(
        "{:<9} {:<15} {:<22} {call:<25} {:<12} {returned:<10} {:<24} {verdict}\n",
        cell.kernel,
        cell.config,
        cell.context,
        cell.state,
        if reports.is_empty() { "-" } else { &reports },
    )
}
