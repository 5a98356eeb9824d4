/*+++
title = "kmalloc() under raw_spin_lock() in v6.12, objects at hand"
kernel = "v6.12"
configs = ["preempt-debug", "rt-debug", "rt-nodebug"]
prepare = "warm"
[zone.DMA32]
pages = 1024
free = 512
pcp = 8
[[run]]
context = "task"
entry = "caller"
[expect]
never = ["hang", "null", "scheduling-while-atomic"]
[expect.preempt-debug]
never = ["violation"]
[expect.rt-debug]
always = ["invalid-wait-context", "sleeping-in-atomic"]
[expect.rt-nodebug]
always = ["silent", "R-might-sleep"]
+++*/
/*
 * Worse than alloc_pages(): on PREEMPT_RT it is reported even when an object is at hand. SLUB of
 * v6.12 guards this CPU's slab there with a local_lock_t, a sleeping lock, for each object. Without
 * PREEMPT_RT the object is taken with one instruction. The same in v7.2: kmalloc-raw-spin-lock-v7.2.
 */
static DEFINE_RAW_SPINLOCK(lock);
static void *object;

void warm(void)
{
	kfree(kmalloc(64, GFP_KERNEL));
}

void caller(void)
{
	raw_spin_lock(&lock);
	object = kmalloc(64, GFP_ATOMIC);
	raw_spin_unlock(&lock);

	BUG_ON(!object);
}
