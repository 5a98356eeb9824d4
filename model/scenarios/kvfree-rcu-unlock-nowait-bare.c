/*+++
title = "kvfree_rcu(), no block left, krcp->lock dropped, no lock held"
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
never = ["hang", "R-kvfree-rcu", "invalid-wait-context"]
[expect.preempt-debug]
never = ["violation"]
[expect.preempt-nodebug]
never = ["violation"]
[expect.rt-debug]
always = ["sleeping-in-atomic"]
[expect.rt-nodebug]
always = ["R-might-sleep", "silent"]
+++*/
/*
 * The case for which the patch of July 2020 was made: lockdep has nothing to say. PREEMPT_RT has: interrupts are still
 * off, as the task must stay on its CPU.
 */
struct foo {
	long value;
	struct rcu_head rcu;
};

static struct foo *old;

void object(void)
{
	old = kmalloc(sizeof(*old), GFP_KERNEL);
	drain_local_pages(NULL);
}

void caller(void)
{
	kvfree_rcu(old, rcu);
}
