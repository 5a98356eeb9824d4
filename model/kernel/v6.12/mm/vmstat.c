// SPDX-License-Identifier: GPL-2.0-only
/* Counters of a zone: one each; the kernel has one and a small difference for each CPU. */
#include <linux/mm.h>

void __mod_zone_page_state(struct zone *zone, enum zone_stat_item item, long delta)
{
	atomic_long_add(delta, &zone->vm_stat[item]);
}
