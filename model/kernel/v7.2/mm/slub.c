// SPDX-License-Identifier: GPL-2.0-only
/*
 * SLUB of v7.2, abridged: no debugging of objects, one node.
 *
 *	s->cpu_sheaves->main	an array of pointers to free objects: take the last, add behind it
 *	s->cpu_sheaves->spare	another one, full or empty
 *	s->cpu_sheaves->rcu_free	objects that wait for a grace period
 *	s->cpu_sheaves->lock	all of these; only ever tried
 *	s->node[].barn		full and empty sheaves of all CPUs; barn->lock, a spinlock_t
 *	s->node[].partial	slabs with free objects; list_lock, a spinlock_t
 *
 * No CPU has a slab for itself: who finds no sheaf takes single objects under list_lock.
 */
#include <linux/irq_work.h>
#include <linux/llist.h>
#include <linux/rcupdate.h>
#include <linux/vmalloc.h>
#include "slub_slab.h"

#define MAX_FULL_SHEAVES 10
#define MAX_EMPTY_SHEAVES 10
#define BOOT_SHEAF_CAPACITY 60

#define EBUSY 16
#define E2BIG 7
#define ENOMEM 12
#define ERR_PTR(error) ((void *)(long)(error))
#define PTR_ERR(ptr) ((long)(ptr))
#define IS_ERR(ptr) ((unsigned long)(ptr) >= (unsigned long)-4095)

struct slab_sheaf {
	union {
		struct rcu_head rcu_head;
		struct list_head barn_list;
	};
	struct kmem_cache *cache;
	unsigned int size;		/* objects in it */
	int node;
	void *objects[];
};

struct slub_percpu_sheaves {
	local_trylock_t lock;
	struct slab_sheaf *main;	/* never NULL */
	struct slab_sheaf *spare;
	struct slab_sheaf *rcu_free;
};

struct node_barn {
	spinlock_t lock;
	struct list_head sheaves_full;
	struct list_head sheaves_empty;
	unsigned int nr_full;
	unsigned int nr_empty;
};

static DEFINE_PER_CPU(struct slub_percpu_sheaves, percpu_sheaves[NR_CACHES]);
static struct node_barn node_barns[NR_CACHES];

/* The first main sheaf of each CPU: the kernel has it from kmalloc() when a cache is made. */
static DEFINE_PER_CPU(void *, boot_sheaves[NR_CACHES]
		      [sizeof(struct slab_sheaf) / sizeof(void *) + BOOT_SHEAF_CAPACITY]);

#define boot_sheaf(idx, cpu) ((struct slab_sheaf *)per_cpu(boot_sheaves, cpu)[idx])

#define get_barn(s) (get_node(s, numa_node_id())->barn)

static void __slab_free(struct kmem_cache *s, struct slab *slab, void *head, void *tail, int cnt);
static void __kmem_cache_free_bulk(struct kmem_cache *s, size_t size, void **p);
static unsigned int refill_objects(struct kmem_cache *s, void **p, gfp_t gfp, unsigned int min,
				   unsigned int max);

/* ---------------------------------------------------------------- sheaves */

static struct slab_sheaf *alloc_empty_sheaf(struct kmem_cache *s, gfp_t gfp)
{
	struct slab_sheaf *sheaf;

	/* A sheaf for the objects that sheaves are made of: once is enough. */
	if (gfp & __GFP_NO_OBJ_EXT)
		return NULL;
	if (s->flags & SLAB_KMALLOC)
		gfp |= __GFP_NO_OBJ_EXT;

	sheaf = kzalloc(sizeof(*sheaf) + s->sheaf_capacity * sizeof(void *), gfp);
	if (unlikely(!sheaf))
		return NULL;
	sheaf->cache = s;
	return sheaf;
}

static void free_empty_sheaf(struct kmem_cache *s, struct slab_sheaf *sheaf)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		if (sheaf == boot_sheaf(s->cpu_sheaves - percpu_sheaves, cpu))
			return;
	}
	kfree(sheaf);
}

/* 0 when it is full now. */
static int refill_sheaf(struct kmem_cache *s, struct slab_sheaf *sheaf, gfp_t gfp)
{
	unsigned int to_fill = s->sheaf_capacity - sheaf->size;
	unsigned int filled;

	if (!to_fill)
		return 0;

	filled = refill_objects(s, &sheaf->objects[sheaf->size], gfp, to_fill, to_fill);
	sheaf->size += filled;
	return filled < to_fill ? -ENOMEM : 0;
}

#define PCS_BATCH_MAX 32U

/* Empties the main sheaf in batches, outside of the lock; true when at least one has gone. */
static bool sheaf_flush_main(struct kmem_cache *s)
{
	struct slub_percpu_sheaves *pcs;
	void *objects[PCS_BATCH_MAX];
	unsigned int batch, remaining;
	struct slab_sheaf *sheaf;
	bool ret = false;

next_batch:
	if (!local_trylock(&s->cpu_sheaves->lock))
		return ret;

	pcs = this_cpu_ptr(s->cpu_sheaves);
	sheaf = pcs->main;
	batch = min(PCS_BATCH_MAX, sheaf->size);
	sheaf->size -= batch;
	memcpy(objects, sheaf->objects + sheaf->size, batch * sizeof(void *));
	remaining = sheaf->size;
	local_unlock(&s->cpu_sheaves->lock);

	__kmem_cache_free_bulk(s, batch, &objects[0]);
	ret = true;
	if (remaining)
		goto next_batch;
	return ret;
}

