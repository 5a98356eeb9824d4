/*+++
title = "GFP_ATOMIC with preemption off, list empty"
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
never = ["hang", "null", "invalid-wait-context", "scheduling-while-atomic"]
[expect.preempt-debug]
never = ["violation"]
[expect.preempt-nodebug]
never = ["violation"]
[expect.rt-debug]
always = ["sleeping-in-atomic", "R-might-sleep"]
[expect.rt-nodebug]
always = ["silent", "R-might-sleep"]
+++*/
/*
 * Fine without PREEMPT_RT, wrong with it: zone->lock may sleep there and preemption is off. It is not
 * lockdep that sees it, which looks at held locks and finds none, but the might_sleep() inside
 * spin_lock(). Under a raw lock lockdep speaks as well: gfp-atomic-raw-spin-lock-drained.
 */
void caller(void)
{
	struct page *page;

	preempt_disable();
	page = alloc_pages(GFP_ATOMIC, 0);
	preempt_enable();

	if (page)
		__free_pages(page, 0);
}
