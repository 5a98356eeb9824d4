/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_HRTIMER_H
#define _LINUX_HRTIMER_H

#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>

typedef s64 ktime_t;

#define CLOCK_MONOTONIC 1

enum hrtimer_mode {
	HRTIMER_MODE_ABS = 0x00,
	HRTIMER_MODE_REL = 0x01,
	HRTIMER_MODE_PINNED = 0x02,
	HRTIMER_MODE_SOFT = 0x04,
	HRTIMER_MODE_HARD = 0x08,
	HRTIMER_MODE_REL_PINNED = HRTIMER_MODE_REL | HRTIMER_MODE_PINNED,
	HRTIMER_MODE_REL_SOFT = HRTIMER_MODE_REL | HRTIMER_MODE_SOFT,
	HRTIMER_MODE_REL_HARD = HRTIMER_MODE_REL | HRTIMER_MODE_HARD,
};

enum hrtimer_restart {
	HRTIMER_NORESTART,
	HRTIMER_RESTART,
};

/* Which of a CPU's three queues: by what runs the callback. */
enum hrtimer_base_type {
	HRTIMER_BASE_HARD,	/* the interrupt, wherever PREEMPT_RT is off or the timer is HARD */
	HRTIMER_BASE_DEFAULT,	/* the interrupt too, but PREEMPT_RT would not run it there */
	HRTIMER_BASE_SOFT,	/* HRTIMER_SOFTIRQ */
	HRTIMER_MAX_BASES
};

struct hrtimer {
	struct list_head node;		/* node.next is NULL while it is not queued */
	enum hrtimer_restart (*function)(struct hrtimer *timer);
	enum hrtimer_base_type base;
	int cpu;
};

void hrtimers_init(void);
void hrtimer_init(struct hrtimer *timer, int clock_id, enum hrtimer_mode mode);
void hrtimer_start(struct hrtimer *timer, ktime_t tim, enum hrtimer_mode mode);
int hrtimer_try_to_cancel(struct hrtimer *timer);

static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *timer),
				 int clock_id, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock_id, mode);
	timer->function = function;
}

/* What runs them: see kernel/time/hrtimer.c. */
void hrtimer_interrupt(void);
void hrtimer_interrupt_default(void);
void hrtimer_run_softirq(void);

#endif
