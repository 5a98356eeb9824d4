// SPDX-License-Identifier: GPL-2.0-only
/*
 * SLUB of v5.9, abridged: no debugging of objects, one node.
 *
 *	s->cpu_slab->freelist	this CPU's free objects: no lock, one compare-and-exchange
 *	s->cpu_slab->page	the slab they are from ("frozen": nobody else takes from it)
 *	s->cpu_slab->partial	more frozen slabs; interrupts off
 *	s->node[]->partial	slabs that no CPU has for itself; list_lock
 *
 * Mainline v5.9 cannot be built with PREEMPT_RT: list_lock, a spinlock_t, is taken with interrupts
 * off. There the model does as the v5.9-rt patches did: list_lock is a raw spinlock, the page
 * allocator is called with interrupts on, and empty slabs are given back after they are on again.
 */
#include "slab.h"

struct kmem_cache_cpu {
	void *freelist;
	unsigned long tid;	/* changes with every operation: who was interrupted notices */
	struct page *page;
	struct page *partial;
};

static DEFINE_PER_CPU(struct kmem_cache_cpu, kmem_cache_cpus[NR_CACHES]);

enum slab_modes {
	M_NONE,
	M_PARTIAL,
	M_FREE
};

#define DEACTIVATE_TO_HEAD 0
#define DEACTIVATE_TO_TAIL 1

#ifdef CONFIG_SLUB_CPU_PARTIAL
#define kmem_cache_has_cpu_partial(s) true
#define slub_percpu_partial(c) ((c)->partial)
#else
#define kmem_cache_has_cpu_partial(s) false
#define slub_percpu_partial(c) ((struct page *)NULL)
#endif

#define for_each_slab(page, next_page, head) list_for_each_entry_safe(page, next_page, head, lru)

/* The CPU that begins with tid n adds NR_CPUS each time: no two CPUs ever have the same. */
#define TID_STEP NR_CPUS
#define next_tid(tid) ((tid) + TID_STEP)

/* One instruction each. */
#define this_cpu_cmpxchg_double(s, object, old_tid, new_object, new_tid) ({		\
	struct kmem_cache_cpu *__c = this_cpu_ptr((s)->cpu_slab);			\
	bool __same = __c->freelist == (object) && __c->tid == (old_tid);		\
	if (__same) {									\
		__c->freelist = (new_object);						\
		__c->tid = (new_tid);							\
	}										\
	__same; })

#define cmpxchg_double_slab(page, freelist_old, counters_old, freelist_new, counters_new) ({	\
	bool __same = (page)->freelist == (freelist_old) && (page)->counters == (counters_old);	\
	if (__same) {									\
		(page)->freelist = (freelist_new);					\
		(page)->counters = (counters_new);					\
	}										\
	__same; })

/*
 * What follows an object that may have been taken meanwhile. The kernel reads it all the same and
 * throws the result away when the compare-and-exchange fails; nothing is read here then.
 */
#define get_freepointer_safe(s, c, object) \
	((c)->freelist == (object) ? get_freepointer(s, object) : NULL)

/* The three fields of page->counters, taken apart. */
struct slab_counters {
	union {
		unsigned int counters;
		struct {
			unsigned int inuse : 16;
			unsigned int objects : 15;
			unsigned int frozen : 1;
		};
	};
};

#define PageSlabPfmemalloc(page) test_bit(PG_active, &(page)->flags)
#define SetPageSlabPfmemalloc(page) __set_bit(PG_active, &(page)->flags)
#define __ClearPageSlabPfmemalloc(page) __clear_bit(PG_active, &(page)->flags)
#define pfmemalloc_match(page, gfpflags) \
	(!unlikely(PageSlabPfmemalloc(page)) || gfp_pfmemalloc_allowed(gfpflags))

#ifdef CONFIG_PREEMPT_RT
#define slub_lock(lock) raw_spin_lock(lock)
#define slub_unlock(lock) raw_spin_unlock(lock)
#else
#define slub_lock(lock) spin_lock(lock)
#define slub_unlock(lock) spin_unlock(lock)
#endif
#define slub_lock_irqsave(lock, flags) ({ local_irq_save(flags); slub_lock(lock); })
#define slub_unlock_irqrestore(lock, flags) ({ slub_unlock(lock); local_irq_restore(flags); })

