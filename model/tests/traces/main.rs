//! `gfp calls` against recorded function graphs: the allocator's functions agree, call by call.
//!
//! The traces beside this file are always compared; all of a record where there is one: in the folder
//! named by `TRACES_RECORD`, or in `../shared/oracle/traces` beside the repository. To look at one:
//!
//! ```text
//! TRACES_ONLY=alloc-order4 cargo test -p model --test traces -- --nocapture
//! ```
//!
//! Compared are the functions that the model has and that the build can show (`functions/*.txt`: those
//! that were ever seen in a trace of it). What the model does not have is left out with all that it
//! calls. Two named lists in `lists.rs` say below which functions nothing is compared, and why.

mod lists;
mod tree;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use lists::{BY_FREE_LISTS, PRINTING};
use model::matrix::{Call, Place, State, calls, texts_of};
use tree::Node;

/// A recorded call.
struct Trace {
    name: String,
    build: String,
    context: String,
    call: String,
    state: String,
    /// What was done before, besides the state.
    before: String,
    /// The record stops before the call's end.
    cut: bool,
    root: Node,
}

/// How a trace compares.
enum Verdict {
    /// Every call, in order.
    Exact,
    /// The same once loops are taken for one turn and nothing is compared that depends on which blocks
    /// are free: the record does not say it.
    Folded,
    Differs(String),
    NotComparable(String),
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traces")
}

/// The traces of all builds in a folder.
fn traces(folder: &Path) -> Vec<Trace> {
    let mut all = Vec::new();
    for build in folders(folder) {
        let Ok(files) = fs::read_dir(&build) else {
            continue;
        };
        let mut files: Vec<PathBuf> = files.map(|f| f.unwrap().path()).collect();
        files.sort();
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            let name = file.file_stem().unwrap().to_string_lossy().into_owned();
            all.extend(trace(name, &text));
        }
    }
    all
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut folders: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

/// `# kernel BUILD  cell: CONTEXT CALL STATE  (before it: …)`, comments, then the functions.
fn trace(name: String, text: &str) -> Option<Trace> {
    let head = text.lines().next()?.strip_prefix("# kernel ")?;
    let (build, rest) = head.split_once("  cell: ")?;
    let (cell, before) = rest.split_once("  (before it: ")?;
    let mut words = cell.split(' ');
    let (context, call, state) = (words.next()?, words.next()?, words.next()?);
    let functions = text.lines().filter(|l| !l.starts_with('#'));
    let is_cut = |line: &str| line.trim_start().starts_with("...");
    let functions = functions.filter(|l| !is_cut(l));
    let root = tree::read(functions.map(|line| {
        let name = line.trim_start();
        ((line.len() - name.len()) / 2, name.to_string())
    }));
    Some(Trace {
        name,
        build: build.into(),
        context: context.into(),
        call: call_words(call),
        state: state.into(),
        cut: text.lines().any(is_cut),
        before: before.trim_end_matches(')').into(),
        // The first is the wrapper that was traced.
        root: root.children.into_iter().next()?,
    })
}

/// The record writes the mask last.
fn call_words(text: &str) -> String {
    match text.split(':').collect::<Vec<_>>()[..] {
        [name, number, gfp] => format!("{name}:{gfp}:{number}"),
        _ => text.into(),
    }
}

/// Kernel and configuration that stand for a build.
fn modelled(build: &str) -> (String, &'static str) {
    let version = build.split('-').next().unwrap_or_default();
    let config = match build {
        _ if build.contains("-lazy-debug") => "lazy-debug",
        _ if build.contains("-rt-debug") => "rt-debug",
        _ if build.contains("-rt-") => "rt-nodebug",
        _ if build.ends_with("-debug") => "preempt-debug",
        _ => "preempt-nodebug",
    };
    (format!("v{version}"), config)
}

