// SPDX-License-Identifier: GPL-2.0-only
/* Wait queues: a list of sleepers under a spinlock_t, hence a sleeping lock on PREEMPT_RT. */
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/wait.h>

/* Wakes the task and takes it off the queue. */
static int autoremove_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode)
{
	int ret = try_to_wake_up(wq_entry->task, mode);

	if (ret)
		list_del_init(&wq_entry->entry);
	return ret;
}

static void __wake_up_common(struct wait_queue_head *wq_head, unsigned int mode, int nr_exclusive)
{
	struct wait_queue_entry *curr, *next;

	list_for_each_entry_safe(curr, next, &wq_head->head, entry) {
		if (autoremove_wake_function(curr, mode) && !--nr_exclusive)
			break;
	}
}

void __wake_up(struct wait_queue_head *wq_head, unsigned int mode, int nr_exclusive)
{
	unsigned long flags;

	spin_lock_irqsave(&wq_head->lock, flags);
	__wake_up_common(wq_head, mode, nr_exclusive);
	spin_unlock_irqrestore(&wq_head->lock, flags);
}

void add_wait_queue(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	unsigned long flags;

	spin_lock_irqsave(&wq_head->lock, flags);
	list_add(&wq_entry->entry, &wq_head->head);
	spin_unlock_irqrestore(&wq_head->lock, flags);
}
