// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvfree_rcu() of v6.12, the last part of kernel/rcu/tree.c there, and of v7.2, where it is a part of
 * mm/slab_common.c. Pointers are kept in page-sized blocks of this CPU, one channel for slab memory and one for
 * vmalloc(); without a block they hang on a list through their rcu_head. Each block remembers for which grace
 * period it waits. A delayed work, the monitor, frees what is ready and hands the rest to one of two batches.
 *
 * Under krcp->lock, a raw spinlock, nothing is allocated: a work refills the cache of blocks, and who may sleep
 * drops the lock.
 */
#include <linux/debugobjects.h>
#include <linux/hrtimer.h>
#include <linux/kvfree_rcu.h>
#include <linux/llist.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <model/object.h>

/* Boot parameters rcutree.rcu_min_cached_objs and rcutree.rcu_delay_page_cache_fill_msec. */
#ifndef RCU_MIN_CACHED_OBJS
#define RCU_MIN_CACHED_OBJS 5
#endif
static int rcu_min_cached_objs = RCU_MIN_CACHED_OBJS;
static int rcu_delay_page_cache_fill_msec = 5000;

/* How long pointers are collected before they are handed over, unless they are many. */
#define KFREE_DRAIN_JIFFIES (5 * HZ)

/* Batches that can wait for grace periods at the same time. */
#define KFREE_N_BATCHES 2
#define FREE_N_CHANNELS 2

struct kvfree_rcu_bulk_data {
	struct list_head list;
	struct rcu_gp_oldstate gp_snap;
	unsigned long nr_records;
	void *records[];
};

/* What fits in a page; a scenario may shrink it. */
#ifndef KVFREE_BULK_MAX_ENTR
#define KVFREE_BULK_MAX_ENTR \
	((PAGE_SIZE - sizeof(struct kvfree_rcu_bulk_data)) / sizeof(void *))
#endif

/* A batch that waits for a grace period. */
struct kfree_rcu_cpu_work {
	struct rcu_work rcu_work;
	struct rcu_head *head_free;
	struct rcu_gp_oldstate head_free_gp_snap;
	struct list_head bulk_head_free[FREE_N_CHANNELS];
	struct kfree_rcu_cpu *krcp;
};

struct kfree_rcu_cpu {
	struct rcu_head *head;		/* those for which there was no block */
	unsigned long head_gp_snap;
	atomic_t head_count;
	struct list_head bulk_head[FREE_N_CHANNELS];
	atomic_t bulk_count[FREE_N_CHANNELS];
	struct kfree_rcu_cpu_work krw_arr[KFREE_N_BATCHES];
	raw_spinlock_t lock;
	struct delayed_work monitor_work;
	bool initialized;
	struct delayed_work page_cache_work;
	atomic_t backoff_page_cache_fill;
	atomic_t work_in_progress;
	struct hrtimer hrtimer;
	struct llist_head bkvcache;	/* empty blocks */
	int nr_bkv_objs;
};

static DEFINE_PER_CPU(struct kfree_rcu_cpu, krc) = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(krc.lock),
};

/* Unbound, with a rescuer; here its works run on the CPU that queued them. */
static struct workqueue_struct kvfree_rcu_reclaim = {
	.name = "kvfree_rcu_reclaim",
	.lockdep_map = { .name = "(wq_completion)kvfree_rcu_reclaim" },
};
#define rcu_reclaim_wq (&kvfree_rcu_reclaim)

static void debug_rcu_bhead_unqueue(struct kvfree_rcu_bulk_data *bhead)
{
#ifdef CONFIG_DEBUG_OBJECTS_RCU_HEAD
	unsigned long i;

	for (i = 0; i < bhead->nr_records; i++)
		debug_rcu_head_unqueue(bhead->records[i]);
#endif
}

static struct kfree_rcu_cpu *krc_this_cpu_lock(unsigned long *flags)
{
	struct kfree_rcu_cpu *krcp;

	local_irq_save(*flags);
	krcp = this_cpu_ptr(&krc);
	raw_spin_lock(&krcp->lock);
	return krcp;
}

static void krc_this_cpu_unlock(struct kfree_rcu_cpu *krcp, unsigned long flags)
{
	raw_spin_unlock_irqrestore(&krcp->lock, flags);
}

