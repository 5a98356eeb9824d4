/*+++
title = "The RFC call in a hard interrupt"
kernel = "v5.9+rfc"
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
[[run]]
context = "irq_handler_nothread"
entry = "handler"
[expect]
never = ["inconsistent-lock-state", "invalid-wait-context", "sleeping-in-atomic"]
[expect.preempt-debug]
never = ["violation"]
[expect.preempt-nodebug]
never = ["violation"]
[expect.rt-debug]
sometimes = ["R-page-integrity", "list-corruption"]
[expect.rt-nodebug]
sometimes = ["R-page-integrity", "silent"]
+++*/
/*
 * Fine without PREEMPT_RT: the list section masks interrupts, so this one comes before or after. On
 * PREEMPT_RT wrong, in this model: there a lock that leaves interrupts on protects the list
 * (pcp->lock, as in mainline since v6.2), and the RFC function, written for v5.9, does not take it.
 * From an NMI it is wrong everywhere: rfc-nmi-list-section.
 */
static struct page *ours;
static unsigned long theirs;

void caller(void)
{
	ours = alloc_pages(GFP_ATOMIC, 0);
}

void handler(void)
{
	theirs = __rcu_alloc_page_lockless();
}
