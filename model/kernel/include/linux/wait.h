/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_WAIT_H
#define _LINUX_WAIT_H

#include <linux/list.h>
#include <linux/sched.h>
#include <linux/wait-queue-head.h>

struct wait_queue_entry {
	struct task_struct *task;
	struct list_head entry;
};

#define init_waitqueue_head(wq_head) ({			\
	__lock_init(&(wq_head)->lock, #wq_head);	\
	INIT_LIST_HEAD(&(wq_head)->head);		\
	})

#define waitqueue_active(wq_head) (!list_empty(&(wq_head)->head))

void add_wait_queue(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);
void __wake_up(struct wait_queue_head *wq_head, unsigned int mode, int nr_exclusive);

#define wake_up_interruptible(wq_head) __wake_up(wq_head, TASK_INTERRUPTIBLE, 1)

#endif
