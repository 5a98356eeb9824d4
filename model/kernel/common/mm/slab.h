/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What mm/slab_common.c and mm/slub.c share: a cache, its node, how many objects a slab has.
 *
 *	kmem_cache			objects of one size
 *	  cpu_slab (one a CPU)		v5.9, v6.12: the slab this CPU takes objects from
 *	  cpu_sheaves (one a CPU)	v7.2: arrays of pointers to free objects
 *	  node[]			slabs with free objects that no CPU has for itself: list_lock
 */
#ifndef _MM_SLAB_H
#define _MM_SLAB_H

#include <linux/kernel.h>
#include <linux/local_lock.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <model/object.h>
#include "internal.h"

/* CONFIG_SLUB_CPU_PARTIAL. */
#ifdef CONFIG_SMP
#define CONFIG_SLUB_CPU_PARTIAL 1
#endif

/* All caches have their place here: kmalloc's by type and size, then kmem_cache_create()'s. */
#define NR_KMALLOC_CACHES (NR_KMALLOC_TYPES * (KMALLOC_SHIFT_HIGH + 1))
#define NR_CREATED_CACHES 8
#define NR_CACHES (NR_KMALLOC_CACHES + NR_CREATED_CACHES)

/* Memory for the allocator's own use: it needs nothing more of that kind itself. Since v6.10. */
#define __GFP_NO_OBJ_EXT ((gfp_t)0x2000000u)

struct kmem_cache_order_objects {
	unsigned int x;
};

#define OO_SHIFT 16
#define OO_MASK ((1 << OO_SHIFT) - 1)
#define oo_order(oo) ((oo).x >> OO_SHIFT)
#define oo_objects(oo) ((oo).x & OO_MASK)

struct kmem_cache_node {
#if defined(CONFIG_PREEMPT_RT) && LINUX_VERSION_CODE < KERNEL_VERSION(5, 15, 0)
	raw_spinlock_t list_lock;	/* in the -rt patches */
#else
	spinlock_t list_lock;
#endif
	unsigned long nr_partial;
	struct list_head partial;
	atomic_long_t nr_slabs;
	atomic_long_t total_objects;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
	struct node_barn *barn;
#endif
};

struct kmem_cache {
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
	struct slub_percpu_sheaves __percpu *cpu_sheaves;
	unsigned int sheaf_capacity;
#else
	struct kmem_cache_cpu __percpu *cpu_slab;
	unsigned int cpu_partial;	/* free objects a CPU may have in partial slabs */
	unsigned int cpu_partial_slabs;	/* v6.12: the same in slabs */
#endif
	slab_flags_t flags;
	unsigned long min_partial;
	unsigned int size;		/* of an object and what is behind it */
	unsigned int object_size;
	unsigned int offset;		/* of the pointer to the next free object */
	struct kmem_cache_order_objects oo;
	struct kmem_cache_order_objects min;
	gfp_t allocflags;
	void (*ctor)(void *object);
	unsigned int align;
	const char *name;
	struct lock_class_key lock_key;
	struct kmem_cache_node node[1];
};

/* One for all nodes. */
#define get_node(s, nid) ((void)(nid), &(s)->node[0])

extern struct kmem_cache *kmalloc_caches[NR_KMALLOC_TYPES][KMALLOC_SHIFT_HIGH + 1];

struct kmem_cache *kmalloc_slab(size_t size, gfp_t flags);

/* mm/slub.c: gives back what the CPU and the node keep. */
int __kmem_cache_shrink(struct kmem_cache *s);

/* mm/slub.c: sets up the parts of a cache that are the version's own. */
void kmem_cache_open(struct kmem_cache *s, int idx);

/* A free object holds the address of the next one, away from its edges. */
#define get_freepointer(s, object) (*(void **)((char *)(object) + (s)->offset))
#define set_freepointer(s, object, fp) (*(void **)((char *)(object) + (s)->offset) = (fp))

/* Where sanitizers look on; here the model's own checks do. */
#define slab_free_hook(s, x) __object(x, (s)->object_size, OBJECT_FREED)

/* The same for a chain of objects, in one step. */
static inline void slab_free_freelist_hook(struct kmem_cache *s, void *head)
{
	atomic {
		void *object = head;

		for (; object; object = get_freepointer(s, object))
			slab_free_hook(s, object);
	}
}

#define order_objects(order, size) (((unsigned int)PAGE_SIZE << (order)) / (size))

static inline struct kmem_cache_order_objects oo_make(unsigned int order, unsigned int size)
{
	struct kmem_cache_order_objects oo = {
		(order << OO_SHIFT) + order_objects(order, size)
	};

	return oo;
}

#endif
