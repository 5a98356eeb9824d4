/*+++
title = "alloc_pages_nolock() in an NMI that may interrupt the allocator anywhere"
kernel = "v7.2"
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
[[run]]
context = "nmi"
entry = "handler"
[expect]
never = ["violation", "hang"]
[expect.preempt-debug]
sometimes = ["null"]
[expect.preempt-nodebug]
sometimes = ["null"]
[expect.rt-debug]
always = ["null"]
[expect.rt-nodebug]
always = ["null"]
+++*/
/*
 * What GFP_ATOMIC cannot do: every lock is only tried. An NMI over a holder of zone->lock, or of
 * the list's lock when the list is empty, gets NULL; elsewhere it gets a page. On PREEMPT_RT it gets
 * NULL at once. free_pages_nolock() always takes the page: to the list, to the zone, or for the next
 * who frees with the lock in hand.
 */
static struct page *ours;

void caller(void)
{
	ours = alloc_pages(GFP_ATOMIC, 0);
	if (ours)
		__free_pages(ours, 0);
}

void handler(void)
{
	struct page *page = alloc_pages_nolock(0, NUMA_NO_NODE, 0);

	if (page)
		free_pages_nolock(page, 0);
}
