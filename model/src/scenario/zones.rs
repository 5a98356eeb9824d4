//! Memory in the front matter: nodes, zones, and what reclaim and compaction meet.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::front_matter::Reader;
use super::{Environment, Happens, NODES_MAX, ZONE_TYPES, Zone};

/// A zone has at most 16 GiB: addresses of page structs must fit their region.
const PAGES_MAX: u64 = 1 << 22;
/// As the kernel's `enum zone_type` numbers them.
const ZONES: [&str; ZONE_TYPES] = ["DMA", "DMA32", "Normal", "Movable"];
/// Migratetypes that can have free blocks, as `/proc/pagetypeinfo` names them.
const TYPES: &[&str] = &["Unmovable", "Movable", "Reclaimable", "HighAtomic", "CMA"];
/// Orders of free blocks: 0 to 10.
const ORDERS: usize = 11;
/// CMA areas consist of whole pageblocks.
const PAGEBLOCK: u64 = 512;

pub(super) type Tables = BTreeMap<Spanned<String>, Spanned<FrontZone>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FrontZone {
    pages: u64,
    free: Option<u64>,
    pcp: Option<FrontPcp>,
    high: Option<u32>,
    batch: Option<u32>,
    watermark: Option<Watermark>,
    #[serde(default)]
    page_cache: u64,
    #[serde(default)]
    process: u64,
    present: Option<u64>,
    #[serde(default)]
    cma: u64,
    #[serde(default)]
    boost: u64,
    lowmem_reserve: Option<[u64; ZONE_TYPES]>,
    reserved_highatomic: Option<u64>,
    blocks: Option<BTreeMap<String, Vec<u64>>>,
}

/// The same on each CPU, or a number for each.
#[derive(Deserialize)]
#[serde(untagged)]
enum FrontPcp {
    Each(u32),
    By(Vec<u32>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Watermark {
    min: u64,
    low: u64,
    high: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FrontNode {
    #[serde(default)]
    zone: Tables,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FrontEnvironment {
    #[serde(default)]
    reclaim: FrontHappens,
    #[serde(default)]
    compaction: FrontHappens,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "lowercase")]
enum FrontHappens {
    #[default]
    Always,
    Sometimes,
    Never,
}

impl From<FrontHappens> for Happens {
    fn from(front: FrontHappens) -> Happens {
        match front {
            FrontHappens::Always => Happens::Always,
            FrontHappens::Sometimes => Happens::Sometimes,
            FrontHappens::Never => Happens::Never,
        }
    }
}

impl From<FrontEnvironment> for Environment {
    fn from(front: FrontEnvironment) -> Environment {
        Environment {
            reclaim: front.reclaim.into(),
            compaction: front.compaction.into(),
        }
    }
}

/// `[zone.NAME]` is node 0's; `[node.N.zone.NAME]` names the node.
pub(super) fn read(
    reader: &mut Reader,
    tables: Tables,
    nodes: BTreeMap<Spanned<String>, FrontNode>,
    cpus: u8,
) -> Vec<Zone> {
    let mut zones = Vec::new();
    read_node(reader, 0, tables, cpus, &mut zones);
    for (name, node) in nodes {
        match name.as_ref().parse::<usize>() {
            Ok(nid) if nid < NODES_MAX => read_node(reader, nid, node.zone, cpus, &mut zones),
            _ => reader.error(
                name.span(),
                format!("there is no node `{}`; nodes are 0 and 1", name.as_ref()),
            ),
        }
    }
    zones.sort_by_key(|zone| zone.idx);
    let of_node_0 = |zone: &Zone| zone.idx < ZONE_TYPES;
    if !zones.is_empty() && !zones.iter().any(of_node_0) {
        reader.error(0..1, "node 0 has no zone");
    }
    zones
}

fn read_node(reader: &mut Reader, nid: usize, tables: Tables, cpus: u8, zones: &mut Vec<Zone>) {
    for (name, table) in tables {
        let Some(idx) = ZONES.iter().position(|z| *z == name.as_ref()) else {
            let known = ZONES.join(", ");
            let message = format!("unknown zone `{}`; known are {known}", name.as_ref());
            reader.error(name.span(), message);
            continue;
        };
        let idx = nid * ZONE_TYPES + idx;
        let range = table.span();
        if zones.iter().any(|zone| zone.idx == idx) {
            reader.error(name.span(), format!("node {nid} has this zone already"));
            continue;
        }
        match zone(idx, table.into_inner(), cpus) {
            Ok(zone) => zones.push(zone),
            Err(message) => reader.error(range, message),
        }
    }
}

fn zone(idx: usize, table: FrontZone, cpus: u8) -> Result<Zone, String> {
    let pcp = match table.pcp {
        None => vec![0; usize::from(cpus)],
        Some(FrontPcp::Each(n)) => vec![n; usize::from(cpus)],
        Some(FrontPcp::By(list)) if list.len() == usize::from(cpus) => list,
        Some(FrontPcp::By(list)) => {
            return Err(format!(
                "`pcp` is for {} CPUs, `cpus` is {cpus}",
                list.len()
            ));
        }
    };
    let blocks: Vec<(String, Vec<u64>)> = table.blocks.into_iter().flatten().collect();
    if !blocks.is_empty() && table.free.is_some() {
        return Err("either `free` or `blocks` says what is free".into());
    }
    let free = match blocks.is_empty() {
        true => table.free.unwrap_or(0),
        false => blocks_pages(&blocks)?,
    };
    let listed: u64 = pcp.iter().map(|&n| u64::from(n)).sum();
    let used = [listed, table.page_cache, table.process];
    let all = used.iter().fold(free, |sum, &n| sum.saturating_add(n));
    if table.pages == 0 || table.pages > PAGES_MAX {
        return Err(format!("a zone has 1 to {PAGES_MAX} pages"));
    }
    if all > table.pages {
        return Err("more pages are free than the zone has \
                    (free + pcp on each CPU + page_cache + process)"
            .into());
    }
    if table.present.is_some_and(|present| present < table.pages) {
        return Err("`present` counts all pages: not less than `pages`".into());
    }
    if !table.cma.is_multiple_of(PAGEBLOCK) || table.cma > table.pages {
        return Err(format!(
            "a CMA area has whole pageblocks of {PAGEBLOCK} pages, in the zone"
        ));
    }
    Ok(Zone {
        idx,
        pages: table.pages,
        free: table.free,
        pcp,
        high: table.high,
        batch: table.batch,
        watermark: table.watermark.map(|w| [w.min, w.low, w.high]),
        page_cache: table.page_cache,
        process: table.process,
        present: table.present,
        cma: table.cma,
        boost: table.boost,
        lowmem_reserve: table.lowmem_reserve,
        reserved_highatomic: table.reserved_highatomic,
        blocks,
    })
}

fn blocks_pages(blocks: &[(String, Vec<u64>)]) -> Result<u64, String> {
    let mut pages = 0u64;
    for (name, counts) in blocks {
        if !TYPES.contains(&name.as_str()) {
            let known = TYPES.join(", ");
            return Err(format!("unknown migratetype `{name}`; known are {known}"));
        }
        if counts.len() > ORDERS {
            return Err(format!("`{name}`: orders are 0 to {}", ORDERS - 1));
        }
        for (order, &count) in counts.iter().enumerate() {
            pages = pages.saturating_add(count.saturating_mul(1 << order));
        }
    }
    Ok(pages)
}

/// The zone of a scenario that does not name any.
pub(super) fn small() -> Zone {
    Zone {
        idx: 2,
        pages: 64,
        free: Some(40),
        watermark: Some([4, 5, 6]),
        ..Zone::default()
    }
}
