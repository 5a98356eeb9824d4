//! `kvfree_rcu()`: each object is freed exactly once, and not before its grace period is over.
//!
//! The C texts tell of each object with `__object()`. "Over" means: every context that was inside an
//! RCU reader of any flavour when the object was handed over has left it once. Misses: objects of
//! which the texts do not tell; readers of the objects behind the 31st that are waiting at one time;
//! objects that v7.2 keeps in a sheaf until that is full; an object that never gets freed because the execution does not come to its end.

use super::{Detail, Finding, Rule};
use crate::machine::object::Misfate;
use crate::machine::{Console, Event, EventKind, Machine};

/// One sentence.
pub(super) fn text(addr: u64, problem: Misfate) -> String {
    match problem {
        Misfate::QueuedTwice => format!("object {addr:#x} is handed to kvfree_rcu() twice"),
        Misfate::QueuedFreed => {
            format!("object {addr:#x} is handed to kvfree_rcu() after it was freed")
        }
        Misfate::FreedTwice => format!("object {addr:#x} is freed twice"),
        Misfate::FreedEarly => format!(
            "object {addr:#x} is freed while a reader is inside that was there when it was handed over"
        ),
    }
}

/// When all is over nothing may still wait to be freed; unless what would free it never begins.
pub(super) fn at_end(after: &Machine, events: &[Event], console: &Console) -> Option<Finding> {
    let ended = events
        .last()
        .filter(|e| matches!(e.kind, EventKind::Exit { .. }))?;
    let addr = after.queued_objects().next()?;
    let known = console.broken & (1 << Rule::KvfreeRcu as u32) != 0;
    if known || after.setup().services_off || !after.finished() {
        return None;
    }
    let text = format!("object {addr:#x} was handed to kvfree_rcu() and is never freed");
    Some(Finding {
        rule: Rule::KvfreeRcu,
        class: None,
        printed: false,
        deferred: false,
        cpu: ended.cpu,
        context: ended.context,
        span: ended.span,
        detail: Detail::Text(text),
    })
}
