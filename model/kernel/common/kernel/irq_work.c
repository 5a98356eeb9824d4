// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work for interrupt context, queued without a lock, hence also from NMI. Plain and hard ones raise an
 * interrupt on this CPU, lazy ones wait for its tick. On PREEMPT_RT all but the hard ones run in a
 * thread of the CPU, which the interrupt (or the tick) wakes.
 */
#include <linux/bitops.h>
#include <linux/irq_work.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <model/service.h>

static DEFINE_PER_CPU(struct llist_head, raised_list);
static DEFINE_PER_CPU(struct llist_head, hard_list);
static DEFINE_PER_CPU(struct llist_head, lazy_list);

static bool irq_work_claim(struct irq_work *work)
{
	unsigned long oflags;

	atomic {
		oflags = work->flags;
		work->flags |= IRQ_WORK_CLAIMED;
	}
	return !(oflags & IRQ_WORK_PENDING);
}

/*
 * The kernel's raised_list holds hard and plain ones on one list and marks each for lockdep as it
 * runs; here each list has a service of its own kind.
 */
static void __irq_work_queue_local(struct irq_work *work)
{
	if (work->flags & IRQ_WORK_HARD_IRQ) {
		if (llist_add(&work->llnode, this_cpu_ptr(&hard_list)))
			__arm(MODEL_SERVICE_IRQ_WORK_HARD, smp_processor_id());
	} else if (work->flags & IRQ_WORK_LAZY) {
		if (llist_add(&work->llnode, this_cpu_ptr(&lazy_list)))
			__arm(MODEL_SERVICE_IRQ_WORK_LAZY, smp_processor_id());
	} else {
		if (llist_add(&work->llnode, this_cpu_ptr(&raised_list)))
			__arm(MODEL_SERVICE_IRQ_WORK, smp_processor_id());
	}
}

/* False when it is queued already. */
bool irq_work_queue(struct irq_work *work)
{
	if (!irq_work_claim(work))
		return false;

	preempt_disable();
	__irq_work_queue_local(work);
	preempt_enable();
	return true;
}

static void irq_work_single(struct irq_work *work)
{
	/* From here on it can be queued again. */
	work->flags &= ~IRQ_WORK_PENDING;
	work->func(work);
	if (!(work->flags & IRQ_WORK_PENDING))
		work->flags &= ~IRQ_WORK_BUSY;
}

static void irq_work_run_list(struct llist_head *list)
{
	struct llist_node *node = llist_del_all(list);
	struct llist_node *next;

	llist_for_each_safe(node, next, node)
		irq_work_single(llist_entry(node, struct irq_work, llnode));
}

void irq_work_run_hard(void)
{
	irq_work_run_list(this_cpu_ptr(&hard_list));
}

void irq_work_run(void)
{
	irq_work_run_list(this_cpu_ptr(&raised_list));
}

void irq_work_tick(void)
{
	irq_work_run_list(this_cpu_ptr(&lazy_list));
}
