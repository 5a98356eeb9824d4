// SPDX-License-Identifier: GPL-2.0-only
/*
 * The steps of the slow path that every version modelled has the same: waking kswapd, direct
 * reclaim and compaction, whether another round is worth it, the OOM killer, the report of a
 * failure. __alloc_pages_slowpath() itself is in mm/page_alloc.c, as in the kernel all of this is.
 */
#include <linux/compaction.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/oom.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <linux/swap.h>
#include "internal.h"

static DEFINE_RATELIMIT_STATE(nopage_rs, 10 * HZ, 1);

static void warn_alloc_show_mem(gfp_t gfp_mask, nodemask_t *nodemask)
{
	unsigned int filter = SHOW_MEM_FILTER_NODES;

	/* Who may go beyond his own nodes sees them all. */
	if (!(gfp_mask & __GFP_NOMEMALLOC) &&
	    (tsk_is_oom_victim(current) || (current->flags & (PF_MEMALLOC | PF_EXITING))))
		filter &= ~SHOW_MEM_FILTER_NODES;
	if (in_interrupt() || !(gfp_mask & __GFP_DIRECT_RECLAIM))
		filter &= ~SHOW_MEM_FILTER_NODES;

	show_mem(filter, nodemask, gfp_zone(gfp_mask));
}

/* The report of a failure, once in ten seconds. */
void warn_alloc(gfp_t gfp_mask, nodemask_t *nodemask, unsigned int order)
{
	if ((gfp_mask & __GFP_NOWARN) || !__ratelimit(&nopage_rs))
		return;

	pr_warn("%s: page allocation failure: order:%u, mode:%#x(%pGg), nodemask=%*pbl\n",
		current->comm, order, gfp_mask, &gfp_mask, MAX_NUMNODES, nodemask);
	dump_stack();
	warn_alloc_show_mem(gfp_mask, nodemask);
}

/* With an MMU a victim's memory can be reaped: he needs no more than part of the reserves. */
static bool oom_reserves_allowed(struct task_struct *tsk)
{
	return tsk_is_oom_victim(tsk);
}

/* Who frees memory may use it all. */
int __gfp_pfmemalloc_flags(gfp_t gfp_mask)
{
	if (unlikely(gfp_mask & __GFP_NOMEMALLOC))
		return 0;
	if (gfp_mask & __GFP_MEMALLOC)
		return ALLOC_NO_WATERMARKS;
	if (in_serving_softirq() && (current->flags & PF_MEMALLOC))
		return ALLOC_NO_WATERMARKS;
	if (!in_interrupt()) {
		if (current->flags & PF_MEMALLOC)
			return ALLOC_NO_WATERMARKS;
		/* Half of the reserves, so that dying victims do not use them up. */
		if (oom_reserves_allowed(current))
			return ALLOC_OOM;
	}
	return 0;
}

bool gfp_pfmemalloc_allowed(gfp_t gfp_mask)
{
	return !!__gfp_pfmemalloc_flags(gfp_mask);
}

void wake_all_kswapds(unsigned int order, gfp_t gfp_mask, const struct alloc_context *ac)
{
	enum zone_type highest_zoneidx = ac->highest_zoneidx;
	struct pglist_data *last_pgdat = NULL;
	struct zoneref *z;
	struct zone *zone;

	for_each_zone_zonelist_nodemask(zone, z, ac->zonelist, highest_zoneidx, ac->nodemask) {
		if (last_pgdat != zone->zone_pgdat)
			wakeup_kswapd(zone, gfp_mask, order, highest_zoneidx);
		last_pgdat = zone->zone_pgdat;
	}
}

#ifdef CONFIG_LOCKDEP
struct lockdep_map __fs_reclaim_map = { .key = NULL, .name = "fs_reclaim" };

static bool __need_fs_reclaim(gfp_t gfp_mask)
{
	gfp_mask = current_gfp_context(gfp_mask);

	if (!(gfp_mask & __GFP_DIRECT_RECLAIM))
		return false;
	if (current->flags & PF_MEMALLOC)
		return false;
	if (!(gfp_mask & __GFP_FS))
		return false;
	return !(gfp_mask & __GFP_NOLOCKDEP);
}

