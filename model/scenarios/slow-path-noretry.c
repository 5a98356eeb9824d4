/*+++
title = "__GFP_NORETRY gives up, if reclaim finds nothing"
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
reclaim = "sometimes"
[[run]]
context = "task"
entry = "caller"
[expect]
sometimes = ["null"]
never = ["violation", "hang"]
+++*/
/*
 * Whether reclaim makes progress is a choice of the environment. With __GFP_NORETRY one round without
 * progress is the end: NULL. Without it a small order is never refused: see slow-path-reclaim.
 */
void caller(void)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 0);

	if (page)
		__free_pages(page, 0);
}