static struct kvfree_rcu_bulk_data *get_cached_bnode(struct kfree_rcu_cpu *krcp)
{
	if (!krcp->nr_bkv_objs)
		return NULL;

	krcp->nr_bkv_objs--;
	return (struct kvfree_rcu_bulk_data *)llist_del_first(&krcp->bkvcache);
}

static bool put_cached_bnode(struct kfree_rcu_cpu *krcp, struct kvfree_rcu_bulk_data *bnode)
{
	if (krcp->nr_bkv_objs >= rcu_min_cached_objs)
		return false;

	llist_add((struct llist_node *)bnode, &krcp->bkvcache);
	krcp->nr_bkv_objs++;
	return true;
}

/* Reclaim wants the empty blocks. */
static int drain_page_cache(struct kfree_rcu_cpu *krcp)
{
	struct llist_node *page_list, *pos, *n;
	unsigned long flags;
	int freed = 0;

	if (!rcu_min_cached_objs)
		return 0;

	raw_spin_lock_irqsave(&krcp->lock, flags);
	page_list = llist_del_all(&krcp->bkvcache);
	krcp->nr_bkv_objs = 0;
	raw_spin_unlock_irqrestore(&krcp->lock, flags);

	llist_for_each_safe(pos, n, page_list) {
		free_page((unsigned long)pos);
		freed++;
	}
	return freed;
}

static void kvfree_rcu_bulk(struct kfree_rcu_cpu *krcp, struct kvfree_rcu_bulk_data *bnode, int idx)
{
	unsigned long flags;
	unsigned long i;
	bool kept;

	if (!WARN_ON_ONCE(!poll_state_synchronize_rcu_full(&bnode->gp_snap))) {
		debug_rcu_bhead_unqueue(bnode);
		if (idx == 0) {
			kfree_bulk(bnode->nr_records, bnode->records);
		} else {
			for (i = 0; i < bnode->nr_records; i++)
				vfree(bnode->records[i]);
		}
	}

	raw_spin_lock_irqsave(&krcp->lock, flags);
	kept = put_cached_bnode(krcp, bnode);
	raw_spin_unlock_irqrestore(&krcp->lock, flags);
	if (!kept)
		free_page((unsigned long)bnode);

	cond_resched();
}

/* The objects on the list, by their rcu_heads: head->func is the object. */
static void kvfree_rcu_list(struct rcu_head *head)
{
	struct rcu_head *next;
	unsigned long offset;
	void *ptr;

	for (; head; head = next) {
		ptr = (void *)head->func;
		offset = (unsigned long)head - (unsigned long)ptr;
		next = head->next;
		debug_rcu_head_unqueue(ptr);
		if (!WARN_ON_ONCE(!__is_kvfree_rcu_offset(offset)))
			kvfree(ptr);
		cond_resched();
	}
}

/* After the grace period: frees a batch. */
static void kfree_rcu_work(struct work_struct *work)
{
	struct kfree_rcu_cpu_work *krwp =
		container_of(to_rcu_work(work), struct kfree_rcu_cpu_work, rcu_work);
	struct kfree_rcu_cpu *krcp = krwp->krcp;
	struct kvfree_rcu_bulk_data *bnode, *n;
	struct list_head bulk_head[FREE_N_CHANNELS];
	struct rcu_gp_oldstate head_gp_snap;
	struct rcu_head *head;
	unsigned long flags;
	int i;

	raw_spin_lock_irqsave(&krcp->lock, flags);
	for (i = 0; i < FREE_N_CHANNELS; i++)
		list_replace_init(&krwp->bulk_head_free[i], &bulk_head[i]);
	head = krwp->head_free;
	krwp->head_free = NULL;
	head_gp_snap = krwp->head_free_gp_snap;
	raw_spin_unlock_irqrestore(&krcp->lock, flags);

	for (i = 0; i < FREE_N_CHANNELS; i++) {
		list_for_each_entry_safe(bnode, n, &bulk_head[i], list)
			kvfree_rcu_bulk(krcp, bnode, i);
	}
	if (head && !WARN_ON_ONCE(!poll_state_synchronize_rcu_full(&head_gp_snap)))
		kvfree_rcu_list(head);
}

static bool need_offload_krc(struct kfree_rcu_cpu *krcp)
{
	int i;

	for (i = 0; i < FREE_N_CHANNELS; i++) {
		if (!list_empty(&krcp->bulk_head[i]))
			return true;
	}
	return READ_ONCE(krcp->head) != NULL;
}

