/*+++
title = "No block of the right type: one is taken from another"
kernel = "v5.9"
config = "preempt-debug"
[zone.Normal]
pages = 4096
free = 3072
pcp = 0
batch = 1
high = 6
watermark = { min = 4, low = 5, high = 6 }
[[run]]
context = "task"
entry = "caller"
[expect]
never = ["violation", "hang", "null"]
+++*/
/*
 * A request for reclaimable memory, and no free block is reclaimable: __rmqueue_fallback() takes the
 * largest block of another type and changes what its pageblock is for.
 */
void caller(void)
{
	struct page *page = alloc_pages(GFP_ATOMIC | __GFP_RECLAIMABLE, 1);

	if (page)
		__free_pages(page, 1);
}
