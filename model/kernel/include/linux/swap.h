/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_SWAP_H
#define _LINUX_SWAP_H

#include <linux/mmzone.h>

/* Pages that one call of reclaim wants to free. */
#define SWAP_CLUSTER_MAX 32UL

unsigned long try_to_free_pages(struct zonelist *zonelist, int order, gfp_t gfp_mask,
				nodemask_t *nodemask);
unsigned long zone_reclaimable_pages(struct zone *zone);

#endif
