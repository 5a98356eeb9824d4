//! Counting tests.

use std::fmt;

/// The outcome of a step: single tests, and what was left out.
#[derive(Debug, Default, PartialEq)]
pub struct Tally {
    n_passed: usize,
    n_failed: usize,
    failures: Vec<String>,
    skipped: Vec<String>,
}

impl Tally {
    /// One failed test.
    pub fn failure(what: String) -> Tally {
        let mut tally = Tally::default();
        tally.fail(what);
        tally
    }

    /// Nothing ran, for this reason.
    pub fn skipped(why: impl Into<String>) -> Tally {
        Tally {
            skipped: vec![why.into()],
            ..Tally::default()
        }
    }

    /// A test passed.
    pub fn pass(&mut self) {
        self.n_passed += 1;
    }

    /// A test failed.
    pub fn fail(&mut self, what: String) {
        self.n_failed += 1;
        self.failures.push(what);
    }

    /// A test with this outcome.
    pub fn count<E: fmt::Display>(&mut self, name: &str, outcome: Result<(), E>) {
        match outcome {
            Ok(()) => self.pass(),
            Err(error) => self.fail(format!("{name}: {error}")),
        }
    }

    /// Adds another tally.
    pub fn add(&mut self, other: Tally) {
        self.n_passed += other.n_passed;
        self.n_failed += other.n_failed;
        self.failures.extend(other.failures);
        self.skipped.extend(other.skipped);
    }

    /// The summary lines of `cargo test`'s output.
    pub fn of_cargo_test(output: &str) -> Tally {
        let mut tally = Tally::default();
        for line in output.lines() {
            let Some(counts) = line.trim_start().strip_prefix("test result: ") else {
                continue;
            };
            tally.n_passed += count_before(counts, " passed");
            tally.n_failed += count_before(counts, " failed");
        }
        tally
    }

    /// How many tests passed.
    pub fn passed(&self) -> usize {
        self.n_passed
    }

    /// How many tests failed.
    pub fn failed(&self) -> usize {
        self.n_failed
    }

    /// Says on the terminal what failed.
    pub fn print_failures(&self) {
        for failure in &self.failures {
            println!("FAILED: {failure}");
        }
    }
}

/// The number before `word`, as in `12 passed`.
fn count_before(text: &str, word: &str) -> usize {
    let before = text.split_once(word).map_or("", |(before, _)| before);
    let digits = before
        .rsplit(|c: char| !c.is_ascii_digit())
        .next()
        .unwrap_or("");
    digits.parse().unwrap_or(0)
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.n_passed, self.n_failed)?;
        for why in &self.skipped {
            write!(f, "; skipped: {why}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_cargo() {
        let output = "running 3 tests\n\
            test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n\
            test result: ok. 14 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n";
        let tally = Tally::of_cargo_test(output);
        assert_eq!((tally.passed(), tally.failed()), (16, 1));
    }

    #[test]
    fn skipped_is_not_passed() {
        let tally = Tally::skipped("no java");
        assert_eq!(tally.to_string(), "0 passed, 0 failed; skipped: no java");
    }
}
