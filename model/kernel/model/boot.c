// SPDX-License-Identifier: GPL-2.0-only
/*
 * Brings the allocator up as model_setup says, on CPU 0, before anything else runs. What the
 * setup leaves open the kernel's formulas decide.
 *
 * A zone's pages lie like this, from its start:
 *
 *	| free: in the buddy lists, as the largest aligned blocks | one run a CPU: on its list |
 *	| page cache | the killable process | in use for good |
 *
 * Pages in use from the start have no owner here and cost nothing: those in use for good are never
 * touched, the others when they are reclaimed, moved or given back.
 */
#include <linux/hrtimer.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/kvfree_rcu.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <model/boot.h>

struct model_zone_setup model_setup[MAX_NUMNODES * MAX_NR_ZONES];
struct model_environment_setup model_environment;
unsigned int nr_cpu_ids = 1;

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0)
static DEFINE_PER_CPU(struct per_cpu_pageset, boot_pagesets[MAX_NUMNODES * MAX_NR_ZONES]);
#else
static DEFINE_PER_CPU(struct per_cpu_pages, boot_pagesets[MAX_NUMNODES * MAX_NR_ZONES]);
#endif

static struct task_struct kswapd_tasks[MAX_NUMNODES];
static struct wait_queue_entry kswapd_entries[MAX_NUMNODES];
static struct task_struct kcompactd_tasks[MAX_NUMNODES];
static struct wait_queue_entry kcompactd_entries[MAX_NUMNODES];

static const char *const setup_names[MAX_NR_ZONES] = { "DMA", "DMA32", "Normal", "Movable" };

static struct model_zone_setup *setup_of(struct zone *zone)
{
	return &model_setup[zone_to_nid(zone) * MAX_NR_ZONES + zone_idx(zone)];
}

static void setup_zone(struct pglist_data *pgdat, int idx, unsigned long *end_pfn)
{
	int setup_idx = pgdat->node_id * MAX_NR_ZONES + idx;
	struct model_zone_setup *setup = &model_setup[setup_idx];
	struct zone *zone = &pgdat->node_zones[idx];

	zone->name = setup_names[idx];
	zone->zone_pgdat = pgdat;
	/* page_zonenum() wants an empty zone to begin where the one below it ends. */
	zone->zone_start_pfn = *end_pfn;
	if (!setup->pages)
		return;

	zone->zone_start_pfn = setup->start_pfn;
	zone->spanned_pages = setup->pages;
	zone->present_pages = setup->present ? setup->present : setup->pages;
	atomic_long_set(&zone->managed_pages, setup->pages);
	*end_pfn = zone_end_pfn(zone);

	spin_lock_init(&zone->lock);
	free_area_init_zone(zone);
	INIT_LIST_HEAD(&zone->lru[LRU_FILE].moved);
	INIT_LIST_HEAD(&zone->lru[LRU_ANON].moved);
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0)
	zone_pcp_init(zone, &boot_pagesets[setup_idx]);
#else
	setup_zone_pageset(zone, &boot_pagesets[setup_idx]);
#endif
}

/*
 * Blocks are born MOVABLE. When mobility grouping is off all are UNMOVABLE, as they would be
 * after the first requests; else the first MAX_ORDER block is, as if the kernel's own memory
 * lived there: a booted kernel has unmovable blocks with free pages in them. Where there is room
 * setup_kernel_block() says which.
 */
static void setup_pageblocks(struct zone *zone, struct model_zone_setup *setup)
{
	unsigned long pfn = zone->zone_start_pfn;
	unsigned long end = zone_end_pfn(zone);
#ifdef CONFIG_CMA
	unsigned long cma_end = pfn + setup->cma;
#endif

#ifdef CONFIG_CMA
	zone->cma_pages = setup->cma;
	totalcma_pages += setup->cma;
	for (; pfn < cma_end; pfn += pageblock_nr_pages)
		set_pageblock_migratetype(pfn_to_page(pfn), MIGRATE_CMA);
#endif
	if (!page_group_by_mobility_disabled)
		end = min(end, pfn + MAX_ORDER_NR_PAGES);

	for (; pfn < end; pfn += pageblock_nr_pages)
		set_pageblock_migratetype(pfn_to_page(pfn), MIGRATE_UNMOVABLE);
}

