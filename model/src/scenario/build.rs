//! From a scenario to a machine that is ready to run.

use std::rc::Rc;

use super::{Scenario, Zone, services, setup};
use crate::config::{Config, OPTIONS};
use crate::kernel::{PRELUDE, Tree, linux_version_code};
use crate::machine::context::{ContextKind, placement};
use crate::machine::{CpuId, Machine, RunSpec, Setup};
use crate::program::types::{Field, Record, Type};
use crate::program::{FuncId, Program, lower};
use crate::syntax::diagnostic::{Diagnostic, Severity};
use crate::syntax::source::{SourceMap, Span};
use crate::syntax::{Input, parse};

/// Booting the modelled kernel takes a few thousand steps for each zone.
const BOOT_STEPS_MAX: u32 = 2_000_000;
/// Page frames of a zone begin at multiples of the largest block.
const ZONE_ALIGN: u64 = 1024;
/// The first task's number; those below belong to the kernel.
pub const PID_FIRST: u64 = 100;
/// Diagnostics shown at a time.
const DIAGNOSTICS_MAX: usize = 20;

/// Why a scenario cannot be used: text for people, each line with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// One or more complete messages.
    pub text: String,
    /// The places they are about, for those who mark lines.
    pub marks: Vec<Mark>,
}

/// A place with what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The file, as diagnostics call it.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// One sentence.
    pub message: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text.trim_end())
    }
}

impl std::error::Error for Problem {}

impl Problem {
    /// A message about a file as a whole.
    pub fn text(file: &str, message: &str) -> Problem {
        Problem {
            text: format!("{file}: error: {message}"),
            marks: Vec::new(),
        }
    }

    /// Diagnostics with their places.
    pub fn diagnostics(sources: &SourceMap, diagnostics: &[Diagnostic]) -> Problem {
        let shown = diagnostics
            .iter()
            .take(DIAGNOSTICS_MAX)
            .map(|d| d.render(sources));
        let mut text: String = shown.collect();
        if diagnostics.len() > DIAGNOSTICS_MAX {
            text += &format!("and {} more\n", diagnostics.len() - DIAGNOSTICS_MAX);
        }
        let mark = |d: &Diagnostic| {
            let at = sources.line_column(d.span);
            Mark {
                file: sources.file(d.span.file).name.clone(),
                line: at.line,
                column: at.column,
                message: d.message.clone(),
            }
        };
        let marks = diagnostics.iter().take(DIAGNOSTICS_MAX).map(mark);
        Problem {
            text,
            marks: marks.collect(),
        }
    }
}

/// A scenario's texts, compiled for one configuration: to be booted and started as often as wanted,
/// with other zones and other runs.
pub struct Compiled {
    program: Rc<Program>,
    config: Config,
}

impl Compiled {
    pub(super) fn new(
        scenario: &Scenario,
        tree: &Tree,
        config: &Config,
    ) -> Result<Compiled, Problem> {
        Ok(Compiled {
            program: Rc::new(compile(scenario, tree, config)?),
            config: config.clone(),
        })
    }

    /// The program.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// A machine with the scenario's zones, in which nothing runs yet.
    ///
    /// # Errors
    /// What is wrong with its runs, or why the kernel does not boot.
    pub fn boot(&self, scenario: &Scenario) -> Result<Machine, Problem> {
        let program = &self.program;
        let page = program.types.record_named("page").map_or(0, |r| r.size);
        let version = scenario.kernel.as_deref().and_then(linux_version_code);
        let mut setup = Setup {
            config: self.config.clone(),
            kernel_version: version.unwrap_or_default(),
            n_cpus: scenario.cpus,
            runs: Vec::new(),
            scenario_runs: 0,
            tasks: Default::default(),
            pages: page_ranges(&scenario.zones),
            page_struct_size: page,
            services_off: false,
            program: Rc::clone(program),
        };
        self.set_runs(scenario, &mut setup)?;
        let mut machine = Machine::new(Rc::new(setup));
        if scenario.kernel.is_some() {
            boot(scenario, program, &mut machine)?;
        }
        Ok(machine)
    }

