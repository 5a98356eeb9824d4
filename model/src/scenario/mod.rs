//! Scenarios: a C file with TOML front matter that says what runs where and what is expected.
//!
//! [`Scenario::parse`] reads one; [`Scenario::machine`] compiles it together with its kernel, boots
//! that, and returns a machine ready to run.

mod build;
pub mod expect;
mod front_matter;
mod services;
mod setup;
mod zones;

use crate::config::Config;
use crate::kernel::{Tree, linux_version_code};
use crate::syntax::source::Span;
pub use build::{Compiled, Mark, Problem};
pub use expect::{Expectation, Item, Quantifier, Verdict};

/// CPUs a scenario with a kernel may have; `NR_CPUS` of the kernel headers is the same.
pub const CPUS_MAX: u8 = 4;

/// CPUs a plain C program may have, which models contexts of its own with them.
pub const PLAIN_CPUS_MAX: u8 = 8;

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
    /// What reclaim and compaction meet.
    pub environment: Environment,
    /// What runs where.
    pub runs: Vec<Run>,
    /// What holds on every configuration.
    pub expect: Expectation,
    /// What holds besides on one.
    pub expect_on: Vec<(String, Expectation)>,
}

/// A zone of the scenario's machine, in pages; `None` leaves it to the kernel's formulas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Zone {
    /// Its index in the kernel's `enum zone_type`; those of node 1 follow those of node 0.
    pub idx: usize,
    /// All of its pages.
    pub pages: u64,
    /// In the buddy lists at the begin.
    pub free: Option<u64>,
    /// On the lists of the CPUs at the begin, besides.
    pub pcp: Vec<u32>,
    /// `pcp->high`.
    pub high: Option<u32>,
    /// `pcp->batch`.
    pub batch: Option<u32>,
    /// Watermarks min, low, high.
    pub watermark: Option<[u64; 3]>,
    /// Clean page cache, which reclaim can free.
    pub page_cache: u64,
    /// Of the process that the OOM killer can kill.
    pub process: u64,
    /// With those that boot has kept for itself.
    pub present: Option<u64>,
    /// Of a CMA area, at the zone's start.
    pub cma: u64,
    /// `watermark_boost`.
    pub boost: u64,
    /// What the zone keeps from requests that could use a higher one.
    pub lowmem_reserve: Option<[u64; ZONE_TYPES]>,
    /// Pages of the pageblocks kept for high orders.
    pub reserved_highatomic: Option<u64>,
    /// Free blocks by migratetype and order, instead of `free`: name, counts.
    pub blocks: Vec<(String, Vec<u64>)>,
}

/// Zones of a node.
pub const ZONE_TYPES: usize = 4;
/// Nodes a scenario may have.
pub const NODES_MAX: usize = 2;

/// What happens by itself when reclaim or compaction ask for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Happens {
    /// Whenever it is possible.
    #[default]
    Always,
    /// A choice each time.
    Sometimes,
    /// At no time.
    Never,
}

/// What the scenario's surroundings do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// Clean page cache can be freed.
    pub reclaim: Happens,
    /// Pages in use can be moved.
    pub compaction: Happens,
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
    /// `SCHED_FIFO` priority, 1 to 99, of what is a task; none leaves it to the context.
    pub prio: Option<u8>,
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
