// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page allocator of v6.12 and, where LINUX_VERSION_CODE says so, of v7.2, abridged: the kernel's
 * functions and control flow in our own lines. page_alloc.h, slowpath.c and mm_init.c beside it
 * have what all versions share; README.md lists what was left out. Read from alloc_pages()
 * downwards at the end of the file, or from the buddy lists upwards as written here.
 *
 *	zone->free_area[order].free_list[migratetype]	blocks of 2^order pages; zone->lock
 *	zone->per_cpu_pageset (one a CPU) .lists[pindex]	blocks of order 0 to 3, and huge pages; pcp->lock
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/oom.h>
#include <linux/sched.h>
#include <linux/version.h>
#include <linux/wait.h>
#include "internal.h"
#include "page_alloc.h"

/* How a page is freed. */
typedef int fpi_t;

#define FPI_NONE ((fpi_t)0)
#define FPI_TO_TAIL ((fpi_t)BIT(1))	/* to the end of the free list */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
#define FPI_TRYLOCK ((fpi_t)BIT(2))	/* by trylock only */
#endif

/* ------------------------------------------------ the per-CPU lists' lock */

#if defined(CONFIG_SMP) || defined(CONFIG_PREEMPT_RT)
#define pcp_trylock_prepare(flags) ((void)((flags) = 0))
#define pcp_trylock_finish(flags) ((void)(flags))
#else
/* A trylock never fails on one CPU: nobody may come in between. */
#define pcp_trylock_prepare(flags) local_irq_save(flags)
#define pcp_trylock_finish(flags) local_irq_restore(flags)
#endif

/* From looking the list up to holding its lock the task has to stay on its CPU. */
#ifndef CONFIG_PREEMPT_RT
#define pcpu_task_pin() preempt_disable()
#define pcpu_task_unpin() preempt_enable()
#else
#define pcpu_task_pin() migrate_disable()
#define pcpu_task_unpin() migrate_enable()
#endif

#define pcpu_spin_trylock(type, member, ptr) ({		\
	type *_ret;					\
	pcpu_task_pin();				\
	_ret = this_cpu_ptr(ptr);			\
	if (!spin_trylock(&_ret->member)) {		\
		pcpu_task_unpin();			\
		_ret = NULL;				\
	}						\
	_ret; })

#define pcpu_spin_unlock(member, ptr) ({	\
	spin_unlock(&(ptr)->member);		\
	pcpu_task_unpin(); })

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
/* The caller prepares and finishes. */
#define pcp_spin_trylock(ptr, UP_flags) pcpu_spin_trylock(struct per_cpu_pages, lock, ptr)
#define pcp_spin_unlock(ptr, UP_flags) pcpu_spin_unlock(lock, ptr)
#elif defined(CONFIG_SMP) || defined(CONFIG_PREEMPT_RT)
#define pcp_spin_trylock(ptr, UP_flags) ({					\
	struct per_cpu_pages *__ret;						\
	pcp_trylock_prepare(UP_flags);						\
	__ret = pcpu_spin_trylock(struct per_cpu_pages, lock, ptr);		\
	if (!__ret)								\
		pcp_trylock_finish(UP_flags);					\
	__ret; })
#define pcp_spin_unlock(ptr, UP_flags) ({	\
	pcpu_spin_unlock(lock, ptr);		\
	pcp_trylock_finish(UP_flags); })
#else
/* With one CPU the lists would save nobody a wait: they stay empty. */
#define pcp_spin_trylock(ptr, UP_flags) ((void)((UP_flags) = 0), (struct per_cpu_pages *)NULL)
#define pcp_spin_unlock(ptr, UP_flags) ((void)(ptr), (void)(UP_flags))
#endif

/* Another CPU's list, or this one's to drain it: may wait. */
#if defined(CONFIG_SMP) || defined(CONFIG_PREEMPT_RT) || LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
#define pcp_spin_lock_maybe_irqsave(ptr, flags) ({ (void)((flags) = 0); spin_lock(&(ptr)->lock); })
#define pcp_spin_unlock_maybe_irqrestore(ptr, flags) ({ spin_unlock(&(ptr)->lock); (void)(flags); })
#else
#define pcp_spin_lock_maybe_irqsave(ptr, flags) spin_lock_irqsave(&(ptr)->lock, flags)
#define pcp_spin_unlock_maybe_irqrestore(ptr, flags) spin_unlock_irqrestore(&(ptr)->lock, flags)
#endif

static DEFINE_MUTEX(pcp_batch_high_lock);
static DEFINE_MUTEX(pcpu_drain_mutex);

#define MIN_PERCPU_PAGELIST_HIGH_FRACTION 8

int percpu_pagelist_high_fraction;

/* vm.defrag_mode, since v6.15: rather reclaim and compact than mix migratetypes in a block. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
int defrag_mode;
#else
#define defrag_mode 0
#endif

/* ---------------------------------------------------------------- memory that is not there yet */

/* Struct pages are all set up at boot, and no hypervisor has to hand memory over. */
static inline bool deferred_pages_enabled(void)
{
	return false;
}

static inline bool cond_accept_memory(struct zone *zone, unsigned int order, int alloc_flags)
{
	return false;
}

/* ---------------------------------------------------------------- pageblocks */

/* See page_alloc.h: a block's "bitmap" is a member of its first struct page. */
static inline unsigned char *get_pageblock_bitmap(const struct page *page, unsigned long pfn)
{
	return &pfn_to_page(pageblock_start_pfn(pfn))->pageblock;
}

static inline int pfn_to_bitidx(const struct page *page, unsigned long pfn)
{
	return 0;
}

#define MIGRATETYPE_MASK 7UL

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
#define get_pfnblock_flags_mask __get_pfnblock_flags_mask
#define set_pfnblock_flags_mask __set_pfnblock_flags_mask
#endif

unsigned long get_pfnblock_flags_mask(const struct page *page, unsigned long pfn,
				      unsigned long mask)
{
	unsigned char *bitmap = get_pageblock_bitmap(page, pfn);
	int bitidx = pfn_to_bitidx(page, pfn);

	return ((READ_ONCE(*bitmap) ^ MIGRATE_MOVABLE) >> bitidx) & mask;
}

static int get_pfnblock_migratetype(const struct page *page, unsigned long pfn)
{
	return get_pfnblock_flags_mask(page, pfn, MIGRATETYPE_MASK);
}

#define get_pageblock_migratetype(page) \
	((int)get_pfnblock_flags_mask(page, page_to_pfn(page), MIGRATETYPE_MASK))

void set_pfnblock_flags_mask(struct page *page, unsigned long flags, unsigned long pfn,
			     unsigned long mask)
{
	unsigned char *bitmap = get_pageblock_bitmap(page, pfn);
	int bitidx = pfn_to_bitidx(page, pfn);

	WRITE_ONCE(*bitmap, ((flags & mask) << bitidx) ^ MIGRATE_MOVABLE);
}

void set_pageblock_migratetype(struct page *page, int migratetype)
{
	if (unlikely(page_group_by_mobility_disabled && migratetype < MIGRATE_PCPTYPES))
		migratetype = MIGRATE_UNMOVABLE;

	set_pfnblock_flags_mask(page, (unsigned long)migratetype, page_to_pfn(page),
				MIGRATETYPE_MASK);
}

/* ---------------------------------------------------------------- which per-CPU list */

static inline unsigned int order_to_pindex(int migratetype, int order)
{
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
	bool movable;

	if (order > PAGE_ALLOC_COSTLY_ORDER) {
		VM_BUG_ON(order != HPAGE_PMD_ORDER);

		movable = migratetype == MIGRATE_MOVABLE;
		return NR_LOWORDER_PCP_LISTS + movable;
	}
#else
	VM_BUG_ON(order > PAGE_ALLOC_COSTLY_ORDER);
#endif
	return (MIGRATE_PCPTYPES * order) + migratetype;
}

static inline int pindex_to_order(unsigned int pindex)
{
	int order = pindex / MIGRATE_PCPTYPES;

#ifdef CONFIG_TRANSPARENT_HUGEPAGE
	if (pindex >= NR_LOWORDER_PCP_LISTS)
		order = HPAGE_PMD_ORDER;
#else
	VM_BUG_ON(order > PAGE_ALLOC_COSTLY_ORDER);
#endif
	return order;
}

static inline bool pcp_allowed_order(unsigned int order)
{
	if (order <= PAGE_ALLOC_COSTLY_ORDER)
		return true;
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
	if (order == HPAGE_PMD_ORDER)
		return true;
#endif
	return false;
}

/* ---------------------------------------------------------------- checks */

/* Static key, off: CONFIG_DEBUG_VM, debug_pagealloc= and init_on_free= turn it on. */
static bool check_pages_enabled;

static inline bool is_check_pages_enabled(void)
{
	return check_pages_enabled;
}

static inline bool free_page_is_bad(struct page *page)
{
	if (likely(page_expected_state(page, PAGE_FLAGS_CHECK_AT_FREE)))
		return false;

	bad_page(page, page_bad_reason(page, PAGE_FLAGS_CHECK_AT_FREE));
	return true;
}

/* Tail pages know their head by its number here: nothing of theirs needs to be cleared. */
static int free_tail_page_prepare(struct page *head_page, struct page *page)
{
	if (!is_check_pages_enabled())
		return 0;
	if (unlikely(page_count(page) != 0)) {
		bad_page(page, "nonzero _refcount");
		return 1;
	}
	return 0;
}

static inline bool check_new_pages(struct page *page, unsigned int order)
{
	int i;

	if (is_check_pages_enabled()) {
		for (i = 0; i < (1 << order); i++) {
			if (check_new_page(page + i))
				return true;
		}
	}
	return false;
}

/* ---------------------------------------------------------------- buddy lists */

static inline void set_buddy_order(struct page *page, unsigned int order)
{
	set_page_private(page, order);
	__SetPageBuddy(page);
}

/*
 * Somebody compacting memory may wait for just this page. Compaction is the environment's here, and
 * waits for none.
 */
static inline struct page **task_capc(struct zone *zone)
{
	return NULL;
}

static inline bool compaction_capture(struct page **capc, struct page *page, int order,
				      int migratetype)
{
	if (!capc)
		return false;

	*capc = page;
	return true;
}

static inline void account_freepages(struct zone *zone, int nr_pages, int migratetype)
{
	lockdep_assert_held(&zone->lock);

	if (is_migrate_isolate(migratetype))
		return;

	__mod_zone_page_state(zone, NR_FREE_PAGES, nr_pages);

	if (is_migrate_cma(migratetype))
		__mod_zone_page_state(zone, NR_FREE_CMA_PAGES, nr_pages);
	else if (migratetype == MIGRATE_HIGHATOMIC)
		WRITE_ONCE(zone->nr_free_highatomic, zone->nr_free_highatomic + nr_pages);
}

