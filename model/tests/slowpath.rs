//! The slow path against what the scenario says there is: page cache to reclaim, pages to move, a
//! process to kill, a second node, a CMA area.

use model::config::Config;
use model::explore::trace::Trace;
use model::explore::{Limits, STATES_MAX, explore};
use model::machine::event::EventKind;
use model::scenario::Scenario;

const KERNELS: [&str; 3] = ["v5.9", "v6.12", "v7.2"];
const STEPS_MAX: usize = 100_000;
/// A small zone; what a test wants comes below.
const SMALL: &str = "[zone.Normal]\npages = 2048\nwatermark = { min = 16, low = 20, high = 24 }\n";

struct Outcome {
    returned: Option<u64>,
    printed: String,
}

impl Outcome {
    /// Where each of these is printed, in this order.
    fn prints(&self, texts: &[&str]) -> bool {
        let mut rest = self.printed.as_str();
        texts.iter().all(|text| match rest.split_once(text) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        })
    }
}

fn scenario(kernel: &str, memory: &str, body: &str) -> Scenario {
    let text = format!(
        "/*+++\nkernel = \"{kernel}\"\nconfig = \"preempt-debug\"\ncpus = 2\n{memory}\
         [[run]]\ncontext = \"task\"\nentry = \"call\"\n+++*/\nint call(void)\n{{\n{body}\n}}\n"
    );
    Scenario::parse("slowpath.c", &text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

fn run(kernel: &str, memory: &str, body: &str) -> Outcome {
    let config = Config::named("preempt-debug").unwrap();
    let machine = scenario(kernel, memory, body).machine(&config);
    let mut trace = Trace::new(machine.unwrap_or_else(|e| panic!("{kernel}: {e}")));
    trace.run_on(STEPS_MAX);
    let events = trace.steps.iter().flat_map(|step| &step.events);
    let printed = events.filter_map(|event| match &event.kind {
        EventKind::Printk(text) => Some(text.as_str()),
        EventKind::Panic(text) => Some(text.as_str()),
        _ => None,
    });
    Outcome {
        printed: printed.collect(),
        returned: trace.last().returns[0],
    }
}

fn on_all(memory: &str, body: &str, holds: impl Fn(&Outcome) -> bool) {
    for kernel in KERNELS {
        let outcome = run(kernel, memory, body);
        let (returned, printed) = (outcome.returned, &outcome.printed);
        assert!(holds(&outcome), "{kernel}: {returned:?}\n{printed}");
    }
}

const ONE: &str = "return alloc_pages(GFP_KERNEL, 0) != NULL;";

#[test]
fn page_cache_is_reclaimed() {
    let memory = format!("{SMALL}free = 10\npage_cache = 100\n");
    on_all(&memory, ONE, |o| {
        o.returned == Some(1) && o.printed.is_empty()
    });
}

#[test]
fn a_request_without_direct_reclaim_gets_none_of_it() {
    let memory = format!("{SMALL}free = 5\npage_cache = 100\n");
    let body = "return alloc_pages(GFP_ATOMIC, 0) != NULL;";
    on_all(&memory, body, |o| {
        o.returned == Some(0) && o.prints(&["page allocation failure: order:0", "Mem-Info:"])
    });
}

#[test]
fn without_anything_to_reclaim_a_process_is_killed() {
    let memory = format!("{SMALL}free = 10\nprocess = 300\n");
    let order = [
        "call invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0",
        "Mem-Info:",
        "Tasks state (memory values in pages):",
        "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),task=hog,pid=41,uid=0",
        "Out of memory: Killed process 41 (hog) total-vm:1200kB",
    ];
    let order = order.map(|line| line.trim_start_matches("call "));
    on_all(&memory, ONE, |o| o.returned == Some(1) && o.prints(&order));
}

#[test]
fn without_a_process_the_kernel_gives_up() {
    let memory = format!("{SMALL}free = 10\n");
    on_all(&memory, ONE, |o| {
        let end = [
            "invoked oom-killer",
            "no killable processes",
            "System is deadlocked on memory",
        ];
        o.returned.is_none() && o.prints(&end)
    });
}

#[test]
fn nobody_is_killed_for_who_does_not_want_it() {
    let memory = format!("{SMALL}free = 10\nprocess = 300\n");
    for gfp in [
        "GFP_KERNEL | __GFP_NORETRY",
        "GFP_KERNEL | __GFP_RETRY_MAYFAIL",
    ] {
        let body = format!("return alloc_pages({gfp}, 0) != NULL;");
        on_all(&memory, &body, |o| {
            o.returned == Some(0) && o.prints(&["page allocation failure"]) && !o.prints(&["oom"])
        });
    }
}

#[test]
fn without_gfp_fs_it_tries_for_ever() {
    let memory = format!("{SMALL}free = 10\nprocess = 300\n");
    for scope in ["noio", "nofs"] {
        let body = format!("memalloc_{scope}_save();\n{ONE}");
        on_all(&memory, &body, |o| {
            o.returned.is_none() && o.printed.is_empty()
        });
    }
}

/// `free` pages are not enough, one more is: what is left has to be above that part of `min`, 1024.
#[test]
fn each_flag_buys_its_depth() {
    let depths = [
        ("GFP_NOWAIT", 1024, KERNELS.as_slice()),
        ("GFP_ATOMIC", 384, KERNELS.as_slice()),
        ("GFP_ATOMIC | __GFP_NOMEMALLOC", 512, KERNELS.as_slice()),
        ("__GFP_HIGH", 512, &["v5.9"]),
        // Who cannot wait gets the quarter without GFP_ATOMIC since v6.3.
        ("__GFP_HIGH", 384, &["v6.12", "v7.2"]),
        (
            "GFP_KERNEL | __GFP_HIGH | __GFP_NORETRY",
            512,
            KERNELS.as_slice(),
        ),
    ];
    for (gfp, depth, kernels) in depths {
        for (free, returned) in [(depth, 0), (depth + 1, 1)] {
            let memory = format!(
                "[zone.Normal]\npages = 4096\nfree = {free}\n\
                 watermark = {{ min = 1024, low = 1286, high = 1548 }}\n"
            );
            let body = format!("return alloc_pages({gfp} | __GFP_NOWARN, 0) != NULL;");
            for kernel in kernels {
                let outcome = run(kernel, &memory, &body);
                assert_eq!(outcome.returned, Some(returned), "{kernel} {gfp} {free}");
            }
        }
    }
}

#[test]
fn reserves_are_for_who_frees_memory() {
    let memory = format!("{SMALL}free = 3\n");
    let bodies = [
        "memalloc_noreclaim_save();\nreturn alloc_pages(GFP_KERNEL, 0) != NULL;",
        "return alloc_pages(GFP_ATOMIC | __GFP_MEMALLOC, 0) != NULL;",
    ];
    for body in bodies {
        on_all(&memory, body, |o| o.returned == Some(1));
        let without = body
            .replace("GFP_KERNEL", "GFP_KERNEL | __GFP_NOMEMALLOC")
            .replace("__GFP_MEMALLOC", "__GFP_MEMALLOC | __GFP_NOMEMALLOC");
        on_all(&memory, &without, |o| o.returned == Some(0));
    }
}

#[test]
fn a_victim_may_use_half_of_the_reserves() {
    let memory = format!("{SMALL}free = 12\n");
    let body = "mark_oom_victim(current);\nreturn alloc_pages(GFP_KERNEL, 0) != NULL;";
    on_all(&memory, body, |o| o.returned == Some(1));
    let memory = format!("{SMALL}free = 7\n");
    on_all(&memory, body, |o| {
        o.returned == Some(0) && !o.prints(&["oom-killer"])
    });
}

/// Free pages in pieces: none of them is of order 3, and its neighbours can be moved.
const PIECES: &str = "page_cache = 512\n[zone.Normal.blocks]\nUnmovable = [64, 64]\n";

#[test]
fn compaction_makes_a_block() {
    let memory = format!("{SMALL}{PIECES}[environment]\nreclaim = \"never\"\n");
    let body = "return alloc_pages(GFP_KERNEL | __GFP_NORETRY, 3) != NULL;";
    on_all(&memory, body, |o| o.returned == Some(1));
    let without = memory.replace("\"never\"", "\"never\"\ncompaction = \"never\"");
    on_all(&without, body, |o| o.returned == Some(0));
}

#[test]
fn what_the_environment_does_is_a_choice() {
    let memory =
        format!("{SMALL}free = 10\npage_cache = 40\n[environment]\nreclaim = \"sometimes\"\n");
    let body = "return alloc_pages(GFP_KERNEL | __GFP_NORETRY, 0) != NULL;";
    let config = Config::named("preempt-nodebug").unwrap();
    let machine = scenario("v5.9", &memory, body).machine(&config).unwrap();
    let limits = Limits::states(STATES_MAX);
    let outcome = explore(&machine, limits);
    let printed = |reports: bool| {
        outcome
            .ends
            .iter()
            .any(|e| e.end.printed.is_empty() != reports)
    };
    assert!(outcome.complete && printed(true) && printed(false));
}

#[test]
fn pages_on_the_lists_of_other_cpus_come_back() {
    let memory = format!("{SMALL}free = 14\npcp = [0, 40]\n");
    let body = "struct zone *zone = &NODE_DATA(0)->node_zones[ZONE_NORMAL];\n\
                drain_all_pages(NULL);\n\
                return zone_page_state(zone, NR_FREE_PAGES) == 54 && !zone_pcp(zone, 1)->count;";
    on_all(&memory, body, |o| o.returned == Some(1));
}

const TWO_NODES: &str = "[zone.Normal]\npages = 1024\nfree = 40\nwatermark = { min = 4, low = 5, high = 6 }\n\
     [node.1.zone.Normal]\npages = 1024\nfree = 40\nwatermark = { min = 4, low = 5, high = 6 }\n";

#[test]
fn the_own_node_first_then_the_other() {
    let body = "int i, nid = -1;\nfor (i = 0; i < 60; i++) {\n\
                struct page *page = alloc_pages(GFP_ATOMIC, 0);\n\
                if (!page) return 9;\n\
                if (i == 0 && page_to_nid(page) != numa_node_id()) return 8;\n\
                nid = page_to_nid(page);\n}\nreturn nid;";
    on_all(TWO_NODES, body, |o| o.returned == Some(1));
}

#[test]
fn this_node_or_none() {
    let body = "int i;\nfor (i = 0; i < 60; i++) {\n\
                struct page *page = alloc_pages_node(1, GFP_ATOMIC | __GFP_THISNODE, 0);\n\
                if (!page) return i;\n\
                if (page_to_nid(page) != 1) return 99;\n}\nreturn i;";
    on_all(TWO_NODES, body, |o| {
        o.returned.is_some_and(|n| (30..=40).contains(&n))
            && o.prints(&[
                "allocation failure",
                "Node 0 Normal free:",
                "Node 1 Normal free:",
            ])
    });
}

#[test]
fn statistics_tell_where_a_page_came_from() {
    let memory = TWO_NODES.replacen("free = 40", "free = 3", 1);
    let body = "alloc_pages(GFP_ATOMIC, 0);\n\
                return NODE_DATA(1)->node_zones[ZONE_NORMAL].vm_numa_stat[NUMA_MISS] == 1 &&\n\
                NODE_DATA(0)->node_zones[ZONE_NORMAL].vm_numa_stat[NUMA_FOREIGN] == 1;";
    on_all(&memory, body, |o| o.returned == Some(1));
}

#[test]
fn cma_pages_are_for_what_can_be_moved() {
    let memory = "[zone.Normal]\npages = 4096\nfree = 1024\ncma = 1024\n\
                  watermark = { min = 4, low = 5, high = 6 }\n";
    on_all(memory, "return alloc_pages(GFP_ATOMIC, 0) != NULL;", |o| {
        o.returned == Some(0) && o.prints(&["free_cma:1024", "(C)", "1024 pages cma reserved"])
    });
    let movable = "return alloc_pages(GFP_ATOMIC | __GFP_MOVABLE, 0) != NULL;";
    on_all(memory, movable, |o| o.returned == Some(1));
    let scoped = format!("memalloc_nocma_save();\n{movable}");
    on_all(memory, &scoped, |o| o.returned == Some(0));
}

#[test]
fn exact_pages_come_and_go() {
    let memory = format!("{SMALL}free = 200\n");
    let body = "struct zone *zone = &NODE_DATA(0)->node_zones[ZONE_NORMAL];\n\
                void *p = alloc_pages_exact(5 * PAGE_SIZE, GFP_ATOMIC);\n\
                unsigned long addr;\n\
                drain_local_pages(NULL);\n\
                if (!p || zone_page_state(zone, NR_FREE_PAGES) != 195) return 0;\n\
                free_pages_exact(p, 5 * PAGE_SIZE);\n\
                addr = get_zeroed_page(GFP_ATOMIC);\n\
                if (!addr || *(long *)addr) return 0;\n\
                free_page(addr);\n\
                drain_local_pages(NULL);\n\
                return zone_page_state(zone, NR_FREE_PAGES) == 200;";
    on_all(&memory, body, |o| o.returned == Some(1));
}

#[test]
fn what_cannot_be_is_refused_with_its_place() {
    let wrong = [
        ("[node.2.zone.Normal]\npages = 4\n", "nodes are 0 and 1"),
        ("[node.1.zone.Normal]\npages = 4\n", "node 0 has no zone"),
        (
            "[zone.Normal]\npages = 64\npcp = [1]\n",
            "`pcp` is for 1 CPUs",
        ),
        ("[zone.Normal]\npages = 64\ncma = 3\n", "whole pageblocks"),
        ("[zone.Normal]\npages = 64\npresent = 3\n", "not less than"),
        (
            "[zone.Normal]\npages = 64\nfree = 60\nprocess = 5\n",
            "more pages are free",
        ),
        (
            "[zone.Normal]\npages = 64\n[zone.Normal.blocks]\nBlue = [1]\n",
            "unknown migratetype",
        ),
        ("[environment]\nreclaim = \"maybe\"\n", "reclaim"),
    ];
    for (memory, message) in wrong {
        let text = format!(
            "/*+++\nkernel = \"v5.9\"\ncpus = 2\n{memory}[[run]]\ncontext = \"task\"\nentry = \"f\"\n+++*/\n"
        );
        let problem = Scenario::parse("wrong.c", &text).unwrap_err();
        assert!(problem.text.contains(message), "{memory}: {problem}");
        assert!(problem.text.contains("wrong.c:"), "{memory}: {problem}");
    }
}