/* Like memblock: the largest blocks that alignment and length allow, the lowest first. */
void model_free_range(unsigned long start, unsigned long end)
{
	int order;

	while (start < end) {
		order = MAX_PAGE_ORDER;
		while ((start & ((1UL << order) - 1)) || start + (1UL << order) > end)
			order--;
		__free_pages_core(pfn_to_page(start), order);
		start += 1UL << order;
	}
}

/* As if count pages had just been freed on that CPU. */
static void fill_pcp(struct zone *zone, int cpu, unsigned long pfn, int count)
{
	struct per_cpu_pages *pcp = zone_pcp(zone, cpu);
	struct page *page;

	for (; count > 0; count--, pfn++) {
		page = pfn_to_page(pfn);
		kernel_map_pages(page, 1, 0);
		page->index = MIGRATE_UNMOVABLE;
		list_add_tail(&page->lru, &pcp->lists[MIGRATE_UNMOVABLE]);
		pcp->count++;
	}
}

/*
 * Makes a region, aligned to its size, hold as many of the wanted blocks as it can: it is such a
 * block itself, or its halves are looked at. Two free halves would be one larger block, so only one may
 * be free; the other can hold smaller ones. True when the region is a block.
 */
static bool place_blocks(struct zone *zone, unsigned long *wanted, unsigned long pfn, int order,
			 bool may_be_free)
{
	bool left;
	int o;

	for (o = 0; o <= order && !wanted[o]; o++)
		;
	if (o > order || pfn >= zone_end_pfn(zone))
		return false;

	if (may_be_free && wanted[order] && pfn + (1UL << order) <= zone_end_pfn(zone)) {
		wanted[order]--;
		__free_pages_core(pfn_to_page(pfn), order);
		return true;
	}
	if (order == 0)
		return false;
	left = place_blocks(zone, wanted, pfn, order - 1, true);
	place_blocks(zone, wanted, pfn + (1UL << (order - 1)), order - 1, !left);
	return false;
}

/* Free blocks as listed, each type in pageblocks of its own; returns where the rest begins. */
static unsigned long setup_free_blocks(struct zone *zone, struct model_zone_setup *setup)
{
	unsigned long pfn = zone->zone_start_pfn;
	unsigned long block, *wanted;
	int mt, o;

	for (mt = 0; mt < MIGRATE_TYPES; mt++) {
		wanted = setup->blocks[mt];
		for (o = 0; o < NR_PAGE_ORDERS;) {
			if (!wanted[o]) {
				o++;
				continue;
			}
			if (pfn >= zone_end_pfn(zone))
				panic("zone %s is too small for its free blocks\n", zone->name);

			for (block = 0; block < MAX_ORDER_NR_PAGES; block += pageblock_nr_pages) {
				set_pageblock_migratetype(pfn_to_page(pfn + block), mt);
				if (mt == MIGRATE_HIGHATOMIC)
					zone->nr_reserved_highatomic += pageblock_nr_pages;
			}
			place_blocks(zone, wanted, pfn, NR_PAGE_ORDERS - 1, true);
			pfn += MAX_ORDER_NR_PAGES;
			o = 0;
		}
	}
	return min(pfn, zone_end_pfn(zone));
}

/* Free pages of the first MAX_ORDER block when the kernel's own memory has the rest: 511. */
#define KERNEL_BLOCK_FREE (pageblock_nr_pages - 1)

/*
 * As a booted kernel has it: of the block with the kernel's own memory one block of each order is
 * free, up to half a pageblock. A larger one for the kernel has to come from the movable pageblocks.
 */
