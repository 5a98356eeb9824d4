/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_TIMER_H
#define _LINUX_TIMER_H

#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/spinlock.h>

#define TIMER_CPUMASK 0x0003ffff
#define TIMER_DEFERRABLE 0x00080000
#define TIMER_PINNED 0x00100000
#define TIMER_IRQSAFE 0x00200000

struct timer_list {
	struct list_head entry;		/* entry.next is NULL while the timer is not pending */
	unsigned long expires;
	void (*function)(struct timer_list *timer);
	u32 flags;			/* with the CPU in TIMER_CPUMASK */
};

#define __TIMER_INITIALIZER(_function, _flags) { .function = (_function), .flags = (_flags) }
#define DEFINE_TIMER(name, function) struct timer_list name = __TIMER_INITIALIZER(function, 0)

#define timer_setup(timer, callback, timer_flags) ({	\
	(timer)->entry.next = NULL;			\
	(timer)->function = (callback);			\
	(timer)->flags = (timer_flags);			\
	})

#define timer_pending(timer) ((timer)->entry.next != NULL)
#define from_timer(var, callback_timer, timer_fieldname) \
	container_of(callback_timer, typeof(*var), timer_fieldname)

void init_timers(void);
void add_timer(struct timer_list *timer);
int mod_timer(struct timer_list *timer, unsigned long expires);
int del_timer(struct timer_list *timer);
void run_timer_softirq(void);

#endif
