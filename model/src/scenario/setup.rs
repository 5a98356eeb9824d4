//! Tells the modelled kernel's boot (`model/boot.c`) what memory the scenario has.

use super::{Environment, Happens, Scenario, ZONE_TYPES, Zone};
use crate::machine::Machine;
use crate::program::Program;
use crate::program::types::{Field, Record, Type};

/// Kernel options that only some zones need; without them the kernel is smaller.
pub(super) fn defines(zones: &[Zone]) -> Vec<(String, String)> {
    let numa = zones.iter().any(|zone| zone.idx >= ZONE_TYPES);
    let cma = zones.iter().any(|zone| zone.cma > 0);
    let options = [("CONFIG_NUMA", numa), ("CONFIG_CMA", cma)];
    let on = options.into_iter().filter(|(_, on)| *on);
    on.map(|(name, _)| (name.to_string(), "1".to_string()))
        .collect()
}

/// Writes `model_setup`, `model_environment` and the number of CPUs; `ranges` are the zones' frames.
///
/// # Errors
/// What the kernel's texts lack.
pub(super) fn write(
    scenario: &Scenario,
    program: &Program,
    machine: &mut Machine,
    ranges: &[(u64, u64)],
) -> Result<(), String> {
    let table = program.global("model_setup").ok_or("model_setup")?;
    let record = program
        .types
        .record_named("model_zone_setup")
        .ok_or("struct model_zone_setup")?;
    for (zone, (start, _)) in scenario.zones.iter().zip(ranges) {
        let at = record.size * zone.idx as u64;
        if at >= table.size {
            return Err("CONFIG_NUMA".into());
        }
        let mut out = Writer {
            program,
            machine,
            record,
            base: table.addr + at,
        };
        out.zone(zone, *start)?;
    }
    environment(&scenario.environment, program, machine)?;
    let cpus = program.global("nr_cpu_ids").ok_or("nr_cpu_ids")?;
    machine
        .memory
        .write(cpus.addr, cpus.size, u64::from(scenario.cpus));
    Ok(())
}

fn environment(
    environment: &Environment,
    program: &Program,
    machine: &mut Machine,
) -> Result<(), String> {
    let setup = program
        .global("model_environment")
        .ok_or("model_environment")?;
    let record = program
        .types
        .record_named("model_environment_setup")
        .ok_or("struct model_environment_setup")?;
    let mut out = Writer {
        program,
        machine,
        record,
        base: setup.addr,
    };
    out.set("reclaim", number(environment.reclaim))?;
    out.set("compaction", number(environment.compaction))
}

/// As `enum model_environment` numbers it.
fn number(happens: Happens) -> Option<u64> {
    Some(match happens {
        Happens::Always => 0,
        Happens::Sometimes => 1,
        Happens::Never => 2,
    })
}

/// Writes the members of one object.
struct Writer<'a> {
    program: &'a Program,
    machine: &'a mut Machine,
    record: &'a Record,
    base: u64,
}

impl Writer<'_> {
    fn zone(&mut self, zone: &Zone, start: u64) -> Result<(), String> {
        let watermark = |i: usize| zone.watermark.map(|w| w[i]);
        self.set("start_pfn", Some(start))?;
        self.set("pages", Some(zone.pages))?;
        self.set("free", zone.free)?;
        self.set("wmark_min", watermark(0))?;
        self.set("wmark_low", watermark(1))?;
        self.set("wmark_high", watermark(2))?;
        self.set("pcp_high", zone.high.map(u64::from))?;
        self.set("pcp_batch", zone.batch.map(u64::from))?;
        self.set("page_cache", Some(zone.page_cache))?;
        self.set("process", Some(zone.process))?;
        self.set("present", Some(zone.present.unwrap_or(0)))?;
        self.set("cma", Some(zone.cma))?;
        self.set("boost", Some(zone.boost))?;
        self.set("reserved_highatomic", zone.reserved_highatomic)?;
        for (i, &n) in zone.pcp.iter().enumerate() {
            self.set_nth("pcp_count", i as u64, Some(u64::from(n)))?;
        }
        for i in 0..ZONE_TYPES {
            let pages = zone.lowmem_reserve.map(|reserve| reserve[i]);
            self.set_nth("lowmem_reserve", i as u64, pages)?;
        }
        self.blocks(&zone.blocks)
    }

    fn blocks(&mut self, blocks: &[(String, Vec<u64>)]) -> Result<(), String> {
        if blocks.is_empty() {
            return self.set_nth("blocks", 0, None);
        }
        for (name, counts) in blocks {
            let constant = format!("MIGRATE_{}", name.to_uppercase());
            let row = *self
                .program
                .constants
                .get(&constant)
                .ok_or(format!("{constant} (a CMA area needs `cma`)"))?;
            let orders = self.program.constants.get("NR_MODEL_ORDERS").copied();
            let orders = orders.ok_or("NR_MODEL_ORDERS")?;
            for (order, &count) in counts.iter().enumerate() {
                let idx = row as u64 * orders as u64 + order as u64;
                self.set_nth("blocks", idx, Some(count))?;
            }
        }
        Ok(())
    }

    fn set(&mut self, name: &str, value: Option<u64>) -> Result<(), String> {
        self.set_nth(name, 0, value)
    }

    /// `None` is all ones: "as the kernel's formulas say".
    fn set_nth(&mut self, name: &str, n: u64, value: Option<u64>) -> Result<(), String> {
        let missing = || format!("{} in its setup", name);
        let types = &self.program.types;
        let Field { offset, mut ty, .. } =
            types.find_field(self.record, name).ok_or_else(missing)?;
        let size = loop {
            match types.get(ty) {
                Type::Int(kind, _) => break kind.size(),
                Type::Array(element, _) => ty = *element,
                _ => return Err(missing()),
            }
        };
        let at = self.base + offset + n * size;
        self.machine
            .memory
            .write(at, size, value.unwrap_or(u64::MAX));
        Ok(())
    }
}
