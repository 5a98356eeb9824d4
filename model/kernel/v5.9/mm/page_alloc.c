// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page allocator of v5.9, abridged: the kernel's functions and control flow in our own lines.
 * page_alloc.h, slowpath.c and mm_init.c beside it have what all versions share; README.md lists
 * what was left out. Read from alloc_pages() downwards at the end of the file, or
 * from the buddy lists upwards as written here.
 *
 *	zone->free_area[order].free_list[migratetype]	blocks of 2^order pages; zone->lock
 *	zone->pageset (one a CPU) .pcp.lists[migratetype]	single pages; interrupts off
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/oom.h>
#include <linux/sched.h>
#include <linux/workqueue.h>
#include "internal.h"
#include "page_alloc.h"

/* ---------------------------------------------------------------- buddy lists */

static inline void set_page_order(struct page *page, unsigned int order)
{
	set_page_private(page, order);
	__SetPageBuddy(page);
}

static inline void add_to_free_list(struct page *page, struct zone *zone, unsigned int order,
				    int migratetype)
{
	struct free_area *area = &zone->free_area[order];

	list_add(&page->lru, &area->free_list[migratetype]);
	area->nr_free++;
}

static inline void add_to_free_list_tail(struct page *page, struct zone *zone,
					 unsigned int order, int migratetype)
{
	struct free_area *area = &zone->free_area[order];

	list_add_tail(&page->lru, &area->free_list[migratetype]);
	area->nr_free++;
}

static inline void move_to_free_list(struct page *page, struct zone *zone, unsigned int order,
				     int migratetype)
{
	struct free_area *area = &zone->free_area[order];

	list_move(&page->lru, &area->free_list[migratetype]);
}

static inline void del_page_from_free_list(struct page *page, struct zone *zone,
					   unsigned int order)
{
	list_del(&page->lru);
	__ClearPageBuddy(page);
	set_page_private(page, 0);
	zone->free_area[order].nr_free--;
}

/* Gives a block back and merges it with its buddy for as long as that is free. zone->lock held. */
static inline void __free_one_page(struct page *page, unsigned long pfn, struct zone *zone,
				   unsigned int order, int migratetype)
{
	unsigned long buddy_pfn;
	unsigned long combined_pfn;
	unsigned int max_order;
	struct page *buddy;
	int buddy_mt;

	max_order = min_t(unsigned int, MAX_ORDER, pageblock_order + 1);

	if (likely(!is_migrate_isolate(migratetype)))
		__mod_zone_freepage_state(zone, 1 << order, migratetype);

continue_merging:
	while (order < max_order - 1) {
		buddy_pfn = __find_buddy_pfn(pfn, order);
		buddy = page + (buddy_pfn - pfn);

		if (!page_is_buddy(page, buddy, order))
			goto done_merging;
		del_page_from_free_list(buddy, zone, order);
		combined_pfn = buddy_pfn & pfn;
		page = page + (combined_pfn - pfn);
		pfn = combined_pfn;
		order++;
	}
	if (max_order < MAX_ORDER) {
		/* From here on two pageblocks meet: an isolated one stays by itself. */
		if (unlikely(has_isolate_pageblock(zone))) {
			buddy_pfn = __find_buddy_pfn(pfn, order);
			buddy = page + (buddy_pfn - pfn);
			buddy_mt = get_pageblock_migratetype(buddy);

			if (migratetype != buddy_mt &&
			    (is_migrate_isolate(migratetype) || is_migrate_isolate(buddy_mt)))
				goto done_merging;
		}
		max_order++;
		goto continue_merging;
	}

done_merging:
	set_page_order(page, order);
	buddy_pfn = __find_buddy_pfn(pfn, order);
	if (buddy_merge_likely(pfn, buddy_pfn, page, order))
		add_to_free_list_tail(page, zone, order, migratetype);
	else
		add_to_free_list(page, zone, order, migratetype);
}

/* Splits a block of order high down to low; the upper halves go back. */
static inline void expand(struct zone *zone, struct page *page, int low, int high,
			  int migratetype)
{
	unsigned long size = 1UL << high;

	while (high > low) {
		high--;
		size >>= 1;
		add_to_free_list(&page[size], zone, high, migratetype);
		set_page_order(&page[size], high);
	}
}

static __always_inline struct page *__rmqueue_smallest(struct zone *zone, unsigned int order,
						       int migratetype)
{
	unsigned int current_order;
	struct free_area *area;
	struct page *page;

	for (current_order = order; current_order < MAX_ORDER; ++current_order) {
		area = &zone->free_area[current_order];
		page = get_page_from_free_area(area, migratetype);
		if (!page)
			continue;
		del_page_from_free_list(page, zone, current_order);
		expand(zone, page, order, current_order, migratetype);
		set_pcppage_migratetype(page, migratetype);
		return page;
	}
	return NULL;
}

/* ---------------------------------------------------------------- fallback */

/* Moves the free blocks in a range to another list; counts pages in use that could be moved. */
static int move_freepages(struct zone *zone, struct page *start_page, struct page *end_page,
			  int migratetype, int *num_movable)
{
	struct page *page;
	unsigned int order;
	int pages_moved = 0;

	for (page = start_page; page <= end_page;) {
		if (!PageBuddy(page)) {
			if (num_movable && PageLRU(page))
				(*num_movable)++;
			page++;
			continue;
		}
		order = page_order(page);
		move_to_free_list(page, zone, order, migratetype);
		page += 1 << order;
		pages_moved += 1 << order;
	}
	return pages_moved;
}