static void setup_kernel_block(struct zone *zone)
{
	unsigned long wanted[NR_PAGE_ORDERS] = { 0 };
	int order;

	for (order = 0; order < pageblock_order; order++)
		wanted[order] = 1;
	place_blocks(zone, wanted, zone->zone_start_pfn, NR_PAGE_ORDERS - 1, true);
}

static unsigned long setup_free_range(struct zone *zone, struct model_zone_setup *setup,
				      unsigned long used)
{
	unsigned long start = setup->start_pfn;
	unsigned long free = setup->free;

	if (used > setup->pages || (free != ~0UL && free > setup->pages - used))
		panic("zone %s has %lu pages: not enough for the free ones\n", zone->name, setup->pages);
	if (free == ~0UL)
		free = setup->pages - used;

	if (!page_group_by_mobility_disabled && !setup->cma && free > MAX_ORDER_NR_PAGES &&
	    free - KERNEL_BLOCK_FREE + MAX_ORDER_NR_PAGES + used <= setup->pages) {
		setup_kernel_block(zone);
		start += MAX_ORDER_NR_PAGES;
		free -= KERNEL_BLOCK_FREE;
	}
	model_free_range(start, start + free);
	return start + free;
}

static void setup_free_pages(struct zone *zone, struct model_zone_setup *setup)
{
	unsigned long used = setup->page_cache + setup->process;
	unsigned long pfn;
	int cpu;

	for_each_possible_cpu(cpu)
		used += setup->pcp_count[cpu];

	if (setup->blocks[0][0] != ~0UL)
		pfn = setup_free_blocks(zone, setup);
	else
		pfn = setup_free_range(zone, setup, used);
	if (pfn + used > zone_end_pfn(zone))
		panic("zone %s is too small for its pages in use\n", zone->name);

	for_each_possible_cpu(cpu) {
		fill_pcp(zone, cpu, pfn, setup->pcp_count[cpu]);
		pfn += setup->pcp_count[cpu];
	}

	zone->lru[LRU_FILE].pfn = pfn;
	zone->lru[LRU_FILE].nr = setup->page_cache;
	zone->lru[LRU_ANON].pfn = pfn + setup->page_cache;
	zone->lru[LRU_ANON].nr = setup->process;
	__mod_zone_page_state(zone, NR_ZONE_INACTIVE_FILE, setup->page_cache);
	__mod_zone_page_state(zone, NR_ZONE_INACTIVE_ANON, setup->process);
}

/*
 * A page of those in use, for what the kernel has allocated while it booted; 0 when there is none. Taken
 * from the end of the highest zone.
 */
unsigned long model_boot_page(void)
{
	static unsigned long nr_taken;
	struct zone *zone = NULL;
	struct page *page;
	int i;

	for (i = 0; i < MAX_NR_ZONES; i++) {
		if (populated_zone(&NODE_DATA(0)->node_zones[i]))
			zone = &NODE_DATA(0)->node_zones[i];
	}
	if (!zone)
		return 0;

	/* What is used for something ends where the process does. */
	if (zone->lru[LRU_ANON].pfn + zone->lru[LRU_ANON].nr + nr_taken >= zone_end_pfn(zone))
		return 0;

	nr_taken++;
	page = pfn_to_page(zone_end_pfn(zone) - nr_taken);
	set_page_count(page, 1);
	return (unsigned long)page_address(page);
}

