/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_COMPACTION_H
#define _LINUX_COMPACTION_H

#include <linux/mmzone.h>

/* How hard compaction tries: the smaller the harder. */
enum compact_priority {
	COMPACT_PRIO_SYNC_FULL,
	MIN_COMPACT_PRIORITY = COMPACT_PRIO_SYNC_FULL,
	COMPACT_PRIO_SYNC_LIGHT,
	MIN_COMPACT_COSTLY_PRIORITY = COMPACT_PRIO_SYNC_LIGHT,
	DEF_COMPACT_PRIORITY = COMPACT_PRIO_SYNC_LIGHT,
	COMPACT_PRIO_ASYNC,
	INIT_COMPACT_PRIORITY = COMPACT_PRIO_ASYNC
};

/* What came of it; of several zones the largest counts. */
enum compact_result {
	COMPACT_NOT_SUITABLE_ZONE,
	COMPACT_SKIPPED,		/* too little free to begin */
	COMPACT_DEFERRED,		/* failed lately */
	COMPACT_NO_SUITABLE_PAGE,
	COMPACT_CONTINUE,
	COMPACT_COMPLETE,		/* the whole zone scanned, no block */
	COMPACT_PARTIAL_SKIPPED,
	COMPACT_CONTENDED,
	COMPACT_SUCCESS,
};

/* Free pages that compaction wants to work with. */
#define compact_gap(order) (2UL << (order))

enum compact_result compaction_suitable(struct zone *zone, int order, unsigned int alloc_flags,
					int highest_zoneidx);
void wakeup_kcompactd(struct pglist_data *pgdat, int order, int highest_zoneidx);
void compaction_defer_reset(struct zone *zone, int order, bool alloc_success);

#define compaction_made_progress(result) ((result) == COMPACT_SUCCESS)
#define compaction_failed(result) ((result) == COMPACT_COMPLETE)
#define compaction_needs_reclaim(result) ((result) == COMPACT_SKIPPED)
#define compaction_withdrawn(result)						\
	((result) == COMPACT_DEFERRED || (result) == COMPACT_CONTENDED ||	\
	 (result) == COMPACT_PARTIAL_SKIPPED)

#endif
