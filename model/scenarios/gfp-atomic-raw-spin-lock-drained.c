/*+++
title = "GFP_ATOMIC under raw_spin_lock(), list empty"
kernel = "v5.9"
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
always = ["R-wait-type"]
never = ["hang", "null", "scheduling-while-atomic"]
[expect.preempt-debug]
always = ["invalid-wait-context"]
never = ["sleeping-in-atomic"]
[expect.preempt-nodebug]
always = ["silent"]
[expect.rt-debug]
always = ["invalid-wait-context", "sleeping-in-atomic"]
[expect.rt-nodebug]
always = ["silent", "R-might-sleep"]
+++*/
/*
 * Wrong everywhere: the empty list is refilled under zone->lock, a spinlock_t, inside a
 * raw_spinlock_t. Without PREEMPT_RT it works, and lockdep objects where it checks raw lock nesting;
 * with PREEMPT_RT the caller may have to sleep where he must not. Kernels without detectors say
 * nothing, for nobody else holds zone->lock. Only the list differs from
 * gfp-atomic-raw-spin-lock-warm.
 */
static DEFINE_RAW_SPINLOCK(lock);

void caller(void)
{
	struct page *page;

	raw_spin_lock(&lock);
	page = alloc_pages(GFP_ATOMIC, 0);
	raw_spin_unlock(&lock);

	if (page)
		__free_pages(page, 0);
}
