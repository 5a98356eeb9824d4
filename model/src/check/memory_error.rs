//! Memory errors of the C text and what a kernel makes of them.
//!
//! The model checks every access against live objects, which no kernel does without KASAN. What it
//! cannot see: an access inside the right object but the wrong member.

use super::{Class, Rule};
use crate::machine::event::Fault;

/// Rule, report, and whether a kernel without sanitizers prints it.
pub(super) fn judge(fault: Fault) -> (Rule, Option<Class>, bool) {
    match fault {
        Fault::NullPointer { .. }
        | Fault::WildPointer { .. }
        | Fault::ReadOnly { .. }
        | Fault::DivisionByZero
        | Fault::DivisionOverflow
        | Fault::NotAFunction { .. }
        | Fault::StackOverflow => (Rule::Memory, Some(Class::Panic), true),
        Fault::FreedPage { .. } | Fault::OutOfBounds { .. } | Fault::OversizedShift { .. } => {
            (Rule::Memory, None, false)
        }
        Fault::EndlessStep => (Rule::Endless, None, false),
    }
}
