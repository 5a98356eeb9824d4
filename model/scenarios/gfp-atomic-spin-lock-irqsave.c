/*+++
title = "GFP_ATOMIC under spin_lock_irqsave(), list empty"
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
 * Fine everywhere: on PREEMPT_RT spin_lock_irqsave() masks nothing and is a sleeping lock itself, so
 * another one, zone->lock, may be taken inside. With a raw_spinlock_t it is not fine:
 * gfp-atomic-raw-spin-lock-drained.
 */
static DEFINE_SPINLOCK(lock);

void caller(void)
{
	struct page *page;
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	page = alloc_pages(GFP_ATOMIC, 0);
	spin_unlock_irqrestore(&lock, flags);

	if (page)
		__free_pages(page, 0);
}
