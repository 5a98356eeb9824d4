/*+++
title = "GFP_ATOMIC on the slow path"
kernel = "v5.9"
config = "preempt-debug"
[zone.Normal]
pages = 64
free = 6
pcp = 0
batch = 1
high = 6
watermark = { min = 16, low = 20, high = 24 }
[[run]]
context = "irq_handler_nothread"
entry = "handler"
[expect]
always = ["null", "alloc-failure"]
never = ["hang"]
+++*/
/*
 * 6 pages are free, and GFP_ATOMIC has to leave 6. Three passes over the free lists, two calls for
 * kswapd, a report, and NULL. Nothing here waits for memory. No pass gets as far as the free lists;
 * what lockdep objects to, in a hard interrupt that PREEMPT_RT would not thread, is the lock of kswapd's
 * wait queue. zone->lock is taken for the report alone, which counts the free blocks.
 */
void handler(void)
{
	alloc_pages(GFP_ATOMIC, 0);
}