/* ---------------------------------------------------------------- slabs */

static inline struct page *alloc_slab_page(gfp_t flags, struct kmem_cache_order_objects oo)
{
	return alloc_pages(flags, oo_order(oo));
}

/* Runs through the new objects: in one step, as nobody else knows of them yet. */
static void init_freelist(struct kmem_cache *s, struct page *page)
{
	atomic {
		void *start = page_address(page);
		void *p = start;
		unsigned int idx;

		for (idx = 0; idx < page->objects; idx++) {
			if (s->ctor)
				s->ctor(p);
			set_freepointer(s, p, idx + 1 < page->objects ? p + s->size : NULL);
			p += s->size;
		}
		page->freelist = start;
	}
}

static struct page *allocate_slab(struct kmem_cache *s, gfp_t flags)
{
	struct kmem_cache_order_objects oo = s->oo;
	bool enableirqs = gfpflags_allow_blocking(flags) || IS_ENABLED(CONFIG_PREEMPT_RT);
	struct page *page;
	gfp_t alloc_gfp;

	flags &= gfp_allowed_mask;
	if (enableirqs)
		local_irq_enable();

	flags |= s->allocflags;

	/* A large slab is welcome but not worth an effort: the small one may ask in earnest. */
	alloc_gfp = (flags | __GFP_NOWARN | __GFP_NORETRY) & ~__GFP_NOFAIL;
	if ((alloc_gfp & __GFP_DIRECT_RECLAIM) && oo_order(oo) > oo_order(s->min))
		alloc_gfp = (alloc_gfp | __GFP_NOMEMALLOC) & ~(__GFP_RECLAIM | __GFP_NOFAIL);

	page = alloc_slab_page(alloc_gfp, oo);
	if (unlikely(!page)) {
		oo = s->min;
		page = alloc_slab_page(flags, oo);
		if (unlikely(!page))
			goto out;
	}

	page->objects = oo_objects(oo);
	page->slab_cache = s;
	__SetPageSlab(page);
	if (page_is_pfmemalloc(page))
		SetPageSlabPfmemalloc(page);

	init_freelist(s, page);
	page->inuse = page->objects;
	page->frozen = 1;

out:
	if (enableirqs)
		local_irq_disable();
	if (!page)
		return NULL;

	atomic_long_inc(&get_node(s, page_to_nid(page))->nr_slabs);
	atomic_long_add(page->objects, &get_node(s, page_to_nid(page))->total_objects);
	return page;
}

static struct page *new_slab(struct kmem_cache *s, gfp_t flags)
{
	/* Which zone and whether objects can move is the cache's affair. */
	flags &= ~(__GFP_DMA32 | __GFP_HIGHMEM);
	return allocate_slab(s, flags & (GFP_RECLAIM_MASK | __GFP_ATOMIC | GFP_CONSTRAINT_MASK));
}

static void __free_slab(struct kmem_cache *s, struct page *page)
{
	int order = compound_order(page);

	__ClearPageSlabPfmemalloc(page);
	__ClearPageSlab(page);
	page->slab_cache = NULL;
	page->freelist = NULL;
	page->counters = 0;
	__free_pages(page, order);
}

static void discard_slab(struct kmem_cache *s, struct page *page)
{
	struct kmem_cache_node *n = get_node(s, page_to_nid(page));

	atomic_long_dec(&n->nr_slabs);
	atomic_long_add(-(long)page->objects, &n->total_objects);
	__free_slab(s, page);
}

static void add_partial(struct kmem_cache_node *n, struct page *page, int tail)
{
	n->nr_partial++;
	if (tail == DEACTIVATE_TO_TAIL)
		list_add_tail(&page->lru, &n->partial);
	else
		list_add(&page->lru, &n->partial);
}

