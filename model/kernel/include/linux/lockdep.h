/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_LOCKDEP_H
#define _LINUX_LOCKDEP_H

#include <linux/types.h>

/* Its address is the lock's class. */
struct lock_class_key {
	char unused;
};

/* A NULL key: the map's own lock, being static, is its class. */
struct lockdep_map {
	struct lock_class_key *key;
	const char *name;
};

#define __DEP_MAP_INIT(lockname) .dep_map = { .key = NULL, .name = #lockname }

/* Locks set up at run time are of one class for each place that sets them up. */
#define __lock_init(lock, lockname) ({			\
	static struct lock_class_key __key;		\
	(lock)->owner = 0;				\
	(lock)->state = 0;				\
	(lock)->dep_map.key = &__key;			\
	(lock)->dep_map.name = lockname;		\
	})

/* A class of its own for this lock. */
#define lockdep_set_class(lock, lock_class) ({		\
	(lock)->dep_map.key = (lock_class);		\
	(lock)->dep_map.name = #lock_class;		\
	})

/*
 * Inside, the waits that outer locks allow do not count, only this one: for code that takes a
 * spinlock_t under a raw spinlock and is not there on PREEMPT_RT. The inner type is always
 * LD_WAIT_CONFIG here.
 */
#define DEFINE_WAIT_OVERRIDE_MAP(_name, _wait_type) \
	struct lockdep_map _name = { .name = #_name "-wait-type-override" }
void lock_map_acquire_try(struct lockdep_map *map);

void lock_map_acquire(struct lockdep_map *map);
void lock_map_release(struct lockdep_map *map);

#define lockdep_assert_held(lock) ((void)(lock))

#endif
