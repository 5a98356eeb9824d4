/*+++
title = "kmalloc() under raw_spin_lock() in v7.2, objects at hand"
kernel = "v7.2"
configs = ["lazy-debug", "rt-debug", "rt-nodebug"]
prepare = "warm"
[zone.DMA32]
pages = 1024
free = 512
pcp = 8
[[run]]
context = "task"
entry = "caller"
[expect]
never = ["violation", "hang"]
+++*/
/*
 * Silent everywhere, by luck: the object comes from this CPU's sheaf, whose lock is only tried. With
 * no sheaf at hand a slab is asked, under list_lock, a spinlock_t: kmalloc-hardirq-v7.2. In v6.12 the
 * same lines are reported: kmalloc-raw-spin-lock-v6.12.
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
