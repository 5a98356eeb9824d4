/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_SEQLOCK_H
#define _LINUX_SEQLOCK_H

#include <linux/spinlock.h>

typedef struct {
	unsigned int sequence;
	spinlock_t lock;
} seqlock_t;

#define __SEQLOCK_UNLOCKED(lockname) { .lock = __SPIN_LOCK_UNLOCKED((lockname).lock) }
#define DEFINE_SEQLOCK(x) seqlock_t x = __SEQLOCK_UNLOCKED(x)

static inline void write_seqlock(seqlock_t *sl)
{
	spin_lock(&sl->lock);
	sl->sequence++;
}

static inline void write_sequnlock(seqlock_t *sl)
{
	sl->sequence++;
	spin_unlock(&sl->lock);
}

/* A reader waits while a writer is inside; on PREEMPT_RT it waits on the lock. */
static inline unsigned int read_seqbegin(seqlock_t *sl)
{
	unsigned int start;

	while ((start = READ_ONCE(sl->sequence)) & 1) {
#ifdef CONFIG_PREEMPT_RT
		spin_lock(&sl->lock);
		spin_unlock(&sl->lock);
#endif
	}
	return start;
}

static inline bool read_seqretry(seqlock_t *sl, unsigned int start)
{
	return READ_ONCE(sl->sequence) != start;
}

#endif