static bool need_wait_for_krwp_work(struct kfree_rcu_cpu_work *krwp)
{
	int i;

	for (i = 0; i < FREE_N_CHANNELS; i++) {
		if (!list_empty(&krwp->bulk_head_free[i]))
			return true;
	}
	return krwp->head_free != NULL;
}

static int krc_count(struct kfree_rcu_cpu *krcp)
{
	int sum = atomic_read(&krcp->head_count);
	int i;

	for (i = 0; i < FREE_N_CHANNELS; i++)
		sum += atomic_read(&krcp->bulk_count[i]);
	return sum;
}

/* Soon when a block is full; else there is time. Called with krcp->lock held. */
static void __schedule_delayed_monitor_work(struct kfree_rcu_cpu *krcp)
{
	unsigned long delay = KFREE_DRAIN_JIFFIES;

	if (krc_count(krcp) >= (int)KVFREE_BULK_MAX_ENTR)
		delay = 1;
	if (delayed_work_pending(&krcp->monitor_work)) {
		if (delay < krcp->monitor_work.timer.expires - jiffies)
			mod_delayed_work(rcu_reclaim_wq, &krcp->monitor_work, delay);
		return;
	}
	queue_delayed_work(rcu_reclaim_wq, &krcp->monitor_work, delay);
}

static void schedule_delayed_monitor_work(struct kfree_rcu_cpu *krcp)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&krcp->lock, flags);
	__schedule_delayed_monitor_work(krcp);
	raw_spin_unlock_irqrestore(&krcp->lock, flags);
}

/* Takes the blocks whose grace period is over, from the oldest on. krcp->lock is held. */
static void take_ready_blocks(struct kfree_rcu_cpu *krcp, int idx, struct list_head *ready)
{
	struct kvfree_rcu_bulk_data *bnode, *n;

	INIT_LIST_HEAD(ready);
	list_for_each_entry_safe_reverse(bnode, n, &krcp->bulk_head[idx], list) {
		if (!poll_state_synchronize_rcu_full(&bnode->gp_snap))
			break;

		atomic_sub(bnode->nr_records, &krcp->bulk_count[idx]);
		list_move(&bnode->list, ready);
	}
}

/* Frees what need not wait any more. */
static void kvfree_rcu_drain_ready(struct kfree_rcu_cpu *krcp)
{
	struct list_head bulk_ready[FREE_N_CHANNELS];
	struct kvfree_rcu_bulk_data *bnode, *n;
	struct rcu_head *head_ready = NULL;
	unsigned long flags;
	int i;

	raw_spin_lock_irqsave(&krcp->lock, flags);
	for (i = 0; i < FREE_N_CHANNELS; i++)
		take_ready_blocks(krcp, i, &bulk_ready[i]);
	if (krcp->head && poll_state_synchronize_rcu(krcp->head_gp_snap)) {
		head_ready = krcp->head;
		atomic_set(&krcp->head_count, 0);
		krcp->head = NULL;
	}
	raw_spin_unlock_irqrestore(&krcp->lock, flags);

	for (i = 0; i < FREE_N_CHANNELS; i++) {
		list_for_each_entry_safe(bnode, n, &bulk_ready[i], list)
			kvfree_rcu_bulk(krcp, bnode, i);
	}
	if (head_ready)
		kvfree_rcu_list(head_ready);
}

/* Moves everything into the batch, which is empty. krcp->lock is held. */
static void fill_batch(struct kfree_rcu_cpu *krcp, struct kfree_rcu_cpu_work *krwp)
{
	int i;

	for (i = 0; i < FREE_N_CHANNELS; i++) {
		atomic_set(&krcp->bulk_count[i], 0);
		list_replace_init(&krcp->bulk_head[i], &krwp->bulk_head_free[i]);
	}
	krwp->head_free = krcp->head;
	get_state_synchronize_rcu_full(&krwp->head_free_gp_snap);
	atomic_set(&krcp->head_count, 0);
	krcp->head = NULL;
}

