//! The arithmetic of watermarks, `lowmem_reserve` and per-CPU lists: managed pages in, the numbers
//! of the records out.

use model::config::Config;
use model::explore::trace::Trace;
use model::scenario::Scenario;

use crate::transcript::{self, Zone};

/// What looks for the sizes at which the modelled C gives the recorded numbers.
const LOOK: &str = include_str!("marks.c");

#[test]
fn watermarks_and_reserves_are_those_of_booted_kernels() {
    let mut seen = Vec::new();
    let mut differences = Vec::new();
    for file in transcript::files() {
        let dumps = transcript::dumps(&file);
        let Some(zones) = dumps.first().filter(|zones| zones.len() == 2) else {
            continue;
        };
        let numbers: Vec<String> = zones.iter().map(recorded).collect();
        if seen.contains(&numbers) {
            continue;
        }
        if !can_be_computed(zones, &numbers) {
            differences.push(format!("{}: {numbers:?}", file.display()));
        }
        seen.push(numbers);
    }
    println!("{} sets of numbers compared", seen.len());
    assert!(!seen.is_empty(), "the repository's own records are missing");
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// `struct recorded` of the C text. How far the mark of the per-CPU lists has moved is not looked at
/// for equality, so several dumps of one machine are one.
fn recorded(zone: &Zone) -> String {
    let number = |name| zone.number(name).to_string();
    let reserve = zone.protection.get(1).copied().unwrap_or(0).to_string();
    let [_, high, batch] = zone.pcp.first().copied().unwrap_or_default();
    let mut fields: Vec<String> = ["managed", "min", "low", "high", "promo"]
        .map(number)
        .into();
    fields.extend([reserve, batch.to_string(), high.to_string()]);
    format!("{{ {} }}", fields.join(", "))
}

fn can_be_computed(zones: &[Zone], numbers: &[String]) -> bool {
    let tables: String = zones
        .iter()
        .map(|zone| format!("[zone.{}]\npages = {}\n", zone.name, zone.number("managed")))
        .collect();
    let text = format!(
        "/*+++\nkernel = \"v6.12\"\nconfig = \"preempt-nodebug\"\ncpus = 2\nprepare = \"look\"\n\
         {tables}[[run]]\ncontext = \"task\"\nentry = \"call\"\n+++*/\n\
         #define RECORDED {}\n{LOOK}",
        numbers.join(", ")
    );
    let scenario = Scenario::parse("marks.c", &text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    let config = Config::named("preempt-nodebug").unwrap();
    let machine = scenario.machine(&config).unwrap_or_else(|e| panic!("{e}"));
    let mut trace = Trace::new(machine);
    trace.run_on(100);
    trace.last().returns[0] == Some(1)
}
