//! Reports which the modelled C prints itself, recognised by their first line.

use super::{Class, Rule};

/// The class of a printed line, when it begins a report, and the rule that is broken then, if any.
pub(super) fn class(line: &str) -> Option<(Class, Option<Rule>)> {
    if line.contains("page allocation failure") {
        Some((Class::AllocFailure, None))
    } else if line.contains("SLUB: Unable to allocate memory") {
        Some((Class::SlubFailure, None))
    } else if line.contains("invoked oom-killer") {
        Some((Class::OomKill, None))
    } else if line.contains("BUG: Bad page state") {
        Some((Class::Warning, Some(Rule::PageIntegrity)))
    } else {
        None
    }
}