/* Hands over what is there, when one of the batches is free. */
static bool kvfree_rcu_queue_batch(struct kfree_rcu_cpu *krcp)
{
	struct kfree_rcu_cpu_work *krwp;
	bool queued = false;
	unsigned long flags;
	int i;

	raw_spin_lock_irqsave(&krcp->lock, flags);
	for (i = 0; i < KFREE_N_BATCHES && need_offload_krc(krcp); i++) {
		krwp = &krcp->krw_arr[i];
		if (need_wait_for_krwp_work(krwp))
			continue;

		fill_batch(krcp, krwp);
		queued = queue_rcu_work(rcu_reclaim_wq, &krwp->rcu_work);
		WARN_ON_ONCE(!queued);
		break;
	}
	raw_spin_unlock_irqrestore(&krcp->lock, flags);
	return queued;
}

static void kfree_rcu_monitor(struct work_struct *work)
{
	struct kfree_rcu_cpu *krcp =
		container_of(to_delayed_work(work), struct kfree_rcu_cpu, monitor_work);

	kvfree_rcu_drain_ready(krcp);
	kvfree_rcu_queue_batch(krcp);
	/* Both batches are waiting: later. */
	if (need_offload_krc(krcp))
		schedule_delayed_monitor_work(krcp);
}

/* Refills the cache; one block when memory is short. */
static void fill_page_cache_func(struct work_struct *work)
{
	struct kfree_rcu_cpu *krcp =
		container_of(to_delayed_work(work), struct kfree_rcu_cpu, page_cache_work);
	struct kvfree_rcu_bulk_data *bnode;
	unsigned long flags;
	int nr_pages;
	bool pushed;
	int i;

	nr_pages = atomic_read(&krcp->backoff_page_cache_fill) ? 1 : rcu_min_cached_objs;
	for (i = READ_ONCE(krcp->nr_bkv_objs); i < nr_pages; i++) {
		bnode = (struct kvfree_rcu_bulk_data *)
			__get_free_page(GFP_KERNEL | __GFP_NORETRY | __GFP_NOMEMALLOC | __GFP_NOWARN);
		if (!bnode)
			break;

		raw_spin_lock_irqsave(&krcp->lock, flags);
		pushed = put_cached_bnode(krcp, bnode);
		raw_spin_unlock_irqrestore(&krcp->lock, flags);
		if (!pushed) {
			free_page((unsigned long)bnode);
			break;
		}
	}
	atomic_set(&krcp->work_in_progress, 0);
	atomic_set(&krcp->backoff_page_cache_fill, 0);
}

static enum hrtimer_restart schedule_page_work_fn(struct hrtimer *t)
{
	struct kfree_rcu_cpu *krcp = container_of(t, struct kfree_rcu_cpu, hrtimer);

	queue_delayed_work(system_highpri_wq, &krcp->page_cache_work, 0);
	return HRTIMER_NORESTART;
}

/* By a timer that expires at once: only its base's raw lock is taken here, not the run queue's. */
static void run_page_cache_worker(struct kfree_rcu_cpu *krcp)
{
	if (!rcu_min_cached_objs)
		return;
	if (rcu_scheduler_active != RCU_SCHEDULER_RUNNING ||
	    atomic_xchg(&krcp->work_in_progress, 1))
		return;

	if (atomic_read(&krcp->backoff_page_cache_fill)) {
		queue_delayed_work(rcu_reclaim_wq, &krcp->page_cache_work,
				   msecs_to_jiffies(rcu_delay_page_cache_fill_msec));
	} else {
		hrtimer_setup(&krcp->hrtimer, schedule_page_work_fn, CLOCK_MONOTONIC,
			      HRTIMER_MODE_REL);
		hrtimer_start(&krcp->hrtimer, 0, HRTIMER_MODE_REL);
	}
}

/* Returns with the lock of this CPU's krcp held; with can_alloc the caller may sleep and holds no lock. */
static bool add_ptr_to_bulk_krc_lock(struct kfree_rcu_cpu **krcp, unsigned long *flags, void *ptr,
				     bool can_alloc)
{
	struct kvfree_rcu_bulk_data *bnode;
	int idx;

	*krcp = krc_this_cpu_lock(flags);
	if (unlikely(!(*krcp)->initialized))
		return false;

	idx = is_vmalloc_addr(ptr);
	bnode = list_first_entry_or_null(&(*krcp)->bulk_head[idx], struct kvfree_rcu_bulk_data, list);
	if (!bnode || bnode->nr_records == KVFREE_BULK_MAX_ENTR) {
		bnode = get_cached_bnode(*krcp);
		if (!bnode && can_alloc) {
			krc_this_cpu_unlock(*krcp, *flags);
			bnode = (struct kvfree_rcu_bulk_data *)
				__get_free_page(GFP_KERNEL | __GFP_NORETRY | __GFP_NOMEMALLOC |
						__GFP_NOWARN);
			raw_spin_lock_irqsave(&(*krcp)->lock, *flags);
		}
		if (!bnode)
			return false;

		bnode->nr_records = 0;
		list_add(&bnode->list, &(*krcp)->bulk_head[idx]);
	}

	bnode->records[bnode->nr_records++] = ptr;
	get_state_synchronize_rcu_full(&bnode->gp_snap);
	atomic_inc(&(*krcp)->bulk_count[idx]);
	return true;
}

