//! What the allocator of v6.12 and v7.2 does that v5.9's does not: per-CPU lists of larger orders that
//! tune themselves, who may use which reserve, calls that only try locks.
//!
//! Each test is C that finds out for itself: its entry returns 1, or the number of the line that
//! did not hold.

use model::explore::trace::Trace;
use model::scenario::Scenario;

const STEPS_MAX: usize = 100_000;
/// The machine of the recorded boots, but for its second CPU.
const RECORDED: &str =
    "[zone.DMA]\npages = 3840\nfree = 3800\n[zone.DMA32]\npages = 20400\nfree = 19451";
/// A zone that refills one page at a time.
const SMALL: &str = "[zone.Normal]\npages = 64\nfree = 40\nbatch = 1\nhigh = 6\n\
    watermark = { min = 8, low = 10, high = 12 }";

/// Runs `int f(void)` to its end and returns what it did.
fn run(kernel: &str, options: &str, zones: &str, text: &str) -> u64 {
    let text = format!(
        "/*+++\nkernel = \"{kernel}\"\nconfig = [{options}]\n{zones}\n\
         [[run]]\ncontext = \"task\"\nentry = \"f\"\n+++*/\n\
         #define CHECK(what) do {{ if (!(what)) return 1000 + __LINE__; }} while (0)\n\
         #define ZONE(idx) (&NODE_DATA(0)->node_zones[idx])\n{text}\n"
    );
    let scenario = Scenario::parse("test.c", &text).unwrap_or_else(|e| panic!("{e}"));
    let config = scenario.configs[0].1.clone();
    let machine = scenario.machine(&config).unwrap_or_else(|e| panic!("{e}"));
    let mut trace = Trace::new(machine);
    while let Some(&next) = trace.last().enabled().first() {
        assert!(trace.steps.len() < STEPS_MAX, "it does not end");
        trace.push(next).unwrap_or_else(|_| panic!("{next:?}"));
    }
    trace.last().returns[0].expect("it returns")
}

fn holds(kernels: &[&str], options: &str, zones: &str, text: &str) {
    for kernel in kernels {
        assert_eq!(run(kernel, options, zones, text), 1, "{kernel} {options}");
    }
}

const BOTH: &[&str] = &["v6.12", "v7.2"];

/// A refill of order 0 doubles while nothing is freed; larger orders get two blocks.
#[test]
fn refills() {
    let text = "static struct page *pages[64];\n\
        int f(void) {\n\
        struct per_cpu_pages *pcp = zone_pcp(ZONE(ZONE_DMA32), 0);\n\
        int i;\n\
        CHECK(pcp->batch == 3);\n\
        pages[0] = alloc_pages(GFP_ATOMIC, 0);\n\
        CHECK(pcp->count == 2 && pcp->alloc_factor == 1);\n\
        for (i = 1; i < 4; i++) pages[i] = alloc_pages(GFP_ATOMIC, 0);\n\
        CHECK(pcp->count == 5 && pcp->alloc_factor == 2);\n\
        __free_pages(pages[0], 0);\n\
        CHECK(pcp->alloc_factor == 1);\n\
        drain_all_pages(NULL);\n\
        CHECK(pcp->count == 0);\n\
        pages[0] = alloc_pages(GFP_ATOMIC, 3);\n\
        CHECK(pcp->count == 8);\n\
        pages[0] = alloc_pages(GFP_ATOMIC, 4);\n\
        CHECK(pcp->count == 8);\n\
        return 1; }";
    holds(BOTH, "\"PREEMPT\"", RECORDED, text);
}

/// Huge pages have lists of their own, but not on PREEMPT_RT.
#[test]
fn huge_pages_are_listed() {
    let text = "int f(void) {\n\
        struct per_cpu_pages *pcp = zone_pcp(ZONE(ZONE_DMA32), 0);\n\
        struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, 9);\n\
        CHECK(page != NULL);\n\
        CHECK(pcp->count == (IS_ENABLED(CONFIG_PREEMPT_RT) ? 0 : 512));\n\
        CHECK(ARRAY_SIZE(pcp->lists) == (IS_ENABLED(CONFIG_PREEMPT_RT) ? 12 : 14));\n\
        return 1; }";
    holds(BOTH, "\"PREEMPT\"", RECORDED, text);
    holds(BOTH, "\"PREEMPT_RT\"", RECORDED, text);
}

