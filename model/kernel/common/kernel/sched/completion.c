// SPDX-License-Identifier: GPL-2.0-only
#include <linux/completion.h>
#include <model/service.h>

void complete(struct completion *x)
{
	unsigned long flags;

	atomic {
		raw_spin_lock_irqsave(&x->lock, flags);
		x->done++;
		if (x->waiter)
			wake_up_process(x->waiter);
		raw_spin_unlock_irqrestore(&x->lock, flags);
	}
}

/* Takes what complete() has left; else asks to be woken. */
static bool try_wait_for_completion(struct completion *x)
{
	bool done;

	atomic {
		raw_spin_lock_irq(&x->lock);
		done = x->done != 0;
		if (done)
			x->done--;
		x->waiter = done ? NULL : current;
		set_current_state(done ? TASK_RUNNING : TASK_UNINTERRUPTIBLE);
		raw_spin_unlock_irq(&x->lock);
	}
	return done;
}

void wait_for_completion(struct completion *x)
{
	might_sleep();
	while (!try_wait_for_completion(x))
		__wait_word(&x->done);
}
