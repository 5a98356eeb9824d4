/*+++
title = "The RFC call under raw_spin_lock(), list filled"
kernel = "v5.9+rfc"
configs = ["preempt-debug", "preempt-nodebug", "rt-debug", "rt-nodebug"]
[zone.Normal]
pages = 32
free = 8
pcp = 2
batch = 1
high = 6
watermark = { min = 1, low = 2, high = 3 }
[[run]]
context = "task"
entry = "caller"
[expect]
never = ["violation", "hang", "null"]
+++*/
/*
 * Fine everywhere: the function takes a page from this CPU's lists and has no other way. Here
 * GFP_ATOMIC is silent too (gfp-atomic-raw-spin-lock-warm), but only because of the filled list.
 */
static DEFINE_RAW_SPINLOCK(lock);

void caller(void)
{
	unsigned long addr;

	raw_spin_lock(&lock);
	addr = __rcu_alloc_page_lockless();
	raw_spin_unlock(&lock);

	if (addr)
		free_page(addr);
}
