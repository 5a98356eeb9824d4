/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_RWLOCK_H
#define _LINUX_RWLOCK_H

#include <linux/spinlock.h>

typedef struct rwlock {
	unsigned int owner;
	unsigned int state;
	struct lockdep_map dep_map;
} rwlock_t;

#define __RW_LOCK_UNLOCKED(lockname) { __DEP_MAP_INIT(lockname) }
#define DEFINE_RWLOCK(x) rwlock_t x = __RW_LOCK_UNLOCKED(x)
#define rwlock_init(lock) __lock_init(lock, #lock)

void read_lock(rwlock_t *lock);
void read_unlock(rwlock_t *lock);
void write_lock(rwlock_t *lock);
void write_unlock(rwlock_t *lock);

#define read_lock_bh(lock) ({ local_bh_disable(); read_lock(lock); })
#define read_unlock_bh(lock) ({ read_unlock(lock); local_bh_enable(); })
#define write_lock_bh(lock) ({ local_bh_disable(); write_lock(lock); })
#define write_unlock_bh(lock) ({ write_unlock(lock); local_bh_enable(); })

#ifdef CONFIG_PREEMPT_RT
#define read_lock_irqsave(lock, flags) ({ (flags) = 0; read_lock(lock); })
#define read_unlock_irqrestore(lock, flags) ({ (void)(flags); read_unlock(lock); })
#define write_lock_irqsave(lock, flags) ({ (flags) = 0; write_lock(lock); })
#define write_unlock_irqrestore(lock, flags) ({ (void)(flags); write_unlock(lock); })
#else
#define read_lock_irqsave(lock, flags) ({ local_irq_save(flags); read_lock(lock); })
#define read_unlock_irqrestore(lock, flags) ({ read_unlock(lock); local_irq_restore(flags); })
#define write_lock_irqsave(lock, flags) ({ local_irq_save(flags); write_lock(lock); })
#define write_unlock_irqrestore(lock, flags) ({ write_unlock(lock); local_irq_restore(flags); })
#endif

#endif