/* Empties a sheaf that no CPU has. */
static void sheaf_flush_unused(struct kmem_cache *s, struct slab_sheaf *sheaf)
{
	if (!sheaf->size)
		return;

	__kmem_cache_free_bulk(s, sheaf->size, &sheaf->objects[0]);
	sheaf->size = 0;
}

/* ---------------------------------------------------------------- the barn */

#define barn_first(list) list_first_entry(list, struct slab_sheaf, barn_list)

static struct slab_sheaf *barn_get_empty_sheaf(struct node_barn *barn, bool allow_spin)
{
	struct slab_sheaf *empty = NULL;
	unsigned long flags;

	if (!barn->nr_empty)
		return NULL;
	if (likely(allow_spin))
		spin_lock_irqsave(&barn->lock, flags);
	else if (!spin_trylock_irqsave(&barn->lock, flags))
		return NULL;

	if (likely(barn->nr_empty)) {
		empty = barn_first(&barn->sheaves_empty);
		list_del(&empty->barn_list);
		barn->nr_empty--;
	}
	spin_unlock_irqrestore(&barn->lock, flags);
	return empty;
}

static void barn_put_empty_sheaf(struct node_barn *barn, struct slab_sheaf *sheaf)
{
	unsigned long flags;

	spin_lock_irqsave(&barn->lock, flags);
	list_add(&sheaf->barn_list, &barn->sheaves_empty);
	barn->nr_empty++;
	spin_unlock_irqrestore(&barn->lock, flags);
}

static void barn_put_full_sheaf(struct node_barn *barn, struct slab_sheaf *sheaf)
{
	unsigned long flags;

	spin_lock_irqsave(&barn->lock, flags);
	list_add(&sheaf->barn_list, &barn->sheaves_full);
	barn->nr_full++;
	spin_unlock_irqrestore(&barn->lock, flags);
}

/* An empty sheaf for a full one. */
static struct slab_sheaf *barn_replace_empty_sheaf(struct node_barn *barn,
						   struct slab_sheaf *empty, bool allow_spin)
{
	struct slab_sheaf *full = NULL;
	unsigned long flags;

	if (!barn->nr_full)
		return NULL;
	if (likely(allow_spin))
		spin_lock_irqsave(&barn->lock, flags);
	else if (!spin_trylock_irqsave(&barn->lock, flags))
		return NULL;

	if (likely(barn->nr_full)) {
		full = barn_first(&barn->sheaves_full);
		list_del(&full->barn_list);
		list_add(&empty->barn_list, &barn->sheaves_empty);
		barn->nr_full--;
		barn->nr_empty++;
	}
	spin_unlock_irqrestore(&barn->lock, flags);
	return full;
}

/* A full sheaf for an empty one, unless there are enough full ones. */
static struct slab_sheaf *barn_replace_full_sheaf(struct node_barn *barn, struct slab_sheaf *full,
						  bool allow_spin)
{
	struct slab_sheaf *empty;
	unsigned long flags;

	if (barn->nr_full >= MAX_FULL_SHEAVES)
		return ERR_PTR(-E2BIG);
	if (!barn->nr_empty)
		return ERR_PTR(-ENOMEM);
	if (likely(allow_spin))
		spin_lock_irqsave(&barn->lock, flags);
	else if (!spin_trylock_irqsave(&barn->lock, flags))
		return ERR_PTR(-EBUSY);

	if (likely(barn->nr_empty)) {
		empty = barn_first(&barn->sheaves_empty);
		list_del(&empty->barn_list);
		list_add(&full->barn_list, &barn->sheaves_full);
		barn->nr_empty--;
		barn->nr_full++;
	} else {
		empty = ERR_PTR(-ENOMEM);
	}
	spin_unlock_irqrestore(&barn->lock, flags);
	return empty;
}

/* ---------------------------------------------------------------- partial slabs */

/* One object of a slab of the node's list. */
static void *get_from_partial_node(struct kmem_cache *s, struct kmem_cache_node *n, gfp_t gfpflags)
{
	struct freelist_counters old, new;
	struct slab *slab, *slab2;
	void *object = NULL;
	unsigned long flags;

	/* Looked at without the lock: at worst a new slab is made. */
	if (!n->nr_partial)
		return NULL;
	if (gfpflags_allow_spinning(gfpflags))
		spin_lock_irqsave(&n->list_lock, flags);
	else if (!spin_trylock_irqsave(&n->list_lock, flags))
		return NULL;

	list_for_each_entry_safe(slab, slab2, &n->partial, slab_list) {
		if (!pfmemalloc_match(slab, gfpflags))
			continue;

		/* Others may free into it; who makes it empty must have list_lock. */
		do {
			old.freelist = slab->freelist;
			old.counters = slab->counters;
			new.freelist = get_freepointer(s, old.freelist);
			new.counters = old.counters;
			new.inuse++;
		} while (!slab_update_freelist(slab, old, new));

		object = old.freelist;
		if (!new.freelist)
			remove_partial(n, slab);
		break;
	}
	spin_unlock_irqrestore(&n->list_lock, flags);
	return object;
}