static inline void __add_to_free_list(struct page *page, struct zone *zone, unsigned int order,
				      int migratetype, bool tail)
{
	struct free_area *area = &zone->free_area[order];

	if (tail)
		list_add_tail(&page->buddy_list, &area->free_list[migratetype]);
	else
		list_add(&page->buddy_list, &area->free_list[migratetype]);
	area->nr_free++;
}

/* Moved pages go to the tail: they are not the next to be handed out. */
static inline void move_to_free_list(struct page *page, struct zone *zone, unsigned int order,
				     int old_mt, int new_mt)
{
	struct free_area *area = &zone->free_area[order];
	int nr_pages = 1 << order;

	list_move_tail(&page->buddy_list, &area->free_list[new_mt]);

	account_freepages(zone, -nr_pages, old_mt);
	account_freepages(zone, nr_pages, new_mt);
}

static inline void __del_page_from_free_list(struct page *page, struct zone *zone,
					     unsigned int order, int migratetype)
{
	list_del(&page->buddy_list);
	__ClearPageBuddy(page);
	set_page_private(page, 0);
	zone->free_area[order].nr_free--;
}

static inline void del_page_from_free_list(struct page *page, struct zone *zone,
					   unsigned int order, int migratetype)
{
	__del_page_from_free_list(page, zone, order, migratetype);
	account_freepages(zone, -(1 << order), migratetype);
}

static inline struct page *get_page_from_free_area(struct free_area *area, int migratetype)
{
	return list_first_entry_or_null(&area->free_list[migratetype], struct page, buddy_list);
}

/* Gives a block back and merges it with its buddy for as long as that is free. zone->lock held. */
static inline void __free_one_page(struct page *page, unsigned long pfn, struct zone *zone,
				   unsigned int order, int migratetype, fpi_t fpi_flags)
{
	struct page **capc = task_capc(zone);
	unsigned long buddy_pfn = 0;
	unsigned long combined_pfn;
	struct page *buddy;
	int buddy_mt;
	bool to_tail;

	account_freepages(zone, 1 << order, migratetype);

	while (order < MAX_PAGE_ORDER) {
		buddy_mt = migratetype;

		if (compaction_capture(capc, page, order, migratetype)) {
			account_freepages(zone, -(1 << order), migratetype);
			return;
		}

		buddy_pfn = __find_buddy_pfn(pfn, order);
		buddy = page + (buddy_pfn - pfn);
		if (!page_is_buddy(page, buddy, order))
			goto done_merging;

		if (unlikely(order >= pageblock_order)) {
			/* Reserved and isolated blocks do not merge with others. */
			buddy_mt = get_pfnblock_migratetype(buddy, buddy_pfn);

			if (migratetype != buddy_mt &&
			    (!migratetype_is_mergeable(migratetype) ||
			     !migratetype_is_mergeable(buddy_mt)))
				goto done_merging;
		}

		__del_page_from_free_list(buddy, zone, order, buddy_mt);

		/* The block is all of one type, so that expand() puts its parts on the right lists. */
		if (unlikely(buddy_mt != migratetype))
			change_pageblock_range(buddy, order, migratetype);

		combined_pfn = buddy_pfn & pfn;
		page = page + (combined_pfn - pfn);
		pfn = combined_pfn;
		order++;
	}

done_merging:
	set_buddy_order(page, order);

	if (fpi_flags & FPI_TO_TAIL)
		to_tail = true;
	else
		to_tail = buddy_merge_likely(pfn, buddy_pfn, page, order);

	__add_to_free_list(page, zone, order, migratetype, to_tail);
}

/* Splits a block of order high down to low; the upper halves go back. Returns their pages. */
static inline unsigned int expand(struct zone *zone, struct page *page, int low, int high,
				  int migratetype)
{
	unsigned int size = 1 << high;
	unsigned int nr_added = 0;

	while (high > low) {
		high--;
		size >>= 1;
		__add_to_free_list(&page[size], zone, high, migratetype, false);
		set_buddy_order(&page[size], high);
		nr_added += size;
	}
	return nr_added;
}

static __always_inline void page_del_and_expand(struct zone *zone, struct page *page, int low,
						int high, int migratetype)
{
	int nr_pages = 1 << high;

	__del_page_from_free_list(page, zone, high, migratetype);
	nr_pages -= expand(zone, page, low, high, migratetype);
	account_freepages(zone, -nr_pages, migratetype);
}

static __always_inline struct page *__rmqueue_smallest(struct zone *zone, unsigned int order,
						       int migratetype)
{
	unsigned int current_order;
	struct free_area *area;
	struct page *page;

	for (current_order = order; current_order < NR_PAGE_ORDERS; ++current_order) {
		area = &zone->free_area[current_order];
		page = get_page_from_free_area(area, migratetype);
		if (!page)
			continue;

		page_del_and_expand(zone, page, order, current_order, migratetype);
		return page;
	}
	return NULL;
}

/* ---------------------------------------------------------------- fallback */

/* Moves a block's free pages to another type's lists. The block's own type is changed with it. */
static int __move_freepages_block(struct zone *zone, unsigned long start_pfn, int old_mt,
				  int new_mt)
{
	unsigned long pfn, end_pfn;
	unsigned int order;
	struct page *page;
	int pages_moved = 0;

	end_pfn = pageblock_end_pfn(start_pfn);
	for (pfn = start_pfn; pfn < end_pfn;) {
		page = pfn_to_page(pfn);
		if (!PageBuddy(page)) {
			pfn++;
			continue;
		}

		order = buddy_order(page);
		move_to_free_list(page, zone, order, old_mt, new_mt);
		pfn += 1 << order;
		pages_moved += 1 << order;
	}
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 16, 0)
	set_pageblock_migratetype(pfn_to_page(start_pfn), new_mt);
#endif
	return pages_moved;
}

/* False when the block sticks out of the zone. Counts what is free and what could be moved. */
static bool prep_move_freepages_block(struct zone *zone, struct page *page,
				      unsigned long *start_pfn, int *num_free, int *num_movable)
{
	unsigned long pfn, start, end;
	int nr;

	pfn = page_to_pfn(page);
	start = pageblock_start_pfn(pfn);
	end = pageblock_end_pfn(pfn);

	if (!zone_spans_pfn(zone, start))
		return false;
	if (!zone_spans_pfn(zone, end - 1))
		return false;

	*start_pfn = start;

	if (num_free) {
		*num_free = 0;
		*num_movable = 0;
		for (pfn = start; pfn < end;) {
			page = pfn_to_page(pfn);
			if (PageBuddy(page)) {
				nr = 1 << buddy_order(page);
				*num_free += nr;
				pfn += nr;
				continue;
			}
			if (PageLRU(page))
				(*num_movable)++;
			pfn++;
		}
	}
	return true;
}

static int move_freepages_block(struct zone *zone, struct page *page, int old_mt, int new_mt)
{
	unsigned long start_pfn;
	int res;

	if (!prep_move_freepages_block(zone, page, &start_pfn, NULL, NULL))
		return -1;

	res = __move_freepages_block(zone, start_pfn, old_mt, new_mt);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
	set_pageblock_migratetype(pfn_to_page(start_pfn), new_mt);
#endif
	return res;
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 16, 0)
/* Their names before v6.16. */
#define should_try_claim_block can_steal_fallback
#define try_to_claim_block try_to_steal_block
#endif

/* Whether a request may take the whole block, not only the page: large blocks, or bad mixers. */
static bool should_try_claim_block(unsigned int order, int start_mt)
{
	if (order >= pageblock_order)
		return true;

	return order >= pageblock_order / 2 || start_mt == MIGRATE_RECLAIMABLE ||
	       start_mt == MIGRATE_UNMOVABLE || page_group_by_mobility_disabled;
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
/* The other type with a free block of this order; -1: none, -2: it would not be claimed. */
static int find_suitable_fallback(struct free_area *area, unsigned int order, int migratetype,
				  bool claimable)
{
	int fallback_mt;
	int i;

	if (claimable && !should_try_claim_block(order, migratetype))
		return -2;
	if (area->nr_free == 0)
		return -1;

	for (i = 0; i < MIGRATE_PCPTYPES - 1; i++) {
		fallback_mt = fallbacks[migratetype][i];
		if (!free_area_empty(area, fallback_mt))
			return fallback_mt;
	}
	return -1;
}
#else
/* The other type with a free block of this order, or -1. */
static int find_suitable_fallback(struct free_area *area, unsigned int order, int migratetype,
				  bool only_stealable, bool *can_steal)
{
	int fallback_mt;
	int i;

	if (area->nr_free == 0)
		return -1;

	*can_steal = false;
	for (i = 0; i < MIGRATE_PCPTYPES - 1; i++) {
		fallback_mt = fallbacks[migratetype][i];
		if (free_area_empty(area, fallback_mt))
			continue;
		if (should_try_claim_block(order, migratetype))
			*can_steal = true;
		if (!only_stealable || *can_steal)
			return fallback_mt;
	}
	return -1;
}
#endif

/*
 * Makes the block that the page is in one of start_type and takes a page of it: when the page is a
 * block at least, or half of the block is free or of the kind that is asked for.
 */
static struct page *try_to_claim_block(struct zone *zone, struct page *page, int current_order,
				       int order, int start_type, int block_type,
				       unsigned int alloc_flags)
{
	int free_pages, movable_pages, alike_pages;
	unsigned long start_pfn;
	unsigned int nr_added;

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 16, 0)
	block_type = get_pageblock_migratetype(page);
	if (block_type == MIGRATE_HIGHATOMIC)
		return NULL;
#endif
	if (current_order >= pageblock_order) {
		del_page_from_free_list(page, zone, current_order, block_type);
		change_pageblock_range(page, current_order, start_type);
		nr_added = expand(zone, page, order, current_order, start_type);
		account_freepages(zone, nr_added, start_type);
		return page;
	}

	/* A mixed block is the price of a fallback: have kswapd free some more than usual. */
	if (boost_watermark(zone) && (alloc_flags & ALLOC_KSWAPD))
		set_bit(ZONE_BOOSTED_WATERMARK, &zone->flags);

	if (!prep_move_freepages_block(zone, page, &start_pfn, &free_pages, &movable_pages))
		return NULL;

	if (start_type == MIGRATE_MOVABLE)
		alike_pages = movable_pages;
	else if (block_type == MIGRATE_MOVABLE)
		alike_pages = pageblock_nr_pages - (free_pages + movable_pages);
	else
		alike_pages = 0;

	if (free_pages + alike_pages >= (1 << (pageblock_order - 1)) ||
	    page_group_by_mobility_disabled) {
		__move_freepages_block(zone, start_pfn, block_type, start_type);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
		set_pageblock_migratetype(pfn_to_page(start_pfn), start_type);
#endif
		return __rmqueue_smallest(zone, order, start_type);
	}
	return NULL;
}

