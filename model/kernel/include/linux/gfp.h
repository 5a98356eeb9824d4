/* SPDX-License-Identifier: GPL-2.0-only */
/* The request flags. Values and composites are those of the version that is compiled. */
#ifndef _LINUX_GFP_H
#define _LINUX_GFP_H

#include <linux/mmzone.h>
#include <linux/version.h>

#define ___GFP_DMA 0x01u
#define ___GFP_HIGHMEM 0x02u
#define ___GFP_DMA32 0x04u
#define ___GFP_MOVABLE 0x08u
#define ___GFP_RECLAIMABLE 0x10u
#define ___GFP_HIGH 0x20u
#define ___GFP_IO 0x40u
#define ___GFP_FS 0x80u
#define ___GFP_ZERO 0x100u
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define ___GFP_ATOMIC 0x200u
#endif
#define ___GFP_DIRECT_RECLAIM 0x400u
#define ___GFP_KSWAPD_RECLAIM 0x800u
#define ___GFP_WRITE 0x1000u
#define ___GFP_NOWARN 0x2000u
#define ___GFP_RETRY_MAYFAIL 0x4000u
#define ___GFP_NOFAIL 0x8000u
#define ___GFP_NORETRY 0x10000u
#define ___GFP_MEMALLOC 0x20000u
#define ___GFP_COMP 0x40000u
#define ___GFP_NOMEMALLOC 0x80000u
#define ___GFP_HARDWALL 0x100000u
#define ___GFP_THISNODE 0x200000u
#define ___GFP_ACCOUNT 0x400000u
/* v5.14 gave bit 23 to __GFP_ZEROTAGS; without CONFIG_KASAN_HW_TAGS the next ones are in use. */
#if defined(CONFIG_LOCKDEP) && LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0)
#define ___GFP_NOLOCKDEP 0x800000u
#elif defined(CONFIG_LOCKDEP)
#define ___GFP_NOLOCKDEP 0x1000000u
#else
#define ___GFP_NOLOCKDEP 0u
#endif

/* Which zones will do. */
#define __GFP_DMA ((gfp_t)___GFP_DMA)
#define __GFP_HIGHMEM ((gfp_t)___GFP_HIGHMEM)
#define __GFP_DMA32 ((gfp_t)___GFP_DMA32)
#define __GFP_MOVABLE ((gfp_t)___GFP_MOVABLE)
#define GFP_ZONEMASK (__GFP_DMA | __GFP_HIGHMEM | __GFP_DMA32 | __GFP_MOVABLE)

/* Placement. */
#define __GFP_RECLAIMABLE ((gfp_t)___GFP_RECLAIMABLE)
#define __GFP_WRITE ((gfp_t)___GFP_WRITE)
#define __GFP_HARDWALL ((gfp_t)___GFP_HARDWALL)
#define __GFP_THISNODE ((gfp_t)___GFP_THISNODE)
#define __GFP_ACCOUNT ((gfp_t)___GFP_ACCOUNT)

/* How far below the watermarks. */
#define __GFP_HIGH ((gfp_t)___GFP_HIGH)
#ifdef ___GFP_ATOMIC
#define __GFP_ATOMIC ((gfp_t)___GFP_ATOMIC)
#endif
#define __GFP_MEMALLOC ((gfp_t)___GFP_MEMALLOC)
#define __GFP_NOMEMALLOC ((gfp_t)___GFP_NOMEMALLOC)

/* What may be done to get a page. */
#define __GFP_IO ((gfp_t)___GFP_IO)
#define __GFP_FS ((gfp_t)___GFP_FS)
#define __GFP_DIRECT_RECLAIM ((gfp_t)___GFP_DIRECT_RECLAIM)
#define __GFP_KSWAPD_RECLAIM ((gfp_t)___GFP_KSWAPD_RECLAIM)
#define __GFP_RECLAIM ((gfp_t)(___GFP_DIRECT_RECLAIM | ___GFP_KSWAPD_RECLAIM))
#define __GFP_RETRY_MAYFAIL ((gfp_t)___GFP_RETRY_MAYFAIL)
#define __GFP_NOFAIL ((gfp_t)___GFP_NOFAIL)
#define __GFP_NORETRY ((gfp_t)___GFP_NORETRY)

