//! `gfp replay`: an execution that somebody sent, made again and compared.

use std::path::{Path, PathBuf};

use model::explore::trace::Trace;
use model::report::link::{Link, Source};
use model::report::{Shot, mail, text};
use model::scenario::Scenario;

use crate::{Outcome, Unusable, input, output};

/// Makes the execution of a mail or a link again and verifies its state.
///
/// The scenario is looked up by its name, or read from the mail or link when that carries it.
/// The status is 1 when the execution does not fit, or leads to another state.
#[derive(clap::Args)]
pub struct Args {
    /// A text with the output of `gfp run --format mail`, quoted or not, or with a link; `-` is
    /// standard input
    file: PathBuf,
    /// Where the scenarios are
    #[arg(long, value_name = "DIR", default_value = "model/scenarios")]
    scenarios: PathBuf,
}

pub fn run(args: &Args) -> Result<Outcome, Unusable> {
    let text = input::read(&args.file)?;
    let at = |message: String| Unusable(format!("{}: error: {message}", args.file.display()));
    let link = read_link(&text).map_err(at)?;
    let mut scenario = find_scenario(args, &link)?;
    scenario.kernel = link.kernel.clone();
    if !link.patches.is_empty() {
        scenario = scenario.patched(&link.patches).map_err(at)?;
    }
    let config = input::config(&scenario, &link.config)?;
    let machine = scenario.machine(&config)?;
    let (trace, misfit) = Trace::follow(machine, &link.schedule);
    let name = &scenario.name;
    if let Some(misfit) = misfit {
        output::note(&format!(
            "this was not made with the `{name}` that is here: {misfit}"
        ));
        return Ok(Outcome::Fails);
    }
    let shot = Shot {
        scenario: &scenario,
        config: &link.config,
        trace: &trace,
        cursor: link.cursor,
    };
    output::print(&text::run(&shot));
    if shot.state().digest() != link.digest {
        output::note(&format!(
            "the state is {}, not {:08x}: this was made with another `{name}` or another version \
             of the model",
            shot.digest(),
            link.digest
        ));
        return Ok(Outcome::Fails);
    }
    output::print(&format!("verified: the same state, {}\n", shot.digest()));
    Ok(Outcome::Holds)
}

/// A mail has its fields on lines of their own; a link is one word.
fn read_link(text: &str) -> Result<Link, String> {
    let is_link = |word: &&str| word.starts_with("w=") || word.contains("#w=");
    match text.split_whitespace().find(is_link) {
        Some(word) => Link::parse(word.trim_matches(['<', '>', '"'])),
        None => mail::import(text),
    }
}

fn find_scenario(args: &Args, link: &Link) -> Result<Scenario, Unusable> {
    let name = match &link.source {
        Source::Text(text) => return Ok(Scenario::parse("edited.c", text)?),
        Source::Name(name) => name,
    };
    let plain = |c: char| c.is_alphanumeric() || "-_.+".contains(c);
    if name.starts_with('.') || !name.chars().all(plain) {
        return Err(Unusable(format!(
            "`{name}` cannot be the name of a scenario"
        )));
    }
    let beside = args.file.parent().unwrap_or(Path::new("."));
    let file = format!("{name}.c");
    let places = [args.scenarios.join(&file), beside.join(&file)];
    match places.iter().find(|p| p.is_file()) {
        Some(path) => input::scenario(path),
        None => Err(Unusable(format!(
            "{}: error: there is no scenario `{name}` here; --scenarios says where they are",
            places[0].display()
        ))),
    }
}
