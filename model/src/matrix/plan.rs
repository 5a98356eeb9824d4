//! What makes a cell's machine: zones, runs, and the variables of `cell.c`.
//!
//! A plan is written down as a scenario file, which can be run, linked to and stepped, or applied to
//! texts that were compiled once for many cells. Both give the same machine.

use super::call::{self, Call};
use crate::machine::{Machine, RunId};
use crate::program::Program;
use crate::scenario::{Run, Zone};
use crate::syntax::source::Span;

/// The C text of a cell, without its calls.
const CELL: &str = include_str!("cell.c");

/// The variables of `cell.c`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Variables {
    /// Which of the text's calls.
    pub(super) call: usize,
    /// The primitive that a caller who holds a lock himself enters.
    pub(super) enter: Option<String>,
    /// The zone whose list and lock it is about.
    pub(super) zone_idx: usize,
    /// The CPU that makes the call.
    pub(super) call_cpu: u8,
    pub(super) drain: bool,
    pub(super) fill: u32,
    pub(super) fill_order: u32,
    pub(super) full: bool,
    pub(super) squeezed: bool,
    /// What comes before the call leaves nothing at hand.
    pub(super) unlucky: bool,
    /// Another context makes the same call.
    pub(super) itself: bool,
    /// How many pages of the zone are left free after what comes before the call.
    pub(super) left: Option<u64>,
    pub(super) boosted: bool,
    /// What is interrupted gives a page back.
    pub(super) user_frees: bool,
}

/// A cell's machine.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) zones: Vec<Zone>,
    /// The last one makes the call.
    pub(super) runs: Vec<Run>,
    pub(super) variables: Variables,
}

/// A variable's value.
enum Value {
    Number(u64),
    Function(Option<String>),
}

impl Variables {
    /// Macro and variable have the same name, in capitals and not.
    fn values(&self) -> [(&'static str, Value); 15] {
        use Value::{Function, Number};
        let n = self.call;
        let before = if self.unlucky { "unlucky" } else { "before" };
        let itself = |name: &str| Function(self.itself.then(|| format!("{name}_{n}")));
        [
            ("call", Function(Some(format!("call_{n}")))),
            ("before", Function(Some(format!("{before}_{n}")))),
            ("other", itself("other_call")),
            ("other_before", itself("other_before")),
            ("enter", Function(self.enter.clone())),
            ("zone_idx", Number(self.zone_idx as u64)),
            ("call_cpu", Number(u64::from(self.call_cpu))),
            ("drain", Number(u64::from(self.drain))),
            ("fill", Number(u64::from(self.fill))),
            ("fill_order", Number(u64::from(self.fill_order))),
            ("full", Number(u64::from(self.full))),
            ("squeezed", Number(u64::from(self.squeezed))),
            // All ones: as many as there are.
            ("left", Number(self.left.unwrap_or(u64::from(u32::MAX)))),
            ("boosted", Number(u64::from(self.boosted))),
            ("user_frees", Number(u64::from(self.user_frees))),
        ]
    }

    /// As the macros before the text.
    fn c_text(&self) -> String {
        let line = |(name, value): (&str, Value)| {
            let value = match value {
                Value::Number(n) => n.to_string(),
                Value::Function(name) => name.unwrap_or_else(|| "NULL".into()),
            };
            format!("#define {} {value}\n", name.to_uppercase())
        };
        self.values().into_iter().map(line).collect()
    }

    /// Into the memory of a machine that has booted; says what the texts lack.
    pub(super) fn write(&self, program: &Program, machine: &mut Machine) -> Result<(), String> {
        for (name, value) in self.values() {
            let global = program
                .global(name)
                .ok_or_else(|| format!("cell.c has no `{name}`"))?;
            let value = match value {
                Value::Number(n) => n,
                Value::Function(None) => 0,
                Value::Function(Some(name)) => program
                    .function(&name)
                    .map(Program::function_address)
                    .ok_or_else(|| format!("there is no function `{name}`"))?,
            };
            machine.memory.write(global.addr, global.size, value);
        }
        Ok(())
    }
}

impl Plan {
    /// The run that makes the call.
    pub(super) fn run(&self) -> RunId {
        RunId(self.runs.len() as u16 - 1)
    }

    /// A scenario file.
    pub(super) fn text(&self, title: &str, kernel: &str, config: &str, calls: &[Call]) -> String {
        let zones: String = self.zones.iter().map(zone_text).collect();
        let runs: String = self.runs.iter().map(run_text).collect();
        let functions: String = calls
            .iter()
            .enumerate()
            .map(|(n, call)| call.c_text(n))
            .collect();
        format!(
            "/*+++\ntitle = \"{title}\"\nkernel = \"{kernel}\"\nconfig = \"{config}\"\ncpus = 2\n\
             define = {{ {NO_BLOCKS} }}\nprepare = \"model_prepare\"\n{zones}{runs}+++*/\n{}\n{}\n{functions}{CELL}",
            self.variables.c_text(),
            call::c_variables(calls),
        )
    }
}

/// Where kvfree_rcu() has no block left it needs the page allocator.
const NO_BLOCKS: &str = "RCU_NR_PREALLOCATED = 0";

/// The zones' names by index.
const ZONES: [&str; 4] = ["DMA", "DMA32", "Normal", "Movable"];

fn zone_text(zone: &Zone) -> String {
    let name = ZONES.get(zone.idx).copied().unwrap_or("Normal");
    let mut text = format!("[zone.{name}]\npages = {}\n", zone.pages);
    let mut number = |key: &str, value: Option<u64>| {
        if let Some(value) = value {
            text += &format!("{key} = {value}\n");
        }
    };
    number("free", zone.free);
    let pcp = zone.pcp.first().copied().filter(|&n| n > 0);
    number("pcp", pcp.map(u64::from));
    number("process", Some(zone.process).filter(|&n| n > 0));
    number("high", zone.high.map(u64::from));
    number("batch", zone.batch.map(u64::from));
    if let Some([min, low, high]) = zone.watermark {
        text += &format!("watermark = {{ min = {min}, low = {low}, high = {high} }}\n");
    }
    text
}

fn run_text(run: &Run) -> String {
    let Run {
        context,
        entry,
        cpu,
        ..
    } = run;
    let cpu = match cpu {
        0 => String::new(),
        n => format!("cpu = {n}\n"),
    };
    format!("[[run]]\ncontext = \"{context}\"\nentry = \"{entry}\"\n{cpu}")
}

/// CPUs of the recorded machine.
const CPUS: usize = 2;

/// A zone that leaves the rest to the kernel's formulas.
pub(super) fn zone(idx: usize, pages: u64, free: u64, pcp: u32) -> Zone {
    Zone {
        idx,
        pages,
        free: Some(free),
        pcp: vec![pcp; CPUS],
        ..Zone::default()
    }
}

/// A run that happens once.
pub(super) fn run(context: &str, entry: &str, cpu: u8) -> Run {
    Run {
        context: context.into(),
        entry: entry.into(),
        entry_span: Span::default(),
        cpu,
        count: 1,
        prio: None,
    }
}
