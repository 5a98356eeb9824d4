/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What mm/slub.c has the same in v6.12 and v7.2: a slab's pages and objects, the node's partial
 * list, memory too large for a cache. In the kernel all of it is in mm/slub.c itself. Nothing of
 * CONFIG_SLUB_DEBUG but the report when memory is out.
 */
#ifndef _MM_SLUB_SLAB_H
#define _MM_SLUB_SLAB_H

#include "slab.h"

/* Lies over struct page. */
struct slab {
	unsigned long flags;
	union {
		struct list_head slab_list;
		struct {			/* on a CPU's partial list */
			struct slab *next;
			int slabs;		/* so many from here on */
		};
	};
	void *freelist;
	struct kmem_cache *slab_cache;
	unsigned int __refcount;
	unsigned int __page_type;
	union {
		unsigned int counters;		/* with freelist: changed together, in one instruction */
		struct {
			unsigned int inuse : 16;
			unsigned int objects : 15;
			unsigned int frozen : 1;
		};
	};
};

#define SLAB_MATCH(pg, sl) \
	_Static_assert(offsetof(struct page, pg) == offsetof(struct slab, sl), #pg " and " #sl)
SLAB_MATCH(flags, flags);
SLAB_MATCH(lru, slab_list);
SLAB_MATCH(freelist, freelist);
SLAB_MATCH(slab_cache, slab_cache);
SLAB_MATCH(_refcount, __refcount);
SLAB_MATCH(counters, counters);

#define slab_page(slab) ((struct page *)(slab))
#define page_slab(page) (PageSlab(page) ? (struct slab *)(page) : NULL)
#define virt_to_slab(addr) ({				\
	struct page *__page = virt_to_head_page(addr);	\
	page_slab(__page); })
#define slab_address(slab) page_address(slab_page(slab))
#define slab_nid(slab) page_to_nid(slab_page(slab))

/* Whether it is from the reserves, whether it is on its node's partial list. */
#define slab_test_pfmemalloc(slab) test_bit(PG_active, &(slab)->flags)
#define slab_set_pfmemalloc(slab) set_bit(PG_active, &(slab)->flags)
#define __slab_clear_pfmemalloc(slab) __clear_bit(PG_active, &(slab)->flags)
#define slab_test_node_partial(slab) test_bit(PG_workingset, &(slab)->flags)
#define slab_set_node_partial(slab) set_bit(PG_workingset, &(slab)->flags)
#define slab_clear_node_partial(slab) clear_bit(PG_workingset, &(slab)->flags)

#define pfmemalloc_match(slab, gfpflags) \
	(!unlikely(slab_test_pfmemalloc(slab)) || gfp_pfmemalloc_allowed(gfpflags))

enum add_mode {
	ADD_TO_HEAD,
	ADD_TO_TAIL
};

/* A copy of a slab's freelist and counters. */
struct freelist_counters {
	void *freelist;
	union {
		unsigned int counters;
		struct {
			unsigned int inuse : 16;
			unsigned int objects : 15;
			unsigned int frozen : 1;
		};
	};
};

/* cmpxchg16b: indivisible, also for NMIs. */
#define slab_update_freelist(slab, old, new) ({						\
	bool __same = (slab)->freelist == (old).freelist && (slab)->counters == (old).counters;	\
	if (__same) {									\
		(slab)->freelist = (new).freelist;					\
		(slab)->counters = (new).counters;					\
	}										\
	__same; })

/* May only locks be taken that are free? No version before v6.18 asks. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
#define slab_allow_spin(gfpflags) gfpflags_allow_spinning(gfpflags)
#else
#define slab_allow_spin(gfpflags) true
#endif

/* ---------------------------------------------------------------- a slab's pages */

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
/* Slabs have no reference count of their own. */
static struct page *alloc_slab_pages(gfp_t flags, unsigned int order, bool allow_spin)
{
	if (unlikely(!allow_spin))
		return alloc_frozen_pages_nolock(0, NUMA_NO_NODE, order);
	return alloc_frozen_pages(flags, order);
}

static void free_slab_pages(struct page *page, unsigned int order, bool allow_spin)
{
	if (allow_spin)
		free_frozen_pages(page, order);
	else
		free_frozen_pages_nolock(page, order);
}
#else
#define alloc_slab_pages(flags, order, allow_spin) alloc_pages(flags, order)
#define free_slab_pages(page, order, allow_spin) __free_pages(page, order)
#endif

