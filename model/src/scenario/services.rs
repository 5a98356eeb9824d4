//! The kernel's own contexts: what `model_services[]` in the C texts lists, once a CPU.

use super::Scenario;
use super::build::{Problem, takes_nothing};
use crate::config::Config;
use crate::machine::context::placement;
use crate::machine::service::SERVICE_RUNS_MAX;
use crate::machine::{CpuId, RunSpec};
use crate::program::Program;

/// The runs of the services, each on every CPU, in the order of the table.
pub(super) fn runs(
    scenario: &Scenario,
    program: &Program,
    config: &Config,
) -> Result<Vec<RunSpec>, Problem> {
    let problem = |message: String| Problem::text(&scenario.file, &message);
    let Some(table) = program.global("model_services") else {
        return Ok(Vec::new());
    };
    let layout = || {
        let record = program.types.record_named("model_service")?;
        let context = program.types.find_field(record, "context")?.offset;
        let entry = program.types.find_field(record, "entry")?.offset;
        let awaited = program.types.find_field(record, "awaited")?.offset;
        (record.size > 0).then_some((record.size, context, entry, awaited))
    };
    let (size, context, entry, awaited) = layout().ok_or_else(|| {
        problem("`struct model_service` needs members `context`, `entry`, `awaited`".into())
    })?;
    let mut specs = Vec::new();
    for at in (table.addr..table.addr + table.size).step_by(size as usize) {
        let name = string(program, word(program, at + context));
        let placement = placement(&name, config)
            .ok_or_else(|| problem(format!("model_services[]: unknown context `{name}`")))?;
        let entry = program
            .function_at(word(program, at + entry))
            .ok_or_else(|| problem(format!("model_services[]: `{name}` has no function")))?;
        takes_nothing(program, entry)?;
        let awaited = word(program, at + awaited) != 0;
        let wrapper = match placement.wrapped {
            true => program.function(&format!("context_{name}")),
            false => None,
        };
        specs.extend((0..scenario.cpus).map(|cpu| RunSpec {
            name: name.clone(),
            placement,
            cpu: CpuId(cpu),
            entry,
            wrapper,
            prio: placement.prio,
            count: 0,
            awaited,
        }));
    }
    match specs.len() {
        0..=SERVICE_RUNS_MAX => Ok(specs),
        n => Err(problem(format!(
            "services times CPUs is {n}; the machine has {SERVICE_RUNS_MAX} at most"
        ))),
    }
}

/// Eight bytes of the initial memory.
fn word(program: &Program, addr: u64) -> u64 {
    let mut bytes = [0; 8];
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = self::byte(program, addr + i as u64);
    }
    u64::from_le_bytes(bytes)
}

fn string(program: &Program, addr: u64) -> String {
    let bytes = (addr..addr + 64).map(|at| byte(program, at));
    let bytes: Vec<u8> = bytes.take_while(|&b| b != 0).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn byte(program: &Program, addr: u64) -> u8 {
    let holds =
        |(start, bytes): &&(u64, Vec<u8>)| (*start..*start + bytes.len() as u64).contains(&addr);
    let piece = program.image.iter().find(holds);
    piece.map_or(0, |(start, bytes)| bytes[(addr - start) as usize])
}
