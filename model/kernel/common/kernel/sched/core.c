// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waking a task: which locks that takes. Which task then runs is the machine's affair. Sections with
 * interrupts off that nothing here looks into are one step each.
 */
#include <linux/kernel.h>
#include <linux/sched.h>
#include <model/service.h>

struct task_struct model_tasks[NR_MODEL_TASKS];

struct rq {
	raw_spinlock_t lock;
};

static DEFINE_PER_CPU(struct rq, runqueues);

#define cpu_rq(cpu) per_cpu_ptr(&runqueues, cpu)

/* Puts it on the run queue of its CPU. A thread that sleeps between calls begins one. */
static void ttwu_queue(struct task_struct *p)
{
	struct rq *rq = cpu_rq(p->cpu);

	raw_spin_lock(&rq->lock);
	p->__state = TASK_RUNNING;
	if (p->service)
		__arm(p->service - 1, p->cpu);
	raw_spin_unlock(&rq->lock);
}

int try_to_wake_up(struct task_struct *p, unsigned int state)
{
	unsigned long flags;
	int success = 0;

	atomic {
		raw_spin_lock_irqsave(&p->pi_lock, flags);
		if (p->__state & state) {
			ttwu_queue(p);
			success = 1;
		}
		raw_spin_unlock_irqrestore(&p->pi_lock, flags);
	}
	return success;
}

int wake_up_process(struct task_struct *p)
{
	return try_to_wake_up(p, TASK_NORMAL);
}

void sched_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		raw_spin_lock_init(&cpu_rq(cpu)->lock);
}

static void rt_mutex_init_task(struct task_struct *p)
{
	raw_spin_lock_init(&p->pi_lock);
}

/* The scenario's tasks were not forked: they get their lock when somebody may want to wake them. */
void set_current_state(unsigned int state)
{
	struct task_struct *p = current;

	if (!p->pi_lock.dep_map.key)
		rt_mutex_init_task(p);
	p->__state = state;
}

/* A kernel thread that sleeps until it is woken, and whose body is that service. */
void kthread_init(struct task_struct *p, unsigned int service, int cpu)
{
	rt_mutex_init_task(p);
	p->prio = DEFAULT_PRIO;
	p->cpu = cpu;
	p->service = 1 + service;
	p->__state = TASK_INTERRUPTIBLE;
}
