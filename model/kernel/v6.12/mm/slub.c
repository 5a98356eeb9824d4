// SPDX-License-Identifier: GPL-2.0-only
/*
 * SLUB of v6.12, abridged: no debugging of objects, one node.
 *
 *	s->cpu_slab->freelist	this CPU's free objects: no lock, one compare-and-exchange
 *	s->cpu_slab->slab	the slab they are from ("frozen": nobody else takes from it)
 *	s->cpu_slab->partial	more slabs
 *	s->cpu_slab->lock	all of these in the slow path, a local_lock_t
 *	s->node[]->partial	slabs that no CPU has for itself; list_lock, a spinlock_t
 *
 * On PREEMPT_RT there is no fast path: cpu_slab->lock, a sleeping lock there, is taken for each
 * object, whether there is one at hand or not.
 */
#include "slub_slab.h"

struct kmem_cache_cpu {
	void *freelist;
	unsigned long tid;	/* changes with every operation: who was interrupted notices */
	struct slab *slab;
	struct slab *partial;
	local_lock_t lock;
};

static DEFINE_PER_CPU(struct kmem_cache_cpu, kmem_cache_cpus[NR_CACHES]);

#ifndef CONFIG_PREEMPT_RT
#define slub_get_cpu_ptr(var) get_cpu_ptr(var)
#define slub_put_cpu_ptr(var) put_cpu_ptr(var)
#define USE_LOCKLESS_FAST_PATH() (true)
#else
#define slub_get_cpu_ptr(var) ({ migrate_disable(); this_cpu_ptr(var); })
#define slub_put_cpu_ptr(var) ({ (void)(var); migrate_enable(); })
#define USE_LOCKLESS_FAST_PATH() (false)
#endif

#ifdef CONFIG_SLUB_CPU_PARTIAL
#define kmem_cache_has_cpu_partial(s) true
#define slub_percpu_partial(c) ((c)->partial)
#define slub_set_percpu_partial(c, slab) ((c)->partial = (slab)->next)
#define slub_get_cpu_partial(s) ((s)->cpu_partial_slabs)
#else
#define kmem_cache_has_cpu_partial(s) false
#define slub_percpu_partial(c) ((struct slab *)NULL)
#define slub_set_percpu_partial(c, slab) ((void)(slab))
#define slub_get_cpu_partial(s) 0
#endif

/* The CPU that begins with tid n adds NR_CPUS each time: no two CPUs ever have the same. */
#define TID_STEP NR_CPUS
#define next_tid(tid) ((tid) + TID_STEP)

/* One instruction: freelist and tid of this CPU are still what they were. */
#define __update_cpu_freelist_fast(s, freelist_old, freelist_new, old_tid) ({	\
	struct kmem_cache_cpu *__c = this_cpu_ptr((s)->cpu_slab);		\
	bool __same = __c->freelist == (freelist_old) && __c->tid == (old_tid);	\
	if (__same) {								\
		__c->freelist = (freelist_new);					\
		__c->tid = next_tid(old_tid);					\
	}									\
	__same; })

/*
 * What follows an object that may have been taken meanwhile. The kernel reads it all the same and
 * throws the result away when the compare-and-exchange fails; nothing is read here then.
 */
#define get_freepointer_safe(s, c, object) \
	((c)->freelist == (object) ? get_freepointer(s, object) : NULL)

/* ---------------------------------------------------------------- partial slabs */

static void put_cpu_partial(struct kmem_cache *s, struct slab *slab, int drain);

/* A slab of the node's list; some more go to this CPU's own. */
static struct slab *get_partial_node(struct kmem_cache *s, struct kmem_cache_node *n,
				     gfp_t gfpflags)
{
	struct slab *slab, *slab2, *partial = NULL;
	unsigned int partial_slabs = 0;
	unsigned long flags;

	/* Looked at without the lock: at worst a new slab is made. */
	if (!n->nr_partial)
		return NULL;

	spin_lock_irqsave(&n->list_lock, flags);
	list_for_each_entry_safe(slab, slab2, &n->partial, slab_list) {
		if (!pfmemalloc_match(slab, gfpflags))
			continue;

		remove_partial(n, slab);
		if (!partial) {
			partial = slab;
			if (slub_get_cpu_partial(s) == 0)
				break;
		} else {
			put_cpu_partial(s, slab, 0);
			if (++partial_slabs > slub_get_cpu_partial(s) / 2)
				break;
		}
	}
	spin_unlock_irqrestore(&n->list_lock, flags);
	return partial;
}

