// SPDX-License-Identifier: GPL-2.0-only
/*
 * Caches: which one kmalloc() takes, and how a new one is laid out. The kernel has calculate_order()
 * and calculate_sizes() in mm/slub.c; they are the same in every version modelled.
 */
#include "slab.h"

static unsigned int slub_max_order = PAGE_ALLOC_COSTLY_ORDER;

struct kmem_cache *kmalloc_caches[NR_KMALLOC_TYPES][KMALLOC_SHIFT_HIGH + 1];

/* In the kernel caches are objects of a cache, `kmem_cache`. */
static struct kmem_cache kmem_cache_table[NR_CACHES];
static int nr_created_caches;

static const struct {
	const char *name[NR_KMALLOC_TYPES];
	unsigned int size;
} kmalloc_info[KMALLOC_SHIFT_HIGH + 1] = {
#define INIT_KMALLOC_INFO(__size, __short)					\
	{ { "kmalloc-" #__short, "kmalloc-rcl-" #__short, "dma-kmalloc-" #__short }, __size }
	INIT_KMALLOC_INFO(0, 0),
	INIT_KMALLOC_INFO(96, 96),
	INIT_KMALLOC_INFO(192, 192),
	INIT_KMALLOC_INFO(8, 8),
	INIT_KMALLOC_INFO(16, 16),
	INIT_KMALLOC_INFO(32, 32),
	INIT_KMALLOC_INFO(64, 64),
	INIT_KMALLOC_INFO(128, 128),
	INIT_KMALLOC_INFO(256, 256),
	INIT_KMALLOC_INFO(512, 512),
	INIT_KMALLOC_INFO(1024, 1k),
	INIT_KMALLOC_INFO(2048, 2k),
	INIT_KMALLOC_INFO(4096, 4k),
	INIT_KMALLOC_INFO(8192, 8k),
};

/* The first order from min_order on that wastes no more than a part of the slab. */
static unsigned int calc_slab_order(unsigned int size, unsigned int min_order,
				    unsigned int max_order, unsigned int fract_leftover)
{
	unsigned int order;

	for (order = min_order; order <= max_order; order++) {
		unsigned int slab_size = (unsigned int)PAGE_SIZE << order;

		if (slab_size % size <= slab_size / fract_leftover)
			break;
	}
	return order;
}

/*
 * Enough objects that the node's list is seldom needed, the more CPUs the more; little waste;
 * no order that the page allocator finds costly unless a single object needs it.
 */
static unsigned int calculate_order(unsigned int size)
{
	unsigned int min_objects = 4 * (fls(nr_cpu_ids) + 1);
	unsigned int max_objects = max(order_objects(slub_max_order, size), 1U);
	unsigned int fraction;
	unsigned int order;

	min_objects = min(min_objects, max_objects);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
	for (fraction = 16; fraction > 1; fraction /= 2) {
		order = calc_slab_order(size, get_order(min_objects * size), slub_max_order, fraction);
		if (order <= slub_max_order)
			return order;
	}
#else
	for (; min_objects > 1; min_objects--) {
		for (fraction = 16; fraction >= 4; fraction /= 2) {
			order = calc_slab_order(size, get_order(min_objects * size), slub_max_order,
						fraction);
			if (order <= slub_max_order)
				return order;
		}
	}
#endif
	return get_order(size);
}

static void calculate_sizes(struct kmem_cache *s)
{
	unsigned int size = ALIGN(s->object_size, sizeof(void *));

	if (s->ctor) {
		/* What the constructor wrote must survive being free. */
		s->offset = size;
		size += sizeof(void *);
	} else {
		s->offset = ALIGN_DOWN(s->object_size / 2, sizeof(void *));
	}
	size = ALIGN(size, s->align);
	s->size = size;

	s->allocflags = __GFP_COMP;
	if (s->flags & SLAB_CACHE_DMA)
		s->allocflags |= GFP_DMA;
	if (s->flags & SLAB_RECLAIM_ACCOUNT)
		s->allocflags |= __GFP_RECLAIMABLE;

	s->oo = oo_make(calculate_order(size), size);
	s->min = oo_make(get_order(size), size);
}

static void init_kmem_cache_node(struct kmem_cache_node *n)
{
	n->nr_partial = 0;
	spin_lock_init(&n->list_lock);
	INIT_LIST_HEAD(&n->partial);
}

/* What all versions set up alike; the rest is kmem_cache_open()'s. */
static void init_cache(struct kmem_cache *s, const char *name, unsigned int size,
		       unsigned int align, slab_flags_t flags, void (*ctor)(void *))
{
	s->name = name;
	s->object_size = size;
	s->align = align;
	s->flags = flags;
	s->ctor = ctor;
	calculate_sizes(s);

	/* The larger the objects, the dearer it is to ask the page allocator again. */
	s->min_partial = clamp(ilog2(s->size) / 2, 5, 10);
	init_kmem_cache_node(get_node(s, 0));
	kmem_cache_open(s, s - kmem_cache_table);
}

/* Powers of two are aligned to their size. */
static unsigned int kmalloc_align(unsigned int size)
{
	return (size & (size - 1)) ? KMALLOC_MIN_SIZE : size;
}

static struct kmem_cache *new_kmalloc_cache(int idx, enum kmalloc_cache_type type)
{
	struct kmem_cache *s = &kmem_cache_table[type * (KMALLOC_SHIFT_HIGH + 1) + idx];
	unsigned int size = kmalloc_info[idx].size;
	slab_flags_t flags = SLAB_KMALLOC;

	if (type == KMALLOC_RECLAIM)
		flags |= SLAB_RECLAIM_ACCOUNT;
	else if (type == KMALLOC_DMA)
		flags |= SLAB_CACHE_DMA;

	init_cache(s, kmalloc_info[idx].name[type], size, kmalloc_align(size), flags, NULL);
	kmalloc_caches[type][idx] = s;
	return s;
}

static inline enum kmalloc_cache_type kmalloc_type(gfp_t flags)
{
	if (likely((flags & (__GFP_DMA | __GFP_RECLAIMABLE)) == 0))
		return KMALLOC_NORMAL;
	return flags & __GFP_DMA ? KMALLOC_DMA : KMALLOC_RECLAIM;
}

/* The size's place among the caches. */
static inline unsigned int kmalloc_index(size_t size)
{
	if (size <= KMALLOC_MIN_SIZE)
		return KMALLOC_SHIFT_LOW;
	if (size > 64 && size <= 96)
		return 1;
	if (size > 128 && size <= 192)
		return 2;
	return fls(size - 1);
}

/* How many bytes kmalloc() really gives. */
size_t kmalloc_size_roundup(size_t size)
{
	if (size && size <= KMALLOC_MAX_CACHE_SIZE)
		return kmalloc_info[kmalloc_index(size)].size;
	return size ? PAGE_SIZE << get_order(size) : 0;
}

/*
 * The kernel makes its kmalloc caches while it boots, create_kmalloc_caches(). Here each is made by
 * who needs it first, in one step that takes no lock: caches that nobody uses cost nothing.
 */
struct kmem_cache *kmalloc_slab(size_t size, gfp_t flags)
{
	struct kmem_cache *s;

	atomic {
		unsigned int index = kmalloc_index(size);
		enum kmalloc_cache_type type = kmalloc_type(flags);

		s = kmalloc_caches[type][index];
		if (!s)
			s = new_kmalloc_cache(index, type);
	}
	return s;
}

/* Small objects share a cache line evenly. */
static unsigned int calculate_alignment(slab_flags_t flags, unsigned int align, unsigned int size)
{
	unsigned int ralign = 64;

	if (flags & SLAB_HWCACHE_ALIGN) {
		while (size <= ralign / 2)
			ralign /= 2;
		align = max(align, ralign);
	}
	return ALIGN(max(align, (unsigned int)sizeof(void *)), sizeof(void *));
}

/* Never merged with another one of the same size. NULL when the table is full. */
struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *))
{
	struct kmem_cache *s = NULL;

	align = calculate_alignment(flags, align, size);

	/* slab_mutex in the kernel. */
	atomic {
		if (nr_created_caches < NR_CREATED_CACHES) {
			s = &kmem_cache_table[NR_KMALLOC_CACHES + nr_created_caches++];
			init_cache(s, name, size, align, flags, ctor);
		}
	}
	if (!s && (flags & SLAB_PANIC))
		panic("kmem_cache_create: Failed to create slab '%s'\n", name);
	return s;
}

/* Only the caller's CPU gives its slabs or sheaves up; the kernel asks all. */
int kmem_cache_shrink(struct kmem_cache *s)
{
	might_sleep();
	migrate_disable();
	__kmem_cache_shrink(s);
	migrate_enable();
	return 0;
}
