/*+++
title = "kmalloc() in a hard interrupt of v7.2, objects at hand"
kernel = "v7.2"
configs = ["lazy-debug", "rt-debug"]
prepare = "warm"
[zone.DMA32]
pages = 1024
free = 512
pcp = 8
[[run]]
context = "task"
entry = "interrupted"
[[run]]
context = "hrtimer_hard"
entry = "handler"
[expect]
never = ["hang"]
[expect.lazy-debug]
never = ["violation"]
[expect.rt-debug]
always = ["invalid-wait-context", "sleeping-in-atomic"]
+++*/
/*
 * On PREEMPT_RT a hard interrupt may not even try a lock with priority inheritance: the sheaves are
 * not for it, full or not. It asks a slab instead and has to take list_lock, which may sleep. This
 * is what sets it apart from kmalloc-raw-spin-lock-v7.2; kmalloc_nolock() returns NULL here.
 */
static int work;

void warm(void)
{
	kfree(kmalloc(64, GFP_KERNEL));
}

void interrupted(void)
{
	work++;
}

void handler(void)
{
	kfree(kmalloc(64, GFP_ATOMIC));
}