static inline void *get_from_partial(struct kmem_cache *s, int node, gfp_t gfpflags)
{
	return get_from_partial_node(s, get_node(s, 0), gfpflags);
}

/* Takes slabs with at least min and not many more than max free objects off the node's list. */
static bool get_partial_node_bulk(struct kmem_cache *s, struct kmem_cache_node *n,
				  struct list_head *slabs, gfp_t gfp, unsigned int min_objects,
				  unsigned int max_objects, bool allow_spin)
{
	unsigned int slab_free, total_free = 0;
	struct freelist_counters flc;
	struct slab *slab, *slab2;
	unsigned long flags;

	if (!n->nr_partial)
		return false;

	INIT_LIST_HEAD(slabs);
	if (allow_spin)
		spin_lock_irqsave(&n->list_lock, flags);
	else if (!spin_trylock_irqsave(&n->list_lock, flags))
		return false;

	list_for_each_entry_safe(slab, slab2, &n->partial, slab_list) {
		if (!pfmemalloc_match(slab, gfp))
			continue;

		flc.counters = READ_ONCE(slab->counters);
		slab_free = flc.objects - flc.inuse;
		if (total_free >= min_objects && total_free + slab_free > max_objects)
			break;

		remove_partial(n, slab);
		list_add(&slab->slab_list, slabs);

		total_free += slab_free;
		if (total_free >= max_objects)
			break;
	}
	spin_unlock_irqrestore(&n->list_lock, flags);
	return total_free > 0;
}

/* All of the objects of a slab that is on no list. */
static void *get_freelist_nofreeze(struct kmem_cache *s, struct slab *slab)
{
	struct freelist_counters old, new;

	do {
		old.freelist = slab->freelist;
		old.counters = slab->counters;
		new.freelist = NULL;
		new.counters = old.counters;
		new.inuse = old.objects;
	} while (!slab_update_freelist(slab, old, new));
	return old.freelist;
}

/* Takes up to count objects off a chain that nobody else has, in one step; returns how many. */
static unsigned int take_objects(struct kmem_cache *s, void **object, void **p, unsigned int count)
{
	unsigned int taken = 0;

	atomic {
		while (*object && taken < count) {
			p[taken] = *object;
			*object = get_freepointer(s, *object);
			taken++;
		}
	}
	return taken;
}

/* Takes count objects of a new slab; what is left of it goes to the node's list. */
static unsigned int alloc_from_new_slab(struct kmem_cache *s, struct slab *slab, void **p,
					unsigned int count, bool allow_spin)
{
	struct kmem_cache_node *n = get_node(s, slab_nid(slab));
	unsigned int allocated;
	bool needs_add_partial;
	unsigned long flags;
	void *object;

	needs_add_partial = slab->objects > count;
	if (!allow_spin && needs_add_partial && !spin_trylock_irqsave(&n->list_lock, flags)) {
		/* Unlucky: the new slab is given back. */
		__free_slab(s, slab, false);
		return 0;
	}

	object = slab->freelist;
	allocated = take_objects(s, &object, p, count);
	slab->inuse += allocated;
	slab->freelist = object;

	if (needs_add_partial) {
		if (allow_spin)
			spin_lock_irqsave(&n->list_lock, flags);
		add_partial(n, slab, ADD_TO_HEAD);
		spin_unlock_irqrestore(&n->list_lock, flags);
	}

	inc_slabs_node(s, slab_nid(slab), slab->objects);
	return allocated;
}

/* Objects that a sheaf has no room for: back, as a chain. */
static void free_rest(struct kmem_cache *s, struct slab *slab, void *head)
{
	void *tail = head;
	int cnt = 1;

	atomic {
		while (get_freepointer(s, tail)) {
			tail = get_freepointer(s, tail);
			cnt++;
		}
	}
	__slab_free(s, slab, head, tail, cnt);
}

static unsigned int __refill_objects_node(struct kmem_cache *s, void **p, gfp_t gfp,
					  unsigned int min, unsigned int max,
					  struct kmem_cache_node *n, bool allow_spin)
{
	struct slab *slab, *slab2;
	unsigned int refilled = 0;
	struct list_head slabs;
	unsigned long flags;
	void *object;

	if (!get_partial_node_bulk(s, n, &slabs, gfp, min, max, allow_spin))
		return 0;

	list_for_each_entry_safe(slab, slab2, &slabs, slab_list) {
		list_del(&slab->slab_list);

		object = get_freelist_nofreeze(s, slab);
		refilled += take_objects(s, &object, p + refilled, max - refilled);
		if (unlikely(object))
			free_rest(s, slab, object);
		if (refilled >= max)
			break;
	}