static int move_freepages_block(struct zone *zone, struct page *page, int migratetype,
				int *num_movable)
{
	unsigned long start_pfn = ALIGN_DOWN(page_to_pfn(page), pageblock_nr_pages);
	unsigned long end_pfn = start_pfn + pageblock_nr_pages - 1;

	if (num_movable)
		*num_movable = 0;

	/* A block that sticks out of the zone is left alone, or begins with the page. */
	if (!zone_spans_pfn(zone, start_pfn))
		start_pfn = page_to_pfn(page);
	if (!zone_spans_pfn(zone, end_pfn))
		return 0;

	return move_freepages(zone, pfn_to_page(start_pfn), pfn_to_page(end_pfn), migratetype,
			      num_movable);
}

/* Whether a request may take the whole block, not only the page: large blocks, or bad mixers. */
static bool can_steal_fallback(unsigned int order, int start_mt)
{
	if (order >= pageblock_order)
		return true;

	return order >= pageblock_order / 2 || start_mt == MIGRATE_RECLAIMABLE ||
	       start_mt == MIGRATE_UNMOVABLE || page_group_by_mobility_disabled;
}

/* Afterwards the page is on the free list of start_type, possibly with all of its block. */
static void steal_suitable_fallback(struct zone *zone, struct page *page,
				    unsigned int alloc_flags, int start_type, bool whole_block)
{
	unsigned int current_order = page_order(page);
	int free_pages, movable_pages, alike_pages;
	int old_block_type;

	old_block_type = get_pageblock_migratetype(page);
	if (old_block_type == MIGRATE_HIGHATOMIC)
		goto single_page;

	if (current_order >= pageblock_order) {
		change_pageblock_range(page, current_order, start_type);
		goto single_page;
	}

	/* v5.9 wakes kswapd also when there was nothing to boost. */
	boost_watermark(zone);
	if (alloc_flags & ALLOC_KSWAPD)
		set_bit(ZONE_BOOSTED_WATERMARK, &zone->flags);

	if (!whole_block)
		goto single_page;

	free_pages = move_freepages_block(zone, page, start_type, &movable_pages);
	if (start_type == MIGRATE_MOVABLE)
		alike_pages = movable_pages;
	else if (old_block_type == MIGRATE_MOVABLE)
		alike_pages = pageblock_nr_pages - (free_pages + movable_pages);
	else
		alike_pages = 0;

	if (!free_pages)
		goto single_page;

	if (free_pages + alike_pages >= (1 << (pageblock_order - 1)) ||
	    page_group_by_mobility_disabled)
		set_pageblock_migratetype(page, start_type);
	return;

single_page:
	move_to_free_list(page, zone, current_order, start_type);
}

/* The first other migratetype with a free block of this order, or -1. */
static int find_suitable_fallback(struct free_area *area, unsigned int order, int migratetype,
				  bool only_stealable, bool *can_steal)
{
	int fallback_mt;
	int i;

	if (area->nr_free == 0)
		return -1;

	*can_steal = false;
	for (i = 0; ; i++) {
		fallback_mt = fallbacks[migratetype][i];
		if (fallback_mt == MIGRATE_TYPES)
			break;
		if (free_area_empty(area, fallback_mt))
			continue;
		if (can_steal_fallback(order, migratetype))
			*can_steal = true;
		if (!only_stealable || *can_steal)
			return fallback_mt;
	}
	return -1;
}

/* Makes a block of another migratetype this one's; true when there is now something to take. */
static __always_inline bool __rmqueue_fallback(struct zone *zone, int order, int start_migratetype,
					       unsigned int alloc_flags)
{
	struct free_area *area;
	int current_order;
	int min_order = order;
	struct page *page;
	int fallback_mt;
	bool can_steal;

	/* Larger than a block only: smaller ones would mix. */
	if (alloc_flags & ALLOC_NOFRAGMENT)
		min_order = pageblock_order;

	/* The largest first, that one steal may serve many requests. */
	for (current_order = MAX_ORDER - 1; current_order >= min_order; --current_order) {
		area = &zone->free_area[current_order];
		fallback_mt = find_suitable_fallback(area, current_order, start_migratetype, false,
						     &can_steal);
		if (fallback_mt == -1)
			continue;
		if (!can_steal && start_migratetype == MIGRATE_MOVABLE && current_order > order)
			goto find_smallest;
		goto do_steal;
	}
	return false;

find_smallest:
	for (current_order = order; current_order < MAX_ORDER; current_order++) {
		area = &zone->free_area[current_order];
		fallback_mt = find_suitable_fallback(area, current_order, start_migratetype, false,
						     &can_steal);
		if (fallback_mt != -1)
			break;
	}

do_steal:
	page = get_page_from_free_area(area, fallback_mt);
	steal_suitable_fallback(zone, page, alloc_flags, start_migratetype, can_steal);
	return true;
}

#ifdef CONFIG_CMA
#define __rmqueue_cma_fallback(zone, order) __rmqueue_smallest(zone, order, MIGRATE_CMA)
#else
#define __rmqueue_cma_fallback(zone, order) ((struct page *)NULL)
#endif

/* Takes a block from the buddy lists. zone->lock held. */
static __always_inline struct page *__rmqueue(struct zone *zone, unsigned int order,
					      int migratetype, unsigned int alloc_flags)
{
	struct page *page;

#ifdef CONFIG_CMA
	/* The one half of the free memory from CMA areas, the other from the rest, by turns. */
	if (alloc_flags & ALLOC_CMA &&
	    zone_page_state(zone, NR_FREE_CMA_PAGES) > zone_page_state(zone, NR_FREE_PAGES) / 2) {
		page = __rmqueue_cma_fallback(zone, order);
		if (page)
			return page;
	}
#endif
retry:
	page = __rmqueue_smallest(zone, order, migratetype);
	if (unlikely(!page)) {
		if (alloc_flags & ALLOC_CMA)
			page = __rmqueue_cma_fallback(zone, order);

		if (!page && __rmqueue_fallback(zone, order, migratetype, alloc_flags))
			goto retry;
	}
	return page;
}

