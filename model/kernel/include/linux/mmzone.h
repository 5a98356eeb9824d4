/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_MMZONE_H
#define _LINUX_MMZONE_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/version.h>
#include <linux/wait-queue-head.h>

/* The largest block has order 10. Until v6.3 MAX_ORDER was the first order that there is not. */
#define MAX_PAGE_ORDER 10
#define NR_PAGE_ORDERS (MAX_PAGE_ORDER + 1)
#define MAX_ORDER_NR_PAGES (1 << MAX_PAGE_ORDER)
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#define MAX_ORDER NR_PAGE_ORDERS
#endif
#define PAGE_ALLOC_COSTLY_ORDER 3

/* CONFIG_HUGETLB_PAGE: a block is a huge page. */
#define pageblock_order 9
#define pageblock_nr_pages (1UL << pageblock_order)
#define pageblock_start_pfn(pfn) ALIGN_DOWN(pfn, pageblock_nr_pages)
#define pageblock_end_pfn(pfn) ALIGN((pfn) + 1, pageblock_nr_pages)

enum migratetype {
	MIGRATE_UNMOVABLE,
	MIGRATE_MOVABLE,
	MIGRATE_RECLAIMABLE,
	MIGRATE_PCPTYPES,	/* how many the per-CPU lists know */
	MIGRATE_HIGHATOMIC = MIGRATE_PCPTYPES,
#ifdef CONFIG_CMA
	MIGRATE_CMA,
#endif
	MIGRATE_ISOLATE,
	MIGRATE_TYPES
};

struct free_area {
	struct list_head free_list[MIGRATE_TYPES];
	unsigned long nr_free;
};

#define is_migrate_isolate(migratetype) ((migratetype) == MIGRATE_ISOLATE)

/* Types that mix in a block larger than a pageblock. */
#define migratetype_is_mergeable(mt) ((mt) < MIGRATE_PCPTYPES)

#define free_area_empty(area, migratetype) list_empty(&(area)->free_list[migratetype])

enum zone_type {
	ZONE_DMA,
	ZONE_DMA32,
	ZONE_NORMAL,
	ZONE_MOVABLE,
	MAX_NR_ZONES
};

enum zone_watermarks {
	WMARK_MIN,
	WMARK_LOW,
	WMARK_HIGH,
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 18, 0)
	WMARK_PROMO,
#endif
	NR_WMARK
};

enum zone_stat_item {
	NR_FREE_PAGES,
	NR_ZONE_INACTIVE_ANON,
	NR_ZONE_INACTIVE_FILE,
	NR_FREE_CMA_PAGES,
	NR_VM_ZONE_STAT_ITEMS
};

#ifdef CONFIG_NUMA
/* How the node that a page came from relates to the one that was wanted. */
enum numa_stat_item {
	NUMA_HIT,	/* wanted, and had */
	NUMA_MISS,	/* had, another one was wanted */
	NUMA_FOREIGN,	/* wanted, another one was had */
	NUMA_LOCAL,	/* of the node that the CPU belongs to */
	NUMA_OTHER,
	NR_VM_NUMA_STAT_ITEMS
};
#endif

/*
 * Pages in use that somebody may ask back. The kernel has them on LRU lists; here they are a range
 * of frames, which costs nothing until it is touched, and a list of those that compaction moved.
 */
struct lru_range {
	unsigned long pfn;
	unsigned long nr;
	struct list_head moved;
};

enum lru_ranges {
	LRU_FILE,	/* clean page cache */
	LRU_ANON,	/* the process that the OOM killer would choose */
	NR_LRU_RANGES
};

enum zone_flags {
	ZONE_BOOSTED_WATERMARK,	/* a fallback has raised the watermarks: wake kswapd */
	ZONE_RECLAIM_ACTIVE,	/* kswapd may be working on this zone */
	ZONE_BELOW_HIGH,	/* below the high watermark when last looked at */
};

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0)
/* One CPU's stock of order-0 pages of one zone. */
struct per_cpu_pages {
#ifdef CONFIG_PREEMPT_RT
	spinlock_t lock;	/* not in v5.9: see the README */
#endif
	int count;		/* pages on all lists */
	int high;		/* at so many a batch goes back */
	int batch;		/* pages moved at a time */
	struct list_head lists[MIGRATE_PCPTYPES];
};

struct per_cpu_pageset {
	struct per_cpu_pages pcp;
};

