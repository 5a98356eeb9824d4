/*+++
title = "kvfree_rcu() with a block, and a reader"
kernel = "v5.9"
configs = ["none-nodebug", "preempt-debug"]
cpus = 2
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
entry = "updater"
[[run]]
context = "irq_handler"
entry = "reader"
cpu = 1
[expect]
never = ["violation", "hang"]
+++*/
/*
 * As kvfree-rcu-reader-list, with the object in a block. The reader is an interrupt: it is in nobody's way and holds the grace
 * period up until it returns.
 */
struct foo {
	long value;
	struct rcu_head rcu;
};

static struct foo *current_foo;
static struct foo *old;

void object(void)
{
	old = kmalloc(sizeof(*old), GFP_KERNEL);
	old->value = 1;
	current_foo = old;
}

void reader(void)
{
	struct foo *p;

	rcu_read_lock();
	p = rcu_dereference(current_foo);
	if (p)
		WARN_ON(p->value != 1);
	rcu_read_unlock();
}

void updater(void)
{
	rcu_assign_pointer(current_foo, NULL);
	kvfree_rcu(old, rcu);
}
