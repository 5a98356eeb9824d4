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

impl Preemption {
    /// Its option, without `CONFIG_`.
    pub fn option(self) -> &'static str {
        match self {
            Preemption::None => "PREEMPT_NONE",
            Preemption::Voluntary => "PREEMPT_VOLUNTARY",
            Preemption::Full => "PREEMPT",
            Preemption::Lazy => "PREEMPT_LAZY",
        }
    }
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
    /// `CONFIG_DEBUG_PREEMPT`: reports say where preemption was disabled. Preemptible kernels only.
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

    /// A configuration from Kconfig options, with or without `CONFIG_`, each alone or with `=y` or
    /// `=n`; what is not named is off, except `SMP`, which is on, and what the named options select.
    ///
    /// # Errors
    /// A sentence: an unknown option, or options that no kernel can have together.
    pub fn from_options<S: AsRef<str>>(options: &[S]) -> Result<Config, String> {
        let mut config = Config::with_detectors(Preemption::Full, false, false);
        config.preempt_count = false;
        let mut models: Vec<Preemption> = Vec::new();
        let mut refused: Vec<&str> = Vec::new();
        for option in options {
            let (name, on) = split_option(option.as_ref())?;
            if !on {
                refused.push(name);
            }
            match name {
                "PREEMPT_NONE" if on => models.push(Preemption::None),
                "PREEMPT_VOLUNTARY" if on => models.push(Preemption::Voluntary),
                "PREEMPT" if on => models.push(Preemption::Full),
                "PREEMPT_LAZY" if on => models.push(Preemption::Lazy),
                "PREEMPT_RT" => config.rt = on,
                "SMP" => config.smp = on,
                "DEBUG_ATOMIC_SLEEP" => config.debug_atomic_sleep = on,
                "PROVE_LOCKING" => config.prove_locking = on,
                "PROVE_RAW_LOCK_NESTING" => config.prove_raw_lock_nesting = on,
                "DEBUG_PREEMPT" => config.debug_preempt = on,
                "PREEMPT_COUNT" => config.preempt_count = on,
                "PROVE_RCU" => config.prove_rcu = on,
                "DEBUG_LIST" => config.debug_list = on,
                "HARDLOCKUP_DETECTOR" => config.hardlockup_detector = on,
                _ => {}
            }
        }
        models.dedup();
        config.settle(&models, &refused)
    }

    /// What the options select, and which of them exclude each other (`kernel/Kconfig.preempt`,
    /// `lib/Kconfig.debug`).
    fn settle(mut self, models: &[Preemption], refused: &[&str]) -> Result<Config, String> {
        let (first, second) = (models.first(), models.get(1));
        if let (Some(first), Some(second)) = (first, second) {
            let (first, second) = (first.option(), second.option());
            return Err(format!(
                "{first} and {second} exclude each other: a kernel has one preemption model"
            ));
        }
        self.preemption = first.copied().unwrap_or(Preemption::Full);
        let preemptible = matches!(self.preemption, Preemption::Full | Preemption::Lazy);
        if self.rt && !preemptible {
            let model = self.preemption.option();
            return Err(format!(
                "PREEMPT_RT and {model} exclude each other: PREEMPT_RT is fully preemptible"
            ));
        }
        if self.debug_preempt && !preemptible {
            let model = self.preemption.option();
            return Err(format!(
                "DEBUG_PREEMPT needs a preemptible kernel, and {model} is none"
            ));
        }
        self.prove_locking |= self.prove_raw_lock_nesting || self.prove_rcu;
        self.prove_rcu |= self.prove_locking;
        self.preempt_count |= self.debug_atomic_sleep || self.prove_locking || preemptible;
        for name in refused {
            if self.options().contains(name) {
                return Err(format!(
                    "{name}=n: other options of this configuration select it"
                ));
            }
        }
        Ok(self)
    }

    /// Whether a kernel of that version (`LINUX_VERSION_CODE`) can be configured so on x86.
    ///
    /// # Errors
    /// A sentence why not.
    pub fn exists_in(&self, version: u32) -> Result<(), String> {
        let since = |major: u32, minor: u32| version >= (major << 16) + (minor << 8);
        let model = self.preemption.option();
        match self.preemption {
            Preemption::Lazy if !since(6, 13) => Err(format!("{model} exists since v6.13")),
            Preemption::None | Preemption::Voluntary if since(7, 0) => Err(format!(
                "{model} is gone on x86 since v7.0: PREEMPT and PREEMPT_LAZY are left"
            )),
            _ => Ok(()),
        }
    }

    fn with_detectors(preemption: Preemption, rt: bool, debug: bool) -> Config {
        let preemptible = matches!(preemption, Preemption::Full | Preemption::Lazy);
        Config {
            preemption,
            rt,
            smp: true,
            debug_atomic_sleep: debug,
            prove_locking: debug,
            prove_raw_lock_nesting: debug,
            debug_preempt: debug && preemptible,
            preempt_count: debug || preemptible,
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

/// `CONFIG_NAME=y` as name and value.
fn split_option(option: &str) -> Result<(&str, bool), String> {
    let bare = option.strip_prefix("CONFIG_").unwrap_or(option);
    let (name, on) = match bare.split_once('=') {
        None | Some((_, "y")) => (bare.split('=').next().unwrap_or(bare), true),
        Some((name, "n")) => (name, false),
        Some((_, value)) => return Err(format!("`{option}`: `{value}` is neither y nor n")),
    };
    match OPTIONS.contains(&name) {
        true => Ok((name, on)),
        false => Err(format!(
            "unknown configuration option `{option}`; known are {} and the names {}",
            OPTIONS.join(", "),
            NAMES.join(", ")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_exclude_each_other_are_refused() {
        for (options, word) in [
            (&["PREEMPT_NONE", "PREEMPT"][..], "exclude each other"),
            (&["PREEMPT_RT", "PREEMPT_NONE"], "exclude each other"),
            (&["PREEMPT_RT", "PREEMPT_VOLUNTARY"], "exclude each other"),
            (&["PREEMPT_NONE", "DEBUG_PREEMPT"], "preemptible"),
            (&["PREEMPT", "PREEMPT_COUNT=n"], "select it"),
            (
                &["PREEMPT_NONE", "DEBUG_ATOMIC_SLEEP", "PREEMPT_COUNT=n"],
                "select it",
            ),
            (&["SMP=maybe"], "neither"),
            (&["SMPP=n"], "unknown"),
        ] {
            let refused = Config::from_options(options).unwrap_err();
            assert!(refused.contains(word), "{options:?}: {refused}");
        }
        assert!(Config::from_options(&["PREEMPT_RT", "PREEMPT"]).unwrap().rt);
        assert!(!Config::from_options(&["CONFIG_SMP=n"]).unwrap().smp);
        let lazy = Config::named("lazy-debug").unwrap();
        assert!(lazy.exists_in(5 << 16 | 9 << 8).is_err());
        assert!(lazy.exists_in(7 << 16 | 2 << 8).is_ok());
        assert!(
            Config::named("none-debug")
                .unwrap()
                .exists_in(7 << 16)
                .is_err()
        );
    }

    #[test]
    fn a_named_configuration_is_its_options() {
        for name in NAMES {
            let config = Config::named(name).unwrap();
            let again = Config::from_options(&config.options()).unwrap();
            assert_eq!(config, again, "{name}");
        }
    }
}
