// SPDX-License-Identifier: GPL-2.0-only
/*
 * Direct compaction: when it is tried, and what it does to the free lists.
 *
 * Pages that can be moved are those on the LRU lists (page cache, the killable process). Without
 * any, compaction scans and finds nothing. Which pages are pinned is the environment's choice.
 * Scanners and pageblock skip bits are left out. kcompactd is woken but never runs.
 */
#include <linux/compaction.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/swap.h>
#include <linux/wait.h>
#include <model/boot.h>
#include "internal.h"

/* After that many failures in a row only each 2^6th attempt is made. */
#define COMPACT_MAX_DEFER_SHIFT 6
/* Below that, a failure is for want of memory rather than of order. */
#define sysctl_extfrag_threshold 500

static void defer_compaction(struct zone *zone, int order)
{
	zone->compact_considered = 0;
	zone->compact_defer_shift++;

	if (order < zone->compact_order_failed)
		zone->compact_order_failed = order;
	if (zone->compact_defer_shift > COMPACT_MAX_DEFER_SHIFT)
		zone->compact_defer_shift = COMPACT_MAX_DEFER_SHIFT;
}

static bool compaction_deferred(struct zone *zone, int order)
{
	unsigned long defer_limit = 1UL << zone->compact_defer_shift;

	if (order < zone->compact_order_failed)
		return false;

	if (++zone->compact_considered >= defer_limit) {
		zone->compact_considered = defer_limit;
		return false;
	}
	return true;
}

/* A block could be had: with alloc_success it has been. */
void compaction_defer_reset(struct zone *zone, int order, bool alloc_success)
{
	if (alloc_success) {
		zone->compact_considered = 0;
		zone->compact_defer_shift = 0;
	}
	if (order >= zone->compact_order_failed)
		zone->compact_order_failed = order + 1;
}

/* Near 0: no memory; near 1000: memory in pieces; -1000: a block is there. */
static int fragmentation_index(struct zone *zone, unsigned int order)
{
	unsigned long requested = 1UL << order;
	unsigned long free_pages = 0, free_blocks = 0;
	unsigned int o;

	for (o = 0; o < NR_PAGE_ORDERS; o++) {
		unsigned long blocks = zone->free_area[o].nr_free;

		free_blocks += blocks;
		free_pages += blocks << o;
		if (o >= order && blocks)
			return -1000;
	}
	if (!free_blocks)
		return 0;
	return 1000 - (1000 + free_pages * 1000 / requested) / free_blocks;
}

static enum compact_result __compaction_suitable(struct zone *zone, int order,
						 unsigned int alloc_flags, int highest_zoneidx,
						 unsigned long wmark_target)
{
	unsigned long watermark = wmark_pages(zone, alloc_flags & ALLOC_WMARK_MASK);

	if (zone_watermark_ok(zone, order, watermark, highest_zoneidx, alloc_flags))
		return COMPACT_SUCCESS;

	watermark = order > PAGE_ALLOC_COSTLY_ORDER ? low_wmark_pages(zone) : min_wmark_pages(zone);
	watermark += compact_gap(order);
	if (!__zone_watermark_ok(zone, 0, watermark, highest_zoneidx, ALLOC_CMA, wmark_target))
		return COMPACT_SKIPPED;
	return COMPACT_CONTINUE;
}

enum compact_result compaction_suitable(struct zone *zone, int order, unsigned int alloc_flags,
					int highest_zoneidx)
{
	enum compact_result ret;
	int fragindex;

	ret = __compaction_suitable(zone, order, alloc_flags, highest_zoneidx,
				    zone_page_state(zone, NR_FREE_PAGES));
	if (ret == COMPACT_CONTINUE && order > PAGE_ALLOC_COSTLY_ORDER) {
		fragindex = fragmentation_index(zone, order);
		if (fragindex >= 0 && fragindex <= sysctl_extfrag_threshold)
			ret = COMPACT_NOT_SUITABLE_ZONE;
	}
	return ret == COMPACT_NOT_SUITABLE_ZONE ? COMPACT_SKIPPED : ret;
}

/* Whether compaction could begin in some zone if all that can be reclaimed were. */
bool compaction_zonelist_suitable(struct alloc_context *ac, int order, int alloc_flags)
{
	unsigned long available;
	struct zoneref *z;
	struct zone *zone;

	for_each_zone_zonelist_nodemask(zone, z, ac->zonelist, ac->highest_zoneidx, ac->nodemask) {
		available = zone_reclaimable_pages(zone) / order;
		available += zone_page_state(zone, NR_FREE_PAGES);
		if (__compaction_suitable(zone, order, alloc_flags, ac->highest_zoneidx,
					  available) != COMPACT_SKIPPED)
			return true;
	}
	return false;
}

/* The first pfn of the last aligned block of this order whose pages can all be moved; 0: none. */
static unsigned long find_movable_block(struct lru_range *lru, int order)
{
	unsigned long end = ALIGN_DOWN(lru->pfn + lru->nr, 1UL << order);

	if (end < lru->pfn + (1UL << order))
		return 0;
	return end - (1UL << order);
}

