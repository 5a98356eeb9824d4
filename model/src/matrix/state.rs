//! The states of the matrix, and the scenario of a cell.

use super::Place;
use crate::config::Config;
use crate::machine::context::{ContextKind, placement};

/// The states shown when none is named.
pub const STATES: &[&str] = &["warm", "drained", "zlock", "zlock_remote"];

/// Pages of the recorded machine's zones, and free ones after boot.
const DMA: (u64, u64) = (3840, 3800);
const DMA32: (u64, u64) = (20_400, 19_451);
/// Their min watermarks, which the kernel's formulas give for that machine.
const MIN: (u64, u64) = (49, 262);
/// Pages on the list of CPU 0 in a warm state.
const WARM: u32 = 16;
/// The C text of a cell, without what differs between cells.
const CELL: &str = include_str!("cell.c");

/// A state of the allocator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// As written.
    pub text: String,
    lists: Lists,
    lock: Lock,
    /// Free pages in percent of the min watermark.
    squeezed: Option<u64>,
    /// The interrupt arrives at this point of the list section.
    hook: Option<&'static Hook>,
}

/// A stopping point of the recorded boots: the statement of the interrupted code that comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lists {
    Warm,
    Drained,
    Full,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lock {
    Free,
    Interrupted,
    Remote,
}

impl State {
    /// Reads a state.
    ///
    /// # Errors
    /// A sentence, for states that do not exist or not in these kernels.
    pub fn parse(text: &str) -> Result<State, String> {
        let (base, warm) = match text.strip_suffix("_warm") {
            Some(base) => (base, true),
            None => (text, false),
        };
        let lists = if warm { Lists::Warm } else { Lists::Drained };
        let state = |lists, lock, squeezed| {
            Ok(State {
                text: text.into(),
                lists,
                lock,
                squeezed,
                hook: None,
            })
        };
        match base {
            "warm" if !warm => state(Lists::Warm, Lock::Free, None),
            "drained" if !warm => state(Lists::Drained, Lock::Free, None),
            "pcpfull" if !warm => state(Lists::Full, Lock::Free, None),
            "zlock" => state(lists, Lock::Interrupted, None),
            "zlock_remote" => state(lists, Lock::Remote, None),
            _ if base.starts_with("sq") => squeezed(text),
            _ if base.starts_with("pcphook") => {
                let number = base["pcphook".len()..].parse::<usize>().ok();
                let hook = number.and_then(|n| HOOKS.get(n.wrapping_sub(1)));
                let hook = hook.ok_or_else(|| format!("`{text}`: the points are pcphook1 to 5"))?;
                let (lists, hook) = (hook.lists, Some(hook));
                Ok(State {
                    text: text.into(),
                    lists,
                    lock: Lock::Free,
                    squeezed: None,
                    hook,
                })
            }
            _ if base.starts_with("pcplock") => Err(format!(
                "`{text}`: the kernels modelled so far have no pcp->lock"
            )),
            _ => Err(format!(
                "`{text}` is no state; modelled are warm, drained, pcpfull, zlock, zlock_remote \
                 (both also with _warm), sqN, sqNw and, for contexts that interrupt, pcphook1 to 5"
            )),
        }
    }

    /// Where the interrupt has to arrive.
    pub(super) fn hook(&self) -> Option<&'static Hook> {
        self.hook
    }
}

/// The scenario of a cell; its last run makes the call.
pub(super) fn scenario(place: &Place, config: &Config) -> String {
    let Place {
        kernel,
        context,
        call,
        state,
        ..
    } = place;
    let interrupt = placement(context, config).is_some_and(|p| p.kind != ContextKind::Task);
    let free = |zone: (u64, u64), min: u64| state.squeezed.map_or(zone.1, |n| min * n / 100);
    let listed = if state.lists == Lists::Warm {
        u64::from(WARM)
    } else {
        0
    };
    let (dma, dma32) = (free(DMA, MIN.0), free(DMA32, MIN.1) + listed);
    let mut runs = String::new();
    if state.lock == Lock::Remote {
        runs += "[[run]]\ncontext = \"task\"\nentry = \"model_holder\"\ncpu = 1\n";
    }
    if interrupt {
        let entry = match (state.lock, state.hook) {
            (_, Some(hook)) if hook.frees => "model_user_frees",
            (_, Some(_)) => "model_user_allocates",
            (Lock::Interrupted, _) => "model_holder",
            _ => "model_writer",
        };
        runs += &format!("[[run]]\ncontext = \"task\"\nentry = \"{entry}\"\n");
    }
    // A caller that holds zone->lock itself took it before it entered the context.
    let locked = state.lock == Lock::Interrupted && !interrupt;
    let wrapped = locked && placement(context, config).is_some_and(|p| p.wrapped);
    let (run_context, entry) = match locked {
        true => (if wrapped { "task" } else { context }, "model_call_locked"),
        false => (context.as_str(), "model_call"),
    };
    let enter = match wrapped {
        true => format!("context_{context}((void (*)(void))model_call)"),
        false => "model_call()".into(),
    };
    runs += &format!("[[run]]\ncontext = \"{run_context}\"\nentry = \"{entry}\"\n");
    let (dma_pages, dma32_pages) = (DMA.0, DMA32.0);
    let order = call.order.unwrap_or(0);
    let fill = match state.lists {
        Lists::Drained => String::new(),
        Lists::Warm => format!("model_fill({WARM})"),
        Lists::Full => "model_fill(pcp->high - 1)".into(),
    };
    let mut prepare = String::new();
    if call.name == "free_pages" {
        prepare += &format!("prepared = alloc_pages(GFP_ATOMIC, {order});");
    }
    if state.hook.is_some_and(|hook| hook.frees) {
        prepare += "users = alloc_pages(GFP_ATOMIC, 0);";
    }
    let defines = [
        ("PREPARE", prepare),
        ("FILL", fill),
        ("ENTER", enter),
        ("CALL", call.c_text()),
    ];
    let defines: String = defines
        .iter()
        .map(|(name, text)| format!("#define {name} {text}\n"))
        .collect();
    let title = format!("{} in {context}, state {}", call.text, state.text);
    let config_name = &place.config;
    format!(
        "/*+++\ntitle = \"{title}\"\nkernel = \"{kernel}\"\nconfig = \"{config_name}\"\ncpus = 2\nprepare = \"model_prepare\"\n\
         [zone.DMA]\npages = {dma_pages}\nfree = {dma}\n\
         [zone.DMA32]\npages = {dma32_pages}\nfree = {dma32}\n\
         {runs}+++*/\n{defines}{CELL}"
    )
}

fn squeezed(text: &str) -> Result<State, String> {
    let rest = &text[2..];
    if rest.starts_with('b') {
        return Err(format!(
            "`{text}`: squeezing with the watermark boost left on is not modelled yet"
        ));
    }
    let (number, warm) = match rest.strip_suffix('w') {
        Some(number) => (number, true),
        None => (rest, false),
    };
    match number.parse::<u64>() {
        Ok(n) if n <= 1000 => Ok(State {
            text: text.into(),
            lists: if warm { Lists::Warm } else { Lists::Drained },
            lock: Lock::Free,
            squeezed: Some(n),
            hook: None,
        }),
        _ => Err(format!(
            "`{text}`: squeezed states look like sq90 and sq40w"
        )),
    }
}
