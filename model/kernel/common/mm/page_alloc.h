/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What mm/page_alloc.c has the same in every version modelled: pageblock types, the checks of a
 * page on its way in and out, which block is whose buddy, where to fall back to. In the kernel all
 * of it is in mm/page_alloc.c itself.
 */
#ifndef _MM_PAGE_ALLOC_H
#define _MM_PAGE_ALLOC_H

#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include "internal.h"

/* ---------------------------------------------------------------- pageblocks */

/*
 * The kernel keeps a block's type in a bitmap of the zone; here it is in the block's first
 * struct page, such that 0 is MIGRATE_MOVABLE, the type that memmap_init() gives every block.
 */
#define pageblock_start(page) pfn_to_page(ALIGN_DOWN(page_to_pfn(page), pageblock_nr_pages))
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0)
#define get_pageblock_migratetype(page) (pageblock_start(page)->pageblock ^ MIGRATE_MOVABLE)
#endif

#define has_isolate_pageblock(zone) ((zone)->nr_isolate_pageblock != 0)

/* ---------------------------------------------------------------- bad pages */

static void bad_page(struct page *page, const char *reason)
{
	pr_alert("BUG: Bad page state in process %s  pfn:%05lx\n", current->comm, page_to_pfn(page));
	pr_alert("page dumped because: %s\n", reason);
	page->page_type = 0;
}

static inline bool page_expected_state(struct page *page, unsigned long check_flags)
{
	return page_count(page) == 0 && page->page_type == 0 && !(page->flags & check_flags);
}

static const char *page_bad_reason(struct page *page, unsigned long flags)
{
	if (page_count(page) != 0)
		return "nonzero _refcount";
	if (page->flags & flags) {
		if (flags == PAGE_FLAGS_CHECK_AT_PREP)
			return "PAGE_FLAGS_CHECK_AT_PREP flag set";
		return "PAGE_FLAGS_CHECK_AT_FREE flag(s) set";
	}
	return "nonzero mapcount";
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0)
/* True when the page may not go back to the lists. */
static inline int free_pages_check(struct page *page)
{
	if (likely(page_expected_state(page, PAGE_FLAGS_CHECK_AT_FREE)))
		return 0;

	bad_page(page, page_bad_reason(page, PAGE_FLAGS_CHECK_AT_FREE));
	return 1;
}
#endif

/* True when the page may not be handed out. */
static inline int check_new_page(struct page *page)
{
	if (likely(page_expected_state(page, PAGE_FLAGS_CHECK_AT_PREP)))
		return 0;

	bad_page(page, page_bad_reason(page, PAGE_FLAGS_CHECK_AT_PREP));
	return 1;
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0)
/* Without CONFIG_DEBUG_VM pages are looked at when they come from or go to the buddy lists. */
#define check_pcp_refill(page) check_new_page(page)
#define check_new_pcp(page) false
#define bulkfree_pcp_prepare(page) free_pages_check(page)

static bool check_new_pages(struct page *page, unsigned int order)
{
	int i;

	for (i = 0; i < (1 << order); i++) {
		if (unlikely(check_new_page(page + i)))
			return true;
	}
	return false;
}
#endif

/* ---------------------------------------------------------------- buddies */

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0)
#define get_page_from_free_area(area, migratetype) \
	list_first_entry_or_null(&(area)->free_list[migratetype], struct page, lru)
#endif

#define __find_buddy_pfn(page_pfn, order) ((page_pfn) ^ (1UL << (order)))

/* Whether buddy is a free block of this order, of the same zone as page. */
static inline bool page_is_buddy(struct page *page, struct page *buddy, unsigned int order)
{
	if (!PageBuddy(buddy))
		return false;
	if (buddy_order(buddy) != order)
		return false;
	return page_zonenum(page) == page_zonenum(buddy);
}

/* Whether the block that this one would make with its buddy is itself about to be merged. */
static inline bool buddy_merge_likely(unsigned long pfn, unsigned long buddy_pfn,
				      struct page *page, unsigned int order)
{
	struct page *higher_page;
	struct page *higher_buddy;
	unsigned long combined_pfn;

