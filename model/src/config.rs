//! Which kernel build is modelled: preemption model, PREEMPT_RT and the detectors.
//!
//! A configuration changes what the code does *and* what a kernel would print about it. Names are
//! those of the command line: `none`, `voluntary`, `preempt`, `lazy` or `rt`, then `-debug` or
//! `-nodebug`; or a list of Kconfig options.

use serde::{Deserialize, Serialize};

/// The preemption model (`kernel/Kconfig.preempt`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Preemption {
    /// `PREEMPT_NONE`: tasks are switched only where they ask for it.
    None,
    /// `PREEMPT_VOLUNTARY`: as `None`, and at `might_sleep()`.
    Voluntary,
    /// `PREEMPT`: wherever preemption is enabled.
    Full,
    /// `PREEMPT_LAZY` (since v6.13).
    Lazy,
}

/// One kernel configuration.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Config {
    /// Preemption model; with [`Config::rt`] always [`Preemption::Full`].
    pub preemption: Preemption,
    /// `CONFIG_PREEMPT_RT`.
    pub rt: bool,
    /// `CONFIG_SMP`.
    pub smp: bool,
    /// `CONFIG_DEBUG_ATOMIC_SLEEP` (selects `PREEMPT_COUNT`).
    pub debug_atomic_sleep: bool,
    /// `CONFIG_PROVE_LOCKING` (lockdep).
    pub prove_locking: bool,
    /// `CONFIG_PROVE_RAW_LOCK_NESTING` (needs `PROVE_LOCKING`).
    pub prove_raw_lock_nesting: bool,
    /// `CONFIG_DEBUG_PREEMPT`: reports say where preemption was disabled.
    pub debug_preempt: bool,
    /// `CONFIG_PREEMPT_COUNT`; without it `preempt_disable()` leaves no trace.
    pub preempt_count: bool,
    /// `CONFIG_PROVE_RCU`.
    pub prove_rcu: bool,
    /// `CONFIG_DEBUG_LIST`.
    pub debug_list: bool,
    /// `CONFIG_HARDLOCKUP_DETECTOR`.
    pub hardlockup_detector: bool,
}

/// The option names understood in a list, without `CONFIG_`.
pub const OPTIONS: &[&str] = &[
    "PREEMPT_NONE",
    "PREEMPT_VOLUNTARY",
    "PREEMPT",
    "PREEMPT_LAZY",
    "PREEMPT_RT",
    "SMP",
    "DEBUG_ATOMIC_SLEEP",
    "PROVE_LOCKING",
    "PROVE_RAW_LOCK_NESTING",
    "DEBUG_PREEMPT",
    "PREEMPT_COUNT",
    "PROVE_RCU",
    "DEBUG_LIST",
    "HARDLOCKUP_DETECTOR",
];

/// The named configurations, in the order in which they are shown.
pub const NAMES: &[&str] = &[
    "none-debug",
    "none-nodebug",
    "voluntary-debug",
    "voluntary-nodebug",
    "preempt-debug",
    "preempt-nodebug",
    "lazy-debug",
    "lazy-nodebug",
    "rt-debug",
    "rt-nodebug",
];

impl Config {
    /// The configuration of that name, or a sentence saying which names exist.
    pub fn named(name: &str) -> Result<Config, String> {
        let unknown = || {
            format!(
                "unknown configuration `{name}`; known are {}",
                NAMES.join(", ")
            )
        };
        let (model, detectors) = name.rsplit_once('-').ok_or_else(unknown)?;
        let debug = match detectors {
            "debug" => true,
            "nodebug" => false,
            _ => return Err(unknown()),
        };
        let (preemption, rt) = match model {
            "none" => (Preemption::None, false),
            "voluntary" => (Preemption::Voluntary, false),
            "preempt" => (Preemption::Full, false),
            "lazy" => (Preemption::Lazy, false),
            "rt" => (Preemption::Full, true),
            _ => return Err(unknown()),
        };
        Ok(Config::with_detectors(preemption, rt, debug))
    }

