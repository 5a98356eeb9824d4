//! Oopses, `WARN()`, `BUG()`, `panic()` and damaged lists.

use super::who::Who;
use crate::config::Preemption;
use crate::machine::event::Fault;

const CUT_HERE: &str = "------------[ cut here ]------------";

/// `lib/list_debug.c`: a `WARN()` with the text first.
pub(super) fn list(who: &Who<'_>, text: &str) -> Vec<String> {
    let mut lines = vec![CUT_HERE.into(), text.into()];
    let at = who.place(who.span);
    let (function, place) = at.split_once(" (").unwrap_or((&at, ""));
    let place = place.trim_end_matches(')');
    lines.push(who.warning(place, function));
    finish(who, lines)
}

/// `WARN()`, `BUG()` and `panic()`, recognised by the text that the check made.
pub(super) fn text(who: &Who<'_>, text: &str) -> Vec<String> {
    if let Some(place) = text.strip_prefix("WARNING: at ") {
        let (place, message) = place.split_once(' ').unwrap_or((place, ""));
        let mut lines = vec![CUT_HERE.to_string()];
        lines.extend((!message.trim().is_empty()).then(|| message.trim().to_string()));
        let function = who.place(who.span);
        let function = function.split(' ').next().unwrap_or_default();
        lines.push(who.warning(place, function));
        return finish(who, lines);
    }
    if text.starts_with("kernel BUG at") {
        let lines = vec![CUT_HERE.into(), text.into(), died(who, "invalid opcode")];
        return finish(who, lines);
    }
    let mut lines = vec![text.to_string()];
    lines.extend(who.dump_stack());
    if text.starts_with("Kernel panic") {
        lines.push(format!("---[ end {text} ]---"));
    }
    lines
}

/// What x86 makes of a memory error.
pub(super) fn fault(who: &Who<'_>, fault: Fault) -> Vec<String> {
    let null = |addr: u64| format!("BUG: kernel NULL pointer dereference, address: {addr:016x}");
    let paging = |addr: u64| format!("BUG: unable to handle page fault for address: {addr:016x}");
    let fetch = "#PF: supervisor instruction fetch in kernel mode".to_string();
    let lines = match fault {
        Fault::NullPointer { addr } => vec![null(addr)],
        Fault::WildPointer { addr } if !canonical(addr) => {
            let what = "general protection fault, probably for non-canonical address";
            vec![died(who, &format!("{what} 0x{addr:x}"))]
        }
        Fault::WildPointer { addr } => vec![paging(addr)],
        Fault::ReadOnly { addr } => vec![
            paging(addr),
            "#PF: supervisor write access in kernel mode".into(),
            "#PF: error_code(0x0003) - permissions violation".into(),
        ],
        Fault::NotAFunction { addr } if addr < 4096 => vec![null(addr), fetch],
        Fault::NotAFunction { addr } => vec![paging(addr), fetch],
        Fault::DivisionByZero | Fault::DivisionOverflow => vec![died(who, "divide error")],
        Fault::StackOverflow => vec!["BUG: stack guard page was hit".into()],
        Fault::FreedPage { .. }
        | Fault::OutOfBounds { .. }
        | Fault::OversizedShift { .. }
        | Fault::EndlessStep => return vec![super::sentence::fault(fault)],
    };
    finish(who, lines)
}

/// `die()`'s line.
fn died(who: &Who<'_>, what: &str) -> String {
    let config = who.machine.config();
    let preempt = match config.preemption {
        _ if config.rt => " PREEMPT_RT",
        Preemption::Full | Preemption::Lazy => " PREEMPT",
        Preemption::None | Preemption::Voluntary => "",
    };
    let smp = if config.smp { " SMP" } else { "" };
    let oops = who.era.oops_prefix();
    format!("{oops}{what}: 0000 [#1]{preempt}{smp}")
}

fn canonical(addr: u64) -> bool {
    matches!(addr >> 47, 0 | 0x1_ffff)
}

fn finish(who: &Who<'_>, mut lines: Vec<String>) -> Vec<String> {
    lines.push("Modules linked in:".into());
    lines.extend(who.cpu_lines());
    lines.push(format!("RIP: 0010:{}", who.place(who.span)));
    lines.extend(who.call_trace());
    lines
}
