/*+++
title = "kvfree_rcu() under raw_spin_lock(), no block left: a flag looked at late"
kernel = "v5.9+late-flag"
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
never = ["violation", "hang"]
always = ["null"]
+++*/
/*
 * As kvfree-rcu-no-locks, but the flag is looked at only where a list would be refilled.
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
