//! `gfp run`: one execution.

use std::path::PathBuf;

use clap::ValueEnum;
use model::explore::trace::Trace;
use model::explore::{End, Limits, STATES_MAX, explore};
use model::machine::{Machine, Schedule};
use model::report::{Shot, json, mail, svg, text};
use model::scenario::{Item, Quantifier, Scenario};

use crate::{Outcome, Unusable, input, output};

/// A plain C program takes many steps; each is kept, at about a kilobyte.
const STEPS_MAX: usize = 400_000;

/// Runs one execution of a scenario and shows it.
///
/// Without --schedule and --find every choice is the first possible one.
/// The status is 1 when this execution contradicts the scenario's expectation or does not end.
#[derive(clap::Args)]
pub struct Args {
    /// The scenario; `-` is standard input
    file: PathBuf,
    /// The choices to make, as other commands print them: c0x12.i1.c0x3
    #[arg(long, value_name = "S", conflicts_with = "find")]
    schedule: Option<String>,
    /// The configuration (default: the scenario's first)
    #[arg(long, value_name = "C")]
    config: Option<String>,
    /// Search for the shortest execution with this outcome: a word of [expect]
    #[arg(long, value_name = "ITEM")]
    find: Option<String>,
    /// A unified diff to apply to the modelled kernel first; may be given several times
    #[arg(long, value_name = "DIFF")]
    patch: Vec<PathBuf>,
    /// How it is shown
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// All steps, for reading
    Text,
    /// Plain ASCII for a mail, which `gfp replay` reads back
    Mail,
    /// One JSON document
    Json,
    /// A drawing
    Svg,
}

pub fn run(args: &Args) -> Result<Outcome, Unusable> {
    let scenario = input::patched(input::scenario(&args.file)?, &args.patch)?;
    let (config, machine) = input::machine(&scenario, args.config.as_deref())?;
    let trace = match (&args.schedule, &args.find) {
        (Some(schedule), _) => follow(machine, schedule)?,
        (None, Some(item)) => match find(machine, item)? {
            Some(trace) => trace,
            None => return Ok(Outcome::Fails),
        },
        (None, None) => {
            let mut trace = Trace::new(machine);
            trace.run_on(STEPS_MAX);
            trace
        }
    };
    let shot = Shot {
        scenario: &scenario,
        config: &config,
        trace: &trace,
        cursor: trace.steps.len(),
    };
    let format = if args.json { Format::Json } else { args.format };
    match format {
        Format::Text => output::print(&text::run(&shot)),
        Format::Mail => output::print(&mail::export(&shot)),
        Format::Json => output::json(&json::run(&shot)),
        Format::Svg => output::print(&svg::run(&shot)),
    }
    if args.schedule.is_none() && trace.open {
        let file = args.file.display();
        output::note(&format!("{file}: did not end within {STEPS_MAX} steps"));
        return Ok(Outcome::Fails);
    }
    Ok(contradiction(&scenario, &config, &trace))
}

fn follow(machine: Machine, schedule: &str) -> Result<Trace, Unusable> {
    let schedule: Schedule = schedule
        .parse()
        .map_err(|e| format!("--schedule: error: {e}"))?;
    match Trace::follow(machine, &schedule) {
        (trace, None) => Ok(trace),
        (_, Some(misfit)) => Err(Unusable(format!("--schedule: error: {misfit}"))),
    }
}

/// The shortest execution that ends with the item.
fn find(machine: Machine, item: &str) -> Result<Option<Trace>, Unusable> {
    let wanted = Item::parse(item).map_err(|e| format!("--find: error: {e}"))?;
    let outcome = explore(&machine, Limits::states(STATES_MAX).unreduced());
    let ends = outcome.ends.iter().filter(|g| wanted.holds(&g.end));
    let Some(group) = ends.min_by_key(|g| g.schedule.0.len()) else {
        let bound = if outcome.complete {
            ""
        } else {
            " within the limit"
        };
        output::note(&format!(
            "no execution among {} states{bound} has `{item}`",
            outcome.states
        ));
        return Ok(None);
    };
    Ok(Some(Trace::follow(machine, &group.schedule).0))
}

/// Whether one execution suffices to refute the expectation.
fn contradiction(scenario: &Scenario, config: &str, trace: &Trace) -> Outcome {
    if trace.open {
        return Outcome::Holds;
    }
    let end = End::of(trace.last());
    for (quantifier, item) in scenario.expected_on(config).0 {
        let refuted = match quantifier {
            Quantifier::Always => !item.holds(&end),
            Quantifier::Never => item.holds(&end),
            Quantifier::Sometimes => false,
        };
        if refuted {
            let word = quantifier.name().to_lowercase();
            output::note(&format!(
                "expected on {config}: {word} {}; not so here",
                item.name()
            ));
            return Outcome::Fails;
        }
    }
    Outcome::Holds
}