static void remove_partial(struct kmem_cache_node *n, struct page *page)
{
	list_del(&page->lru);
	n->nr_partial--;
}

/* ---------------------------------------------------------------- partial slabs */

static void put_cpu_partial(struct kmem_cache *s, struct page *page, int drain);

/* Freezes a slab of the node's list and takes its objects: all of them, or none for later. */
static void *acquire_slab(struct kmem_cache *s, struct kmem_cache_node *n, struct page *page,
			  int mode, int *objects)
{
	struct slab_counters new;
	unsigned int counters;
	void *freelist;

	freelist = page->freelist;
	counters = page->counters;
	new.counters = counters;
	*objects = new.objects - new.inuse;
	if (mode)
		new.inuse = page->objects;
	new.frozen = 1;

	if (!cmpxchg_double_slab(page, freelist, counters, mode ? NULL : freelist, new.counters))
		return NULL;

	remove_partial(n, page);
	return freelist;
}

/* A slab to take from, and some more for this CPU's partial list. */
static void *get_partial_node(struct kmem_cache *s, struct kmem_cache_node *n,
			      struct kmem_cache_cpu *c, gfp_t flags)
{
	struct page *page, *page2;
	void *object = NULL;
	unsigned int available = 0;
	int objects;
	void *t;

	/* Looked at without the lock: at worst a new slab is made. */
	if (!n->nr_partial)
		return NULL;

	slub_lock(&n->list_lock);
	for_each_slab(page, page2, &n->partial) {
		if (!pfmemalloc_match(page, flags))
			continue;

		t = acquire_slab(s, n, page, object == NULL, &objects);
		if (!t)
			break;

		available += objects;
		if (!object) {
			c->page = page;
			object = t;
		} else {
			put_cpu_partial(s, page, 0);
		}
		if (!kmem_cache_has_cpu_partial(s) || available > s->cpu_partial / 2)
			break;
	}
	slub_unlock(&n->list_lock);
	return object;
}

static inline void *get_partial(struct kmem_cache *s, gfp_t flags, struct kmem_cache_cpu *c)
{
	return get_partial_node(s, get_node(s, 0), c, flags);
}

/* Gives a CPU's slab up: its free objects go back into the slab, the slab to where it belongs. */
static void deactivate_slab(struct kmem_cache *s, struct page *page, void *freelist,
			    struct kmem_cache_cpu *c)
{
	struct kmem_cache_node *n = get_node(s, page_to_nid(page));
	int tail = DEACTIVATE_TO_HEAD;
	struct slab_counters old, new;
	enum slab_modes l, m = M_NONE;
	void *prior, *next;

	if (page->freelist)
		tail = DEACTIVATE_TO_TAIL;

	/* All but the last, one by one: others may free objects into the slab meanwhile. */
	while (freelist && (next = get_freepointer(s, freelist))) {
		do {
			prior = page->freelist;
			old.counters = page->counters;
			set_freepointer(s, freelist, prior);
			new.counters = old.counters;
			new.inuse--;
		} while (!cmpxchg_double_slab(page, prior, old.counters, freelist, new.counters));
		freelist = next;
	}

	/* Then the last one, and unfreeze; the list must be right at the moment that succeeds. */
redo:
	l = m;
	prior = page->freelist;
	old.counters = page->counters;
	new.counters = old.counters;
	next = prior;
	if (freelist) {
		new.inuse--;
		set_freepointer(s, freelist, prior);
		next = freelist;
	}
	new.frozen = 0;

	if (!new.inuse && n->nr_partial >= s->min_partial) {
		m = M_FREE;
	} else if (next) {
		m = M_PARTIAL;
		if (l != M_PARTIAL)
			slub_lock(&n->list_lock);
	} else {
		m = M_NONE;
	}
	if (l != m) {
		if (l == M_PARTIAL)
			remove_partial(n, page);
		if (m == M_PARTIAL)
			add_partial(n, page, tail);
		else if (l == M_PARTIAL)
			slub_unlock(&n->list_lock);
	}

	if (!cmpxchg_double_slab(page, prior, old.counters, next, new.counters))
		goto redo;