/* Takes a free block off the buddy lists, for compaction; 0 when that would hurt. */
int __isolate_free_page(struct page *page, unsigned int order)
{
	struct zone *zone = page_zone(page);
	int mt = get_pageblock_migratetype(page);
	unsigned long watermark;

	if (!is_migrate_isolate(mt)) {
		/* As if for a single page: the migration gives as many back. */
		watermark = zone->_watermark[WMARK_MIN] + (1UL << order);
		if (!zone_watermark_ok(zone, 0, watermark, 0, ALLOC_CMA))
			return 0;
		__mod_zone_freepage_state(zone, -(1 << order), mt);
	}

	del_page_from_free_list(page, zone, order);
	return 1 << order;
}

/* ---------------------------------------------------------------- the reserve for high orders */

static void reserve_highatomic_pageblock(struct page *page, struct zone *zone,
					 unsigned int alloc_order)
{
	unsigned long max_managed, flags;
	int mt;

	max_managed = zone_managed_pages(zone) / 100 + pageblock_nr_pages;
	if (zone->nr_reserved_highatomic >= max_managed)
		return;

	spin_lock_irqsave(&zone->lock, flags);

	if (zone->nr_reserved_highatomic >= max_managed)
		goto out_unlock;

	mt = get_pageblock_migratetype(page);
	if (mt != MIGRATE_HIGHATOMIC && !is_migrate_isolate(mt) && !is_migrate_cma(mt)) {
		zone->nr_reserved_highatomic += pageblock_nr_pages;
		set_pageblock_migratetype(page, MIGRATE_HIGHATOMIC);
		move_freepages_block(zone, page, MIGRATE_HIGHATOMIC, NULL);
	}

out_unlock:
	spin_unlock_irqrestore(&zone->lock, flags);
}

/* Gives one reserved block back to the requests at large; true when that freed anything. */
bool unreserve_highatomic_pageblock(const struct alloc_context *ac, bool force)
{
	struct zoneref *z;
	struct zone *zone;
	struct page *page;
	unsigned long flags;
	int order;
	bool ret;

	for_each_zone_zonelist_nodemask(zone, z, ac->zonelist, ac->highest_zoneidx, ac->nodemask) {
		if (!force && zone->nr_reserved_highatomic <= pageblock_nr_pages)
			continue;

		spin_lock_irqsave(&zone->lock, flags);
		for (order = 0; order < MAX_ORDER; order++) {
			page = get_page_from_free_area(&zone->free_area[order],
						       MIGRATE_HIGHATOMIC);
			if (!page)
				continue;

			if (get_pageblock_migratetype(page) == MIGRATE_HIGHATOMIC)
				zone->nr_reserved_highatomic -=
					min(pageblock_nr_pages, zone->nr_reserved_highatomic);

			set_pageblock_migratetype(page, ac->migratetype);
			ret = move_freepages_block(zone, page, ac->migratetype, NULL);
			if (ret) {
				spin_unlock_irqrestore(&zone->lock, flags);
				return ret;
			}
		}
		spin_unlock_irqrestore(&zone->lock, flags);
	}
	return false;
}

/* ---------------------------------------------------------------- per-CPU lists */

/* Fills a per-CPU list from the buddy lists; returns how many pages it got. */
static int rmqueue_bulk(struct zone *zone, unsigned int order, unsigned long count,
			struct list_head *list, int migratetype, unsigned int alloc_flags)
{
	struct page *page;
	int alloced = 0;
	int i;

	spin_lock(&zone->lock);
	for (i = 0; i < (int)count; ++i) {
		page = __rmqueue(zone, order, migratetype, alloc_flags);
		if (unlikely(page == NULL))
			break;

		if (unlikely(check_pcp_refill(page)))
			continue;

		list_add_tail(&page->lru, list);
		alloced++;
		if (is_migrate_cma(get_pcppage_migratetype(page)))
			__mod_zone_page_state(zone, NR_FREE_CMA_PAGES, -(1 << order));
	}
	/* What check_pcp_refill() rejected is lost to everybody, hence i. */
	__mod_zone_page_state(zone, NR_FREE_PAGES, -(i << order));
	spin_unlock(&zone->lock);
	return alloced;
}

/* Gives count pages of the per-CPU lists back, by turns from each list, the coldest first. */
static void free_pcppages_bulk(struct zone *zone, int count, struct per_cpu_pages *pcp)
{
	int migratetype = 0;
	int batch_free = 0;
	bool isolated_pageblocks;
	struct list_head *list;
	struct page *page, *tmp;
	LIST_HEAD(head);
	int mt;

	count = min(pcp->count, count);
	while (count) {
		/* The more lists are empty, the more is taken from the next one that is not. */
		do {
			batch_free++;
			if (++migratetype == MIGRATE_PCPTYPES)
				migratetype = 0;
			list = &pcp->lists[migratetype];
		} while (list_empty(list));

		if (batch_free == MIGRATE_PCPTYPES)
			batch_free = count;

		do {
			page = list_last_entry(list, struct page, lru);
			list_del(&page->lru);
			pcp->count--;

			if (bulkfree_pcp_prepare(page))
				continue;

			list_add_tail(&page->lru, &head);
		} while (--count && --batch_free && !list_empty(list));
	}

	spin_lock(&zone->lock);
	isolated_pageblocks = has_isolate_pageblock(zone);
	list_for_each_entry_safe(page, tmp, &head, lru) {
		mt = get_pcppage_migratetype(page);
		if (unlikely(isolated_pageblocks))
			mt = get_pageblock_migratetype(page);

		__free_one_page(page, page_to_pfn(page), zone, 0, mt);
	}
	spin_unlock(&zone->lock);
}

/* Takes a page from a per-CPU list, refilling the list when it is empty. */
static struct page *__rmqueue_pcplist(struct zone *zone, int migratetype, unsigned int alloc_flags,
				      struct per_cpu_pages *pcp, struct list_head *list)
{
	struct page *page;

