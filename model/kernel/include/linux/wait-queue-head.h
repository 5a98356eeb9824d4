/* SPDX-License-Identifier: GPL-2.0-only */
/* The type alone, for those whom linux/wait.h itself includes. */
#ifndef _LINUX_WAIT_QUEUE_HEAD_H
#define _LINUX_WAIT_QUEUE_HEAD_H

#include <linux/spinlock.h>

struct task_struct;

typedef struct wait_queue_head {
	spinlock_t lock;
	struct list_head head;
} wait_queue_head_t;

#endif
