// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvfree_rcu(): the last part of v5.9's kernel/rcu/tree.c (the rest is tree_gp.c). Pointers are kept in
 * page-sized blocks of this CPU, one channel for slab memory and one for vmalloc(); without a block
 * they hang on a list through their rcu_head. A delayed work, the monitor, hands them over to one of two
 * batches, which are freed by a work after a grace period.
 *
 * When a block is needed and none is cached, v5.9 asks the page allocator for one, under krcp->lock, a
 * raw spinlock, with interrupts off.
 */
#include <linux/debugobjects.h>
#include <linux/kvfree_rcu.h>
#include <linux/llist.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <model/boot.h>
#include <model/object.h>

/* Boot parameter rcutree.rcu_min_cached_objs. */
#ifndef RCU_MIN_CACHED_OBJS
#define RCU_MIN_CACHED_OBJS 2
#endif
static int rcu_min_cached_objs = RCU_MIN_CACHED_OBJS;

/* How many of them are there when the scenario begins; after a flood there may be none. */
#ifndef RCU_NR_PREALLOCATED
#define RCU_NR_PREALLOCATED rcu_min_cached_objs
#endif

/* How long pointers are collected before they are handed over. */
#define KFREE_DRAIN_JIFFIES (HZ / 50)

/* Batches that can wait for grace periods at the same time. */
#define KFREE_N_BATCHES 2
#define FREE_N_CHANNELS 2

struct kvfree_rcu_bulk_data {
	unsigned long nr_records;
	struct kvfree_rcu_bulk_data *next;
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
	struct kvfree_rcu_bulk_data *bkvhead_free[FREE_N_CHANNELS];
	struct kfree_rcu_cpu *krcp;
};

struct kfree_rcu_cpu {
	struct rcu_head *head;		/* those for which there was no block */
	struct kvfree_rcu_bulk_data *bkvhead[FREE_N_CHANNELS];
	struct kfree_rcu_cpu_work krw_arr[KFREE_N_BATCHES];
	raw_spinlock_t lock;
	struct delayed_work monitor_work;
	bool monitor_todo;
	bool initialized;
	int count;			/* objects not yet handed over */
	struct llist_head bkvcache;	/* empty blocks */
	int nr_bkv_objs;
};

static DEFINE_PER_CPU(struct kfree_rcu_cpu, krc) = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(krc.lock),
};

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
	raw_spin_unlock(&krcp->lock);
	local_irq_restore(flags);
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

/* Keeps an emptied block for this CPU, which need not be the one that filled it. */
static void release_bnode(struct kvfree_rcu_bulk_data *bnode)
{
	struct kfree_rcu_cpu *krcp;
	unsigned long flags;
	bool kept;

	krcp = krc_this_cpu_lock(&flags);
	kept = put_cached_bnode(krcp, bnode);
	krc_this_cpu_unlock(krcp, flags);
	if (!kept)
		free_page((unsigned long)bnode);
}

static void kvfree_rcu_bulk(struct kvfree_rcu_bulk_data *bnode, int idx)
{
	unsigned long i;

	debug_rcu_bhead_unqueue(bnode);
	if (idx == 0) {
		kfree_bulk(bnode->nr_records, bnode->records);
	} else {
		for (i = 0; i < bnode->nr_records; i++)
			vfree(bnode->records[i]);
	}
	release_bnode(bnode);
	cond_resched();
}