	do {
		if (list_empty(list)) {
			pcp->count += rmqueue_bulk(zone, 0, pcp->batch, list, migratetype,
						   alloc_flags);
			if (unlikely(list_empty(list)))
				return NULL;
		}

		page = list_first_entry(list, struct page, lru);
		list_del(&page->lru);
		pcp->count--;
	} while (check_new_pcp(page));

	return page;
}

static struct page *rmqueue_pcplist(struct zone *preferred_zone, struct zone *zone,
				    gfp_t gfp_flags, int migratetype, unsigned int alloc_flags)
{
	struct per_cpu_pages *pcp;
	struct list_head *list;
	struct page *page;
#ifdef CONFIG_PREEMPT_RT
	migrate_disable();
	pcp = &this_cpu_ptr(zone->pageset)->pcp;
	if (!spin_trylock(&pcp->lock)) {
		migrate_enable();
		return NULL;
	}
#else
	unsigned long flags;

	local_irq_save(flags);
	pcp = &this_cpu_ptr(zone->pageset)->pcp;
#endif
	list = &pcp->lists[migratetype];
	page = __rmqueue_pcplist(zone, migratetype, alloc_flags, pcp, list);
	if (page) {
		__count_zid_vm_events(PGALLOC, page_zonenum(page), 1);
		zone_statistics(preferred_zone, zone);
	}
#ifdef CONFIG_PREEMPT_RT
	spin_unlock(&pcp->lock);
	migrate_enable();
#else
	local_irq_restore(flags);
#endif
	return page;
}

/* Takes pages of one zone: single ones from this CPU's list, larger blocks from the buddy lists. */
static inline struct page *rmqueue(struct zone *preferred_zone, struct zone *zone,
				   unsigned int order, gfp_t gfp_flags,
				   unsigned int alloc_flags, int migratetype)
{
	unsigned long flags;
	struct page *page;

	/* Pages of CMA areas are on the movable per-CPU list too: past it, who must not have them. */
	if (likely(order == 0) && (!IS_ENABLED(CONFIG_CMA) || alloc_flags & ALLOC_CMA ||
				   migratetype != MIGRATE_MOVABLE)) {
		page = rmqueue_pcplist(preferred_zone, zone, gfp_flags, migratetype, alloc_flags);
#ifdef CONFIG_PREEMPT_RT
		/* Nothing there, or the list is somebody else's now: ask the zone itself. */
		if (unlikely(!page))
			goto zone_lock;
#endif
		goto out;
	}

	/* A request that may not fail had better be for a page or two. */
	WARN_ON_ONCE((gfp_flags & __GFP_NOFAIL) && (order > 1));
#ifdef CONFIG_PREEMPT_RT
zone_lock:
#endif
	spin_lock_irqsave(&zone->lock, flags);

	do {
		page = NULL;
		if (order > 0 && (alloc_flags & ALLOC_HARDER))
			page = __rmqueue_smallest(zone, order, MIGRATE_HIGHATOMIC);
		if (!page)
			page = __rmqueue(zone, order, migratetype, alloc_flags);
	} while (page && check_new_pages(page, order));
	spin_unlock(&zone->lock);
	if (!page)
		goto failed;
	__mod_zone_freepage_state(zone, -(1 << order), get_pcppage_migratetype(page));

	__count_zid_vm_events(PGALLOC, page_zonenum(page), 1 << order);
	zone_statistics(preferred_zone, zone);
	local_irq_restore_nort(flags);

out:
	/* A fallback has raised the watermarks: have kswapd work up to them. */
	if (test_bit(ZONE_BOOSTED_WATERMARK, &zone->flags)) {
		clear_bit(ZONE_BOOSTED_WATERMARK, &zone->flags);
		wakeup_kswapd(zone, 0, 0, zone_idx(zone));
	}
	return page;

failed:
	local_irq_restore_nort(flags);
	return NULL;
}

/* ---------------------------------------------------------------- watermarks */

/* Free pages that this request may not count on. */
static inline long __zone_watermark_unusable_free(struct zone *z, unsigned int order,
						  unsigned int alloc_flags)
{
	const bool alloc_harder = (alloc_flags & (ALLOC_HARDER | ALLOC_OOM));
	long unusable_free = (1 << order) - 1;

	if (likely(!alloc_harder))
		unusable_free += z->nr_reserved_highatomic;

#ifdef CONFIG_CMA
	/* Pages of CMA areas are for those who may be moved out of them. */
	if (!(alloc_flags & ALLOC_CMA))
		unusable_free += zone_page_state(z, NR_FREE_CMA_PAGES);
#endif
	return unusable_free;
}

/* Whether enough would be left after the request: above mark, and a block of that order. */
bool __zone_watermark_ok(struct zone *z, unsigned int order, unsigned long mark,
			 int highest_zoneidx, unsigned int alloc_flags, long free_pages)
{
	const bool alloc_harder = (alloc_flags & (ALLOC_HARDER | ALLOC_OOM));
	long min = mark;
	struct free_area *area;
	int o;
	int mt;

	free_pages -= __zone_watermark_unusable_free(z, order, alloc_flags);

	if (alloc_flags & ALLOC_HIGH)
		min -= min / 2;

	if (unlikely(alloc_harder)) {
		if (alloc_flags & ALLOC_OOM)
			min -= min / 2;
		else
			min -= min / 4;
	}

	if (free_pages <= min + z->lowmem_reserve[highest_zoneidx])
		return false;

	if (!order)
		return true;

	for (o = order; o < MAX_ORDER; o++) {
		area = &z->free_area[o];
		if (!area->nr_free)
			continue;

		for (mt = 0; mt < MIGRATE_PCPTYPES; mt++) {
			if (!free_area_empty(area, mt))
				return true;
		}
#ifdef CONFIG_CMA
		if ((alloc_flags & ALLOC_CMA) && !free_area_empty(area, MIGRATE_CMA))
			return true;
#endif
		if (alloc_harder && !free_area_empty(area, MIGRATE_HIGHATOMIC))
			return true;
	}
	return false;
}

