/* SPDX-License-Identifier: GPL-2.0-only */
/* A bit of a word as a lock: spins in every configuration, and lockdep does not see it. */
#ifndef _LINUX_BIT_SPINLOCK_H
#define _LINUX_BIT_SPINLOCK_H

#include <linux/preempt.h>

void bit_spin_lock(int bitnum, unsigned long *addr);
void bit_spin_unlock(int bitnum, unsigned long *addr);

#endif
