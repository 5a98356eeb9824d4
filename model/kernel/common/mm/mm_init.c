// SPDX-License-Identifier: GPL-2.0-only
/*
 * Setting the zones up, and the arithmetic of watermarks and reserves. In the kernel this is in
 * mm/page_alloc.c and, in recent versions, in mm/mm_init.c too.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/version.h>
#include "internal.h"
#include "page_alloc.h"

struct pglist_data contig_page_data;
#ifdef CONFIG_NUMA
static struct pglist_data node1_page_data;
struct pglist_data *node_data[MAX_NUMNODES] = { &contig_page_data, &node1_page_data };
#endif
unsigned long totalcma_pages;
DEFINE_PER_CPU(struct vm_event_state, vm_event_states);

gfp_t gfp_allowed_mask = ~0u;
int page_group_by_mobility_disabled;

const unsigned char gfp_zone_table[16] = {
	[0] = ZONE_NORMAL,
	[___GFP_DMA] = ZONE_DMA,
	[___GFP_HIGHMEM] = ZONE_NORMAL,
	[___GFP_DMA32] = ZONE_DMA32,
	[___GFP_MOVABLE] = ZONE_NORMAL,
	[___GFP_MOVABLE | ___GFP_DMA] = ZONE_DMA,
	[___GFP_MOVABLE | ___GFP_HIGHMEM] = ZONE_MOVABLE,
	[___GFP_MOVABLE | ___GFP_DMA32] = ZONE_DMA32,
};

int sysctl_lowmem_reserve_ratio[MAX_NR_ZONES] = {
	[ZONE_DMA] = 256,
	[ZONE_DMA32] = 256,
	[ZONE_NORMAL] = 32,
	[ZONE_MOVABLE] = 0,
};

int min_free_kbytes = 1024;
int user_min_free_kbytes = -1;
int watermark_boost_factor = 15000;
int watermark_scale_factor = 10;

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0)
void set_pageblock_migratetype(struct page *page, int migratetype)
{
	if (unlikely(page_group_by_mobility_disabled && migratetype < MIGRATE_PCPTYPES))
		migratetype = MIGRATE_UNMOVABLE;

	pageblock_start(page)->pageblock = migratetype ^ MIGRATE_MOVABLE;
}
#endif

void __meminit free_area_init_zone(struct zone *zone)
{
	unsigned int order;
	int t;

	for (order = 0; order < NR_PAGE_ORDERS; order++) {
		for (t = 0; t < MIGRATE_TYPES; t++)
			INIT_LIST_HEAD(&zone->free_area[order].free_list[t]);
		zone->free_area[order].nr_free = 0;
	}
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
	init_llist_head(&zone->trylock_free_pages);
#endif
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0)
/* About a thousandth of the zone, not more than a megabyte of it, a quarter of that, 2^n - 1. */
int zone_batchsize(struct zone *zone)
{
	int batch = zone_managed_pages(zone) / 1024;

	if (batch * PAGE_SIZE > 1024 * 1024)
		batch = 1024 * 1024 / PAGE_SIZE;
	batch /= 4;
	if (batch < 1)
		batch = 1;

	return rounddown_pow_of_two(batch + batch / 2) - 1;
}
#endif

struct zone *next_zone(struct zone *zone)
{
	struct pglist_data *pgdat = zone->zone_pgdat;

	if (zone < pgdat->node_zones + MAX_NR_ZONES - 1)
		return zone + 1;
	return pgdat->node_id + 1 < nr_online_nodes ? NODE_DATA(pgdat->node_id + 1)->node_zones : NULL;
}

/* The zones of a node, the highest first. */
static struct zoneref *build_zonerefs_node(struct pglist_data *pgdat, struct zoneref *zoneref)
{
	struct zone *zone;
	int i;

	for (i = MAX_NR_ZONES - 1; i >= 0; i--) {
		zone = &pgdat->node_zones[i];
		if (!managed_zone(zone))
			continue;
		zoneref->zone = zone;
		zoneref->zone_idx = i;
		zoneref++;
	}
	return zoneref;
}

static void end_zonelist(struct zoneref *zoneref)
{
	zoneref->zone = NULL;
	zoneref->zone_idx = 0;
}

/* First the node itself, then, if there is one, the other. */
static void build_zonelists(struct pglist_data *pgdat)
{
	struct zoneref *zoneref = pgdat->node_zonelists[ZONELIST_FALLBACK]._zonerefs;
	int nid;

	zoneref = build_zonerefs_node(pgdat, zoneref);
	for_each_online_node(nid) {
		if (nid != pgdat->node_id)
			zoneref = build_zonerefs_node(NODE_DATA(nid), zoneref);
	}
	end_zonelist(zoneref);
#ifdef CONFIG_NUMA
	zoneref = pgdat->node_zonelists[ZONELIST_NOFALLBACK]._zonerefs;
	end_zonelist(build_zonerefs_node(pgdat, zoneref));
#endif
}