/* Takes a page from another type's block, and the block with it when that may be. */
static __always_inline struct page *__rmqueue_claim(struct zone *zone, int order,
						    int start_migratetype,
						    unsigned int alloc_flags)
{
	struct free_area *area;
	int current_order;
	int min_order = order;
	struct page *page;
	int fallback_mt;
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 16, 0)
	bool can_steal;
#endif

	/* Larger than a block only: smaller ones would mix. */
	if (order < pageblock_order && (alloc_flags & ALLOC_NOFRAGMENT))
		min_order = pageblock_order;

	/* The largest first: its block has probably the most free pages. */
	for (current_order = MAX_PAGE_ORDER; current_order >= min_order; --current_order) {
		area = &zone->free_area[current_order];
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 16, 0)
		fallback_mt = find_suitable_fallback(area, current_order, start_migratetype, false,
						     &can_steal);
		if (fallback_mt == -1)
			continue;
		if (!can_steal)
			break;
#else
		fallback_mt = find_suitable_fallback(area, current_order, start_migratetype, true);
		if (fallback_mt == -1)
			continue;
		if (fallback_mt == -2)
			break;
#endif
		page = get_page_from_free_area(area, fallback_mt);
		page = try_to_claim_block(zone, page, current_order, order, start_migratetype,
					  fallback_mt, alloc_flags);
		if (page)
			return page;
	}
	return NULL;
}

/* Takes a single page from another type's block and leaves the block what it is. */
static __always_inline struct page *__rmqueue_steal(struct zone *zone, int order,
						    int start_migratetype)
{
	struct free_area *area;
	int current_order;
	struct page *page;
	int fallback_mt;
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 16, 0)
	bool can_steal;
#endif

	for (current_order = order; current_order < NR_PAGE_ORDERS; current_order++) {
		area = &zone->free_area[current_order];
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 16, 0)
		fallback_mt = find_suitable_fallback(area, current_order, start_migratetype, false,
						     &can_steal);
#else
		fallback_mt = find_suitable_fallback(area, current_order, start_migratetype,
						     false);
#endif
		if (fallback_mt == -1)
			continue;

		page = get_page_from_free_area(area, fallback_mt);
		page_del_and_expand(zone, page, order, current_order, fallback_mt);
		return page;
	}
	return NULL;
}

#ifdef CONFIG_CMA
static __always_inline struct page *__rmqueue_cma_fallback(struct zone *zone, unsigned int order)
{
	return __rmqueue_smallest(zone, order, MIGRATE_CMA);
}
#else
#define __rmqueue_cma_fallback(zone, order) ((struct page *)NULL)
#endif

/* How far down the list of ways to get a page one had to go. */
enum rmqueue_mode {
	RMQUEUE_NORMAL,
	RMQUEUE_CMA,
	RMQUEUE_CLAIM,
	RMQUEUE_STEAL,
};

/*
 * Takes a block from the buddy lists. zone->lock held. Who takes several while holding it begins
 * where the last one was found: the lists before that are empty.
 */
static __always_inline struct page *__rmqueue(struct zone *zone, unsigned int order,
					      int migratetype, unsigned int alloc_flags,
					      enum rmqueue_mode *mode)
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
	switch (*mode) {
	case RMQUEUE_NORMAL:
		page = __rmqueue_smallest(zone, order, migratetype);
		if (page)
			return page;
		/* fall through */
	case RMQUEUE_CMA:
		if (alloc_flags & ALLOC_CMA) {
			page = __rmqueue_cma_fallback(zone, order);
			if (page) {
				*mode = RMQUEUE_CMA;
				return page;
			}
		}
		/* fall through */
	case RMQUEUE_CLAIM:
		page = __rmqueue_claim(zone, order, migratetype, alloc_flags);
		if (page) {
			/* There is more where that came from, on the list of this type now. */
			*mode = RMQUEUE_NORMAL;
			return page;
		}
		/* fall through */
	case RMQUEUE_STEAL:
		if (!(alloc_flags & ALLOC_NOFRAGMENT)) {
			page = __rmqueue_steal(zone, order, migratetype);
			if (page) {
				*mode = RMQUEUE_STEAL;
				return page;
			}
		}
	}
	return NULL;
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
	}

	del_page_from_free_list(page, zone, order, mt);
	return 1 << order;
}

/* ---------------------------------------------------------------- the reserve for high orders */

/* Keeps the block that a page for a high-order atomic request came from for more of them. */
static void reserve_highatomic_pageblock(struct page *page, int order, struct zone *zone)
{
	unsigned long max_managed, flags;
	int mt;

	/* A hundredth of the zone; none where that is less than a block. */
	if ((zone_managed_pages(zone) / 100) < pageblock_nr_pages)
		return;
	max_managed = ALIGN((zone_managed_pages(zone) / 100), pageblock_nr_pages);
	if (zone->nr_reserved_highatomic >= max_managed)
		return;

	spin_lock_irqsave(&zone->lock, flags);

	if (zone->nr_reserved_highatomic >= max_managed)
		goto out_unlock;

	mt = get_pageblock_migratetype(page);
	if (!migratetype_is_mergeable(mt))
		goto out_unlock;

	if (order < pageblock_order) {
		if (move_freepages_block(zone, page, mt, MIGRATE_HIGHATOMIC) == -1)
			goto out_unlock;
		zone->nr_reserved_highatomic += pageblock_nr_pages;
	} else {
		change_pageblock_range(page, order, MIGRATE_HIGHATOMIC);
		zone->nr_reserved_highatomic += 1 << order;
	}

out_unlock:
	spin_unlock_irqrestore(&zone->lock, flags);
}

/* Gives one reserved block back to the requests at large; true when that freed anything. */
bool unreserve_highatomic_pageblock(const struct alloc_context *ac, bool force)
{
	unsigned long flags, size;
	struct zoneref *z;
	struct zone *zone;
	struct page *page;
	int order;
	int ret;

	for_each_zone_zonelist_nodemask(zone, z, ac->zonelist, ac->highest_zoneidx, ac->nodemask) {
		/* The last block only when it is that or the OOM killer. */
		if (!force && zone->nr_reserved_highatomic <= pageblock_nr_pages)
			continue;

		spin_lock_irqsave(&zone->lock, flags);
		for (order = 0; order < NR_PAGE_ORDERS; order++) {
			page = get_page_from_free_area(&zone->free_area[order],
						       MIGRATE_HIGHATOMIC);
			if (!page)
				continue;

			size = max(pageblock_nr_pages, 1UL << order);
			if (WARN_ON_ONCE(size > zone->nr_reserved_highatomic))
				size = zone->nr_reserved_highatomic;
			zone->nr_reserved_highatomic -= size;

			if (order < pageblock_order) {
				ret = move_freepages_block(zone, page, MIGRATE_HIGHATOMIC,
							   ac->migratetype);
			} else {
				move_to_free_list(page, zone, order, MIGRATE_HIGHATOMIC,
						  ac->migratetype);
				change_pageblock_range(page, order, ac->migratetype);
				ret = 1;
			}
			WARN_ON_ONCE(ret == -1);
			if (ret > 0) {
				spin_unlock_irqrestore(&zone->lock, flags);
				return ret;
			}
		}
		spin_unlock_irqrestore(&zone->lock, flags);
	}
	return false;
}

/* ---------------------------------------------------------------- per-CPU lists */

/* Fills a per-CPU list from the buddy lists; returns how many blocks it got. */
static int rmqueue_bulk(struct zone *zone, unsigned int order, unsigned long count,
			struct list_head *list, int migratetype, unsigned int alloc_flags)
{
	enum rmqueue_mode rmqm = RMQUEUE_NORMAL;
	unsigned long flags;
	struct page *page;
	int i;

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
	if (unlikely(alloc_flags & ALLOC_TRYLOCK)) {
		if (!spin_trylock_irqsave(&zone->lock, flags))
			return 0;
	} else {
		spin_lock_irqsave(&zone->lock, flags);
	}
#else
	spin_lock_irqsave(&zone->lock, flags);
#endif
	for (i = 0; i < (int)count; ++i) {
		page = __rmqueue(zone, order, migratetype, alloc_flags, &rmqm);
		if (unlikely(page == NULL))
			break;

		list_add_tail(&page->pcp_list, list);
	}
	spin_unlock_irqrestore(&zone->lock, flags);
	return i;
}

/* Gives count pages of the per-CPU lists back, by turns, the coldest first; list pindex begins. */
static void free_pcppages_bulk(struct zone *zone, int count, struct per_cpu_pages *pcp, int pindex)
{
	struct list_head *list;
	unsigned long flags, pfn;
	unsigned int order;
	struct page *page;
	int nr_pages;
	int mt;

	count = min(pcp->count, count);
	pindex = pindex - 1;

	spin_lock_irqsave(&zone->lock, flags);
	while (count > 0) {
		do {
			if (++pindex > NR_PCP_LISTS - 1)
				pindex = 0;
			list = &pcp->lists[pindex];
		} while (list_empty(list));

		order = pindex_to_order(pindex);
		nr_pages = 1 << order;
		do {
			page = list_last_entry(list, struct page, pcp_list);
			pfn = page_to_pfn(page);
			mt = get_pfnblock_migratetype(page, pfn);

			list_del(&page->pcp_list);
			count -= nr_pages;
			pcp->count -= nr_pages;

			__free_one_page(page, pfn, zone, order, mt, FPI_NONE);
		} while (count > 0 && !list_empty(list));
	}
	spin_unlock_irqrestore(&zone->lock, flags);
}

/*
 * Called from the vmstat worker, now and then: lets pcp->high sink again, and what is above it
 * goes back. Returns whether there is more to do.
 */
