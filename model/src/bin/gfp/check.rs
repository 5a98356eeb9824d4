//! `gfp check`: all executions.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use model::explore::{self, Limits, STATES_MAX, Search};
use model::machine::Machine;
use model::report::check::{Checked, json, text};
use model::scenario::Scenario;
use serde_json::Value;

use crate::{Outcome, Unusable, input, output};

/// States expanded between two looks at the clock.
const SLICE: usize = 1024;
/// A search that is over by then needs no progress.
const QUIET: Duration = Duration::from_secs(1);

/// Explores all executions and says whether the scenarios' expectations hold.
///
/// A scenario is checked on all configurations it names. Without an expectation the status is 0.
#[derive(clap::Args)]
pub struct Args {
    /// The scenarios; `-` is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// One JSON document: an object, or an array of them for several files
    #[arg(long)]
    json: bool,
    /// Only this configuration
    #[arg(long, value_name = "C")]
    config: Option<String>,
    /// A unified diff to apply to the modelled kernel first; may be given several times
    #[arg(long, value_name = "DIFF")]
    patch: Vec<PathBuf>,
    /// Stop a search at so many states; the result is then marked incomplete
    #[arg(long, value_name = "N", default_value_t = STATES_MAX)]
    max_states: usize,
    /// Explore every interleaving, also those that cannot differ; counterexamples are shortest then
    #[arg(long)]
    no_reduction: bool,
    /// Stop at the first violation; with --no-reduction it has the shortest execution
    #[arg(long)]
    first: bool,
}

/// A scenario with a machine for each of its configurations.
struct Job {
    scenario: Scenario,
    machines: Vec<(String, Machine)>,
}

pub fn run(args: &Args) -> Result<Outcome, Unusable> {
    // Everything must be usable before anything is printed.
    let jobs: Vec<Job> = args
        .files
        .iter()
        .map(|f| job(f, args))
        .collect::<Result<_, _>>()?;
    let limits = Limits {
        states_max: args.max_states.max(1),
        reduce: !args.no_reduction,
    };
    let mut results = Vec::new();
    let mut holds = true;
    for job in &jobs {
        let found: Vec<(f64, explore::Outcome)> = job
            .machines
            .iter()
            .map(|(config, m)| search(&job.scenario.name, config, m, limits, args.first))
            .collect();
        let named = job.machines.iter().zip(&found);
        let checked: Vec<Checked> = named
            .map(|((config, _), (seconds, outcome))| {
                Checked::new(&job.scenario, config, outcome, *seconds)
            })
            .collect();
        holds &= checked.iter().all(Checked::holds);
        if args.json {
            results.push(json(&checked));
        } else {
            let texts: Vec<String> = checked.iter().map(text).collect();
            output::print(&format!("{}\n", texts.join("\n")));
        }
    }
    if args.json {
        let one = results.len() == 1;
        output::json(&if one {
            results.remove(0)
        } else {
            Value::Array(results)
        });
    }
    Ok(if holds {
        Outcome::Holds
    } else {
        Outcome::Fails
    })
}

fn job(file: &std::path::Path, args: &Args) -> Result<Job, Unusable> {
    let scenario = input::patched(input::scenario(file)?, &args.patch)?;
    let names: Vec<String> = match &args.config {
        Some(name) => vec![name.clone()],
        None => scenario
            .configs
            .iter()
            .map(|(name, _)| name.clone())
            .collect(),
    };
    let machine = |name: String| input::machine(&scenario, Some(&name));
    let machines = names.into_iter().map(machine).collect::<Result<_, _>>()?;
    Ok(Job { scenario, machines })
}

fn search(
    name: &str,
    config: &str,
    machine: &Machine,
    limits: Limits,
    first: bool,
) -> (f64, explore::Outcome) {
    let begin = Instant::now();
    let mut search = Search::new(machine, limits);
    let shown = std::io::stderr().is_terminal();
    let mut next = QUIET;
    loop {
        let progress = search.advance(SLICE);
        if progress.done || first && search.n_found() > 0 {
            break;
        }
        if shown && begin.elapsed() >= next {
            next = begin.elapsed() + QUIET / 4;
            let (states, frontier) = (progress.states, progress.frontier);
            let rate = states as f64 / begin.elapsed().as_secs_f64() / 1e3;
            output::progress(&format!(
                "{name} {config}: {states} states, {frontier} to go, {rate:.0} thousand a second, {} MB",
                search.bytes() >> 20
            ));
        }
    }
    if next > QUIET {
        output::progress("");
    }
    let outcome = search.outcome();
    (begin.elapsed().as_secs_f64(), outcome)
}
