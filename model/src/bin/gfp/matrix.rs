//! `gfp matrix`: what each call does in each context.

use std::io;
use std::num::NonZero;
use std::sync::Mutex;
use std::thread::{self, ScopedJoinHandle};

use model::config::Config;
use model::matrix::{Axes, CALLS, Call, Cell, Place, Rig, STATES, likeness, places};
use model::scenario::Problem;
use serde_json::Value;

use crate::{Outcome, Unusable, output};

/// The front end recurses as deeply as the C texts nest.
const STACK_SIZE: usize = 32 << 20;

/// Shows what calls do: a row for each kernel, configuration, context, call and state.
///
/// What is left out is done in full, as far as a kernel has it. Several values are separated by
/// commas.
///
/// A call is a function and what it takes, separated by colons. States: warm (this CPU's list holds
/// pages), drained (it is empty), pcpfull (at its mark), sqN (every zone left with N % of its min
/// watermark; sqNw: 16 pages of them on the list; sqbN: watermarks boosted), zlock and pcplock (held
/// by what was interrupted), zlock_remote and pcplock_remote (held by the other CPU), these also with
/// _warm; in an NMI pcphook1 to pcphook5 (points of the list section).
#[derive(clap::Args)]
pub struct Args {
    /// A kernel, for instance v5.9, v5.9+rfc
    #[arg(long, value_name = "K", value_delimiter = ',')]
    kernel: Vec<String>,
    /// A configuration, for instance rt-debug
    #[arg(long, value_name = "C", value_delimiter = ',')]
    config: Vec<String>,
    /// A context, for instance raw_spin_lock
    #[arg(long, value_name = "X", value_delimiter = ',')]
    context: Vec<String>,
    #[arg(long, value_name = "CALL", value_delimiter = ',', help = call_help())]
    call: Vec<String>,
    #[arg(long, value_name = "S", value_delimiter = ',', help = state_help())]
    state: Vec<String>,
    /// One JSON document: an array of cells
    #[arg(long)]
    json: bool,
}

fn call_help() -> String {
    format!(
        "A call; without it, those of these that a kernel has: {}",
        CALLS.join(", ")
    )
}

fn state_help() -> String {
    format!(
        "A state of the allocator; without it, those of these that a kernel has: {}",
        STATES.join(", ")
    )
}

pub fn run(args: &Args) -> Result<Outcome, Unusable> {
    let axes = Axes {
        kernels: args.kernel.clone(),
        configs: args.config.clone(),
        contexts: args.context.clone(),
        calls: args.call.clone(),
        states: args.state.clone(),
    };
    let places = places(&axes)?;
    let mut all = Vec::new();
    let same_rig = |a: &Place, b: &Place| a.kernel == b.kernel && a.config == b.config;
    for chunk in places.chunk_by(same_rig) {
        for (cell, place) in cells(chunk)?.iter().zip(chunk) {
            if args.json {
                all.push(serde_json::to_value(cell).map_err(|e| e.to_string())?);
            } else {
                output::print(&line(cell, &place.call.text));
            }
        }
    }
    if args.json {
        output::json(&Value::Array(all));
    }
    Ok(Outcome::Holds)
}

/// The cells of one kernel and configuration, in order. Contexts that are realised alike are one job;
/// each thread compiles its own texts, as machines do not travel between threads.
fn cells(places: &[Place]) -> Result<Vec<Cell>, Problem> {
    let Some(first) = places.first() else {
        return Ok(Vec::new());
    };
    let config = Config::named(&first.config).map_err(|e| Problem::text("matrix", &e))?;
    let mut calls: Vec<Call> = Vec::new();
    let mut jobs: Vec<(String, Vec<usize>)> = Vec::new();
    for (idx, place) in places.iter().enumerate() {
        if !calls.contains(&place.call) {
            calls.push(place.call.clone());
        }
        let like = likeness(&place.context, &config);
        match jobs.iter_mut().find(|(known, _)| *known == like) {
            Some((_, job)) => job.push(idx),
            None => jobs.push((like, vec![idx])),
        }
    }
    let n_threads = thread::available_parallelism().map_or(1, NonZero::get);
    let n_threads = n_threads.min(jobs.len());
    let jobs = Mutex::new(jobs);
    let next = || jobs.lock().ok().and_then(|mut jobs| jobs.pop());
    let work = || -> Result<Vec<(usize, Cell)>, Problem> {
        let mut rig = Rig::new(&first.kernel, &first.config, &calls)?;
        let mut done = Vec::new();
        while let Some((_, job)) = next() {
            for idx in job {
                let Place {
                    context,
                    call,
                    state,
                    ..
                } = &places[idx];
                done.push((idx, rig.cell(context, call, state)?));
            }
        }
        Ok(done)
    };
    let results: Vec<_> = thread::scope(|scope| {
        let start = |_| {
            let thread = thread::Builder::new().stack_size(STACK_SIZE);
            thread.spawn_scoped(scope, work)
        };
        let threads: Vec<_> = (0..n_threads).map(start).collect();
        let join = |thread: io::Result<ScopedJoinHandle<'_, _>>| thread?.join().map_err(crashed);
        threads.into_iter().map(join).collect()
    });
    let mut all = Vec::new();
    for result in results {
        let failed = |e: io::Error| Problem::text("matrix", &e.to_string());
        all.extend(result.map_err(failed)??);
    }
    all.sort_by_key(|(idx, _)| *idx);
    Ok(all.into_iter().map(|(_, cell)| cell).collect())
}

fn crashed<T>(_: T) -> io::Error {
    io::Error::other("a thread has crashed")
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
        "{:<9} {:<15} {:<22} {call:<25} {:<17} {returned:<10} {:<24} {verdict}\n",
        cell.kernel,
        cell.config,
        cell.context,
        cell.state,
        if reports.is_empty() { "-" } else { &reports },
    )
}