bool zone_watermark_ok(struct zone *z, unsigned int order, unsigned long mark,
		       int highest_zoneidx, unsigned int alloc_flags)
{
	return __zone_watermark_ok(z, order, mark, highest_zoneidx, alloc_flags,
				   zone_page_state(z, NR_FREE_PAGES));
}

static inline bool zone_watermark_fast(struct zone *z, unsigned int order, unsigned long mark,
				       int highest_zoneidx, unsigned int alloc_flags,
				       gfp_t gfp_mask)
{
	long free_pages = zone_page_state(z, NR_FREE_PAGES);
	long fast_free;

	/*
	 * mark being unsigned, a negative fast_free compares as a huge one: v5.9 lets the request
	 * through. Mended by 9282012fc0aa in 2022.
	 */
	if (!order) {
		fast_free = free_pages - __zone_watermark_unusable_free(z, 0, alloc_flags);
		if (fast_free > mark + z->lowmem_reserve[highest_zoneidx])
			return true;
	}

	if (__zone_watermark_ok(z, order, mark, highest_zoneidx, alloc_flags, free_pages))
		return true;

	/* The boost is kswapd's goal, not a reason to refuse an atomic request. */
	if (unlikely(!order && (gfp_mask & __GFP_ATOMIC) && z->watermark_boost &&
		     (alloc_flags & ALLOC_WMARK_MASK) == WMARK_MIN)) {
		mark = z->_watermark[WMARK_MIN];
		return __zone_watermark_ok(z, order, mark, highest_zoneidx, alloc_flags,
					   free_pages);
	}
	return false;
}

/* ---------------------------------------------------------------- allocation */

/* Tries the zones of the zonelist in turn. */
struct page *get_page_from_freelist(gfp_t gfp_mask, unsigned int order, int alloc_flags,
				    const struct alloc_context *ac)
{
	struct zoneref *z;
	struct zone *zone;
	struct page *page;
	unsigned long mark;
	bool no_fallback;

retry:
	no_fallback = alloc_flags & ALLOC_NOFRAGMENT;
	z = ac->preferred_zoneref;
	for_next_zone_zonelist_nodemask(zone, z, ac->highest_zoneidx, ac->nodemask) {
		/* Memory of the own node counts for more than unmixed pageblocks. */
		if (no_fallback && nr_online_nodes > 1 &&
		    zone != zonelist_zone(ac->preferred_zoneref) &&
		    zone_to_nid(zone) != zone_to_nid(zonelist_zone(ac->preferred_zoneref))) {
			alloc_flags &= ~ALLOC_NOFRAGMENT;
			goto retry;
		}

		mark = wmark_pages(zone, alloc_flags & ALLOC_WMARK_MASK);
		if (!zone_watermark_fast(zone, order, mark, ac->highest_zoneidx, alloc_flags,
					 gfp_mask)) {
			/* node_reclaim_mode is 0: no reclaim here, on to the next zone. */
			if (!(alloc_flags & ALLOC_NO_WATERMARKS))
				continue;
		}

		page = rmqueue(zonelist_zone(ac->preferred_zoneref), zone, order, gfp_mask,
			       alloc_flags, ac->migratetype);
		if (page) {
			prep_new_page(page, order, gfp_mask, alloc_flags);
			if (unlikely(order && (alloc_flags & ALLOC_HARDER)))
				reserve_highatomic_pageblock(page, zone, order);
			return page;
		}
	}

	/* Mixing migratetypes in a block is better than no page. */
	if (no_fallback) {
		alloc_flags &= ~ALLOC_NOFRAGMENT;
		goto retry;
	}
	return NULL;
}

static inline unsigned int alloc_flags_nofragment(struct zone *zone, gfp_t gfp_mask)
{
	unsigned int alloc_flags = gfp_mask & __GFP_KSWAPD_RECLAIM;

	if (!zone)
		return alloc_flags;

	/* Only where ZONE_DMA32 could serve instead; with one node nobody looks whether it can. */
	if (zone_idx(zone) != ZONE_NORMAL)
		return alloc_flags;
	if (nr_online_nodes > 1 && !populated_zone(--zone))
		return alloc_flags;

	return alloc_flags | ALLOC_NOFRAGMENT;
}

/* Requests for movable pages may have CMA's. */
static inline unsigned int current_alloc_flags(gfp_t gfp_mask, unsigned int alloc_flags)
{
#ifdef CONFIG_CMA
	if (gfp_migratetype(gfp_mask) == MIGRATE_MOVABLE &&
	    !(current->flags & PF_MEMALLOC_NOCMA))
		alloc_flags |= ALLOC_CMA;
#endif
	return alloc_flags;
}

static inline unsigned int gfp_to_alloc_flags(gfp_t gfp_mask)
{
	unsigned int alloc_flags = ALLOC_WMARK_MIN | ALLOC_CPUSET;

	BUILD_BUG_ON(___GFP_HIGH != ALLOC_HIGH);
	BUILD_BUG_ON(___GFP_KSWAPD_RECLAIM != ALLOC_KSWAPD);
	alloc_flags |= gfp_mask & (__GFP_HIGH | __GFP_KSWAPD_RECLAIM);

	if (gfp_mask & __GFP_ATOMIC) {
		/* The caller cannot wait: a quarter further, unless he declines the reserves. */
		if (!(gfp_mask & __GFP_NOMEMALLOC))
			alloc_flags |= ALLOC_HARDER;
		alloc_flags &= ~ALLOC_CPUSET;
	} else if (unlikely(rt_task(current)) && !in_interrupt()) {
		alloc_flags |= ALLOC_HARDER;
	}
	return current_alloc_flags(gfp_mask, alloc_flags);
}

