// SPDX-License-Identifier: GPL-2.0-only
/*
 * Timers: a list for each CPU, under a raw lock. Without a clock any pending timer may be the next
 * that expires, whenever TIMER_SOFTIRQ can be served. One base a CPU, no wheel.
 */
#include <linux/percpu.h>
#include <linux/timer.h>
#include <model/boot.h>
#include <model/service.h>

struct timer_base {
	raw_spinlock_t lock;
	unsigned int nr_timers;
	struct list_head timers;
#ifdef CONFIG_PREEMPT_RT
	spinlock_t expiry_lock;		/* held while callbacks run: del_timer_sync() waits for it */
#endif
};

static DEFINE_PER_CPU(struct timer_base, timer_bases);

#define timer_base_of(timer) per_cpu_ptr(&timer_bases, (int)((timer)->flags & TIMER_CPUMASK))

#ifdef CONFIG_PREEMPT_RT
#define timer_base_lock_expiry(base) spin_lock(&(base)->expiry_lock)
#define timer_base_unlock_expiry(base) spin_unlock(&(base)->expiry_lock)
#else
#define timer_base_lock_expiry(base) ((void)(base))
#define timer_base_unlock_expiry(base) ((void)(base))
#endif

static void detach_timer(struct timer_base *base, struct timer_list *timer)
{
	list_del(&timer->entry);
	timer->entry.next = NULL;
	base->nr_timers--;
}

static void enqueue_timer(struct timer_base *base, struct timer_list *timer)
{
	list_add_tail(&timer->entry, &base->timers);
	base->nr_timers++;
	__arm(MODEL_SERVICE_TIMER, timer->flags & TIMER_CPUMASK);
}

/* A pending timer keeps its place and CPU here, whatever the new time; the kernel may move it. */
static int __mod_timer(struct timer_list *timer, unsigned long expires)
{
	struct timer_base *base;
	unsigned long flags;
	int pending;

	atomic {
		local_irq_save(flags);
		if (!timer_pending(timer))
			timer->flags = (timer->flags & ~TIMER_CPUMASK) | smp_processor_id();
		base = timer_base_of(timer);
		raw_spin_lock(&base->lock);
		pending = timer_pending(timer);
		timer->expires = expires;
		if (!pending)
			enqueue_timer(base, timer);
		raw_spin_unlock(&base->lock);
		local_irq_restore(flags);
	}
	return pending;
}

void add_timer(struct timer_list *timer)
{
	BUG_ON(timer_pending(timer));
	__mod_timer(timer, timer->expires);
}

int mod_timer(struct timer_list *timer, unsigned long expires)
{
	return __mod_timer(timer, expires);
}

int del_timer(struct timer_list *timer)
{
	struct timer_base *base;
	unsigned long flags;
	int pending;

	if (!timer_pending(timer))
		return 0;

	base = timer_base_of(timer);
	atomic {
		raw_spin_lock_irqsave(&base->lock, flags);
		pending = timer_pending(timer);
		if (pending)
			detach_timer(base, timer);
		raw_spin_unlock_irqrestore(&base->lock, flags);
	}
	return pending;
}

/* Which of the pending timers it is that expires. */
static struct timer_list *expired_timer(struct timer_base *base)
{
	unsigned int nth = base->nr_timers > 1 ? __choose(base->nr_timers) : 0;
	struct list_head *pos = base->timers.next;

	while (nth--)
		pos = pos->next;
	return list_entry(pos, struct timer_list, entry);
}

static void call_timer_fn(struct timer_list *timer)
{
	if (timer->flags & TIMER_IRQSAFE) {
		local_irq_disable();
		timer->function(timer);
		local_irq_enable();
	} else {
		timer->function(timer);
	}
}

/* TIMER_SOFTIRQ: one timer a time. One step, but for the callback. */
void run_timer_softirq(void)
{
	struct timer_base *base = this_cpu_ptr(&timer_bases);
	struct timer_list *timer = NULL;

	timer_base_lock_expiry(base);
	atomic {
		raw_spin_lock_irq(&base->lock);
		if (base->nr_timers) {
			timer = expired_timer(base);
			detach_timer(base, timer);
			if (base->nr_timers)
				__arm(MODEL_SERVICE_TIMER, smp_processor_id());
		}
		raw_spin_unlock_irq(&base->lock);
	}
	if (timer)
		call_timer_fn(timer);
	timer_base_unlock_expiry(base);
}

void init_timers(void)
{
	struct timer_base *base;
	int cpu;

	for_each_possible_cpu(cpu) {
		base = per_cpu_ptr(&timer_bases, cpu);
		raw_spin_lock_init(&base->lock);
		INIT_LIST_HEAD(&base->timers);
#ifdef CONFIG_PREEMPT_RT
		spin_lock_init(&base->expiry_lock);
#endif
	}
}
