//! Reads kernel objects out of a machine's memory: zones, free lists, per-CPU lists.
//!
//! The only Rust that knows the modelled C's structures by their field names; checks and widgets go
//! through it. Reads only, and never trusts a pointer it finds: a list may be in pieces.

use crate::machine::{Event, EventKind, Machine};
use crate::program::address::{PERCPU_STRIDE, VMEMMAP};
use crate::program::types::{Field, Record, Type};
use crate::program::{FuncId, Op, Program};
use crate::syntax::source::Span;

/// Longest list that is walked: longer ones are reported as not ending.
const LIST_LEN_MAX: usize = 1 << 17;
/// Functions whose NULL means that the allocation failed.
const ALLOCATORS: &[&str] = &[
    "__alloc_pages_nodemask",
    "__alloc_pages_noprof",
    "alloc_pages_nolock_noprof",
    "__rcu_alloc_page_lockless",
];
/// Migratetypes that have per-CPU lists (`MIGRATE_PCPTYPES`).
const PCP_TYPES: usize = 3;
/// Orders up to `PAGE_ALLOC_COSTLY_ORDER`.
const PCP_LOW_ORDERS: usize = 4;
/// `HPAGE_PMD_ORDER`.
const HUGE_PAGE_ORDER: u32 = 9;
/// The nodes: the second is there with `CONFIG_NUMA` only.
const NODES: &[&str] = &["contig_page_data", "node1_page_data"];
/// Where the code lives that may have lists in pieces.
const LIST_CODE: &str = "mm/";

/// Migratetypes by number (`enum migratetype` without `CONFIG_CMA`).
pub const MIGRATETYPES: &[&str] = &[
    "Unmovable",
    "Movable",
    "Reclaimable",
    "HighAtomic",
    "Isolate",
];
/// The same with `CONFIG_CMA`, which has one more.
pub const MIGRATETYPES_CMA: &[&str] = &[
    "Unmovable",
    "Movable",
    "Reclaimable",
    "HighAtomic",
    "CMA",
    "Isolate",
];

/// A migratetype's name where there are so many.
pub fn migratetype(idx: usize, n_types: usize) -> &'static str {
    let names = match n_types == MIGRATETYPES_CMA.len() {
        true => MIGRATETYPES_CMA,
        false => MIGRATETYPES,
    };
    names.get(idx).copied().unwrap_or("?")
}

/// A zone, as a reader wants to see it. Counts are in pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// `Normal`, `DMA32`, ….
    pub name: String,
    /// First page frame.
    pub start_pfn: u64,
    /// Pages the allocator manages.
    pub managed: u64,
    /// `NR_FREE_PAGES`.
    pub free: u64,
    /// Watermarks min, low, high, without boost.
    pub watermark: [u64; 3],
    /// `watermark_boost`.
    pub boost: u64,
    /// Blocks by order, then by migratetype: first page frames in list order.
    pub free_area: Vec<Vec<List>>,
    /// One a CPU.
    pub pcp: Vec<Pcp>,
}

/// A list of pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// Page frames from the head on, as far as the links lead.
    pub pfns: Vec<u64>,
    /// What is wrong with the links.
    pub broken: Option<String>,
}

/// A CPU's stock of pages of one zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pcp {
    /// Its own idea of how many pages it holds.
    pub count: i64,
    /// At so many, a batch goes back.
    pub high: i64,
    /// Pages moved at a time.
    pub batch: i64,
    /// By order and migratetype: see [`Pcp::kind`].
    pub lists: Vec<List>,
}

impl Pcp {
    /// Order and migratetype of a list: each order from 0 on has a list for each of three types,
    /// then huge pages have one for what cannot be moved and one for what can.
    pub fn kind(list: usize) -> (u32, usize) {
        match list.checked_sub(PCP_TYPES * PCP_LOW_ORDERS) {
            None => ((list / PCP_TYPES) as u32, list % PCP_TYPES),
            Some(huge) => (HUGE_PAGE_ORDER, huge.min(1)),
        }
    }
}