	if (unlikely(!list_empty(&slabs))) {
		/* Fewer were needed than the slabs seemed to have. */
		spin_lock_irqsave(&n->list_lock, flags);
		list_for_each_entry_safe(slab, slab2, &slabs, slab_list) {
			if (unlikely(!slab->inuse && n->nr_partial >= s->min_partial))
				continue;
			list_del(&slab->slab_list);
			add_partial(n, slab, ADD_TO_HEAD);
		}
		spin_unlock_irqrestore(&n->list_lock, flags);

		list_for_each_entry_safe(slab, slab2, &slabs, slab_list) {
			list_del(&slab->slab_list);
			discard_slab(s, slab);
		}
	}
	return refilled;
}

static unsigned int refill_objects(struct kmem_cache *s, void **p, gfp_t gfp, unsigned int min,
				   unsigned int max)
{
	unsigned int refilled;
	struct slab *slab;

	if (WARN_ON_ONCE(!gfpflags_allow_spinning(gfp)))
		return 0;

	refilled = __refill_objects_node(s, p, gfp, min, max, get_node(s, 0), true);
	while (refilled < min) {
		slab = new_slab(s, gfp);
		if (!slab)
			break;
		refilled += alloc_from_new_slab(s, slab, p + refilled, max - refilled, true);
	}
	return refilled;
}

/* ---------------------------------------------------------------- allocation */

/*
 * The main sheaf is empty: another one takes its place. The lock is held, and still held when
 * this succeeds, perhaps that of another CPU.
 */
static struct slub_percpu_sheaves *__pcs_replace_empty_main(struct kmem_cache *s,
							    struct slub_percpu_sheaves *pcs,
							    gfp_t gfp)
{
	struct slab_sheaf *empty = NULL;
	struct slab_sheaf *full;
	struct node_barn *barn;
	bool allow_spin;

	if (pcs->spare && pcs->spare->size > 0) {
		swap(pcs->main, pcs->spare);
		return pcs;
	}

	barn = get_barn(s);
	allow_spin = gfpflags_allow_spinning(gfp);
	full = barn_replace_empty_sheaf(barn, pcs->main, allow_spin);
	if (full) {
		pcs->main = full;
		return pcs;
	}

	if (allow_spin) {
		if (pcs->spare) {
			empty = pcs->spare;
			pcs->spare = NULL;
		} else {
			empty = barn_get_empty_sheaf(barn, true);
		}
	}

	local_unlock(&s->cpu_sheaves->lock);
	pcs = NULL;

	if (!allow_spin)
		return NULL;

	if (!empty) {
		empty = alloc_empty_sheaf(s, gfp);
		if (!empty)
			return NULL;
	}

	if (refill_sheaf(s, empty, gfp | __GFP_NOMEMALLOC | __GFP_NOWARN)) {
		/* Memory is short: no time to save sheaves. */
		sheaf_flush_unused(s, empty);
		free_empty_sheaf(s, empty);
		return NULL;
	}

	full = empty;
	empty = NULL;

	if (!local_trylock(&s->cpu_sheaves->lock))
		goto barn_put;
	pcs = this_cpu_ptr(s->cpu_sheaves);

	if (pcs->main->size == 0) {
		if (!pcs->spare)
			pcs->spare = pcs->main;
		else
			barn_put_empty_sheaf(barn, pcs->main);
		pcs->main = full;
		return pcs;
	}

	/* Somebody was faster. */
	if (!pcs->spare) {
		pcs->spare = full;
		return pcs;
	}
	if (pcs->spare->size == 0) {
		barn_put_empty_sheaf(barn, pcs->spare);
		pcs->spare = full;
		return pcs;
	}

barn_put:
	barn_put_full_sheaf(barn, full);
	return pcs;
}

static void *alloc_from_pcs(struct kmem_cache *s, gfp_t gfp, int node)
{
	struct slub_percpu_sheaves *pcs;
	void *object;

	if (!local_trylock(&s->cpu_sheaves->lock))
		return NULL;

	pcs = this_cpu_ptr(s->cpu_sheaves);
	if (unlikely(pcs->main->size == 0)) {
		pcs = __pcs_replace_empty_main(s, pcs, gfp);
		if (unlikely(!pcs))
			return NULL;
	}

	object = pcs->main->objects[pcs->main->size - 1];
	pcs->main->size--;
	local_unlock(&s->cpu_sheaves->lock);
	return object;
}

/* The sheaves had nothing: one object of a partial slab, or of a new one. */
static void *___slab_alloc(struct kmem_cache *s, gfp_t gfpflags, int node)
{
	bool allow_spin = gfpflags_allow_spinning(gfpflags);
	struct slab *slab;
	void *object;

new_objects:
	object = get_from_partial(s, node, gfpflags);
	if (object)
		return object;

	slab = new_slab(s, gfpflags);
	if (unlikely(!slab)) {
		slab_out_of_memory(s, gfpflags, node);
		return NULL;
	}

	object = NULL;
	alloc_from_new_slab(s, slab, &object, 1, allow_spin);
	if (likely(object))
		return object;
	if (allow_spin)
		goto new_objects;

	/* Trying again could go on for ever. */
	return NULL;
}

static inline void *__slab_alloc_node(struct kmem_cache *s, gfp_t gfpflags, int node)
{
	return ___slab_alloc(s, gfpflags, node);
}

