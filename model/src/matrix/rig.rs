//! One kernel on one configuration, compiled once for many cells.
//!
//! Each set-up of the zones boots once, each state of a call is prepared once; a cell starts from a
//! copy. Contexts that are realised alike (a tasklet and a timer, say) share their executions.

use std::collections::HashMap;

use super::call::Call;
use super::drive::{Bare, Course, drive, returned};
use super::legal::Legality;
use super::plan::Plan;
use super::state::State;
use super::{Cell, legal};
use crate::check::Rule;
use crate::config::Config;
use crate::explore::End;
use crate::machine::Machine;
use crate::machine::context::{ContextKind, placement};
use crate::program::Program;
use crate::scenario::{Compiled, Problem, Scenario};

/// A kernel on a configuration, with the calls that are made of it.
pub struct Rig {
    kernel: String,
    config_name: String,
    config: Config,
    calls: Vec<Call>,
    compiled: Compiled,
    /// Zones and runs are changed for each cell.
    scenario: Scenario,
    /// Booted machines by their zones.
    booted: HashMap<String, Machine>,
    /// Prepared ones, by zones and variables.
    prepared: HashMap<String, Machine>,
    outcomes: HashMap<(String, usize, State), Outcome>,
    legalities: HashMap<(String, usize), Legality>,
    /// Of a plain task's call, by its number.
    remotes: HashMap<usize, Legality>,
}

/// What one execution came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// As [`Cell::returned`].
    pub returned: Option<bool>,
    /// How it ended: what was printed, which rules were broken.
    pub end: End,
    /// The first rule broken.
    pub first: Option<Rule>,
}

impl Rig {
    /// Compiles a kernel for these calls.
    ///
    /// # Errors
    /// What is wrong with the texts: a flag that the kernel does not know, for instance.
    pub fn new(kernel: &str, config: &str, calls: &[Call]) -> Result<Rig, Problem> {
        let built = Config::named(config).map_err(|e| Problem::text("matrix", &e))?;
        let state = State::parse("drained").map_err(|e| Problem::text("matrix", &e))?;
        let compiled = |calls: &[Call]| {
            let text = match calls.first() {
                Some(first) => state.plan(first, 0, "task", &built),
                None => return Err(Problem::text("matrix", "no call")),
            }
            .text("matrix", kernel, config, calls);
            let scenario = Scenario::parse("cell.c", &text)?;
            Ok((scenario.compile(&built)?, scenario))
        };
        let (compiled, scenario) = compiled(calls).map_err(|problem| {
            // Which call it is about, if it is about one.
            let fault = calls
                .iter()
                .find(|call| calls.len() > 1 && compiled(std::slice::from_ref(call)).is_err());
            let call = fault.or(calls.first()).map_or("", |c| &c.text);
            Problem {
                text: format!("{kernel}, `{call}`: {problem}"),
                ..problem
            }
        })?;
        Ok(Rig {
            kernel: kernel.into(),
            config_name: config.into(),
            config: built,
            calls: calls.to_vec(),
            compiled,
            scenario,
            booted: HashMap::new(),
            prepared: HashMap::new(),
            outcomes: HashMap::new(),
            legalities: HashMap::new(),
            remotes: HashMap::new(),
        })
    }

    /// One cell.
    ///
    /// # Errors
    /// When the kernel does not boot, or the call is none of the rig's.
    pub fn cell(&mut self, context: &str, call: &Call, state: &State) -> Result<Cell, Problem> {
        let outcome = self.outcome(context, call, state)?;
        let legality = self.legality(context, call)?;
        Ok(self.row(context, call, state, &outcome, legality))
    }

    /// The same, not asking whether the call is legal.
    ///
    /// # Errors
    /// As [`Rig::cell`].
    pub fn outcome_only(
        &mut self,
        context: &str,
        call: &Call,
        state: &State,
    ) -> Result<Cell, Problem> {
        let outcome = self.outcome(context, call, state)?;
        let nothing = Legality {
            legal: true,
            rule: None,
        };
        Ok(self.row(context, call, state, &outcome, nothing))
    }

    fn row(
        &self,
        context: &str,
        call: &Call,
        state: &State,
        outcome: &Outcome,
        legality: Legality,
    ) -> Cell {
        Cell {
            kernel: self.kernel.clone(),
            config: self.config_name.clone(),
            context: context.into(),
            call: call.name.clone(),
            order: call.order,
            gfp: call.gfp.clone(),
            state: state.text.clone(),
            returned: outcome.returned,
            splat_classes: outcome.end.printed.iter().map(|c| c.name()).collect(),
            hang: outcome.end.hang,
            legal: legality.legal,
            rule: legality.rule.map(|r| r.name()),
        }
    }