    /// Calls a function in task context, before anything runs. What is printed on the way is no part
    /// of the executions to come.
    ///
    /// # Errors
    /// When there is no such function, or it does not end.
    pub fn call(
        &self,
        scenario: &Scenario,
        machine: &mut Machine,
        function: &str,
    ) -> Result<(), Problem> {
        call_before_start(scenario, &self.program, machine, function)?;
        machine.console = Default::default();
        Ok(())
    }

    /// Makes a booted machine ready to execute the scenario's runs.
    ///
    /// # Errors
    /// What is wrong with its runs.
    pub fn start(&self, scenario: &Scenario, booted: &Machine) -> Result<Machine, Problem> {
        self.start_with(scenario, booted, true)
    }

    /// The same with or without what the kernel sets off by itself: without, a look at one call does
    /// not go on into works and timers that it leaves behind.
    ///
    /// # Errors
    /// As [`Compiled::start`].
    pub fn start_with(
        &self,
        scenario: &Scenario,
        booted: &Machine,
        services: bool,
    ) -> Result<Machine, Problem> {
        let mut setup = booted.setup().clone();
        setup.services_off = !services;
        self.set_runs(scenario, &mut setup)?;
        let mut machine = booted.with_setup(Rc::new(setup));
        name_tasks(&self.program, &mut machine);
        machine.start();
        Ok(machine)
    }

    fn set_runs(&self, scenario: &Scenario, setup: &mut Setup) -> Result<(), Problem> {
        let own = runs(scenario, &self.program, &self.config)?;
        let services = services::runs(scenario, &self.program, &self.config)?;
        setup.set_runs(own, services);
        Ok(())
    }
}

pub(super) fn machine(
    scenario: &Scenario,
    tree: &Tree,
    config: &Config,
    prepare: Option<&str>,
) -> Result<Machine, Problem> {
    let compiled = Compiled::new(scenario, tree, config)?;
    let mut machine = compiled.boot(scenario)?;
    if let Some(prepare) = prepare {
        compiled.call(scenario, &mut machine, prepare)?;
    }
    compiled.start(scenario, &machine)
}

fn compile(scenario: &Scenario, tree: &Tree, config: &Config) -> Result<Program, Problem> {
    let mut files = tree.files.clone();
    files.insert(scenario.file.clone(), scenario.text.clone());
    let mut main = Vec::new();
    if scenario.kernel.is_some() {
        main.push(PRELUDE.to_string());
        main.extend(tree.main());
    }
    main.push(scenario.file.clone());
    let on = config.options();
    let mut defines: Vec<(String, String)> = OPTIONS
        .iter()
        .filter(|option| on.contains(option))
        .map(|option| (format!("CONFIG_{option}"), "1".to_string()))
        .collect();
    defines.extend(scenario.defines.iter().cloned());
    defines.extend(setup::defines(&scenario.zones));
    let code = scenario.kernel.as_deref().and_then(linux_version_code);
    defines.extend(code.map(|code| ("LINUX_VERSION_CODE".to_string(), code.to_string())));
    let parsed = parse(&Input {
        files: &files,
        main: &main,
        defines: &defines,
    });
    let errors: Vec<Diagnostic> = parsed
        .diagnostics
        .into_iter()
        .filter(|d| d.severity == Severity::Error)
        .collect();
    if !errors.is_empty() {
        return Err(Problem::diagnostics(&parsed.sources, &errors));
    }
    lower(&parsed.unit, parsed.sources.clone())
        .map_err(|errors| Problem::diagnostics(&parsed.sources, &errors))
}

fn runs(scenario: &Scenario, program: &Program, config: &Config) -> Result<Vec<RunSpec>, Problem> {
    let function = |name: &str, named_at: Span| {
        program.function(name).ok_or_else(|| {
            let mut front = SourceMap::default();
            front.add(&scenario.file, &scenario.text);
            let message = format!("there is no function `{name}` with a body");
            Problem::diagnostics(&front, &[Diagnostic::error(named_at, message)])
        })
    };
    let mut specs = Vec::new();
    for run in &scenario.runs {
        let placement = placement(&run.context, config).ok_or_else(|| {
            Problem::text(
                &scenario.file,
                &format!("unknown context `{}`", run.context),
            )
        })?;
        let entry = function(&run.entry, run.entry_span)?;
        takes_nothing(program, entry)?;
        let wrapper = match placement.wrapped {
            true => Some(function(
                &format!("context_{}", run.context),
                run.entry_span,
            )?),
            false => None,
        };
        specs.push(RunSpec {
            name: run.context.clone(),
            placement,
            cpu: CpuId(run.cpu),
            entry,
            wrapper,
            prio: run.prio.unwrap_or(placement.prio),
            awaited: false,
            count: if placement.kind == ContextKind::Task {
                1
            } else {
                run.count
            },
        });
    }
    Ok(specs)
}

