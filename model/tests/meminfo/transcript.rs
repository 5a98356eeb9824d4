//! Reads records of booted kernels: the state of memory before each call, as `/proc/zoneinfo` and
//! `/proc/pagetypeinfo` showed it, what the call returned, and what the kernel printed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// One call.
#[derive(Debug)]
pub struct Call {
    /// The record's file.
    pub file: String,
    /// `alloc_pages:0:GFP_ATOMIC`
    pub text: String,
    /// Whether it returned a page.
    pub returned: bool,
    /// The zones before it.
    pub zones: Vec<Zone>,
    /// What was printed meanwhile, without times.
    pub printed: Vec<String>,
}

/// A zone as `/proc/zoneinfo` and `/proc/pagetypeinfo` show it.
#[derive(Clone, Debug, Default)]
pub struct Zone {
    pub name: String,
    /// `free`, `min`, `managed` and so on.
    pub numbers: BTreeMap<String, u64>,
    pub protection: Vec<u64>,
    /// `count`, `high`, `batch` of each CPU.
    pub pcp: Vec<[u64; 3]>,
    /// Free blocks by migratetype and order.
    pub blocks: Vec<(String, Vec<u64>)>,
    /// Pageblocks by migratetype.
    pub pageblocks: Vec<u64>,
}

impl Zone {
    /// A number, 0 where there is none.
    pub fn number(&self, name: &str) -> u64 {
        self.numbers.get(name).copied().unwrap_or(0)
    }

    /// Pages of all the blocks.
    pub fn free(&self) -> u64 {
        let of = |counts: &Vec<u64>| counts.iter().enumerate().map(|(o, n)| n << o).sum::<u64>();
        self.blocks.iter().map(|(_, counts)| of(counts)).sum()
    }
}

/// The records: those of the repository and, where it is there, a whole collection: the folder named
/// by `MEMINFO_RECORDS`, or `../shared/oracle/meminfo` beside the repository.
pub fn files() -> Vec<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let beside = here.join("../../shared/oracle/meminfo");
    let whole = std::env::var_os("MEMINFO_RECORDS").map_or(beside, PathBuf::from);
    let mut files = Vec::new();
    for folder in [here.join("tests/meminfo"), whole] {
        collect(&folder, &mut files);
    }
    files.sort();
    files
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "txt") {
            files.push(path);
        }
    }
}

/// The calls of a record before which the state of memory was written down.
pub fn calls(path: &Path) -> Vec<Call> {
    let text = fs::read_to_string(path).unwrap();
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let file = path.file_name().unwrap().to_string_lossy().to_string();
    let mut calls = Vec::new();
    let is_before = |l: &&str| l.starts_with("# ---- BEFORE o one ");
    for (i, _) in lines.iter().enumerate().filter(|(_, l)| is_before(l)) {
        let Some(n) = lines[i..]
            .iter()
            .position(|l| l.starts_with("# ---- CALL "))
        else {
            continue;
        };
        let call = i + n;
        // Reading the files has called the OOM killer: they show neither the one state nor the other.
        if lines[i..call].iter().any(|l| l.contains("oom-kill")) {
            continue;
        }
        let end = lines[call + 1..]
            .iter()
            .position(|l| l.starts_with("# ----"));
        let end = end.map_or(lines.len(), |n| call + 1 + n);
        let printed: Vec<String> = lines[call..end].iter().filter_map(printed).collect();
        let Some(result) = printed.iter().find(|l| l.contains("-ONE call=")) else {
            continue;
        };
        calls.push(Call {
            file: file.clone(),
            text: lines[call].trim_start_matches("# ---- CALL o one ").into(),
            returned: result.contains(" ret=1 "),
            zones: zones(&lines[i..call]),
            printed,
        });
    }
    calls
}

/// A line of the kernel log without its time.
fn printed(line: &&str) -> Option<String> {
    let (time, rest) = line.strip_prefix('[')?.split_once("] ")?;
    time.trim().parse::<f64>().ok()?;
    Some(rest.into())
}

/// All zones of each dump in a record.
pub fn dumps(path: &Path) -> Vec<Vec<Zone>> {
    let text = fs::read_to_string(path).unwrap();
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let begins = (0..lines.len()).filter(|&i| lines[i] == "BEGIN /proc/zoneinfo");
    let dump = |begin: usize| {
        let end = lines[begin..]
            .iter()
            .position(|l| *l == "END /proc/zoneinfo")?;
        Some(zones(&lines[begin..begin + end]))
    };
    begins.filter_map(dump).collect()
}

fn zones(lines: &[&str]) -> Vec<Zone> {
    let mut zones: Vec<Zone> = Vec::new();
    let mut section = "";
    for line in lines {
        if let Some(name) = line.strip_prefix("BEGIN /proc/") {
            section = name;
        }
        match section {
            "zoneinfo" => zoneinfo(line, &mut zones),
            "pagetypeinfo" => pagetypeinfo(line, &mut zones),
            _ => {}
        }
    }
    zones.retain(|zone| zone.number("managed") > 0);
    zones
}

fn zoneinfo(line: &str, zones: &mut Vec<Zone>) {
    if let Some((_, name)) = line.split_once(", zone") {
        zones.push(Zone {
            name: name.trim().into(),
            ..Zone::default()
        });
        return;
    }
    let Some(zone) = zones.last_mut() else { return };
    let mut words = line.split_whitespace();
    let first = words.next().unwrap_or_default();
    let number = |words: &mut dyn Iterator<Item = &str>| words.next()?.parse::<u64>().ok();
    match first {
        "pages" => {
            words.next();
            zone.numbers
                .extend(number(&mut words).map(|n| ("free".into(), n)));
        }
        "protection:" => {
            let list = line.split_once('(').map_or("", |(_, list)| list);
            let list = list.trim_end_matches(')').split(", ");
            zone.protection = list.filter_map(|n| n.parse().ok()).collect();
        }
        "cpu:" => zone.pcp.push([0; 3]),
        "count:" | "high:" | "batch:" => {
            let column = ["count:", "high:", "batch:"]
                .iter()
                .position(|c| *c == first);
            if let (Some(pcp), Some(i), Some(n)) = (zone.pcp.last_mut(), column, number(&mut words))
            {
                pcp[i] = n;
            }
        }
        name => zone
            .numbers
            .extend(number(&mut words).map(|n| (name.to_string(), n))),
    }
}

/// Free blocks (`Node 0, zone DMA, type Unmovable 0 1 …`) and pageblocks (`Node 0, zone DMA 8 0 …`).
fn pagetypeinfo(line: &str, zones: &mut [Zone]) {
    let Some((_, rest)) = line.split_once(", zone") else {
        return;
    };
    let (head, numbers) = match rest.split_once(", type") {
        Some((zone, rest)) => (zone, rest),
        None => (rest, rest),
    };
    let name = head.split_whitespace().next().unwrap_or_default();
    let Some(zone) = zones.iter_mut().find(|zone| zone.name == name) else {
        return;
    };
    let mut words = numbers.split_whitespace();
    let first = words.next().unwrap_or_default();
    let counts = words.filter_map(|n| n.parse().ok()).collect();
    match rest.contains(", type") {
        true => zone.blocks.push((first.into(), counts)),
        false => zone.pageblocks = counts,
    }
}
