/*+++
title = "lockdep reports once"
kernel = "v5.9"
config = "preempt-debug"
[[run]]
context = "task"
entry = "caller"
[expect]
always = ["invalid-wait-context", "R-lock-recursion", "hang"]
never = ["recursive"]
+++*/
/*
 * Two faults. The first is reported, and lockdep switches itself off; so nobody reports the second, a
 * lock taken twice by one context, and it hangs in silence.
 */
static DEFINE_RAW_SPINLOCK(outer);
static DEFINE_SPINLOCK(inner);

void caller(void)
{
	raw_spin_lock(&outer);
	spin_lock(&inner);
	raw_spin_lock(&outer);
	raw_spin_unlock(&outer);
	spin_unlock(&inner);
	raw_spin_unlock(&outer);
}