/* The rest. */
#define __GFP_NOWARN ((gfp_t)___GFP_NOWARN)
#define __GFP_COMP ((gfp_t)___GFP_COMP)
#define __GFP_ZERO ((gfp_t)___GFP_ZERO)
#define __GFP_NOLOCKDEP ((gfp_t)___GFP_NOLOCKDEP)

#ifdef ___GFP_ATOMIC
#define GFP_ATOMIC (__GFP_HIGH | __GFP_ATOMIC | __GFP_KSWAPD_RECLAIM)
#else
#define GFP_ATOMIC (__GFP_HIGH | __GFP_KSWAPD_RECLAIM)
#endif
#define GFP_KERNEL (__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_KERNEL_ACCOUNT (GFP_KERNEL | __GFP_ACCOUNT)
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
#define GFP_NOWAIT (__GFP_KSWAPD_RECLAIM | __GFP_NOWARN)
#else
#define GFP_NOWAIT (__GFP_KSWAPD_RECLAIM)
#endif
#define GFP_NOIO (__GFP_RECLAIM)
#define GFP_NOFS (__GFP_RECLAIM | __GFP_IO)
#define GFP_USER (__GFP_RECLAIM | __GFP_IO | __GFP_FS | __GFP_HARDWALL)
#define GFP_DMA __GFP_DMA
#define GFP_DMA32 __GFP_DMA32
#define GFP_HIGHUSER (GFP_USER | __GFP_HIGHMEM)
#define GFP_HIGHUSER_MOVABLE (GFP_HIGHUSER | __GFP_MOVABLE)
#define GFP_TRANSHUGE_LIGHT \
	((GFP_HIGHUSER_MOVABLE | __GFP_COMP | __GFP_NOMEMALLOC | __GFP_NOWARN) & ~__GFP_RECLAIM)
#define GFP_TRANSHUGE (GFP_TRANSHUGE_LIGHT | __GFP_DIRECT_RECLAIM)

#define GFP_MOVABLE_MASK (__GFP_RECLAIMABLE | __GFP_MOVABLE)
#define GFP_MOVABLE_SHIFT 3

/* What SLUB hands on to the page allocator: how hard to try, and where. */
#define GFP_RECLAIM_MASK \
	(__GFP_RECLAIM | __GFP_HIGH | __GFP_IO | __GFP_FS | __GFP_NOWARN |	\
	 __GFP_RETRY_MAYFAIL | __GFP_NOFAIL | __GFP_NORETRY | __GFP_MEMALLOC |	\
	 __GFP_NOMEMALLOC | __GFP_NOLOCKDEP)
#define GFP_CONSTRAINT_MASK (__GFP_HARDWALL | __GFP_THISNODE)

#define gfpflags_allow_blocking(gfp_flags) (!!((gfp_flags) & __GFP_DIRECT_RECLAIM))

/* Neither bit: a request that may take locks by trylock only. Since v6.15. */
#define gfpflags_allow_spinning(gfp_flags) (!!((gfp_flags) & __GFP_RECLAIM))

/* Compaction may write pages out: not for GFP_NOIO. */
#define gfp_compaction_allowed(gfp_flags) (((gfp_flags) & __GFP_IO) != 0)
#define gfp_has_flags(gfp, flags) (((gfp) & (flags)) == (flags))

extern gfp_t gfp_allowed_mask;
extern int page_group_by_mobility_disabled;

/* Which free lists: the two mobility bits are the migratetype. */
#define gfp_migratetype(gfp_flags)				\
	(unlikely(page_group_by_mobility_disabled) ? MIGRATE_UNMOVABLE :	\
	 (int)(((gfp_flags) & GFP_MOVABLE_MASK) >> GFP_MOVABLE_SHIFT))

/*
 * The highest zone that will do, by the low four bits. x86-64 has no highmem: such requests are
 * for ZONE_NORMAL, or with __GFP_MOVABLE for ZONE_MOVABLE. Senseless combinations give ZONE_DMA.
 */
