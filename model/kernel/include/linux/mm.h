/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_MM_H
#define _LINUX_MM_H

#include <linux/gfp.h>
#include <linux/mmzone.h>
#include <linux/string.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define PAGE_ALIGN(addr) ALIGN(addr, PAGE_SIZE)

/*
 * One for each page frame. All zero means "not free, and nobody has asked for it yet": the
 * struct pages of a zone cost nothing until they are touched.
 */
struct page {
	unsigned long flags;
	union {
		struct list_head lru;	/* buddy list, per-CPU list, or the owner's */
		struct list_head buddy_list;
		struct list_head pcp_list;
		struct llist_node pcp_llist;	/* zone->trylock_free_pages */
		struct {		/* PageSlab, on a CPU's partial list */
			struct page *next;
			int pages;	/* so many from here on, ... */
			int pobjects;	/* ... and free objects in them */
		};
	};
	union {
		unsigned long private;	/* PageBuddy: order of the block that begins here */
		void *freelist;		/* PageSlab: its first free object */
	};
	struct kmem_cache *slab_cache;	/* PageSlab */
	atomic_t _refcount;
	unsigned int page_type;
	union {
		int index;		/* on a per-CPU list: its migratetype */
		unsigned int counters;	/* PageSlab: the next three at once */
		struct {
			unsigned int inuse : 16;
			unsigned int objects : 15;
			unsigned int frozen : 1;
		};
	};
	unsigned char pageblock;	/* first page of a block: see pageblock_flags */
};

enum pageflags {
	PG_locked,
	PG_lru,
	PG_active,		/* PageSlab: it is from the reserves */
	PG_slab,
	PG_workingset,		/* PageSlab: it is on its node's partial list */
	PG_head,
	PG_pfmemalloc,
	PG_reserved,
};

/* No page may have one of these when it is freed, or when it is handed out. */
#define PAGE_FLAGS_CHECK_AT_FREE \
	(BIT(PG_locked) | BIT(PG_lru) | BIT(PG_active) | BIT(PG_slab) | BIT(PG_reserved))
#define PAGE_FLAGS_CHECK_AT_PREP (PAGE_FLAGS_CHECK_AT_FREE | BIT(PG_head) | BIT(PG_pfmemalloc))

/* page_type, a set bit meaning "is one" (in the kernel a cleared one). */
#define PG_buddy 0x00000080u

#define PageBuddy(page) (((page)->page_type & PG_buddy) != 0)
#define __SetPageBuddy(page) ((page)->page_type |= PG_buddy)
#define __ClearPageBuddy(page) ((page)->page_type &= ~PG_buddy)
#define PageHead(page) test_bit(PG_head, &(page)->flags)
#define __SetPageHead(page) __set_bit(PG_head, &(page)->flags)
#define __ClearPageHead(page) __clear_bit(PG_head, &(page)->flags)
#define PageLRU(page) test_bit(PG_lru, &(page)->flags)
#define PageSlab(page) test_bit(PG_slab, &(page)->flags)
#define __SetPageSlab(page) __set_bit(PG_slab, &(page)->flags)
#define __ClearPageSlab(page) __clear_bit(PG_slab, &(page)->flags)

#define page_is_pfmemalloc(page) test_bit(PG_pfmemalloc, &(page)->flags)

#define page_private(page) ((page)->private)
#define set_page_private(page, v) ((page)->private = (v))

#define page_count(page) atomic_read(&(page)->_refcount)
#define set_page_count(page, v) atomic_set(&(page)->_refcount, v)
#define get_page(page) atomic_inc(&(page)->_refcount)
#define set_page_refcounted(page) set_page_count(page, 1)
#define put_page_testzero(page) ({			\
	VM_BUG_ON_PAGE(page_count(page) == 0, page);	\
	atomic_dec_and_test(&(page)->_refcount); })
#define put_page(page) __free_pages(page, 0)

/* prep_compound_page() leaves the order in the second page. */
#define compound_order(page) (PageHead(page) ? (unsigned int)(page)[1].private : 0)

/* Page frame number, struct page, address of the contents: x86-64's own bases. */
#ifndef VMEMMAP_START
#define VMEMMAP_START 0xffffea0000000000UL
#define PAGE_OFFSET 0xffff888000000000UL
#endif
#define vmemmap ((struct page *)VMEMMAP_START)
#define pfn_to_page(pfn) (vmemmap + (pfn))
#define page_to_pfn(page) ((unsigned long)((page) - vmemmap))
#define page_address(page) ((void *)(PAGE_OFFSET + (page_to_pfn(page) << PAGE_SHIFT)))
#define virt_to_page(addr) pfn_to_page(((unsigned long)(addr) - PAGE_OFFSET) >> PAGE_SHIFT)

/*
 * The first page of the compound page that addr is in. The kernel reads that from the page's own
 * struct page; here tail pages are not marked, and the head is looked for where alignment
 * allows one.
 */
#define virt_to_head_page(addr) ({						\
	unsigned long __pfn = ((unsigned long)(addr) - PAGE_OFFSET) >> PAGE_SHIFT;	\
	struct page *__head = pfn_to_page(__pfn);				\
	unsigned int __order;							\
	for (__order = 1; (1UL << __order) <= MAX_ORDER_NR_PAGES; __order++) {	\
		struct page *__page = pfn_to_page(ALIGN_DOWN(__pfn, 1UL << __order));	\
		if (PageHead(__page) && compound_order(__page) >= __order) {	\
			__head = __page;					\
			break;							\
		}								\
	}									\
	__head; })

/* The smallest order that has room for size bytes. */
static inline unsigned int get_order(unsigned long size)
{
	unsigned int order = 0;

	while ((PAGE_SIZE << order) < size)
		order++;
	return order;
}