    /// A configuration from Kconfig options, with or without `CONFIG_`; what is not named is off,
    /// except `SMP`, which is on, and what the named options select.
    pub fn from_options<S: AsRef<str>>(options: &[S]) -> Result<Config, String> {
        let mut config = Config::with_detectors(Preemption::Full, false, false);
        let mut preemption = None;
        for option in options {
            let option = option.as_ref();
            let bare = option.strip_prefix("CONFIG_").unwrap_or(option);
            match bare {
                "PREEMPT_NONE" => preemption = Some(Preemption::None),
                "PREEMPT_VOLUNTARY" => preemption = Some(Preemption::Voluntary),
                "PREEMPT" => preemption = Some(Preemption::Full),
                "PREEMPT_LAZY" => preemption = Some(Preemption::Lazy),
                "PREEMPT_RT" => config.rt = true,
                "SMP" => config.smp = true,
                "DEBUG_ATOMIC_SLEEP" => config.debug_atomic_sleep = true,
                "PROVE_LOCKING" => config.prove_locking = true,
                "PROVE_RAW_LOCK_NESTING" => {
                    config.prove_raw_lock_nesting = true;
                    config.prove_locking = true;
                }
                "DEBUG_PREEMPT" => config.debug_preempt = true,
                "PREEMPT_COUNT" => config.preempt_count = true,
                "PROVE_RCU" => config.prove_rcu = true,
                "DEBUG_LIST" => config.debug_list = true,
                "HARDLOCKUP_DETECTOR" => config.hardlockup_detector = true,
                _ => {
                    return Err(format!(
                        "unknown configuration option `{option}`; known are {} and the names {}",
                        OPTIONS.join(", "),
                        NAMES.join(", ")
                    ));
                }
            }
        }
        config.preemption = preemption.unwrap_or(Preemption::Full);
        if config.rt {
            config.preemption = Preemption::Full;
        }
        config.preempt_count |= config.debug_atomic_sleep
            || config.prove_locking
            || matches!(config.preemption, Preemption::Full | Preemption::Lazy);
        Ok(config)
    }

    fn with_detectors(preemption: Preemption, rt: bool, debug: bool) -> Config {
        Config {
            preemption,
            rt,
            smp: true,
            debug_atomic_sleep: debug,
            prove_locking: debug,
            prove_raw_lock_nesting: debug,
            debug_preempt: debug,
            preempt_count: debug || matches!(preemption, Preemption::Full | Preemption::Lazy),
            prove_rcu: debug,
            debug_list: debug,
            hardlockup_detector: debug,
        }
    }

    /// The name of this configuration when it is one of [`NAMES`].
    pub fn name(&self) -> Option<&'static str> {
        NAMES
            .iter()
            .copied()
            .find(|name| Config::named(name).is_ok_and(|c| c == *self))
    }

    /// The Kconfig options that are on, in the order of [`OPTIONS`].
    pub fn options(&self) -> Vec<&'static str> {
        let on = [
            self.preemption == Preemption::None,
            self.preemption == Preemption::Voluntary,
            self.preemption == Preemption::Full && !self.rt,
            self.preemption == Preemption::Lazy,
            self.rt,
            self.smp,
            self.debug_atomic_sleep,
            self.prove_locking,
            self.prove_raw_lock_nesting,
            self.debug_preempt,
            self.preempt_count,
            self.prove_rcu,
            self.debug_list,
            self.hardlockup_detector,
        ];
        OPTIONS
            .iter()
            .copied()
            .zip(on)
            .filter_map(|(name, on)| on.then_some(name))
            .collect()
    }

    /// Whether an RCU reader can be preempted (`CONFIG_PREEMPT_RCU`).
    pub fn preempt_rcu(&self) -> bool {
        matches!(self.preemption, Preemption::Full | Preemption::Lazy)
    }
}