/* A CPU's stock of a zone, whatever the version calls it. */
#define zone_pcp(zone, cpu) (&per_cpu_ptr((zone)->pageset, cpu)->pcp)
#else
/* A huge page: its order has per-CPU lists of its own. */
#define HPAGE_PMD_ORDER pageblock_order

#define NR_LOWORDER_PCP_LISTS (MIGRATE_PCPTYPES * (PAGE_ALLOC_COSTLY_ORDER + 1))
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
#define NR_PCP_THP 2
#else
#define NR_PCP_THP 0
#endif
#define NR_PCP_LISTS (NR_LOWORDER_PCP_LISTS + NR_PCP_THP)

/* per_cpu_pages.flags */
#define PCPF_PREV_FREE_HIGH_ORDER BIT(0)	/* the page freed last was of a higher order */
#define PCPF_FREE_HIGH_BATCH BIT(1)		/* the cache is large: keep a batch of such pages */

/* Refills and flushes move at most batch << this many pages. */
#define CONFIG_PCP_BATCH_SCALE_MAX 5

/* One CPU's stock of pages of one zone. */
struct per_cpu_pages {
	spinlock_t lock;	/* the owner takes it by trylock only */
	int count;		/* pages on all lists */
	int high;		/* at so many a batch goes back; tunes itself ... */
	int high_min;		/* ... between this */
	int high_max;		/* ... and that */
	int batch;		/* pages moved at a time */
	unsigned char flags;
	unsigned char alloc_factor;	/* refills since a page was freed: batch is shifted by it */
	short free_count;	/* pages freed in a row */
	struct list_head lists[NR_PCP_LISTS];
};

#define zone_pcp(zone, cpu) per_cpu_ptr((zone)->per_cpu_pageset, cpu)
#endif

struct zone {
	unsigned long _watermark[NR_WMARK];
	unsigned long watermark_boost;
	unsigned long nr_reserved_highatomic;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	unsigned long nr_free_highatomic;
#endif
	/* What this zone keeps from requests that could use zone i as well. */
	long lowmem_reserve[MAX_NR_ZONES];
	struct pglist_data *zone_pgdat;
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0)
	struct per_cpu_pageset __percpu *pageset;
#else
	struct per_cpu_pages __percpu *per_cpu_pageset;
	int pageset_high_min;
	int pageset_high_max;
	int pageset_batch;
#endif
	unsigned long zone_start_pfn;
	atomic_long_t managed_pages;
	unsigned long spanned_pages;
	unsigned long present_pages;
	const char *name;
	unsigned long nr_isolate_pageblock;
	struct free_area free_area[NR_PAGE_ORDERS];
	unsigned long flags;
	spinlock_t lock;	/* free_area, pageblock types, the counters below */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
	struct llist_head trylock_free_pages;	/* freed while the lock could not be had */
#endif
	unsigned int compact_considered;	/* attempts since the last failure */
	unsigned int compact_defer_shift;
	int compact_order_failed;
	struct lru_range lru[NR_LRU_RANGES];	/* the node's lru_lock */
	atomic_long_t vm_stat[NR_VM_ZONE_STAT_ITEMS];
#ifdef CONFIG_NUMA
	unsigned long vm_numa_stat[NR_VM_NUMA_STAT_ITEMS];
#endif
#ifdef CONFIG_CMA
	unsigned long cma_pages;
#endif
};

#define min_wmark_pages(z) ((z)->_watermark[WMARK_MIN] + (z)->watermark_boost)
#define low_wmark_pages(z) ((z)->_watermark[WMARK_LOW] + (z)->watermark_boost)
#define high_wmark_pages(z) ((z)->_watermark[WMARK_HIGH] + (z)->watermark_boost)
#define wmark_pages(z, i) ((z)->_watermark[i] + (z)->watermark_boost)

#define zone_managed_pages(zone) ((unsigned long)atomic_long_read(&(zone)->managed_pages))
#define managed_zone(zone) (zone_managed_pages(zone) != 0)
#define populated_zone(zone) ((zone)->present_pages != 0)
#define zone_end_pfn(zone) ((zone)->zone_start_pfn + (zone)->spanned_pages)
#define zone_spans_pfn(zone, pfn) ((zone)->zone_start_pfn <= (pfn) && (pfn) < zone_end_pfn(zone))

typedef struct {
	unsigned long bits[1];
} nodemask_t;