	if (m == M_PARTIAL)
		slub_unlock(&n->list_lock);
	else if (m == M_FREE)
		discard_slab(s, page);

	c->page = NULL;
	c->freelist = NULL;
}

/* Empty slabs that were found with interrupts off. */
static void discard_slabs(struct kmem_cache *s, struct page *discard_page)
{
	struct page *page;

	while (discard_page) {
		page = discard_page;
		discard_page = page->next;
		discard_slab(s, page);
	}
}

/* Moves this CPU's partial slabs to the node's list; returns those that are empty. */
static struct page *unfreeze_partials(struct kmem_cache *s, struct kmem_cache_cpu *c)
{
	struct kmem_cache_node *n = get_node(s, 0);
	struct page *page, *discard_page = NULL;
	struct slab_counters old, new;
	bool locked = false;
	void *freelist;

	while ((page = c->partial)) {
		c->partial = page->next;
		if (!locked) {
			slub_lock(&n->list_lock);
			locked = true;
		}

		do {
			freelist = page->freelist;
			old.counters = page->counters;
			new.counters = old.counters;
			new.frozen = 0;
		} while (!cmpxchg_double_slab(page, freelist, old.counters, freelist, new.counters));

		if (unlikely(!new.inuse && n->nr_partial >= s->min_partial)) {
			page->next = discard_page;
			discard_page = page;
		} else {
			add_partial(n, page, DEACTIVATE_TO_TAIL);
		}
	}
	if (locked)
		slub_unlock(&n->list_lock);

#ifndef CONFIG_PREEMPT_RT
	discard_slabs(s, discard_page);
	discard_page = NULL;
#endif
	return discard_page;
}

/* Puts a frozen slab on this CPU's list; when that is long enough, all of it goes to the node. */
static void put_cpu_partial(struct kmem_cache *s, struct page *page, int drain)
{
	struct kmem_cache_cpu *c;
	struct page *oldpage;
	struct page *discard_page;
	unsigned long flags;
	int pages, pobjects;

	preempt_disable();
	do {
		pages = 0;
		pobjects = 0;
		c = this_cpu_ptr(s->cpu_slab);
		oldpage = c->partial;

		if (oldpage) {
			pobjects = oldpage->pobjects;
			pages = oldpage->pages;
			if (drain && pobjects > (int)s->cpu_partial) {
				local_irq_save(flags);
				discard_page = unfreeze_partials(s, c);
				local_irq_restore(flags);
				discard_slabs(s, discard_page);
				oldpage = NULL;
				pobjects = 0;
				pages = 0;
			}
		}
		pages++;
		pobjects += page->objects - page->inuse;
		page->pages = pages;
		page->pobjects = pobjects;
		page->next = oldpage;
	} while (this_cpu_cmpxchg(s->cpu_slab->partial, oldpage, page) != oldpage);
	preempt_enable();
}

/* ---------------------------------------------------------------- allocation */

/* CONFIG_SLUB_DEBUG. */
static void slab_out_of_memory(struct kmem_cache *s, gfp_t gfpflags, int nid)
{
	static DEFINE_RATELIMIT_STATE(slub_oom_rs, 5 * HZ, 10);
	struct kmem_cache_node *n = get_node(s, 0);
	unsigned long nr_free = 0;
	unsigned long flags;
	struct page *page;

	if ((gfpflags & __GFP_NOWARN) || !__ratelimit(&slub_oom_rs))
		return;

	pr_warn("SLUB: Unable to allocate memory on node %d, gfp=%#x(%pGg)\n", nid, gfpflags,
		&gfpflags);
	pr_warn("  cache: %s, object size: %u, buffer size: %u, default order: %u, min order: %u\n",
		s->name, s->object_size, s->size, oo_order(s->oo), oo_order(s->min));

	slub_lock_irqsave(&n->list_lock, flags);
	list_for_each_entry(page, &n->partial, lru)
		nr_free += page->objects - page->inuse;
	slub_unlock_irqrestore(&n->list_lock, flags);

	pr_warn("  node %d: slabs: %ld, objs: %ld, free: %ld\n", 0, atomic_long_read(&n->nr_slabs),
		atomic_long_read(&n->total_objects), nr_free);
}

