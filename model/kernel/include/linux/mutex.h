/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_MUTEX_H
#define _LINUX_MUTEX_H

#include <linux/lockdep.h>

struct mutex {
	unsigned int owner;
	unsigned int state;
	struct lockdep_map dep_map;
};

#define __MUTEX_INITIALIZER(lockname) { __DEP_MAP_INIT(lockname) }
#define DEFINE_MUTEX(x) struct mutex x = __MUTEX_INITIALIZER(x)
#define mutex_init(lock) __lock_init(lock, #lock)

void mutex_lock(struct mutex *lock);
int mutex_trylock(struct mutex *lock);
void mutex_unlock(struct mutex *lock);

#endif
