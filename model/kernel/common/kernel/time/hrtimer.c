// SPDX-License-Identifier: GPL-2.0-only
/*
 * High-resolution timers: three lists a CPU under one raw lock, by what runs the callback. A default
 * timer runs in the interrupt, on PREEMPT_RT in HRTIMER_SOFTIRQ. Every queued timer has expired when
 * its service arrives: there is no clock.
 */
#include <linux/hrtimer.h>
#include <linux/kernel.h>
#include <model/service.h>

struct hrtimer_cpu_base {
	raw_spinlock_t lock;
	struct list_head queue[HRTIMER_MAX_BASES];
};

static DEFINE_PER_CPU(struct hrtimer_cpu_base, hrtimer_bases);

static const unsigned int hrtimer_service[HRTIMER_MAX_BASES] = {
	MODEL_SERVICE_HRTIMER_HARD, MODEL_SERVICE_HRTIMER, MODEL_SERVICE_HRTIMER_SOFT,
};

static enum hrtimer_base_type hrtimer_base_of(enum hrtimer_mode mode)
{
	if (mode & HRTIMER_MODE_HARD)
		return HRTIMER_BASE_HARD;
	if (mode & HRTIMER_MODE_SOFT)
		return HRTIMER_BASE_SOFT;
	return IS_ENABLED(CONFIG_PREEMPT_RT) ? HRTIMER_BASE_SOFT : HRTIMER_BASE_DEFAULT;
}

void hrtimer_init(struct hrtimer *timer, int clock_id, enum hrtimer_mode mode)
{
	timer->node.next = NULL;
	timer->base = hrtimer_base_of(mode);
	timer->cpu = smp_processor_id();
}

static void remove_hrtimer(struct hrtimer *timer)
{
	list_del(&timer->node);
	timer->node.next = NULL;
}

/* From any context but NMI: the base's raw lock, and the hardware is told. */
void hrtimer_start(struct hrtimer *timer, ktime_t tim, enum hrtimer_mode mode)
{
	struct hrtimer_cpu_base *cpu_base;
	unsigned long flags;

	atomic {
		local_irq_save(flags);
		if (!timer->node.next)
			timer->cpu = smp_processor_id();
		cpu_base = per_cpu_ptr(&hrtimer_bases, timer->cpu);
		raw_spin_lock(&cpu_base->lock);
		if (timer->node.next)
			remove_hrtimer(timer);
		list_add_tail(&timer->node, &cpu_base->queue[timer->base]);
		__arm(hrtimer_service[timer->base], timer->cpu);
		raw_spin_unlock(&cpu_base->lock);
		local_irq_restore(flags);
	}
}

/* 1: it was queued and is not any more. A callback under way is not waited for. */
int hrtimer_try_to_cancel(struct hrtimer *timer)
{
	struct hrtimer_cpu_base *cpu_base = per_cpu_ptr(&hrtimer_bases, timer->cpu);
	unsigned long flags;
	int queued;

	atomic {
		raw_spin_lock_irqsave(&cpu_base->lock, flags);
		queued = timer->node.next != NULL;
		if (queued)
			remove_hrtimer(timer);
		raw_spin_unlock_irqrestore(&cpu_base->lock, flags);
	}
	return queued;
}

/* The next that has expired, no longer queued. */
static struct hrtimer *dequeue_hrtimer(enum hrtimer_base_type base)
{
	struct hrtimer_cpu_base *cpu_base = this_cpu_ptr(&hrtimer_bases);
	struct hrtimer *timer;
	unsigned long flags;

	raw_spin_lock_irqsave(&cpu_base->lock, flags);
	timer = list_first_entry_or_null(&cpu_base->queue[base], struct hrtimer, node);
	if (timer)
		remove_hrtimer(timer);
	raw_spin_unlock_irqrestore(&cpu_base->lock, flags);
	return timer;
}

/* One step, but for the callbacks. */
static void __hrtimer_run_queues(enum hrtimer_base_type base)
{
	struct hrtimer *timer;
	bool restarted = false;

	do {
		atomic {
			timer = dequeue_hrtimer(base);
		}
		if (timer && timer->function(timer) == HRTIMER_RESTART && !timer->node.next) {
			hrtimer_start(timer, 0, HRTIMER_MODE_REL);
			restarted = true;
		}
	} while (timer && !restarted);
}

/* The interrupt, for timers that ask for it on PREEMPT_RT too. */
void hrtimer_interrupt(void)
{
	__hrtimer_run_queues(HRTIMER_BASE_HARD);
}

/* The interrupt, for the others: lockdep counts these callbacks as threaded. */
void hrtimer_interrupt_default(void)
{
	__hrtimer_run_queues(HRTIMER_BASE_DEFAULT);
}

/* HRTIMER_SOFTIRQ. */
void hrtimer_run_softirq(void)
{
	__hrtimer_run_queues(HRTIMER_BASE_SOFT);
}

void hrtimers_init(void)
{
	struct hrtimer_cpu_base *cpu_base;
	int cpu, i;

	for_each_possible_cpu(cpu) {
		cpu_base = per_cpu_ptr(&hrtimer_bases, cpu);
		raw_spin_lock_init(&cpu_base->lock);
		for (i = 0; i < HRTIMER_MAX_BASES; i++)
			INIT_LIST_HEAD(&cpu_base->queue[i]);
	}
}
