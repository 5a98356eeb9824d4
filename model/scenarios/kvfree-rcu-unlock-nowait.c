/*+++
title = "kvfree_rcu() under raw_spin_lock(), no block left: krcp->lock dropped"
kernel = "v5.9+unlock-nowait"
configs = ["preempt-debug", "preempt-nodebug", "rt-debug", "rt-nodebug"]
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
never = ["hang", "R-kvfree-rcu"]
[expect.preempt-debug]
always = ["invalid-wait-context"]
[expect.preempt-nodebug]
always = ["R-wait-type", "silent"]
[expect.rt-debug]
always = ["invalid-wait-context", "sleeping-in-atomic"]
[expect.rt-nodebug]
always = ["R-might-sleep", "silent"]
+++*/
/*
 * Dropping krcp->lock around the allocation helps nobody who holds a raw spinlock himself; and on PREEMPT_RT, where v5.9
 * did not allocate, it now does, with interrupts off. A caller who holds nothing: kvfree-rcu-unlock-nowait-bare.
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
