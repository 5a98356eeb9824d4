//! The states of the matrix, and the machine of a cell.

use super::call::Call;
use super::plan::{Plan, Variables, run, zone};
use crate::config::Config;
use crate::machine::context::{ContextKind, placement};
use crate::program::Program;
use crate::scenario::Zone;

/// The states shown when none is named, as far as a kernel and a context have them.
pub const STATES: &[&str] = &[
    "warm",
    "drained",
    "pcpfull",
    "zlock",
    "zlock_warm",
    "zlock_remote",
    "zlock_remote_warm",
    "pcplock",
    "pcplock_remote",
    "sq90",
    "sq90w",
    "sqb90",
    "sq40",
    "sq40w",
    "sq10",
    "pcphook1",
    "pcphook2",
    "pcphook3",
    "pcphook4",
    "pcphook5",
];

/// The zones of the recorded machine by index, their pages, free ones after boot, and the min
/// watermarks that the kernel's formulas give for it.
const DMA: (usize, u64, u64, u64) = (0, 3840, 3800, 49);
const DMA32: (usize, u64, u64, u64) = (1, 20_400, 19_451, 262);
/// Pages that what comes before a call may need, the slabs of a cache and its sheaves.
const SPARE: u64 = 32;
/// Pages on each CPU's list in a warm state.
const WARM: u32 = 16;
/// Blocks freed to the list of an order above 0, where there is one: with the second in a row the
/// list is flushed (`free_high` of `free_unref_page_commit()`).
const WARM_BLOCKS: u32 = 1;
/// Largest order that a per-CPU list may have (`PAGE_ALLOC_COSTLY_ORDER`).
const LISTED_ORDER_MAX: u32 = 3;

/// The process that the OOM killer found in the squeezed states: 6 MB.
const PROCESS: u64 = 1536;

/// A state of the allocator.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// As written.
    pub text: String,
    lists: Lists,
    lock: Lock,
    who: Who,
    squeezed: Option<Squeezed>,
    /// The interrupt arrives at this point of the list section.
    hook: Option<&'static Hook>,
    /// The caches have nothing at hand either.
    unlucky: bool,
}

/// How little memory is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Squeezed {
    /// Free pages in percent of the min watermark.
    percent: u64,
    /// Free pages of DMA32, where they are known better.
    free: Option<u64>,
    /// The watermark boost is left on.
    boosted: bool,
}

/// A stopping point of the recorded boots: the statement of the interrupted code that comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Hook {
    /// The function it is in.
    pub(super) function: &'static str,
    /// How the statement begins.
    pub(super) statement: &'static str,
    /// A function further out on the stack.
    pub(super) caller: &'static str,
    lists: Lists,
    frees: bool,
}

/// `pcphook1` to `pcphook5`.
const HOOKS: [Hook; 5] = [
    hook(
        "__rmqueue_pcplist",
        "list_del(&page->lru)",
        "rmqueue_pcplist",
        Lists::Warm,
        false,
    ),
    hook(
        "__rmqueue_pcplist",
        "pcp->count--",
        "rmqueue_pcplist",
        Lists::Warm,
        false,
    ),
    hook(
        "rmqueue_bulk",
        "alloced++",
        "__rmqueue_pcplist",
        Lists::Drained,
        false,
    ),
    hook(
        "__list_add",
        "new->next = next",
        "free_unref_page_commit",
        Lists::Warm,
        true,
    ),
    hook(
        "__list_add",
        "WRITE_ONCE(prev->next, new)",
        "free_unref_page_commit",
        Lists::Warm,
        true,
    ),
];

const fn hook(
    function: &'static str,
    statement: &'static str,
    caller: &'static str,
    lists: Lists,
    frees: bool,
) -> Hook {
    Hook {
        function,
        statement,
        caller,
        lists,
        frees,
    }
}

impl Hook {
    /// Whether a kernel has that point.
    fn exists_in(&self, program: &Program) -> bool {
        program.statements.iter().any(|statement| {
            program.func(statement.func).name == self.function
                && program
                    .sources
                    .text(statement.span)
                    .starts_with(self.statement)
        }) && program.function(self.caller).is_some()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Lists {
    Warm,
    Drained,
    Full,
}

/// Which lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Lock {
    None,
    Zone,
    Pcp,
}

/// By whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Who {
    /// What was interrupted on this CPU; the caller himself where nothing was.
    Here,
    /// The other CPU.
    Remote,
}