static void flush_slab(struct kmem_cache *s, struct kmem_cache_cpu *c)
{
	deactivate_slab(s, c->page, c->freelist, c);
	c->tid = next_tid(c->tid);
}

static void *new_slab_objects(struct kmem_cache *s, gfp_t flags, struct kmem_cache_cpu **pc)
{
	struct kmem_cache_cpu *c = *pc;
	struct page *page;
	void *freelist;

	freelist = get_partial(s, flags, c);
	if (freelist)
		return freelist;

	page = new_slab(s, flags);
	if (!page)
		return NULL;

	/* Interrupts may have been on: another CPU, another slab. */
	c = this_cpu_ptr(s->cpu_slab);
	if (c->page)
		flush_slab(s, c);

	freelist = page->freelist;
	page->freelist = NULL;
	c->page = page;
	*pc = c;
	return freelist;
}

/* What others have freed into this CPU's slab; when it is nothing, the slab is no longer frozen. */
static void *get_freelist(struct kmem_cache *s, struct page *page)
{
	struct slab_counters old, new;
	void *freelist;

	do {
		freelist = page->freelist;
		old.counters = page->counters;
		new.counters = old.counters;
		new.inuse = page->objects;
		new.frozen = freelist != NULL;
	} while (!cmpxchg_double_slab(page, freelist, old.counters, NULL, new.counters));
	return freelist;
}

/* Interrupts are off. */
static void *___slab_alloc(struct kmem_cache *s, gfp_t gfpflags, int node,
			   struct kmem_cache_cpu *c)
{
	void *freelist;
	struct page *page;

	page = c->page;
	if (!page)
		goto new_slab;
redo:
	if (unlikely(!pfmemalloc_match(page, gfpflags))) {
		deactivate_slab(s, page, c->freelist, c);
		goto new_slab;
	}

	/* An interrupt may have brought some since the fast path looked. */
	freelist = c->freelist;
	if (freelist)
		goto load_freelist;

	freelist = get_freelist(s, page);
	if (!freelist) {
		c->page = NULL;
		goto new_slab;
	}

load_freelist:
	c->freelist = get_freepointer(s, freelist);
	c->tid = next_tid(c->tid);
	return freelist;

new_slab:
	if (slub_percpu_partial(c)) {
		page = c->page = slub_percpu_partial(c);
		c->partial = page->next;
		goto redo;
	}

	freelist = new_slab_objects(s, gfpflags, &c);
	if (unlikely(!freelist)) {
		slab_out_of_memory(s, gfpflags, node);
		return NULL;
	}

	page = c->page;
	if (likely(pfmemalloc_match(page, gfpflags)))
		goto load_freelist;

	deactivate_slab(s, page, get_freepointer(s, freelist), c);
	return freelist;
}

static void *__slab_alloc(struct kmem_cache *s, gfp_t gfpflags, int node)
{
	unsigned long flags;
	void *p;

	local_irq_save(flags);
	p = ___slab_alloc(s, gfpflags, node, this_cpu_ptr(s->cpu_slab));
	local_irq_restore(flags);
	return p;
}

static inline void slab_pre_alloc_hook(struct kmem_cache *s, gfp_t flags)
{
	flags &= gfp_allowed_mask;

	fs_reclaim_acquire(flags);
	fs_reclaim_release(flags);

	might_sleep_if(gfpflags_allow_blocking(flags));
}

