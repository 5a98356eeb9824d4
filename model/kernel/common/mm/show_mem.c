// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state of memory as failure reports print it: mm/show_mem.c of recent kernels, lib/show_mem.c
 * and show_free_areas() of mm/page_alloc.c in v5.9. Lines, fields and units are each version's; what
 * the model does not have (slab, page tables, swap, ...) is 0.
 *
 * Whole lines are put together in one step: only the places where zone->lock is taken matter to
 * others.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/version.h>
#include "internal.h"

#define K(x) ((x) << (PAGE_SHIFT - 10))

/* "Node 0 " where there may be other nodes. */
static void show_node(struct zone *zone)
{
	if (IS_ENABLED(CONFIG_NUMA))
		printk("Node %d ", zone_to_nid(zone));
}

/* Whether a node is of no interest to who may not have memory there. */
static bool show_mem_node_skip(unsigned int flags, int nid, nodemask_t *nodemask)
{
	if (!(flags & SHOW_MEM_FILTER_NODES) || !nodemask)
		return false;
	return !node_isset(nid, *nodemask);
}

/* One letter for each free list that is not empty. */
static void show_migration_types(unsigned char type)
{
	static const char types[MIGRATE_TYPES] = {
		[MIGRATE_UNMOVABLE] = 'U',
		[MIGRATE_MOVABLE] = 'M',
		[MIGRATE_RECLAIMABLE] = 'E',
		[MIGRATE_HIGHATOMIC] = 'H',
#ifdef CONFIG_CMA
		[MIGRATE_CMA] = 'C',
#endif
		[MIGRATE_ISOLATE] = 'I',
	};
	char tmp[MIGRATE_TYPES + 1];
	char *p = tmp;
	int i;

	for (i = 0; i < MIGRATE_TYPES; i++) {
		if (type & (1 << i))
			*p++ = types[i];
	}
	*p = '\0';
	printk(KERN_CONT "(%s) ", tmp);
}

static unsigned long zone_free_pcp(struct zone *zone)
{
	unsigned long free_pcp = 0;
	int cpu;

	for_each_online_cpu(cpu)
		free_pcp += zone_pcp(zone, cpu)->count;
	return free_pcp;
}

/* Pages of all zones; what has no counter here is 0. */
struct mem_totals {
	unsigned long free, free_pcp, free_cma;
	unsigned long inactive_anon, inactive_file;
};

static void sum_zone(struct mem_totals *sum, struct zone *zone)
{
	sum->free += zone_page_state(zone, NR_FREE_PAGES);
	sum->free_pcp += zone_free_pcp(zone);
	sum->free_cma += zone_page_state(zone, NR_FREE_CMA_PAGES);
	sum->inactive_anon += zone_page_state(zone, NR_ZONE_INACTIVE_ANON);
	sum->inactive_file += zone_page_state(zone, NR_ZONE_INACTIVE_FILE);
}

static void show_totals(struct mem_totals *sum)
{
	printk("active_anon:%lu inactive_anon:%lu isolated_anon:%lu\n"
	       " active_file:%lu inactive_file:%lu isolated_file:%lu\n"
	       " unevictable:%lu dirty:%lu writeback:%lu\n"
	       " slab_reclaimable:%lu slab_unreclaimable:%lu\n",
	       0UL, sum->inactive_anon, 0UL, 0UL, sum->inactive_file, 0UL, 0UL, 0UL, 0UL, 0UL, 0UL);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0)
	printk(KERN_CONT " mapped:%lu shmem:%lu pagetables:%lu\n"
	       " sec_pagetables:%lu bounce:%lu\n"
	       " kernel_misc_reclaimable:%lu\n",
	       0UL, 0UL, 0UL, 0UL, 0UL, 0UL);
#else
	printk(KERN_CONT " mapped:%lu shmem:%lu pagetables:%lu bounce:%lu\n", 0UL, 0UL, 0UL, 0UL);
