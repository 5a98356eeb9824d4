/*+++
title = "Three FIFO threads: the middle one spins until the highest has been where the lowest is"
kernel = "v5.9"
configs = ["preempt-nodebug", "rt-nodebug"]
[[run]]
context = "kthread_fifo"
entry = "low"
prio = 10
[[run]]
context = "kthread_fifo"
entry = "middle"
prio = 20
[[run]]
context = "kthread_fifo"
entry = "high"
prio = 30
[expect.preempt-nodebug]
sometimes = ["hang"]
[expect.rt-nodebug]
never = ["violation", "hang"]
+++*/
/*
 * Priority inversion: low holds the mutex, high waits for it, and middle, which needs neither, keeps the
 * CPU from low. With PREEMPT_RT a mutex is an rt_mutex: low has high's priority while high waits.
 */
static DEFINE_MUTEX(mutex);
static int done;
static int value;

void low(void)
{
	mutex_lock(&mutex);
	value = 1;
	value = 2;
	mutex_unlock(&mutex);
}

void middle(void)
{
	while (!READ_ONCE(done))
		;
}

void high(void)
{
	mutex_lock(&mutex);
	done = 1;
	mutex_unlock(&mutex);
}