static void *slab_alloc_node(struct kmem_cache *s, gfp_t gfpflags, int node)
{
	struct kmem_cache_cpu *c;
	void *object, *next_object;
	unsigned long tid;

	slab_pre_alloc_hook(s, gfpflags);

redo:
	/* tid and c of one CPU: had the task been moved between the two, start again. */
	do {
		tid = this_cpu_ptr(s->cpu_slab)->tid;
		c = this_cpu_ptr(s->cpu_slab);
	} while (IS_ENABLED(CONFIG_PREEMPTION) && unlikely(tid != READ_ONCE(c->tid)));

	object = c->freelist;
	if (unlikely(!object)) {
		object = __slab_alloc(s, gfpflags, node);
	} else {
		next_object = get_freepointer_safe(s, c, object);
		if (unlikely(!this_cpu_cmpxchg_double(s, object, tid, next_object, next_tid(tid))))
			goto redo;
	}

	if (unlikely(gfpflags & __GFP_ZERO) && object)
		memset(object, 0, s->object_size);
	if (object)
		__object(object, s->object_size, OBJECT_LIVE);
	return object;
}

static inline void *slab_alloc(struct kmem_cache *s, gfp_t gfpflags)
{
	return slab_alloc_node(s, gfpflags, NUMA_NO_NODE);
}

void *kmem_cache_alloc(struct kmem_cache *s, gfp_t gfpflags)
{
	return slab_alloc(s, gfpflags);
}

/* ---------------------------------------------------------------- free */

/* The object is not of this CPU's slab. */
static void __slab_free(struct kmem_cache *s, struct page *page, void *head, void *tail, int cnt)
{
	struct kmem_cache_node *n = NULL;
	struct slab_counters old, new;
	bool was_frozen;
	unsigned long flags;
	void *prior;

	do {
		if (unlikely(n)) {
			slub_unlock_irqrestore(&n->list_lock, flags);
			n = NULL;
		}
		prior = page->freelist;
		old.counters = page->counters;
		set_freepointer(s, tail, prior);
		new.counters = old.counters;
		was_frozen = new.frozen;
		new.inuse -= cnt;
		if ((!new.inuse || !prior) && !was_frozen) {
			if (kmem_cache_has_cpu_partial(s) && !prior) {
				/* It was full and on no list: it becomes ours. */
				new.frozen = 1;
			} else {
				n = get_node(s, page_to_nid(page));
				slub_lock_irqsave(&n->list_lock, flags);
			}
		}
	} while (!cmpxchg_double_slab(page, prior, old.counters, head, new.counters));

	if (likely(!n)) {
		if (new.frozen && !was_frozen)
			put_cpu_partial(s, page, 1);
		return;
	}

	if (unlikely(!new.inuse && n->nr_partial >= s->min_partial))
		goto slab_empty;

	if (!kmem_cache_has_cpu_partial(s) && unlikely(!prior))
		add_partial(n, page, DEACTIVATE_TO_TAIL);
	slub_unlock_irqrestore(&n->list_lock, flags);
	return;

slab_empty:
	if (prior)
		remove_partial(n, page);
	slub_unlock_irqrestore(&n->list_lock, flags);
	discard_slab(s, page);
}

static void do_slab_free(struct kmem_cache *s, struct page *page, void *head, void *tail, int cnt)
{
	void *tail_obj = tail ? tail : head;
	struct kmem_cache_cpu *c;
	void *freelist;
	unsigned long tid;

redo:
	do {
		tid = this_cpu_ptr(s->cpu_slab)->tid;
		c = this_cpu_ptr(s->cpu_slab);
	} while (IS_ENABLED(CONFIG_PREEMPTION) && unlikely(tid != READ_ONCE(c->tid)));

	if (likely(page == c->page)) {
		freelist = READ_ONCE(c->freelist);
		set_freepointer(s, tail_obj, freelist);
		if (unlikely(!this_cpu_cmpxchg_double(s, freelist, tid, head, next_tid(tid))))
			goto redo;
	} else {
		__slab_free(s, page, head, tail_obj, cnt);
	}
}

static inline void slab_free(struct kmem_cache *s, struct page *page, void *object)
{
	slab_free_hook(s, object);
	do_slab_free(s, page, object, NULL, 1);
}

void kmem_cache_free(struct kmem_cache *s, void *x)
{
	slab_free(s, virt_to_head_page(x), x);
}

