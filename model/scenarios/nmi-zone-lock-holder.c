/*+++
title = "GFP_ATOMIC in an NMI that may interrupt a holder of zone->lock"
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
[[run]]
context = "nmi"
entry = "handler"
[expect]
sometimes = ["hang"]
[expect.preempt-debug]
always = ["violation"]
sometimes = ["inconsistent-lock-state", "R-percpu-race"]
[expect.preempt-nodebug]
sometimes = ["silent"]
[expect.rt-debug]
always = ["violation"]
sometimes = ["inconsistent-lock-state"]
[expect.rt-nodebug]
always = ["silent"]
+++*/
/*
 * Wrong everywhere: the task refills its empty list under zone->lock, the NMI wants the same lock on
 * the same CPU, and whoever holds it cannot go on before the NMI returns. When the NMI comes
 * elsewhere lockdep reports the use of zone->lock in NMI; when it hangs the report stays inside, as
 * printk() from NMI waits for the NMI to end. Without PREEMPT_RT one moment is lucky: the list has just
 * been refilled, and the NMI takes from it while the task works on it; that too is a race, and at some
 * statements breaks the list. On PREEMPT_RT pcp->lock is taken at that moment, so the NMI goes to the zone all the
 * same. Interrupts off help against interrupts only.
 */
static struct page *ours, *theirs;

void caller(void)
{
	ours = alloc_pages(GFP_ATOMIC, 0);
}

void handler(void)
{
	theirs = alloc_pages(GFP_ATOMIC, 0);
}