static void *slab_alloc_node(struct kmem_cache *s, gfp_t gfpflags, int node)
{
	void *object;

	slab_pre_alloc_hook(s, gfpflags);
	object = alloc_from_pcs(s, gfpflags, node);
	if (!object)
		object = __slab_alloc_node(s, gfpflags, node);
	slab_post_alloc_hook(s, gfpflags, object);
	return object;
}

void *kmem_cache_alloc_noprof(struct kmem_cache *s, gfp_t gfpflags)
{
	return slab_alloc_node(s, gfpflags, NUMA_NO_NODE);
}

/* ---------------------------------------------------------------- free */

/* Frees a chain of objects of one slab into it. */
static void __slab_free(struct kmem_cache *s, struct slab *slab, void *head, void *tail, int cnt)
{
	struct kmem_cache_node *n = NULL;
	struct freelist_counters old, new;
	bool on_node_partial = false;
	unsigned long flags;
	bool was_full;

	do {
		if (unlikely(n)) {
			spin_unlock_irqrestore(&n->list_lock, flags);
			n = NULL;
		}
		old.freelist = slab->freelist;
		old.counters = slab->counters;
		was_full = old.freelist == NULL;
		set_freepointer(s, tail, old.freelist);
		new.freelist = head;
		new.counters = old.counters;
		new.inuse -= cnt;

		/* It may have to enter the node's list, or to leave it. */
		if (!new.inuse || was_full) {
			n = get_node(s, slab_nid(slab));
			spin_lock_irqsave(&n->list_lock, flags);
			on_node_partial = slab_test_node_partial(slab);
		}
	} while (!slab_update_freelist(slab, old, new));

	if (likely(!n))
		return;

	/* Somebody has taken it off to refill a sheaf. */
	if (!was_full && !on_node_partial) {
		spin_unlock_irqrestore(&n->list_lock, flags);
		return;
	}

	if (unlikely(!new.inuse && n->nr_partial >= s->min_partial))
		goto slab_empty;

	if (unlikely(was_full))
		add_partial(n, slab, ADD_TO_TAIL);
	spin_unlock_irqrestore(&n->list_lock, flags);
	return;

slab_empty:
	if (likely(!was_full))
		remove_partial(n, slab);
	spin_unlock_irqrestore(&n->list_lock, flags);
	discard_slab(s, slab);
}

/* Puts an empty sheaf in the place of the full main one; the lock is held. */
static void __pcs_install_empty_sheaf(struct kmem_cache *s, struct slub_percpu_sheaves *pcs,
				      struct slab_sheaf *empty, struct node_barn *barn)
{
	if (likely(!pcs->spare)) {
		pcs->spare = pcs->main;
		pcs->main = empty;
		return;
	}

	/* Somebody else made room meanwhile. */
	if (pcs->main->size < s->sheaf_capacity) {
		barn_put_empty_sheaf(barn, empty);
		return;
	}
	if (pcs->spare->size < s->sheaf_capacity) {
		swap(pcs->main, pcs->spare);
		barn_put_empty_sheaf(barn, empty);
		return;
	}

	barn_put_full_sheaf(barn, pcs->main);
	pcs->main = empty;
}

/* The main sheaf is full. The lock is held, and still held when this succeeds. */
static struct slub_percpu_sheaves *__pcs_replace_full_main(struct kmem_cache *s,
							   struct slub_percpu_sheaves *pcs,
							   bool allow_spin)
{
	struct slab_sheaf *empty, *to_flush;
	struct node_barn *barn;

restart:
	barn = get_barn(s);

	if (!pcs->spare) {
		empty = barn_get_empty_sheaf(barn, allow_spin);
		if (empty) {
			pcs->spare = pcs->main;
			pcs->main = empty;
			return pcs;
		}
		goto alloc_empty;
	}

	if (pcs->spare->size < s->sheaf_capacity) {
		swap(pcs->main, pcs->spare);
		return pcs;
	}

	empty = barn_replace_full_sheaf(barn, pcs->main, allow_spin);
	if (!IS_ERR(empty)) {
		pcs->main = empty;
		return pcs;
	}

	if (PTR_ERR(empty) == -E2BIG && allow_spin) {
		to_flush = pcs->spare;
		pcs->spare = NULL;
		local_unlock(&s->cpu_sheaves->lock);

		sheaf_flush_unused(s, to_flush);
		empty = to_flush;
		goto got_empty;
	}

alloc_empty:
	local_unlock(&s->cpu_sheaves->lock);

	/* Without sheaves then: kfree_nolock() has another way. */
	if (!allow_spin)
		return NULL;

	empty = alloc_empty_sheaf(s, GFP_NOWAIT);
	if (empty)
		goto got_empty;

	if (!sheaf_flush_main(s))
		return NULL;
	if (!local_trylock(&s->cpu_sheaves->lock))
		return NULL;

	pcs = this_cpu_ptr(s->cpu_sheaves);
	if (pcs->main->size == s->sheaf_capacity)
		goto restart;
	return pcs;

got_empty:
	if (!local_trylock(&s->cpu_sheaves->lock)) {
		barn_put_empty_sheaf(barn, empty);
		return NULL;
	}

	pcs = this_cpu_ptr(s->cpu_sheaves);
	__pcs_install_empty_sheaf(s, pcs, empty, barn);
	return pcs;
}

