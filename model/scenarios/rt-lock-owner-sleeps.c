/*+++
title = "A spinlock_t whose waiter sleeps"
kernel = "v5.9"
configs = ["preempt-debug", "rt-debug"]
cpus = 2
[zone.Normal]
pages = 32
free = 8
pcp = 0
batch = 1
high = 6
watermark = { min = 1, low = 2, high = 3 }
[[run]]
context = "task"
entry = "holder"
cpu = 0
[[run]]
context = "task"
entry = "waiter"
cpu = 1
[[run]]
context = "task"
entry = "bystander"
cpu = 1
[expect]
never = ["violation", "hang"]
+++*/
/*
 * Fine everywhere, and different: without PREEMPT_RT the waiter keeps CPU 1 and spins; with it the
 * waiter sleeps, and the bystander may have the CPU.
 */
static DEFINE_SPINLOCK(lock);
static int shared, seen;

void holder(void)
{
	spin_lock(&lock);
	shared++;
	spin_unlock(&lock);
}

void waiter(void)
{
	spin_lock(&lock);
	shared++;
	spin_unlock(&lock);
}

void bystander(void)
{
	seen = shared;
}
