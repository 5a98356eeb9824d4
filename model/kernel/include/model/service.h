/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel sets off by itself: timers, works, softirqs, callbacks. Each service exists once
 * a CPU, and is known by the context it runs in and the function that is called there.
 */
#ifndef _MODEL_SERVICE_H
#define _MODEL_SERVICE_H

struct model_service {
	const char *context;		/* a word a scenario's [[run]] could say */
	void (*entry)(void);
	unsigned long awaited;		/* tasks sleep until it has run: grace periods */
};

/* Indices of model_services[], in model/services.c. */
enum model_service_id {
	MODEL_SERVICE_SOFTIRQ,
	MODEL_SERVICE_TIMER,
	MODEL_SERVICE_HRTIMER,
	MODEL_SERVICE_HRTIMER_HARD,
	MODEL_SERVICE_HRTIMER_SOFT,
	MODEL_SERVICE_IRQ_WORK,
	MODEL_SERVICE_IRQ_WORK_HARD,
	MODEL_SERVICE_IRQ_WORK_LAZY,
	MODEL_SERVICE_RCU_SOFTIRQ,
	MODEL_SERVICE_RCU_GP,
	MODEL_SERVICE_WORKQUEUE,
	MODEL_SERVICE_WORKQUEUE_HIGHPRI,
	NR_MODEL_SERVICES,
};

extern const struct model_service model_services[NR_MODEL_SERVICES];

/*
 * Makes a service due on a CPU. An interrupt-like one arrives as soon as that CPU allows it, or
 * later: there is no clock; softirqs raised in an interrupt are served when it ends. A task-like one
 * becomes a thread that calls entry() and ends when that returns. Arming twice is arming once;
 * arming a service that has begun makes it run again.
 */
void __arm(unsigned int service, unsigned int cpu);
void __disarm(unsigned int service, unsigned int cpu);
int __armed(unsigned int service, unsigned int cpu);

/* Sleeps until *word is not zero. */
void __wait_word(const unsigned int *word);

/*
 * A grace period: begin notes every context that is inside an RCU reader now (rcu_read_lock(), or
 * preemption, bottom halves or interrupts off, or serving an interrupt), wait sleeps until all of
 * them have left. Periods that overlap become one.
 */
void __gp_begin(void);
void __gp_wait(void);

#endif