struct zoneref {
	struct zone *zone;
	int zone_idx;
};

#ifdef CONFIG_NUMA
#define MAX_NUMNODES 2
#else
#define MAX_NUMNODES 1
#endif

/* The zones to try, best first; a NULL zone ends the list. */
struct zonelist {
	struct zoneref _zonerefs[MAX_NUMNODES * MAX_NR_ZONES + 1];
};

enum {
	ZONELIST_FALLBACK,
#ifdef CONFIG_NUMA
	ZONELIST_NOFALLBACK,	/* __GFP_THISNODE: this node's zones alone */
#endif
	MAX_ZONELISTS
};

typedef struct pglist_data {
	struct zone node_zones[MAX_NR_ZONES];
	struct zonelist node_zonelists[MAX_ZONELISTS];
	int nr_zones;
	int node_id;
	wait_queue_head_t kswapd_wait;
	struct task_struct *kswapd;
	int kswapd_order;
	enum zone_type kswapd_highest_zoneidx;
	int kswapd_failures;
	wait_queue_head_t kcompactd_wait;
	int kcompactd_max_order;
	enum zone_type kcompactd_highest_zoneidx;
	spinlock_t lru_lock;
} pg_data_t;

/* The first node, and without CONFIG_NUMA the only one. */
extern struct pglist_data contig_page_data;

#ifdef CONFIG_NUMA
extern struct pglist_data *node_data[MAX_NUMNODES];
#define NODE_DATA(nid) (node_data[nid])
/* The first half of the CPUs belongs to node 0. */
#define cpu_to_node(cpu) ((cpu) * MAX_NUMNODES / (int)nr_cpu_ids)
#define numa_node_id() cpu_to_node(raw_smp_processor_id())
#else
#define NODE_DATA(nid) (&contig_page_data)
#define cpu_to_node(cpu) ((void)(cpu), 0)
#define numa_node_id() 0
#endif

#define nr_online_nodes MAX_NUMNODES
#define for_each_online_node(nid) for ((nid) = 0; (nid) < nr_online_nodes; (nid)++)
#define zone_to_nid(zone) ((zone)->zone_pgdat->node_id)
#define node_isset(nid, nodemask) (((nodemask).bits[0] >> (nid)) & 1)

#define zone_idx(zone) ((enum zone_type)((zone) - (zone)->zone_pgdat->node_zones))
/* All zones, of all nodes, the lowest first; then those that have pages. */
#define for_each_zone(zone) \
	for (zone = NODE_DATA(0)->node_zones; zone; zone = next_zone(zone))
#define for_each_populated_zone(zone)	\
	for_each_zone(zone)		\
		if (!populated_zone(zone))	\
			;		\
		else

struct zone *next_zone(struct zone *zone);

#define zonelist_zone(zoneref) ((zoneref)->zone)
#define zonelist_zone_idx(zoneref) ((zoneref)->zone_idx)

/* The first entry from z on whose zone is not above highest_zoneidx, on one of the nodes. */
static inline struct zoneref *next_zones_zonelist(struct zoneref *z,
						  enum zone_type highest_zoneidx,
						  nodemask_t *nodes)
{
	while (zonelist_zone_idx(z) > (int)highest_zoneidx ||
	       (unlikely(nodes) && zonelist_zone(z) &&
		!node_isset(zone_to_nid(zonelist_zone(z)), *nodes)))
		z++;
	return z;
}

#define first_zones_zonelist(zonelist, highest_zoneidx, nodes) \
	next_zones_zonelist((zonelist)->_zonerefs, highest_zoneidx, nodes)

#define for_next_zone_zonelist_nodemask(zone, z, highidx, nodemask)	\
	for (zone = zonelist_zone(z);					\
	     zone;							\
	     z = next_zones_zonelist(++z, highidx, nodemask),		\
		     zone = zonelist_zone(z))

#define for_each_zone_zonelist_nodemask(zone, z, zlist, highidx, nodemask)	\
	for (z = first_zones_zonelist(zlist, highidx, nodemask),		\
		     zone = zonelist_zone(z);					\
	     zone;								\
	     z = next_zones_zonelist(++z, highidx, nodemask),			\
		     zone = zonelist_zone(z))

#define for_each_zone_zonelist(zone, z, zlist, highidx) \
	for_each_zone_zonelist_nodemask(zone, z, zlist, highidx, NULL)

#endif