/// Larger blocks freed one after the other do not stay: in v6.12 from a batch on, in v7.2 later.
#[test]
fn blocks_freed_in_a_row_go_back() {
    let text = |kept: &str| {
        format!(
            "static struct page *pages[2];\n\
             int f(void) {{\n\
             struct per_cpu_pages *pcp = zone_pcp(ZONE(ZONE_DMA32), 0);\n\
             pages[0] = alloc_pages(GFP_ATOMIC, 3);\n\
             pages[1] = alloc_pages(GFP_ATOMIC, 3);\n\
             CHECK(pcp->count == 0);\n\
             __free_pages(pages[0], 3);\n\
             CHECK(pcp->count == 8);\n\
             __free_pages(pages[1], 3);\n\
             CHECK(pcp->count == {kept});\n\
             return 1; }}"
        )
    };
    holds(&["v6.12"], "\"PREEMPT\"", RECORDED, &text("0"));
    holds(&["v7.2"], "\"PREEMPT\"", RECORDED, &text("16"));
}

/// How far below the min watermark a request may go: here that is 8 of the free pages.
#[test]
fn reserves() {
    let left = |gfp: &str, left: u32| {
        format!(
            "int f(void) {{\n\
             int i;\n\
             for (i = 0; i < 60; i++) {{\n\
             if (!alloc_pages({gfp} | __GFP_NOWARN, 0)) break;\n\
             drain_local_pages(NULL); }}\n\
             CHECK(zone_page_state(ZONE(ZONE_NORMAL), NR_FREE_PAGES) == {left});\n\
             return 1; }}"
        )
    };
    let cases = [
        ("GFP_NOWAIT", 8),
        ("__GFP_HIGH | __GFP_KSWAPD_RECLAIM | __GFP_NOMEMALLOC", 4),
        ("GFP_ATOMIC", 3),
        ("GFP_ATOMIC | __GFP_MEMALLOC", 0),
    ];
    for (gfp, pages) in cases {
        holds(BOTH, "\"PREEMPT\"", SMALL, &left(gfp, pages));
    }
}

/// `alloc_pages_nolock()` stops at the min watermark, knows the orders that have lists, and never
/// prints.
#[test]
fn nolock_takes_no_reserves() {
    let text = "int f(void) {\n\
        int n = 0;\n\
        while (alloc_pages_nolock(0, NUMA_NO_NODE, 0)) { drain_local_pages(NULL); n++; }\n\
        CHECK(n == 32);\n\
        CHECK(zone_page_state(ZONE(ZONE_NORMAL), NR_FREE_PAGES) == 8);\n\
        CHECK(!alloc_pages_nolock(0, NUMA_NO_NODE, 4));\n\
        return 1; }";
    holds(&["v7.2"], "\"PREEMPT\"", SMALL, text);
    holds(&["v7.2"], "\"PREEMPT_RT\"", SMALL, text);
}

/// What `free_pages_nolock()` cannot free waits for the next who holds the zone's lock.
#[test]
fn deferred_frees() {
    let text = "int f(void) {\n\
        struct zone *zone = ZONE(ZONE_NORMAL);\n\
        struct page *one = alloc_pages(GFP_ATOMIC, 4), *two = alloc_pages(GFP_ATOMIC, 4);\n\
        unsigned long flags;\n\
        CHECK(one && two && zone_page_state(zone, NR_FREE_PAGES) == 8);\n\
        spin_lock_irqsave(&zone->lock, flags);\n\
        free_pages_nolock(one, 4);\n\
        CHECK(!llist_empty(&zone->trylock_free_pages));\n\
        spin_unlock_irqrestore(&zone->lock, flags);\n\
        CHECK(zone_page_state(zone, NR_FREE_PAGES) == 8);\n\
        __free_pages(two, 4);\n\
        CHECK(llist_empty(&zone->trylock_free_pages));\n\
        CHECK(zone_page_state(zone, NR_FREE_PAGES) == 40);\n\
        return 1; }";
    let zones = SMALL.replace("min = 8, low = 10, high = 12", "min = 2, low = 3, high = 4");
    holds(&["v7.2"], "\"PREEMPT\"", &zones, text);
}

/// Without SMP v6.12 uses the lists with interrupts off, v7.2 not at all.
#[test]
fn one_cpu() {
    let text = |count: &str| {
        format!(
            "int f(void) {{\n\
             struct per_cpu_pages *pcp = zone_pcp(ZONE(ZONE_DMA32), 0);\n\
             struct page *page = alloc_pages(GFP_ATOMIC, 0);\n\
             __free_pages(page, 0);\n\
             CHECK(pcp->count == {count} && !irqs_disabled());\n\
             return 1; }}"
        )
    };
    let options = "\"PREEMPT\", \"SMP=n\"";
    holds(&["v6.12"], options, RECORDED, &text("3"));
    holds(&["v7.2"], options, RECORDED, &text("0"));
}