fn compare(trace: &Trace) -> Verdict {
    let plain = ["nothing", "w /proc/sys/vm/watermark_boost_factor 0"];
    if !plain.contains(&trace.before.as_str()) {
        return Verdict::NotComparable(format!("set up by hand: {}", trace.before));
    }
    if trace.cut {
        return Verdict::NotComparable("the record is cut".into());
    }
    match model_of(trace) {
        Err(why) => Verdict::NotComparable(why),
        Ok((model, functions)) => {
            let kept = |name: &str| functions.contains(name) || is_lock(name);
            let seen = seen(&trace.build);
            let recorded = trace.root.without_subtrees(&kept).leaves(PRINTING);
            let model = model.without(&|name| seen.contains(name) && kept(name));
            let model = model.leaves(PRINTING);
            if recorded == model {
                return Verdict::Exact;
            }
            let loose = |node: &Node| node.leaves(BY_FREE_LISTS).folded();
            let (recorded, model) = (loose(&recorded), loose(&model));
            match recorded == model {
                true => Verdict::Folded,
                false => Verdict::Differs(tree::first_difference(&recorded, &model)),
            }
        }
    }
}

/// The model's calls, under the name of the recorded wrapper, and the functions that it has.
fn model_of(trace: &Trace) -> Result<(Node, BTreeSet<String>), String> {
    let (kernel, config) = modelled(&trace.build);
    let texts = texts_of(&kernel).map_err(|e| e.to_string())?;
    let call = Call::parse(&trace.call)?;
    if !call.exists_in(texts.program()) {
        return Err(format!("{kernel} has no `{}`", trace.call));
    }
    let place = Place {
        kernel,
        config: config.into(),
        context: trace.context.clone(),
        call,
        state: State::parse(&trace.state)?,
    };
    let called = calls(&place, true).map_err(|e| e.to_string())?;
    let wrapper = std::iter::once((0, trace.root.name.clone()));
    let called = called.into_iter().map(|c| (c.depth + 1, c.name));
    let root = tree::read(wrapper.chain(called));
    let functions = texts.program().functions.iter().map(|f| f.name.clone());
    let wrapper = std::iter::once(trace.root.name.clone());
    let root = root.children.into_iter().next().ok_or("no call")?;
    Ok((root, functions.chain(wrapper).collect()))
}

fn is_lock(name: &str) -> bool {
    name.starts_with("_raw_spin_") || name.starts_with("rt_spin_")
}

/// The functions ever seen in a trace of a build.
fn seen(build: &str) -> BTreeSet<String> {
    let file = here().join(format!("functions/{build}.txt"));
    let text = fs::read_to_string(file).unwrap_or_default();
    text.split_whitespace().map(str::to_string).collect()
}

/// Compares, prints a table, returns what differs.
fn table(traces: &[Trace]) -> Vec<String> {
    let only = std::env::var("TRACES_ONLY").unwrap_or_default();
    let mut wrong = Vec::new();
    for trace in traces.iter().filter(|t| t.name.contains(&only)) {
        let verdict = match compare(trace) {
            Verdict::Exact => "call by call".to_string(),
            Verdict::Folded => "the same but for what depends on the free lists".into(),
            Verdict::NotComparable(why) => format!("not compared: {why}"),
            Verdict::Differs(why) => {
                wrong.push(format!("{} {}: {why}", trace.build, trace.name));
                format!("DIFFERS: {why}")
            }
        };
        println!("{:<24} {:<36} {verdict}", trace.build, trace.name);
    }
    wrong
}

#[test]
fn calls_agree_with_recorded_traces() {
    let traces = traces(&here());
    assert!(traces.len() > 4, "only {} traces", traces.len());
    let wrong = table(&traces);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn calls_agree_with_the_whole_record() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/oracle/traces");
    let folder = std::env::var_os("TRACES_RECORD").map_or(beside, PathBuf::from);
    for text in table(&traces(&folder)) {
        println!("{text}");
    }
}