/* What remains when the free lists did not serve at the low watermark. */
static inline struct page *__alloc_pages_slowpath(gfp_t gfp_mask, unsigned int order,
						  struct alloc_context *ac)
{
	bool can_direct_reclaim = gfp_mask & __GFP_DIRECT_RECLAIM;
	const bool costly_order = order > PAGE_ALLOC_COSTLY_ORDER;
	struct page *page = NULL;
	unsigned int alloc_flags;
	unsigned long did_some_progress;
	enum compact_priority compact_priority = DEF_COMPACT_PRIORITY;
	enum compact_result compact_result = COMPACT_SKIPPED;
	int compaction_retries = 0;
	int no_progress_loops = 0;
	int reserve_flags;

	/* "Must not wait" and "may wait" cannot both be meant. */
	if (WARN_ON_ONCE((gfp_mask & (__GFP_ATOMIC | __GFP_DIRECT_RECLAIM)) ==
			 (__GFP_ATOMIC | __GFP_DIRECT_RECLAIM)))
		gfp_mask &= ~__GFP_ATOMIC;

	/* The quick way did with the low watermark; from here on the min watermark counts. */
	alloc_flags = gfp_to_alloc_flags(gfp_mask);

	ac->preferred_zoneref = first_zones_zonelist(ac->zonelist, ac->highest_zoneidx,
						     ac->nodemask);
	if (!zonelist_zone(ac->preferred_zoneref))
		goto nopage;

	if (alloc_flags & ALLOC_KSWAPD)
		wake_all_kswapds(order, gfp_mask, ac);

	page = get_page_from_freelist(gfp_mask, order, alloc_flags, ac);
	if (page)
		goto got_pg;

	/* Large blocks are a matter of fragmentation rather than of memory: no reclaim yet. */
	if (can_direct_reclaim &&
	    (costly_order || (order > 0 && ac->migratetype != MIGRATE_MOVABLE)) &&
	    !gfp_pfmemalloc_allowed(gfp_mask)) {
		page = __alloc_pages_direct_compact(gfp_mask, order, alloc_flags, ac,
						    INIT_COMPACT_PRIORITY, &compact_result);
		if (page)
			goto got_pg;

		/* Who would rather have no large page than wait for one: huge pages. */
		if (costly_order && (gfp_mask & __GFP_NORETRY)) {
			if (compact_result == COMPACT_SKIPPED || compact_result == COMPACT_DEFERRED)
				goto nopage;
			compact_priority = INIT_COMPACT_PRIORITY;
		}
	}

retry:
	/* kswapd may have gone to sleep again meanwhile. */
	if (alloc_flags & ALLOC_KSWAPD)
		wake_all_kswapds(order, gfp_mask, ac);

	reserve_flags = __gfp_pfmemalloc_flags(gfp_mask);
	if (reserve_flags)
		alloc_flags = current_alloc_flags(gfp_mask, reserve_flags);

	/* Who may use the reserves need not mind memory policies and cpusets. */
	if (!(alloc_flags & ALLOC_CPUSET) || reserve_flags) {
		ac->nodemask = NULL;
		ac->preferred_zoneref = first_zones_zonelist(ac->zonelist, ac->highest_zoneidx,
							     ac->nodemask);
	}

	page = get_page_from_freelist(gfp_mask, order, alloc_flags, ac);
	if (page)
		goto got_pg;

	/* Here GFP_ATOMIC and GFP_NOWAIT end. */
	if (!can_direct_reclaim)
		goto nopage;

	/* Reclaim within reclaim would not end. */
	if (current->flags & PF_MEMALLOC)
		goto nopage;

	page = __alloc_pages_direct_reclaim(gfp_mask, order, alloc_flags, ac, &did_some_progress);
	if (page)
		goto got_pg;

	page = __alloc_pages_direct_compact(gfp_mask, order, alloc_flags, ac, compact_priority,
					    &compact_result);
	if (page)
		goto got_pg;

	if (gfp_mask & __GFP_NORETRY)
		goto nopage;
	if (costly_order && !(gfp_mask & __GFP_RETRY_MAYFAIL))
		goto nopage;

	if (should_reclaim_retry(gfp_mask, order, ac, alloc_flags, did_some_progress > 0,
				 &no_progress_loops))
		goto retry;

	/* Compaction alone, without reclaim's progress, would try for ever. */
	if (did_some_progress > 0 &&
	    should_compact_retry(ac, order, alloc_flags, compact_result, &compact_priority,
				 &compaction_retries))
		goto retry;

	page = __alloc_pages_may_oom(gfp_mask, order, ac, &did_some_progress);
	if (page)
		goto got_pg;

	/* A victim for whom the reserves were not enough must not wait for himself. */
	if (tsk_is_oom_victim(current) &&
	    ((alloc_flags & ALLOC_OOM) || (gfp_mask & __GFP_NOMEMALLOC)))
		goto nopage;

	if (did_some_progress) {
		no_progress_loops = 0;
		goto retry;
	}

nopage:
	if (gfp_mask & __GFP_NOFAIL) {
		/* Who cannot wait cannot insist. */
		if (WARN_ON_ONCE(!can_direct_reclaim))
			goto fail;

		WARN_ON_ONCE(current->flags & PF_MEMALLOC);
		WARN_ON_ONCE(order > PAGE_ALLOC_COSTLY_ORDER);

		page = __alloc_pages_cpuset_fallback(gfp_mask, order, ALLOC_HARDER, ac);
		if (page)
			goto got_pg;

		cond_resched();
		goto retry;
	}
fail:
	warn_alloc(gfp_mask, ac->nodemask, order);
got_pg:
	return page;
}

