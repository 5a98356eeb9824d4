/*+++
title = "preempt_disable() is no lock"
kernel = "v5.9"
configs = ["preempt-debug", "preempt-nodebug", "rt-debug", "rt-nodebug"]
[[run]]
context = "task"
entry = "caller"
[expect]
never = ["invalid-wait-context"]
[expect.preempt-debug]
never = ["violation"]
[expect.preempt-nodebug]
never = ["violation"]
[expect.rt-debug]
always = ["sleeping-in-atomic"]
[expect.rt-nodebug]
always = ["silent", "R-might-sleep"]
+++*/
/*
 * Wrong on PREEMPT_RT, and the wait types say nothing on any configuration: lockdep compares with
 * the locks that are held, and none is. might_sleep() in the sleeping lock sees it, on PREEMPT_RT only.
 */
static DEFINE_SPINLOCK(inner);

void caller(void)
{
	preempt_disable();
	spin_lock(&inner);
	spin_unlock(&inner);
	preempt_enable();
}
