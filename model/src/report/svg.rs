//! One execution as a drawing: a lane for each CPU and level, time in steps from left to right.
//!
//! Self-contained, in `currentColor`, so that it can be read on light and dark ground; what colour
//! would say is said by shape and text, too.

use std::fmt::Write;

use super::{Shot, place, splat, text};
use crate::machine::context::ContextKind;
use crate::machine::{CpuId, Machine};

/// Width of the part that has the steps.
const PLOT_WIDTH: f64 = 900.0;
/// No step is wider.
const STEP_WIDTH_MAX: f64 = 24.0;
const LABEL_WIDTH: f64 = 110.0;
const LANE_HEIGHT: f64 = 24.0;
const BAR_HEIGHT: f64 = 16.0;
const THIN: f64 = 5.0;
const TOP: f64 = 40.0;
/// Findings that get a mark; more would only cover each other.
const MARKS_MAX: usize = 200;
const LEVELS: [ContextKind; 4] = [
    ContextKind::Task,
    ContextKind::Softirq,
    ContextKind::Hardirq { threaded: false },
    ContextKind::Nmi,
];

/// What a lane shows.
#[derive(Clone, Debug, PartialEq, Eq)]
enum LaneKind {
    Level(usize),
    IrqsOff,
    Lock(u64),
}

/// A lane and the bars in it: from and to which state, with a text.
struct Lane {
    cpu: CpuId,
    kind: LaneKind,
    label: String,
    bars: Vec<(usize, usize, String)>,
}

/// The drawing of the execution, as far as it is shown.
pub fn run(shot: &Shot<'_>) -> String {
    let lanes = lanes(shot);
    let n_steps = shot.cursor.min(shot.trace.steps.len());
    let scale = (PLOT_WIDTH / n_steps.max(1) as f64).min(STEP_WIDTH_MAX);
    let x = |n: usize| LABEL_WIDTH + n as f64 * scale;
    let height = TOP + lanes.len() as f64 * LANE_HEIGHT + 34.0;
    let mut out = head(shot, x(n_steps) + 20.0, height);
    for (i, lane) in lanes.iter().enumerate() {
        let y = TOP + i as f64 * LANE_HEIGHT;
        draw_lane(&mut out, lane, y, &x, n_steps);
    }
    findings(&mut out, shot, &lanes, &x);
    axis(
        &mut out,
        &x,
        n_steps,
        TOP + lanes.len() as f64 * LANE_HEIGHT,
    );
    out + "</svg>\n"
}

fn head(shot: &Shot<'_>, width: f64, height: f64) -> String {
    let width = width.max(360.0);
    let title = format!("{}, {}", shot.scenario.name, shot.config);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         width=\"{width:.0}\" height=\"{height:.0}\" role=\"img\" \
         font-family=\"monospace\" font-size=\"11\" fill=\"currentColor\" \
         stroke=\"none\">\n<title>{}</title>\n<desc>{}</desc>\n\
         <text x=\"4\" y=\"16\" font-size=\"13\">{}</text>\n",
        escape(&title),
        escape(&format!(
            "{}. {}.",
            shot.scenario.title,
            text::verdict(shot)
        )),
        escape(&title),
    )
}

/// The lanes that have something in them, in the order of the CPUs.
fn lanes(shot: &Shot<'_>) -> Vec<Lane> {
    let mut lanes: Vec<Lane> = Vec::new();
    for n in 0..=shot.cursor.min(shot.trace.steps.len()) {
        let state = shot.trace.state(n);
        for cpu in (0..state.cpus.len() as u8).map(CpuId) {
            mark_cpu(&mut lanes, state, cpu, n);
        }
    }
    let rank = |kind: &LaneKind| match kind {
        // The task below what interrupts it, as stacks are drawn.
        LaneKind::Level(level) => 3 - *level as u64,
        LaneKind::IrqsOff => 4,
        LaneKind::Lock(_) => 5,
    };
    lanes.sort_by_key(|lane| (lane.cpu, rank(&lane.kind)));
    lanes
}

fn mark_cpu(lanes: &mut Vec<Lane>, state: &Machine, cpu: CpuId, n: usize) {
    let runs = &state.setup().runs;
    for context in state.contexts(cpu) {
        let level = context.kind.level();
        let name = runs
            .get(usize::from(context.run.0))
            .map_or("boot", |r| &r.name);
        let label = format!("CPU {} {}", cpu.0, LEVELS[level.min(3)].word());
        extend(lanes, cpu, LaneKind::Level(level), label, name, n);
        for held in &context.held {
            let name = state.lock_name(&held.lock);
            let at = place::file_line(state.program(), held.span);
            let kind = LaneKind::Lock(held.lock.addr ^ u64::from(held.lock.addr == 0));
            extend(
                lanes,
                cpu,
                kind,
                name.clone(),
                &format!("{name}, taken at {at}"),
                n,
            );
        }
    }
    if state.cpus[usize::from(cpu.0)].irqs_off {
        let label = format!("CPU {} irqs off", cpu.0);
        extend(lanes, cpu, LaneKind::IrqsOff, label, "interrupts off", n);
    }
}