static bool free_to_pcs(struct kmem_cache *s, void *object, bool allow_spin)
{
	struct slub_percpu_sheaves *pcs;

	if (!local_trylock(&s->cpu_sheaves->lock))
		return false;

	pcs = this_cpu_ptr(s->cpu_sheaves);
	if (unlikely(pcs->main->size == s->sheaf_capacity)) {
		pcs = __pcs_replace_full_main(s, pcs, allow_spin);
		if (unlikely(!pcs))
			return false;
	}

	pcs->main->objects[pcs->main->size++] = object;
	local_unlock(&s->cpu_sheaves->lock);
	return true;
}

static inline void slab_free(struct kmem_cache *s, struct slab *slab, void *object)
{
	slab_free_hook(s, object);
	if (likely(!slab_test_pfmemalloc(slab)) && likely(free_to_pcs(s, object, true)))
		return;

	__slab_free(s, slab, object, object, 1);
}

void kmem_cache_free(struct kmem_cache *s, void *x)
{
	slab_free(s, virt_to_slab(x), x);
}

/* Objects that have been freed before, into a sheaf. */
static void __kmem_cache_free_bulk(struct kmem_cache *s, size_t size, void **p)
{
	struct detached_freelist df;

	while (size) {
		size = build_detached_freelist(s, size, p, &df);
		if (df.slab)
			__slab_free(df.s, df.slab, df.freelist, df.tail, df.cnt);
	}
}

/* Those of a named cache go to the sheaves; kfree_bulk() has no name. */
void kmem_cache_free_bulk(struct kmem_cache *s, size_t size, void **p)
{
	struct detached_freelist df;
	size_t i;

	if (s) {
		for (i = 0; i < size; i++)
			kmem_cache_free(s, p[i]);
		return;
	}

	while (size) {
		size = build_detached_freelist(s, size, p, &df);
		if (!df.slab)
			continue;
		slab_free_freelist_hook(df.s, df.freelist);
		__slab_free(df.s, df.slab, df.freelist, df.tail, df.cnt);
	}
}

void kfree(const void *object)
{
	struct page *page;
	struct slab *slab;

	if (unlikely(ZERO_OR_NULL_PTR(object)))
		return;

	page = virt_to_head_page(object);
	slab = page_slab(page);
	if (unlikely(!slab)) {
		free_large_kmalloc(page, (void *)object);
		return;
	}
	slab_free(slab->slab_cache, slab, (void *)object);
}

/* ---------------------------------------------------------------- kmalloc() */

void *__kmalloc_noprof(size_t size, gfp_t flags)
{
	if (unlikely(size > KMALLOC_MAX_CACHE_SIZE))
		return __kmalloc_large_node_noprof(size, flags, NUMA_NO_NODE);
	if (unlikely(!size))
		return ZERO_SIZE_PTR;

	return slab_alloc_node(kmalloc_slab(size, flags), flags, NUMA_NO_NODE);
}

/* Takes no lock that it would have to wait for. */
void *kmalloc_nolock_noprof(size_t size, gfp_t gfp_flags, int node)
{
	gfp_t alloc_gfp = __GFP_NOWARN | __GFP_NOMEMALLOC | gfp_flags;
	struct kmem_cache *s;
	bool can_retry = true;
	void *ret;

	VM_WARN_ON(gfp_flags & ~(__GFP_ACCOUNT | __GFP_ZERO | __GFP_NOWARN | __GFP_NOMEMALLOC));

	if (unlikely(!size))
		return ZERO_SIZE_PTR;

	/* For the reasons of alloc_pages_nolock(). */
	if (!can_spin_trylock())
		return NULL;

retry:
	if (unlikely(size > KMALLOC_MAX_CACHE_SIZE))
		return NULL;
	s = kmalloc_slab(size, alloc_gfp);

	ret = alloc_from_pcs(s, alloc_gfp, node);
	if (ret)
		goto success;

	ret = __slab_alloc_node(s, alloc_gfp, node);

	/* Who was interrupted may have this cache's locks; hardly those of the next size as well. */
	if (!ret && can_retry) {
		size = s->object_size + 1;
		can_retry = false;
		goto retry;
	}

success:
	slab_post_alloc_hook(s, alloc_gfp, ret);
	return ret;
}

/* ---------------------------------------------------------------- kfree_nolock() */

struct defer_free {
	struct llist_head objects;
	struct irq_work work;
};

static void free_deferred_objects(struct irq_work *work);

static DEFINE_PER_CPU(struct defer_free, defer_free_objects) = {
	.objects = LLIST_HEAD_INIT(objects),
	.work = IRQ_WORK_INIT(free_deferred_objects),
};

/* On PREEMPT_RT a thread: it may wait for list_lock. */
static void free_deferred_objects(struct irq_work *work)
{
	struct defer_free *df = container_of(work, struct defer_free, work);
	struct llist_node *pos, *next;
	struct kmem_cache *s;
	struct slab *slab;
	void *x;

	if (llist_empty(&df->objects))
		return;

	for (pos = llist_del_all(&df->objects); pos; pos = next) {
		next = pos->next;
		slab = virt_to_slab(pos);
		s = slab->slab_cache;

		/* The list went through the objects' free pointers. */
		x = (void *)pos - s->offset;
		set_freepointer(s, x, NULL);
		__slab_free(s, slab, x, x, 1);
	}
}

