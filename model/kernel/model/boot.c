// SPDX-License-Identifier: GPL-2.0-only
/*
 * Brings the allocator up as model_setup says, on CPU 0, before anything else runs. What the
 * setup leaves open the kernel's formulas decide.
 *
 * A zone's pages lie like this, from its start:
 *
 *	| free: in the buddy lists, as the largest aligned blocks | one run a CPU: on its list | in use |
 *
 * Pages in use from the start have no owner here: they are never touched, and cost nothing.
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

struct model_zone_setup model_setup[MAX_NR_ZONES];
unsigned int nr_cpu_ids = 1;

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0)
static DEFINE_PER_CPU(struct per_cpu_pageset, boot_pagesets[MAX_NR_ZONES]);
#else
static DEFINE_PER_CPU(struct per_cpu_pages, boot_pagesets[MAX_NR_ZONES]);
#endif

static struct task_struct kswapd_task = {
	.prio = DEFAULT_PRIO,
	.__state = TASK_INTERRUPTIBLE,
	.comm = "kswapd0",
};
static struct wait_queue_entry kswapd_entry;

static const char *const setup_names[MAX_NR_ZONES] = { "DMA", "DMA32", "Normal", "Movable" };

static void setup_zone(struct pglist_data *pgdat, int idx, unsigned long *end_pfn)
{
	struct model_zone_setup *setup = &model_setup[idx];
	struct zone *zone = &pgdat->node_zones[idx];

	zone->name = setup_names[idx];
	zone->zone_pgdat = pgdat;
	/* page_zonenum() wants an empty zone to begin where the one below it ends. */
	zone->zone_start_pfn = *end_pfn;
	if (!setup->pages)
		return;

	zone->zone_start_pfn = setup->start_pfn;
	zone->spanned_pages = setup->pages;
	zone->present_pages = setup->pages;
	atomic_long_set(&zone->managed_pages, setup->pages);
	*end_pfn = zone_end_pfn(zone);

	spin_lock_init(&zone->lock);
	free_area_init_zone(zone);
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0)
	zone_pcp_init(zone, &boot_pagesets[idx]);
#else
	setup_zone_pageset(zone, &boot_pagesets[idx]);
#endif
}

/*
 * Blocks are born MOVABLE. When mobility grouping is off all are UNMOVABLE, as they would be
 * after the first requests; else the first MAX_ORDER block is, as if the kernel's own memory
 * lived there: a booted kernel has unmovable blocks with free pages in them.
 */
static void setup_pageblocks(struct zone *zone)
{
	unsigned long pfn = zone->zone_start_pfn;
	unsigned long end = zone_end_pfn(zone);

	if (!page_group_by_mobility_disabled)
		end = min(end, pfn + MAX_ORDER_NR_PAGES);

	for (; pfn < end; pfn += pageblock_nr_pages)
		set_pageblock_migratetype(pfn_to_page(pfn), MIGRATE_UNMOVABLE);
}

/* Like memblock: the largest blocks that alignment and length allow, the lowest first. */
static void free_range(unsigned long start, unsigned long end)
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

static void setup_free_pages(struct zone *zone, struct model_zone_setup *setup)
{
	unsigned long pcp_count = setup->pcp_count > 0 ? setup->pcp_count : 0;
	unsigned long pcp_pages = pcp_count * nr_cpu_ids;
	unsigned long free = setup->free;
	unsigned long pfn;
	int cpu;

	if (pcp_pages > setup->pages || (free != ~0UL && free > setup->pages - pcp_pages))
		panic("zone %s has %lu pages: not enough for the free ones\n", zone->name, setup->pages);
	if (free == ~0UL)
		free = setup->pages - pcp_pages;

	pfn = setup->start_pfn + free;
	free_range(setup->start_pfn, pfn);
	for_each_possible_cpu(cpu) {
		fill_pcp(zone, cpu, pfn, pcp_count);
		pfn += pcp_count;
	}
}