/// Where the fields are that this module reads.
pub struct Kernel<'m> {
    machine: &'m Machine,
    /// The zones of each node.
    nodes: Vec<u64>,
    n_zones: u64,
    zone_size: u64,
    page_size: u64,
    lru: u64,
}

impl<'m> Kernel<'m> {
    /// The modelled kernel in this machine; `None` for a plain C program.
    pub fn of(machine: &'m Machine) -> Option<Kernel<'m>> {
        let program = machine.program();
        let types = &program.types;
        let nodes = NODES.iter().filter_map(|name| program.global(name));
        let zones = types.find_field(types.record_named("pglist_data")?, "node_zones")?;
        let Type::Array(_, Some(n_zones)) = types.get(zones.ty) else {
            return None;
        };
        let page = types.record_named("page")?;
        Some(Kernel {
            machine,
            nodes: nodes.map(|node| node.addr + zones.offset).collect(),
            n_zones: *n_zones,
            zone_size: types.record_named("zone")?.size,
            page_size: page.size,
            lru: types.find_field(page, "lru")?.offset,
        })
    }

    /// The populated zones, lowest first.
    pub fn zones(&self) -> Vec<Zone> {
        let of_node = |&zones: &u64| (0..self.n_zones).map(move |i| zones + i * self.zone_size);
        let all = self.nodes.iter().flat_map(of_node);
        let mut zones: Vec<Zone> = Vec::new();
        for (i, addr) in (0..).zip(all) {
            let zone = self.zone(addr);
            zones.extend(zone.map(|zone| self.named(zone, i / self.n_zones)));
        }
        zones
    }

    /// Zones of several nodes are named as the kernel's reports name them: `Node 1 Normal`.
    fn named(&self, mut zone: Zone, nid: u64) -> Zone {
        if self.nodes.len() > 1 {
            zone.name = format!("Node {nid} {}", zone.name);
        }
        zone
    }

    /// The first thing wrong with the free lists and per-CPU lists of any zone.
    pub fn lists_broken(&self) -> Option<String> {
        self.zones().iter().find_map(|zone| {
            let mut seen = Seen::default();
            self.free_lists_broken(zone, &mut seen)
                .or_else(|| pcp_lists_broken(zone, &mut seen))
        })
    }

    fn free_lists_broken(&self, zone: &Zone, seen: &mut Seen) -> Option<String> {
        let mut free = 0;
        for (order, lists) in zone.free_area.iter().enumerate() {
            for (mt, list) in lists.iter().enumerate() {
                let name = || {
                    format!(
                        "zone {}: free_area[{order}] {}",
                        zone.name,
                        migratetype(mt, lists.len())
                    )
                };
                if let Some(broken) = &list.broken {
                    return Some(format!("{}: {broken}", name()));
                }
                let twice = list
                    .pfns
                    .iter()
                    .find_map(|&pfn| seen.insert(pfn, 1 << order));
                if let Some(pfn) = twice {
                    return Some(format!("{}: page frame {pfn:#x} is on two lists", name()));
                }
                free += (list.pfns.len() as u64) << order;
            }
        }
        let differs = free != zone.free;
        differs.then(|| {
            format!(
                "zone {}: {free} pages in the free lists, NR_FREE_PAGES {}",
                zone.name, zone.free
            )
        })
    }

    fn zone(&self, addr: u64) -> Option<Zone> {
        let program = self.machine.program();
        let zone = program.types.record_named("zone")?;
        let word =
            |name: &str, idx: u64| Some(self.read(addr + self.field(zone, name)?.offset + 8 * idx));
        if word("present_pages", 0)? == 0 {
            return None;
        }
        let free_item = program.constants.get("NR_FREE_PAGES").copied().unwrap_or(0) as u64;
        Some(Zone {
            name: self.machine.c_string(word("name", 0)?),
            start_pfn: word("zone_start_pfn", 0)?,
            managed: word("managed_pages", 0)?,
            free: word("vm_stat", free_item)?,
            watermark: [
                word("_watermark", 0)?,
                word("_watermark", 1)?,
                word("_watermark", 2)?,
            ],
            boost: word("watermark_boost", 0)?,
            free_area: self.free_area(addr, zone)?,
            // v5.14 made the pages themselves what the zone points to.
            pcp: self.pcp(word("pageset", 0).or_else(|| word("per_cpu_pageset", 0))?),
        })
    }

    fn free_area(&self, zone_addr: u64, zone: &Record) -> Option<Vec<Vec<List>>> {
        let types = &self.machine.program().types;
        let areas = self.field(zone, "free_area")?;
        let Type::Array(_, Some(n_orders)) = types.get(areas.ty) else {
            return None;
        };
        let area = types.record_named("free_area")?;
        let lists = self.field(area, "free_list")?;
        let Type::Array(_, Some(n_types)) = types.get(lists.ty) else {
            return None;
        };
        let list = |order, mt| {
            let head = zone_addr + areas.offset + area.size * order + lists.offset + 16 * mt;
            self.list(head)
        };
        Some(
            (0..*n_orders)
                .map(|o| (0..*n_types).map(|mt| list(o, mt)).collect())
                .collect(),
        )
    }

    fn pcp(&self, template: u64) -> Vec<Pcp> {
        let types = &self.machine.program().types;
        let one = |cpu: u64| {
            let record = types.record_named("per_cpu_pages")?;
            let base = template + PERCPU_STRIDE * (cpu + 1);
            let int = |name: &str| {
                let at = base + self.field(record, name)?.offset;
                Some(i64::from(self.machine.memory.read(at, 4) as u32 as i32))
            };
            let lists = self.field(record, "lists")?;
            let Type::Array(_, Some(n)) = types.get(lists.ty) else {
                return None;
            };
            Some(Pcp {
                count: int("count")?,
                high: int("high")?,
                batch: int("batch")?,
                lists: (0..*n)
                    .map(|mt| self.list(base + lists.offset + 16 * mt))
                    .collect(),
            })
        };
        (0..u64::from(self.machine.setup().n_cpus))
            .filter_map(one)
            .collect()
    }

    /// Follows a `struct list_head` of `page->lru`s.
    fn list(&self, head: u64) -> List {
        let mut pfns = Vec::new();
        let mut at = head;
        let mut broken = None;
        loop {
            let next = self.read(at);
            if next == 0 && at == head {
                break; // never initialised: the zone is being set up
            }
            if !self.is_list_entry(next, head) {
                broken = Some(format!("a link leads to {next:#x}, which is no page"));
                break;
            }
            if self.read(next + 8) != at {
                broken = Some(format!(
                    "the entry at {next:#x} does not point back to {at:#x}"
                ));
                break;
            }
            if next == head {
                break;
            }
            if pfns.len() >= LIST_LEN_MAX {
                broken = Some("it does not end".into());
                break;
            }
            pfns.push((next - self.lru - VMEMMAP) / self.page_size);
            at = next;
        }
        List { pfns, broken }
    }

    fn is_list_entry(&self, addr: u64, head: u64) -> bool {
        let pfn = addr
            .checked_sub(VMEMMAP + self.lru)
            .filter(|o| o % self.page_size == 0);
        let exists = |pfn: u64| {
            self.machine
                .setup()
                .pages
                .iter()
                .any(|&(a, b)| pfn >= a && pfn < b)
        };
        addr == head || pfn.is_some_and(|offset| exists(offset / self.page_size))
    }

    fn field(&self, record: &Record, name: &str) -> Option<Field> {
        self.machine.program().types.find_field(record, name)
    }

    fn read(&self, addr: u64) -> u64 {
        self.machine.memory.read(addr, 8)
    }
}

/// Ranges of page frames that were met, none of which overlap: first, one past the last.
#[derive(Default)]
struct Seen(std::collections::BTreeMap<u64, u64>);

impl Seen {
    /// Adds so many frames, unless one of them was met already: the first that was.
    fn insert(&mut self, first: u64, n: u64) -> Option<u64> {
        let before = self.0.range(..=first).next_back();
        let twice = match before.filter(|(_, end)| **end > first) {
            Some(_) => Some(first),
            None => self.0.range(first..first + n).next().map(|(pfn, _)| *pfn),
        };
        if twice.is_none() {
            self.0.insert(first, first + n);
        }
        twice
    }
}

fn pcp_lists_broken(zone: &Zone, seen: &mut Seen) -> Option<String> {
    for (cpu, pcp) in zone.pcp.iter().enumerate() {
        let mut walked = 0;
        for (idx, list) in pcp.lists.iter().enumerate() {
            let (order, mt) = Pcp::kind(idx);
            let name = || {
                let of_order = match order {
                    0 => String::new(),
                    _ => format!(" order {order}"),
                };
                format!(
                    "zone {}: CPU {cpu}'s {}{of_order} list",
                    zone.name, MIGRATETYPES[mt]
                )
            };
            if let Some(broken) = &list.broken {
                return Some(format!("{}: {broken}", name()));
            }
            let twice = list
                .pfns
                .iter()
                .find_map(|&pfn| seen.insert(pfn, 1 << order));
            if let Some(pfn) = twice {
                return Some(format!("{}: page frame {pfn:#x} is on two lists", name()));
            }
            walked += (list.pfns.len() as i64) << order;
        }
        if walked != pcp.count {
            return Some(format!(
                "zone {}: CPU {cpu}'s lists hold {walked} pages, count says {}",
                zone.name, pcp.count
            ));
        }
    }
    None
}

/// Whether this function's NULL is a failed allocation.
pub fn is_allocator(program: &Program, func: FuncId) -> bool {
    ALLOCATORS.contains(&program.func(func).name.as_str())
}

/// What kept an allocation from a zone or a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Too few free pages for this request.
    Watermark {
        /// The zone.
        zone: String,
    },
    /// The zone gave nothing: no block, or its lock was not to be had.
    NoBlock,
    /// A per-CPU list was empty.
    ListEmpty,
}

