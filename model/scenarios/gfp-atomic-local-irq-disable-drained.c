/*+++
title = "GFP_ATOMIC with interrupts off, list empty"
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
 * Fine without PREEMPT_RT, wrong with it, as with preemption off
 * (gfp-atomic-preempt-disable-drained). preempt_count is 0 here: if zone->lock were contended, the
 * scheduler itself would not notice that it is left with interrupts off.
 */
void caller(void)
{
	struct page *page;

	local_irq_disable();
	page = alloc_pages(GFP_ATOMIC, 0);
	local_irq_enable();

	if (page)
		__free_pages(page, 0);
}
