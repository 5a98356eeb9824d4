/*+++
title = "GFP_KERNEL under raw_spin_lock(), list filled"
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
always = ["R-might-sleep"]
never = ["hang", "null"]
[expect.preempt-debug]
always = ["sleeping-in-atomic"]
[expect.preempt-nodebug]
always = ["silent"]
[expect.rt-debug]
always = ["sleeping-in-atomic"]
[expect.rt-nodebug]
always = ["silent"]
+++*/
/*
 * Wrong everywhere, and reported by luck of nobody: GFP_KERNEL may enter reclaim, so the allocator
 * says might_sleep() before it looks at any list. The page comes all the same. With GFP_ATOMIC these
 * lines are silent: gfp-atomic-raw-spin-lock-warm.
 */
static DEFINE_RAW_SPINLOCK(lock);

void caller(void)
{
	struct page *page;

	raw_spin_lock(&lock);
	page = alloc_pages(GFP_KERNEL, 0);
	raw_spin_unlock(&lock);

	if (page)
		__free_pages(page, 0);
}
