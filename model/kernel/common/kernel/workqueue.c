// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workqueues: two pools of works a CPU, each with a raw lock and one worker. Queueing wakes the
 * worker, under the pool's lock: hence pi_lock and the run queue's lock. A worker that sleeps does not
 * bring in another one, so works of a pool run one after the other. What happens with interrupts off
 * is one step.
 */
#include <linux/irqflags.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/workqueue.h>
#include <model/service.h>

struct worker_pool {
	raw_spinlock_t lock;
	struct list_head worklist;
	struct task_struct worker;
};

enum { CPU_POOL_NORMAL, CPU_POOL_HIGHPRI, NR_STD_WORKER_POOLS };

static DEFINE_PER_CPU(struct worker_pool, cpu_worker_pools[NR_STD_WORKER_POOLS]);

static struct workqueue_struct events = {
	.name = "events",
	.lockdep_map = { .name = "(wq_completion)events" },
};
static struct workqueue_struct events_highpri = {
	.name = "events_highpri",
	.highpri = true,
	.lockdep_map = { .name = "(wq_completion)events_highpri" },
};

struct workqueue_struct *system_wq = &events;
struct workqueue_struct *system_highpri_wq = &events_highpri;

static struct worker_pool *pool_of(struct workqueue_struct *wq, int cpu)
{
	struct worker_pool *pools = *per_cpu_ptr(&cpu_worker_pools, cpu);

	return &pools[wq->highpri ? CPU_POOL_HIGHPRI : CPU_POOL_NORMAL];
}

static void insert_work(struct worker_pool *pool, struct work_struct *work)
{
	list_add_tail(&work->entry, &pool->worklist);
	wake_up_process(&pool->worker);
}

/* Interrupts are off. */
static void __queue_work(int cpu, struct workqueue_struct *wq, struct work_struct *work)
{
	struct worker_pool *pool;

	rcu_read_lock();
	if (cpu == WORK_CPU_UNBOUND)
		cpu = smp_processor_id();
	pool = pool_of(wq, cpu);
	raw_spin_lock(&pool->lock);
	if (!WARN_ON(!list_empty(&work->entry)))
		insert_work(pool, work);
	raw_spin_unlock(&pool->lock);
	rcu_read_unlock();
}

bool queue_work_on(int cpu, struct workqueue_struct *wq, struct work_struct *work)
{
	unsigned long flags;
	bool ret = false;

	atomic {
		local_irq_save(flags);
		if (!test_and_set_bit(WORK_STRUCT_PENDING_BIT, &work->data)) {
			__queue_work(cpu, wq, work);
			ret = true;
		}
		local_irq_restore(flags);
	}
	return ret;
}

/* The timer is TIMER_IRQSAFE: interrupts are off. */
void delayed_work_timer_fn(struct timer_list *t)
{
	struct delayed_work *dwork = from_timer(dwork, t, timer);

	atomic {
		__queue_work(dwork->cpu, dwork->wq, &dwork->work);
	}
}

static void __queue_delayed_work(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
				 unsigned long delay)
{
	struct timer_list *timer = &dwork->timer;

	if (!delay) {
		__queue_work(cpu, wq, &dwork->work);
		return;
	}
	dwork->wq = wq;
	dwork->cpu = cpu;
	timer->expires = jiffies + delay;
	add_timer(timer);
}

bool queue_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			   unsigned long delay)
{
	unsigned long flags;
	bool ret = false;

	atomic {
		local_irq_save(flags);
		if (!test_and_set_bit(WORK_STRUCT_PENDING_BIT, &dwork->work.data)) {
			__queue_delayed_work(cpu, wq, dwork, delay);
			ret = true;
		}
		local_irq_restore(flags);
	}
	return ret;
}

/* Takes a pending work off the timer's list or the pool's: 1 when it was pending, interrupts off. */
static bool try_to_grab_pending(struct workqueue_struct *wq, struct delayed_work *dwork)
{
	struct work_struct *work = &dwork->work;
	struct worker_pool *pool;

	if (del_timer(&dwork->timer))
		return true;
	if (!test_and_set_bit(WORK_STRUCT_PENDING_BIT, &work->data))
		return false;

	pool = pool_of(wq, smp_processor_id());
	raw_spin_lock(&pool->lock);
	if (!list_empty(&work->entry))
		list_del_init(&work->entry);
	raw_spin_unlock(&pool->lock);
	return true;
}

/* Whether it was pending; then it has the new delay. */
bool mod_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			 unsigned long delay)
{
	unsigned long flags;
	bool ret;

	atomic {
		local_irq_save(flags);
		ret = try_to_grab_pending(wq, dwork);
		__queue_delayed_work(cpu, wq, dwork, delay);
		local_irq_restore(flags);
	}
	return ret;
}

static void rcu_work_rcufn(struct rcu_head *rcu)
{
	struct rcu_work *rwork = container_of(rcu, struct rcu_work, rcu);

	atomic {
		local_irq_disable();
		__queue_work(WORK_CPU_UNBOUND, rwork->wq, &rwork->work);
		local_irq_enable();
	}
}

/* After a grace period. */
bool queue_rcu_work(struct workqueue_struct *wq, struct rcu_work *rwork)
{
	if (test_and_set_bit(WORK_STRUCT_PENDING_BIT, &rwork->work.data))
		return false;

	rwork->wq = wq;
	call_rcu(&rwork->rcu, rcu_work_rcufn);
	return true;
}

/* The next work, which from now on can be queued again; without one the worker goes to sleep. */
static struct work_struct *next_work(struct worker_pool *pool)
{
	struct work_struct *work;

	raw_spin_lock_irq(&pool->lock);
	work = list_first_entry_or_null(&pool->worklist, struct work_struct, entry);
	if (work) {
		list_del_init(&work->entry);
		clear_bit(WORK_STRUCT_PENDING_BIT, &work->data);
	} else {
		pool->worker.__state = TASK_INTERRUPTIBLE;
	}
	raw_spin_unlock_irq(&pool->lock);
	return work;
}

/* One step, but for the works; a work may free itself. */
static void process_works(struct workqueue_struct *wq)
{
	struct lockdep_map lockdep_map;
	struct worker_pool *pool;
	struct work_struct *work;

	do {
		atomic {
			pool = pool_of(wq, smp_processor_id());
			work = next_work(pool);
			if (work) {
				lockdep_map = work->lockdep_map;
				lock_map_acquire(&lockdep_map);
			}
		}
		if (work) {
			work->func(work);
			atomic {
				lock_map_release(&lockdep_map);
				cond_resched();
			}
		}
	} while (work);
}

void worker_thread(void)
{
	process_works(system_wq);
}

void worker_thread_highpri(void)
{
	process_works(system_highpri_wq);
}

void workqueue_init(void)
{
	struct worker_pool *pools;
	int cpu;
	int i;

	for_each_possible_cpu(cpu) {
		pools = *per_cpu_ptr(&cpu_worker_pools, cpu);
		for (i = 0; i < NR_STD_WORKER_POOLS; i++) {
			raw_spin_lock_init(&pools[i].lock);
			INIT_LIST_HEAD(&pools[i].worklist);
			kthread_init(&pools[i].worker, i == CPU_POOL_NORMAL ?
				     MODEL_SERVICE_WORKQUEUE : MODEL_SERVICE_WORKQUEUE_HIGHPRI, cpu);
		}
	}
}