bool decay_pcp_high(struct zone *zone, struct per_cpu_pages *pcp)
{
	int high_min, to_drain, batch;
	unsigned long UP_flags;
	bool todo = false;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
	int to_drain_batched;
#endif

	high_min = READ_ONCE(pcp->high_min);
	batch = READ_ONCE(pcp->batch);
	if (pcp->high > high_min) {
		pcp->high = max3(pcp->count - (batch << CONFIG_PCP_BATCH_SCALE_MAX),
				 pcp->high - (pcp->high >> 3), high_min);
		if (pcp->high > high_min)
			todo = true;
	}

	to_drain = pcp->count - pcp->high;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
	while (to_drain > 0) {
		to_drain_batched = min(to_drain, batch);
		pcp_spin_lock_maybe_irqsave(pcp, UP_flags);
		free_pcppages_bulk(zone, to_drain_batched, pcp, 0);
		pcp_spin_unlock_maybe_irqrestore(pcp, UP_flags);
		todo = true;

		to_drain -= to_drain_batched;
	}
#else
	if (to_drain > 0) {
		pcp_spin_lock_maybe_irqsave(pcp, UP_flags);
		free_pcppages_bulk(zone, to_drain, pcp, 0);
		pcp_spin_unlock_maybe_irqrestore(pcp, UP_flags);
		todo = true;
	}
#endif
	return todo;
}

/* How many pages to free, the list being at its mark. */
static int nr_pcp_free(struct per_cpu_pages *pcp, int batch, int high, bool free_high)
{
	int min_nr_free, max_nr_free;

	if (unlikely(free_high))
		return min(pcp->count, batch << CONFIG_PCP_BATCH_SCALE_MAX);

	/* Lists switched off, or those of boot. */
	if (unlikely(high < batch))
		return 1;

	/* A batch remains; the more pages were freed in a row, the more go back at once. */
	min_nr_free = batch;
	max_nr_free = high - batch;
	return clamp_t(int, pcp->free_count, min_nr_free, max_nr_free);
}

/* At how many pages the lists are full; moves the mark between high_min and high_max. */
static int nr_pcp_high(struct per_cpu_pages *pcp, struct zone *zone, int batch, bool free_high)
{
	int high, high_min, high_max, free_count, need_high;

	high_min = READ_ONCE(pcp->high_min);
	high_max = READ_ONCE(pcp->high_max);
	high = clamp(pcp->high, high_min, high_max);
	pcp->high = high;

	if (unlikely(!high))
		return 0;

	if (unlikely(free_high)) {
		pcp->high = max(high - (batch << CONFIG_PCP_BATCH_SCALE_MAX), high_min);
		return 0;
	}

	/* While reclaim is at work, do not sit on what it frees. */
	if (test_bit(ZONE_RECLAIM_ACTIVE, &zone->flags)) {
		free_count = max_t(int, pcp->free_count, batch);
		pcp->high = max(high - free_count, high_min);
		return min(batch << 2, pcp->high);
	}

	if (high_min == high_max)
		return high;

	if (test_bit(ZONE_BELOW_HIGH, &zone->flags)) {
		free_count = max_t(int, pcp->free_count, batch);
		pcp->high = max(high - free_count, high_min);
		high = max(pcp->count, high_min);
	} else if (pcp->count >= high) {
		need_high = pcp->free_count + batch;

		/* Room for what is freed in a row. */
		if (pcp->high < need_high)
			pcp->high = clamp(need_high, high_min, high_max);
	}
	return high;
}

/* How many blocks to take, the list being empty. */
static int nr_pcp_alloc(struct per_cpu_pages *pcp, struct zone *zone, int order)
{
	int high, base_batch, batch, max_nr_alloc;
	int high_max, high_min;

	base_batch = READ_ONCE(pcp->batch);
	high_min = READ_ONCE(pcp->high_min);
	high_max = READ_ONCE(pcp->high_max);
	high = clamp(pcp->high, high_min, high_max);
	pcp->high = high;

	/* Lists switched off, or those of boot. */
	if (unlikely(high < base_batch))
		return 1;

	if (order)
		batch = base_batch;
	else
		batch = (base_batch << pcp->alloc_factor);

	/* A higher mark would have saved this. */
	if (high_min != high_max && !test_bit(ZONE_BELOW_HIGH, &zone->flags)) {
		high = min(high + batch, high_max);
		pcp->high = high;
	}

	if (!order) {
		max_nr_alloc = max(high - pcp->count - base_batch, base_batch);
		/* Twice as much with each refill after which nothing was freed. */
		if (batch <= max_nr_alloc && pcp->alloc_factor < CONFIG_PCP_BATCH_SCALE_MAX)
			pcp->alloc_factor++;
		batch = min(batch, max_nr_alloc);
	}

	if (batch > 1)
		batch = max(batch >> order, 2);

	return batch;
}

/* Takes a block from a per-CPU list, refilling the list when it is empty. */
static inline struct page *__rmqueue_pcplist(struct zone *zone, unsigned int order,
					     int migratetype, unsigned int alloc_flags,
					     struct per_cpu_pages *pcp, struct list_head *list)
{
	struct page *page;
	int batch, alloced;

	do {
		if (list_empty(list)) {
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
			/* rmqueue_buddy() takes it from the reserve, and lets that grow. */
			if (alloc_flags & ALLOC_HIGHATOMIC)
				return NULL;
#endif
			batch = nr_pcp_alloc(pcp, zone, order);
			alloced = rmqueue_bulk(zone, order, batch, list, migratetype, alloc_flags);

			pcp->count += alloced << order;
			if (unlikely(list_empty(list)))
				return NULL;
		}

		page = list_first_entry(list, struct page, pcp_list);
		list_del(&page->pcp_list);
		pcp->count -= 1 << order;
	} while (check_new_pages(page, order));

	return page;
}

static struct page *rmqueue_pcplist(struct zone *preferred_zone, struct zone *zone,
				    unsigned int order, int migratetype, unsigned int alloc_flags)
{
	struct per_cpu_pages *pcp;
	struct list_head *list;
	struct page *page;
	unsigned long UP_flags;

	/* Another CPU drains this list, or the context interrupted here is at it. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
	pcp_trylock_prepare(UP_flags);
	pcp = pcp_spin_trylock(zone->per_cpu_pageset, UP_flags);
	if (!pcp) {
		pcp_trylock_finish(UP_flags);
		return NULL;
	}
#else
	pcp = pcp_spin_trylock(zone->per_cpu_pageset, UP_flags);
	if (!pcp)
		return NULL;
#endif

	/* The less was freed in a row, the less is flushed at a time. */
	pcp->free_count >>= 1;
	list = &pcp->lists[order_to_pindex(migratetype, order)];
	page = __rmqueue_pcplist(zone, order, migratetype, alloc_flags, pcp, list);
	pcp_spin_unlock(pcp, UP_flags);
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
	pcp_trylock_finish(UP_flags);
#endif
	if (page) {
		__count_zid_vm_events(PGALLOC, page_zonenum(page), 1 << order);
		zone_statistics(preferred_zone, zone);
	}
	return page;
}

/* Takes a block from the buddy lists. */
static __always_inline struct page *rmqueue_buddy(struct zone *preferred_zone, struct zone *zone,
						  unsigned int order, unsigned int alloc_flags,
						  int migratetype)
{
	enum rmqueue_mode rmqm;
	unsigned long flags;
	struct page *page;

	do {
		page = NULL;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
		if (unlikely(alloc_flags & ALLOC_TRYLOCK)) {
			if (!spin_trylock_irqsave(&zone->lock, flags))
				return NULL;
		} else {
			spin_lock_irqsave(&zone->lock, flags);
		}
#else
		spin_lock_irqsave(&zone->lock, flags);
#endif
		if (alloc_flags & ALLOC_HIGHATOMIC)
			page = __rmqueue_smallest(zone, order, MIGRATE_HIGHATOMIC);
		if (!page) {
			rmqm = RMQUEUE_NORMAL;
			page = __rmqueue(zone, order, migratetype, alloc_flags, &rmqm);

			/* To fail now is worse than to fail with a high order later. */
			if (!page && (alloc_flags & (ALLOC_OOM | ALLOC_NON_BLOCK)))
				page = __rmqueue_smallest(zone, order, MIGRATE_HIGHATOMIC);

			if (!page) {
				spin_unlock_irqrestore(&zone->lock, flags);
				return NULL;
			}
		}
		spin_unlock_irqrestore(&zone->lock, flags);
	} while (check_new_pages(page, order));

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
	if (unlikely(alloc_flags & ALLOC_HIGHATOMIC))
		reserve_highatomic_pageblock(page, order, zone);
#endif
	__count_zid_vm_events(PGALLOC, page_zonenum(page), 1 << order);
	zone_statistics(preferred_zone, zone);
	return page;
}

/* Takes pages of one zone: from this CPU's lists where the order has one, else from the zone. */
static inline struct page *rmqueue(struct zone *preferred_zone, struct zone *zone,
				   unsigned int order, gfp_t gfp_flags,
				   unsigned int alloc_flags, int migratetype)
{
	struct page *page;

	if (likely(pcp_allowed_order(order))) {
		page = rmqueue_pcplist(preferred_zone, zone, order, migratetype, alloc_flags);
		if (likely(page))
			goto out;
	}

	page = rmqueue_buddy(preferred_zone, zone, order, alloc_flags, migratetype);

out:
	/* A fallback has raised the watermarks: have kswapd work up to them. */
	if ((alloc_flags & ALLOC_KSWAPD) &&
	    unlikely(test_bit(ZONE_BOOSTED_WATERMARK, &zone->flags))) {
		clear_bit(ZONE_BOOSTED_WATERMARK, &zone->flags);
		wakeup_kswapd(zone, 0, 0, zone_idx(zone));
	}
	return page;
}

/* ---------------------------------------------------------------- watermarks */

