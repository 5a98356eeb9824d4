//! A CPU: its four levels, `preempt_count` as a sum, interrupts, the locks held.

use model::explore::trace::Trace;
use model::machine::context::{Context, Held};
use model::machine::{CpuId, Machine, TaskState};
use model::report::preempt;
use yew::{Html, html};

use super::{Ears, c_text, part};
use crate::session::Session;
use crate::words;

/// The four levels, innermost first.
const LEVELS: [&str; 4] = ["task", "softirq", "hardirq", "NMI"];

/// Every CPU, and the tasks that are on none.
pub fn cpus(session: &Session, ears: &Ears) -> Html {
    let machine = session.machine();
    let cpus = (0..machine.setup().n_cpus).map(|n| cpu(session, CpuId(n), ears));
    html! {
        <>
            {for cpus}
            {waiting_tasks(machine)}
        </>
    }
}

fn cpu(session: &Session, cpu: CpuId, ears: &Ears) -> Html {
    let machine = session.machine();
    let content = html! {
        <>
            <table class="levels">
                <tbody>
                    {for (0..LEVELS.len()).rev().map(|level| level_row(machine, cpu, level))}
                </tbody>
            </table>
            <dl class="facts">
                <dt>{c_text("preempt_count")}</dt>
                <dd>{preempt_count(session, cpu, ears)}</dd>
                <dt>{"interrupts"}</dt>
                <dd>{interrupts(&session.trace, session.cursor, machine, cpu, ears)}</dd>
                {rcu_and_migration(machine, cpu)}
                <dt class="wide">{"locks held"}</dt>
                <dd class="wide">{locks(machine, cpu)}</dd>
            </dl>
        </>
    };
    part("cpu", format!("CPU {}", cpu.0), content)
}

fn level_row(machine: &Machine, cpu: CpuId, level: usize) -> Html {
    let here: Vec<&Context> = machine
        .contexts(cpu)
        .filter(|c| c.kind.level() == level)
        .collect();
    let innermost = machine
        .top(cpu)
        .is_some_and(|top| top.kind.level() == level);
    if here.is_empty() {
        return html! {
            <tr class="level off"><th scope="row">{LEVELS[level]}</th><td>{"not active"}</td></tr>
        };
    }
    let class = if innermost {
        "level innermost"
    } else {
        "level"
    };
    let stacks = here
        .iter()
        .map(|context| stack(machine, context, innermost));
    html! { <tr {class}><th scope="row">{LEVELS[level]}</th><td>{for stacks}</td></tr> }
}

/// Who runs there, and through which functions.
fn stack(machine: &Machine, context: &Context, innermost: bool) -> Html {
    let program = machine.program();
    let positions = machine.positions(context);
    let calls: Vec<String> = positions
        .iter()
        .map(|p| format!("{}()", program.func(p.func).name))
        .collect();
    let place = positions.last().map(|p| {
        let at = program.sources.line_column(p.span);
        format!("{}:{}", program.sources.file(p.span.file).name, at.line)
    });
    let state = match (&context.waits_for, innermost) {
        (Some(lock), _) => format!("waits for {}", machine.lock_name(lock)),
        (None, true) => "runs".into(),
        (None, false) => "interrupted".into(),
    };
    html! {
        <p class="stack">
            <span class="state">{state}</span>{": "}
            {for calls.iter().enumerate().map(|(idx, call)| html! {
                <>{if idx == 0 { "" } else { " → " }}{c_text(call.clone())}</>
            })}
            {" "}<span class="place">{place.unwrap_or_default()}</span>
        </p>
    }
}

fn preempt_count(session: &Session, cpu: CpuId, ears: &Ears) -> Html {
    let machine = session.machine();
    let count = machine.cpus[usize::from(cpu.0)].preempt_count;
    let visible = machine.visible_preempt_count(count);
    let terms = preempt::terms(&session.trace, session.cursor, cpu);
    let blind = (visible != count).then(|| {
        html! {
            <span class="aside">{format!(
                " This configuration does not count preempt_disable(): it would be {count:#010x}."
            )}</span>
        }
    });
    let sum = terms.iter().enumerate().map(|(idx, term)| {
        let sign = if idx == 0 { " = " } else { " + " };
        html! {
            <span class="term">
                {sign}{format!("{:#x} ", term.value)}
                <span class="aside">{format!("{}, ", term.word)}{ears.step(term.step)}</span>
            </span>
        }
    });
    html! { <><span class="number">{format!("{visible:#010x}")}</span>{for sum}{blind}</> }
}

