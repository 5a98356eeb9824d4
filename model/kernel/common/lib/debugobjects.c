// SPDX-License-Identifier: GPL-2.0-only
/*
 * Remembers which objects are active. The kernel has a hash table with a lock for each bucket, a pool of
 * trackers refilled with GFP_ATOMIC, and more states; here one lock, a short table and "active". When the
 * table is full nothing more is tracked, as in the kernel when it has no tracker.
 */
#include <linux/bug.h>
#include <linux/debugobjects.h>
#include <linux/kernel.h>
#include <linux/spinlock.h>

#ifdef CONFIG_DEBUG_OBJECTS_RCU_HEAD

#define ODEBUG_POOL_SIZE 16
#define EINVAL 22

static DEFINE_RAW_SPINLOCK(obj_lock);
static void *obj_active[ODEBUG_POOL_SIZE];

/* The index of an object, or of a free place when looking for NULL; -1: not there. */
static int lookup_object(void *addr)
{
	int i;

	for (i = 0; i < ODEBUG_POOL_SIZE; i++) {
		if (obj_active[i] == addr)
			return i;
	}
	return -1;
}

int debug_object_activate(void *addr)
{
	unsigned long flags;
	bool active;
	int slot;

	raw_spin_lock_irqsave(&obj_lock, flags);
	atomic {
		active = lookup_object(addr) >= 0;
		slot = active ? -1 : lookup_object(NULL);
		if (slot >= 0)
			obj_active[slot] = addr;
	}
	raw_spin_unlock_irqrestore(&obj_lock, flags);
	WARN(active, "ODEBUG: activate active (active state 1) object type: rcu_head");
	return active ? -EINVAL : 0;
}

void debug_object_deactivate(void *addr)
{
	unsigned long flags;
	int slot;

	raw_spin_lock_irqsave(&obj_lock, flags);
	atomic {
		slot = lookup_object(addr);
		if (slot >= 0)
			obj_active[slot] = NULL;
	}
	raw_spin_unlock_irqrestore(&obj_lock, flags);
}

#endif
