/*+++
title = "A spinlock_t inside a raw_spinlock_t"
kernel = "v5.9"
configs = ["preempt-debug", "preempt-nodebug", "rt-debug", "rt-nodebug"]
[[run]]
context = "task"
entry = "caller"
[expect]
always = ["R-wait-type"]
[expect.preempt-debug]
always = ["invalid-wait-context"]
never = ["sleeping-in-atomic"]
[expect.preempt-nodebug]
always = ["silent"]
[expect.rt-debug]
always = ["invalid-wait-context", "sleeping-in-atomic"]
[expect.rt-nodebug]
always = ["silent"]
+++*/
/* Wrong everywhere: the inner lock's wait type is 3, and the outer one allows 2. */
static DEFINE_RAW_SPINLOCK(outer);
static DEFINE_SPINLOCK(inner);

void caller(void)
{
	raw_spin_lock(&outer);
	spin_lock(&inner);
	spin_unlock(&inner);
	raw_spin_unlock(&outer);
}
