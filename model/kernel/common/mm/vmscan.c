// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reclaim as a request meets it: waking kswapd, and direct reclaim of the page cache that the
 * scenario gives a zone. kswapd itself never runs: once awake it counts as busy, without effect.
 */
#include <linux/compaction.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/swap.h>
#include <linux/wait.h>
#include <model/boot.h>
#include "internal.h"

struct scan_control {
	unsigned long nr_to_reclaim;
	unsigned long nr_reclaimed;
	int order;
	enum zone_type reclaim_idx;
	bool compaction_ready;
};

/* Clean page cache can go without I/O; there is no swap, so anonymous memory stays. */
unsigned long zone_reclaimable_pages(struct zone *zone)
{
	return zone_page_state(zone, NR_ZONE_INACTIVE_FILE);
}

/* ---------------------------------------------------------------- pages in use */

/* Takes one page off; NULL when there is none. pgdat->lru_lock held. */
static struct page *lru_range_take(struct lru_range *lru)
{
	struct page *page;

	page = list_first_entry_or_null(&lru->moved, struct page, lru);
	if (page) {
		list_del(&page->lru);
		return page;
	}
	if (!lru->nr)
		return NULL;
	page = pfn_to_page(lru->pfn);
	set_page_count(page, 1);
	lru->pfn++;
	lru->nr--;
	return page;
}

/*
 * The pages of [start, start + nr) have been moved to those on the list. What lies behind them is
 * kept on a list as well: the range has to stay in one piece.
 */
void lru_range_migrate(struct lru_range *lru, unsigned long start, unsigned long nr,
		       struct list_head *to)
{
	unsigned long end = lru->pfn + lru->nr;
	unsigned long pfn;
	struct page *page;

	for (pfn = start + nr; pfn < end; pfn++) {
		page = pfn_to_page(pfn);
		set_page_count(page, 1);
		list_add_tail(&page->lru, &lru->moved);
	}
	lru->nr = start - lru->pfn;

	while (nr--) {
		page = list_first_entry(to, struct page, lru);
		list_move_tail(&page->lru, &lru->moved);
	}
}

/* The killed process is gone: its memory returns, in the largest blocks it makes. */
unsigned long lru_range_exit(struct zone *zone, struct lru_range *lru)
{
	unsigned long freed = lru->nr;
	unsigned long pfn = lru->pfn;
	struct page *page, *next;

	lru->nr = 0;
	model_free_range(pfn, pfn + freed);
	list_for_each_entry_safe(page, next, &lru->moved, lru) {
		list_del(&page->lru);
		__free_page(page);
		freed++;
	}
	__mod_zone_page_state(zone, NR_ZONE_INACTIVE_ANON, -freed);
	return freed;
}

/* ---------------------------------------------------------------- direct reclaim */

/* Up to a cluster of clean pages of the zone's page cache; each is freed the ordinary way. */
static unsigned long shrink_inactive_list(unsigned long nr_to_scan, struct zone *zone)
{
	struct pglist_data *pgdat = zone->zone_pgdat;
	unsigned long nr_taken = 0;
	struct page *page, *next;
	LIST_HEAD(page_list);

	spin_lock_irq(&pgdat->lru_lock);
	while (nr_taken < nr_to_scan) {
		page = lru_range_take(&zone->lru[LRU_FILE]);
		if (!page)
			break;
		list_add_tail(&page->lru, &page_list);
		nr_taken++;
	}
	__mod_zone_page_state(zone, NR_ZONE_INACTIVE_FILE, -nr_taken);
	spin_unlock_irq(&pgdat->lru_lock);

	list_for_each_entry_safe(page, next, &page_list, lru) {
		list_del(&page->lru);
		__free_page(page);
	}
	return nr_taken;
}

/* Whether compaction had better be tried now. */
static bool compaction_ready(struct zone *zone, struct scan_control *sc)
{
	unsigned long watermark;
	enum compact_result suitable;

	suitable = compaction_suitable(zone, sc->order, 0, sc->reclaim_idx);
	if (suitable == COMPACT_SUCCESS)
		return true;
	if (suitable == COMPACT_SKIPPED)
		return false;

	watermark = high_wmark_pages(zone) + compact_gap(sc->order);
	return zone_watermark_ok(zone, 0, watermark, sc->reclaim_idx, 0);
}

