//! Failure reports, watermarks and reserves against records of booted kernels.
//!
//! The model is put into the state of memory that the kernel had, makes the same call, and has to
//! return the same and to print the same lines, fields and units, with the same numbers where the
//! model has them. It has no slab, no page tables, no LRU lists of its own, and no kswapd that gives up
//! (`all_unreclaimable?`): those numbers are not compared.

mod marks;
mod report;
mod transcript;

use model::config::Config;
use model::explore::trace::Trace;
use model::machine::event::EventKind;
use model::scenario::Scenario;
use transcript::{Call, Zone};

/// Steps of one call, report included.
const STEPS_MAX: usize = 200_000;

#[test]
fn calls_return_and_report_as_on_booted_kernels() {
    let mut told = report::Told::default();
    let calls: Vec<Call> = transcript::files()
        .iter()
        .flat_map(|f| transcript::calls(f))
        .collect();
    assert!(calls.len() >= 4, "the repository's own records are missing");
    for call in calls.iter().filter(|call| can_be_set(call)) {
        let (returned, printed) = run(call);
        told.compare(call, returned, &printed);
    }
    println!("{}", told.summary());
    assert!(
        told.differences.is_empty(),
        "{}",
        told.differences.join("\n")
    );
}

/// Swap is not modelled: what reclaim would do there is unknown.
fn can_be_set(call: &Call) -> bool {
    !call.file.contains("swap")
}

/// Makes the call in that state; whether it returned a page, and the lines printed.
fn run(call: &Call) -> (bool, Vec<String>) {
    let text = scenario(call);
    let scenario = Scenario::parse("meminfo.c", &text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    let config = Config::named("preempt-debug").unwrap();
    let machine = scenario
        .machine(&config)
        .unwrap_or_else(|e| panic!("{}: {}: {e}\n{text}", call.file, call.text));
    let mut trace = Trace::new(machine);
    trace.run_on(STEPS_MAX);
    let events = trace.steps.iter().flat_map(|step| &step.events);
    let printed: String = events
        .filter_map(|event| match &event.kind {
            EventKind::Printk(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    let returned = trace.last().returns[0].is_some_and(|value| value != 0);
    (returned, printed.lines().map(str::to_string).collect())
}

fn scenario(call: &Call) -> String {
    let mut words = call.text.split(':');
    let (order, gfp) = (words.nth(1).unwrap_or("0"), words.next().unwrap_or("0"));
    let zones: String = call.zones.iter().map(zone).collect();
    let cpu = report::cpu(call).unwrap_or(0);
    format!(
        "/*+++\nkernel = \"v6.12\"\nconfig = \"preempt-debug\"\ncpus = 2\n{zones}\
         [[run]]\ncontext = \"task\"\nentry = \"call\"\ncpu = {cpu}\n+++*/\n\
         int call(void)\n{{\n\treturn alloc_pages({gfp}, {order}) != NULL;\n}}\n"
    )
}

fn zone(zone: &Zone) -> String {
    let boost = zone.number("boost");
    let mark = |name: &str| zone.number(name) - boost;
    let blocks: String = zone
        .blocks
        .iter()
        .map(|(name, counts)| format!("{name} = {counts:?}\n"))
        .collect();
    let counts: Vec<u64> = zone.pcp.iter().map(|pcp| pcp[0]).collect();
    // The fourth column is HighAtomic; a pageblock has 512 pages.
    let highatomic = zone.pageblocks.get(3).map_or(0, |n| n * 512);
    format!(
        "[zone.{}]\npages = {}\npresent = {}\nboost = {boost}\npcp = {counts:?}\n\
         watermark = {{ min = {}, low = {}, high = {} }}\nlowmem_reserve = {:?}\n\
         reserved_highatomic = {highatomic}\n[zone.{}.blocks]\n{blocks}",
        zone.name,
        zone.number("managed"),
        zone.number("present"),
        mark("min"),
        mark("low"),
        mark("high"),
        zone.protection,
        zone.name,
    )
}
