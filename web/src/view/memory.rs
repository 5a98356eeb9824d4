//! Zones: free pages against the watermarks, free lists, per-CPU lists.

use model::inspect::{self, Kernel, List, MIGRATETYPES, Pcp, Zone};
use model::machine::Machine;
use yew::{Html, html};

use super::{part, scrolling};
use crate::session::Session;
use crate::words::pages;

/// Page frames listed by number; of longer lists the rest is counted.
const PFNS_MAX: usize = 6;
/// Width of a bar in its own units.
const BAR_WIDTH: f64 = 400.0;

/// All zones of the state; nothing for a plain C program.
pub fn memory(session: &Session) -> Html {
    let machine = session.machine();
    let Some(kernel) = Kernel::of(machine) else {
        return html! {};
    };
    kernel.zones().iter().map(|z| zone(machine, z)).collect()
}

fn zone(machine: &Machine, zone: &Zone) -> Html {
    let content = html! {
        <>
            {watermarks(zone)}
            {scrolling(format!("Lists of pages of zone {}", zone.name), html! {
                <table class="lists">
                    <thead><tr>
                        <th scope="col">{"list"}</th><th scope="col">{"type"}</th>
                        <th scope="col">{"blocks"}</th><th scope="col">{"page frames"}</th>
                    </tr></thead>
                    <tbody>
                        {for zone.pcp.iter().enumerate().map(|(cpu, pcp)| pcp_rows(cpu, pcp))}
                        {for zone.free_area.iter().enumerate().map(|(order, lists)| order_rows(order, lists))}
                    </tbody>
                </table>
            })}
        </>
    };
    let title = match machine.setup().pages.len() {
        1 => format!("Zone {}", zone.name),
        _ => format!("Zone {}, {}", zone.name, pages(zone.managed)),
    };
    part("zone", title, content)
}

/// How deep `GFP_ATOMIC` may go: `ALLOC_HIGH` takes a half off, `ALLOC_HARDER` a quarter of the rest
/// (`__zone_watermark_ok()`).
fn atomic_depth(min: u64) -> u64 {
    let high = min - min / 2;
    high - high / 4
}

fn watermarks(zone: &Zone) -> Html {
    let [min, low, high] = zone.watermark.map(|mark| mark + zone.boost);
    let atomic = atomic_depth(min);
    let boost = match zone.boost {
        0 => String::new(),
        boost => format!(" (boosted by {boost})"),
    };
    let text = format!(
        "{} free; watermarks{boost}: min {min}, low {low}, high {high}. GFP_ATOMIC may go down to {atomic}.",
        pages(zone.free)
    );
    html! {
        <>
            {bar(zone.free, [("GFP_ATOMIC", atomic), ("min", min), ("low", low), ("high", high)])}
            <p class="watermarks">{text}</p>
        </>
    }
}

fn bar(free: u64, marks: [(&'static str, u64); 4]) -> Html {
    let most = marks
        .iter()
        .map(|(_, at)| *at)
        .chain([free])
        .max()
        .unwrap_or(1)
        .max(1) as f64;
    // A zone of millions of free pages would squeeze its watermarks into one line.
    let most = most.min(marks[3].1.max(1) as f64 * 6.0);
    let x = |n: u64| (n as f64 / most * BAR_WIDTH).min(BAR_WIDTH);
    let ticks = marks.iter().map(|(_, at)| {
        let x = format!("{:.1}", x(*at));
        html! { <line class="tick" x1={x.clone()} x2={x} y1="0" y2="16" /> }
    });
    html! {
        <svg class="bar" viewBox="0 0 400 16" preserveAspectRatio="none" aria-hidden="true">
            <rect class="all" x="0" y="3" width="400" height="10" />
            <rect class="free" x="0" y="3" width={format!("{:.1}", x(free))} height="10" />
            {for ticks}
        </svg>
    }
}

fn pcp_rows(cpu: usize, pcp: &Pcp) -> Html {
    let about = format!("CPU {cpu}’s list");
    let limits = format!(
        "count {}, high {}, batch {}",
        pcp.count, pcp.high, pcp.batch
    );
    let used = || {
        pcp.lists
            .iter()
            .enumerate()
            .filter(|(_, list)| is_used(list))
    };
    if used().next().is_none() {
        return html! {
            <tr class="pcp"><th scope="row">{about}</th><td>{"–"}</td><td>{"0"}</td><td>{format!("empty ({limits})")}</td></tr>
        };
    }
    used()
        .map(|(idx, list)| {
            let (order, mt) = Pcp::kind(idx);
            let kind = match order {
                0 => migratetype(mt).to_string(),
                _ => format!("{}, order {order}", migratetype(mt)),
            };
            html! {
                <tr class="pcp">
                    <th scope="row">{about.clone()}</th><td>{kind}</td>
                    <td>{list.pfns.len()}</td><td>{pfns(list)}{format!(" ({limits})")}</td>
                </tr>
            }
        })
        .collect()
}

fn order_rows(order: usize, lists: &[List]) -> Html {
    let used = lists.iter().enumerate().filter(|(_, list)| is_used(list));
    used.map(|(mt, list)| {
        html! {
            <tr>
                <th scope="row">{format!("order {order}")}</th><td>{inspect::migratetype(mt, lists.len())}</td>
                <td>{list.pfns.len()}</td><td>{pfns(list)}</td>
            </tr>
        }
    })
    .collect()
}

fn is_used(list: &List) -> bool {
    !list.pfns.is_empty() || list.broken.is_some()
}

fn migratetype(idx: usize) -> &'static str {
    MIGRATETYPES.get(idx).copied().unwrap_or("?")
}

fn pfns(list: &List) -> Html {
    let shown: Vec<String> = list
        .pfns
        .iter()
        .take(PFNS_MAX)
        .map(|pfn| format!("{pfn:#x}"))
        .collect();
    let mut text = shown.join(" ");
    if list.pfns.len() > PFNS_MAX {
        text += &format!(" and {} more", list.pfns.len() - PFNS_MAX);
    }
    let broken = list
        .broken
        .as_ref()
        .map(|why| html! { <strong class="broken">{format!(" broken: {why}")}</strong> });
    html! { <><span class="pfns">{text}</span>{broken}</> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn atomic_goes_to_three_eighths() {
        assert_eq!(atomic_depth(8), 3);
        assert_eq!(atomic_depth(4), 2);
        assert_eq!(atomic_depth(0), 0);
    }
}
