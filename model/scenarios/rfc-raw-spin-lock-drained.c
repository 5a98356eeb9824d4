/*+++
title = "The RFC call under raw_spin_lock(), list empty"
kernel = "v5.9+rfc"
configs = ["preempt-debug", "preempt-nodebug", "rt-debug", "rt-nodebug"]
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
always = ["null"]
never = ["violation", "hang"]
+++*/
/*
 * Fine everywhere, and useless: this CPU's lists are empty, so there is no page, although the zone
 * has eight. No lock was taken, nobody was woken, and the next call will fail just so.
 * GFP_ATOMIC would get its page and break a rule: gfp-atomic-raw-spin-lock-drained.
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
