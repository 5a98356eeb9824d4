/*+++
title = "A per-CPU list is refilled, filled and flushed"
kernel = "v5.9"
config = "preempt-debug"
[zone.Normal]
pages = 64
free = 40
pcp = 0
batch = 3
high = 4
watermark = { min = 4, low = 5, high = 6 }
[[run]]
context = "task"
entry = "caller"
[expect]
never = ["violation", "hang", "null"]
+++*/
/*
 * The list is empty: three pages come from the zone at once, under zone->lock. The next two requests
 * take no lock. The third free makes the list reach its high mark, and a batch goes back, under
 * zone->lock again.
 */
static struct page *page[5];

void caller(void)
{
	int i;

	for (i = 0; i < 5; i++)
		page[i] = alloc_pages(GFP_ATOMIC, 0);
	for (i = 0; i < 5; i++)
		__free_pages(page[i], 0);
}
