//! The models with their sizes, and the numbers that five other tools agree on.

/// States and transitions of a whole search; for a transition each (source, successor) pair counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Distinct states, the initial one included.
    pub states: usize,
    /// Transitions, duplicates included.
    pub transitions: usize,
}

/// Which text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// `storm.c`
    Storm,
    /// `kvfree.c`
    Kvfree,
}

impl Text {
    /// The file's name without its ending; also what stateright's program calls it.
    pub fn name(self) -> &'static str {
        match self {
            Text::Storm => "storm",
            Text::Kvfree => "kvfree",
        }
    }
}

/// A text with its definitions.
#[derive(Clone, Debug)]
pub struct Model {
    /// What the command line calls it.
    pub name: &'static str,
    /// Its text.
    pub text: Text,
    /// Macros for it.
    pub defines: Vec<(&'static str, u32)>,
}

/// A model that holds, searched to the end.
#[derive(Clone, Debug)]
pub struct Size {
    /// What is searched.
    pub model: Model,
    /// What must come out.
    pub counts: Counts,
    /// Final states, with and without reduction.
    pub ends: usize,
    /// When it is searched.
    pub when: When,
}

/// When a size is searched; each can be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// When nothing is named.
    Usually,
    /// With `--large`.
    Large,
    /// When it is named.
    Named,
}

/// A model in which something breaks, or would if it were written otherwise.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// What is searched.
    pub model: Model,
    /// The rule that is broken on the shortest way, and how long that is; none where none is.
    pub broken: Option<(&'static str, usize)>,
    /// States after which a search breadth first has seen that way. Ours has no other way to end
    /// before everything is explored.
    pub states_max: usize,
}

impl Model {
    fn define(&self, name: &str) -> u32 {
        let of = |(known, value): &(&str, u32)| (*known == name).then_some(*value);
        self.defines.iter().find_map(of).unwrap_or(0)
    }

    /// The functions of its contexts.
    pub fn entries(&self) -> Vec<&'static str> {
        let (always, sometimes): (&[_], &[_]) = match self.text {
            Text::Storm => (&["T0", "handler"], &[("T1", "N1")]),
            Text::Kvfree => (
                &["T0", "T1", "handler", "worker", "grace_periods"],
                &[("R0", "RA"), ("R1", "RB")],
            ),
        };
        let others = sometimes.iter().filter(|(_, n)| self.define(n) > 0);
        let others = others.map(|(entry, _)| *entry);
        always.iter().copied().chain(others).collect()
    }
}

/// Operations of T0 and T1, activations of the handler.
fn storm(name: &'static str, n: [u32; 3]) -> Model {
    let defines = [
        ("N0", n[0]),
        ("N1", n[1]),
        ("NH", n[2]),
        ("NMI", 0),
        ("LOCKLESS", 0),
        ("SPLIT", 0),
        ("BUG", 0),
    ];
    Model {
        name,
        text: Text::Storm,
        defines: defines.to_vec(),
    }
}

/// T0 and an NMI.
fn nmi(name: &'static str) -> Model {
    storm(name, [4, 0, 2]).with("NMI")
}

/// Objects of T0, T1 and the handler, and one round of a reader.
fn kvfree(name: &'static str, n: [u32; 3]) -> Model {
    let defines = [
        ("NA", n[0]),
        ("NB", n[1]),
        ("NC", n[2]),
        ("RA", 1),
        ("RB", 0),
        ("BUG", 0),
    ];
    Model {
        name,
        text: Text::Kvfree,
        defines: defines.to_vec(),
    }
}

impl Model {
    fn with(mut self, flag: &str) -> Model {
        let flags = self.defines.iter_mut().filter(|(name, _)| *name == flag);
        flags.for_each(|(_, value)| *value = 1);
        self
    }
}

/// All sizes, small to large.
pub fn sizes() -> Vec<Size> {
    use When::{Large, Named, Usually};
    let size = |when, model, states, transitions, ends| Size {
        model,
        counts: Counts {
            states,
            transitions,
        },
        ends,
        when,
    };
    let s2 = |when, name, n, states, transitions, ends| {
        size(when, storm(name, n), states, transitions, ends)
    };
    let s3 =
        |when, name, n, states, transitions| size(when, kvfree(name, n), states, transitions, 1);
    vec![
        s2(Named, "S2-S", [2, 2, 1], 109_530, 209_111, 981),
        s2(Usually, "S2-M", [3, 3, 2], 1_078_375, 2_187_249, 488),
        s2(Large, "S2-L", [4, 4, 3], 14_798_530, 29_870_772, 26_311),
        s3(Named, "S3-S", [1, 1, 1], 193_368, 703_345),
        s3(Usually, "S3-M", [2, 1, 1], 1_086_238, 4_038_036),
        s3(Named, "S3-L", [2, 2, 1], 7_693_336, 30_179_074),
    ]
}

/// All models in which something may break.
pub fn verdicts() -> Vec<Verdict> {
    let verdict = |model, broken| Verdict {
        model,
        broken,
        states_max: 2_000_000,
    };
    let split_bug = storm("S2bug", [3, 3, 2]).with("SPLIT").with("BUG");
    let early = kvfree("S3bug", [2, 1, 1]).with("BUG");
    vec![
        verdict(nmi("S1a"), Some(("R-deadlock", 7))),
        verdict(nmi("S1b").with("LOCKLESS"), None),
        verdict(
            nmi("S1c").with("LOCKLESS").with("SPLIT"),
            Some(("R-warning", 16 + 1)),
        ),
        Verdict {
            states_max: 1_000,
            ..verdict(split_bug, Some(("R-deadlock", 9)))
        },
        Verdict {
            states_max: 375_000,
            ..verdict(early, Some(("R-warning", 39 + 1)))
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contexts_are_those_that_have_something_to_do() {
        assert_eq!(storm("", [3, 3, 2]).entries(), ["T0", "handler", "T1"]);
        assert_eq!(nmi("").entries(), ["T0", "handler"]);
        assert_eq!(kvfree("", [1, 1, 1]).entries().len(), 6);
    }
}