static void shrink_zones(struct zonelist *zonelist, nodemask_t *nodemask, struct scan_control *sc)
{
	unsigned long nr;
	struct zoneref *z;
	struct zone *zone;

	for_each_zone_zonelist_nodemask(zone, z, zonelist, sc->reclaim_idx, nodemask) {
		if (sc->order > PAGE_ALLOC_COSTLY_ORDER && compaction_ready(zone, sc)) {
			sc->compaction_ready = true;
			continue;
		}

		nr = min(sc->nr_to_reclaim, zone_reclaimable_pages(zone));
		/* The environment may have pinned them all. */
		if (nr && model_may_reclaim())
			sc->nr_reclaimed += shrink_inactive_list(nr, zone);
		if (sc->nr_reclaimed >= sc->nr_to_reclaim)
			break;
	}
}

/*
 * The kernel scans in up to thirteen passes of rising priority; here one pass sees everything.
 * Shrinkers of slab caches find nothing.
 */
static unsigned long do_try_to_free_pages(struct zonelist *zonelist, nodemask_t *nodemask,
					  struct scan_control *sc)
{
	shrink_zones(zonelist, nodemask, sc);
	cond_resched();

	if (sc->nr_reclaimed)
		return sc->nr_reclaimed;
	return sc->compaction_ready ? 1 : 0;
}

/* Direct reclaim. Nobody is throttled: kswapd, which ends that, does not run. */
unsigned long try_to_free_pages(struct zonelist *zonelist, int order, gfp_t gfp_mask,
				nodemask_t *nodemask)
{
	struct scan_control sc = {
		.nr_to_reclaim = SWAP_CLUSTER_MAX,
		.reclaim_idx = gfp_zone(gfp_mask),
		.order = order,
	};

	return do_try_to_free_pages(zonelist, nodemask, &sc);
}

/* ---------------------------------------------------------------- kswapd */

/* Whether some zone of the node, up to highest_zoneidx, is above its high watermark. */
static bool pgdat_balanced(struct pglist_data *pgdat, int order, int highest_zoneidx)
{
	struct zone *zone;
	int i;

	for (i = 0; i <= highest_zoneidx; i++) {
		zone = &pgdat->node_zones[i];
		if (!managed_zone(zone))
			continue;
		if (zone_watermark_ok(zone, order, high_wmark_pages(zone), highest_zoneidx, 0))
			return true;
	}
	return false;
}

static bool pgdat_watermark_boosted(struct pglist_data *pgdat, int highest_zoneidx)
{
	int i;

	for (i = highest_zoneidx; i >= 0; i--) {
		if (managed_zone(&pgdat->node_zones[i]) && pgdat->node_zones[i].watermark_boost)
			return true;
	}
	return false;
}

/*
 * Tells kswapd what is wanted and wakes it if it sleeps: that takes the lock of its wait queue, a
 * spinlock_t, and inside it the raw locks of the task and of its run queue.
 */
void wakeup_kswapd(struct zone *zone, gfp_t gfp_mask, int order, enum zone_type highest_zoneidx)
{
	struct pglist_data *pgdat = zone->zone_pgdat;
	enum zone_type curr_idx;

	if (!managed_zone(zone))
		return;

	curr_idx = READ_ONCE(pgdat->kswapd_highest_zoneidx);
	if (curr_idx == MAX_NR_ZONES || curr_idx < highest_zoneidx)
		WRITE_ONCE(pgdat->kswapd_highest_zoneidx, highest_zoneidx);
	if (READ_ONCE(pgdat->kswapd_order) < order)
		WRITE_ONCE(pgdat->kswapd_order, order);

	if (!waitqueue_active(&pgdat->kswapd_wait))
		return;

	/*
	 * Nothing that kswapd could do. Who reclaims himself will compact himself; for the others
	 * there is kcompactd.
	 */
	if (pgdat->kswapd_failures >= MAX_RECLAIM_RETRIES ||
	    (pgdat_balanced(pgdat, order, highest_zoneidx) &&
	     !pgdat_watermark_boosted(pgdat, highest_zoneidx))) {
		if (!(gfp_mask & __GFP_DIRECT_RECLAIM))
			wakeup_kcompactd(pgdat, order, highest_zoneidx);
		return;
	}

	wake_up_interruptible(&pgdat->kswapd_wait);
}
