//! Places in the C text and the names of what stands there.

use crate::machine::{CpuId, Machine, Position};
use crate::program::{FuncId, Program};
use crate::syntax::source::Span;

/// `file:line` of a span's begin.
pub fn file_line(program: &Program, span: Span) -> String {
    if program.sources.files().is_empty() {
        return "?".into();
    }
    let at = program.sources.line_column(span);
    format!("{}:{}", program.sources.file(span.file).name, at.line)
}

/// The text of a span on one line, at most `max` characters.
pub fn code(program: &Program, span: Span, max: usize) -> String {
    if program.sources.files().is_empty() {
        return String::new();
    }
    let text = without_comments(program.sources.text(span));
    cut(&text.split_whitespace().collect::<Vec<_>>().join(" "), max)
}

/// At most `max` characters, the last an ellipsis when something is missing.
pub fn cut(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.into();
    }
    let kept: String = text.chars().take(max.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        out.push(' ');
        rest = after.split_once("*/").map_or("", |(_, tail)| tail);
    }
    out + rest
}

/// The function whose code an instruction's span belongs to.
pub fn function_at(program: &Program, span: Span) -> Option<FuncId> {
    let holds = |f: &crate::program::Func| f.span == span || f.spans.contains(&span);
    program
        .functions
        .iter()
        .position(holds)
        .map(|i| FuncId(i as u32))
}

/// `function (file:line)`, as decoded kernel traces show it.
pub fn symbol(program: &Program, func: Option<FuncId>, span: Span) -> String {
    let place = file_line(program, span);
    match func {
        Some(func) => format!("{} ({place})", program.func(func).name),
        None => format!("? ({place})"),
    }
}

/// Where the innermost context of a CPU stands at the moment of an event at `span`, outermost first.
/// A step may have returned from functions or, in an `atomic` block, called some.
pub fn stack_at(before: &Machine, cpu: CpuId, span: Span) -> Vec<Position> {
    let program = before.program();
    let Some(top) = before.top(cpu) else {
        return Vec::new();
    };
    let mut stack = before.positions(top);
    let inside = |p: &Position| program.func(p.func).spans.contains(&span);
    match stack.iter().rposition(inside) {
        Some(idx) => {
            stack.truncate(idx + 1);
            stack[idx].span = span;
        }
        None => {
            if let Some(func) = function_at(program, span) {
                stack.push(Position { func, span });
            }
        }
    }
    stack
}
