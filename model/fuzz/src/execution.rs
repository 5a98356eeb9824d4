//! Executions whose choices come from the input, and everything that is shown of them.

use model::explore::trace::Trace;
use model::machine::Machine;
use model::report::link::Link;
use model::report::{Shot, json, mail, svg, text};
use model::scenario::Scenario;

/// Where an execution is left: most scenarios are through by then.
const STEPS_MAX: usize = 600;

/// When this variable is set, each execution is shown as it goes: so that a failing input, which is
/// no text, becomes a schedule for `gfp run`.
const SHOW: &str = "FUZZ_SHOW";

/// Executes a scenario. A byte is taken wherever there is more than one; without bytes left
/// the execution stays where it is.
pub fn perform(scenario: &Scenario, config: &str, machine: Machine, choices: &[u8]) -> Trace {
    let show = std::env::var_os(SHOW).is_some();
    if show {
        eprint!("\n{} on {config}:\n{}\n", scenario.file, scenario.text);
    }
    let mut trace = Trace::new(machine);
    let mut choices = choices.iter();
    while trace.steps.len() < STEPS_MAX {
        let enabled = trace.last().enabled();
        let action = match enabled.as_slice() {
            [] => break,
            [only] => *only,
            several => match choices.next() {
                Some(&byte) => several[usize::from(byte) % several.len()],
                None => break,
            },
        };
        if show {
            eprint!("{action}.");
        }
        if let Err(misfit) = trace.push(action) {
            panic!("{action} was enabled: {misfit}");
        }
    }
    trace
}

/// The execution of the same schedule is the same.
pub fn assert_repeatable(trace: &Trace) {
    let schedule = trace.schedule();
    let read = schedule.to_string().parse();
    assert_eq!(read.as_ref(), Ok(&schedule));
    let (again, misfit) = Trace::follow(trace.initial.clone(), &schedule);
    assert_eq!(misfit, None, "{schedule}");
    assert!(again.last() == trace.last(), "{schedule}");
    assert_eq!(again.last().digest(), trace.last().digest(), "{schedule}");
}

/// Makes every report, and reads those that can be read.
pub fn report(scenario: &Scenario, config: &str, trace: &Trace, cursor: usize) {
    let shot = Shot {
        scenario,
        config,
        trace,
        cursor,
    };
    text::run(&shot);
    text::verdict(&shot);
    json::run(&shot);
    svg::run(&shot);
    let by_name = Link::by_name(&shot);
    assert_eq!(Link::parse(&by_name.to_fragment()).as_ref(), Ok(&by_name));
    assert_eq!(mail::import(&mail::export(&shot)), Ok(by_name));
    let with_text = Link::with_text(&shot);
    assert_eq!(
        Link::parse(&with_text.to_fragment()).as_ref(),
        Ok(&with_text)
    );
    assert_eq!(mail::import(&mail::export_with_text(&shot)), Ok(with_text));
}