static inline struct slab *get_partial(struct kmem_cache *s, gfp_t gfpflags)
{
	return get_partial_node(s, get_node(s, 0), gfpflags);
}

/* Gives a CPU's slab up: its free objects go back into the slab, the slab to where it belongs. */
static void deactivate_slab(struct kmem_cache *s, struct slab *slab, void *freelist)
{
	struct kmem_cache_node *n = get_node(s, slab_nid(slab));
	void *nextfree, *freelist_iter, *freelist_tail = NULL;
	enum add_mode tail = ADD_TO_HEAD;
	struct freelist_counters old, new;
	unsigned long flags;
	int free_delta = 0;

	if (READ_ONCE(slab->freelist))
		tail = ADD_TO_TAIL;

	for (freelist_iter = freelist; freelist_iter; freelist_iter = nextfree) {
		nextfree = get_freepointer(s, freelist_iter);
		freelist_tail = freelist_iter;
		free_delta++;
	}

	/* Others may free objects into the slab meanwhile. */
	do {
		old.freelist = READ_ONCE(slab->freelist);
		old.counters = READ_ONCE(slab->counters);
		new.counters = old.counters;
		new.frozen = 0;
		if (freelist_tail) {
			new.inuse -= free_delta;
			set_freepointer(s, freelist_tail, old.freelist);
			new.freelist = freelist;
		} else {
			new.freelist = old.freelist;
		}
	} while (!slab_update_freelist(slab, old, new));

	if (!new.inuse && n->nr_partial >= s->min_partial) {
		discard_slab(s, slab);
	} else if (new.freelist) {
		spin_lock_irqsave(&n->list_lock, flags);
		add_partial(n, slab, tail);
		spin_unlock_irqrestore(&n->list_lock, flags);
	}
}

/* Slabs of a CPU's partial list go to the node; empty ones to the page allocator. */
static void __put_partials(struct kmem_cache *s, struct slab *partial_slab)
{
	struct kmem_cache_node *n = get_node(s, slab_nid(partial_slab));
	struct slab *slab, *slab_to_discard = NULL;
	unsigned long flags;

	spin_lock_irqsave(&n->list_lock, flags);
	while (partial_slab) {
		slab = partial_slab;
		partial_slab = slab->next;

		if (unlikely(!slab->inuse && n->nr_partial >= s->min_partial)) {
			slab->next = slab_to_discard;
			slab_to_discard = slab;
		} else {
			add_partial(n, slab, ADD_TO_TAIL);
		}
	}
	spin_unlock_irqrestore(&n->list_lock, flags);

	while (slab_to_discard) {
		slab = slab_to_discard;
		slab_to_discard = slab->next;
		discard_slab(s, slab);
	}
}

/* Puts a slab on this CPU's list; when that is long enough, all of it goes to the node. */
static void put_cpu_partial(struct kmem_cache *s, struct slab *slab, int drain)
{
	struct slab *slab_to_put = NULL;
	struct slab *oldslab;
	unsigned long flags;
	int slabs = 0;

	local_lock_irqsave(&s->cpu_slab->lock, flags);

	oldslab = this_cpu_read(s->cpu_slab->partial);
	if (oldslab) {
		if (drain && oldslab->slabs >= (int)s->cpu_partial_slabs) {
			slab_to_put = oldslab;
			oldslab = NULL;
		} else {
			slabs = oldslab->slabs;
		}
	}
	slabs++;
	slab->slabs = slabs;
	slab->next = oldslab;
	this_cpu_write(s->cpu_slab->partial, slab);

	local_unlock_irqrestore(&s->cpu_slab->lock, flags);

	if (slab_to_put)
		__put_partials(s, slab_to_put);
}

/* ---------------------------------------------------------------- allocation */

/* What others have freed into this CPU's slab; when it is nothing, the slab is no longer frozen. */
static void *get_freelist(struct kmem_cache *s, struct slab *slab)
{
	struct freelist_counters old, new;

	lockdep_assert_held(this_cpu_ptr(&s->cpu_slab->lock));
	do {
		old.freelist = slab->freelist;
		old.counters = slab->counters;
		new.freelist = NULL;
		new.counters = old.counters;
		new.inuse = old.objects;
		new.frozen = old.freelist != NULL;
	} while (!slab_update_freelist(slab, old, new));
	return old.freelist;
}