fn interrupts(trace: &Trace, n: usize, machine: &Machine, cpu: CpuId, ears: &Ears) -> Html {
    if !machine.cpus[usize::from(cpu.0)].irqs_off {
        return html! { {"on"} };
    }
    match preempt::irqs_off_since(trace, n, cpu) {
        Some((step, why)) => {
            html! { <><strong>{"off"}</strong>{" since "}{ears.step(step)}{format!(": {why}")}</> }
        }
        None => html! { <><strong>{"off"}</strong>{" from the begin"}</> },
    }
}

/// Only where there is something to say.
fn rcu_and_migration(machine: &Machine, cpu: CpuId) -> Html {
    let contexts = || machine.contexts(cpu);
    let depths = [
        ("RCU readers", contexts().map(|c| c.rcu_depth).sum::<u32>()),
        (
            "migrate_disable()",
            contexts().map(|c| c.migrate_disable).sum(),
        ),
        (
            "bottom halves off in the task",
            contexts().map(|c| c.bh_disable).sum(),
        ),
    ];
    let shown = depths.iter().filter(|(_, depth)| *depth > 0);
    shown
        .map(|(what, depth)| html! { <><dt>{*what}</dt><dd>{format!("depth {depth}")}</dd></> })
        .collect()
}

fn locks(machine: &Machine, cpu: CpuId) -> Html {
    let held: Vec<(&Context, &Held)> = machine
        .contexts(cpu)
        .flat_map(|c| c.held.iter().map(move |h| (c, h)))
        .collect();
    if held.is_empty() {
        return html! { {"none"} };
    }
    let items = held
        .iter()
        .map(|(context, held)| lock(machine, context, held));
    html! { <ul class="locks">{for items}</ul> }
}

/// Declared type and type on this configuration, side by side: the difference is PREEMPT_RT's.
fn lock(machine: &Machine, context: &Context, held: &Held) -> Html {
    let sources = &machine.program().sources;
    let at = sources.line_column(held.span);
    let place = format!("{}:{}", sources.file(held.span.file).name, at.line);
    let declared = words::declared_type(&held.lock);
    let here = words::type_here(&held.lock, machine.config().rt);
    html! {
        <li>
            {c_text(machine.lock_name(&held.lock))}{format!(": {declared}, here {here}; taken at ")}
            <span class="place">{place}</span>{format!(" ({})", context.kind.word())}
        </li>
    }
}

/// Tasks that are on no CPU, with what they wait for and hold.
fn waiting_tasks(machine: &Machine) -> Html {
    let on_cpu = |id| machine.cpus.iter().any(|c| c.current == Some(id));
    let ids = (0..machine.tasks.len()).map(|idx| model::machine::TaskId(idx as u16));
    let items: Vec<Html> = ids
        .filter(|&id| !on_cpu(id) && !machine.is_absent(id))
        .map(|id| {
            let task = &machine.tasks[usize::from(id.0)];
            let state = match (task.state, &task.context.waits_for) {
                (TaskState::Done, _) => "has finished".into(),
                (TaskState::Blocked, Some(lock)) => {
                    format!("sleeps until {} is free", machine.lock_name(lock))
                }
                (TaskState::Blocked, None) => "sleeps".into(),
                (TaskState::Runnable, _) => "can run".into(),
            };
            let held = task.context.held.iter().map(|h| machine.lock_name(&h.lock));
            let held: Vec<String> = held.collect();
            let holds = if held.is_empty() {
                String::new()
            } else {
                format!(", holds {}", held.join(", "))
            };
            let name = words::task_name(machine, id);
            html! { <li>{format!("{name} of CPU {} {state}{holds}", task.cpu.0)}</li> }
        })
        .collect();
    if items.is_empty() {
        return html! {};
    }
    part("tasks", "Tasks on no CPU", html! { <ul>{for items}</ul> })
}
