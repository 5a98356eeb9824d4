/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _MM_INTERNAL_H
#define _MM_INTERNAL_H

#include <linux/compaction.h>
#include <linux/mm.h>

/* Rounds of reclaim without progress before the request is given up. */
#define MAX_RECLAIM_RETRIES 16
/* The same of compaction; a quarter of it for costly orders. */
#define MAX_COMPACT_RETRIES 16

/* One allocation's idea of where to look. */
struct alloc_context {
	struct zonelist *zonelist;
	nodemask_t *nodemask;
	struct zoneref *preferred_zoneref;
	int migratetype;
	enum zone_type highest_zoneidx;
	bool spread_dirty_pages;
};

/* Which watermark ... */
#define ALLOC_WMARK_MIN WMARK_MIN
#define ALLOC_WMARK_LOW WMARK_LOW
#define ALLOC_WMARK_HIGH WMARK_HIGH
#define ALLOC_NO_WATERMARKS 0x04
#define ALLOC_WMARK_MASK (ALLOC_NO_WATERMARKS - 1)

/* ... and how far below it. */
#define ALLOC_OOM 0x08
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define ALLOC_HARDER 0x10
#define ALLOC_HIGH 0x20
#else
#define ALLOC_NON_BLOCK 0x10	/* the caller cannot wait */
#define ALLOC_MIN_RESERVE 0x20	/* __GFP_HIGH: half of the min watermark */
#define ALLOC_HIGHATOMIC 0x200	/* from the reserve for high orders */
#define ALLOC_RESERVES (ALLOC_NON_BLOCK | ALLOC_MIN_RESERVE | ALLOC_HIGHATOMIC | ALLOC_OOM)
#endif
#define ALLOC_CPUSET 0x40
#define ALLOC_CMA 0x80
#define ALLOC_NOFRAGMENT 0x100
#define ALLOC_TRYLOCK 0x400	/* since v6.15: by trylock only */
#define ALLOC_KSWAPD 0x800

/* page_order() until v5.9. */
#define buddy_order(page) page_private(page)
#define page_order(page) buddy_order(page)
#define set_pcppage_migratetype(page, mt) ((page)->index = (mt))
#define get_pcppage_migratetype(page) ((page)->index)

/*
 * v5.9 protects the per-CPU lists by masking interrupts and takes zone->lock, a spinlock_t,
 * inside: PREEMPT_RT cannot have that. There the model leaves interrupts on, as -rt trees did
 * with macros of these names.
 */
#ifdef CONFIG_PREEMPT_RT
#define local_irq_save_nort(flags) ((flags) = 0)
#define local_irq_restore_nort(flags) ((void)(flags))
#else
#define local_irq_save_nort(flags) local_irq_save(flags)
#define local_irq_restore_nort(flags) local_irq_restore(flags)
#endif

/* A warning, unless the caller wants none. */
#define WARN_ON_ONCE_GFP(cond, gfp) ({					\
	bool __cond = !!(cond);						\
	WARN_ON_ONCE(__cond && !((gfp) & __GFP_NOWARN));		\
	__cond; })

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
/*
 * On PREEMPT_RT a trylock takes the raw lock inside, which an NMI may have interrupted; and a hard
 * interrupt would make the task it interrupted the owner while that waits for another lock. With
 * one CPU a trylock always succeeds.
 */
#define can_spin_trylock()						\
	(!(IS_ENABLED(CONFIG_PREEMPT_RT) && (in_nmi() || in_hardirq())) &&	\
	 !(!IS_ENABLED(CONFIG_SMP) && in_nmi()))
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 14, 0)
/* Pages without a reference count, for slabs. */
struct page *__alloc_frozen_pages_noprof(gfp_t gfp, unsigned int order, int preferred_nid,
					 nodemask_t *nodemask);
#define alloc_frozen_pages(gfp, order) \
	__alloc_frozen_pages_noprof(gfp, order, numa_node_id(), NULL)
void free_frozen_pages(struct page *page, unsigned int order);
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
struct page *alloc_frozen_pages_nolock_noprof(gfp_t gfp_flags, int nid, unsigned int order);
#define alloc_frozen_pages_nolock(gfp_flags, nid, order) \
	alloc_frozen_pages_nolock_noprof(gfp_flags, nid, order)
void free_frozen_pages_nolock(struct page *page, unsigned int order);
#endif

/* mm/page_alloc.c of each version: what slowpath.c and compaction.c call. */
struct page *get_page_from_freelist(gfp_t gfp_mask, unsigned int order, int alloc_flags,
				    const struct alloc_context *ac);
bool unreserve_highatomic_pageblock(const struct alloc_context *ac, bool force);
int __isolate_free_page(struct page *page, unsigned int order);

/* mm/slowpath.c */
void warn_alloc(gfp_t gfp_mask, nodemask_t *nodemask, unsigned int order);
int __gfp_pfmemalloc_flags(gfp_t gfp_mask);
bool gfp_pfmemalloc_allowed(gfp_t gfp_mask);
void wake_all_kswapds(unsigned int order, gfp_t gfp_mask, const struct alloc_context *ac);
struct page *__alloc_pages_direct_reclaim(gfp_t gfp_mask, unsigned int order,
					  unsigned int alloc_flags,
					  const struct alloc_context *ac,
					  unsigned long *did_some_progress);
struct page *__alloc_pages_direct_compact(gfp_t gfp_mask, unsigned int order,
					  unsigned int alloc_flags,
					  const struct alloc_context *ac,
					  enum compact_priority prio,
					  enum compact_result *compact_result);
bool should_compact_retry(struct alloc_context *ac, int order, int alloc_flags,
			  enum compact_result compact_result,
			  enum compact_priority *compact_priority, int *compaction_retries);
struct page *__alloc_pages_cpuset_fallback(gfp_t gfp_mask, unsigned int order,
					   unsigned int alloc_flags,
					   const struct alloc_context *ac);
struct page *__alloc_pages_may_oom(gfp_t gfp_mask, unsigned int order,
				   const struct alloc_context *ac,
				   unsigned long *did_some_progress);
bool should_reclaim_retry(gfp_t gfp_mask, unsigned int order, struct alloc_context *ac,
			  int alloc_flags, bool did_some_progress, int *no_progress_loops);

/* mm/compaction.c */
enum compact_result try_to_compact_pages(gfp_t gfp_mask, unsigned int order,
					 unsigned int alloc_flags, const struct alloc_context *ac,
					 enum compact_priority prio);
bool compaction_zonelist_suitable(struct alloc_context *ac, int order, int alloc_flags);

/* mm/vmscan.c: pages in use that reclaim, compaction and the OOM killer know of. */
void lru_range_migrate(struct lru_range *lru, unsigned long start, unsigned long nr,
		       struct list_head *to);
unsigned long lru_range_exit(struct zone *zone, struct lru_range *lru);

#endif
