/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory in pieces smaller than a page, or larger: mm/slab_common.c, mm/slub.c. */
#ifndef _LINUX_SLAB_H
#define _LINUX_SLAB_H

#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/version.h>

typedef unsigned int slab_flags_t;

#define SLAB_HWCACHE_ALIGN ((slab_flags_t)0x00002000U)
#define SLAB_CACHE_DMA ((slab_flags_t)0x00004000U)
#define SLAB_KMALLOC ((slab_flags_t)0x00008000U)
#define SLAB_RECLAIM_ACCOUNT ((slab_flags_t)0x00020000U)
#define SLAB_PANIC ((slab_flags_t)0x00040000U)

/* What kmalloc(0) returns: freeing it is allowed, touching it is not. */
#define ZERO_SIZE_PTR ((void *)16)
#define ZERO_OR_NULL_PTR(x) ((unsigned long)(x) <= (unsigned long)ZERO_SIZE_PTR)

/* Sizes up to two pages have caches, in powers of two and at 96 and 192. */
#define KMALLOC_SHIFT_LOW 3
#define KMALLOC_SHIFT_HIGH (PAGE_SHIFT + 1)
#define KMALLOC_MIN_SIZE (1 << KMALLOC_SHIFT_LOW)
#define KMALLOC_MAX_CACHE_SIZE (1UL << KMALLOC_SHIFT_HIGH)

enum kmalloc_cache_type {
	KMALLOC_NORMAL,
	KMALLOC_RECLAIM,
	KMALLOC_DMA,
	NR_KMALLOC_TYPES
};

#define NUMA_NO_NODE (-1)

struct kmem_cache;

void kmem_cache_init(void);
struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *));

int kmem_cache_shrink(struct kmem_cache *s);

size_t kmalloc_size_roundup(size_t size);
void kfree(const void *object);
void kmem_cache_free(struct kmem_cache *s, void *x);
void kmem_cache_free_bulk(struct kmem_cache *s, size_t size, void **p);
#define kfree_bulk(size, p) kmem_cache_free_bulk(NULL, size, p)

/* The names since v6.10; calls are macros that note where memory was asked for. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
void *__kmalloc_noprof(size_t size, gfp_t flags);
void *kmem_cache_alloc_noprof(struct kmem_cache *s, gfp_t gfpflags);
#define __kmalloc(size, flags) __kmalloc_noprof(size, flags)
#define kmem_cache_alloc(s, gfpflags) kmem_cache_alloc_noprof(s, gfpflags)
#else
void *__kmalloc(size_t size, gfp_t flags);
void *kmem_cache_alloc(struct kmem_cache *s, gfp_t gfpflags);
#endif

/* As when the compiler does not know the size; else it picks the cache itself. */
#define kmalloc(size, flags) __kmalloc(size, flags)
#define kzalloc(size, flags) kmalloc(size, (flags) | __GFP_ZERO)
#define kmem_cache_zalloc(s, flags) kmem_cache_alloc(s, (flags) | __GFP_ZERO)

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
/* From any context; NULL whenever a lock could not be had at once. */
void *kmalloc_nolock_noprof(size_t size, gfp_t gfp_flags, int node);
#define kmalloc_nolock(size, gfp_flags, node) kmalloc_nolock_noprof(size, gfp_flags, node)
void kfree_nolock(const void *object);

/* Takes an object that is to be freed after a grace period; false: the caller keeps it. */
bool kfree_rcu_sheaf(void *obj);
#endif

#endif
