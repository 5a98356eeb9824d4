//! How a session begins: from a scenario when the book is built, from a figure in the browser, from
//! a link. A link that does not lead to exactly the state it was made for is refused.

use std::rc::Rc;

use model::explore::trace::Trace;
use model::machine::{CpuId, Schedule};
use model::report::link::{Link, Source};
use model::report::steps::Row;
use model::report::{Shot, mail};
use model::scenario::Scenario;

use super::{Branches, Msg, Notice, Printed, STEPS_MAX, Session};
use crate::spec::{Choice, Figure};

impl Session {
    /// A session on a configuration (the scenario's first, when none is named), at the first thing
    /// that is wrong in the chosen execution; where nothing is, deep inside it or at its end.
    ///
    /// # Errors
    /// Complete messages: the scenario cannot be used, or there is no such execution.
    pub fn start(
        file: &str,
        text: &str,
        config: Option<&str>,
        choice: &Choice,
    ) -> Result<Session, String> {
        let scenario = Scenario::parse(file, text).map_err(|e| e.to_string())?;
        let first = || scenario.configs.first().map(|(name, _)| name.clone());
        let config = match config.map(String::from).or_else(first) {
            Some(name) => name,
            None => return Err(format!("{file}: no configuration is named")),
        };
        let mut session = Session::boot_new(scenario, &config)?;
        let schedule = choice.schedule(&session.trace.initial)?;
        let (mut trace, misfit) = Trace::follow(session.trace.initial.clone(), &schedule);
        if let Some(misfit) = misfit {
            return Err(format!(
                "{file} on {config}: the schedule does not fit: {misfit}"
            ));
        }
        trace.run_on(STEPS_MAX);
        session.set_trace(trace);
        session.cursor = session.telling_step(choice);
        session.remember();
        Ok(session)
    }

    /// The same session after the first step of that function, or of a statement that begins so.
    ///
    /// # Errors
    /// When the execution has no such step.
    pub fn standing_at(mut self, what: &str) -> Result<Session, String> {
        let fits = |row: &Row| row.function == what || row.code.starts_with(what);
        match self.rows.iter().position(fits) {
            Some(idx) => self.cursor = idx + 1,
            None => return Err(format!("no step of this execution is at `{what}`")),
        }
        self.remember();
        Ok(self)
    }

    /// The session a figure was printed with.
    ///
    /// # Errors
    /// When this model does not show what the figure shows.
    pub fn open(figure: &Figure) -> Result<Session, String> {
        let scenario = Scenario::parse(&figure.file, &figure.text).map_err(|e| e.to_string())?;
        let mut session = Session::boot_new(scenario, &figure.config)?;
        let schedule: Schedule = figure.schedule.parse()?;
        if let Some(misfit) = session.follow(&schedule) {
            return Err(format!("the printed execution does not fit: {misfit}"));
        }
        session.cursor = figure.cursor.min(session.len());
        if session.machine().digest() != figure.digest {
            return Err("the figure was printed by another version of the model".into());
        }
        session.remember();
        Ok(session)
    }

    /// What a figure needs to become this session again.
    pub fn to_figure(&self, verdict: Vec<String>, caption: &str) -> Figure {
        Figure {
            file: self.scenario.file.clone(),
            text: self.scenario.text.clone(),
            config: self.config.clone(),
            schedule: self.trace.schedule().to_string(),
            cursor: self.cursor,
            digest: self.machine().digest(),
            verdict,
            caption: caption.into(),
        }
    }

