//! `gfp`: the model on the command line. Reads files, measures time, writes; everything else is the
//! crate's.

mod calls;
mod check;
mod input;
mod matrix;
mod output;
mod replay;
mod run;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Deeply nested C text recurses as deeply.
const STACK_SIZE: usize = 256 << 20;

/// An executable model of the Linux page allocator: may this context call this function?
///
/// Exit status: 0 the expectation holds or the input was understood; 1 it does not hold; 2 the input
/// could not be used.
#[derive(Parser)]
#[command(name = "gfp", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(run::Args),
    Check(check::Args),
    Matrix(matrix::Args),
    Calls(calls::Args),
    Replay(replay::Args),
}

/// What a command comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// The expectation holds; the input was understood.
    Holds,
    /// It does not hold.
    Fails,
}

/// Why the input could not be used: one message, with its place where there is one.
#[derive(Debug)]
struct Unusable(String);

impl From<model::scenario::Problem> for Unusable {
    fn from(problem: model::scenario::Problem) -> Unusable {
        Unusable(problem.to_string())
    }
}

impl From<String> for Unusable {
    fn from(message: String) -> Unusable {
        Unusable(message)
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    std::panic::set_hook(Box::new(|info| {
        output::note(&format!("gfp: internal error: {info}"));
    }));
    let worker = std::thread::Builder::new()
        .stack_size(STACK_SIZE)
        .spawn(|| execute(cli));
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(Ok(Outcome::Holds))) => ExitCode::SUCCESS,
        Ok(Ok(Ok(Outcome::Fails))) => ExitCode::from(1),
        Ok(Ok(Err(Unusable(message)))) => {
            output::note(&message);
            ExitCode::from(2)
        }
        // The hook has said what happened.
        Ok(Err(_)) => ExitCode::from(2),
        Err(error) => {
            output::note(&format!("gfp: cannot start: {error}"));
            ExitCode::from(2)
        }
    }
}

fn execute(cli: Cli) -> Result<Outcome, Unusable> {
    match cli.command {
        Command::Run(args) => run::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Matrix(args) => matrix::run(&args),
        Command::Calls(args) => calls::run(&args),
        Command::Replay(args) => replay::run(&args),
    }
}
