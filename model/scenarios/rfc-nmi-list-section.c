/*+++
title = "The RFC call in an NMI that interrupts the list section"
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
context = "nmi"
entry = "handler"
[expect]
sometimes = ["violation", "R-page-integrity"]
never = ["inconsistent-lock-state", "invalid-wait-context"]
[expect.preempt-debug]
sometimes = ["list-corruption"]
[expect.preempt-nodebug]
sometimes = ["silent"]
[expect.rt-debug]
sometimes = ["list-corruption"]
[expect.rt-nodebug]
sometimes = ["silent"]
+++*/
/*
 * Wrong everywhere, and lockdep has nothing to say: no lock is taken. The task masks interrupts (on
 * PREEMPT_RT it holds pcp->lock) while it takes a page off the list; the NMI comes all the same and
 * takes one off too. At the wrong moment both get the same page. CONFIG_DEBUG_LIST notices a list_del()
 * that does not fit; without it the kernel stumbles over a poisoned pointer, or goes on. From an
 * interrupt instead of an NMI: rfc-irq-list-section.
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