static void defer_free(struct kmem_cache *s, void *head)
{
	struct defer_free *df;

	preempt_disable();
	df = this_cpu_ptr(&defer_free_objects);
	if (llist_add(head + s->offset, &df->objects))
		irq_work_queue(&df->work);
	preempt_enable();
}

void kfree_nolock(const void *object)
{
	void *x = (void *)object;
	struct kmem_cache *s;
	struct slab *slab;

	if (unlikely(ZERO_OR_NULL_PTR(object)))
		return;

	slab = virt_to_slab(object);
	if (unlikely(!slab)) {
		WARN_ONCE(1, "large_kmalloc is not supported by kfree_nolock()");
		return;
	}

	s = slab->slab_cache;
	slab_free_hook(s, x);
	if (likely(free_to_pcs(s, x, false)))
		return;

	/* __slab_free() could need list_lock. */
	defer_free(s, x);
}

/* ---------------------------------------------------------------- kfree_rcu() */

/* A grace period is over: the sheaf serves again, full, or is emptied. */
static void rcu_free_sheaf(struct rcu_head *head)
{
	struct slab_sheaf *sheaf = container_of(head, struct slab_sheaf, rcu_head);
	struct kmem_cache *s = sheaf->cache;
	struct node_barn *barn = get_node(s, sheaf->node)->barn;
	unsigned int i;

	for (i = 0; i < sheaf->size; i++)
		slab_free_hook(s, sheaf->objects[i]);

	if (barn->nr_full < MAX_FULL_SHEAVES) {
		barn_put_full_sheaf(barn, sheaf);
		return;
	}

	sheaf_flush_unused(s, sheaf);
	if (barn->nr_empty < MAX_EMPTY_SHEAVES) {
		barn_put_empty_sheaf(barn, sheaf);
		return;
	}
	free_empty_sheaf(s, sheaf);
}

/*
 * barn->lock is taken, possibly under a raw spinlock: not for PREEMPT_RT, whose kfree_rcu() does not
 * come here. lockdep, which minds on other configurations too, is told that it may be.
 */
static DEFINE_WAIT_OVERRIDE_MAP(kfree_rcu_sheaf_map, LD_WAIT_CONFIG);

static bool __kfree_rcu_sheaf(struct kmem_cache *s, void *obj)
{
	struct slab_sheaf *rcu_sheaf, *empty;
	struct slub_percpu_sheaves *pcs;
	struct node_barn *barn;

	if (WARN_ON_ONCE(IS_ENABLED(CONFIG_PREEMPT_RT)))
		return false;

	lock_map_acquire_try(&kfree_rcu_sheaf_map);

	if (!local_trylock(&s->cpu_sheaves->lock))
		goto fail;

	pcs = this_cpu_ptr(s->cpu_sheaves);
	if (unlikely(!pcs->rcu_free)) {
		if (pcs->spare && pcs->spare->size == 0) {
			pcs->rcu_free = pcs->spare;
			pcs->spare = NULL;
			goto do_free;
		}

		barn = get_barn(s);
		empty = barn_get_empty_sheaf(barn, true);
		if (empty) {
			pcs->rcu_free = empty;
			goto do_free;
		}

		local_unlock(&s->cpu_sheaves->lock);

		/* Waking kswapd could deadlock: the caller may hold pi_lock. */
		empty = alloc_empty_sheaf(s, __GFP_NOWARN);
		if (!empty)
			goto fail;

		if (!local_trylock(&s->cpu_sheaves->lock)) {
			barn_put_empty_sheaf(barn, empty);
			goto fail;
		}

		pcs = this_cpu_ptr(s->cpu_sheaves);
		if (unlikely(pcs->rcu_free))
			barn_put_empty_sheaf(barn, empty);
		else
			pcs->rcu_free = empty;
	}

do_free:
	rcu_sheaf = pcs->rcu_free;
	rcu_sheaf->objects[rcu_sheaf->size++] = obj;
	if (likely(rcu_sheaf->size < s->sheaf_capacity)) {
		rcu_sheaf = NULL;
	} else {
		pcs->rcu_free = NULL;
		rcu_sheaf->node = numa_node_id();
	}
	if (rcu_sheaf)
		call_rcu(&rcu_sheaf->rcu_head, rcu_free_sheaf);

	local_unlock(&s->cpu_sheaves->lock);
	lock_map_release(&kfree_rcu_sheaf_map);
	return true;

fail:
	lock_map_release(&kfree_rcu_sheaf_map);
	return false;
}

bool kfree_rcu_sheaf(void *obj)
{
	struct slab *slab;

	if (is_vmalloc_addr(obj))
		return false;

	slab = virt_to_slab(obj);
	if (!slab || slab_test_pfmemalloc(slab))
		return false;
	return __kfree_rcu_sheaf(slab->slab_cache, obj);
}

/* ---------------------------------------------------------------- caches */