/* All of the objects of a slab that was on a partial list. */
static void *freeze_slab(struct kmem_cache *s, struct slab *slab)
{
	struct freelist_counters old, new;

	do {
		old.freelist = slab->freelist;
		old.counters = slab->counters;
		new.freelist = NULL;
		new.counters = old.counters;
		new.inuse = old.objects;
		new.frozen = 1;
	} while (!slab_update_freelist(slab, old, new));
	return old.freelist;
}

/* Preemption, on PREEMPT_RT only migration, is off. */
static void *___slab_alloc(struct kmem_cache *s, gfp_t gfpflags, int node,
			   struct kmem_cache_cpu *c)
{
	struct slab *slab, *flush_slab;
	void *freelist, *flush_freelist;
	unsigned long flags;

reread_slab:
	slab = READ_ONCE(c->slab);
	if (!slab)
		goto new_slab;
	if (unlikely(!pfmemalloc_match(slab, gfpflags)))
		goto deactivate_slab;

	local_lock_irqsave(&s->cpu_slab->lock, flags);
	if (unlikely(slab != c->slab)) {
		local_unlock_irqrestore(&s->cpu_slab->lock, flags);
		goto reread_slab;
	}
	freelist = c->freelist;
	if (freelist)
		goto load_freelist;

	freelist = get_freelist(s, slab);
	if (!freelist) {
		c->slab = NULL;
		c->tid = next_tid(c->tid);
		local_unlock_irqrestore(&s->cpu_slab->lock, flags);
		goto new_slab;
	}

load_freelist:
	lockdep_assert_held(this_cpu_ptr(&s->cpu_slab->lock));
	c->freelist = get_freepointer(s, freelist);
	c->tid = next_tid(c->tid);
	local_unlock_irqrestore(&s->cpu_slab->lock, flags);
	return freelist;

deactivate_slab:
	local_lock_irqsave(&s->cpu_slab->lock, flags);
	if (slab != c->slab) {
		local_unlock_irqrestore(&s->cpu_slab->lock, flags);
		goto reread_slab;
	}
	freelist = c->freelist;
	c->slab = NULL;
	c->freelist = NULL;
	c->tid = next_tid(c->tid);
	local_unlock_irqrestore(&s->cpu_slab->lock, flags);
	deactivate_slab(s, slab, freelist);

new_slab:
	while (slub_percpu_partial(c)) {
		local_lock_irqsave(&s->cpu_slab->lock, flags);
		if (unlikely(c->slab)) {
			local_unlock_irqrestore(&s->cpu_slab->lock, flags);
			goto reread_slab;
		}
		if (unlikely(!slub_percpu_partial(c))) {
			local_unlock_irqrestore(&s->cpu_slab->lock, flags);
			goto new_objects;
		}

		slab = slub_percpu_partial(c);
		slub_set_percpu_partial(c, slab);
		if (likely(pfmemalloc_match(slab, gfpflags))) {
			c->slab = slab;
			freelist = get_freelist(s, slab);
			goto load_freelist;
		}

		local_unlock_irqrestore(&s->cpu_slab->lock, flags);
		slab->next = NULL;
		__put_partials(s, slab);
	}

new_objects:
	slab = get_partial(s, gfpflags);
	if (slab) {
		freelist = freeze_slab(s, slab);
		goto retry_load_slab;
	}

	slub_put_cpu_ptr(s->cpu_slab);
	slab = new_slab(s, gfpflags);
	c = slub_get_cpu_ptr(s->cpu_slab);

	if (unlikely(!slab)) {
		slab_out_of_memory(s, gfpflags, node);
		return NULL;
	}

	/* Nobody else knows this slab yet. */
	freelist = slab->freelist;
	slab->freelist = NULL;
	slab->inuse = slab->objects;
	slab->frozen = 1;
	inc_slabs_node(s, slab_nid(slab), slab->objects);

	if (unlikely(!pfmemalloc_match(slab, gfpflags))) {
		deactivate_slab(s, slab, get_freepointer(s, freelist));
		return freelist;
	}

retry_load_slab:
	local_lock_irqsave(&s->cpu_slab->lock, flags);
	if (unlikely(c->slab)) {
		flush_freelist = c->freelist;
		flush_slab = c->slab;
		c->slab = NULL;
		c->freelist = NULL;
		c->tid = next_tid(c->tid);
		local_unlock_irqrestore(&s->cpu_slab->lock, flags);

		deactivate_slab(s, flush_slab, flush_freelist);
		goto retry_load_slab;
	}
	c->slab = slab;
	goto load_freelist;
}

