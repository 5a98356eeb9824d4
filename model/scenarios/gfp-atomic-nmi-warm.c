/*+++
title = "GFP_ATOMIC in an NMI that interrupts nobody in the allocator, list filled"
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
[[run]]
context = "nmi"
entry = "handler"
[expect]
never = ["hang", "null"]
[expect.preempt-debug]
never = ["violation"]
[expect.preempt-nodebug]
never = ["violation"]
[expect.rt-debug]
always = ["inconsistent-lock-state"]
+++*/
/*
 * Silent without PREEMPT_RT, by luck twice: the list has pages and the interrupted task is not in
 * the allocator. On PREEMPT_RT debug kernels even this is reported: the trylock of pcp->lock takes
 * the raw lock inside it. With a task in the allocator: nmi-zone-lock-holder.
 */
static struct page *theirs;
static int steps;

void caller(void)
{
	steps++;
}

void handler(void)
{
	theirs = alloc_pages(GFP_ATOMIC, 0);
}
