//! What somebody sent: a link, a mail, or the parts of one, decoded and replayed.
//!
//! Bytes that mutate inside a packed text make only damaged texts. So an input may be the parts
//! instead, a NUL between them: an `=`, then kernel, configuration, schedule, patches, scenario.
#![no_main]

use std::fs;
use std::path::Path;

use libfuzzer_sys::fuzz_target;
use model::explore::trace::Trace;
use model::report::link::{Link, Source, VERSION};
use model::report::mail;
use model::scenario::Scenario;
use model_fuzz::execution::report;
use model_fuzz::on_small_stack;

/// As many choices as are followed: a schedule may repeat one a million times.
const CHOICES_MAX: usize = 400;

fuzz_target!(|data: &[u8]| on_small_stack(data, link));

fn link(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let link = match text.strip_prefix('=') {
        Some(parts) => of_parts(parts),
        None => Link::parse(&text).or_else(|_| mail::import(&text)).ok(),
    };
    if let Some(link) = link {
        let read = Link::parse(&link.to_fragment());
        assert_eq!(read.as_ref(), Ok(&link));
        replay(&link);
    }
}

fn of_parts(text: &str) -> Option<Link> {
    let mut parts = text.splitn(5, '\0').map(str::to_string);
    let mut part = || parts.next().unwrap_or_default();
    let (kernel, config, schedule, patches) = (part(), part(), part(), part());
    let schedule: model::machine::Schedule = schedule.parse().ok()?;
    (!config.is_empty()).then(|| Link {
        version: VERSION,
        source: Source::Text(part()),
        kernel: (!kernel.is_empty()).then_some(kernel),
        patches,
        config,
        cursor: schedule.0.len() / 2,
        schedule,
        digest: 0,
    })
}

/// What `gfp replay` does.
fn replay(link: &Link) -> Option<()> {
    let mut scenario = match &link.source {
        Source::Name(name) => named(name)?,
        Source::Text(text) => Scenario::parse("edited.c", text).ok()?,
    };
    scenario.kernel = link.kernel.clone();
    if !link.patches.is_empty() {
        scenario = scenario.patched(&link.patches).ok()?;
    }
    let config = scenario.config(&link.config).ok()?;
    let machine = scenario.machine(&config).ok()?;
    let mut schedule = link.schedule.clone();
    schedule.0.truncate(CHOICES_MAX);
    let (trace, _) = Trace::follow(machine, &schedule);
    let cursor = link.cursor.min(trace.steps.len());
    report(&scenario, &link.config, &trace, cursor);
    Some(())
}

fn named(name: &str) -> Option<Scenario> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    if name.starts_with('.') || !name.chars().all(plain) {
        return None;
    }
    let file = format!("{name}.c");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
    let text = fs::read_to_string(folder.join(&file)).ok()?;
    Scenario::parse(&file, &text).ok()
}
