#include <linux/version.h>

/*
 * Watermarks, reserves and per-CPU lists, computed as a booting kernel does: min_free_kbytes and the
 * reserves first, the watermarks once more when boot has given back more of its own memory. How much
 * memory there was at those two moments nobody wrote down: it is looked for, between what the
 * recorded reserve implies and what there was in the end.
 */
static const struct recorded {
	unsigned long managed, min, low, high, promo, reserve, batch, pcp_high;
} recorded[2] = { RECORDED };

static unsigned long early, late;
static int found;

static struct zone *zone_nr(int i)
{
	return &NODE_DATA(0)->node_zones[i];
}

static bool marks_agree(int i)
{
	struct zone *zone = zone_nr(i);

	return zone->_watermark[WMARK_MIN] == recorded[i].min &&
	       zone->_watermark[WMARK_LOW] == recorded[i].low &&
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 18, 0)
	       zone->_watermark[WMARK_PROMO] == recorded[i].promo &&
#endif
	       zone->_watermark[WMARK_HIGH] == recorded[i].high;
}

static bool reserves_agree(void)
{
	return zone_nr(ZONE_DMA)->lowmem_reserve[ZONE_DMA32] == recorded[ZONE_DMA].reserve &&
	       zone_nr(ZONE_DMA)->lowmem_reserve[ZONE_NORMAL] == recorded[ZONE_DMA].reserve;
}

static bool lists_agree(int i)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0)
	return max(1, zone_batchsize(zone_nr(i))) == recorded[i].batch;
#else
	struct per_cpu_pages *pcp = zone_pcp(zone_nr(i), 0);
	unsigned long high = recorded[i].pcp_high;

	/* The mark moves between its bounds, and is 0 until somebody looks at it. */
	return pcp->batch == recorded[i].batch &&
	       (!high || (pcp->high_min <= high && high <= pcp->high_max));
#endif
}

/* The first computation: there are no watermarks yet, which it would take off. */
static void compute_early(void)
{
	memset(zone_nr(ZONE_DMA)->_watermark, 0, sizeof(zone_nr(ZONE_DMA)->_watermark));
	memset(zone_nr(ZONE_DMA32)->_watermark, 0, sizeof(zone_nr(ZONE_DMA32)->_watermark));
	atomic_long_set(&zone_nr(ZONE_DMA32)->managed_pages, early);
	init_per_zone_wmark_min();
}

static bool late_agrees(void)
{
	atomic_long_set(&zone_nr(ZONE_DMA32)->managed_pages, late);
	setup_per_zone_wmarks();
	return marks_agree(ZONE_DMA) && marks_agree(ZONE_DMA32) && lists_agree(ZONE_DMA) &&
	       lists_agree(ZONE_DMA32);
}

int look(void)
{
	unsigned long managed = recorded[ZONE_DMA32].managed;
	unsigned long first = recorded[ZONE_DMA].reserve * 256;
	int tried = 0;

	for (early = first; early < first + 256 && early <= managed && !found; early += 4) {
		compute_early();
		if (min_free_kbytes == tried || !reserves_agree())
			continue;
		tried = min_free_kbytes;
		for (late = early; late <= managed && !found; late += 4)
			found = late_agrees();
	}
	return 0;
}

int call(void)
{
	return found;
}
