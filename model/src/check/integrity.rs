//! The buddy and per-CPU lists: no broken link, no page on two lists, none handed out twice.
//!
//! Handing out and taking back is seen at each page's `kernel_map_pages()`. The lists are walked
//! only when a context ends and no other is inside the allocator: in between they may rightly be in
//! pieces. What is corrupt and repaired before that is not seen.

use super::{Detail, Finding, Rule};
use crate::inspect::{Kernel, lists_at_rest};
use crate::machine::{Console, Event, EventKind, Machine};

/// What it means that pages were handed out or taken back when they were already.
pub(super) fn mapped_twice(pfn: u64, n_pages: u64, in_use: bool) -> String {
    let pages = if n_pages == 1 {
        format!("page frame {pfn:#x}")
    } else {
        format!("page frames {pfn:#x}..{:#x}", pfn + n_pages)
    };
    if in_use {
        format!("{pages} handed out although in use: two owners")
    } else {
        format!("{pages} freed although free already")
    }
}

/// Walks all lists when a context has ended and no other is under way.
pub(super) fn at_rest(after: &Machine, events: &[Event], console: &Console) -> Option<Finding> {
    let ended = events
        .last()
        .filter(|e| matches!(e.kind, EventKind::Exit { .. }))?;
    let known = console.broken & (1 << Rule::ListIntegrity as u32) != 0;
    if known || !lists_at_rest(after) {
        return None;
    }
    let text = Kernel::of(after)?.lists_broken()?;
    Some(Finding {
        rule: Rule::ListIntegrity,
        class: None,
        printed: false,
        deferred: false,
        cpu: ended.cpu,
        context: ended.context,
        span: ended.span,
        detail: Detail::List { text },
    })
}