/*
 * A page of those in use, for what the kernel has allocated while it booted; 0 when there is none. Taken
 * from the end of the highest zone.
 */
unsigned long model_boot_page(void)
{
	static unsigned long nr_taken;
	struct model_zone_setup *setup;
	unsigned long used;
	struct page *page;
	int i;

	for (i = MAX_NR_ZONES - 1; i >= 0 && !model_setup[i].pages; i--)
		;
	if (i < 0)
		return 0;

	setup = &model_setup[i];
	used = setup->free == ~0UL ? setup->pages : setup->free;
	if (setup->pcp_count > 0)
		used += (unsigned long)setup->pcp_count * nr_cpu_ids;
	if (used + nr_taken >= setup->pages)
		return 0;

	nr_taken++;
	page = pfn_to_page(setup->start_pfn + setup->pages - nr_taken);
	set_page_count(page, 1);
	return (unsigned long)page_address(page);
}

static void setup_limits(struct zone *zone, struct model_zone_setup *setup)
{
	struct per_cpu_pages *pcp;
	int cpu;

	if (setup->wmark_min != ~0UL)
		zone->_watermark[WMARK_MIN] = setup->wmark_min;
	if (setup->wmark_low != ~0UL)
		zone->_watermark[WMARK_LOW] = setup->wmark_low;
	if (setup->wmark_high != ~0UL)
		zone->_watermark[WMARK_HIGH] = setup->wmark_high;

#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 14, 0)
	zone_pcp_update(zone, 0);
#endif
	for_each_possible_cpu(cpu) {
		pcp = zone_pcp(zone, cpu);
		if (setup->pcp_high >= 0)
			pcp->high = setup->pcp_high;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 14, 0)
		/* Set by hand it does not tune itself. */
		if (setup->pcp_high >= 0) {
			pcp->high_min = setup->pcp_high;
			pcp->high_max = setup->pcp_high;
		}
#endif
		if (setup->pcp_batch >= 0)
			pcp->batch = max(1, setup->pcp_batch);
	}
}

static void setup_kswapd(struct pglist_data *pgdat)
{
	pgdat->kswapd = &kswapd_task;
	pgdat->kswapd_highest_zoneidx = MAX_NR_ZONES;
	raw_spin_lock_init(&kswapd_task.pi_lock);
	init_waitqueue_head(&pgdat->kswapd_wait);
	kswapd_entry.task = &kswapd_task;
	add_wait_queue(&pgdat->kswapd_wait, &kswapd_entry);
}

void model_boot(void)
{
	struct pglist_data *pgdat = NODE_DATA(0);
	unsigned long end_pfn = 0;
	int i;

	sched_init();
	init_timers();
	hrtimers_init();
	workqueue_init();
	rcu_init();

	pgdat->nr_zones = MAX_NR_ZONES;
	for (i = 0; i < MAX_NR_ZONES; i++)
		setup_zone(pgdat, i, &end_pfn);
	setup_kswapd(pgdat);
	build_all_zonelists(pgdat);

	for (i = 0; i < MAX_NR_ZONES; i++) {
		if (!populated_zone(&pgdat->node_zones[i]))
			continue;
		setup_pageblocks(&pgdat->node_zones[i]);
		setup_free_pages(&pgdat->node_zones[i], &model_setup[i]);
	}

	init_per_zone_wmark_min();
	for (i = 0; i < MAX_NR_ZONES; i++) {
		if (populated_zone(&pgdat->node_zones[i]))
			setup_limits(&pgdat->node_zones[i], &model_setup[i]);
	}

	kmem_cache_init();
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
	kfree_rcu_batch_init();
#endif
	rcu_scheduler_active = RCU_SCHEDULER_RUNNING;

	/* Boot has allocated with GFP_KERNEL, interrupts on: lockdep remembers that of fs_reclaim. */
	fs_reclaim_acquire(GFP_KERNEL);
	fs_reclaim_release(GFP_KERNEL);
}