/* Tells lockdep that this request may enter reclaim, and with it the file systems. */
void fs_reclaim_acquire(gfp_t gfp_mask)
{
	if (__need_fs_reclaim(gfp_mask))
		lock_map_acquire(&__fs_reclaim_map);
}

void fs_reclaim_release(gfp_t gfp_mask)
{
	if (__need_fs_reclaim(gfp_mask))
		lock_map_release(&__fs_reclaim_map);
}
#endif

/* ------------------------------------------------ reclaim, compaction, the OOM killer */

static DEFINE_MUTEX(oom_lock);

static unsigned long __perform_reclaim(gfp_t gfp_mask, unsigned int order,
				       const struct alloc_context *ac)
{
	unsigned int noreclaim_flag;
	unsigned long progress;

	cond_resched();

	fs_reclaim_acquire(gfp_mask);
	noreclaim_flag = memalloc_noreclaim_save();

	progress = try_to_free_pages(ac->zonelist, order, gfp_mask, ac->nodemask);

	memalloc_noreclaim_restore(noreclaim_flag);
	fs_reclaim_release(gfp_mask);

	cond_resched();
	return progress;
}

struct page *__alloc_pages_direct_reclaim(gfp_t gfp_mask, unsigned int order,
					  unsigned int alloc_flags,
					  const struct alloc_context *ac,
					  unsigned long *did_some_progress)
{
	struct page *page;
	bool drained = false;

	*did_some_progress = __perform_reclaim(gfp_mask, order, ac);
	if (unlikely(!(*did_some_progress)))
		return NULL;

retry:
	page = get_page_from_freelist(gfp_mask, order, alloc_flags, ac);

	/* What was freed may lie on per-CPU lists, or in the reserve. */
	if (!page && !drained) {
		unreserve_highatomic_pageblock(ac, false);
		drain_all_pages(NULL);
		drained = true;
		goto retry;
	}
	return page;
}

struct page *__alloc_pages_direct_compact(gfp_t gfp_mask, unsigned int order,
					  unsigned int alloc_flags,
					  const struct alloc_context *ac,
					  enum compact_priority prio,
					  enum compact_result *compact_result)
{
	unsigned int noreclaim_flag;
	struct page *page;

	if (!order)
		return NULL;

	noreclaim_flag = memalloc_noreclaim_save();
	*compact_result = try_to_compact_pages(gfp_mask, order, alloc_flags, ac, prio);
	memalloc_noreclaim_restore(noreclaim_flag);

	if (*compact_result == COMPACT_SKIPPED)
		return NULL;

	page = get_page_from_freelist(gfp_mask, order, alloc_flags, ac);
	if (page) {
		compaction_defer_reset(page_zone(page), order, true);
		return page;
	}

	/* Somebody else got the block, or there was none. */
	cond_resched();
	return NULL;
}

/* Whether compaction is worth another round, possibly a harder one. */
bool should_compact_retry(struct alloc_context *ac, int order, int alloc_flags,
			  enum compact_result compact_result,
			  enum compact_priority *compact_priority, int *compaction_retries)
{
	const bool costly_order = order > PAGE_ALLOC_COSTLY_ORDER;
	int max_retries = costly_order ? MAX_COMPACT_RETRIES / 4 : MAX_COMPACT_RETRIES;
	int min_priority = costly_order ? MIN_COMPACT_COSTLY_PRIORITY : MIN_COMPACT_PRIORITY;

	if (!order)
		return false;

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
	if (compaction_made_progress(compact_result))
		(*compaction_retries)++;

	/* For want of free pages, not of will: could reclaim provide them? */
	if (compaction_needs_reclaim(compact_result))
		return compaction_zonelist_suitable(ac, order, alloc_flags);

	/* A block was made, somebody else had it. */
	if (!compaction_failed(compact_result) && !compaction_withdrawn(compact_result) &&
	    *compaction_retries <= max_retries)
		return true;
#else
	/* For want of free pages, not of will: could reclaim provide them? */
	if (compact_result == COMPACT_SKIPPED)
		return compaction_zonelist_suitable(ac, order, alloc_flags);