static void setup_limits(struct zone *zone, struct model_zone_setup *setup)
{
	struct per_cpu_pages *pcp;
	int cpu, i;

	if (setup->wmark_min != ~0UL)
		zone->_watermark[WMARK_MIN] = setup->wmark_min;
	if (setup->wmark_low != ~0UL)
		zone->_watermark[WMARK_LOW] = setup->wmark_low;
	if (setup->wmark_high != ~0UL)
		zone->_watermark[WMARK_HIGH] = setup->wmark_high;
	zone->watermark_boost = setup->boost;
	if (setup->reserved_highatomic != ~0UL)
		zone->nr_reserved_highatomic = setup->reserved_highatomic;
	for (i = 0; i < MAX_NR_ZONES && setup->lowmem_reserve[0] >= 0; i++)
		zone->lowmem_reserve[i] = setup->lowmem_reserve[i];

#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 14, 0)
	zone_pcp_update(zone, 0);
#endif
	for_each_possible_cpu(cpu) {
		pcp = zone_pcp(zone, cpu);
		if (setup->pcp_high >= 0)
			pcp->high = setup->pcp_high;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 14, 0)
		/*
		 * Set by hand it does not tune itself. Else refill after refill of the boot has raised
		 * it to the top: there the records of booted kernels have it on one CPU of two.
		 */
		if (setup->pcp_high >= 0) {
			pcp->high_min = setup->pcp_high;
			pcp->high_max = setup->pcp_high;
		} else {
			pcp->high = pcp->high_max;
		}
#endif
		if (setup->pcp_batch >= 0)
			pcp->batch = max(1, setup->pcp_batch);
	}
}

/* A kernel thread of a node, asleep on its queue. */
static void setup_kthread(struct task_struct *task, struct wait_queue_entry *entry,
			  struct wait_queue_head *wait, const char *name)
{
	task->prio = DEFAULT_PRIO;
	task->__state = TASK_INTERRUPTIBLE;
	memcpy(task->comm, name, strlen(name));
	raw_spin_lock_init(&task->pi_lock);
	entry->task = task;
	add_wait_queue(wait, entry);
}

static void setup_kswapd(struct pglist_data *pgdat)
{
	int nid = pgdat->node_id;

	pgdat->kswapd = &kswapd_tasks[nid];
	pgdat->kswapd_highest_zoneidx = MAX_NR_ZONES;
	init_waitqueue_head(&pgdat->kswapd_wait);
	setup_kthread(&kswapd_tasks[nid], &kswapd_entries[nid], &pgdat->kswapd_wait,
		      nid ? "kswapd1" : "kswapd0");

	pgdat->kcompactd_highest_zoneidx = MAX_NR_ZONES - 1;
	init_waitqueue_head(&pgdat->kcompactd_wait);
	setup_kthread(&kcompactd_tasks[nid], &kcompactd_entries[nid], &pgdat->kcompactd_wait,
		      nid ? "kcompactd1" : "kcompactd0");
}

static bool environment_says(unsigned int setting)
{
	if (setting == MODEL_SOMETIMES)
		return __choose(2);
	return setting == MODEL_ALWAYS;
}

bool model_may_reclaim(void)
{
	return environment_says(model_environment.reclaim);
}

bool model_may_migrate(void)
{
	return environment_says(model_environment.compaction);
}

static void setup_node(struct pglist_data *pgdat, int nid, unsigned long *end_pfn)
{
	int i;

	pgdat->node_id = nid;
	pgdat->nr_zones = MAX_NR_ZONES;
	spin_lock_init(&pgdat->lru_lock);
	for (i = 0; i < MAX_NR_ZONES; i++)
		setup_zone(pgdat, i, end_pfn);
	setup_kswapd(pgdat);
}

void model_boot(void)
{
	unsigned long end_pfn = 0;
	struct zone *zone;
	int nid;

	sched_init();
	init_timers();
	hrtimers_init();
	workqueue_init();
	rcu_init();

	for_each_online_node(nid)
		setup_node(NODE_DATA(nid), nid, &end_pfn);
	build_all_zonelists();

	for_each_populated_zone(zone) {
		setup_pageblocks(zone, setup_of(zone));
		setup_free_pages(zone, setup_of(zone));
	}

	init_per_zone_wmark_min();
	for_each_populated_zone(zone)
		setup_limits(zone, setup_of(zone));

	kmem_cache_init();
	kfree_rcu_batch_init();
	rcu_scheduler_active = RCU_SCHEDULER_RUNNING;

	/* Boot has allocated with GFP_KERNEL, interrupts on: lockdep remembers that of fs_reclaim. */
	fs_reclaim_acquire(GFP_KERNEL);
	fs_reclaim_release(GFP_KERNEL);
}