static void *__slab_alloc(struct kmem_cache *s, gfp_t gfpflags, int node,
			  struct kmem_cache_cpu *c)
{
	void *p;

#ifdef CONFIG_PREEMPT_COUNT
	/* The task may have moved since c was read. */
	c = slub_get_cpu_ptr(s->cpu_slab);
#endif
	p = ___slab_alloc(s, gfpflags, node, c);
#ifdef CONFIG_PREEMPT_COUNT
	slub_put_cpu_ptr(s->cpu_slab);
#endif
	return p;
}

static inline void *__slab_alloc_node(struct kmem_cache *s, gfp_t gfpflags, int node)
{
	void *object, *next_object;
	struct kmem_cache_cpu *c;
	struct slab *slab;
	unsigned long tid;

redo:
	/* Should the task be moved between the two, the compare-and-exchange fails. */
	c = raw_cpu_ptr(s->cpu_slab);
	tid = READ_ONCE(c->tid);

	object = c->freelist;
	slab = c->slab;
	if (!USE_LOCKLESS_FAST_PATH() || unlikely(!object || !slab)) {
		object = __slab_alloc(s, gfpflags, node, c);
	} else {
		next_object = get_freepointer_safe(s, c, object);
		if (unlikely(!__update_cpu_freelist_fast(s, object, next_object, tid)))
			goto redo;
	}
	return object;
}

static void *slab_alloc_node(struct kmem_cache *s, gfp_t gfpflags, int node)
{
	void *object;

	slab_pre_alloc_hook(s, gfpflags);
	object = __slab_alloc_node(s, gfpflags, node);
	slab_post_alloc_hook(s, gfpflags, object);
	return object;
}

void *kmem_cache_alloc_noprof(struct kmem_cache *s, gfp_t gfpflags)
{
	return slab_alloc_node(s, gfpflags, NUMA_NO_NODE);
}

/* ---------------------------------------------------------------- free */

/* The object is not of this CPU's slab. */
static void __slab_free(struct kmem_cache *s, struct slab *slab, void *head, void *tail, int cnt)
{
	struct kmem_cache_node *n = NULL;
	struct freelist_counters old, new;
	bool on_node_partial = false;
	unsigned long flags;
	bool was_frozen;
	void *prior;

	do {
		if (unlikely(n)) {
			spin_unlock_irqrestore(&n->list_lock, flags);
			n = NULL;
		}
		prior = slab->freelist;
		old.freelist = prior;
		old.counters = slab->counters;
		set_freepointer(s, tail, prior);
		new.freelist = head;
		new.counters = old.counters;
		was_frozen = new.frozen;
		new.inuse -= cnt;
		if ((!new.inuse || !prior) && !was_frozen) {
			/* Not of a CPU: it may have to leave the node's list, or enter it. */
			if (!kmem_cache_has_cpu_partial(s) || prior) {
				n = get_node(s, slab_nid(slab));
				spin_lock_irqsave(&n->list_lock, flags);
				on_node_partial = slab_test_node_partial(slab);
			}
		}
	} while (!slab_update_freelist(slab, old, new));

	if (likely(!n)) {
		/* It was full and on no list: it becomes ours. */
		if (!was_frozen && kmem_cache_has_cpu_partial(s) && !prior)
			put_cpu_partial(s, slab, 1);
		return;
	}

	/* Empty, but on some CPU's list. */
	if (prior && !on_node_partial) {
		spin_unlock_irqrestore(&n->list_lock, flags);
		return;
	}

	if (unlikely(!new.inuse && n->nr_partial >= s->min_partial))
		goto slab_empty;

	if (!kmem_cache_has_cpu_partial(s) && unlikely(!prior))
		add_partial(n, slab, ADD_TO_TAIL);
	spin_unlock_irqrestore(&n->list_lock, flags);
	return;

slab_empty:
	if (prior)
		remove_partial(n, slab);
	spin_unlock_irqrestore(&n->list_lock, flags);
	discard_slab(s, slab);
}

