//! Whether a call is legal: over all states, interleavings and detectors.
//!
//! Two small machines are explored, with empty lists, so that nobody is lucky: one where another CPU
//! holds `zone->lock` for a while, and, for contexts that interrupt, one where they arrive at any
//! statement of an allocation and a free on the same CPU. A call is legal when no rule is broken in
//! any execution. Bounded as every search; a bound that is hit makes nothing legal.

use super::Place;
use super::call::Call;
use crate::check::Rule;
use crate::config::Config;
use crate::explore::{Limits, explore};
use crate::machine::context::{ContextKind, placement};
use crate::scenario::{Problem, Scenario};

/// These machines have some ten thousand states.
const STATES_MAX: usize = 300_000;

/// The C text, without what differs between calls.
const LEGAL: &str = include_str!("legal.c");

/// The verdict over all executions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Legality {
    /// No rule is broken, and nothing was left out.
    pub legal: bool,
    /// The first rule broken.
    pub rule: Option<Rule>,
}

/// Explores the call in that context.
///
/// # Errors
/// When a generated scenario cannot be used; that is a defect of the modelled kernel.
pub fn legal(place: &Place) -> Result<Legality, Problem> {
    let Place {
        kernel,
        context,
        call,
        ..
    } = place;
    let config = Config::named(&place.config).map_err(|e| Problem::text("matrix", &e))?;
    let interrupt = placement(context, &config).is_some_and(|p| p.kind != ContextKind::Task);
    let mut neighbours = vec!["context = \"task\"\nentry = \"model_holder\"\ncpu = 1"];
    if interrupt {
        neighbours.push("context = \"task\"\nentry = \"model_user\"");
    }
    let mut verdict = Legality {
        legal: true,
        rule: None,
    };
    for neighbour in neighbours {
        let text = scenario(kernel, context, call, neighbour);
        let scenario = Scenario::parse("legal.c", &text)?;
        let machine =
            scenario.machine_prepared(&scenario.tree()?, &config, Some("model_prepare"))?;
        let outcome = explore(
            &machine,
            Limits {
                states_max: STATES_MAX,
            },
        );
        let broken = outcome.witnesses.iter().map(|w| w.finding.rule).next();
        verdict.legal &= broken.is_none() && outcome.complete && outcome.endless == 0;
        verdict.rule = verdict.rule.or(broken);
        if !verdict.legal {
            break;
        }
    }
    Ok(verdict)
}

fn scenario(kernel: &str, context: &str, call: &Call, neighbour: &str) -> String {
    let order = call.order.unwrap_or(0);
    let prepare = if call.name == "free_pages" {
        format!("prepared = alloc_pages(GFP_ATOMIC, {order})")
    } else {
        String::new()
    };
    // A free that flushes: the list is at its mark.
    let high = if call.name == "free_pages" {
        "high = 1\nbatch = 1"
    } else {
        "high = 6\nbatch = 2"
    };
    let call = call.c_text();
    format!(
        "/*+++\ntitle = \"legal\"\nkernel = \"{kernel}\"\ncpus = 2\n\
         [zone.Normal]\npages = 64\nfree = 32\n{high}\n\
         watermark = {{ min = 2, low = 3, high = 4 }}\n\
         [[run]]\n{neighbour}\n[[run]]\ncontext = \"{context}\"\nentry = \"model_call\"\n+++*/\n\
         #define PREPARE {prepare}\n#define CALL {call}\n{LEGAL}"
    )
}