#endif
	printk(KERN_CONT " free:%lu free_pcp:%lu free_cma:%lu\n", sum->free, sum->free_pcp,
	       sum->free_cma);
}

static void show_pgdat(struct pglist_data *pgdat)
{
	const char *unreclaimable = pgdat->kswapd_failures >= MAX_RECLAIM_RETRIES ? "yes" : "no";
	struct mem_totals sum = { };
	int i;

	for (i = 0; i < MAX_NR_ZONES; i++) {
		if (populated_zone(&pgdat->node_zones[i]))
			sum_zone(&sum, &pgdat->node_zones[i]);
	}

	printk("Node %d active_anon:%lukB inactive_anon:%lukB active_file:%lukB inactive_file:%lukB"
	       " unevictable:%lukB isolated(anon):%lukB isolated(file):%lukB mapped:%lukB"
	       " dirty:%lukB writeback:%lukB shmem:%lukB",
	       pgdat->node_id, 0UL, K(sum.inactive_anon), 0UL, K(sum.inactive_file), 0UL, 0UL, 0UL,
	       0UL, 0UL, 0UL, 0UL);
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0)
	printk(KERN_CONT " shmem_thp:%lukB shmem_pmdmapped:%lukB anon_thp:%lukB", 0UL, 0UL, 0UL);
#else
	printk(KERN_CONT " shmem_thp: %lukB shmem_pmdmapped: %lukB anon_thp: %lukB", 0UL, 0UL, 0UL);
#endif
#endif
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
	printk(KERN_CONT " writeback_tmp:%lukB", 0UL);
#endif
	printk(KERN_CONT " kernel_stack:%lukB", 0UL);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0)
	printk(KERN_CONT " pagetables:%lukB sec_pagetables:%lukB", 0UL, 0UL);
#endif
	printk(KERN_CONT " all_unreclaimable? %s", unreclaimable);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0)
	printk(KERN_CONT " Balloon:%lukB gpu_active:%lukB gpu_reclaim:%lukB", 0UL, 0UL, 0UL);
#endif
	printk(KERN_CONT "\n");
}

static void show_zone(struct zone *zone)
{
	int i;

	show_node(zone);
	printk(KERN_CONT "%s free:%lukB", zone->name, K(zone_page_state(zone, NR_FREE_PAGES)));
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0)
	printk(KERN_CONT " boost:%lukB", K(zone->watermark_boost));
#endif
	printk(KERN_CONT " min:%lukB low:%lukB high:%lukB reserved_highatomic:%luKB",
	       K(min_wmark_pages(zone)), K(low_wmark_pages(zone)), K(high_wmark_pages(zone)),
	       K(zone->nr_reserved_highatomic));
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0)
	printk(KERN_CONT " free_highatomic:%luKB", K(zone->nr_free_highatomic));
#endif
	printk(KERN_CONT " active_anon:%lukB inactive_anon:%lukB active_file:%lukB"
	       " inactive_file:%lukB unevictable:%lukB writepending:%lukB",
	       0UL, K(zone_page_state(zone, NR_ZONE_INACTIVE_ANON)), 0UL,
	       K(zone_page_state(zone, NR_ZONE_INACTIVE_FILE)), 0UL, 0UL);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0)
	printk(KERN_CONT " zspages:%lukB", 0UL);
#endif
	printk(KERN_CONT " present:%lukB managed:%lukB mlocked:%lukB", K(zone->present_pages),
	       K(zone_managed_pages(zone)), 0UL);
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
	printk(KERN_CONT " pagetables:%lukB", 0UL);
#endif
	printk(KERN_CONT " bounce:%lukB free_pcp:%lukB local_pcp:%ukB free_cma:%lukB\n", 0UL,
	       K(zone_free_pcp(zone)), K(zone_pcp(zone, raw_smp_processor_id())->count),
	       K(zone_page_state(zone, NR_FREE_CMA_PAGES)));

	printk("lowmem_reserve[]:");
	for (i = 0; i < MAX_NR_ZONES; i++)
		printk(KERN_CONT " %ld", zone->lowmem_reserve[i]);
	printk(KERN_CONT "\n");
}

