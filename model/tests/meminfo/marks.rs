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
        // The arithmetic has not changed; per-CPU lists have, and are compared in their own version.
        for kernel in ["v5.9", "v6.12"] {
            if !can_be_computed(kernel, zones, &numbers) {
                differences.push(format!("{kernel} {}: {numbers:?}", file.display()));
            }
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

fn can_be_computed(kernel: &str, zones: &[Zone], numbers: &[String]) -> bool {
    let tables: String = zones
        .iter()
        .map(|zone| format!("[zone.{}]\npages = {}\n", zone.name, zone.number("managed")))
        .collect();
    let text = format!(
        "/*+++\nkernel = \"{kernel}\"\nconfig = \"preempt-nodebug\"\ncpus = 2\nprepare = \"look\"\n\
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

/// A gigabyte, and a machine of three zones, worked out by hand from v5.9's formulas.
#[test]
fn sizes_worked_out_by_hand() {
    let zones = booted("[zone.Normal]\npages = 262144\n");
    assert_eq!(zones[0].watermark, [1024, 1286, 1548]);
    assert_eq!((zones[0].pcp[0].batch, zones[0].pcp[0].high), (63, 378));

    let text = "[zone.DMA]\npages = 3840\n[zone.DMA32]\npages = 500000\n\
                [zone.Normal]\npages = 1500000\n";
    let code = "struct zone *z = NODE_DATA(0)->node_zones;\n\
                return z[ZONE_DMA].lowmem_reserve[ZONE_DMA32] == 1953 &&\n\
                z[ZONE_DMA].lowmem_reserve[ZONE_NORMAL] == 7812 &&\n\
                z[ZONE_DMA32].lowmem_reserve[ZONE_NORMAL] == 5859;";
    let mut trace = Trace::new(machine(text, code));
    trace.run_on(100);
    assert_eq!(trace.last().returns[0], Some(1));
}

fn booted(zones: &str) -> Vec<model::inspect::Zone> {
    let machine = machine(zones, "return 0;");
    model::inspect::Kernel::of(&machine).unwrap().zones()
}

fn machine(zones: &str, body: &str) -> model::machine::Machine {
    let text = format!(
        "/*+++\nkernel = \"v5.9\"\nconfig = \"preempt-nodebug\"\n{zones}\
         [[run]]\ncontext = \"task\"\nentry = \"call\"\n+++*/\nint call(void)\n{{\n{body}\n}}\n"
    );
    let scenario = Scenario::parse("sizes.c", &text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    let config = Config::named("preempt-nodebug").unwrap();
    scenario.machine(&config).unwrap_or_else(|e| panic!("{e}"))
}