/* Objects of one slab as a chain. */
struct detached_freelist {
	struct page *page;
	void *tail;
	void *freelist;
	int cnt;
	struct kmem_cache *s;
};

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

	df->page = virt_to_head_page(object);
	if (!s && !PageSlab(df->page)) {
		kfree(object);
		df->page = NULL;
		return size;
	}
	df->s = df->page->slab_cache;
	df->tail = object;
	df->freelist = object;
	df->cnt = 1;
	set_freepointer(df->s, object, NULL);

	for (same = size; size; ) {
		object = p[--size];
		if (df->page == virt_to_head_page(object)) {
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

void kmem_cache_free_bulk(struct kmem_cache *s, size_t size, void **p)
{
	struct detached_freelist df;

	while (size) {
		size = build_detached_freelist(s, size, p, &df);
		if (!df.page)
			continue;
		slab_free_freelist_hook(df.s, df.freelist);
		do_slab_free(df.s, df.page, df.freelist, df.tail, df.cnt);
	}
}

/* ---------------------------------------------------------------- kmalloc() */

static void *kmalloc_large_node(size_t size, gfp_t flags, int node)
{
	struct page *page;

	flags |= __GFP_COMP;
	page = alloc_pages(flags, get_order(size));
	if (!page)
		return NULL;
	__object(page_address(page), size, OBJECT_LIVE);
	return page_address(page);
}

void *__kmalloc(size_t size, gfp_t flags)
{
	if (unlikely(size > KMALLOC_MAX_CACHE_SIZE))
		return kmalloc_large_node(size, flags, NUMA_NO_NODE);
	if (unlikely(!size))
		return ZERO_SIZE_PTR;

	return slab_alloc(kmalloc_slab(size, flags), flags);
}

void kfree(const void *x)
{
	struct page *page;

	if (unlikely(ZERO_OR_NULL_PTR(x)))
		return;

	page = virt_to_head_page(x);
	if (unlikely(!PageSlab(page))) {
		unsigned int order = compound_order(page);

		BUG_ON(!order);
		__object(x, PAGE_SIZE << order, OBJECT_FREED);
		__free_pages(page, order);
		return;
	}
	slab_free(page->slab_cache, page, (void *)x);
}

/* ---------------------------------------------------------------- caches */

/* Gives up the CPU's slabs, and the node's empty ones. */
int __kmem_cache_shrink(struct kmem_cache *s)
{
	struct kmem_cache_cpu *c = this_cpu_ptr(s->cpu_slab);
	struct kmem_cache_node *n = get_node(s, 0);
	struct page *page, *next_page, *discard_page;
	unsigned long flags;

	local_irq_save(flags);
	if (c->page)
		flush_slab(s, c);
	discard_page = unfreeze_partials(s, c);
	local_irq_restore(flags);
	discard_slabs(s, discard_page);

	discard_page = NULL;
	slub_lock_irqsave(&n->list_lock, flags);
	for_each_slab(page, next_page, &n->partial) {
		if (page->inuse)
			continue;
		remove_partial(n, page);
		page->next = discard_page;
		discard_page = page;
	}
	slub_unlock_irqrestore(&n->list_lock, flags);
	discard_slabs(s, discard_page);
	return 0;
}

static void set_cpu_partial(struct kmem_cache *s)
{
	if (!kmem_cache_has_cpu_partial(s))
		s->cpu_partial = 0;
	else if (s->size >= PAGE_SIZE)
		s->cpu_partial = 2;
	else if (s->size >= 1024)
		s->cpu_partial = 6;
	else if (s->size >= 256)
		s->cpu_partial = 13;
	else
		s->cpu_partial = 30;
}

void kmem_cache_open(struct kmem_cache *s, int idx)
{
	int cpu;

	set_cpu_partial(s);
	s->cpu_slab = &kmem_cache_cpus[idx];
	for_each_possible_cpu(cpu)
		per_cpu_ptr(s->cpu_slab, cpu)->tid = cpu;
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

	slub_lock_irqsave(&get_node(s, 0)->list_lock, flags);
	slub_unlock_irqrestore(&get_node(s, 0)->list_lock, flags);
#endif
}
