/*+++
title = "One block is split, and grows together again"
kernel = "v5.9"
config = "preempt-debug"
[zone.Normal]
pages = 32
free = 16
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
 * The zone has one free block of order 4. A request of order 1 goes past the per-CPU list: the
 * block is split three times, and three halves stay behind. Freeing the pages joins them again.
 */
void caller(void)
{
	struct page *page = alloc_pages(GFP_ATOMIC, 1);

	if (page)
		__free_pages(page, 1);
}
