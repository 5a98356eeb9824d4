//! The functions that a call goes through, as a kernel's function tracer shows them.
//!
//! A lock's functions are primitives of the machine; they are named here as the kernel's own are.
//! What a kernel's compiler inlined, its tracer does not show: which functions those are is a matter
//! of the build. Here all are shown, or those that are not declared `inline`.

use super::{Place, execution};
use crate::machine::event::{LockRef, LockType};
use crate::machine::{CpuId, Event, EventKind, Machine};
use crate::scenario::Problem;
use crate::syntax::source::Span;

/// One function and how deep it was called, from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// Its depth among those shown.
    pub depth: usize,
    /// Its name.
    pub name: String,
}

/// The functions of one cell's call, in the order in which they are entered; with or without those
/// that are declared `inline`.
///
/// # Errors
/// As [`super::cell`].
pub fn calls(place: &Place, inline: bool) -> Result<Vec<Called>, Problem> {
    let (trace, _) = execution(place)?;
    let mut reader = Reader {
        machine: trace.last(),
        inline,
        level: None,
        shown: Vec::new(),
        called: Vec::new(),
    };
    for step in &trace.steps {
        for event in &step.events {
            if reader.read(event) {
                return Ok(reader.called);
            }
        }
    }
    Ok(reader.called)
}

/// The function of `cell.c` that makes the call.
const CALL: &str = "call_0";

struct Reader<'a> {
    machine: &'a Machine,
    /// Functions declared so are shown.
    inline: bool,
    /// Where the call is made, from its begin.
    level: Option<(CpuId, usize)>,
    /// The functions that have not returned, outermost first, and whether each is shown.
    shown: Vec<bool>,
    called: Vec<Called>,
}

impl Reader<'_> {
    /// Whether the call has returned.
    fn read(&mut self, event: &Event) -> bool {
        let here = (event.cpu, event.context.level());
        if self.level.is_some_and(|level| level != here) {
            return false;
        }
        let program = self.machine.program();
        match &event.kind {
            EventKind::Call { func }
                if self.level.is_none() && program.func(*func).name == CALL =>
            {
                self.level = Some(here);
            }
            _ if self.level.is_none() => {}
            EventKind::Call { func } => {
                let function = program.func(*func);
                let shown = self.inline || !function.inline;
                if shown {
                    self.show(0, &function.name);
                }
                self.shown.push(shown);
            }
            EventKind::Return { .. } => return self.shown.pop().is_none(),
            EventKind::LockWanted { lock, .. } => {
                let verb = if lock.trylock { "trylock" } else { "lock" };
                self.lock(lock, verb, event.span);
            }
            EventKind::LockBusy(lock) if !lock.sleeps => self.show(1, "queued_spin_lock_slowpath"),
            EventKind::LockReleased(lock) => self.lock(lock, "unlock", event.span),
            _ => {}
        }
        false
    }

    /// Names a function, `below` levels under the one that executes.
    fn show(&mut self, below: usize, name: &str) {
        let depth = below + self.shown.iter().filter(|shown| **shown).count();
        self.called.push(Called {
            depth,
            name: name.into(),
        });
    }

    fn lock(&mut self, lock: &LockRef, verb: &str, span: Span) {
        let spins = matches!(lock.ty, LockType::RawSpin | LockType::Spin);
        if !spins {
            return;
        }
        if lock.sleeps {
            return self.show(0, &format!("rt_spin_{verb}"));
        }
        if verb == "trylock" {
            return self.show(0, "_raw_spin_trylock");
        }
        // How the interrupt flag is treated, the statement says.
        let text = self.machine.program().sources.text(span);
        let form = ["_irqsave", "_irqrestore", "_irq", "_bh"]
            .into_iter()
            .find(|form| text.contains(&format!("spin_{verb}{form}(")));
        self.show(0, &format!("_raw_spin_{verb}{}", form.unwrap_or("")));
    }
}
