/*+++
title = "kvfree_rcu() with one argument, on PREEMPT_RT"
kernel = "v5.9"
configs = ["rt-debug", "rt-nodebug"]
define = { RCU_NR_PREALLOCATED = 0 }
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
 * v5.9 does not allocate there: without a cached block each call waits for a grace period. That is always right, and slow: why
 * the form with one argument allocates with the lock dropped since v5.13.
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
