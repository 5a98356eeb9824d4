//! The C text where each context stands: the whole function of the one that acts, a few lines of the
//! others. Marks are words beside the line, so that they need neither colour nor sight.

use model::machine::context::Context;
use model::machine::{Action, CpuId, Machine, Position, TaskState};
use model::program::FuncId;
use model::syntax::source::{FileId, Span};
use yew::{Html, html};

use super::tokens::Splitter;
use crate::session::Session;
use crate::words;

/// Lines before and after the one that matters, where a function is not shown whole.
const AROUND: u32 = 2;

/// A line that is marked.
#[derive(Clone, Debug, PartialEq)]
struct Mark {
    file: FileId,
    line: u32,
    func: FuncId,
    kind: Kind,
    words: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The statement of the step just made.
    Ran,
    /// The statement that comes next.
    Next,
    /// Where somebody else stands.
    Stands,
}

/// A piece of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    file: FileId,
    func: FuncId,
    first: u32,
    last: u32,
    whole: bool,
}

/// All source panes of a state.
pub fn sources(session: &Session) -> Html {
    let machine = session.machine();
    let marks = marks(session);
    let pieces = pieces(machine, &marks);
    if pieces.is_empty() {
        return html! { <p class="sources">{"Nothing has run."}</p> };
    }
    let panes = pieces
        .iter()
        .enumerate()
        .map(|(idx, piece)| pane(machine, piece, &marks, idx == 0));
    html! { <div class="sources">{for panes}</div> }
}

/// The marks, the most important first: where it goes on, what ran, where others stand.
fn marks(session: &Session) -> Vec<Mark> {
    let machine = session.machine();
    let acting = acting_cpu(session);
    let mut marks = standing(machine, acting);
    if let Some(ran) = ran(session) {
        let at = marks.len().min(1);
        let here = marks.first().is_some_and(|m| m.kind == Kind::Next);
        marks.insert(if here { at } else { 0 }, ran);
    }
    marks
}

/// The CPU of the step just made, before any step that of the next one.
fn acting_cpu(session: &Session) -> CpuId {
    let steps = &session.trace.steps;
    let step = session
        .cursor
        .checked_sub(1)
        .and_then(|i| steps.get(i))
        .or(steps.first());
    step.map_or(CpuId(0), |step| cpu_of(session.machine(), step.action))
}

fn cpu_of(machine: &Machine, action: Action) -> CpuId {
    match action {
        Action::Step(cpu) | Action::Switch(cpu, _) | Action::Choose(cpu, _) => cpu,
        Action::Arrive(run) => machine.setup().runs[usize::from(run.0)].cpu,
    }
}

/// Where every context stands, those of the acting CPU first, its innermost before all.
fn standing(machine: &Machine, acting: CpuId) -> Vec<Mark> {
    let mut marks = Vec::new();
    let others = (0..machine.setup().n_cpus)
        .map(CpuId)
        .filter(|&cpu| cpu != acting);
    for cpu in std::iter::once(acting).chain(others) {
        let contexts: Vec<&Context> = machine.contexts(cpu).collect();
        for (depth, context) in contexts.iter().rev().enumerate() {
            let what = match (depth, context.waits_for) {
                (_, Some(_)) => "waits here",
                (0, None) => "next",
                (_, None) => "interrupted here",
            };
            let kind = if depth == 0 && cpu == acting {
                Kind::Next
            } else {
                Kind::Stands
            };
            let words = format!("{what}: CPU {}, {}", cpu.0, context.kind.word());
            marks.extend(mark(machine, context, kind, words));
        }
    }
    marks.extend(off_cpu(machine));
    marks
}

/// Tasks that are not on a CPU but have something left to do.
fn off_cpu(machine: &Machine) -> impl Iterator<Item = Mark> {
    let tasks = machine.tasks.iter().enumerate().filter(|(idx, task)| {
        let id = model::machine::TaskId(*idx as u16);
        task.state != TaskState::Done && machine.cpus.iter().all(|c| c.current != Some(id))
    });
    tasks.filter_map(|(idx, task)| {
        let what = match task.state {
            TaskState::Blocked => "sleeps here",
            TaskState::Runnable | TaskState::Done => "not on the CPU",
        };
        let name = words::task_name(machine, model::machine::TaskId(idx as u16));
        mark(
            machine,
            &task.context,
            Kind::Stands,
            format!("{what}: {name}"),
        )
    })
}

