/* SPDX-License-Identifier: GPL-2.0-only */
/* One waiter at a time is all that anybody here needs. */
#ifndef _LINUX_COMPLETION_H
#define _LINUX_COMPLETION_H

#include <linux/sched.h>

struct completion {
	unsigned int done;
	raw_spinlock_t lock;		/* the simple wait queue's, struct swait_queue_head */
	struct task_struct *waiter;
};

#define init_completion(x) ({			\
	(x)->done = 0;				\
	(x)->waiter = NULL;			\
	__lock_init(&(x)->lock, "&x->wait");	\
	})

void complete(struct completion *x);
void wait_for_completion(struct completion *x);

#endif
