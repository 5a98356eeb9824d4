//! What differs between versions in the shape of a report.
//!
//! Compared with reports of booted 5.10 (for v5.9), 6.12 and 7.2 kernels; between those the version
//! given is the one whose source has the change, where it was looked up, and otherwise the booted one.

use crate::config::{Config, Preemption};
use crate::machine::Machine;

/// The version whose reports are imitated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Era(u32);

impl Era {
    pub(super) fn of(machine: &Machine) -> Era {
        Era(machine.setup().kernel_version)
    }

    fn since(self, major: u32, minor: u32) -> bool {
        self.0 >= (major << 16) + (minor << 8)
    }

    /// What `uname -r` and the build number would show.
    pub(super) fn release(self) -> String {
        let (major, minor) = match self.0 {
            // A plain C program has no kernel; some of its reports have this line all the same.
            0 => (5, 9),
            code => (code >> 16, (code >> 8) & 0xff),
        };
        format!("{major}.{minor}.0-model #1")
    }

    /// `preempt_count:` and `RCU nest depth:` in `__might_resched()` (v5.17).
    pub(super) fn might_sleep_tells_counts(self) -> bool {
        self.since(5, 17)
    }

    /// `<TASK>` around what belongs to the task (v5.16).
    pub(super) fn marks_task_stack(self) -> bool {
        self.since(5, 16)
    }

    /// `UID:` in the line of `dump_stack_print_info()`, and the letters of a taint spelled out
    /// below it (v6.11).
    pub(super) fn tells_uid(self) -> bool {
        self.since(6, 11)
    }

    /// The preemption model at the end of that line (v6.15).
    pub(super) fn model_word(self, config: &Config) -> &'static str {
        match config.preemption {
            _ if !self.since(6, 15) => "",
            _ if config.rt => " PREEMPT_RT",
            Preemption::Full => " PREEMPT",
            Preemption::Lazy => " PREEMPT_LAZY",
            Preemption::None | Preemption::Voluntary => "",
        }
    }

    /// How many letters `print_tainted()` has room for.
    pub(super) fn taint_flags(self) -> usize {
        match self {
            _ if self.since(7, 0) => 20,
            _ if self.since(6, 11) => 19,
            _ => 18,
        }
    }

    /// `Oops: ` before what `die()` was told (v6.11).
    pub(super) fn oops_prefix(self) -> &'static str {
        if self.since(6, 11) { "Oops: " } else { "" }
    }

    /// `WARNING: file:line at function, CPU#0: comm/pid` (v7.0), not CPU and PID first.
    pub(super) fn warning(
        self,
        cpu: u8,
        comm: &str,
        pid: u32,
        place: &str,
        function: &str,
    ) -> String {
        if self.since(7, 0) {
            format!("WARNING: {place} at {function}, CPU#{cpu}: {comm}/{pid}")
        } else {
            format!("WARNING: CPU: {cpu} PID: {pid} at {place} {function}")
        }
    }

    /// Where `might_sleep()` asks RCU, in the booted kernels; 7.2's line is not among the records.
    pub(super) fn rcu_sleep_check(self) -> &'static str {
        match self {
            _ if self.since(7, 0) => "kernel/sched/core.c",
            _ if self.since(6, 11) => "kernel/sched/core.c:8693",
            _ => "kernel/sched/core.c:7267",
        }
    }
}
