/* SPDX-License-Identifier: GPL-2.0-only */
/* A per-CPU lock: preemption (or interrupts) off; on PREEMPT_RT a spinlock_t of this CPU. */
#ifndef _LINUX_LOCAL_LOCK_H
#define _LINUX_LOCAL_LOCK_H

#include <linux/percpu.h>
#include <linux/spinlock.h>

typedef struct {
	unsigned int owner;
	unsigned int state;
	struct lockdep_map dep_map;
} local_lock_t;

#define INIT_LOCAL_LOCK(lockname) { __DEP_MAP_INIT(lockname) }
#define local_lock_init(lock) __lock_init(lock, #lock)

void __local_lock(local_lock_t *lock);
void __local_unlock(local_lock_t *lock);

#define local_lock(lock) __local_lock(this_cpu_ptr(lock))
#define local_unlock(lock) __local_unlock(this_cpu_ptr(lock))

#ifdef CONFIG_PREEMPT_RT
#define local_lock_irq(lock) local_lock(lock)
#define local_unlock_irq(lock) local_unlock(lock)
#define local_lock_irqsave(lock, flags) ({ (flags) = 0; local_lock(lock); })
#define local_unlock_irqrestore(lock, flags) ({ (void)(flags); local_unlock(lock); })
#else
#define local_lock_irq(lock) ({ local_irq_disable(); local_lock(lock); })
#define local_unlock_irq(lock) ({ local_unlock(lock); local_irq_enable(); })
#define local_lock_irqsave(lock, flags) ({ local_irq_save(flags); local_lock(lock); })
#define local_unlock_irqrestore(lock, flags) ({ local_unlock(lock); local_irq_restore(flags); })
#endif

#endif