impl State {
    /// Reads a state.
    ///
    /// # Errors
    /// A sentence, for states that do not exist.
    pub fn parse(text: &str) -> Result<State, String> {
        let (base, warm) = match text.strip_suffix("_warm") {
            Some(base) => (base, true),
            None => (text, false),
        };
        let state = |lists, lock, who| State {
            text: text.into(),
            lists,
            lock,
            who,
            squeezed: None,
            hook: None,
            unlucky: false,
        };
        let plain = |lists| state(lists, Lock::None, Who::Here);
        let lists = if warm { Lists::Warm } else { Lists::Drained };
        Ok(match base {
            "warm" if !warm => plain(Lists::Warm),
            "drained" if !warm => plain(Lists::Drained),
            "pcpfull" if !warm => plain(Lists::Full),
            "zlock" => state(lists, Lock::Zone, Who::Here),
            "zlock_remote" => state(lists, Lock::Zone, Who::Remote),
            // Who finds pcp->lock taken does not look at the list: the recorded ones were warm.
            "pcplock" => state(Lists::Warm, Lock::Pcp, Who::Here),
            "pcplock_remote" => state(Lists::Warm, Lock::Pcp, Who::Remote),
            _ if base.starts_with("pcphook") && !warm => {
                let number = base["pcphook".len()..].parse::<usize>().ok();
                let hook = number.and_then(|n| HOOKS.get(n.wrapping_sub(1)));
                let hook = hook.ok_or_else(|| format!("`{text}`: the points are pcphook1 to 5"))?;
                State {
                    hook: Some(hook),
                    ..plain(hook.lists)
                }
            }
            _ => {
                let (squeezed, lists) = squeezed(text).ok_or_else(|| unknown(text))?;
                State {
                    squeezed: Some(squeezed),
                    ..plain(lists)
                }
            }
        })
    }

    /// The same state with so many pages free in zone DMA32, as a record counted them.
    pub fn with_free(mut self, pages: u64) -> State {
        if let Some(squeezed) = &mut self.squeezed {
            squeezed.free = Some(pages);
        }
        self
    }

    /// A state in which the caches are of no help.
    pub(super) fn unlucky(text: &str) -> Result<State, String> {
        let state = State::parse(text)?;
        Ok(State {
            unlucky: true,
            ..state
        })
    }

    /// The same state with or without pages on this CPU's list, as a record saw it.
    pub fn with_list(mut self, listed: bool) -> State {
        match (self.lists, listed) {
            (Lists::Drained, true) => self.lists = Lists::Warm,
            (Lists::Warm, false) => self.lists = Lists::Drained,
            _ => {}
        }
        self
    }

    /// Whether a kernel has what the state is about: `pcp->lock`, the point in the list section.
    pub fn exists_in(&self, program: &Program) -> bool {
        let pcp_lock = || {
            let types = &program.types;
            let pcp = types.record_named("per_cpu_pages");
            pcp.is_some_and(|pcp| types.find_field(pcp, "lock").is_some())
        };
        (self.lock != Lock::Pcp || pcp_lock())
            && self.hook.is_none_or(|hook| hook.exists_in(program))
    }

    /// Whether it can be met in that context: the points in the list section lie where interrupts are
    /// off, only an NMI gets there.
    pub fn exists_for(&self, context: &str) -> bool {
        self.hook.is_none() || context == "nmi"
    }