static struct slab *alloc_slab_page(gfp_t flags, struct kmem_cache_order_objects oo,
				    bool allow_spin)
{
	struct page *page = alloc_slab_pages(flags, oo_order(oo), allow_spin);
	struct slab *slab;

	if (!page)
		return NULL;

	__SetPageSlab(page);
	slab = page_slab(page);
	if (page_is_pfmemalloc(page))
		slab_set_pfmemalloc(slab);
	return slab;
}

/* Runs through the new objects: in one step, as nobody else knows of them yet. */
static void init_freelist(struct kmem_cache *s, struct slab *slab)
{
	atomic {
		void *start = slab_address(slab);
		void *p = start;
		unsigned int idx;

		for (idx = 0; idx < slab->objects; idx++) {
			if (s->ctor)
				s->ctor(p);
			set_freepointer(s, p, idx + 1 < slab->objects ? p + s->size : NULL);
			p += s->size;
		}
		slab->freelist = start;
	}
}

static struct slab *allocate_slab(struct kmem_cache *s, gfp_t flags)
{
	bool allow_spin = slab_allow_spin(flags);
	struct kmem_cache_order_objects oo = s->oo;
	struct slab *slab;
	gfp_t alloc_gfp;

	flags &= gfp_allowed_mask;
	flags |= s->allocflags;

	/* A large slab is welcome but not worth an effort: the small one may ask in earnest. */
	alloc_gfp = (flags | __GFP_NOWARN | __GFP_NORETRY) & ~__GFP_NOFAIL;
	if ((alloc_gfp & __GFP_DIRECT_RECLAIM) && oo_order(oo) > oo_order(s->min))
		alloc_gfp = (alloc_gfp | __GFP_NOMEMALLOC) & ~__GFP_RECLAIM;

	slab = alloc_slab_page(alloc_gfp, oo, allow_spin);
	if (unlikely(!slab)) {
		oo = s->min;
		slab = alloc_slab_page(flags, oo, allow_spin);
		if (unlikely(!slab))
			return NULL;
	}

	slab->objects = oo_objects(oo);
	slab->inuse = 0;
	slab->frozen = 0;
	slab->slab_cache = s;
	init_freelist(s, slab);
	return slab;
}

static struct slab *new_slab(struct kmem_cache *s, gfp_t flags)
{
	/* Which zone and whether objects can move is the cache's affair. */
	flags &= ~(__GFP_DMA32 | __GFP_HIGHMEM);
	return allocate_slab(s, flags & (GFP_RECLAIM_MASK | GFP_CONSTRAINT_MASK));
}

static void __free_slab(struct kmem_cache *s, struct slab *slab, bool allow_spin)
{
	struct page *page = slab_page(slab);
	unsigned int order = compound_order(page);

	__slab_clear_pfmemalloc(slab);
	slab->slab_cache = NULL;
	slab->freelist = NULL;
	slab->counters = 0;
	__ClearPageSlab(page);
	free_slab_pages(page, order, allow_spin);
}

static void inc_slabs_node(struct kmem_cache *s, int node, int objects)
{
	atomic_long_inc(&get_node(s, node)->nr_slabs);
	atomic_long_add(objects, &get_node(s, node)->total_objects);
}

static void dec_slabs_node(struct kmem_cache *s, int node, int objects)
{
	atomic_long_dec(&get_node(s, node)->nr_slabs);
	atomic_long_add(-(long)objects, &get_node(s, node)->total_objects);
}

static void discard_slab(struct kmem_cache *s, struct slab *slab)
{
	dec_slabs_node(s, slab_nid(slab), slab->objects);
	__free_slab(s, slab, true);
}

/* ---------------------------------------------------------------- the node's partial list */

static void add_partial(struct kmem_cache_node *n, struct slab *slab, enum add_mode mode)
{
	lockdep_assert_held(&n->list_lock);
	n->nr_partial++;
	if (mode == ADD_TO_TAIL)
		list_add_tail(&slab->slab_list, &n->partial);
	else
		list_add(&slab->slab_list, &n->partial);
	slab_set_node_partial(slab);
}

static void remove_partial(struct kmem_cache_node *n, struct slab *slab)
{
	lockdep_assert_held(&n->list_lock);
	list_del(&slab->slab_list);
	slab_clear_node_partial(slab);
	n->nr_partial--;
}

