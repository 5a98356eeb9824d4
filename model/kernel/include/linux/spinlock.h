/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * raw_spinlock_t spins in every configuration; spinlock_t and rwlock_t are sleeping locks on
 * PREEMPT_RT, where their _irq and _irqsave forms leave the interrupt flag alone.
 */
#ifndef _LINUX_SPINLOCK_H
#define _LINUX_SPINLOCK_H

#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>

typedef struct raw_spinlock {
	unsigned int owner;
	unsigned int state;
	struct lockdep_map dep_map;
} raw_spinlock_t;

typedef struct spinlock {
	unsigned int owner;
	unsigned int state;
	struct lockdep_map dep_map;
} spinlock_t;

#define __RAW_SPIN_LOCK_UNLOCKED(lockname) { __DEP_MAP_INIT(lockname) }
#define __SPIN_LOCK_UNLOCKED(lockname) { __DEP_MAP_INIT(lockname) }

#define DEFINE_RAW_SPINLOCK(x) raw_spinlock_t x = __RAW_SPIN_LOCK_UNLOCKED(x)
#define DEFINE_SPINLOCK(x) spinlock_t x = __SPIN_LOCK_UNLOCKED(x)

#define raw_spin_lock_init(lock) __lock_init(lock, #lock)
#define spin_lock_init(lock) __lock_init(lock, #lock)

void raw_spin_lock(raw_spinlock_t *lock);
int raw_spin_trylock(raw_spinlock_t *lock);
void raw_spin_unlock(raw_spinlock_t *lock);

#define raw_spin_lock_irq(lock) ({ local_irq_disable(); raw_spin_lock(lock); })
#define raw_spin_unlock_irq(lock) ({ raw_spin_unlock(lock); local_irq_enable(); })
#define raw_spin_lock_irqsave(lock, flags) ({ local_irq_save(flags); raw_spin_lock(lock); })
#define raw_spin_unlock_irqrestore(lock, flags) ({ raw_spin_unlock(lock); local_irq_restore(flags); })
#define raw_spin_lock_bh(lock) ({ local_bh_disable(); raw_spin_lock(lock); })
#define raw_spin_unlock_bh(lock) ({ raw_spin_unlock(lock); local_bh_enable(); })
#define raw_spin_trylock_irqsave(lock, flags) ({	\
	local_irq_save(flags);				\
	int __taken = raw_spin_trylock(lock);		\
	if (!__taken)					\
		local_irq_restore(flags);		\
	__taken; })

void spin_lock(spinlock_t *lock);
int spin_trylock(spinlock_t *lock);
void spin_unlock(spinlock_t *lock);

#define spin_lock_bh(lock) ({ local_bh_disable(); spin_lock(lock); })
#define spin_unlock_bh(lock) ({ spin_unlock(lock); local_bh_enable(); })

#ifdef CONFIG_PREEMPT_RT
#define spin_lock_irq(lock) spin_lock(lock)
#define spin_unlock_irq(lock) spin_unlock(lock)
#define spin_lock_irqsave(lock, flags) ({ (flags) = 0; spin_lock(lock); })
#define spin_unlock_irqrestore(lock, flags) ({ (void)(flags); spin_unlock(lock); })
#define spin_trylock_irqsave(lock, flags) ({ (flags) = 0; spin_trylock(lock); })
#else
#define spin_lock_irq(lock) ({ local_irq_disable(); spin_lock(lock); })
#define spin_unlock_irq(lock) ({ spin_unlock(lock); local_irq_enable(); })
#define spin_lock_irqsave(lock, flags) ({ local_irq_save(flags); spin_lock(lock); })
#define spin_unlock_irqrestore(lock, flags) ({ spin_unlock(lock); local_irq_restore(flags); })
#define spin_trylock_irqsave(lock, flags) ({	\
	local_irq_save(flags);			\
	int __taken = spin_trylock(lock);	\
	if (!__taken)				\
		local_irq_restore(flags);	\
	__taken; })
#endif

#endif
