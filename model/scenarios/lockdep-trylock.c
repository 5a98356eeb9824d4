/*+++
title = "A trylock has no wait type"
kernel = "v5.9"
configs = ["preempt-debug", "rt-debug"]
[[run]]
context = "task"
entry = "caller"
[expect]
never = ["violation"]
+++*/
/*
 * Fine: spin_trylock() never waits, so lockdep does not compare its type with that of the raw lock
 * around it, and no might_sleep() is in it. Only trylock and lock differ from lockdep-spin-in-raw.
 */
static DEFINE_RAW_SPINLOCK(outer);
static DEFINE_SPINLOCK(inner);

void caller(void)
{
	raw_spin_lock(&outer);
	if (spin_trylock(&inner))
		spin_unlock(&inner);
	raw_spin_unlock(&outer);
}