static inline void do_slab_free(struct kmem_cache *s, struct slab *slab, void *head, void *tail,
				int cnt)
{
	struct kmem_cache_cpu *c;
	unsigned long tid;
	void *freelist;

redo:
	c = raw_cpu_ptr(s->cpu_slab);
	tid = READ_ONCE(c->tid);

	if (unlikely(slab != c->slab)) {
		__slab_free(s, slab, head, tail, cnt);
		return;
	}

	if (USE_LOCKLESS_FAST_PATH()) {
		freelist = READ_ONCE(c->freelist);
		set_freepointer(s, tail, freelist);
		if (unlikely(!__update_cpu_freelist_fast(s, freelist, head, tid)))
			goto redo;
	} else {
		local_lock(&s->cpu_slab->lock);
		c = this_cpu_ptr(s->cpu_slab);
		if (unlikely(slab != c->slab)) {
			local_unlock(&s->cpu_slab->lock);
			goto redo;
		}
		tid = c->tid;
		freelist = c->freelist;
		set_freepointer(s, tail, freelist);
		c->freelist = head;
		c->tid = next_tid(tid);
		local_unlock(&s->cpu_slab->lock);
	}
}

static inline void slab_free(struct kmem_cache *s, struct slab *slab, void *object)
{
	slab_free_hook(s, object);
	do_slab_free(s, slab, object, object, 1);
}

void kmem_cache_free(struct kmem_cache *s, void *x)
{
	slab_free(s, virt_to_slab(x), x);
}

void kmem_cache_free_bulk(struct kmem_cache *s, size_t size, void **p)
{
	struct detached_freelist df;

	while (size) {
		size = build_detached_freelist(s, size, p, &df);
		if (!df.slab)
			continue;
		slab_free_freelist_hook(df.s, df.freelist);
		do_slab_free(df.s, df.slab, df.freelist, df.tail, df.cnt);
	}
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

/* ---------------------------------------------------------------- caches */

static void flush_slab(struct kmem_cache *s, struct kmem_cache_cpu *c)
{
	unsigned long flags;
	struct slab *slab;
	void *freelist;

	local_lock_irqsave(&s->cpu_slab->lock, flags);
	slab = c->slab;
	freelist = c->freelist;
	c->slab = NULL;
	c->freelist = NULL;
	c->tid = next_tid(c->tid);
	local_unlock_irqrestore(&s->cpu_slab->lock, flags);

	if (slab)
		deactivate_slab(s, slab, freelist);
}

static void put_partials(struct kmem_cache *s)
{
	struct slab *partial_slab;
	unsigned long flags;

	local_lock_irqsave(&s->cpu_slab->lock, flags);
	partial_slab = this_cpu_read(s->cpu_slab->partial);
	this_cpu_write(s->cpu_slab->partial, NULL);
	local_unlock_irqrestore(&s->cpu_slab->lock, flags);

	if (partial_slab)
		__put_partials(s, partial_slab);
}

/* Gives up the CPU's slabs, and the node's empty ones. */
int __kmem_cache_shrink(struct kmem_cache *s)
{
	struct kmem_cache_cpu *c = this_cpu_ptr(s->cpu_slab);
	struct kmem_cache_node *n = get_node(s, 0);
	struct slab *slab, *slab2;
	LIST_HEAD(discard);
	unsigned long flags;

	if (c->slab)
		flush_slab(s, c);
	put_partials(s);

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

static void set_cpu_partial(struct kmem_cache *s)
{
	unsigned int nr_objects;

	if (!kmem_cache_has_cpu_partial(s))
		nr_objects = 0;
	else if (s->size >= PAGE_SIZE)
		nr_objects = 6;
	else if (s->size >= 1024)
		nr_objects = 24;
	else if (s->size >= 256)
		nr_objects = 52;
	else
		nr_objects = 120;

	/* In slabs, each taken to be half full. */
	s->cpu_partial = nr_objects;
	s->cpu_partial_slabs = DIV_ROUND_UP(nr_objects * 2, oo_objects(s->oo));
}

void kmem_cache_open(struct kmem_cache *s, int idx)
{
	struct kmem_cache_cpu *c;
	int cpu;

	set_cpu_partial(s);
	s->cpu_slab = &kmem_cache_cpus[idx];
	for_each_possible_cpu(cpu) {
		c = per_cpu_ptr(s->cpu_slab, cpu);
		local_lock_init(&c->lock);
#ifdef CONFIG_PREEMPT_RT
		lockdep_set_class(&c->lock, &s->lock_key);
#endif
		c->tid = cpu;
	}
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
	local_lock_irqsave(&s->cpu_slab->lock, flags);
	local_unlock_irqrestore(&s->cpu_slab->lock, flags);
#endif
}