/* ---------------------------------------------------------------- entry points */

static inline bool prepare_alloc_pages(gfp_t gfp_mask, unsigned int order, int preferred_nid,
				       nodemask_t *nodemask, struct alloc_context *ac,
				       unsigned int *alloc_flags)
{
	ac->highest_zoneidx = gfp_zone(gfp_mask);
	ac->zonelist = node_zonelist(preferred_nid, gfp_mask);
	ac->nodemask = nodemask;
	ac->migratetype = gfp_migratetype(gfp_mask);

	fs_reclaim_acquire(gfp_mask);
	fs_reclaim_release(gfp_mask);

	might_sleep_if(gfp_mask & __GFP_DIRECT_RECLAIM);

	*alloc_flags = current_alloc_flags(gfp_mask, *alloc_flags);
	return true;
}

static inline void finalise_ac(gfp_t gfp_mask, struct alloc_context *ac)
{
	ac->spread_dirty_pages = (gfp_mask & __GFP_WRITE);

	ac->preferred_zoneref = first_zones_zonelist(ac->zonelist, ac->highest_zoneidx,
						     ac->nodemask);
}

/* The heart of the allocator: every request comes through here. */
struct page *__alloc_pages_nodemask(gfp_t gfp_mask, unsigned int order, int preferred_nid,
				    nodemask_t *nodemask)
{
	struct page *page;
	unsigned int alloc_flags = ALLOC_WMARK_LOW;
	struct alloc_context ac = { };

	if (unlikely(order >= MAX_ORDER)) {
		WARN_ON_ONCE(!(gfp_mask & __GFP_NOWARN));
		return NULL;
	}

	gfp_mask &= gfp_allowed_mask;
	if (!prepare_alloc_pages(gfp_mask, order, preferred_nid, nodemask, &ac, &alloc_flags))
		return NULL;

	finalise_ac(gfp_mask, &ac);

	alloc_flags |= alloc_flags_nofragment(zonelist_zone(ac.preferred_zoneref), gfp_mask);

	page = get_page_from_freelist(gfp_mask, order, alloc_flags, &ac);
	if (likely(page))
		goto out;

	/* The scopes of memalloc_noio_save() and its kin count from here on. */
	gfp_mask = current_gfp_context(gfp_mask);
	ac.spread_dirty_pages = false;
	ac.nodemask = nodemask;

	page = __alloc_pages_slowpath(gfp_mask, order, &ac);
out:
	return page;
}

/* ---------------------------------------------------------------- free */

/* Takes the page's use off it; false when it is in no state to be freed. */
static __always_inline bool free_pages_prepare(struct page *page, unsigned int order,
					       bool check_free)
{
	int bad = 0;
	int i;

	if (unlikely(order)) {
		if (PageHead(page))
			page[1].private = 0;
		for (i = 1; i < (1 << order); i++) {
			if (unlikely(free_pages_check(page + i)))
				bad++;
		}
	}
	if (check_free)
		bad += free_pages_check(page);
	if (bad)
		return false;

	page->flags &= ~PAGE_FLAGS_CHECK_AT_PREP;
	kernel_map_pages(page, 1 << order, 0);
	return true;
}

/* A single page is looked at later, when it leaves the per-CPU list. */
#define free_pcp_prepare(page) free_pages_prepare(page, 0, false)

static void free_one_page(struct zone *zone, struct page *page, unsigned long pfn,
			  unsigned int order, int migratetype)
{
	spin_lock(&zone->lock);
	if (unlikely(has_isolate_pageblock(zone) || is_migrate_isolate(migratetype)))
		migratetype = get_pageblock_migratetype(page);
	__free_one_page(page, pfn, zone, order, migratetype);
	spin_unlock(&zone->lock);
}

static void __free_pages_ok(struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);
	unsigned long flags;
	int migratetype;

	if (!free_pages_prepare(page, order, true))
		return;

	migratetype = get_pageblock_migratetype(page);
	local_irq_save_nort(flags);
	__count_vm_events(PGFREE, 1 << order);
	free_one_page(page_zone(page), page, pfn, order, migratetype);
	local_irq_restore_nort(flags);
}

static bool free_unref_page_prepare(struct page *page, unsigned long pfn)
{
	if (!free_pcp_prepare(page))
		return false;

	set_pcppage_migratetype(page, get_pageblock_migratetype(page));
	return true;
}

static void free_unref_page_commit(struct page *page, unsigned long pfn)
{
	struct zone *zone = page_zone(page);
	struct per_cpu_pages *pcp;
	int migratetype;

	migratetype = get_pcppage_migratetype(page);
	__count_vm_event(PGFREE);

	/* The per-CPU lists know three types: isolated pages go past them, others share a list. */
	if (migratetype >= MIGRATE_PCPTYPES) {
		if (unlikely(is_migrate_isolate(migratetype))) {
			free_one_page(zone, page, pfn, 0, migratetype);
			return;
		}
		migratetype = MIGRATE_MOVABLE;
	}

	pcp = &this_cpu_ptr(zone->pageset)->pcp;
	list_add(&page->lru, &pcp->lists[migratetype]);
	pcp->count++;
	if (pcp->count >= pcp->high)
		free_pcppages_bulk(zone, READ_ONCE(pcp->batch), pcp);
}

/* Frees a single page, to this CPU's list. */
void free_unref_page(struct page *page)
{
	unsigned long pfn = page_to_pfn(page);
#ifdef CONFIG_PREEMPT_RT
	struct zone *zone = page_zone(page);
	struct per_cpu_pages *pcp;

	if (!free_unref_page_prepare(page, pfn))
		return;

	migrate_disable();
	pcp = &this_cpu_ptr(zone->pageset)->pcp;
	if (spin_trylock(&pcp->lock)) {
		free_unref_page_commit(page, pfn);
		spin_unlock(&pcp->lock);
	} else {
		free_one_page(zone, page, pfn, 0, get_pcppage_migratetype(page));
	}
	migrate_enable();
#else
	unsigned long flags;

	if (!free_unref_page_prepare(page, pfn))
		return;

	local_irq_save(flags);
	free_unref_page_commit(page, pfn);
	local_irq_restore(flags);
#endif
}

