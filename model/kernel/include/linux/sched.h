/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_SCHED_H
#define _LINUX_SCHED_H

#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>
#include <linux/version.h>

#define TASK_COMM_LEN 16
#define MAX_RT_PRIO 100
#define DEFAULT_PRIO 120
#define NR_MODEL_TASKS 128

#define TASK_RUNNING 0
#define TASK_INTERRUPTIBLE 1
#define TASK_UNINTERRUPTIBLE 2
#define TASK_NORMAL (TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)

#define PF_WQ_WORKER 0x00000020
#define PF_DUMPCORE 0x00000200
#define PF_MEMALLOC 0x00000800
#define PF_MEMALLOC_NOFS 0x00040000
#define PF_MEMALLOC_NOIO 0x00080000
#define PF_MEMALLOC_NOCMA 0x10000000
#define PF_MEMALLOC_PIN PF_MEMALLOC_NOCMA	/* its name since v5.13 */
#define PF_EXITING 0x00000004

/* What C code may know of a task; its stack, state and scheduling are the machine's. */
struct task_struct {
	unsigned int flags;
	int prio;		/* 0: an ordinary task */
	int pid;
	unsigned int __state;
	char comm[TASK_COMM_LEN];
	int oom_score_adj;
	unsigned int oom_victim;	/* the kernel: signal->oom_mm */
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


/* There is no clock: a sleep of any length is over when the others let it be. */
#define schedule_timeout_uninterruptible(timeout) ({ (void)(timeout); schedule(); })

#define current (&model_tasks[__current_task()])

/* prio 0 is the machine's "not set", not the highest real-time priority. */
#define rt_task(p) ((p)->prio > 0 && (p)->prio < MAX_RT_PRIO)

/* linux/sched/mm.h: flags that hold for all requests until they are restored. */
#define __memalloc_save(flag) ({				\
	unsigned int __old = current->flags & (flag);	\
	current->flags |= (flag);			\
	__old; })
#define __memalloc_restore(flag, old) \
	(current->flags = (current->flags & ~(flag)) | (old))

#define memalloc_noreclaim_save() __memalloc_save(PF_MEMALLOC)
#define memalloc_noreclaim_restore(old) __memalloc_restore(PF_MEMALLOC, old)
#define memalloc_noio_save() __memalloc_save(PF_MEMALLOC_NOIO)
#define memalloc_noio_restore(old) __memalloc_restore(PF_MEMALLOC_NOIO, old)
#define memalloc_nofs_save() __memalloc_save(PF_MEMALLOC_NOFS)
#define memalloc_nofs_restore(old) __memalloc_restore(PF_MEMALLOC_NOFS, old)
#define memalloc_nocma_save() __memalloc_save(PF_MEMALLOC_NOCMA)
#define memalloc_nocma_restore(old) __memalloc_restore(PF_MEMALLOC_NOCMA, old)

/* The scopes memalloc_noio_save() and memalloc_nofs_save() narrow every request. */
static inline gfp_t current_gfp_context(gfp_t flags)
{
	unsigned int pflags = READ_ONCE(current->flags);

	if (pflags & PF_MEMALLOC_NOIO)
		flags &= ~(__GFP_IO | __GFP_FS);
	else if (pflags & PF_MEMALLOC_NOFS)
		flags &= ~__GFP_FS;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 13, 0)
	/* What is to be pinned must not lie where things have to move. */
	if (pflags & PF_MEMALLOC_PIN)
		flags &= ~__GFP_MOVABLE;
#endif
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
