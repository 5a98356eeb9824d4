/*+++
title = "kvfree_rcu() with one argument, no memory"
kernel = "v5.9"
configs = ["preempt-debug", "preempt-nodebug"]
define = { RCU_NR_PREALLOCATED = 0 }
prepare = "object"
[zone.Normal]
pages = 32
free = 5
pcp = 0
batch = 1
high = 6
watermark = { min = 4, low = 4, high = 4 }
[[run]]
context = "task"
entry = "caller"
[expect]
never = ["hang", "R-kvfree-rcu"]
always = ["null"]
[expect.preempt-debug]
always = ["invalid-wait-context"]
[expect.preempt-nodebug]
always = ["R-wait-type", "silent"]
+++*/
/*
 * Without an rcu_head there is no list. No block is cached, the zone is below its watermarks and GFP_NOWAIT gets nothing: the
 * caller waits for a grace period himself and frees the object. On the way krcp->lock, a raw spinlock, is held where kswapd is
 * woken: the wait queue has a spinlock_t.
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
