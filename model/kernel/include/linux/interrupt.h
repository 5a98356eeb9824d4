/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_INTERRUPT_H
#define _LINUX_INTERRUPT_H

#include <linux/types.h>

enum {
	HI_SOFTIRQ = 0,
	TIMER_SOFTIRQ,
	NET_TX_SOFTIRQ,
	NET_RX_SOFTIRQ,
	BLOCK_SOFTIRQ,
	IRQ_POLL_SOFTIRQ,
	TASKLET_SOFTIRQ,
	SCHED_SOFTIRQ,
	HRTIMER_SOFTIRQ,
	RCU_SOFTIRQ,
	NR_SOFTIRQS
};

/* Without the argument that v5.9 still passed and no action used. */
struct softirq_action {
	void (*action)(void);
};

void open_softirq(int nr, void (*action)(void));
void raise_softirq_irqoff(unsigned int nr);
void raise_softirq(unsigned int nr);
void __do_softirq(void);

enum {
	TASKLET_STATE_SCHED,	/* on a list, not run yet */
	TASKLET_STATE_RUN,
};

struct tasklet_struct {
	struct tasklet_struct *next;
	unsigned long state;
	void (*func)(unsigned long data);
	unsigned long data;
};

#define DECLARE_TASKLET_OLD(name, _func) \
	struct tasklet_struct name = { .func = (_func) }

void tasklet_init(struct tasklet_struct *t, void (*func)(unsigned long), unsigned long data);
void tasklet_schedule(struct tasklet_struct *t);

#endif