/* Free pages that this request may not count on. */
static inline long __zone_watermark_unusable_free(struct zone *z, unsigned int order,
						  unsigned int alloc_flags)
{
	long unusable_free = (1 << order) - 1;

	if (likely(!(alloc_flags & ALLOC_RESERVES)))
		unusable_free += READ_ONCE(z->nr_free_highatomic);

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
	long min = mark;
	struct free_area *area;
	int o;
	int mt;

	free_pages -= __zone_watermark_unusable_free(z, order, alloc_flags);

	if (unlikely(alloc_flags & ALLOC_RESERVES)) {
		if (alloc_flags & ALLOC_MIN_RESERVE) {
			min -= min / 2;

			/* GFP_ATOMIC; GFP_NOWAIT has no part in the reserve. */
			if (alloc_flags & ALLOC_NON_BLOCK)
				min -= min / 4;
		}
		if (alloc_flags & ALLOC_OOM)
			min -= min / 2;
	}

	if (free_pages <= min + z->lowmem_reserve[highest_zoneidx])
		return false;

	if (!order)
		return true;

	for (o = order; o < NR_PAGE_ORDERS; o++) {
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
		if ((alloc_flags & (ALLOC_HIGHATOMIC | ALLOC_OOM)) &&
		    !free_area_empty(area, MIGRATE_HIGHATOMIC))
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
	long usable_free, reserved;

	if (!order) {
		usable_free = free_pages;
		reserved = __zone_watermark_unusable_free(z, 0, alloc_flags);

		usable_free -= min(usable_free, reserved);
		if (usable_free > mark + z->lowmem_reserve[highest_zoneidx])
			return true;
	}

	if (__zone_watermark_ok(z, order, mark, highest_zoneidx, alloc_flags, free_pages))
		return true;

	/* The boost is kswapd's goal, not a reason to refuse __GFP_HIGH. */
	if (unlikely(!order && (alloc_flags & ALLOC_MIN_RESERVE) && z->watermark_boost &&
		     ((alloc_flags & ALLOC_WMARK_MASK) == WMARK_MIN))) {
		mark = z->_watermark[WMARK_MIN];
		return __zone_watermark_ok(z, order, mark, highest_zoneidx, alloc_flags,
					   free_pages);
	}
	return false;
}

/* ---------------------------------------------------------------- allocation */

static inline unsigned int alloc_flags_nofragment(struct zone *zone, gfp_t gfp_mask)
{
	unsigned int alloc_flags = gfp_mask & __GFP_KSWAPD_RECLAIM;

	if (defrag_mode) {
		alloc_flags |= ALLOC_NOFRAGMENT;
		return alloc_flags;
	}

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
static inline unsigned int gfp_to_alloc_flags_cma(gfp_t gfp_mask, unsigned int alloc_flags)
{
#ifdef CONFIG_CMA
	if (gfp_migratetype(gfp_mask) == MIGRATE_MOVABLE)
		alloc_flags |= ALLOC_CMA;
#endif
	return alloc_flags;
}

/* Tries the zones of the zonelist in turn. */
struct page *get_page_from_freelist(gfp_t gfp_mask, unsigned int order, int alloc_flags,
				    const struct alloc_context *ac)
{
	struct zoneref *z;
	struct zone *zone;
	struct page *page;
	unsigned long mark;
	bool no_fallback;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
	bool skip_kswapd_nodes = nr_online_nodes > 1;
	bool skipped_kswapd_nodes = false;
#endif

retry:
	no_fallback = alloc_flags & ALLOC_NOFRAGMENT;
	z = ac->preferred_zoneref;
	for_next_zone_zonelist_nodemask(zone, z, ac->highest_zoneidx, ac->nodemask) {
		/* Memory of the own node counts for more than unmixed pageblocks. */
		if (no_fallback && !defrag_mode && nr_online_nodes > 1 &&
		    zone != zonelist_zone(ac->preferred_zoneref) &&
		    zone_to_nid(zone) != zone_to_nid(zonelist_zone(ac->preferred_zoneref))) {
			alloc_flags &= ~ALLOC_NOFRAGMENT;
			goto retry;
		}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
		/* Where kswapd is at work already there is little; other nodes may have more. */
		if (skip_kswapd_nodes && !waitqueue_active(&zone->zone_pgdat->kswapd_wait)) {
			skipped_kswapd_nodes = true;
			continue;
		}
#endif
		/* Below the high watermark the per-CPU lists are to shrink when pages are freed. */
		if (test_bit(ZONE_BELOW_HIGH, &zone->flags))
			goto check_alloc_wmark;

		mark = high_wmark_pages(zone);
		if (zone_watermark_fast(zone, order, mark, ac->highest_zoneidx, alloc_flags,
					gfp_mask))
			goto try_this_zone;
		else
			set_bit(ZONE_BELOW_HIGH, &zone->flags);

check_alloc_wmark:
		mark = wmark_pages(zone, alloc_flags & ALLOC_WMARK_MASK);
		if (!zone_watermark_fast(zone, order, mark, ac->highest_zoneidx, alloc_flags,
					 gfp_mask)) {
			if (cond_accept_memory(zone, order, alloc_flags))
				goto try_this_zone;
			if (deferred_pages_enabled())
				goto try_this_zone;
			/* node_reclaim_mode is 0: no reclaim here, on to the next zone. */
			if (!(alloc_flags & ALLOC_NO_WATERMARKS))
				continue;
		}

try_this_zone:
		page = rmqueue(zonelist_zone(ac->preferred_zoneref), zone, order, gfp_mask,
			       alloc_flags, ac->migratetype);
		if (page) {
			prep_new_page(page, order, gfp_mask, alloc_flags);
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
			if (unlikely(alloc_flags & ALLOC_HIGHATOMIC))
				reserve_highatomic_pageblock(page, order, zone);
#endif
			return page;
		}
		if (cond_accept_memory(zone, order, alloc_flags))
			goto try_this_zone;
		if (deferred_pages_enabled())
			goto try_this_zone;
	}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
	if (skip_kswapd_nodes && skipped_kswapd_nodes) {
		skip_kswapd_nodes = false;
		goto retry;
	}
#endif
	/* Mixing migratetypes in a block is better than no page. */
	if (no_fallback && !defrag_mode) {
		alloc_flags &= ~ALLOC_NOFRAGMENT;
		goto retry;
	}
	return NULL;
}

static inline unsigned int gfp_to_alloc_flags(gfp_t gfp_mask, unsigned int order)
{
	unsigned int alloc_flags = ALLOC_WMARK_MIN | ALLOC_CPUSET;

	BUILD_BUG_ON(___GFP_HIGH != ALLOC_MIN_RESERVE);
	BUILD_BUG_ON(___GFP_KSWAPD_RECLAIM != ALLOC_KSWAPD);
	alloc_flags |= gfp_mask & (__GFP_HIGH | __GFP_KSWAPD_RECLAIM);

	if (!(gfp_mask & __GFP_DIRECT_RECLAIM)) {
		/* The caller cannot wait: a quarter further, unless he declines the reserves. */
		if (!(gfp_mask & __GFP_NOMEMALLOC)) {
			alloc_flags |= ALLOC_NON_BLOCK;

			if (order > 0 && (alloc_flags & ALLOC_MIN_RESERVE))
				alloc_flags |= ALLOC_HIGHATOMIC;
		}
		/* GFP_ATOMIC may go past the cpuset. */
		if (alloc_flags & ALLOC_MIN_RESERVE)
			alloc_flags &= ~ALLOC_CPUSET;
	} else if (unlikely(rt_task(current)) && in_task()) {
		alloc_flags |= ALLOC_MIN_RESERVE;
	}

	alloc_flags = gfp_to_alloc_flags_cma(gfp_mask, alloc_flags);

	if (defrag_mode)
		alloc_flags |= ALLOC_NOFRAGMENT;

	return alloc_flags;
}

/* ---------------------------------------------------------------- the slow path */

/* Zones that come and go under a request: CONFIG_MEMORY_HOTREMOVE and CONFIG_CPUSETS are off. */
static unsigned int zonelist_iter_begin(void)
{
	return 0;
}

static unsigned int check_retry_zonelist(unsigned int seq)
{
	return seq;
}

static inline bool check_retry_cpuset(int cpuset_mems_cookie, struct alloc_context *ac)
{
	return false;
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
/* What remains when the free lists did not serve at the low watermark. */
static inline struct page *__alloc_pages_slowpath(gfp_t gfp_mask, unsigned int order,
						  struct alloc_context *ac)
{
	bool can_direct_reclaim = gfp_mask & __GFP_DIRECT_RECLAIM;
	bool can_compact = gfp_compaction_allowed(gfp_mask);
	bool nofail = gfp_mask & __GFP_NOFAIL;
	const bool costly_order = order > PAGE_ALLOC_COSTLY_ORDER;
	struct page *page = NULL;
	unsigned int alloc_flags;
	unsigned long did_some_progress;
	enum compact_priority compact_priority;
	enum compact_result compact_result;
	int compaction_retries;
	int no_progress_loops;
	unsigned int cpuset_mems_cookie;
	unsigned int zonelist_iter_cookie;
	int reserve_flags;

	if (unlikely(nofail)) {
		/* For a page or two at most; who cannot wait cannot insist. */
		WARN_ON_ONCE(order > 1);
		WARN_ON_ONCE(!can_direct_reclaim);
		WARN_ON_ONCE(current->flags & PF_MEMALLOC);
	}

restart:
	compaction_retries = 0;
	no_progress_loops = 0;
	compact_result = COMPACT_SKIPPED;
	compact_priority = DEF_COMPACT_PRIORITY;
	cpuset_mems_cookie = 0;
	zonelist_iter_cookie = zonelist_iter_begin();

	alloc_flags = gfp_to_alloc_flags(gfp_mask, order);

	ac->preferred_zoneref = first_zones_zonelist(ac->zonelist, ac->highest_zoneidx,
						     ac->nodemask);
	if (!zonelist_zone(ac->preferred_zoneref))
		goto nopage;

	if (alloc_flags & ALLOC_KSWAPD)
		wake_all_kswapds(order, gfp_mask, ac);

	/* Once more, down to the min watermark and below it as the flags allow. */
	page = get_page_from_freelist(gfp_mask, order, alloc_flags, ac);
	if (page)
		goto got_pg;

	/* Large blocks are a matter of fragmentation rather than of memory. */
	if (can_direct_reclaim && can_compact &&
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
	if (check_retry_cpuset(cpuset_mems_cookie, ac) ||
	    check_retry_zonelist(zonelist_iter_cookie))
		goto restart;

	/* kswapd may have gone to sleep again meanwhile. */
	if (alloc_flags & ALLOC_KSWAPD)
		wake_all_kswapds(order, gfp_mask, ac);

	reserve_flags = __gfp_pfmemalloc_flags(gfp_mask);
	if (reserve_flags)
		alloc_flags = gfp_to_alloc_flags_cma(gfp_mask, reserve_flags) |
			      (alloc_flags & ALLOC_KSWAPD);

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
	if (costly_order && (!can_compact || !(gfp_mask & __GFP_RETRY_MAYFAIL)))
		goto nopage;

	if (should_reclaim_retry(gfp_mask, order, ac, alloc_flags, did_some_progress > 0,
				 &no_progress_loops))
		goto retry;

	/* Compaction alone, without reclaim's progress, would try for ever. */
	if (did_some_progress > 0 && can_compact &&
	    should_compact_retry(ac, order, alloc_flags, compact_result, &compact_priority,
				 &compaction_retries))
		goto retry;

	/* check_retry_cpuset() too, which without cpusets the compiler calls once. */
	if (check_retry_zonelist(zonelist_iter_cookie))
		goto restart;

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
	if (check_retry_zonelist(zonelist_iter_cookie))
		goto restart;

	if (unlikely(nofail)) {
		if (!can_direct_reclaim)
			goto fail;

		page = __alloc_pages_cpuset_fallback(gfp_mask, order, ALLOC_MIN_RESERVE, ac);
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
#else
/* What remains when the free lists did not serve at the low watermark. */
static inline struct page *__alloc_pages_slowpath(gfp_t gfp_mask, unsigned int order,
						  struct alloc_context *ac)
{
	bool can_direct_reclaim = gfp_mask & __GFP_DIRECT_RECLAIM;
	bool can_compact = can_direct_reclaim && gfp_compaction_allowed(gfp_mask);
	bool nofail = gfp_mask & __GFP_NOFAIL;
	const bool costly_order = order > PAGE_ALLOC_COSTLY_ORDER;
	struct page *page = NULL;
	unsigned int alloc_flags;
	unsigned long did_some_progress = 0;
	enum compact_priority compact_priority;
	enum compact_result compact_result;
	int compaction_retries;
	int no_progress_loops;
	unsigned int cpuset_mems_cookie;
	unsigned int zonelist_iter_cookie;
	int reserve_flags;
	bool compact_first = false;
	bool can_retry_reserves = true;

	if (unlikely(nofail)) {
		/* Who cannot wait cannot insist. */
		WARN_ON_ONCE(!can_direct_reclaim);
		WARN_ON_ONCE(current->flags & PF_MEMALLOC);
	}

restart:
	compaction_retries = 0;
	no_progress_loops = 0;
	compact_result = COMPACT_SKIPPED;
	compact_priority = DEF_COMPACT_PRIORITY;
	cpuset_mems_cookie = 0;
	zonelist_iter_cookie = zonelist_iter_begin();

	/* Large blocks are a matter of fragmentation rather than of memory. */
	if (can_compact &&
	    (costly_order || (order > 0 && ac->migratetype != MIGRATE_MOVABLE))) {
		compact_first = true;
		compact_priority = INIT_COMPACT_PRIORITY;
	}

	alloc_flags = gfp_to_alloc_flags(gfp_mask, order);

	ac->preferred_zoneref = first_zones_zonelist(ac->zonelist, ac->highest_zoneidx,
						     ac->nodemask);
	if (!zonelist_zone(ac->preferred_zoneref))
		goto nopage;

retry:
	/* kswapd is not to sleep while this goes round. */
	if (alloc_flags & ALLOC_KSWAPD)
		wake_all_kswapds(order, gfp_mask, ac);

	/* Once more, down to the min watermark and below it as the flags allow. */
	page = get_page_from_freelist(gfp_mask, order, alloc_flags, ac);
	if (page)
		goto got_pg;

	reserve_flags = __gfp_pfmemalloc_flags(gfp_mask);
	if (reserve_flags)
		alloc_flags = gfp_to_alloc_flags_cma(gfp_mask, reserve_flags) |
			      (alloc_flags & ALLOC_KSWAPD);

	if (!(alloc_flags & ALLOC_CPUSET) || reserve_flags) {
		ac->nodemask = NULL;
		ac->preferred_zoneref = first_zones_zonelist(ac->zonelist, ac->highest_zoneidx,
							     ac->nodemask);

		/* Allowed more than at first: try that at once, a single time. */
		if (can_retry_reserves) {
			can_retry_reserves = false;
			goto retry;
		}
	}

	/* Here GFP_ATOMIC and GFP_NOWAIT end. */
	if (!can_direct_reclaim) {
		/* In defrag_mode kswapd has been told; now the request may mix types. */
		if (defrag_mode && (alloc_flags & ALLOC_NOFRAGMENT) &&
		    (gfp_mask & __GFP_KSWAPD_RECLAIM)) {
			alloc_flags &= ~ALLOC_NOFRAGMENT;
			goto retry;
		}
		goto nopage;
	}

	if (current->flags & PF_MEMALLOC)
		goto nopage;

	if (!compact_first) {
		page = __alloc_pages_direct_reclaim(gfp_mask, order, alloc_flags, ac,
						    &did_some_progress);
		if (page)
			goto got_pg;
	}

	page = __alloc_pages_direct_compact(gfp_mask, order, alloc_flags, ac, compact_priority,
					    &compact_result);
	if (page)
		goto got_pg;

	if (compact_first) {
		/* A huge page of this node or none: reclaim would hurt more than help. */
		if (gfp_has_flags(gfp_mask, __GFP_NORETRY | __GFP_THISNODE))
			goto nopage;

		/* The first attempt was a light one; __GFP_NORETRY has no other. */
		if (!(gfp_mask & __GFP_NORETRY))
			compact_priority = DEF_COMPACT_PRIORITY;

		compact_first = false;
		goto retry;
	}

	if (gfp_mask & __GFP_NORETRY)
		goto nopage;
	if (costly_order && (!can_compact || !(gfp_mask & __GFP_RETRY_MAYFAIL)))
		goto nopage;

	/* What goes back to retry above this can do so once only. */
	if (check_retry_cpuset(cpuset_mems_cookie, ac) ||
	    check_retry_zonelist(zonelist_iter_cookie))
		goto restart;

	if (should_reclaim_retry(gfp_mask, order, ac, alloc_flags, did_some_progress > 0,
				 &no_progress_loops))
		goto retry;

	/* Compaction alone, without reclaim's progress, would try for ever. */
	if (did_some_progress > 0 && can_compact &&
	    should_compact_retry(ac, order, alloc_flags, compact_result, &compact_priority,
				 &compaction_retries))
		goto retry;

	/* Neither reclaim nor compaction kept the types apart. */
	if (defrag_mode && (alloc_flags & ALLOC_NOFRAGMENT)) {
		alloc_flags &= ~ALLOC_NOFRAGMENT;
		goto retry;
	}

	if (check_retry_cpuset(cpuset_mems_cookie, ac) ||
	    check_retry_zonelist(zonelist_iter_cookie))
		goto restart;

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
	if (check_retry_cpuset(cpuset_mems_cookie, ac) ||
	    check_retry_zonelist(zonelist_iter_cookie))
		goto restart;

	if (unlikely(nofail)) {
		if (!can_direct_reclaim)
			goto fail;

		page = __alloc_pages_cpuset_fallback(gfp_mask, order, ALLOC_MIN_RESERVE, ac);
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
#endif

/* ---------------------------------------------------------------- entry points */

static inline bool prepare_alloc_pages(gfp_t gfp_mask, unsigned int order, int preferred_nid,
				       nodemask_t *nodemask, struct alloc_context *ac,
				       gfp_t *alloc_gfp, unsigned int *alloc_flags)
{
	ac->highest_zoneidx = gfp_zone(gfp_mask);
	ac->zonelist = node_zonelist(preferred_nid, gfp_mask);
	ac->nodemask = nodemask;
	ac->migratetype = gfp_migratetype(gfp_mask);

	might_alloc(gfp_mask);

	*alloc_flags = gfp_to_alloc_flags_cma(gfp_mask, *alloc_flags);

	ac->spread_dirty_pages = (gfp_mask & __GFP_WRITE);
	ac->preferred_zoneref = first_zones_zonelist(ac->zonelist, ac->highest_zoneidx,
						     ac->nodemask);
	return true;
}

/* Many order-0 pages under one hold of the per-CPU lock. Empty slots are filled from the first on. */
unsigned long alloc_pages_bulk_noprof(gfp_t gfp, int preferred_nid, nodemask_t *nodemask,
				      int nr_pages, struct page **page_array)
{
	unsigned int alloc_flags = ALLOC_WMARK_LOW;
	int nr_populated = 0, nr_account = 0;
	struct alloc_context ac = { };
	struct list_head *pcp_list;
	struct per_cpu_pages *pcp;
	unsigned long UP_flags;
	unsigned long mark;
	struct zoneref *z;
	struct zone *zone;
	struct page *page;
	gfp_t alloc_gfp;

	while (nr_populated < nr_pages && page_array[nr_populated])
		nr_populated++;

	if (unlikely(nr_pages <= 0))
		goto out;
	if (unlikely(nr_pages - nr_populated == 0))
		goto out;
	if (nr_pages - nr_populated == 1)
		goto failed;

	gfp &= gfp_allowed_mask;
	alloc_gfp = gfp;
	if (!prepare_alloc_pages(gfp, 0, preferred_nid, nodemask, &ac, &alloc_gfp, &alloc_flags))
		goto out;
	gfp = alloc_gfp;

	/* A zone that is above the low watermark even afterwards. */
	z = ac.preferred_zoneref;
	for_next_zone_zonelist_nodemask(zone, z, ac.highest_zoneidx, ac.nodemask) {
		mark = wmark_pages(zone, alloc_flags & ALLOC_WMARK_MASK) + nr_pages;
		if (zone_watermark_fast(zone, 0, mark, zonelist_zone_idx(ac.preferred_zoneref),
					alloc_flags, gfp))
			break;
	}
	if (unlikely(!zone))
		goto failed;

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
	pcp_trylock_prepare(UP_flags);
#endif
	pcp = pcp_spin_trylock(zone->per_cpu_pageset, UP_flags);
	if (!pcp)
		goto failed_irq;

	pcp_list = &pcp->lists[order_to_pindex(ac.migratetype, 0)];
	while (nr_populated < nr_pages) {
		if (page_array[nr_populated]) {
			nr_populated++;
			continue;
		}

		page = __rmqueue_pcplist(zone, 0, ac.migratetype, alloc_flags, pcp, pcp_list);
		if (unlikely(!page)) {
			/* One page at least. */
			if (!nr_account) {
				pcp_spin_unlock(pcp, UP_flags);
				goto failed_irq;
			}
			break;
		}
		nr_account++;

		prep_new_page(page, 0, gfp, 0);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 14, 0)
		set_page_refcounted(page);
#endif
		page_array[nr_populated++] = page;
	}

	pcp_spin_unlock(pcp, UP_flags);
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
	pcp_trylock_finish(UP_flags);
#endif
	__count_zid_vm_events(PGALLOC, zone_idx(zone), nr_account);
	zone_statistics(zonelist_zone(ac.preferred_zoneref), zone);

out:
	return nr_populated;

failed_irq:
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
	pcp_trylock_finish(UP_flags);
#endif
failed:
	page = __alloc_pages_noprof(gfp, 0, preferred_nid, nodemask);
	if (page)
		page_array[nr_populated++] = page;
	goto out;
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 14, 0)
/* Since v6.14: pages without a reference, for those who count otherwise. */
#define __alloc_pages_heart __alloc_frozen_pages_noprof
#else
#define __alloc_pages_heart __alloc_pages_noprof
#endif

/* The heart of the allocator: every request comes through here. */
struct page *__alloc_pages_heart(gfp_t gfp, unsigned int order, int preferred_nid,
				 nodemask_t *nodemask)
{
	struct page *page;
	unsigned int alloc_flags = ALLOC_WMARK_LOW;
	gfp_t alloc_gfp;
	struct alloc_context ac = { };

	if (WARN_ON_ONCE_GFP(order > MAX_PAGE_ORDER, gfp))
		return NULL;

	gfp &= gfp_allowed_mask;
	/* The scopes of memalloc_noio_save() and its kin. */
	gfp = current_gfp_context(gfp);
	alloc_gfp = gfp;
	if (!prepare_alloc_pages(gfp, order, preferred_nid, nodemask, &ac, &alloc_gfp,
				 &alloc_flags))
		return NULL;

	alloc_flags |= alloc_flags_nofragment(zonelist_zone(ac.preferred_zoneref), gfp);

	page = get_page_from_freelist(alloc_gfp, order, alloc_flags, &ac);
	if (likely(page))
		goto out;

	alloc_gfp = gfp;
	ac.spread_dirty_pages = false;
	ac.nodemask = nodemask;

	page = __alloc_pages_slowpath(alloc_gfp, order, &ac);
out:
	return page;
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 14, 0)
struct page *__alloc_pages_noprof(gfp_t gfp, unsigned int order, int preferred_nid,
				  nodemask_t *nodemask)
{
	struct page *page;

	page = __alloc_frozen_pages_noprof(gfp, order, preferred_nid, nodemask);
	if (page)
		set_page_refcounted(page);
	return page;
}
#endif

/* ---------------------------------------------------------------- free */

/* Takes the page's use off it; false when it is in no state to be freed. */
static __always_inline bool __free_pages_prepare(struct page *page, unsigned int order,
						 fpi_t fpi_flags)
{
	bool compound = PageHead(page);
	int bad = 0;
	int i;

	if (unlikely(order)) {
		if (compound)
			page[1].private = 0;
		for (i = 1; i < (1 << order); i++) {
			if (compound)
				bad += free_tail_page_prepare(page, page + i);
			if (is_check_pages_enabled()) {
				if (free_page_is_bad(page + i))
					bad++;
			}
		}
	}
	if (is_check_pages_enabled()) {
		if (free_page_is_bad(page))
			bad++;
		if (bad)
			return false;
	}

	page->flags &= ~PAGE_FLAGS_CHECK_AT_PREP;
	page->private = 0;
	kernel_map_pages(page, 1 << order, 0);
	return true;
}

/* Splits a free range into pageblocks at most, each of one type. */
static void split_large_buddy(struct zone *zone, struct page *page, unsigned long pfn, int order,
			      fpi_t fpi)
{
	unsigned long end = pfn + (1 << order);
	int mt;

	if (order > pageblock_order)
		order = pageblock_order;

	do {
		mt = get_pfnblock_migratetype(page, pfn);
		__free_one_page(page, pfn, zone, order, mt, fpi);
		pfn += 1 << order;
		if (pfn == end)
			break;
		page = pfn_to_page(pfn);
	} while (1);
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
/* For the next one who holds the zone's lock. */
static void add_page_to_zone_llist(struct zone *zone, struct page *page, unsigned int order)
{
	page->private = order;
	llist_add(&page->pcp_llist, &zone->trylock_free_pages);
}
#endif

static void free_one_page(struct zone *zone, struct page *page, unsigned long pfn,
			  unsigned int order, fpi_t fpi_flags)
{
	unsigned long flags;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
	struct llist_node *llnode;
	struct llist_head *llhead;
	struct page *p, *tmp;
	unsigned int p_order;

	if (unlikely(fpi_flags & FPI_TRYLOCK)) {
		if (!spin_trylock_irqsave(&zone->lock, flags)) {
			add_page_to_zone_llist(zone, page, order);
			return;
		}
	} else {
		spin_lock_irqsave(&zone->lock, flags);
	}

	/* Free what others could not. */
	llhead = &zone->trylock_free_pages;
	if (unlikely(!llist_empty(llhead) && !(fpi_flags & FPI_TRYLOCK))) {
		llnode = llist_del_all(llhead);
		llist_for_each_entry_safe(p, tmp, llnode, pcp_llist) {
			p_order = p->private;

			split_large_buddy(zone, p, page_to_pfn(p), p_order, fpi_flags);
			__count_vm_events(PGFREE, 1 << p_order);
		}
	}
#else
	spin_lock_irqsave(&zone->lock, flags);
#endif
	split_large_buddy(zone, page, pfn, order, fpi_flags);
	spin_unlock_irqrestore(&zone->lock, flags);

	__count_vm_events(PGFREE, 1 << order);
}

static void __free_pages_ok(struct page *page, unsigned int order, fpi_t fpi_flags)
{
	unsigned long pfn = page_to_pfn(page);
	struct zone *zone = page_zone(page);

	if (__free_pages_prepare(page, order, fpi_flags))
		free_one_page(zone, page, pfn, order, fpi_flags);
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 14, 0)
/* Names before v6.14. */
#define free_frozen_page_commit free_unref_page_commit
#endif

/* Puts a page on this CPU's list, and flushes some when it is full. False: the lock is lost. */
static bool free_frozen_page_commit(struct zone *zone, struct per_cpu_pages *pcp,
				    struct page *page, int migratetype, unsigned int order,
				    fpi_t fpi_flags, unsigned long *UP_flags)
{
	bool free_high = false;
	int high, batch;
	int pindex;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
	int to_free, to_free_batched;
	int cpu = smp_processor_id();
	bool ret = true;
#endif

	/* The next refills may be smaller. */
	pcp->alloc_factor >>= 1;
	__count_vm_events(PGFREE, 1 << order);
	pindex = order_to_pindex(migratetype, order);
	list_add(&page->pcp_list, &pcp->lists[pindex]);
	pcp->count += 1 << order;

	batch = READ_ONCE(pcp->batch);
	/* Blocks freed one after the other and never taken: rather let them merge. */
	if (order && order <= PAGE_ALLOC_COSTLY_ORDER) {
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
		free_high = (pcp->free_count >= (batch + pcp->high_min / 2) &&
#else
		free_high = (pcp->free_count >= batch &&
#endif
			     (pcp->flags & PCPF_PREV_FREE_HIGH_ORDER) &&
			     (!(pcp->flags & PCPF_FREE_HIGH_BATCH) || pcp->count >= batch));
		pcp->flags |= PCPF_PREV_FREE_HIGH_ORDER;
	} else if (pcp->flags & PCPF_PREV_FREE_HIGH_ORDER) {
		pcp->flags &= ~PCPF_PREV_FREE_HIGH_ORDER;
	}
	if (pcp->free_count < (batch << CONFIG_PCP_BATCH_SCALE_MAX))
		pcp->free_count += (1 << order);

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
	/* No flush without zone->lock: the list may grow above its mark for a while. */
	if (unlikely(fpi_flags & FPI_TRYLOCK))
		return true;
#endif

	high = nr_pcp_high(pcp, zone, batch, free_high);
	if (pcp->count < high)
		return true;

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
	/* A batch at a time, and a breath for others in between. */
	to_free = nr_pcp_free(pcp, batch, high, free_high);
	while (to_free > 0 && pcp->count > 0) {
		to_free_batched = min(to_free, batch);
		free_pcppages_bulk(zone, to_free_batched, pcp, pindex);
		to_free -= to_free_batched;

		if (to_free == 0 || pcp->count == 0)
			break;

		pcp_spin_unlock(pcp, *UP_flags);

		pcp = pcp_spin_trylock(zone->per_cpu_pageset, *UP_flags);
		if (!pcp) {
			ret = false;
			break;
		}

		/* The task may be on another CPU now: that one's list is none of its business. */
		if (smp_processor_id() != cpu) {
			pcp_spin_unlock(pcp, *UP_flags);
			ret = false;
			break;
		}
	}
#else
	free_pcppages_bulk(zone, nr_pcp_free(pcp, batch, high, free_high), pcp, pindex);
#endif
	if (test_bit(ZONE_BELOW_HIGH, &zone->flags) &&
	    zone_watermark_ok(zone, 0, high_wmark_pages(zone), ZONE_MOVABLE, 0))
		clear_bit(ZONE_BELOW_HIGH, &zone->flags);

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
	return ret;
#else
	return true;
#endif
}

/* To this CPU's list where the order has one, else to the zone. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 14, 0)
static void __free_frozen_pages(struct page *page, unsigned int order, fpi_t fpi_flags)
{
#else
void free_unref_page(struct page *page, unsigned int order)
{
	fpi_t fpi_flags = FPI_NONE;
#endif
	unsigned long pfn = page_to_pfn(page);
	struct per_cpu_pages *pcp;
	unsigned long UP_flags;
	struct zone *zone;
	int migratetype;

	if (!pcp_allowed_order(order)) {
		__free_pages_ok(page, order, fpi_flags);
		return;
	}

	if (!__free_pages_prepare(page, order, fpi_flags))
		return;

	/* The per-CPU lists know three types: isolated pages go past them, others share a list. */
	zone = page_zone(page);
	migratetype = get_pfnblock_migratetype(page, pfn);
	if (unlikely(migratetype >= MIGRATE_PCPTYPES)) {
		if (unlikely(is_migrate_isolate(migratetype))) {
			free_one_page(zone, page, pfn, order, fpi_flags);
			return;
		}
		migratetype = MIGRATE_MOVABLE;
	}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
	if (unlikely((fpi_flags & FPI_TRYLOCK) && !can_spin_trylock())) {
		add_page_to_zone_llist(zone, page, order);
		return;
	}
#endif
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
	pcp_trylock_prepare(UP_flags);
#endif
	pcp = pcp_spin_trylock(zone->per_cpu_pageset, UP_flags);
	if (pcp) {
		if (!free_frozen_page_commit(zone, pcp, page, migratetype, order, fpi_flags,
					     &UP_flags))
			return;
		pcp_spin_unlock(pcp, UP_flags);
	} else {
		free_one_page(zone, page, pfn, order, fpi_flags);
	}
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
	pcp_trylock_finish(UP_flags);
#endif
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 14, 0)
void free_frozen_pages(struct page *page, unsigned int order)
{
	__free_frozen_pages(page, order, FPI_NONE);
}

void free_frozen_pages_nolock(struct page *page, unsigned int order)
{
	__free_frozen_pages(page, order, FPI_TRYLOCK);
}

/* Somebody else may still hold a reference to the first page; then the others go alone. */
static void ___free_pages(struct page *page, unsigned int order, fpi_t fpi_flags)
{
	int head = PageHead(page);

	if (put_page_testzero(page)) {
		__free_frozen_pages(page, order, fpi_flags);
	} else if (!head) {
		while (order-- > 0)
			__free_frozen_pages(page + (1 << order), order, fpi_flags);
	}
}

void __free_pages(struct page *page, unsigned int order)
{
	___free_pages(page, order, FPI_NONE);
}

/* From any context, also for pages that alloc_pages() gave. */
void free_pages_nolock(struct page *page, unsigned int order)
{
	___free_pages(page, order, FPI_TRYLOCK);
}
#else
/* Somebody else may still hold a reference to the first page; then the others go alone. */
void __free_pages(struct page *page, unsigned int order)
{
	int head = PageHead(page);

	if (put_page_testzero(page)) {
		free_unref_page(page, order);
	} else if (!head) {
		while (order-- > 0)
			free_unref_page(page + (1 << order), order);
	}
}
#endif

/* ---------------------------------------------------------------- from any context */

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
/*
 * One attempt, by trylock only, down to the min watermark and no further; no kswapd is woken, nothing
 * is printed. NULL means no memory: to try again is of no use.
 */
struct page *alloc_frozen_pages_nolock_noprof(gfp_t gfp_flags, int nid, unsigned int order)
{
	gfp_t alloc_gfp = __GFP_NOWARN | __GFP_ZERO | __GFP_NOMEMALLOC | __GFP_COMP | gfp_flags;
	unsigned int alloc_flags = ALLOC_TRYLOCK;
	struct alloc_context ac = { };
	struct page *page;

	VM_WARN_ON(gfp_flags & ~__GFP_ACCOUNT);
	if (!can_spin_trylock())
		return NULL;
	if (!pcp_allowed_order(order))
		return NULL;

	/* To set struct pages up takes a lock. */
	if (deferred_pages_enabled())
		return NULL;

	if (nid == NUMA_NO_NODE)
		nid = numa_node_id();

	prepare_alloc_pages(alloc_gfp, order, nid, NULL, &ac, &alloc_gfp, &alloc_flags);

	page = get_page_from_freelist(alloc_gfp, order, alloc_flags, &ac);
	return page;
}

struct page *alloc_pages_nolock_noprof(gfp_t gfp_flags, int nid, unsigned int order)
{
	struct page *page;

	page = alloc_frozen_pages_nolock_noprof(gfp_flags, nid, order);
	if (page)
		set_page_refcounted(page);
	return page;
}
#endif

/* ---------------------------------------------------------------- drain */

static void drain_pages_zone(unsigned int cpu, struct zone *zone)
{
	struct per_cpu_pages *pcp = per_cpu_ptr(zone->per_cpu_pageset, cpu);
	unsigned long UP_flags;
	int count, to_drain;

	do {
		pcp_spin_lock_maybe_irqsave(pcp, UP_flags);
		count = pcp->count;
		if (count) {
			to_drain = min(count, pcp->batch << CONFIG_PCP_BATCH_SCALE_MAX);

			free_pcppages_bulk(zone, to_drain, pcp, 0);
			count -= to_drain;
		}
		pcp_spin_unlock_maybe_irqrestore(pcp, UP_flags);
	} while (count);
}

static void drain_pages(unsigned int cpu)
{
	struct zone *zone;

	for_each_populated_zone(zone)
		drain_pages_zone(cpu, zone);
}

/* Gives this CPU's pages back. */
void drain_local_pages(struct zone *zone)
{
	int cpu = smp_processor_id();

	if (zone)
		drain_pages_zone(cpu, zone);
	else
		drain_pages(cpu);
}

static bool cpu_has_pcps(int cpu, struct zone *zone, bool force_all_cpus)
{
	if (force_all_cpus)
		return true;
	if (zone)
		return per_cpu_ptr(zone->per_cpu_pageset, cpu)->count != 0;

	for_each_populated_zone(zone) {
		if (per_cpu_ptr(zone->per_cpu_pageset, cpu)->count)
			return true;
	}
	return false;
}

/* Every CPU's lists, from here: their locks can be taken from anywhere. */
static void __drain_all_pages(struct zone *zone, bool force_all_cpus)
{
	static unsigned long cpus_with_pcps;
	int cpu;

	/* One at a time will do, unless it is for a certain zone. */
	if (unlikely(!mutex_trylock(&pcpu_drain_mutex))) {
		if (!zone)
			return;
		mutex_lock(&pcpu_drain_mutex);
	}

	for_each_online_cpu(cpu) {
		if (cpu_has_pcps(cpu, zone, force_all_cpus))
			cpus_with_pcps |= 1UL << cpu;
		else
			cpus_with_pcps &= ~(1UL << cpu);
	}

	for_each_online_cpu(cpu) {
		if (!(cpus_with_pcps & (1UL << cpu)))
			continue;
		if (zone)
			drain_pages_zone(cpu, zone);
		else
			drain_pages(cpu);
	}

	mutex_unlock(&pcpu_drain_mutex);
}

void drain_all_pages(struct zone *zone)
{
	__drain_all_pages(zone, false);
}

/* ---------------------------------------------------------------- setting up */

/*
 * Boot: a free range enters the buddy lists as blocks, at the tail. Only a block's first page is
 * touched: the kernel clears PG_reserved in every page here, which in the model no page has.
 */
void __init __free_pages_core(struct page *page, unsigned int order)
{
	__free_pages_ok(page, order, FPI_TO_TAIL);
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0)
/* 1/4096 of the zone, not more than 256 kB, 2^n - 1. */
static int zone_batchsize(struct zone *zone)
{
	int batch;

	batch = min(zone_managed_pages(zone) >> 12, 256 * 1024 / PAGE_SIZE);
	if (batch <= 1)
		return 1;

	return rounddown_pow_of_two(batch + batch / 2) - 1;
}
#else
/* 1/1024 of the zone, not more than a megabyte of it, a quarter of that, 2^n - 1. */
static int zone_batchsize(struct zone *zone)
{
	int batch;

	batch = min(zone_managed_pages(zone) >> 10, 1024 * 1024 / PAGE_SIZE);
	batch /= 4;
	if (batch < 1)
		batch = 1;

	return rounddown_pow_of_two(batch + batch / 2) - 1;
}
#endif

/* The low watermark, so that full lists alone do not wake kswapd; or a fraction of the zone. */
static int zone_highsize(struct zone *zone, int batch, int cpu_online, int high_fraction)
{
	unsigned long total_pages;
	int nr_split_cpus = 0;
	int high;
	int cpu;

	if (!high_fraction)
		total_pages = low_wmark_pages(zone);
	else
		total_pages = zone_managed_pages(zone) / high_fraction;

	/* For all CPUs of the node; for all there are when the node has none. */
	for_each_online_cpu(cpu) {
		if (cpu_to_node(cpu) == zone_to_nid(zone))
			nr_split_cpus++;
	}
	if (!nr_split_cpus)
		nr_split_cpus = nr_cpu_ids;
	high = total_pages / nr_split_cpus;

	return max(high, batch << 2);
}

static void pageset_update(struct per_cpu_pages *pcp, unsigned long high_min,
			   unsigned long high_max, unsigned long batch)
{
	WRITE_ONCE(pcp->batch, batch);
	WRITE_ONCE(pcp->high_min, high_min);
	WRITE_ONCE(pcp->high_max, high_max);
}

static void __zone_set_pageset_high_and_batch(struct zone *zone, unsigned long high_min,
					      unsigned long high_max, unsigned long batch)
{
	int cpu;

	for_each_possible_cpu(cpu)
		pageset_update(per_cpu_ptr(zone->per_cpu_pageset, cpu), high_min, high_max, batch);
}

static void zone_set_pageset_high_and_batch(struct zone *zone, int cpu_online)
{
	int new_high_min, new_high_max, new_batch;

	new_batch = max(1, zone_batchsize(zone));
	if (percpu_pagelist_high_fraction) {
		/* Set by hand: nothing tunes itself. */
		new_high_min = zone_highsize(zone, new_batch, cpu_online,
					     percpu_pagelist_high_fraction);
		new_high_max = new_high_min;
	} else {
		new_high_min = zone_highsize(zone, new_batch, cpu_online, 0);
		new_high_max = zone_highsize(zone, new_batch, cpu_online,
					     MIN_PERCPU_PAGELIST_HIGH_FRACTION);
	}

	if (zone->pageset_high_min == new_high_min && zone->pageset_high_max == new_high_max &&
	    zone->pageset_batch == new_batch)
		return;

	zone->pageset_high_min = new_high_min;
	zone->pageset_high_max = new_high_max;
	zone->pageset_batch = new_batch;

	__zone_set_pageset_high_and_batch(zone, new_high_min, new_high_max, new_batch);
}

static void per_cpu_pages_init(struct per_cpu_pages *pcp)
{
	int pindex;

	memset(pcp, 0, sizeof(*pcp));

	spin_lock_init(&pcp->lock);
	for (pindex = 0; pindex < NR_PCP_LISTS; pindex++)
		INIT_LIST_HEAD(&pcp->lists[pindex]);

	/* What is put on such a list goes straight on to the zone. */
	pcp->high_min = 0;
	pcp->high_max = 0;
	pcp->batch = 1;
}

void __meminit setup_zone_pageset(struct zone *zone, struct per_cpu_pages __percpu *pageset)
{
	int cpu;

	zone->per_cpu_pageset = pageset;
	for_each_possible_cpu(cpu)
		per_cpu_pages_init(per_cpu_ptr(zone->per_cpu_pageset, cpu));

	zone_set_pageset_high_and_batch(zone, 0);
}

/* The marks of the per-CPU lists follow the watermarks. */
void zone_pcp_update(struct zone *zone, int cpu_online)
{
	mutex_lock(&pcp_batch_high_lock);
	zone_set_pageset_high_and_batch(zone, cpu_online);
	mutex_unlock(&pcp_batch_high_lock);
}

/* For a while nothing stays on the per-CPU lists. */
void zone_pcp_disable(struct zone *zone)
{
	mutex_lock(&pcp_batch_high_lock);
	__zone_set_pageset_high_and_batch(zone, 0, 0, 1);
	__drain_all_pages(zone, true);
}

void zone_pcp_enable(struct zone *zone)
{
	__zone_set_pageset_high_and_batch(zone, zone->pageset_high_min, zone->pageset_high_max,
					  zone->pageset_batch);
	mutex_unlock(&pcp_batch_high_lock);
}
