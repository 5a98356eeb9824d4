/*+++
title = "kvfree_rcu() under raw_spin_lock(), no block left: the worker, as merged in v5.11"
kernel = "v5.9+worker"
configs = ["preempt-debug", "preempt-nodebug"]
define = { RCU_MIN_CACHED_OBJS = 1 }
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
 * What was merged: kvfree_rcu() never allocates. An hrtimer that expires at once queues a work that refills the cache with
 * GFP_KERNEL; meanwhile the list takes the object. PREEMPT_RT runs all of that in threads: too many interleavings for a
 * search here, no other locks.
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
