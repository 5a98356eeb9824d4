/*+++
title = "kmalloc_nolock() interrupts kmalloc() anywhere"
kernel = "v7.2"
configs = ["lazy-debug", "rt-debug"]
prepare = "warm"
[zone.DMA32]
pages = 1024
free = 512
pcp = 8
[[run]]
context = "task"
entry = "user"
[[run]]
context = "nmi"
entry = "tracer"
[expect]
never = ["violation", "hang"]
+++*/
/*
 * The tracer may come in the middle of the allocator, with any of its locks held, on this CPU: it
 * tries each and takes no for an answer. What it cannot free at once it leaves on a list for an
 * irq_work. On PREEMPT_RT it gets NULL: not even trying is allowed in an NMI.
 */
static void *object, *record;

void warm(void)
{
	kfree(kmalloc(64, GFP_KERNEL));
}

void user(void)
{
	object = kmalloc(64, GFP_KERNEL);
	BUG_ON(!object || object == record);
	kfree(object);
}

void tracer(void)
{
	record = kmalloc_nolock(64, 0, NUMA_NO_NODE);
	kfree_nolock(record);
	record = NULL;
}