/// What a function's return value refuses; `before` is the state in which it is about to return.
pub fn refusal(before: &Machine, event: &Event) -> Option<Refusal> {
    let EventKind::Return { func, value } = event.kind else {
        return None;
    };
    let program = before.program();
    let body = program.func(func);
    match (body.name.as_str(), value) {
        ("__zone_watermark_ok", 0) => {
            let returns = body.code.iter().zip(&body.spans);
            let places = returns.filter(|(op, _)| matches!(op, Op::Return { .. }));
            // The first says that there is too little, the last that no free block is large enough.
            let first = places.map(|(_, span)| span.start).min();
            if first.is_some_and(|first| event.span.start > first) {
                return Some(Refusal::NoBlock);
            }
            let top = before.top(event.cpu)?;
            let frame = top.frames.last().filter(|f| f.func == func)?;
            let zone = *top.regs.get(frame.regs as usize)?;
            let record = program.types.record_named("zone")?;
            let name = program.types.find_field(record, "name")?.offset;
            let zone = before.c_string(before.memory.read(zone + name, 8));
            Some(Refusal::Watermark { zone })
        }
        ("rmqueue", 0) => Some(Refusal::NoBlock),
        ("__rmqueue_lockless", 0) => Some(Refusal::ListEmpty),
        _ => None,
    }
}

/// Whether no context is inside code that may have a list in pieces.
pub fn lists_at_rest(machine: &Machine) -> bool {
    let tasks = machine.tasks.iter().map(|t| &*t.context);
    let interrupts = machine
        .cpus
        .iter()
        .flat_map(|c| c.interrupts.iter().map(|c| &**c));
    let program = machine.program();
    !tasks
        .chain(interrupts)
        .any(|context| context.frames.iter().any(|f| is_list_code(program, f.func)))
}

/// Whether a function is part of the code that may have lists in pieces.
pub fn is_list_code(program: &Program, func: FuncId) -> bool {
    is_list_file(program, program.func(func).span)
}

/// Whether a place is in that code's files.
pub fn is_list_file(program: &Program, span: Span) -> bool {
    program.sources.file(span.file).name.starts_with(LIST_CODE)
}
