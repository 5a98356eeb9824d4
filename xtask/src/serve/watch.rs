//! Watching the sources, and building what a change concerns.
//!
//! Reading a file is an event too for the watcher, and a build reads them all: accesses are dropped,
//! or every build would start the next one.

use super::live::Live;
use crate::paths::Paths;
use crate::phase::seconds;
use anyhow::{Context, Result};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// An editor writes a file in several steps: wait until it has been quiet for this long.
const QUIET: Duration = Duration::from_millis(40);

const WATCHED: [&str; 7] = [
    "book",
    "model",
    "web",
    "xtask",
    "book.toml",
    "Cargo.toml",
    "Cargo.lock",
];

/// A build's output that a page shows is no longer than this many lines: the last ones.
const SHOWN_LINES: usize = 60;

/// What a changed file concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Concern {
    /// Chapters, scenarios, style sheets: the book only, by the program that is there.
    Book,
    /// Rust, the modelled kernel (part of the program), manifests: the program first.
    Program,
}

/// The changes of the sources.
pub(super) struct Changes {
    events: Receiver<PathBuf>,
    /// Watches for as long as it lives.
    _watcher: RecommendedWatcher,
}

impl Changes {
    /// Begins to watch.
    pub(super) fn of(paths: &Paths) -> Result<Changes> {
        let (sender, events) = channel();
        let on_event = move |event: notify::Result<notify::Event>| {
            let Ok(event) = event else { return };
            if matches!(event.kind, EventKind::Access(_)) {
                return;
            }
            for path in event.paths {
                // Fails only when the program is ending.
                sender.send(path).ok();
            }
        };
        // book/wasm is a link to what builds write.
        let config = notify::Config::default().with_follow_symlinks(false);
        let mut watcher = RecommendedWatcher::new(on_event, config)?;
        for name in WATCHED {
            let path = paths.root.join(name);
            if path.exists() {
                watcher
                    .watch(&path, RecursiveMode::Recursive)
                    .with_context(|| format!("cannot watch {name}"))?;
            }
        }
        Ok(Changes {
            events,
            _watcher: watcher,
        })
    }

    /// Waits for changes that concern the site; what they concern at most, and one of the files.
    fn wait(&self, paths: &Paths) -> Result<(Concern, PathBuf)> {
        let mut found: Option<(Concern, PathBuf)> = None;
        loop {
            let path = match &found {
                None => self.events.recv().context("the watcher has ended")?,
                Some(_) => match self.events.recv_timeout(QUIET) {
                    Ok(path) => path,
                    Err(_) => break,
                },
            };
            let name = path.strip_prefix(&paths.root).unwrap_or(&path).to_owned();
            if let Some(concern) = concern(&name)
                && found.as_ref().is_none_or(|(most, _)| concern > *most)
            {
                found = Some((concern, name));
            }
        }
        found.context("the watcher has ended")
    }
}

/// Builds at every change, for ever.
pub(super) fn rebuild_on(changes: Changes, paths: &Paths, live: &Live) -> Result<()> {
    // Asked now: once cargo has replaced the file, the system no longer knows its name.
    let program = std::env::current_exe().context("where is this program?")?;
    loop {
        let (concern, file) = changes.wait(paths)?;
        let start = Instant::now();
        eprintln!("\n{} has changed", file.display());
        let mut command = match concern {
            Concern::Book => Command::new(&program),
            Concern::Program => {
                let mut cargo = crate::shell::cargo();
                cargo.args(["run", "--package", "xtask", "--"]);
                cargo
            }
        };
        match build(command.arg("build").current_dir(&paths.root)) {
            Ok(()) => {
                eprintln!("rebuilt in {}", seconds(start));
                live.succeeded();
            }
            Err(error) => {
                eprintln!(
                    "the build failed after {}; the site is the one before",
                    seconds(start)
                );
                live.failed(error);
            }
        }
    }
}

/// Runs a build, shows what it prints, and returns the end of that when it fails.
fn build(command: &mut Command) -> Result<(), String> {
    let mut child = command
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("the build cannot be started: {error}"))?;
    let mut lines = Vec::new();
    for line in child
        .stderr
        .take()
        .into_iter()
        .flat_map(|stderr| BufReader::new(stderr).lines())
    {
        let Ok(line) = line else { break };
        eprintln!("{line}");
        lines.push(line);
    }
    match child.wait() {
        Ok(status) if status.success() => Ok(()),
        _ => Err(error_part(&lines).join("\n")),
    }
}

/// A build's output from its first error on, at most the last [`SHOWN_LINES`] lines.
fn error_part(lines: &[String]) -> &[String] {
    let first = lines
        .iter()
        .position(|line| line.starts_with("error"))
        .unwrap_or(0);
    &lines[first.max(lines.len().saturating_sub(SHOWN_LINES))..]
}

/// What a changed file (relative to the repository) concerns, if anything.
fn concern(path: &Path) -> Option<Concern> {
    let name = path.file_name()?.to_string_lossy();
    // Editors' own files.
    if name.starts_with('.')
        || name.ends_with(['~', '#'])
        || name.ends_with(".swp")
        || name == "4913"
    {
        return None;
    }
    let begins = |folder: &str| path.starts_with(folder);
    if begins("book/wasm") || begins("web/pkg") || path.iter().any(|part| part == "tests") {
        return None;
    }
    if begins("book") || begins("book.toml") || begins("model/scenarios") || begins("web/assets") {
        return Some(Concern::Book);
    }
    Some(Concern::Program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chapters_need_no_compiler() {
        let concerns = |path: &str| concern(Path::new(path));
        assert_eq!(concerns("book/thread.md"), Some(Concern::Book));
        assert_eq!(concerns("model/scenarios/x.c"), Some(Concern::Book));
        assert_eq!(concerns("web/assets/figure.css"), Some(Concern::Book));
        assert_eq!(
            concerns("model/kernel/v5.9/mm/page_alloc.c"),
            Some(Concern::Program)
        );
        assert_eq!(concerns("web/src/lib.rs"), Some(Concern::Program));
        assert_eq!(concerns("book/.thread.md.swp"), None);
        assert_eq!(concerns("book/wasm/0123/web.js"), None);
        assert_eq!(concerns("xtask/tests/browser/main.rs"), None);
    }
}
