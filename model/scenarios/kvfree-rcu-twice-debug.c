/*+++
title = "kvfree_rcu() twice of one object, with debug objects"
kernel = "v5.9"
configs = ["preempt-debug"]
define = { RCU_MIN_CACHED_OBJS = 1, CONFIG_DEBUG_OBJECTS_RCU_HEAD = 1 }
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
always = ["R-kvfree-rcu", "warning"]
never = ["silent"]
+++*/
/*
 * As kvfree-rcu-twice; the second call is told and forgotten.
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
