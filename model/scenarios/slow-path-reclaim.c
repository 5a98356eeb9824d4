/*+++
title = "GFP_KERNEL reclaims"
kernel = "v5.9"
config = "preempt-debug"
[zone.Normal]
pages = 64
free = 6
page_cache = 40
pcp = 0
batch = 1
high = 6
watermark = { min = 16, low = 20, high = 24 }
[environment]
reclaim = "always"
[[run]]
context = "task"
entry = "caller"
[expect]
never = ["violation", "null", "hang"]
+++*/
/*
 * The same zone, but 40 of its pages are page cache that can be dropped, and the caller may wait for
 * that: direct reclaim frees some of them, and the pass after it finds a page.
 */
void caller(void)
{
	struct page *page = alloc_pages(GFP_KERNEL, 0);

	if (page)
		__free_pages(page, 0);
}