    /// Where the interrupt has to arrive.
    pub(super) fn hook(&self) -> Option<&'static Hook> {
        self.hook
    }

    /// Whether memory is short.
    pub(super) fn squeezed(&self) -> bool {
        self.squeezed.is_some()
    }

    /// Whether a caller who is not an interrupt holds the lock himself.
    pub(super) fn locks_here(&self) -> bool {
        self.lock != Lock::None && self.who == Who::Here
    }

    /// The machine of a cell; `n` is the call's number in the text.
    pub(super) fn plan(&self, call: &Call, n: usize, context: &str, config: &Config) -> Plan {
        // An IPI runs on the other CPU. That matters where only this one's list was filled.
        let cpu = u8::from(context == "ipi" && self.squeezed());
        let placed = placement(context, config);
        let interrupt = placed.is_some_and(|p| p.kind != ContextKind::Task);
        let wrapped = placed.is_some_and(|p| p.wrapped);
        let mut runs = Vec::new();
        if let (Some(holder), Who::Remote) = (self.holder(), self.who) {
            runs.push(run("task", holder, 1 - cpu));
        }
        if interrupt {
            let entry = match (self.hook, self.who, self.holder()) {
                (Some(hook), ..) if hook.frees => "model_user_frees",
                (Some(_), ..) => "model_user_allocates",
                (None, Who::Here, Some(holder)) => holder,
                _ => "model_writer",
            };
            runs.push(run("task", entry, cpu));
        }
        // A caller that holds the lock himself took it before it entered the context.
        let mut enter = None;
        if self.locks_here() && !interrupt {
            let entry = match self.lock {
                Lock::Pcp => "model_call_pcp_locked",
                _ => "model_call_zone_locked",
            };
            enter = wrapped.then(|| format!("context_{context}"));
            runs.push(run(if wrapped { "task" } else { context }, entry, cpu));
        } else {
            runs.push(run(context, "model_call", cpu));
        }
        let (zones, fill) = self.memory(call);
        let spare = self.squeezed() && call.has_before();
        let left = zones.last().and_then(|zone| zone.free).unwrap_or(0);
        Plan {
            zones,
            runs,
            variables: Variables {
                call: n,
                enter,
                zone_idx: DMA32.0,
                call_cpu: cpu,
                drain: self.lists == Lists::Drained || self.squeezed(),
                fill: fill.0,
                fill_order: fill.1,
                full: self.lists == Lists::Full,
                squeezed: self.squeezed(),
                itself: false,
                unlucky: self.unlucky,
                left: spare.then(|| left - SPARE),
                boosted: self.squeezed.is_some_and(|s| s.boosted),
                user_frees: self.hook.is_some_and(|h| h.frees),
            },
        }
    }

    fn holder(&self) -> Option<&'static str> {
        match self.lock {
            Lock::None => None,
            Lock::Zone => Some("model_zone_holder"),
            Lock::Pcp => Some("model_pcp_holder"),
        }
    }

    /// The zones, and how many blocks of which order go on this CPU's list.
    fn memory(&self, call: &Call) -> (Vec<Zone>, (u32, u32)) {
        let warm = self.lists != Lists::Drained;
        if let Some(squeezed) = self.squeezed {
            let part = |min: u64| min * squeezed.percent / 100;
            // What comes before the call takes pages of its own; the rest of these is used up then.
            let spare = if call.has_before() { SPARE } else { 0 };
            // Those on the list are of what is left, and no longer counted as free.
            let fill = if warm { WARM } else { 0 };
            let listed = u64::from(fill);
            let free = match squeezed.free {
                Some(free) => free + listed,
                None => part(DMA32.3).max(listed),
            };
            let zones = vec![
                zone(DMA.0, DMA.1, part(DMA.3), 0),
                Zone {
                    process: PROCESS,
                    ..zone(DMA32.0, DMA32.1, free + spare, 0)
                },
            ];
            return (zones, (fill, 0));
        }
        // What the hook's allocation or free works on, and what the call frees, come from the list.
        let taken = u32::from(self.hook.is_some_and(|h| h.frees));
        let pcp = if warm { WARM + taken } else { 0 };
        let zones = vec![
            zone(DMA.0, DMA.1, DMA.2, 0),
            zone(DMA32.0, DMA32.1, DMA32.2, pcp),
        ];
        let order = call.order.unwrap_or(0);
        let blocks = warm && (1..=LISTED_ORDER_MAX).contains(&order);
        (zones, (if blocks { WARM_BLOCKS } else { 0 }, order))
    }
}

fn unknown(text: &str) -> String {
    format!(
        "`{text}` is no state; known are warm, drained, pcpfull, sqN (N % of the min watermark left), \
         sqNw (16 pages on the list), sqbN (watermarks boosted), zlock, zlock_remote, pcplock, \
         pcplock_remote (these four also with _warm) and, in an NMI, pcphook1 to pcphook5"
    )
}

/// `sq90`, `sq40w`, `sqb90`.
fn squeezed(text: &str) -> Option<(Squeezed, Lists)> {
    let rest = text.strip_prefix("sq")?;
    let (rest, boosted) = match rest.strip_prefix('b') {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    let (number, lists) = match rest.strip_suffix('w') {
        Some(number) => (number, Lists::Warm),
        None => (rest, Lists::Drained),
    };
    let percent = number.parse().ok().filter(|n| *n <= 1000)?;
    let squeezed = Squeezed {
        percent,
        free: None,
        boosted,
    };
    Some((squeezed, lists))
}