    /// The execution as reports want it.
    pub fn shot(&self) -> Shot<'_> {
        Shot {
            scenario: &self.scenario,
            config: &self.config,
            trace: &self.trace,
            cursor: self.cursor,
        }
    }

    /// The fragment that leads back here.
    pub fn fragment(&self) -> String {
        let link = match self.edited {
            true => Link::with_text(&self.shot()),
            false => Link::by_name(&self.shot()),
        };
        link.to_fragment()
    }

    /// The execution as text for a mail, which brings along what its readers do not have.
    pub fn mail(&self) -> String {
        match self.edited {
            true => mail::export_with_text(&self.shot()),
            false => mail::export(&self.shot()),
        }
    }

    /// The fragment with which the workbench opens this scenario, before any step.
    pub fn to_edit(&self) -> String {
        let shot = Shot {
            cursor: 0,
            ..self.shot()
        };
        let link = Link {
            schedule: Schedule::default(),
            ..Link::with_text(&shot)
        };
        link.to_fragment()
    }

    /// A session on a reader's own text: at the first thing that is wrong, or where the choices lead.
    ///
    /// # Errors
    /// Complete messages: the scenario cannot be used.
    pub fn edited(
        scenario: Scenario,
        config: &str,
        schedule: Option<&Schedule>,
    ) -> Result<Session, String> {
        let mut session = Session::boot_new(scenario, config)?;
        session.edited = true;
        match schedule {
            Some(schedule) => {
                session.follow(schedule);
                session.cursor = session.failing_step();
            }
            None => {
                session.extend(|trace| {
                    trace.run_on(STEPS_MAX);
                    true
                });
                session.cursor = session.telling_step(&Choice::First);
            }
        }
        session.remember();
        Ok(session)
    }

    fn boot_new(scenario: Scenario, config: &str) -> Result<Session, String> {
        let built = scenario.config(config).map_err(|e| e.to_string())?;
        let machine = scenario.machine(&built).map_err(|e| e.to_string())?;
        let printed = Printed {
            config: config.into(),
            schedule: Schedule::default(),
            cursor: 0,
        };
        Ok(Session {
            scenario: Rc::new(scenario),
            config: config.into(),
            trace: Rc::new(Trace::new(machine.clone())),
            rows: Rc::default(),
            cursor: 0,
            notice: None,
            edited: false,
            branches: Rc::default(),
            booted: Rc::new(vec![(config.into(), machine)]),
            printed: Rc::new(printed),
        })
    }

    /// What is shown now is what the figure is printed with.
    fn remember(&mut self) {
        let schedule = self.trace.schedule();
        let mut branches = Branches::default();
        branches.keep(&schedule);
        self.branches = Rc::new(branches);
        let config = self.config.clone();
        self.printed = Rc::new(Printed {
            config,
            schedule,
            cursor: self.cursor,
        });
    }

    /// Where a reader should look first.
    fn telling_step(&self, choice: &Choice) -> usize {
        use model::scenario::Item;
        let wanted = |finding: &model::check::Finding| match choice {
            Choice::Find(Item::Printed(class)) => finding.printed && finding.class == Some(*class),
            Choice::Find(Item::Broken(rule)) => finding.rule == *rule,
            Choice::Find(Item::Hang | Item::Null) => false,
            Choice::Find(Item::Violation | Item::Silent) | Choice::First | Choice::Given(_) => true,
        };
        let found = self.trace.findings().find(|(_, finding)| wanted(finding));
        let is_null = |n: &usize| self.trace.state(*n).console.null;
        match (choice, found) {
            (Choice::Find(Item::Hang), _) => self.len(),
            (Choice::Find(Item::Null), _) => (0..=self.len()).find(is_null).unwrap_or(self.len()),
            (_, Some((n, _))) => n,
            (_, None) if self.trace.last().console.null => {
                (0..=self.len()).find(is_null).unwrap_or(self.len())
            }
            (_, None) => self.innermost_step(),
        }
    }

    /// The last step when it breaks a rule, as in a counterexample; else the first that does, or at which
    /// an allocation fails; else the end.
    fn failing_step(&self) -> usize {
        let mut found = self.trace.findings().map(|(n, _)| n).peekable();
        let first = found.peek().copied();
        let last = found.any(|n| n == self.len()).then_some(self.len());
        let null = || (0..=self.len()).find(|&n| self.trace.state(n).console.null);
        last.or(first).or_else(null).unwrap_or(self.len())
    }

    /// Where nothing is wrong: the last state with the most locks held, or the end. At the end
    /// everything is off the stage.
    fn innermost_step(&self) -> usize {
        let n_held = |n: usize| {
            let machine = self.trace.state(n);
            let cpus = (0..machine.setup().n_cpus).map(CpuId);
            cpus.flat_map(|cpu| machine.contexts(cpu))
                .map(|c| c.held.len())
                .sum::<usize>()
        };
        let most = (0..=self.len()).map(|n| (n_held(n), n)).max();
        most.map_or(0, |(_, n)| n)
    }

    pub(super) fn link(&mut self, fragment: &str) {
        match self.linked(fragment) {
            Ok(next) => *self = next,
            Err(why) => {
                let text = format!(
                    "This link cannot be followed: {why}. What is shown is the printed figure."
                );
                *self = self.after(Msg::Reset);
                self.notice = Some(Notice::Refused(text));
            }
        }
    }

    fn linked(&self, fragment: &str) -> Result<Session, String> {
        let link = Link::parse(fragment)?;
        let here = &self.scenario.name;
        match &link.source {
            Source::Name(name) if name == here => {}
            Source::Name(name) => {
                return Err(format!(
                    "it is for the scenario {name}, and this figure shows {here}"
                ));
            }
            Source::Text(text) if *text == self.scenario.text => {}
            Source::Text(_) => {
                return Err(format!(
                    "it carries a scenario of its own, and this figure shows {here}"
                ));
            }
        }
        if link.kernel != self.scenario.kernel {
            let name = |kernel: &Option<String>| kernel.clone().unwrap_or_else(|| "none".into());
            let (theirs, ours) = (name(&link.kernel), name(&self.scenario.kernel));
            return Err(format!(
                "it is for the kernel {theirs}, and this figure is for {ours}"
            ));
        }
        if link.patches != self.scenario.patches {
            return Err("it is for a kernel patched otherwise; the workbench can open it".into());
        }
        let mut next = Session {
            notice: None,
            ..self.clone()
        };
        if !next.boot(&link.config) {
            return Err(match next.notice {
                Some(Notice::Refused(why) | Notice::Note(why)) => why,
                None => "its configuration cannot be built".into(),
            });
        }
        if let Some(misfit) = next.follow(&link.schedule) {
            return Err(format!(
                "it was made with another version of the model or of the scenario: {misfit}"
            ));
        }
        next.cursor = link.cursor.min(next.len());
        if next.machine().digest() != link.digest {
            return Err(
                "it was made with another version of the model or of the scenario: the \
                        same choices lead to another state here"
                    .into(),
            );
        }
        let mut branches = Branches::default();
        branches.keep(&link.schedule);
        next.branches = Rc::new(branches);
        Ok(next)
    }
}
