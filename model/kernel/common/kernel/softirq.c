// SPDX-License-Identifier: GPL-2.0-only
/*
 * Softirqs and tasklets. Who serves a raised softirq is the machine's: the interrupt that raised it
 * when it ends, the end of a section with bottom halves off, or, raised by a task, whoever comes
 * next (another interrupt, ksoftirqd). On PREEMPT_RT a thread does it.
 */
#include <linux/interrupt.h>
#include <linux/irqflags.h>
#include <linux/percpu.h>
#include <linux/bitops.h>
#include <model/service.h>

static void tasklet_action(void);

static struct softirq_action softirq_vec[NR_SOFTIRQS] = {
	[TASKLET_SOFTIRQ] = { tasklet_action },
};
static DEFINE_PER_CPU(unsigned int, softirq_pending);

void open_softirq(int nr, void (*action)(void))
{
	softirq_vec[nr].action = action;
}

void raise_softirq_irqoff(unsigned int nr)
{
	*this_cpu_ptr(&softirq_pending) |= 1U << nr;
	__arm(MODEL_SERVICE_SOFTIRQ, smp_processor_id());
}

void raise_softirq(unsigned int nr)
{
	unsigned long flags;

	local_irq_save(flags);
	raise_softirq_irqoff(nr);
	local_irq_restore(flags);
}

/* Restarts as often as something is raised meanwhile: ksoftirqd never has to take over. */
void __do_softirq(void)
{
	unsigned int pending;
	unsigned int nr;

restart:
	local_irq_disable();
	pending = this_cpu_read(softirq_pending);
	this_cpu_write(softirq_pending, 0);
	__disarm(MODEL_SERVICE_SOFTIRQ, smp_processor_id());
	local_irq_enable();

	for (nr = 0; pending; nr++, pending >>= 1) {
		if (pending & 1)
			softirq_vec[nr].action();
	}

	if (this_cpu_read(softirq_pending))
		goto restart;
}

static DEFINE_PER_CPU(struct tasklet_struct *, tasklet_vec);

void tasklet_init(struct tasklet_struct *t, void (*func)(unsigned long), unsigned long data)
{
	t->next = NULL;
	t->state = 0;
	t->func = func;
	t->data = data;
}

/* The kernel's list is served first in, first out; this one the other way round. */
static void tasklet_action(void)
{
	struct tasklet_struct *list;
	struct tasklet_struct *t;

	local_irq_disable();
	list = this_cpu_read(tasklet_vec);
	this_cpu_write(tasklet_vec, NULL);
	local_irq_enable();

	while (list) {
		t = list;
		list = t->next;
		if (!test_and_set_bit(TASKLET_STATE_RUN, &t->state)) {
			clear_bit(TASKLET_STATE_SCHED, &t->state);
			t->func(t->data);
			clear_bit(TASKLET_STATE_RUN, &t->state);
			continue;
		}
		/* Another CPU runs it: once more later. */
		local_irq_disable();
		t->next = this_cpu_read(tasklet_vec);
		this_cpu_write(tasklet_vec, t);
		raise_softirq_irqoff(TASKLET_SOFTIRQ);
		local_irq_enable();
	}
}

void tasklet_schedule(struct tasklet_struct *t)
{
	unsigned long flags;

	if (test_and_set_bit(TASKLET_STATE_SCHED, &t->state))
		return;

	local_irq_save(flags);
	t->next = this_cpu_read(tasklet_vec);
	this_cpu_write(tasklet_vec, t);
	raise_softirq_irqoff(TASKLET_SOFTIRQ);
	local_irq_restore(flags);
}
