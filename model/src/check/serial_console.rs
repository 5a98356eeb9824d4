//! The report about the report: a serial console's `port_lock` is a `spinlock_t`.
//!
//! Without PREEMPT_RT, v5.9 prints in the context of the caller, so a report made where only raw
//! locks may be taken is followed by lockdep's "Invalid wait context" about the console. No rule of
//! the allocator is broken by it. Not made for NMI, whose output waits, nor for v6.12 and later, which
//! tell lockdep to overlook what old consoles take (`printk_legacy_map`).

use super::wait_context::{WaitType, allowed};
use super::{Class, Detail, Finding, Rule};
use crate::machine::context::{ContextKind, Held};
use crate::machine::event::Now;
use crate::machine::{Console, Event, Machine};

/// v6.12, from which on lockdep is told to overlook what old consoles take.
const LEGACY_MAP: u32 = 6 << 16 | 12 << 8;

/// After (or, for RCU, before) a finding is printed.
pub(super) fn check(
    machine: &Machine,
    event: &Event,
    console: &Console,
    finding: &Finding,
) -> Option<Finding> {
    let now = match &finding.detail {
        Detail::Sleep { now, .. } | Detail::Rcu { now, .. } | Detail::Schedule { now } => now,
        _ => return None,
    };
    found(machine, event, console, now)
}

/// After a report printed by the modelled C, in a step that began with these locks held.
pub(super) fn after_printk(
    machine: &Machine,
    held: &[Held],
    event: &Event,
    console: &Console,
) -> Option<Finding> {
    let now = Now {
        context: event.context,
        preempt_count: 0,
        irqs_off: false,
        rcu_depth: 0,
        held: held.to_vec(),
        held_below: Vec::new(),
        asking: None,
    };
    found(machine, event, console, &now)
}

fn found(machine: &Machine, event: &Event, console: &Console, now: &Now) -> Option<Finding> {
    let config = machine.config();
    let lockdep = config.prove_locking && config.prove_raw_lock_nesting && !console.lockdep_off;
    let taken_by_caller = machine.setup().kernel_version < LEGACY_MAP;
    if config.rt || !lockdep || !taken_by_caller || event.context == ContextKind::Nmi {
        return None;
    }
    (allowed(now) < WaitType::Config).then(|| Finding {
        rule: Rule::WaitType,
        class: Some(Class::InvalidWaitContext),
        printed: true,
        deferred: false,
        cpu: event.cpu,
        context: event.context,
        span: event.span,
        detail: Detail::Text(
            "[ BUG: Invalid wait context ] about the console's own (&port_lock_key){-.-.}-{3:3}, \
             taken to print the report above"
                .into(),
        ),
    })
}