    /// Whether the call is legal in that context.
    ///
    /// # Errors
    /// As [`Rig::cell`].
    pub fn legality(&mut self, context: &str, call: &Call) -> Result<Legality, Problem> {
        let key = (likeness(context, &self.config), self.number(call)?);
        if let Some(known) = self.legalities.get(&key) {
            return Ok(*known);
        }
        let found = legal::legality(self, context, call)?;
        self.legalities.insert(key, found);
        Ok(found)
    }

    /// What another CPU can do to a plain task's call.
    pub(super) fn remote(&mut self, call: &Call) -> Result<Legality, Problem> {
        let n = self.number(call)?;
        if let Some(known) = self.remotes.get(&n) {
            return Ok(*known);
        }
        let found = legal::remote(self, call)?;
        self.remotes.insert(n, found);
        Ok(found)
    }

    /// What one execution comes to.
    ///
    /// # Errors
    /// As [`Rig::cell`].
    pub fn outcome(
        &mut self,
        context: &str,
        call: &Call,
        state: &State,
    ) -> Result<Outcome, Problem> {
        let n = self.number(call)?;
        let key = (likeness(context, &self.config), n, state.clone());
        if let Some(known) = self.outcomes.get(&key) {
            return Ok(known.clone());
        }
        let plan = state.plan(call, n, context, &self.config);
        let mut bare = Bare {
            machine: self.machine(&plan, true)?,
            first: None,
        };
        drive(&mut bare, &course(&plan, context, &self.config, state));
        let value = bare.machine.returns[usize::from(plan.run().0)];
        let end = End {
            hang: bare.machine.halted.is_none() && !returned(&bare.machine),
            ..End::of(&bare.machine)
        };
        let outcome = Outcome {
            returned: value.map(|value| value != 0),
            end,
            first: bare.first,
        };
        self.outcomes.insert(key, outcome.clone());
        Ok(outcome)
    }

    /// A plan's machine, ready to run.
    pub(super) fn machine(&mut self, plan: &Plan, services: bool) -> Result<Machine, Problem> {
        self.scenario.runs.clone_from(&plan.runs);
        self.scenario.zones.clone_from(&plan.zones);
        let zones = format!("{:?}", plan.zones);
        let key = format!("{zones}{:?}", plan.variables);
        if !self.prepared.contains_key(&key) {
            let machine = self.prepare(zones, plan)?;
            self.prepared.insert(key.clone(), machine);
        }
        let prepared = &self.prepared[&key];
        self.compiled.start_with(&self.scenario, prepared, services)
    }

    fn prepare(&mut self, zones: String, plan: &Plan) -> Result<Machine, Problem> {
        if !self.booted.contains_key(&zones) {
            let machine = self.compiled.boot(&self.scenario)?;
            self.booted.insert(zones.clone(), machine);
        }
        let mut machine = self.booted[&zones].clone();
        let program = self.compiled.program();
        plan.variables
            .write(program, &mut machine)
            .map_err(|e| Problem::text("cell.c", &e))?;
        self.compiled
            .call(&self.scenario, &mut machine, "model_prepare")?;
        Ok(machine)
    }

    /// The program.
    pub fn program(&self) -> &Program {
        self.compiled.program()
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The number of a call in the text.
    pub(super) fn number(&self, call: &Call) -> Result<usize, Problem> {
        let n = self.calls.iter().position(|c| c == call);
        n.ok_or_else(|| Problem::text("matrix", &format!("`{}` was not compiled", call.text)))
    }
}

/// Contexts with the same text are realised alike on that configuration.
pub fn likeness(context: &str, config: &Config) -> String {
    let placement = placement(context, config);
    let wrapper = match placement.is_some_and(|p| p.wrapped) {
        true => context,
        false => "",
    };
    let other_cpu = context == "ipi";
    format!("{placement:?} {wrapper} {other_cpu}")
}

pub(super) fn course<'a>(
    plan: &Plan,
    context: &str,
    config: &Config,
    state: &'a State,
) -> Course<'a> {
    let placement = placement(context, config);
    Course {
        run: plan.run(),
        cpu: plan.variables.call_cpu,
        interrupt: placement.is_some_and(|p| p.kind != ContextKind::Task),
        hook: state.hook(),
    }
}

/// A kernel's texts without any call, to ask what they have.
///
/// # Errors
/// When there is no such kernel, or it does not compile.
pub fn texts_of(kernel: &str) -> Result<Compiled, Problem> {
    crate::kernel::check(kernel).map_err(|e| Problem::text("matrix", &e))?;
    let config = Config::named("preempt-debug").map_err(|e| Problem::text("matrix", &e))?;
    let text = format!(
        "/*+++\ntitle = \"texts\"\nkernel = \"{kernel}\"\n[[run]]\ncontext = \"task\"\nentry = \"nothing\"\n+++*/\n\
         int nothing(void)\n{{\n\treturn 0;\n}}\n"
    );
    let scenario = Scenario::parse("texts.c", &text)?;
    scenario.compile(&config)
}