extern const unsigned char gfp_zone_table[16];
#define gfp_zone(flags) ((enum zone_type)gfp_zone_table[(flags) & GFP_ZONEMASK])

#ifdef CONFIG_NUMA
#define gfp_zonelist(flags) ((flags) & __GFP_THISNODE ? ZONELIST_NOFALLBACK : ZONELIST_FALLBACK)
#else
#define gfp_zonelist(flags) ZONELIST_FALLBACK
#endif
#define node_zonelist(nid, flags) (&NODE_DATA(nid)->node_zonelists[gfp_zonelist(flags)])

#define NUMA_NO_NODE (-1)

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 13, 0)
struct page *__alloc_pages_nodemask(gfp_t gfp_mask, unsigned int order, int preferred_nid,
				    nodemask_t *nodemask);

static inline struct page *__alloc_pages(gfp_t gfp_mask, unsigned int order, int preferred_nid)
{
	return __alloc_pages_nodemask(gfp_mask, order, preferred_nid, NULL);
}

/* No memory policy is asked (alloc_pages_current()): the local node is preferred. */
#define __alloc_pages_node(nid, gfp_mask, order) __alloc_pages(gfp_mask, order, nid)
#define alloc_pages_node(nid, gfp_mask, order) __alloc_pages_node(nid, gfp_mask, order)
#define alloc_pages(gfp_mask, order) alloc_pages_node(numa_node_id(), gfp_mask, order)
#define alloc_page(gfp_mask) alloc_pages(gfp_mask, 0)
#else
struct page *__alloc_pages_noprof(gfp_t gfp, unsigned int order, int preferred_nid,
				  nodemask_t *nodemask);

/* Memory allocation profiling is off: alloc_hooks() adds nothing. CONFIG_NUMA as above. */
#define __alloc_pages(gfp, order, nid, nodemask) __alloc_pages_noprof(gfp, order, nid, nodemask)
#define __alloc_pages_node(nid, gfp, order) __alloc_pages_noprof(gfp, order, nid, NULL)
#define alloc_pages_node(nid, gfp, order) __alloc_pages_node(nid, gfp, order)
#define alloc_pages(gfp, order) alloc_pages_node(numa_node_id(), gfp, order)
#define alloc_page(gfp) alloc_pages(gfp, 0)

#define __get_free_pages get_free_pages_noprof
#define get_zeroed_page get_zeroed_page_noprof

unsigned long alloc_pages_bulk_noprof(gfp_t gfp, int preferred_nid, nodemask_t *nodemask,
				      int nr_pages, struct page **page_array);

/* Until v6.14 alloc_pages_bulk_array(); there is no form for lists here. */
#define alloc_pages_bulk(gfp, nr_pages, page_array) \
	alloc_pages_bulk_noprof(gfp, numa_node_id(), NULL, nr_pages, page_array)
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
struct page *alloc_pages_nolock_noprof(gfp_t gfp_flags, int nid, unsigned int order);
void free_pages_nolock(struct page *page, unsigned int order);
#define alloc_pages_nolock(gfp_flags, nid, order) alloc_pages_nolock_noprof(gfp_flags, nid, order)
#endif

unsigned long __get_free_pages(gfp_t gfp_mask, unsigned int order);
unsigned long get_zeroed_page(gfp_t gfp_mask);
#define __get_free_page(gfp_mask) __get_free_pages((gfp_mask), 0)
#define __get_dma_pages(gfp_mask, order) __get_free_pages((gfp_mask) | GFP_DMA, (order))

/* As many pages as that many bytes need, no more. */
void *alloc_pages_exact(size_t size, gfp_t gfp_mask);
void free_pages_exact(void *virt, size_t size);

void __free_pages(struct page *page, unsigned int order);
void free_pages(unsigned long addr, unsigned int order);
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 13, 0)
void free_unref_page(struct page *page);
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 14, 0)
void free_unref_page(struct page *page, unsigned int order);
#endif
#define __free_page(page) __free_pages((page), 0)
#define free_page(addr) free_pages((addr), 0)

void drain_local_pages(struct zone *zone);
void drain_all_pages(struct zone *zone);

#endif