/* The objects on the list, by their rcu_heads: head->func is the offset in the object. */
static void kvfree_rcu_list(struct rcu_head *head)
{
	struct rcu_head *next;
	unsigned long offset;
	void *ptr;

	for (; head; head = next) {
		offset = (unsigned long)head->func;
		ptr = (void *)((unsigned long)head - offset);
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
	struct kvfree_rcu_bulk_data *bkvhead[FREE_N_CHANNELS], *bnext;
	struct rcu_head *head;
	unsigned long flags;
	int i;

	raw_spin_lock_irqsave(&krcp->lock, flags);
	for (i = 0; i < FREE_N_CHANNELS; i++) {
		bkvhead[i] = krwp->bkvhead_free[i];
		krwp->bkvhead_free[i] = NULL;
	}
	head = krwp->head_free;
	krwp->head_free = NULL;
	raw_spin_unlock_irqrestore(&krcp->lock, flags);

	for (i = 0; i < FREE_N_CHANNELS; i++) {
		for (; bkvhead[i]; bkvhead[i] = bnext) {
			bnext = bkvhead[i]->next;
			kvfree_rcu_bulk(bkvhead[i], i);
		}
	}
	kvfree_rcu_list(head);
}

/* Whether a batch has room for some of what was collected. */
static bool krw_can_take(struct kfree_rcu_cpu *krcp, struct kfree_rcu_cpu_work *krwp)
{
	return (krcp->bkvhead[0] && !krwp->bkvhead_free[0]) ||
	       (krcp->bkvhead[1] && !krwp->bkvhead_free[1]) ||
	       (krcp->head && !krwp->head_free);
}

/* Moves every channel whose place in the batch is empty: also into one that is waiting already. */
static void detach_channels(struct kfree_rcu_cpu *krcp, struct kfree_rcu_cpu_work *krwp)
{
	int i;

	for (i = 0; i < FREE_N_CHANNELS; i++) {
		if (!krwp->bkvhead_free[i]) {
			krwp->bkvhead_free[i] = krcp->bkvhead[i];
			krcp->bkvhead[i] = NULL;
		}
	}
	if (!krwp->head_free) {
		krwp->head_free = krcp->head;
		krcp->head = NULL;
	}
}

/* False when it must be tried again: once that is so it stays, also if the second batch takes all. */
static bool queue_kfree_rcu_work(struct kfree_rcu_cpu *krcp)
{
	struct kfree_rcu_cpu_work *krwp;
	bool repeat = false;
	int i;

	for (i = 0; i < KFREE_N_BATCHES; i++) {
		krwp = &krcp->krw_arr[i];
		if (krw_can_take(krcp, krwp)) {
			detach_channels(krcp, krwp);
			krcp->count = 0;
			queue_rcu_work(system_wq, &krwp->rcu_work);
		}
		if (krcp->bkvhead[0] || krcp->bkvhead[1] || krcp->head)
			repeat = true;
	}
	return !repeat;
}

/* Called with krcp->lock held and interrupts off; releases it. */
static void kfree_rcu_drain_unlock(struct kfree_rcu_cpu *krcp, unsigned long flags)
{
	krcp->monitor_todo = false;
	if (!queue_kfree_rcu_work(krcp)) {
		/* Both batches are waiting. */
		krcp->monitor_todo = true;
		schedule_delayed_work(&krcp->monitor_work, KFREE_DRAIN_JIFFIES);
	}
	raw_spin_unlock_irqrestore(&krcp->lock, flags);
}

static void kfree_rcu_monitor(struct work_struct *work)
{
	struct kfree_rcu_cpu *krcp =
		container_of(to_delayed_work(work), struct kfree_rcu_cpu, monitor_work);
	unsigned long flags;

	raw_spin_lock_irqsave(&krcp->lock, flags);
	if (krcp->monitor_todo)
		kfree_rcu_drain_unlock(krcp, flags);
	else
		raw_spin_unlock_irqrestore(&krcp->lock, flags);
}

/* Called with krcp->lock held and interrupts off. */
static bool kvfree_call_rcu_add_ptr_to_bulk(struct kfree_rcu_cpu *krcp, void *ptr)
{
	struct kvfree_rcu_bulk_data *bnode;
	int idx;

	if (unlikely(!krcp->initialized))
		return false;

	idx = is_vmalloc_addr(ptr);
	bnode = krcp->bkvhead[idx];
	if (!bnode || bnode->nr_records == KVFREE_BULK_MAX_ENTR) {
		bnode = get_cached_bnode(krcp);
		if (!bnode) {
			/* zone->lock is a sleeping lock there. */
			if (IS_ENABLED(CONFIG_PREEMPT_RT))
				return false;

			bnode = (struct kvfree_rcu_bulk_data *)
				__get_free_page(GFP_NOWAIT | __GFP_NOWARN);
		}
		if (unlikely(!bnode))
			return false;

		bnode->nr_records = 0;
		bnode->next = krcp->bkvhead[idx];
		krcp->bkvhead[idx] = bnode;
	}

	bnode->records[bnode->nr_records++] = ptr;
	return true;
}

/* With an rcu_head func is its offset in the object; without one it is the object. */
void kvfree_call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	struct kfree_rcu_cpu *krcp;
	unsigned long flags;
	bool success;
	void *ptr;

	if (head) {
		ptr = (void *)((unsigned long)head - (unsigned long)func);
	} else {
		might_sleep();
		ptr = (void *)func;
	}

	__object(ptr, 0, OBJECT_QUEUED);
	krcp = krc_this_cpu_lock(&flags);

	if (debug_rcu_head_queue(ptr)) {
		/* Queued already: the first time will do. */
		WARN_ONCE(1, "kvfree_call_rcu(): Double-freed call. rcu_head %p\n", head);
		success = true;
		goto unlock_return;
	}

	success = kvfree_call_rcu_add_ptr_to_bulk(krcp, ptr);
	if (!success) {
		if (!head)
			goto unlock_return;

		head->func = func;
		head->next = krcp->head;
		krcp->head = head;
		success = true;
	}
	krcp->count++;

	if (rcu_scheduler_active == RCU_SCHEDULER_RUNNING && !krcp->monitor_todo) {
		krcp->monitor_todo = true;
		schedule_delayed_work(&krcp->monitor_work, KFREE_DRAIN_JIFFIES);
	}

unlock_return:
	krc_this_cpu_unlock(krcp, flags);

	if (!success) {
		debug_rcu_head_unqueue(ptr);
		synchronize_rcu();
		kvfree(ptr);
	}
}