	if (order >= MAX_PAGE_ORDER - 1)
		return false;

	combined_pfn = buddy_pfn & pfn;
	higher_page = page + (combined_pfn - pfn);
	buddy_pfn = __find_buddy_pfn(combined_pfn, order + 1);
	higher_buddy = higher_page + (buddy_pfn - combined_pfn);

	return page_is_buddy(higher_page, higher_buddy, order + 1);
}

/* ---------------------------------------------------------------- fallback */

/* Where else to look when a migratetype has no free block. */
static const int fallbacks[MIGRATE_TYPES][3] = {
	[MIGRATE_UNMOVABLE] = { MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE, MIGRATE_TYPES },
	[MIGRATE_MOVABLE] = { MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE, MIGRATE_TYPES },
	[MIGRATE_RECLAIMABLE] = { MIGRATE_UNMOVABLE, MIGRATE_MOVABLE, MIGRATE_TYPES },
	[MIGRATE_HIGHATOMIC] = { MIGRATE_TYPES },
#ifdef CONFIG_CMA
	[MIGRATE_CMA] = { MIGRATE_TYPES },
#endif
	[MIGRATE_ISOLATE] = { MIGRATE_TYPES },
};

static void change_pageblock_range(struct page *pageblock_page, int start_order, int migratetype)
{
	int nr_pageblocks = 1 << (start_order - pageblock_order);

	while (nr_pageblocks--) {
		set_pageblock_migratetype(pageblock_page, migratetype);
		pageblock_page += pageblock_nr_pages;
	}
}

/* A mixed block is the price of a fallback: have kswapd free some more than usual. True if so. */
static inline bool boost_watermark(struct zone *zone)
{
	unsigned long max_boost;

	if (!watermark_boost_factor)
		return false;
	if (pageblock_nr_pages * 4 > zone_managed_pages(zone))
		return false;

	max_boost = zone->_watermark[WMARK_HIGH] * watermark_boost_factor / 10000;
	if (!max_boost)
		return false;

	max_boost = max(pageblock_nr_pages, max_boost);
	zone->watermark_boost = min(zone->watermark_boost + pageblock_nr_pages, max_boost);
	return true;
}

/* ---------------------------------------------------------------- a new page */

#ifdef CONFIG_NUMA
/* Whether the page came from the node that was wanted, and from the node that the CPU is of. */
static inline void zone_statistics(struct zone *preferred_zone, struct zone *z)
{
	enum numa_stat_item local_stat = NUMA_LOCAL;

	if (zone_to_nid(z) != numa_node_id())
		local_stat = NUMA_OTHER;

	if (zone_to_nid(z) == zone_to_nid(preferred_zone)) {
		z->vm_numa_stat[NUMA_HIT]++;
	} else {
		z->vm_numa_stat[NUMA_MISS]++;
		preferred_zone->vm_numa_stat[NUMA_FOREIGN]++;
	}
	z->vm_numa_stat[local_stat]++;
}
#else
#define zone_statistics(preferred_zone, z) ((void)(preferred_zone), (void)(z))
#endif

static void prep_compound_page(struct page *page, unsigned int order)
{
	__SetPageHead(page);
	page[1].private = order;
}

static inline void post_alloc_hook(struct page *page, unsigned int order, gfp_t gfp_flags)
{
	set_page_private(page, 0);
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 14, 0)
	set_page_count(page, 1);
#endif
	kernel_map_pages(page, 1 << order, 1);
}

static void prep_new_page(struct page *page, unsigned int order, gfp_t gfp_flags,
			  unsigned int alloc_flags)
{
	int i;

	post_alloc_hook(page, order, gfp_flags);

	if (gfp_flags & __GFP_ZERO) {
		for (i = 0; i < (1 << order); i++)
			clear_page(page_address(page + i));
	}

	if (order && (gfp_flags & __GFP_COMP))
		prep_compound_page(page, order);

	/* Who dips into the reserves is to know that he did. */
	if (alloc_flags & ALLOC_NO_WATERMARKS)
		set_bit(PG_pfmemalloc, &page->flags);
	else
		clear_bit(PG_pfmemalloc, &page->flags);
}

#endif
