/*+++
title = "kvfree_rcu() twice of one object"
kernel = "v5.9"
configs = ["preempt-debug"]
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
always = ["R-kvfree-rcu", "silent"]
+++*/
/*
 * Nobody notices at once: the pointer is in a block twice, and freed twice. With CONFIG_DEBUG_OBJECTS_RCU_HEAD the second call is
 * reported, and the object freed once: kvfree-rcu-twice-debug.
 */
struct foo {
	long value;
	struct rcu_head rcu;
};

static struct foo *old;

void object(void)
{
	old = kmalloc(sizeof(*old), GFP_KERNEL);
}

void caller(void)
{
	preempt_disable();
	kvfree_rcu(old, rcu);
	kvfree_rcu(old, rcu);
	preempt_enable();
}