unsigned long kfree_rcu_shrink_count(void)
{
	unsigned long count = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		count += READ_ONCE(per_cpu_ptr(&krc, cpu)->count);
	return count;
}

/* Does not wait for the monitor's time; the memory comes after the grace period. */
unsigned long kfree_rcu_shrink_scan(unsigned long nr_to_scan)
{
	struct kfree_rcu_cpu *krcp;
	unsigned long freed = 0;
	unsigned long flags;
	int count;
	int cpu;

	for_each_possible_cpu(cpu) {
		krcp = per_cpu_ptr(&krc, cpu);
		count = krcp->count;
		raw_spin_lock_irqsave(&krcp->lock, flags);
		if (krcp->monitor_todo)
			kfree_rcu_drain_unlock(krcp, flags);
		else
			raw_spin_unlock_irqrestore(&krcp->lock, flags);

		freed += count;
		if (freed >= nr_to_scan)
			break;
	}
	return freed;
}

static void krc_init(struct kfree_rcu_cpu *krcp)
{
	int i;

	for (i = 0; i < KFREE_N_BATCHES; i++) {
		INIT_RCU_WORK(&krcp->krw_arr[i].rcu_work, kfree_rcu_work);
		krcp->krw_arr[i].krcp = krcp;
	}
	INIT_DELAYED_WORK(&krcp->monitor_work, kfree_rcu_monitor);
	krcp->initialized = true;
}

/* The blocks come from memory that boot has used up, not from what the scenario calls free. */
void kfree_rcu_batch_init(void)
{
	struct kvfree_rcu_bulk_data *bnode;
	struct kfree_rcu_cpu *krcp;
	int cpu;
	int i;

	for_each_possible_cpu(cpu) {
		krcp = per_cpu_ptr(&krc, cpu);
		for (i = 0; i < RCU_NR_PREALLOCATED; i++) {
			bnode = (struct kvfree_rcu_bulk_data *)model_boot_page();
			if (bnode)
				put_cached_bnode(krcp, bnode);
			else
				printk("Failed to preallocate for %d CPU!\n", cpu);
		}
		krc_init(krcp);
	}
}
