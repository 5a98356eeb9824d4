//! Scenarios: a C file with TOML front matter that says what runs where and what is expected.
//!
//! [`Scenario::parse`] reads one; [`Scenario::machine`] compiles it together with its kernel, boots
//! that, and returns a machine ready to run.

mod build;
pub mod expect;
mod front_matter;
mod services;

use crate::config::Config;
use crate::kernel::{Tree, linux_version_code};
use crate::syntax::source::Span;
pub use build::{Compiled, Problem};
pub use expect::{Expectation, Item, Quantifier, Verdict};

/// CPUs a scenario may have.
pub const CPUS_MAX: u8 = 4;

/// A parsed scenario file.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// The file's name without folders and `.c`.
    pub name: String,
    /// The file's name as diagnostics show it.
    pub file: String,
    /// The whole text.
    pub text: String,
    /// One line for people.
    pub title: String,
    /// `v5.9`, `v5.9+rfc`; none for a plain C program.
    pub kernel: Option<String>,
    /// Unified diffs applied to that kernel, one after the other; empty for none.
    pub patches: String,
    /// The configurations it is for, with their names.
    pub configs: Vec<(String, Config)>,
    /// How many CPUs.
    pub cpus: u8,
    /// A function of its own that is called in task context after boot, before the contexts start.
    pub prepare: Option<String>,
    /// Macros defined before the kernel's text, with their values.
    pub defines: Vec<(String, String)>,
    /// The zones that have pages.
    pub zones: Vec<Zone>,
    /// What runs where.
    pub runs: Vec<Run>,
    /// What holds on every configuration.
    pub expect: Expectation,
    /// What holds besides on one.
    pub expect_on: Vec<(String, Expectation)>,
}

/// A zone of the scenario's machine, in pages; `None` leaves it to the kernel's formulas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Its index in the kernel's `enum zone_type`.
    pub idx: usize,
    /// All of its pages.
    pub pages: u64,
    /// In the buddy lists at the begin.
    pub free: Option<u64>,
    /// On each CPU's list at the begin, besides.
    pub pcp: u32,
    /// `pcp->high`.
    pub high: Option<u32>,
    /// `pcp->batch`.
    pub batch: Option<u32>,
    /// Watermarks min, low, high.
    pub watermark: Option<[u64; 3]>,
}

/// One context and the function it calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// A word of [`crate::machine::context::CONTEXT_NAMES`].
    pub context: String,
    /// The function.
    pub entry: String,
    /// Where its name stands in the front matter.
    pub entry_span: Span,
    /// The CPU.
    pub cpu: u8,
    /// How often it may arrive.
    pub count: u32,
}

impl Scenario {
    /// Reads a scenario. `file` is what diagnostics call it.
    ///
    /// # Errors
    /// Everything wrong with the front matter, each with its place.
    pub fn parse(file: &str, text: &str) -> Result<Scenario, Problem> {
        // Editors put a byte order mark there; compilers pass over it.
        front_matter::parse(file, text.strip_prefix('\u{feff}').unwrap_or(text))
    }

    /// The same scenario on a kernel changed by one more unified diff.
    ///
    /// # Errors
    /// A sentence naming file and hunk, when it does not apply.
    pub fn patched(mut self, diff: &str) -> Result<Scenario, String> {
        let mut tree = self.tree().map_err(|e| e.to_string())?;
        tree.apply(diff)?;
        self.patches += diff;
        if !diff.ends_with('\n') {
            self.patches.push('\n');
        }
        Ok(self)
    }

    /// The tree it is compiled with.
    ///
    /// # Errors
    /// When its kernel is unknown, or its patches do not apply.
    pub fn tree(&self) -> Result<Tree, Problem> {
        let at = |e: String| Problem::text(&self.file, &e);
        let mut tree = match &self.kernel {
            None => Tree::plain(),
            Some(kernel) => Tree::of(kernel).map_err(at)?,
        };
        if !self.patches.is_empty() {
            tree.apply(&self.patches).map_err(at)?;
        }
        Ok(tree)
    }

    /// The configuration of that name.
    ///
    /// # Errors
    /// When the scenario is not for it, although any known configuration may be asked for.
    pub fn config(&self, name: &str) -> Result<Config, Problem> {
        match self.configs.iter().find(|(n, _)| n == name) {
            Some((_, config)) => Ok(config.clone()),
            None => {
                let version = self.kernel.as_deref().and_then(linux_version_code);
                let exists = |c: &Config| version.map_or(Ok(()), |v| c.exists_in(v));
                let config = Config::named(name).and_then(|c| exists(&c).map(|()| c));
                config.map_err(|e| Problem::text(&self.file, &e))
            }
        }
    }

    /// What is expected on a configuration.
    pub fn expected_on(&self, config: &str) -> Expectation {
        let mut all = self.expect.clone();
        for (_, more) in self.expect_on.iter().filter(|(name, _)| name == config) {
            all.0.extend(more.0.iter().cloned());
        }
        all
    }

    /// Compiles it on its own tree.
    ///
    /// # Errors
    /// What is wrong with the C text.
    pub fn compile(&self, config: &Config) -> Result<Compiled, Problem> {
        Compiled::new(self, &self.tree()?, config)
    }

    /// Compiles, boots and starts it on its own tree.
    ///
    /// # Errors
    /// What is wrong with the C text, or why the kernel does not boot.
    pub fn machine(&self, config: &Config) -> Result<crate::machine::Machine, Problem> {
        self.machine_prepared(&self.tree()?, config, self.prepare.as_deref())
    }

    /// The same, with a function of the scenario called in task context after boot and before the
    /// contexts start.
    ///
    /// # Errors
    /// As [`Scenario::machine`].
    pub fn machine_prepared(
        &self,
        tree: &Tree,
        config: &Config,
        prepare: Option<&str>,
    ) -> Result<crate::machine::Machine, Problem> {
        build::machine(self, tree, config, prepare)
    }
}
