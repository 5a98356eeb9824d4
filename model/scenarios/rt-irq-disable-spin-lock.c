/*+++
title = "local_irq_disable() and spin_lock(), apart and together"
kernel = "v5.9"
configs = ["preempt-debug", "rt-debug", "rt-nodebug"]
[[run]]
context = "task"
entry = "apart"
[expect.preempt-debug]
never = ["violation"]
[expect.rt-debug]
always = ["sleeping-in-atomic"]
[expect.rt-nodebug]
always = ["silent", "R-might-sleep"]
+++*/
/*
 * Wrong on PREEMPT_RT: interrupts are off, and spin_lock() is a sleeping lock. spin_lock_irq() says
 * the same thing without PREEMPT_RT, and leaves interrupts on with it.
 */
static DEFINE_SPINLOCK(lock);

void apart(void)
{
	spin_lock_irq(&lock);
	spin_unlock_irq(&lock);

	local_irq_disable();
	spin_lock(&lock);
	spin_unlock(&lock);
	local_irq_enable();
}