pub(super) fn takes_nothing(program: &Program, entry: FuncId) -> Result<(), Problem> {
    let func = program.func(entry);
    if func.n_params == 0 {
        return Ok(());
    }
    let message = format!("the entry function `{}` must take no arguments", func.name);
    Err(Problem::diagnostics(
        &program.sources,
        &[Diagnostic::error(func.span, message)],
    ))
}

/// Zones lie one above the other, each from a multiple of the largest block on.
fn page_ranges(zones: &[Zone]) -> Vec<(u64, u64)> {
    let mut next = ZONE_ALIGN;
    let mut ranges = Vec::new();
    for zone in zones {
        ranges.push((next, next + zone.pages));
        next = (next + zone.pages).div_ceil(ZONE_ALIGN) * ZONE_ALIGN;
    }
    ranges
}

fn boot(scenario: &Scenario, program: &Program, machine: &mut Machine) -> Result<(), Problem> {
    let missing =
        |what: &str| Problem::text(&scenario.file, &format!("the kernel has no `{what}`"));
    let ranges = machine.setup().pages.clone();
    setup::write(scenario, program, machine, &ranges).map_err(|what| missing(&what))?;
    call_before_start(scenario, program, machine, "model_boot")
}

fn call_before_start(
    scenario: &Scenario,
    program: &Program,
    machine: &mut Machine,
    function: &str,
) -> Result<(), Problem> {
    let func = program.function(function).ok_or_else(|| {
        Problem::text(
            &scenario.file,
            &format!("there is no function `{function}` with a body"),
        )
    })?;
    match machine.run_before_start(func, BOOT_STEPS_MAX) {
        Ok(_) => Ok(()),
        Err((reason, span)) => {
            let message = format!("{function}() does not end: {reason}");
            Err(Problem::diagnostics(
                &program.sources,
                &[Diagnostic::error(span, message)],
            ))
        }
    }
}

/// Gives each task the name and number that reports show; a plain C program has no tasks to name.
fn name_tasks(program: &Program, machine: &mut Machine) -> Option<()> {
    let tasks = program.global("model_tasks")?;
    let record = program.types.record_named("task_struct")?;
    let comm = program.types.find_field(record, "comm")?;
    let len = program.types.size(comm.ty)?;
    let setup = machine.setup_rc();
    let is_task = |run: &&RunSpec| run.placement.kind == ContextKind::Task;
    let room = (tasks.size / record.size) as usize;
    for (idx, run) in setup.runs.iter().filter(is_task).enumerate().take(room) {
        let base = tasks.addr + record.size * idx as u64;
        let mut name = run.name.clone().into_bytes();
        name.truncate(len as usize - 1);
        machine.memory.zero(base + comm.offset, len);
        machine.memory.write_bytes(base + comm.offset, &name);
        write_field(
            program,
            machine,
            record,
            base,
            "pid",
            Some(PID_FIRST + idx as u64),
        )?;
        // As task_struct has it: real-time priorities upside down, 0 is not set here.
        let prio = (1..=99)
            .contains(&run.prio)
            .then(|| 99 - u64::from(run.prio));
        if let Some(prio) = prio {
            write_field(program, machine, record, base, "prio", Some(prio))?;
        }
    }
    Some(())
}

/// Writes a member; `None` is all ones: "as the kernel's formulas say".
fn write_field(
    program: &Program,
    machine: &mut Machine,
    record: &Record,
    base: u64,
    name: &str,
    value: Option<u64>,
) -> Option<()> {
    let Field { offset, ty, .. } = program.types.find_field(record, name)?;
    let Type::Int(kind, _) = program.types.get(ty) else {
        return None;
    };
    machine
        .memory
        .write(base + offset, kind.size(), value.unwrap_or(u64::MAX));
    Some(())
}
