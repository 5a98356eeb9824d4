//! `cargo xtask`: builds, serves and tests the site, and sets up what that needs.

mod bench;
mod cli;
mod paths;
mod phase;
mod preprocess;
mod serve;
mod shell;
mod site;
mod stamp;
mod steps;
mod toolchain;
mod wasm;

use cli::Task;
use paths::Paths;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let task = match cli::parse(&arguments) {
        Ok(task) => task,
        Err(message) => {
            eprintln!("{message}\n\n{}", cli::HELP);
            return ExitCode::from(2);
        }
    };
    let paths = Paths::find();
    let result = match task {
        Task::Help => {
            println!("{}", cli::HELP);
            Ok(ExitCode::SUCCESS)
        }
        Task::Setup => toolchain::setup(&paths).map(|_| ExitCode::SUCCESS),
        Task::Build => site::build(&paths).map(|()| ExitCode::SUCCESS),
        Task::Preprocess(arguments) => {
            preprocess::speak(&arguments, &paths).map(|()| ExitCode::SUCCESS)
        }
        Task::Serve { port } => serve::serve(port, &paths).map(|()| ExitCode::SUCCESS),
        Task::ListSteps => {
            steps::list();
            Ok(ExitCode::SUCCESS)
        }
        Task::Bench(options) => bench::run(&options, &paths),
        Task::Test { steps } => steps::run(&steps, &paths),
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