/* Without an rcu_head (head is NULL) the caller may sleep. */
void kvfree_call_rcu(struct rcu_head *head, void *ptr)
{
	struct kfree_rcu_cpu *krcp;
	unsigned long flags;
	bool success;

	if (!head)
		might_sleep();

	__object(ptr, 0, OBJECT_QUEUED);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
	if (!IS_ENABLED(CONFIG_PREEMPT_RT) && kfree_rcu_sheaf(ptr)) {
		/* When its sheaf is full; there is no hurry. */
		__object(ptr, 0, OBJECT_PARKED);
		return;
	}
#endif
	if (debug_rcu_head_queue(ptr)) {
		/* Queued already: the first time will do. */
		WARN_ONCE(1, "kvfree_call_rcu(): Double-freed call. rcu_head %p\n", head);
		return;
	}

	success = add_ptr_to_bulk_krc_lock(&krcp, &flags, ptr, !head);
	if (!success) {
		run_page_cache_worker(krcp);
		if (!head)
			goto unlock_return;

		head->func = (rcu_callback_t)ptr;
		head->next = krcp->head;
		krcp->head = head;
		atomic_inc(&krcp->head_count);
		krcp->head_gp_snap = get_state_synchronize_rcu();
		success = true;
	}

	if (rcu_scheduler_active == RCU_SCHEDULER_RUNNING)
		__schedule_delayed_monitor_work(krcp);

unlock_return:
	krc_this_cpu_unlock(krcp, flags);

	if (!success) {
		debug_rcu_head_unqueue(ptr);
		synchronize_rcu();
		kvfree(ptr);
	}
}

/* Reclaim asks: the next refill of the cache is put off. */
unsigned long kfree_rcu_shrink_count(void)
{
	struct kfree_rcu_cpu *krcp;
	unsigned long count = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		krcp = per_cpu_ptr(&krc, cpu);
		count += krc_count(krcp);
		count += READ_ONCE(krcp->nr_bkv_objs);
		atomic_set(&krcp->backoff_page_cache_fill, 1);
	}
	return count;
}

unsigned long kfree_rcu_shrink_scan(unsigned long nr_to_scan)
{
	struct kfree_rcu_cpu *krcp;
	unsigned long freed = 0;
	int count;
	int cpu;

	for_each_possible_cpu(cpu) {
		krcp = per_cpu_ptr(&krc, cpu);
		count = krc_count(krcp);
		count += drain_page_cache(krcp);
		kfree_rcu_monitor(&krcp->monitor_work.work);

		freed += count;
		if (freed >= nr_to_scan)
			break;
	}
	return freed;
}

static void krc_init(struct kfree_rcu_cpu *krcp)
{
	struct kfree_rcu_cpu_work *krwp;
	int i, j;

	for (i = 0; i < KFREE_N_BATCHES; i++) {
		krwp = &krcp->krw_arr[i];
		INIT_RCU_WORK(&krwp->rcu_work, kfree_rcu_work);
		krwp->krcp = krcp;
		for (j = 0; j < FREE_N_CHANNELS; j++)
			INIT_LIST_HEAD(&krwp->bulk_head_free[j]);
	}
	for (i = 0; i < FREE_N_CHANNELS; i++)
		INIT_LIST_HEAD(&krcp->bulk_head[i]);

	INIT_DELAYED_WORK(&krcp->monitor_work, kfree_rcu_monitor);
	INIT_DELAYED_WORK(&krcp->page_cache_work, fill_page_cache_func);
	krcp->initialized = true;
}

/* v7.2's name is kvfree_rcu_init(). */
void kfree_rcu_batch_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		krc_init(per_cpu_ptr(&krc, cpu));
}
