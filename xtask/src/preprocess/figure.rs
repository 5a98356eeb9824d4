//! Drawing one figure: the block's words are handed to the widgets' crate, which runs the model.

use super::FigureBlock;
use crate::stamp;
use std::fs;
use std::path::{Path, PathBuf};
use toml::Table;
use web::figure::{MatrixRequest, Request, figure_html, matrix_html};

/// Where a scenario of that name is.
pub(super) fn scenario_path(root: &Path, file: &str) -> PathBuf {
    root.join("model/scenarios").join(file)
}

/// The figure's HTML, or why it cannot be drawn.
pub(super) fn figure(block: &FigureBlock, root: &Path) -> Result<String, String> {
    let mut options = block.options.clone();
    let caption = match options.remove("caption") {
        None => String::new(),
        Some(toml::Value::String(text)) => text,
        Some(other) => return Err(format!("`caption` must be text, not {}", other.type_str())),
    };
    if block.view == "matrix" {
        return matrix(options, caption, root);
    }
    let at = match options.remove("at") {
        None => None,
        Some(toml::Value::String(text)) => Some(text),
        Some(other) => return Err(format!("`at` must be text, not {}", other.type_str())),
    };
    let kernels = list(&mut options, "kernels")?;
    if let Some(key) = options.keys().next() {
        return Err(format!("a figure has no `{key}`"));
    }
    let file = block
        .file
        .as_deref()
        .ok_or("the figure names no scenario (`file = …`)")?;
    let path = scenario_path(root, file);
    let text = fs::read_to_string(path)
        .map_err(|error| format!("the scenario model/scenarios/{file} cannot be read: {error}"))?;
    figure_html(&Request {
        file,
        text: &text,
        config: block.config.as_deref(),
        schedule: block.schedule.as_deref(),
        find: block.find.as_deref(),
        at: at.as_deref(),
        kernels: &kernels,
        caption: &caption,
        view: &block.view,
    })
}

/// The records of booted kernels, which a matrix shows beside its own cells.
pub(super) fn records(root: &Path) -> PathBuf {
    root.join("model/tests/boots")
}

fn matrix(mut options: Table, caption: String, root: &Path) -> Result<String, String> {
    let kernel = match options.remove("kernel") {
        Some(toml::Value::String(kernel)) => kernel,
        _ => return Err("a matrix names its `kernel`".into()),
    };
    let mut list = |key: &str| list(&mut options, key);
    let request = MatrixRequest {
        kernel,
        configs: list("configs")?,
        contexts: list("contexts")?,
        calls: list("calls")?,
        states: list("states")?,
        records: record_texts(root)?,
        caption,
    };
    if let Some(key) = options.keys().next() {
        return Err(format!("a matrix has no `{key}`"));
    }
    matrix_html(&request)
}

fn list(options: &mut Table, key: &str) -> Result<Vec<String>, String> {
    match options.remove(key) {
        None => Ok(Vec::new()),
        Some(value) => value
            .try_into::<Vec<String>>()
            .map_err(|_| format!("`{key}` must be a list of words")),
    }
}

fn record_texts(root: &Path) -> Result<Vec<String>, String> {
    let mut files = stamp::files_under(&records(root));
    files.retain(|file| file.extension().is_some_and(|e| e == "tsv"));
    let read = |file: &PathBuf| {
        fs::read_to_string(file).map_err(|e| format!("{} cannot be read: {e}", file.display()))
    };
    files.iter().map(read).collect()
}
