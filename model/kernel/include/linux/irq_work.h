/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_IRQ_WORK_H
#define _LINUX_IRQ_WORK_H

#include <linux/bitops.h>
#include <linux/llist.h>

#define IRQ_WORK_PENDING BIT(0)
#define IRQ_WORK_BUSY BIT(1)
#define IRQ_WORK_LAZY BIT(2)		/* the next tick will do */
#define IRQ_WORK_HARD_IRQ BIT(3)	/* in the interrupt also on PREEMPT_RT */
#define IRQ_WORK_CLAIMED (IRQ_WORK_PENDING | IRQ_WORK_BUSY)

struct irq_work {
	unsigned long flags;
	struct llist_node llnode;
	void (*func)(struct irq_work *work);
};

#define __IRQ_WORK_INIT(_func, _flags) { .flags = (_flags), .func = (_func) }
#define IRQ_WORK_INIT(_func) __IRQ_WORK_INIT(_func, 0)
#define IRQ_WORK_INIT_LAZY(_func) __IRQ_WORK_INIT(_func, IRQ_WORK_LAZY)
#define IRQ_WORK_INIT_HARD(_func) __IRQ_WORK_INIT(_func, IRQ_WORK_HARD_IRQ)
#define DEFINE_IRQ_WORK(name, _f) struct irq_work name = IRQ_WORK_INIT(_f)

#define init_irq_work(work, _func) ({		\
	(work)->flags = 0;			\
	(work)->llnode.next = NULL;		\
	(work)->func = (_func);			\
	})

bool irq_work_queue(struct irq_work *work);

/* What runs them: see kernel/irq_work.c. */
void irq_work_run_hard(void);
void irq_work_run(void);
void irq_work_tick(void);

#endif
