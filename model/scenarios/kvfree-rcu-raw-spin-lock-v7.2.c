/*+++
title = "kvfree_rcu() under raw_spin_lock(), v7.2"
kernel = "v7.2"
configs = ["lazy-debug", "lazy-nodebug"]
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
 * Slab memory goes to a sheaf of its cache first. An empty sheaf is had without waking kswapd: the idea of September 2020 that a
 * request without flags be one without locks.
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
