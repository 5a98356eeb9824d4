/*+++
title = "kvfree_rcu() under raw_spin_lock(), no block left"
kernel = "v5.9"
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
never = ["hang", "R-kvfree-rcu", "null"]
[expect.preempt-debug]
always = ["invalid-wait-context"]
[expect.preempt-nodebug]
always = ["R-wait-type", "silent"]
[expect.rt-debug]
never = ["violation"]
[expect.rt-nodebug]
never = ["violation"]
+++*/
/*
 * What the September 2020 series was about. kvfree_rcu() may be called under a raw spinlock, and takes one itself,
 * krcp->lock. It needs a block to keep the pointer in, none is cached, and it asks the page allocator for one:
 * GFP_NOWAIT. This CPU's list is empty, so zone->lock is taken, a spinlock_t. On PREEMPT_RT v5.9 does not ask: the
 * object goes on a list. Freed once and not too early it is in either case.
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
