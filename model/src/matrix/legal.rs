//! Whether a call is legal: over all states, interleavings and detectors.
//!
//! Detectors do not matter here: a rule is broken whether or not this kernel would say so.
//!
//! States: first the call is made in each state of [`STATES`], in the one execution that a cell shows,
//! and with caches that have nothing at hand, or no room. A rule broken there settles it. Two things
//! do not count: that the caller already holds the lock which the call takes (`zlock` where nothing was
//! interrupted: that is no matter of the context), and what only shows that memory ran out (the panic
//! of the OOM killer that finds nobody, a request that tries for ever).
//!
//! Interleavings: what is left, all calls that look legal, is explored on small machines with empty
//! lists and caches without an object at hand, so that nobody is lucky. In each something else may
//! happen between any two statements:
//!
//! * another CPU takes `zone->lock` and lets it go;
//! * another CPU takes the `pcp->lock` of this one, where there is one;
//! * for contexts that interrupt: they arrive at any statement of a task on their own CPU that
//!   allocates a page, which refills the list, and gives it back;
//! * for contexts that interrupt: at any statement of a task on their own CPU that makes the same call.
//!
//! Why these: code of the allocator meets other code of the allocator in its locks and in this CPU's
//! lists, nowhere else. Another CPU shows itself only by holding a lock, for however long. What was
//! interrupted can besides have a list in pieces.
//!
//! The first two are explored once a call, in a plain task: nobody else takes a context's own lock, so
//! a context adds no interleaving of its own. What it adds are the rules that are checked where a lock
//! is wanted, and there the states above have led. Whether the wait is long makes no difference to them:
//! a lock that may be waited for is judged where it is wanted (`R-might-sleep`, `R-wait-type`).
//!
//! A call is legal when no rule is broken in any execution and none goes on for ever. A search that
//! hits its bound makes nothing legal. What a call only sets off, a timer or a work, is no part of it:
//! these machines begin only what tasks wait for, grace periods, and end when the call and what meets it
//! have ended.
//!
//! What this can miss: three contexts at once, bugs of the allocator itself that need two CPUs inside
//! it, and a call that waits for a work or a timer that it has set off.

use super::Rig;
use super::call::Call;
use super::plan::{Plan, Variables, run};
use super::state::{STATES, State};
use crate::check::Rule;
use crate::explore::{Limits, explore};
use crate::machine::context::{ContextKind, placement};
use crate::scenario::{Problem, Run, Zone};

/// These machines have some ten thousand states.
const STATES_MAX: usize = 300_000;

/// The states in which caches of no help lead to the lists, and these to the zone.
const UNLUCKY: [&str; 2] = ["drained", "pcpfull"];

/// The function in which somebody else makes the same call.
const ITSELF: &str = "model_other";

/// The verdict over all executions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Legality {
    /// No rule is broken, and nothing was left out.
    pub legal: bool,
    /// The first rule broken.
    pub rule: Option<Rule>,
}

/// The verdict.
///
/// # Errors
/// As [`Rig::cell`].
pub(super) fn legality(rig: &mut Rig, context: &str, call: &Call) -> Result<Legality, Problem> {
    let placed = placement(context, rig.config());
    let interrupt = placed.is_some_and(|p| p.kind != ContextKind::Task);
    let illegal = |rule| Legality { legal: false, rule };
    let states = STATES.iter().map(|state| State::parse(state));
    for state in states.chain(UNLUCKY.map(State::unlucky)) {
        let state = state.map_err(|e| Problem::text("matrix", &e))?;
        let own = state.locks_here() && !interrupt;
        if own || !state.exists_for(context) || !state.exists_in(rig.program()) {
            continue;
        }
        let first = rig.outcome(context, call, &state)?.first;
        if let Some(rule) = first.filter(|rule| !state.squeezed() || !is_want(*rule)) {
            return Ok(illegal(Some(rule)));
        }
    }
    let remote = rig.remote(call)?;
    if !remote.legal || !interrupt {
        return Ok(remote);
    }
    let user = search(rig, context, call, run("task", "model_user", 0))?;
    if !user.legal {
        return Ok(user);
    }
    search(rig, context, call, run("task", ITSELF, 0))
}

/// A plain task's call, and another CPU that holds a lock for a while.
pub(super) fn remote(rig: &mut Rig, call: &Call) -> Result<Legality, Problem> {
    let first = search(rig, "task", call, run("task", "model_zone_holder", 1))?;
    if !first.legal || rig.program().function("model_pcp_holder").is_none() {
        return Ok(first);
    }
    search(rig, "task", call, run("task", "model_pcp_holder", 1))
}

/// All executions of the call and something else.
fn search(rig: &mut Rig, context: &str, call: &Call, other: Run) -> Result<Legality, Problem> {
    let plan = small(rig.number(call)?, context, call, other);
    let machine = rig.machine(&plan, false)?;
    let outcome = explore(&machine, Limits::states(STATES_MAX));
    let rule = outcome.witnesses.first().map(|w| w.finding.rule);
    Ok(Legality {
        legal: rule.is_none() && outcome.complete,
        rule,
    })
}

/// What want of memory alone can lead to.
fn is_want(rule: Rule) -> bool {
    matches!(rule, Rule::Warning | Rule::Endless)
}

/// The call on CPU 0, and what happens meanwhile.
fn small(n: usize, context: &str, call: &Call, neighbour: Run) -> Plan {
    // A free that flushes: the list is at its mark.
    let (high, batch) = if call.frees() { (1, 1) } else { (6, 2) };
    let zone = Zone {
        idx: 2,
        pages: 64,
        free: Some(32),
        high: Some(high),
        batch: Some(batch),
        watermark: Some([2, 3, 4]),
        ..Zone::default()
    };
    Plan {
        variables: Variables {
            call: n,
            enter: None,
            zone_idx: zone.idx,
            call_cpu: 0,
            drain: true,
            fill: 0,
            fill_order: 0,
            full: false,
            squeezed: false,
            unlucky: true,
            itself: neighbour.entry == ITSELF,
            left: None,
            boosted: false,
            user_frees: false,
        },
        zones: vec![zone],
        runs: vec![neighbour, run(context, "model_call", 0)],
    }
}