/* How the zone's free memory is cut up. */
static void show_free_blocks(struct zone *zone)
{
	unsigned long nr[NR_PAGE_ORDERS], flags, total = 0;
	unsigned char types[NR_PAGE_ORDERS];
	struct free_area *area;
	unsigned int order;
	int type;

	atomic {
		show_node(zone);
		printk(KERN_CONT "%s: ", zone->name);
	}

	spin_lock_irqsave(&zone->lock, flags);
	atomic {
		for (order = 0; order < NR_PAGE_ORDERS; order++) {
			area = &zone->free_area[order];
			nr[order] = area->nr_free;
			total += nr[order] << order;

			types[order] = 0;
			for (type = 0; type < MIGRATE_TYPES; type++) {
				if (!free_area_empty(area, type))
					types[order] |= 1 << type;
			}
		}
	}
	spin_unlock_irqrestore(&zone->lock, flags);

	atomic {
		for (order = 0; order < NR_PAGE_ORDERS; order++) {
			printk(KERN_CONT "%lu*%lukB ", nr[order], K(1UL) << order);
			if (nr[order])
				show_migration_types(types[order]);
		}
		printk(KERN_CONT "= %lukB\n", K(total));
	}
}

static void show_swap_cache_info(void)
{
	printk("%lu pages in swap cache\n", 0UL);
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
	printk("Swap cache stats: add %lu, delete %lu, find %lu/%lu\n", 0UL, 0UL, 0UL, 0UL);
#endif
	printk("Free swap  = %ldkB\n", 0L);
	printk("Total swap = %lukB\n", 0UL);
}

static void show_free_areas(unsigned int filter, nodemask_t *nodemask, int max_zone_idx)
{
	struct mem_totals sum = { };
	struct zone *zone;
	int nid;

	atomic {
		for_each_populated_zone(zone) {
			if (!show_mem_node_skip(filter, zone_to_nid(zone), nodemask))
				sum_zone(&sum, zone);
		}
		show_totals(&sum);

		for_each_online_node(nid) {
			if (!show_mem_node_skip(filter, nid, nodemask))
				show_pgdat(NODE_DATA(nid));
		}

		for_each_populated_zone(zone) {
			if (zone_idx(zone) <= max_zone_idx &&
			    !show_mem_node_skip(filter, zone_to_nid(zone), nodemask))
				show_zone(zone);
		}
	}

	for_each_populated_zone(zone) {
		if (zone_idx(zone) <= max_zone_idx &&
		    !show_mem_node_skip(filter, zone_to_nid(zone), nodemask))
			show_free_blocks(zone);
	}

	atomic {
		printk("%ld total pagecache pages\n", sum.inactive_file);
		show_swap_cache_info();
	}
}

/* Until v6.1 all zones were shown, whatever the request could have used. */
void show_mem(unsigned int filter, nodemask_t *nodemask, int max_zone_idx)
{
	unsigned long total = 0, reserved = 0, highmem = 0;
	struct zone *zone;

	if (LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0))
		max_zone_idx = MAX_NR_ZONES - 1;

	printk("Mem-Info:\n");
	show_free_areas(filter, nodemask, max_zone_idx);

	atomic {
		for_each_populated_zone(zone) {
			total += zone->present_pages;
			reserved += zone->present_pages - zone_managed_pages(zone);
			if (zone_idx(zone) == ZONE_MOVABLE)
				highmem += zone->present_pages;
		}
		printk("%lu pages RAM\n", total);
		printk("%lu pages HighMem/MovableOnly\n", highmem);
		printk("%lu pages reserved\n", reserved);
#ifdef CONFIG_CMA
		printk("%lu pages cma reserved\n", totalcma_pages);
#endif
	}
}
