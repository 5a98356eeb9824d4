/*+++
title = "kvfree_rcu() without a block, and a reader"
kernel = "v5.9"
configs = ["rt-debug", "rt-nodebug"]
cpus = 2
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
entry = "updater"
[[run]]
context = "task"
entry = "reader"
cpu = 1
[expect]
never = ["violation", "hang"]
+++*/
/*
 * The object hangs on the list, through its rcu_head: of PREEMPT_RT, and of later kernels. However reader, monitor, grace
 * period and worker interleave, it is freed once, and after the reader is gone. Without the grace period it is not: the test
 * `mutants` applies a patch that frees the list at once.
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