static inline void free_the_page(struct page *page, unsigned int order)
{
	if (order == 0)
		free_unref_page(page);
	else
		__free_pages_ok(page, order);
}

void __free_pages(struct page *page, unsigned int order)
{
	if (put_page_testzero(page))
		free_the_page(page, order);
}

/* ---------------------------------------------------------------- drain */

static void drain_pages_zone(unsigned int cpu, struct zone *zone)
{
	struct per_cpu_pages *pcp = &per_cpu_ptr(zone->pageset, cpu)->pcp;
#ifdef CONFIG_PREEMPT_RT
	spin_lock(&pcp->lock);
#else
	unsigned long flags;

	local_irq_save(flags);
#endif
	if (pcp->count)
		free_pcppages_bulk(zone, pcp->count, pcp);
#ifdef CONFIG_PREEMPT_RT
	spin_unlock(&pcp->lock);
#else
	local_irq_restore(flags);
#endif
}

static void drain_pages(unsigned int cpu)
{
	struct zone *zone;

	for_each_populated_zone(zone)
		drain_pages_zone(cpu, zone);
}

/* Gives this CPU's pages back. Only pinned tasks may call it. */
void drain_local_pages(struct zone *zone)
{
	int cpu = smp_processor_id();

	if (zone)
		drain_pages_zone(cpu, zone);
	else
		drain_pages(cpu);
}

/* A worker's order to drain its CPU. */
struct pcpu_drain {
	struct zone *zone;
	struct work_struct work;
	struct completion drained;
};

static DEFINE_PER_CPU(struct pcpu_drain, pcpu_drain);
static DEFINE_MUTEX(pcpu_drain_mutex);

/* mm_percpu_wq has no pool of its own: its works run on those of the normal ones. */
static struct workqueue_struct mm_percpu_wq = {
	.name = "mm_percpu_wq",
	.lockdep_map = { .name = "(wq_completion)mm_percpu_wq" },
};

static void drain_local_pages_wq(struct work_struct *work)
{
	struct pcpu_drain *drain = container_of(work, struct pcpu_drain, work);

	/* The worker might be moved by CPU hotplug. On PREEMPT_RT it must be able to sleep. */
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		migrate_disable();
	else
		preempt_disable();
	drain_local_pages(drain->zone);
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		migrate_enable();
	else
		preempt_enable();
	complete(&drain->drained);
}

static bool cpu_has_pcps(int cpu, struct zone *only)
{
	struct zone *zone;

	if (only)
		return zone_pcp(only, cpu)->count != 0;
	for_each_populated_zone(zone) {
		if (zone_pcp(zone, cpu)->count)
			return true;
	}
	return false;
}

/* Has a worker on each CPU whose lists hold anything give that back, and waits for all of them. */
void drain_all_pages(struct zone *zone)
{
	unsigned long cpus_with_pcps = 0;
	struct pcpu_drain *drain;
	int cpu;

	/* Who wants everything drained need not wait for who is at it. */
	if (unlikely(!mutex_trylock(&pcpu_drain_mutex))) {
		if (!zone)
			return;
		mutex_lock(&pcpu_drain_mutex);
	}

	for_each_online_cpu(cpu) {
		if (cpu_has_pcps(cpu, zone))
			cpus_with_pcps |= BIT(cpu);
	}

	for_each_online_cpu(cpu) {
		if (!(cpus_with_pcps & BIT(cpu)))
			continue;
		drain = per_cpu_ptr(&pcpu_drain, cpu);
		drain->zone = zone;
		init_completion(&drain->drained);
		INIT_WORK(&drain->work, drain_local_pages_wq);
		queue_work_on(cpu, &mm_percpu_wq, &drain->work);
	}
	/* flush_work() */
	for_each_online_cpu(cpu) {
		if (cpus_with_pcps & BIT(cpu))
			wait_for_completion(&per_cpu_ptr(&pcpu_drain, cpu)->drained);
	}

	mutex_unlock(&pcpu_drain_mutex);
}

/* ---------------------------------------------------------------- setting up */

/*
 * Boot: a free range enters the buddy lists as blocks. Only a block's first page is touched: the
 * kernel clears PG_reserved in every page here, which in the model no page has.
 */
void __init __free_pages_core(struct page *page, unsigned int order)
{
	unsigned long flags;

	kernel_map_pages(page, 1 << order, 0);
	local_irq_save_nort(flags);
	free_one_page(page_zone(page), page, page_to_pfn(page), order,
		      get_pageblock_migratetype(page));
	local_irq_restore_nort(flags);
}

void pageset_set_batch(struct per_cpu_pageset *p, unsigned long batch)
{
	p->pcp.high = 6 * batch;
	p->pcp.batch = max(1UL, batch);
}

void __meminit zone_pcp_init(struct zone *zone, struct per_cpu_pageset __percpu *pageset)
{
	struct per_cpu_pages *pcp;
	int cpu;
	int mt;

	zone->pageset = pageset;
	for_each_possible_cpu(cpu) {
		pcp = &per_cpu_ptr(pageset, cpu)->pcp;
#ifdef CONFIG_PREEMPT_RT
		spin_lock_init(&pcp->lock);
#endif
		for (mt = 0; mt < MIGRATE_PCPTYPES; mt++)
			INIT_LIST_HEAD(&pcp->lists[mt]);
		pageset_set_batch(per_cpu_ptr(pageset, cpu), zone_batchsize(zone));
	}
}
