/*+++
title   = "The 5.9-rt local lock, pcp list filled: reported all the same"
kernel  = "v5.9+pa-lock"
configs = ["rt-debug", "rt-nodebug", "preempt-debug"]
cpus    = 1
[zone.Normal]
pages = 64
free  = 32
pcp   = 4
watermark = { min = 4, low = 5, high = 6 }
[[run]]
context = "irq_handler_nothread"
entry   = "handler"
[expect.rt-debug]
always = ["invalid-wait-context", "sleeping-in-atomic"]
[expect.rt-nodebug]
always = ["silent"]
[expect.preempt-debug]
always = ["invalid-wait-context"]
never  = ["sleeping-in-atomic"]
+++*/
/*
 * The same with the model's v5.9, whose list is tried for, prints nothing while the list holds a
 * page: gfp-atomic-raw-spin-lock-warm.c. Without PREEMPT_RT the local lock is no lock at all, and
 * lockdep still says what it would be.
 */
static DEFINE_RAW_SPINLOCK(lock);

int handler(void)
{
	struct page *page;

	raw_spin_lock(&lock);
	page = alloc_pages(GFP_ATOMIC, 0);
	raw_spin_unlock(&lock);
	return page != NULL;
}
