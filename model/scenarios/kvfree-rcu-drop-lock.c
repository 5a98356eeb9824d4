/*+++
title = "kvfree_rcu() under raw_spin_lock(), no block left: the worker, and a page for one argument, as merged in v5.13"
kernel = "v5.9+drop-lock"
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
 * Under a raw spinlock only the form with two arguments may be called, and for that nothing has changed since
 * kvfree-rcu-worker.
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