/* CONFIG_SLUB_DEBUG. */
static noinline void slab_out_of_memory(struct kmem_cache *s, gfp_t gfpflags, int nid)
{
	static DEFINE_RATELIMIT_STATE(slub_oom_rs, 5 * HZ, 10);
	struct kmem_cache_node *n = get_node(s, 0);
	int cpu = raw_smp_processor_id();
	unsigned long nr_free = 0;
	unsigned long flags;
	struct slab *slab;

	if ((gfpflags & __GFP_NOWARN) || !__ratelimit(&slub_oom_rs))
		return;

	pr_warn("SLUB: Unable to allocate memory on CPU %u (of node %d) on node %d, gfp=%#x(%pGg)\n",
		cpu, 0, nid, gfpflags, &gfpflags);
	pr_warn("  cache: %s, object size: %u, buffer size: %u, default order: %u, min order: %u\n",
		s->name, s->object_size, s->size, oo_order(s->oo), oo_order(s->min));

	spin_lock_irqsave(&n->list_lock, flags);
	list_for_each_entry(slab, &n->partial, slab_list)
		nr_free += slab->objects - slab->inuse;
	spin_unlock_irqrestore(&n->list_lock, flags);

	pr_warn("  node %d: slabs: %ld, objs: %ld, free: %ld\n", 0, atomic_long_read(&n->nr_slabs),
		atomic_long_read(&n->total_objects), nr_free);
}

/* ---------------------------------------------------------------- many at once */

/* Objects of one slab as a chain. */
struct detached_freelist {
	struct slab *slab;
	void *tail;
	void *freelist;
	int cnt;
	struct kmem_cache *s;
};

static void free_large_kmalloc(struct page *page, void *object);

/*
 * Chains the objects of one slab, looking no further than three that are not of it; returns how
 * many are left at the front of the array. Without a cache objects may be of any.
 */
static size_t build_detached_freelist(struct kmem_cache *s, size_t size, void **p,
				      struct detached_freelist *df)
{
	void *object = p[--size];
	int lookahead = 3;
	size_t same;

	df->slab = virt_to_slab(object);
	if (!s && !df->slab) {
		free_large_kmalloc(virt_to_head_page(object), object);
		return size;
	}
	df->s = df->slab->slab_cache;
	df->tail = object;
	df->freelist = object;
	df->cnt = 1;
	set_freepointer(df->s, object, NULL);

	for (same = size; size; ) {
		object = p[--size];
		if (df->slab == virt_to_slab(object)) {
			set_freepointer(df->s, object, df->freelist);
			df->freelist = object;
			df->cnt++;
			same--;
			if (size != same)
				swap(p[size], p[same]);
			continue;
		}
		if (!--lookahead)
			break;
	}
	return same;
}

/* ---------------------------------------------------------------- too large for a cache */

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
#define alloc_large_pages(flags, order) alloc_frozen_pages(flags, order)
#define free_large_pages(page, order) free_frozen_pages(page, order)
#else
#define alloc_large_pages(flags, order) alloc_pages(flags, order)
#define free_large_pages(page, order) __free_pages(page, order)
#endif

static void *___kmalloc_large_node(size_t size, gfp_t flags, int node)
{
	struct page *page;

	flags |= __GFP_COMP;
	page = alloc_large_pages(flags, get_order(size));
	if (!page)
		return NULL;
	__object(page_address(page), size, OBJECT_LIVE);
	return page_address(page);
}

static void *__kmalloc_large_node_noprof(size_t size, gfp_t flags, int node)
{
	return ___kmalloc_large_node(size, flags, node);
}

static void free_large_kmalloc(struct page *page, void *object)
{
	unsigned int order = compound_order(page);

	WARN_ON_ONCE(order == 0);
	__object(object, PAGE_SIZE << order, OBJECT_FREED);
	free_large_pages(page, order);
}

static inline void slab_pre_alloc_hook(struct kmem_cache *s, gfp_t flags)
{
	flags &= gfp_allowed_mask;

	might_alloc(flags);
}

static inline void slab_post_alloc_hook(struct kmem_cache *s, gfp_t flags, void *object)
{
	if (unlikely(flags & __GFP_ZERO) && object)
		memset(object, 0, s->object_size);
	if (object)
		__object(object, s->object_size, OBJECT_LIVE);
}

#endif
