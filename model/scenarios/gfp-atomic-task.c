/*+++
title = "GFP_ATOMIC in a task, list empty"
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
never = ["violation", "hang", "null"]
+++*/
/*
 * Fine everywhere: nothing is held and nothing is masked, so the allocator may take zone->lock and
 * on PREEMPT_RT sleep for it. GFP_ATOMIC asks that reclaim be left out; it is no promise about
 * locks. All other scenarios are this one with something around the call.
 */
void caller(void)
{
	struct page *page;

	page = alloc_pages(GFP_ATOMIC, 0);
	if (page)
		__free_pages(page, 0);
}
