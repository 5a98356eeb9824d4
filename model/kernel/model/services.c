// SPDX-License-Identifier: GPL-2.0-only
/* The services of this kernel; the order is that of enum model_service_id. */
#include <linux/interrupt.h>
#include <linux/hrtimer.h>
#include <linux/irq_work.h>
#include <linux/rcupdate.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include <model/service.h>

const struct model_service model_services[NR_MODEL_SERVICES] = {
	[MODEL_SERVICE_SOFTIRQ] = { "tasklet", __do_softirq },
	[MODEL_SERVICE_TIMER] = { "timer", run_timer_softirq },
	[MODEL_SERVICE_HRTIMER] = { "hrtimer", hrtimer_interrupt_default },
	[MODEL_SERVICE_HRTIMER_HARD] = { "hrtimer_hard", hrtimer_interrupt },
	[MODEL_SERVICE_HRTIMER_SOFT] = { "hrtimer_soft", hrtimer_run_softirq },
	[MODEL_SERVICE_IRQ_WORK] = { "irq_work", irq_work_run },
	[MODEL_SERVICE_IRQ_WORK_HARD] = { "irq_work_hard", irq_work_run_hard },
	[MODEL_SERVICE_IRQ_WORK_LAZY] = { "irq_work", irq_work_tick },
	[MODEL_SERVICE_RCU_SOFTIRQ] = { "rcu_callback", rcu_core_si, .awaited = 1 },
	[MODEL_SERVICE_RCU_GP] = { "task", rcu_gp_kthread, .awaited = 1 },
	[MODEL_SERVICE_WORKQUEUE] = { "workqueue", worker_thread },
	[MODEL_SERVICE_WORKQUEUE_HIGHPRI] = { "workqueue", worker_thread_highpri },
};
