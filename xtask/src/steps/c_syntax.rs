//! The modelled kernel and the scenarios are real C: the system's compiler accepts them, patched or
//! not, on every configuration that the book shows.

use super::tally::Tally;
use crate::paths::Paths;
use crate::{shell, stamp};
use anyhow::{Result, anyhow, ensure};
use model::config::Config;
use model::kernel::{PRELUDE, Tree, kernels, linux_version_code};
use model::scenario::Scenario;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The system's compiler.
const COMPILER: &str = "cc";

/// gnu11, as the kernel is compiled; what old C only warned of is an error.
const OPTIONS: [&str; 5] = [
    "-fsyntax-only",
    "-std=gnu11",
    "-Werror=implicit-function-declaration",
    "-Werror=incompatible-pointer-types",
    "-Werror=int-conversion",
];

/// The configurations on which the kernel itself is tried; a scenario names its own.
const CONFIGURATIONS: [&str; 4] = ["preempt-debug", "preempt-nodebug", "rt-debug", "rt-nodebug"];

pub(super) fn run(paths: &Paths) -> Result<Tally> {
    let version = shell::first_line(Command::new(COMPILER).arg("--version"));
    ensure!(
        version.is_some(),
        "there is no C compiler `{COMPILER}` (Debian: apt-get install gcc)"
    );
    let mut tally = Tally::default();
    for kernel in kernels() {
        let tree = Tree::of(&kernel).map_err(|error| anyhow!(error))?;
        let tree = TreeOnDisk::write(&tree, &paths.target("c-syntax").join(&kernel))?;
        for name in CONFIGURATIONS {
            let config = Config::named(name).map_err(|error| anyhow!(error))?;
            for path in &tree.main {
                let what = format!("{} of {kernel} on {name}", paths.shown(path));
                let mut cc = compiler(&config, Some(&kernel));
                tally.count(
                    &what,
                    shell::run_quietly(cc.arg("-I").arg(&tree.include).arg(path)),
                );
            }
        }
    }
    for file in stamp::files_under(&paths.root.join("model/scenarios")) {
        if file.extension().is_some_and(|extension| extension == "c") {
            tally.add(scenario(&file, paths)?);
        }
    }
    Ok(tally)
}

/// The compiler, with the configuration's options and the kernel's version.
fn compiler(config: &Config, kernel: Option<&str>) -> Command {
    let mut cc = Command::new(COMPILER);
    cc.args(OPTIONS).args(
        config
            .options()
            .iter()
            .map(|option| format!("-DCONFIG_{option}=1")),
    );
    let code = kernel.and_then(linux_version_code);
    cc.args(code.map(|code| format!("-DLINUX_VERSION_CODE={code}")));
    cc
}

/// A kernel's tree, patches applied, where the compiler can read it.
struct TreeOnDisk {
    include: PathBuf,
    prelude: PathBuf,
    main: Vec<PathBuf>,
}

impl TreeOnDisk {
    fn write(tree: &Tree, folder: &Path) -> Result<TreeOnDisk> {
        for (path, text) in &tree.files {
            stamp::write_if_changed(&folder.join(path), text)?;
        }
        Ok(TreeOnDisk {
            include: folder.join("include"),
            prelude: folder.join(PRELUDE),
            main: tree.main().iter().map(|path| folder.join(path)).collect(),
        })
    }
}

/// A scenario on each of its configurations: after the whole kernel, as the model compiles it.
fn scenario(file: &Path, paths: &Paths) -> Result<Tally> {
    let name = paths.shown(file);
    let scenario = match Scenario::parse(&name, &fs::read_to_string(file)?) {
        Ok(scenario) => scenario,
        Err(problem) => return Ok(Tally::failure(problem.to_string())),
    };
    let tree = match &scenario.kernel {
        None => None,
        Some(kernel) => {
            let folder = paths.target("c-syntax").join(kernel);
            Some(TreeOnDisk::write(&scenario.tree()?, &folder)?)
        }
    };
    let mut tally = Tally::default();
    for (config_name, config) in &scenario.configs {
        let mut cc = compiler(config, scenario.kernel.as_deref());
        let macros = scenario.defines.iter();
        cc.args(macros.map(|(name, value)| format!("-D{name}={value}")));
        if let Some(tree) = &tree {
            cc.arg("-I")
                .arg(&tree.include)
                .arg("-include")
                .arg(&tree.prelude);
            cc.args(
                tree.main
                    .iter()
                    .flat_map(|path| [Path::new("-include"), path]),
            );
        }
        let what = format!("{name} on {config_name}");
        tally.count(&what, shell::run_quietly(cc.arg(file)));
    }
    Ok(tally)
}
