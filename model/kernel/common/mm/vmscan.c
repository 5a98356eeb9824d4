// SPDX-License-Identifier: GPL-2.0-only
/* Of reclaim only the doors: waking kswapd, and entering direct reclaim. */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/wait.h>
#include "internal.h"

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
 * spinlock_t. kswapd itself never runs here: once awake it counts as busy, without effect.
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

	/* Nothing for kswapd to do. The kernel would wake kcompactd here for large blocks. */
	if (pgdat->kswapd_failures >= MAX_RECLAIM_RETRIES ||
	    (pgdat_balanced(pgdat, order, highest_zoneidx) &&
	     !pgdat_watermark_boosted(pgdat, highest_zoneidx)))
		return;

	wake_up_interruptible(&pgdat->kswapd_wait);
}

/* Direct reclaim. Of the pages in use none can be reclaimed: it looks, may sleep, frees nothing. */
unsigned long try_to_free_pages(struct zonelist *zonelist, int order, gfp_t gfp_mask,
				nodemask_t *nodemask)
{
	might_sleep();
	return 0;
}
