/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_SCHED_H
#define _LINUX_SCHED_H

#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>

#define TASK_COMM_LEN 16
#define MAX_RT_PRIO 100
#define DEFAULT_PRIO 120
#define NR_MODEL_TASKS 64

#define TASK_RUNNING 0
#define TASK_INTERRUPTIBLE 1
#define TASK_UNINTERRUPTIBLE 2
#define TASK_NORMAL (TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)

#define PF_DUMPCORE 0x00000200
#define PF_MEMALLOC 0x00000800
#define PF_MEMALLOC_NOFS 0x00040000
#define PF_MEMALLOC_NOIO 0x00080000

/* What C code may know of a task; its stack, state and scheduling are the machine's. */
struct task_struct {
	unsigned int flags;
	int prio;		/* 0: an ordinary task */
	int pid;
	unsigned int __state;
	char comm[TASK_COMM_LEN];
	raw_spinlock_t pi_lock;
	int cpu;
	unsigned int service;	/* of a kernel thread: 1 + what it does when it is woken */
};

extern struct task_struct model_tasks[NR_MODEL_TASKS];

int try_to_wake_up(struct task_struct *p, unsigned int state);
int wake_up_process(struct task_struct *p);
void kthread_init(struct task_struct *p, unsigned int service, int cpu);
void set_current_state(unsigned int state);
void sched_init(void);

int __current_task(void);
void schedule(void);

#define current (&model_tasks[__current_task()])

/* prio 0 is the machine's "not set", not the highest real-time priority. */
#define rt_task(p) ((p)->prio > 0 && (p)->prio < MAX_RT_PRIO)

#define memalloc_noreclaim_save() ({			\
	unsigned int __old = current->flags & PF_MEMALLOC;	\
	current->flags |= PF_MEMALLOC;			\
	__old; })
#define memalloc_noreclaim_restore(old) \
	(current->flags = (current->flags & ~PF_MEMALLOC) | (old))

/* The scopes memalloc_noio_save() and memalloc_nofs_save() narrow every request. */
static inline gfp_t current_gfp_context(gfp_t flags)
{
	unsigned int pflags = READ_ONCE(current->flags);

	if (pflags & PF_MEMALLOC_NOIO)
		return flags & ~(__GFP_IO | __GFP_FS);
	if (pflags & PF_MEMALLOC_NOFS)
		return flags & ~__GFP_FS;
	return flags;
}

#ifdef CONFIG_LOCKDEP
void fs_reclaim_acquire(gfp_t gfp_mask);
void fs_reclaim_release(gfp_t gfp_mask);
#else
#define fs_reclaim_acquire(gfp_mask) ((void)(gfp_mask))
#define fs_reclaim_release(gfp_mask) ((void)(gfp_mask))
#endif

/* Says what a request may do before it does: since v5.11. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
#define might_alloc(gfp_mask) ({					\
	fs_reclaim_acquire(gfp_mask);					\
	fs_reclaim_release(gfp_mask);					\
	if (!(current->flags & PF_MEMALLOC))				\
		might_sleep_if(gfpflags_allow_blocking(gfp_mask));	\
	})
#else
#define might_alloc(gfp_mask) ({					\
	fs_reclaim_acquire(gfp_mask);					\
	fs_reclaim_release(gfp_mask);					\
	might_sleep_if(gfpflags_allow_blocking(gfp_mask));		\
	})
#endif

#endif
