//! Drawing one figure.

use super::FigureBlock;
use std::fs;
use std::path::{Path, PathBuf};

/// Where a scenario of that name is.
pub(super) fn scenario_path(root: &Path, file: &str) -> PathBuf {
    root.join("model/scenarios").join(file)
}

/// The figure's HTML, or one sentence saying why it cannot be drawn.
pub(super) fn figure(block: &FigureBlock, root: &Path) -> Result<String, String> {
    let file = block
        .file
        .as_deref()
        .ok_or("the figure names no scenario (`file = …`)")?;
    let text = fs::read_to_string(scenario_path(root, file))
        .map_err(|error| format!("the scenario model/scenarios/{file} cannot be read: {error}"))?;
    Ok(format!("<pre>{}</pre>", escape(&text)))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
