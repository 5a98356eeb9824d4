//! The executions a reader has seen: choosing otherwise at an earlier step keeps the old one.
//!
//! A tree of choices, kept as the list of its leaves: each is a schedule, and two schedules part
//! where their first difference is.

use model::machine::{Action, Schedule};

/// All of them on one configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Branches(Vec<Schedule>);

/// One that is not shown now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Its number, for [`super::Msg::Branch`].
    pub idx: usize,
    /// So many steps it has in common with the execution shown.
    pub parts_at: usize,
    /// The action it goes on with there.
    pub action: Action,
    /// Its choices.
    pub schedule: Schedule,
}

impl Branches {
    /// Remembers an execution; those it merely continues need no memory of their own.
    pub(super) fn keep(&mut self, schedule: &Schedule) {
        if self.longest_with(schedule).is_none() {
            self.0.retain(|known| !schedule.0.starts_with(&known.0));
            self.0.push(schedule.clone());
        }
    }

    /// An execution goes on.
    pub(super) fn grow(&mut self, from: &Schedule, to: &Schedule) {
        match self.0.iter_mut().find(|known| *known == from) {
            Some(known) => *known = to.clone(),
            None => self.keep(to),
        }
    }

    /// The longest known execution that begins with these choices.
    pub(super) fn longest_with(&self, prefix: &Schedule) -> Option<&Schedule> {
        let with = self.0.iter().filter(|known| known.0.starts_with(&prefix.0));
        with.max_by_key(|known| known.0.len())
    }

    /// Those that part from the execution shown.
    pub(super) fn others(&self, shown: &Schedule) -> Vec<Branch> {
        let other = |(idx, known): (usize, &Schedule)| {
            let same = known
                .0
                .iter()
                .zip(&shown.0)
                .take_while(|(a, b)| a == b)
                .count();
            let action = *known.0.get(same)?;
            // What only continues the execution shown is reached by going on.
            (same < shown.0.len()).then(|| Branch {
                idx,
                parts_at: same,
                action,
                schedule: known.clone(),
            })
        };
        self.0.iter().enumerate().filter_map(other).collect()
    }
}
