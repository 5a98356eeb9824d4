//! Reports which the modelled C prints itself, recognised by their first line.

use super::Class;

/// The class of a printed line, when it begins a report.
pub(super) fn class(line: &str) -> Option<Class> {
    if line.contains("page allocation failure") {
        Some(Class::AllocFailure)
    } else if line.contains("invoked oom-killer") {
        Some(Class::OomKill)
    } else {
        None
    }
}
