/*+++
title = "kvfree_rcu() with one argument, a page with the lock dropped"
kernel = "v5.9+drop-lock"
configs = ["preempt-debug", "preempt-nodebug", "rt-debug", "rt-nodebug"]
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
never = ["violation", "hang", "null"]
+++*/
/*
 * As merged in v5.13: the caller may sleep, so krcp->lock is dropped and a page allocated with GFP_KERNEL, on PREEMPT_RT too. In
 * v5.9 the same call takes zone->lock under krcp->lock (kvfree-rcu-one-argument), or waits for a grace period
 * (kvfree-rcu-one-argument-rt).
 */
static void *old;

void object(void)
{
	old = kmalloc(32, GFP_KERNEL);
	drain_local_pages(NULL);
}

void caller(void)
{
	kvfree_rcu(old);
}