/*
 * The kernel keeps the zone in page->flags; here it follows from the frame number. A zone
 * without pages begins where the one below it ends.
 */
#ifdef CONFIG_NUMA
#define pfn_to_nid(pfn) (NODE_DATA(1)->node_zones[ZONE_DMA].zone_start_pfn <= (pfn))
#else
#define pfn_to_nid(pfn) 0
#endif
#define page_to_nid(page) pfn_to_nid(page_to_pfn(page))
#define __zone_starts_above(zid, pfn) \
	(NODE_DATA(pfn_to_nid(pfn))->node_zones[zid].zone_start_pfn > (pfn))
#define pfn_zonenum(pfn)						\
	(__zone_starts_above(ZONE_DMA32, pfn) ? ZONE_DMA :		\
	 __zone_starts_above(ZONE_NORMAL, pfn) ? ZONE_DMA32 :		\
	 __zone_starts_above(ZONE_MOVABLE, pfn) ? ZONE_NORMAL : ZONE_MOVABLE)
#define page_zonenum(page) ({				\
	unsigned long __pfn = page_to_pfn(page);	\
	pfn_zonenum(__pfn); })
#define page_zone(page) (&NODE_DATA(page_to_nid(page))->node_zones[page_zonenum(page)])

/* The counters of CONFIG_VM_EVENT_COUNTERS that allocation and free touch. */
enum vm_event_item {
	PGALLOC_DMA,
	PGALLOC_DMA32,
	PGALLOC_NORMAL,
	PGALLOC_MOVABLE,
	PGFREE,
	NR_VM_EVENT_ITEMS
};

struct vm_event_state {
	unsigned long event[NR_VM_EVENT_ITEMS];
};
DECLARE_PER_CPU(struct vm_event_state, vm_event_states);

#define __count_vm_events(item, delta) raw_cpu_add(vm_event_states.event[item], delta)
#define __count_vm_event(item) __count_vm_events(item, 1)
#define __count_zid_vm_events(item, zid, delta) \
	__count_vm_events(item##_NORMAL - ZONE_NORMAL + (zid), delta)

/* One counter; the kernel has one and a small difference for each CPU. */
#define zone_page_state(zone, item) atomic_long_read(&(zone)->vm_stat[item])
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#define __mod_zone_page_state(zone, item, delta) atomic_long_add(delta, &(zone)->vm_stat[item])
#else
void __mod_zone_page_state(struct zone *zone, enum zone_stat_item item, long delta);
#endif
#ifdef CONFIG_CMA
#define is_migrate_cma(migratetype) ((migratetype) == MIGRATE_CMA)
#define __mod_zone_freepage_state(zone, nr_pages, migratetype) ({		\
	__mod_zone_page_state(zone, NR_FREE_PAGES, nr_pages);			\
	if (is_migrate_cma(migratetype))					\
		__mod_zone_page_state(zone, NR_FREE_CMA_PAGES, nr_pages);	\
	})
#else
#define is_migrate_cma(migratetype) false
#define __mod_zone_freepage_state(zone, nr_pages, migratetype) \
	__mod_zone_page_state(zone, NR_FREE_PAGES, nr_pages)
#endif
extern unsigned long totalcma_pages;

/* mm/show_mem.c */
#define SHOW_MEM_FILTER_NODES 0x0001u	/* only nodes where the request may have memory */
void show_mem(unsigned int filter, nodemask_t *nodemask, int max_zone_idx);

bool zone_watermark_ok(struct zone *z, unsigned int order, unsigned long mark,
		       int highest_zoneidx, unsigned int alloc_flags);
bool __zone_watermark_ok(struct zone *z, unsigned int order, unsigned long mark,
			 int highest_zoneidx, unsigned int alloc_flags, long free_pages);
void wakeup_kswapd(struct zone *zone, gfp_t gfp_mask, int order, enum zone_type highest_zoneidx);

/* Whether the contents of pages may be touched: what CONFIG_DEBUG_PAGEALLOC does to page tables. */
void __map_pages(unsigned long pfn, unsigned long n_pages, int enable);
#define kernel_map_pages(page, numpages, enable) \
	__map_pages(page_to_pfn(page), numpages, enable)

/* A mask and what it is called. */
struct trace_print_flags {
	unsigned long mask;
	const char *name;
};

extern const struct trace_print_flags gfpflag_names[];

/* The sysctls of watermarks and reserves. */
extern int min_free_kbytes;
extern int user_min_free_kbytes;
extern int watermark_boost_factor;
extern int watermark_scale_factor;
extern int sysctl_lowmem_reserve_ratio[MAX_NR_ZONES];

/* mm/page_alloc.c and mm/mm_init.c, for those who set the machine up. */
void free_area_init_zone(struct zone *zone);
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0)
void zone_pcp_init(struct zone *zone, struct per_cpu_pageset __percpu *pageset);
void pageset_set_batch(struct per_cpu_pageset *p, unsigned long batch);
#else
void setup_zone_pageset(struct zone *zone, struct per_cpu_pages __percpu *pageset);
void zone_pcp_update(struct zone *zone, int cpu_online);
void zone_pcp_disable(struct zone *zone);
void zone_pcp_enable(struct zone *zone);
bool decay_pcp_high(struct zone *zone, struct per_cpu_pages *pcp);
#endif
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0)
int zone_batchsize(struct zone *zone);
#endif
void build_all_zonelists(void);
void set_pageblock_migratetype(struct page *page, int migratetype);
void __free_pages_core(struct page *page, unsigned int order);
void setup_per_zone_wmarks(void);
int init_per_zone_wmark_min(void);

void split_page(struct page *page, unsigned int order);

#define clear_page(addr) memset(addr, 0, PAGE_SIZE)

#endif