	/* A block was made, somebody else had it. */
	if (compact_result == COMPACT_SUCCESS && ++(*compaction_retries) <= max_retries)
		return true;
#endif

	if ((int)*compact_priority > min_priority) {
		(*compact_priority)--;
		*compaction_retries = 0;
		return true;
	}
	return false;
}

/* Within the cpuset, then without regard to it. */
struct page *__alloc_pages_cpuset_fallback(gfp_t gfp_mask, unsigned int order,
					   unsigned int alloc_flags,
					   const struct alloc_context *ac)
{
	struct page *page;

	page = get_page_from_freelist(gfp_mask, order, alloc_flags | ALLOC_CPUSET, ac);
	if (!page)
		page = get_page_from_freelist(gfp_mask, order, alloc_flags, ac);
	return page;
}

struct page *__alloc_pages_may_oom(gfp_t gfp_mask, unsigned int order,
				   const struct alloc_context *ac,
				   unsigned long *did_some_progress)
{
	struct oom_control oc = {
		.zonelist = ac->zonelist,
		.nodemask = ac->nodemask,
		.gfp_mask = gfp_mask,
		.order = order,
	};
	struct page *page;

	*did_some_progress = 0;

	/* Somebody else is at it: his victim will do for us as well. */
	if (!mutex_trylock(&oom_lock)) {
		*did_some_progress = 1;
		schedule_timeout_uninterruptible(1);
		return NULL;
	}

	/* A last look, for more than we need, in case the memory came meanwhile. */
	page = get_page_from_freelist((gfp_mask | __GFP_HARDWALL) & ~__GFP_DIRECT_RECLAIM, order,
				      ALLOC_WMARK_HIGH | ALLOC_CPUSET, ac);
	if (page)
		goto out;
	if (current->flags & PF_DUMPCORE)
		goto out;
	/* Killing does not make large blocks, does not help the low zones, and was declined. */
	if (order > PAGE_ALLOC_COSTLY_ORDER)
		goto out;
	if (gfp_mask & (__GFP_RETRY_MAYFAIL | __GFP_THISNODE))
		goto out;
	if (ac->highest_zoneidx < ZONE_NORMAL)
		goto out;

	if (out_of_memory(&oc) || WARN_ON_ONCE(gfp_mask & __GFP_NOFAIL)) {
		*did_some_progress = 1;
		if (gfp_mask & __GFP_NOFAIL)
			page = __alloc_pages_cpuset_fallback(gfp_mask, order, ALLOC_NO_WATERMARKS,
							     ac);
	}
out:
	mutex_unlock(&oom_lock);
	return page;
}

/* Whether another round could succeed if reclaim freed all that it might. */
bool should_reclaim_retry(gfp_t gfp_mask, unsigned int order,
			  struct alloc_context *ac, int alloc_flags,
			  bool did_some_progress, int *no_progress_loops)
{
	struct zone *zone;
	struct zoneref *z;
	unsigned long available;
	bool ret = false;

	if (did_some_progress && order <= PAGE_ALLOC_COSTLY_ORDER)
		*no_progress_loops = 0;
	else
		(*no_progress_loops)++;

	if (*no_progress_loops > MAX_RECLAIM_RETRIES)
		goto out;

	for_each_zone_zonelist_nodemask(zone, z, ac->zonelist, ac->highest_zoneidx, ac->nodemask) {
		/* congestion_wait() for pages under writeback is left out: there are none. */
		available = zone_reclaimable_pages(zone) + zone_page_state(zone, NR_FREE_PAGES);
		if (__zone_watermark_ok(zone, order, min_wmark_pages(zone), ac->highest_zoneidx,
					alloc_flags, available)) {
			ret = true;
			break;
		}
	}

	/* A worker has to let the others of its pool at their work, which may free memory. */
	if (current->flags & PF_WQ_WORKER)
		schedule_timeout_uninterruptible(1);
	else
		cond_resched();
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
	return ret;
#endif
out:
	/* Before somebody is killed, and until v6.8 only after the last round, the reserve is used up. */
	if (!ret)
		return unreserve_highatomic_pageblock(ac, true);
	return ret;
}
