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

/*
 * A local lock that can be tried, since v6.15. Where the plain one is only "no preemption", a flag
 * says whether whoever was interrupted on this CPU has it.
 */
typedef struct {
	local_lock_t llock;
	unsigned int acquired;
} local_trylock_t;

#define INIT_LOCAL_TRYLOCK(lockname) { .llock = INIT_LOCAL_LOCK(lockname) }
#define local_trylock_init(lock) ({		\
	__lock_init(&(lock)->llock, #lock);	\
	(lock)->acquired = 0;			\
	})

int __local_trylock(local_lock_t *lock);

#ifdef CONFIG_PREEMPT_RT
/* Neither NMI nor hard interrupt may own a lock with priority inheritance. */
#define local_trylock(lock) \
	(!in_nmi() && !hardirq_count() && __local_trylock(&this_cpu_ptr(lock)->llock))
#else
#define local_trylock(lock) ({						\
	local_trylock_t *__tl = this_cpu_ptr(lock);			\
	bool __taken = !__tl->acquired && __local_trylock(&__tl->llock);	\
	if (__taken)							\
		__tl->acquired = 1;					\
	__taken; })
#endif

static inline void __local_trylock_unlock(local_trylock_t *lock)
{
	atomic {
		lock->acquired = 0;
		__local_unlock(&lock->llock);
	}
}

static inline void __local_trylock_lock(local_trylock_t *lock)
{
	__local_lock(&lock->llock);
	lock->acquired = 1;
}

#define local_lock(lock) _Generic((lock),			\
	local_trylock_t *: __local_trylock_lock,		\
	default: __local_lock)(this_cpu_ptr(lock))
#define local_unlock(lock) _Generic((lock),			\
	local_trylock_t *: __local_trylock_unlock,		\
	default: __local_unlock)(this_cpu_ptr(lock))

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