fn mark(machine: &Machine, context: &Context, kind: Kind, words: String) -> Option<Mark> {
    let position = machine.positions(context).last().copied()?;
    Some(mark_at(machine, position, kind, words))
}

fn mark_at(machine: &Machine, position: Position, kind: Kind, words: String) -> Mark {
    let Span { file, .. } = position.span;
    let line = machine.program().sources.line_column(position.span).line;
    Mark {
        file,
        line,
        func: position.func,
        kind,
        words,
    }
}

/// The statement that the step just made has executed.
fn ran(session: &Session) -> Option<Mark> {
    let n = session.cursor;
    let step = session.trace.steps.get(n.checked_sub(1)?)?;
    let before = session.trace.state(n - 1);
    let cpu = match step.action {
        Action::Step(cpu) | Action::Choose(cpu, _) => cpu,
        Action::Arrive(_) | Action::Switch(..) => return None,
    };
    mark(
        before,
        before.top(cpu)?,
        Kind::Ran,
        format!("ran in step {n}"),
    )
}

/// What has to be shown so that every mark is seen.
fn pieces(machine: &Machine, marks: &[Mark]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for mark in marks {
        let shown = |p: &Piece| p.file == mark.file && p.first <= mark.line && mark.line <= p.last;
        if pieces.iter().any(shown) {
            continue;
        }
        let (first, last) = function_lines(machine, mark.func);
        let whole = pieces.is_empty();
        let clip = |line: u32| line.clamp(first, last.max(first));
        let (from, to) = match whole {
            true => (first.min(mark.line), last.max(mark.line)),
            false => (
                clip(mark.line.saturating_sub(AROUND)),
                clip(mark.line + AROUND),
            ),
        };
        pieces.push(Piece {
            file: mark.file,
            func: mark.func,
            first: from,
            last: to,
            whole,
        });
    }
    pieces
}

/// A function's lines, from its type to its closing brace.
fn function_lines(machine: &Machine, func: FuncId) -> (u32, u32) {
    let program = machine.program();
    let span = program.func(func).span;
    let file = program.sources.file(span.file);
    let name = program.sources.line_column(span).line;
    let above = file.line(name.saturating_sub(1));
    let belongs = !above.trim().is_empty() && !above.trim_end().ends_with(['}', ';', '/', ')']);
    let first = if belongs && !above.starts_with('#') {
        name - 1
    } else {
        name
    };
    let last = (name..=file.n_lines()).find(|&line| file.line(line).starts_with('}'));
    (first.max(1), last.unwrap_or(name))
}

fn pane(machine: &Machine, piece: &Piece, marks: &[Mark], main: bool) -> Html {
    let program = machine.program();
    let file = program.sources.file(piece.file);
    let name = &program.func(piece.func).name;
    let title = format!("{}, {name}()", file.name);
    let mut splitter = Splitter::default();
    let lines = (piece.first..=piece.last).map(|number| {
        let here: Vec<&Mark> = marks
            .iter()
            .filter(|m| m.file == piece.file && m.line == number)
            .collect();
        line(number, file.line(number), &here, &mut splitter)
    });
    let class = if main { "source main" } else { "source" };
    let label = format!("Source: {title}");
    html! {
        <div class={class}>
            <p class="part-title">{title}</p>
            <pre class="text" role="group" tabindex="0" aria-label={label}>{for lines}</pre>
        </div>
    }
}

/// The classes have long names: mdBook's own styles know `.next`.
fn line(number: u32, text: &str, marks: &[&Mark], splitter: &mut Splitter) -> Html {
    let mut class = String::from("line");
    for mark in marks {
        class += match mark.kind {
            Kind::Ran => " line-ran",
            Kind::Next => " line-next",
            Kind::Stands => " line-stands",
        };
    }
    let text = splitter.html(text);
    let marks = marks
        .iter()
        .map(|mark| html! { <span class="mark">{format!(" ◂ {}", mark.words)}</span> });
    html! {
        <>
            <span class={class}>
                <span class="number">{format!("{number:>6}  ")}</span>
                {text}
                {for marks}
            </span>
            {"\n"}
        </>
    }
}