/// Makes the lane's last bar longer, or begins a new one.
fn extend(lanes: &mut Vec<Lane>, cpu: CpuId, kind: LaneKind, label: String, text: &str, n: usize) {
    let idx = lanes
        .iter()
        .position(|l| l.cpu == cpu && l.kind == kind)
        .unwrap_or_else(|| {
            lanes.push(Lane {
                cpu,
                kind,
                label,
                bars: Vec::new(),
            });
            lanes.len() - 1
        });
    match lanes[idx].bars.last_mut() {
        Some((_, to, name)) if *to >= n && name == text => *to = n + 1,
        _ => lanes[idx].bars.push((n, n + 1, text.into())),
    }
}

fn draw_lane(out: &mut String, lane: &Lane, y: f64, x: &dyn Fn(usize) -> f64, n_steps: usize) {
    let middle = y + LANE_HEIGHT / 2.0;
    let label = escape(&place::cut(&lane.label, 16));
    let _ = writeln!(
        out,
        "<text x=\"4\" y=\"{:.1}\">{label}</text>\
         <line x1=\"{LABEL_WIDTH:.0}\" x2=\"{:.1}\" y1=\"{middle:.1}\" y2=\"{middle:.1}\" \
         stroke=\"currentColor\" stroke-opacity=\"0.2\"/>",
        middle + 4.0,
        x(n_steps),
    );
    let (height, opacity) = match lane.kind {
        LaneKind::Level(_) => (BAR_HEIGHT, 0.25),
        LaneKind::IrqsOff | LaneKind::Lock(_) => (THIN, 0.7),
    };
    for (from, to, name) in &lane.bars {
        let (left, right) = (x(*from), x((*to).min(n_steps)));
        let width = (right - left).max(1.0);
        let stroke = match lane.kind {
            LaneKind::Level(_) => " stroke=\"currentColor\"",
            LaneKind::IrqsOff => " stroke=\"currentColor\" stroke-dasharray=\"3 2\"",
            LaneKind::Lock(_) => "",
        };
        let _ = writeln!(
            out,
            "<rect x=\"{left:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{height}\" \
             fill-opacity=\"{opacity}\"{stroke}><title>{}, steps {from} to {}</title></rect>",
            middle - height / 2.0,
            escape(name),
            (*to - 1).min(n_steps),
        );
        let letters = (width / 7.0) as usize;
        if matches!(lane.kind, LaneKind::Level(_)) && letters >= 3 {
            let name = escape(&place::cut(name, letters));
            let _ = writeln!(
                out,
                "<text x=\"{:.1}\" y=\"{:.1}\">{name}</text>",
                left + 3.0,
                middle + 4.0
            );
        }
    }
}

/// A triangle at each finding: filled when printed, empty when silent.
fn findings(out: &mut String, shot: &Shot<'_>, lanes: &[Lane], x: &dyn Fn(usize) -> f64) {
    let shown = shot.trace.findings().filter(|(n, _)| *n <= shot.cursor);
    for (n, finding) in shown.take(MARKS_MAX) {
        let level = LaneKind::Level(finding.context.level());
        let lane = lanes
            .iter()
            .position(|l| l.cpu == finding.cpu && l.kind == level)
            .unwrap_or(0);
        let (at, y) = (x(n), TOP + lane as f64 * LANE_HEIGHT);
        let fill = if finding.printed {
            "currentColor"
        } else {
            "none"
        };
        let words = splat::sentence(shot.trace.state(n - 1), finding);
        let words = format!("Step {n}, {}: {words}", finding.rule.name());
        let _ = writeln!(
            out,
            "<path d=\"M{at:.1} {:.1}l-6 -11h12z\" fill=\"{fill}\" stroke=\"currentColor\">\
             <title>{}</title></path>",
            y + 6.0,
            escape(&words),
        );
    }
}

fn axis(out: &mut String, x: &dyn Fn(usize) -> f64, n_steps: usize, y: f64) {
    let every = [
        1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000,
    ];
    let wide = |n: &usize| x(*n) - x(0) >= 40.0;
    let every = every.into_iter().find(wide).unwrap_or(100_000);
    for n in (0..=n_steps).step_by(every) {
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{n}</text>",
            x(n),
            y + 16.0
        );
    }
    let _ = writeln!(out, "<text x=\"4\" y=\"{:.1}\">step</text>", y + 16.0);
}

fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
