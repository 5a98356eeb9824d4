/*+++
title = "GFP_ATOMIC under raw_spin_lock(), list filled"
kernel = "v5.9"
configs = ["preempt-debug", "preempt-nodebug", "rt-debug", "rt-nodebug"]
[zone.Normal]
pages = 32
free = 8
pcp = 2
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
 * Silent everywhere, by luck: the page comes from this CPU's list and no lock is taken that could
 * sleep or that lockdep would look at. The same lines with an empty list:
 * gfp-atomic-raw-spin-lock-drained.
 */
static DEFINE_RAW_SPINLOCK(lock);

void caller(void)
{
	struct page *page;

	raw_spin_lock(&lock);
	page = alloc_pages(GFP_ATOMIC, 0);
	raw_spin_unlock(&lock);

	if (page)
		__free_pages(page, 0);
}
