//! Circular locking dependency: a class taken inside one that was taken inside it before.
//!
//! lockdep's `check_noncircular()`. The order of classes is that of this execution: all contexts, all
//! CPUs, boot included; nobody has to meet anybody. Misses what two different executions would have to
//! come together for; readers of an rwlock (`read == 2` takes no part in v5.9; later versions look at
//! them too); trylocks as the later lock; NMI; `HARDIRQ-safe -> HARDIRQ-unsafe` orders, for which
//! lockdep has a report of its own.

use crate::machine::lockdep::Inversion;

/// The order that contradicts what is known.
pub(super) fn check(inversion: Option<&Inversion>) -> Option<Inversion> {
    inversion.cloned()
}
