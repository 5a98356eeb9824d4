/*+++
title = "kvfree_rcu() under raw_spin_lock(), no cache, v6.12"
kernel = "v6.12"
configs = ["preempt-debug", "preempt-nodebug", "rt-debug", "rt-nodebug"]
define = { RCU_MIN_CACHED_OBJS = 0 }
prepare = "object"
[zone.Normal]
pages = 32
free = 8
pcp = 0
batch = 1
high = 6
watermark = { min = 1, low = 2, high = 3 }
[[run]]
context = "task"
entry = "caller"
[expect]
never = ["violation", "hang"]
+++*/
/*
 * With the boot parameter rcu_min_cached_objs=0 blocks are not cached and no worker refills: the list takes every object. With
 * a cache the worker runs beside (kvfree-rcu-worker), and this file has ten times the states.
 */
struct foo {
	long value;
	struct rcu_head rcu;
};

static DEFINE_RAW_SPINLOCK(lock);
static struct foo *old;

void object(void)
{
	old = kmalloc(sizeof(*old), GFP_KERNEL);
	drain_local_pages(NULL);
}

void caller(void)
{
	raw_spin_lock(&lock);
	kvfree_rcu(old, rcu);
	raw_spin_unlock(&lock);
}