/* Free pages to move to, in single ones, the smallest blocks first. zone->lock held. */
static int isolate_freepages(struct zone *zone, struct list_head *freelist, int nr)
{
	struct page *page;
	int order = 0;
	int taken = 0;
	int mt, i;

	while (taken < nr && order < NR_PAGE_ORDERS) {
		page = NULL;
		for (mt = 0; mt < MIGRATE_PCPTYPES && !page; mt++)
			page = list_first_entry_or_null(&zone->free_area[order].free_list[mt],
							struct page, lru);
		if (!page) {
			order++;
			continue;
		}
		if (!__isolate_free_page(page, order))
			break;
		kernel_map_pages(page, 1 << order, 1);
		for (i = 0; i < 1 << order; i++, taken++) {
			set_page_count(page + i, 1);
			list_add_tail(&page[i].lru, freelist);
		}
	}
	return taken;
}

static void release_freepages(struct list_head *freelist)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, freelist, lru) {
		list_del(&page->lru);
		__free_page(page);
	}
}

/* Moves the pages of a block to free ones and gives the block to the buddy lists. */
static enum compact_result compact_block(struct zone *zone, struct lru_range *lru, int order)
{
	enum compact_result ret = COMPACT_COMPLETE;
	unsigned long start, flags;
	LIST_HEAD(freepages);
	int taken;

	start = find_movable_block(lru, order);
	if (!start || !model_may_migrate())
		return COMPACT_COMPLETE;

	spin_lock_irqsave(&zone->lock, flags);
	taken = isolate_freepages(zone, &freepages, 1 << order);
	spin_unlock_irqrestore(&zone->lock, flags);

	if (taken >= 1 << order) {
		spin_lock_irqsave(&zone->zone_pgdat->lru_lock, flags);
		lru_range_migrate(lru, start, 1 << order, &freepages);
		spin_unlock_irqrestore(&zone->zone_pgdat->lru_lock, flags);

		set_page_count(pfn_to_page(start), 1);
		__free_pages(pfn_to_page(start), order);
		ret = COMPACT_SUCCESS;
	}
	release_freepages(&freepages);
	return ret;
}

static enum compact_result compact_zone(struct zone *zone, int order, unsigned int alloc_flags,
					int highest_zoneidx)
{
	enum compact_result ret;
	int i;

	ret = compaction_suitable(zone, order, alloc_flags, highest_zoneidx);
	if (ret != COMPACT_CONTINUE)
		return ret;

	for (i = 0; i < NR_LRU_RANGES; i++) {
		cond_resched();
		ret = compact_block(zone, &zone->lru[i], order);
		if (ret == COMPACT_SUCCESS)
			return ret;
	}
	return COMPACT_COMPLETE;
}

static enum compact_result compact_zone_order(struct zone *zone, int order,
					      unsigned int alloc_flags, int highest_zoneidx)
{
	return compact_zone(zone, order, alloc_flags, highest_zoneidx);
}

enum compact_result try_to_compact_pages(gfp_t gfp_mask, unsigned int order,
					 unsigned int alloc_flags, const struct alloc_context *ac,
					 enum compact_priority prio)
{
	enum compact_result rc = COMPACT_SKIPPED;
	enum compact_result status;
	struct zoneref *z;
	struct zone *zone;

	/* Moving pages may need I/O. */
	if (!(gfp_mask & __GFP_IO))
		return COMPACT_SKIPPED;

	for_each_zone_zonelist_nodemask(zone, z, ac->zonelist, ac->highest_zoneidx, ac->nodemask) {
		if (prio > MIN_COMPACT_PRIORITY && compaction_deferred(zone, order)) {
			rc = max(COMPACT_DEFERRED, rc);
			continue;
		}

		status = compact_zone_order(zone, order, alloc_flags, ac->highest_zoneidx);
		rc = max(status, rc);

		if (status == COMPACT_SUCCESS) {
			compaction_defer_reset(zone, order, false);
			break;
		}
		/* Only an attempt that was meant counts as a failure. */
		if (prio != COMPACT_PRIO_ASYNC &&
		    (status == COMPACT_COMPLETE || status == COMPACT_PARTIAL_SKIPPED))
			defer_compaction(zone, order);
	}
	return rc;
}

/* ---------------------------------------------------------------- kcompactd */

/* Whether compaction of some zone of the node would get as far as to begin. */
static bool kcompactd_node_suitable(struct pglist_data *pgdat)
{
	struct zone *zone;
	int zoneid;

	for (zoneid = 0; zoneid <= (int)pgdat->kcompactd_highest_zoneidx; zoneid++) {
		zone = &pgdat->node_zones[zoneid];
		if (populated_zone(zone) &&
		    compaction_suitable(zone, pgdat->kcompactd_max_order, 0,
					pgdat->kcompactd_highest_zoneidx) == COMPACT_CONTINUE)
			return true;
	}
	return false;
}

/* Tells kcompactd what is wanted and wakes it if it sleeps: the same locks as waking kswapd. */
void wakeup_kcompactd(struct pglist_data *pgdat, int order, int highest_zoneidx)
{
	if (!order)
		return;

	if (pgdat->kcompactd_max_order < order)
		pgdat->kcompactd_max_order = order;
	if ((int)pgdat->kcompactd_highest_zoneidx > highest_zoneidx)
		pgdat->kcompactd_highest_zoneidx = highest_zoneidx;

	if (!waitqueue_active(&pgdat->kcompactd_wait))
		return;
	if (!kcompactd_node_suitable(pgdat))
		return;

	wake_up_interruptible(&pgdat->kcompactd_wait);
}
