/*+++
title = "alloc_pages_nolock() under a raw spinlock, list empty, zone->lock wanted by two"
kernel = "v7.2"
configs = ["preempt-debug", "preempt-nodebug", "rt-debug", "rt-nodebug"]
cpus = 2
[zone.Normal]
pages = 32
free = 8
pcp = 0
batch = 1
high = 6
watermark = { min = 1, low = 2, high = 3 }
[[run]]
context = "raw_spin_lock"
entry = "caller"
[[run]]
context = "task"
entry = "neighbour"
cpu = 1
[expect]
never = ["violation", "hang"]
sometimes = ["null"]
+++*/
/*
 * GFP_ATOMIC is a violation here on PREEMPT_RT, and reported without it where lockdep knows. This
 * call never waits: while the other CPU has zone->lock, it returns NULL.
 */
static struct page *ours, *theirs;

void caller(void)
{
	ours = alloc_pages_nolock(0, NUMA_NO_NODE, 0);
}

void neighbour(void)
{
	theirs = alloc_pages(GFP_KERNEL, 0);
}