static void rcu_free_sheaf_nobarn(struct rcu_head *head)
{
	struct slab_sheaf *sheaf = container_of(head, struct slab_sheaf, rcu_head);
	struct kmem_cache *s = sheaf->cache;
	unsigned int i;

	for (i = 0; i < sheaf->size; i++)
		slab_free_hook(s, sheaf->objects[i]);
	sheaf_flush_unused(s, sheaf);
	free_empty_sheaf(s, sheaf);
}

static void pcs_flush_all(struct kmem_cache *s)
{
	struct slab_sheaf *spare, *rcu_free;
	struct slub_percpu_sheaves *pcs;

	local_lock(&s->cpu_sheaves->lock);
	pcs = this_cpu_ptr(s->cpu_sheaves);
	spare = pcs->spare;
	pcs->spare = NULL;
	rcu_free = pcs->rcu_free;
	pcs->rcu_free = NULL;
	local_unlock(&s->cpu_sheaves->lock);

	if (spare) {
		sheaf_flush_unused(s, spare);
		free_empty_sheaf(s, spare);
	}
	if (rcu_free)
		call_rcu(&rcu_free->rcu_head, rcu_free_sheaf_nobarn);
	sheaf_flush_main(s);
}

static struct slab_sheaf *barn_get_full_sheaf(struct node_barn *barn)
{
	struct slab_sheaf *full = NULL;
	unsigned long flags;

	spin_lock_irqsave(&barn->lock, flags);
	if (barn->nr_full) {
		full = barn_first(&barn->sheaves_full);
		list_del(&full->barn_list);
		barn->nr_full--;
	}
	spin_unlock_irqrestore(&barn->lock, flags);
	return full;
}

/* The kernel takes all of them off at once. */
static void barn_shrink(struct kmem_cache *s, struct node_barn *barn)
{
	struct slab_sheaf *sheaf;

	while ((sheaf = barn_get_empty_sheaf(barn, true)))
		free_empty_sheaf(s, sheaf);
	while ((sheaf = barn_get_full_sheaf(barn))) {
		sheaf_flush_unused(s, sheaf);
		free_empty_sheaf(s, sheaf);
	}
}

/* Gives up the CPU's sheaves, the node's, and its empty slabs. */
int __kmem_cache_shrink(struct kmem_cache *s)
{
	struct kmem_cache_node *n = get_node(s, 0);
	struct slab *slab, *slab2;
	LIST_HEAD(discard);
	unsigned long flags;

	pcs_flush_all(s);
	barn_shrink(s, n->barn);

	spin_lock_irqsave(&n->list_lock, flags);
	list_for_each_entry_safe(slab, slab2, &n->partial, slab_list) {
		if (slab->inuse)
			continue;
		remove_partial(n, slab);
		list_add(&slab->slab_list, &discard);
	}
	spin_unlock_irqrestore(&n->list_lock, flags);

	list_for_each_entry_safe(slab, slab2, &discard, slab_list)
		discard_slab(s, slab);
	return 0;
}

/* A sheaf is as large as an object of a kmalloc cache. */
static unsigned int calculate_sheaf_capacity(struct kmem_cache *s)
{
	unsigned int capacity;
	size_t size;

	if (s->size >= PAGE_SIZE)
		capacity = 4;
	else if (s->size >= 1024)
		capacity = 12;
	else if (s->size >= 256)
		capacity = 26;
	else
		capacity = 60;

	size = sizeof(struct slab_sheaf) + capacity * sizeof(void *);
	return (kmalloc_size_roundup(size) - sizeof(struct slab_sheaf)) / sizeof(void *);
}

static void barn_init(struct node_barn *barn)
{
	spin_lock_init(&barn->lock);
	INIT_LIST_HEAD(&barn->sheaves_full);
	INIT_LIST_HEAD(&barn->sheaves_empty);
}

void kmem_cache_open(struct kmem_cache *s, int idx)
{
	struct slub_percpu_sheaves *pcs;
	int cpu;

	s->sheaf_capacity = calculate_sheaf_capacity(s);
	s->cpu_sheaves = &percpu_sheaves[idx];
	for_each_possible_cpu(cpu) {
		pcs = per_cpu_ptr(s->cpu_sheaves, cpu);
		local_trylock_init(&pcs->lock);
		pcs->main = boot_sheaf(idx, cpu);
		pcs->main->cache = s;
	}
	get_node(s, 0)->barn = &node_barns[idx];
	barn_init(&node_barns[idx]);
}

/*
 * Boot. The first cache is the one of the caches; here it only shows lockdep the locks that every
 * booted kernel has taken.
 */
void __init kmem_cache_init(void)
{
#ifdef CONFIG_LOCKDEP
	struct kmem_cache *s = kmem_cache_create("kmem_cache", sizeof(struct kmem_cache), 0, 0, NULL);
	unsigned long flags;

	spin_lock_irqsave(&get_node(s, 0)->list_lock, flags);
	spin_unlock_irqrestore(&get_node(s, 0)->list_lock, flags);
	spin_lock_irqsave(&get_barn(s)->lock, flags);
	spin_unlock_irqrestore(&get_barn(s)->lock, flags);
#endif
}
