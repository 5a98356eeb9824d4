//! Drawing one figure: the block's words are handed to the widgets' crate, which runs the model.

use super::FigureBlock;
use std::fs;
use std::path::{Path, PathBuf};
use web::figure::{Request, figure_html};

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
        caption: &caption,
        view: &block.view,
    })
}
