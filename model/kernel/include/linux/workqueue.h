/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_WORKQUEUE_H
#define _LINUX_WORKQUEUE_H

#include <linux/bitops.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/rcupdate.h>
#include <linux/timer.h>

struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);

#define WORK_STRUCT_PENDING_BIT 0
#define WORK_CPU_UNBOUND NR_CPUS

struct work_struct {
	unsigned long data;		/* the kernel also keeps pool and colour here */
	struct list_head entry;
	work_func_t func;
	struct lockdep_map lockdep_map;
};

struct workqueue_struct {
	const char *name;
	bool highpri;
	struct lockdep_map lockdep_map;
};

struct delayed_work {
	struct work_struct work;
	struct timer_list timer;
	struct workqueue_struct *wq;
	int cpu;
};

struct rcu_work {
	struct work_struct work;
	struct rcu_head rcu;
	struct workqueue_struct *wq;
};

extern struct workqueue_struct *system_wq;
extern struct workqueue_struct *system_highpri_wq;

#define INIT_WORK(_work, _func) ({					\
	static struct lock_class_key __key;				\
	(_work)->data = 0;						\
	INIT_LIST_HEAD(&(_work)->entry);				\
	(_work)->func = (_func);					\
	(_work)->lockdep_map.key = &__key;				\
	(_work)->lockdep_map.name = "(work_completion)(" #_work ")";	\
	})
#define INIT_DELAYED_WORK(_work, _func) ({				\
	INIT_WORK(&(_work)->work, _func);				\
	timer_setup(&(_work)->timer, delayed_work_timer_fn, TIMER_IRQSAFE);	\
	})
#define INIT_RCU_WORK(_work, _func) INIT_WORK(&(_work)->work, _func)

#define work_pending(_work) test_bit(WORK_STRUCT_PENDING_BIT, &(_work)->data)
#define delayed_work_pending(w) work_pending(&(w)->work)

#define to_delayed_work(_work) container_of(_work, struct delayed_work, work)
#define to_rcu_work(_work) container_of(_work, struct rcu_work, work)

void workqueue_init(void);
bool queue_work_on(int cpu, struct workqueue_struct *wq, struct work_struct *work);
bool queue_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			   unsigned long delay);
bool mod_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			 unsigned long delay);
bool queue_rcu_work(struct workqueue_struct *wq, struct rcu_work *rwork);
void delayed_work_timer_fn(struct timer_list *t);

#define queue_work(wq, work) queue_work_on(WORK_CPU_UNBOUND, wq, work)
#define queue_delayed_work(wq, dwork, delay) \
	queue_delayed_work_on(WORK_CPU_UNBOUND, wq, dwork, delay)
#define mod_delayed_work(wq, dwork, delay) \
	mod_delayed_work_on(WORK_CPU_UNBOUND, wq, dwork, delay)
#define schedule_work(work) queue_work(system_wq, work)
#define schedule_delayed_work(dwork, delay) queue_delayed_work(system_wq, dwork, delay)

/* What kworkers run: see kernel/workqueue.c. */
void worker_thread(void);
void worker_thread_highpri(void);

#endif
