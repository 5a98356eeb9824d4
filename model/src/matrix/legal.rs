//! Whether a call is legal: over all states, interleavings and detectors.
//!
//! Two small machines are explored, with empty lists, so that nobody is lucky: one where another CPU
//! holds `zone->lock` for a while, and, for contexts that interrupt, one where they arrive at any
//! statement of an allocation and a free on the same CPU. A call is legal when no rule is broken in
//! any execution. Bounded as every search; a bound that is hit makes nothing legal.

use super::call::Call;
use crate::check::Rule;
use crate::config::Config;
use crate::explore::{Limits, explore};
use crate::machine::context::{ContextKind, placement};
use crate::scenario::{Problem, Scenario};

/// These machines have some ten thousand states.
const STATES_MAX: usize = 300_000;

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
pub fn legal(kernel: &str, config: &str, context: &str, call: &Call) -> Result<Legality, Problem> {
    let config = Config::named(config).map_err(|e| Problem::text("matrix", &e))?;
    let interrupt = placement(context, &config).is_some_and(|p| p.kind != ContextKind::Task);
    let mut neighbours = vec!["context = \"task\"\nentry = \"model_holder\"\ncpu = 1"];
    if interrupt {
        neighbours.push("context = \"task\"\nentry = \"model_user\"");
    }
    let mut verdict = Legality { legal: true, rule: None };
    for neighbour in neighbours {
        let text = scenario(kernel, context, call, neighbour);
        let scenario = Scenario::parse("legal.c", &text)?;
        let machine = scenario.machine_prepared(&scenario.tree()?, &config, Some("model_prepare"))?;
        let outcome = explore(&machine, Limits { states_max: STATES_MAX });
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
        format!("prepared = alloc_pages(GFP_ATOMIC, {order});\n\t")
    } else {
        String::new()
    };
    // A free that flushes: the list is at its mark.
    let high = if call.name == "free_pages" { "high = 1\nbatch = 1" } else { "high = 6\nbatch = 2" };
    let call = call.c_text();
    format!(
        r#"/*+++
title = "legal"
kernel = "{kernel}"
cpus = 2
[zone.Normal]
pages = 64
free = 32
{high}
watermark = {{ min = 2, low = 3, high = 4 }}
[[run]]
{neighbour}
[[run]]
context = "{context}"
entry = "model_call"
+++*/
static struct page *prepared;

static struct zone *model_zone(void)
{{
	return &contig_page_data.node_zones[ZONE_NORMAL];
}}

int model_prepare(void)
{{
	{prepare}drain_local_pages(NULL);
	return 0;
}}

int model_holder(void)
{{
	unsigned long flags;

	spin_lock_irqsave(&model_zone()->lock, flags);
	spin_unlock_irqrestore(&model_zone()->lock, flags);
	return 1;
}}

/* An allocation from the list and one that refills it, and both freed. */
int model_user(void)
{{
	struct page *one = alloc_pages(GFP_ATOMIC, 0);
	struct page *two = alloc_pages(GFP_ATOMIC, 0);

	if (one)
		__free_pages(one, 0);
	if (two)
		__free_pages(two, 0);
	return 1;
}}

int model_call(void)
{{
	{call}
}}
"#
    )
}