void build_all_zonelists(void)
{
	unsigned long vm_total_pages = 0;
	struct zone *zone;
	int nid;

	for_each_online_node(nid)
		build_zonelists(NODE_DATA(nid));

	/* With few blocks, keeping the types apart would only waste them. */
	for_each_populated_zone(zone)
		vm_total_pages += zone_managed_pages(zone);
	page_group_by_mobility_disabled = vm_total_pages < pageblock_nr_pages * MIGRATE_TYPES;
}

static void setup_node_lowmem_reserve(struct zone *node_zones)
{
	struct zone *lower_zone;
	unsigned long managed_pages;
	int j, idx;

	for (j = 0; j < MAX_NR_ZONES; j++) {
		managed_pages = zone_managed_pages(&node_zones[j]);
		node_zones[j].lowmem_reserve[j] = 0;

		for (idx = j - 1; idx >= 0; idx--) {
			lower_zone = &node_zones[idx];
			if (!sysctl_lowmem_reserve_ratio[idx] || !managed_zone(lower_zone))
				lower_zone->lowmem_reserve[j] = 0;
			else
				lower_zone->lowmem_reserve[j] =
					managed_pages / sysctl_lowmem_reserve_ratio[idx];
			managed_pages += zone_managed_pages(lower_zone);
		}
	}
}

void setup_per_zone_lowmem_reserve(void)
{
	int nid;

	for_each_online_node(nid)
		setup_node_lowmem_reserve(NODE_DATA(nid)->node_zones);
}

/* Since v6.5 ZONE_MOVABLE counts as little as highmem. */
static bool counts_as_lowmem(struct zone *zone)
{
	return LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0) || zone_idx(zone) != ZONE_MOVABLE;
}

void setup_per_zone_wmarks(void)
{
	unsigned long pages_min = min_free_kbytes >> (PAGE_SHIFT - 10);
	unsigned long lowmem_pages = 0;
	unsigned long flags, tmp;
	struct zone *zone;

	for_each_populated_zone(zone) {
		if (counts_as_lowmem(zone))
			lowmem_pages += zone_managed_pages(zone);
	}

	for_each_populated_zone(zone) {
		spin_lock_irqsave(&zone->lock, flags);
		tmp = pages_min * zone_managed_pages(zone) / lowmem_pages;
		zone->_watermark[WMARK_MIN] = tmp;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
		if (zone_idx(zone) == ZONE_MOVABLE)
			zone->_watermark[WMARK_MIN] =
				clamp(zone_managed_pages(zone) / 1024, 32UL, 128UL);
#endif

		/* The distance between the marks. */
		tmp = max(tmp / 4, zone_managed_pages(zone) * watermark_scale_factor / 10000);
		zone->watermark_boost = 0;
		zone->_watermark[WMARK_LOW] = min_wmark_pages(zone) + tmp;
		zone->_watermark[WMARK_HIGH] = min_wmark_pages(zone) + tmp * 2;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 18, 0)
		zone->_watermark[WMARK_PROMO] = high_wmark_pages(zone) + tmp;
#endif
		spin_unlock_irqrestore(&zone->lock, flags);
	}
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 14, 0)
	for_each_populated_zone(zone)
		zone_pcp_update(zone, 0);
#endif
}

/* Pages that requests for GFP_USER could have, beyond the high watermarks. */
static unsigned long nr_free_buffer_pages(void)
{
	struct zoneref *z;
	struct zone *zone;
	unsigned long size, high;
	unsigned long sum = 0;

	for_each_zone_zonelist(zone, z, node_zonelist(0, GFP_KERNEL), gfp_zone(GFP_USER)) {
		size = zone_managed_pages(zone);
		high = high_wmark_pages(zone);
		if (size > high)
			sum += size - high;
	}
	return sum;
}

int init_per_zone_wmark_min(void)
{
	unsigned long lowmem_kbytes = nr_free_buffer_pages() * (PAGE_SIZE >> 10);
	int new_min_free_kbytes = int_sqrt(lowmem_kbytes * 16);

	if (new_min_free_kbytes > user_min_free_kbytes) {
		min_free_kbytes = new_min_free_kbytes;
		if (min_free_kbytes < 128)
			min_free_kbytes = 128;
		if (min_free_kbytes > 262144)
			min_free_kbytes = 262144;
	}
	setup_per_zone_wmarks();
	setup_per_zone_lowmem_reserve();
	return 0;
}
