//! Choices, and a sequence of them as one short line.
//!
//! ```text
//! schedule = item *( "." item )
//! item     = choice [ "x" count ]      the same choice count times
//! choice   = "c" cpu                   that CPU executes one step
//!          | "i" run                   interrupt-like run number `run` arrives on its CPU
//!          | "t" task "c" cpu          the scheduler of that CPU picks that task
//!          | "e" value "c" cpu         the environment chooses
//! ```

use std::fmt;
use std::str::FromStr;

use super::{CpuId, RunId, TaskId};

/// More actions than any schedule of a real link or report.
const ACTIONS_MAX: usize = 1_000_000;

/// One choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// A CPU executes one step of its innermost context.
    Step(CpuId),
    /// An interrupt-like run arrives on its CPU.
    Arrive(RunId),
    /// The scheduler picks a task.
    Switch(CpuId, TaskId),
    /// The environment chooses for the `__choose(n)` that CPU stands at.
    Choose(CpuId, u32),
}

/// A sequence of choices; everything else about an execution is recomputed from it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule(pub Vec<Action>);

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::Step(cpu) => write!(f, "c{}", cpu.0),
            Action::Arrive(run) => write!(f, "i{}", run.0),
            Action::Switch(cpu, task) => write!(f, "t{}c{}", task.0, cpu.0),
            Action::Choose(cpu, value) => write!(f, "e{value}c{}", cpu.0),
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for same in self.0.chunk_by(|a, b| a == b) {
            write!(f, "{separator}{}", same[0])?;
            if same.len() > 1 {
                write!(f, "x{}", same.len())?;
            }
            separator = ".";
        }
        Ok(())
    }
}

impl FromStr for Action {
    type Err = String;

    fn from_str(text: &str) -> Result<Action, String> {
        let bad = || format!("`{text}` is no choice; choices look like c0, i1, t2c0, e1c0");
        let number = |t: &str| t.parse::<u16>().map_err(|_| bad());
        let cpu = |t: &str| t.parse::<u8>().map(CpuId).map_err(|_| bad());
        if let Some(rest) = text.strip_prefix('c') {
            return Ok(Action::Step(cpu(rest)?));
        }
        if let Some(rest) = text.strip_prefix('i') {
            return Ok(Action::Arrive(RunId(number(rest)?)));
        }
        let (of, rest) = text.split_at_checked(1).ok_or_else(bad)?;
        let (value, on) = rest.split_once('c').ok_or_else(bad)?;
        match of {
            "t" => Ok(Action::Switch(cpu(on)?, TaskId(number(value)?))),
            "e" => Ok(Action::Choose(cpu(on)?, u32::from(number(value)?))),
            _ => Err(bad()),
        }
    }
}

impl FromStr for Schedule {
    type Err = String;

    fn from_str(text: &str) -> Result<Schedule, String> {
        let mut actions = Vec::new();
        for item in text.trim().split('.').filter(|i| !i.is_empty()) {
            let (choice, count) = match item.split_once('x') {
                Some((choice, count)) => {
                    let count = count.parse::<usize>();
                    (
                        choice,
                        count.map_err(|_| format!("`{item}`: the count is no number"))?,
                    )
                }
                None => (item, 1),
            };
            let action: Action = choice.parse()?;
            if actions.len().saturating_add(count) > ACTIONS_MAX {
                return Err(format!("a schedule has at most {ACTIONS_MAX} choices"));
            }
            actions.extend(std::iter::repeat_n(action, count));
        }
        Ok(Schedule(actions))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_survives_its_text() {
        let text = "c0x12.i1.c1.t2c0.e1c1.c0";
        let schedule: Schedule = text.parse().unwrap();
        assert_eq!(schedule.0.len(), 17);
        assert_eq!(schedule.to_string(), text);
    }

    #[test]
    fn bad_schedules_are_told() {
        for text in ["c", "q1", "c0xx", "c0x99999999999", "t1", "é"] {
            assert!(text.parse::<Schedule>().is_err(), "{text}");
        }
    }
}
