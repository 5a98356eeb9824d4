// SPDX-License-Identifier: GPL-2.0-only
/*
 * call_rcu() and grace periods; in the kernel the first part of kernel/rcu/tree.c. A callback waits
 * on its CPU's list. RCU_SOFTIRQ, which the tick raises while there are callbacks, asks for a grace
 * period and, after that, invokes them. The grace-period thread waits for the readers; who they are is
 * the machine's knowledge.
 *
 * One node (no tree), no offloading, no expedited grace periods, no stall warnings.
 */
#include <linux/completion.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <model/service.h>

struct rcu_cblist {
	struct rcu_head *head;
	struct rcu_head **tail;
};

/* Segments of the kernel's rcu_segcblist, as lists of their own. */
struct rcu_data {
	struct rcu_cblist next;		/* not yet assigned a grace period */
	struct rcu_cblist wait;		/* wait for that number: */
	unsigned long gp_seq;
	struct rcu_cblist done;		/* can be invoked */
};

struct rcu_state {
	raw_spinlock_t lock;		/* the root rcu_node's */
	unsigned long gp_seq;		/* low bits: one is under way */
	unsigned long gp_seq_needed;
	struct task_struct gp_kthread;
};

static DEFINE_PER_CPU(struct rcu_data, rcu_data);
static struct rcu_state rcu_state;

int rcu_scheduler_active = RCU_SCHEDULER_INACTIVE;

#define RCU_SEQ_CTR_SHIFT 2
#define RCU_SEQ_STATE_MASK ((1UL << RCU_SEQ_CTR_SHIFT) - 1)

#define rcu_seq_state(s) ((s) & RCU_SEQ_STATE_MASK)
#define rcu_seq_start(sp) (*(sp) += 1)
#define rcu_seq_end(sp) (*(sp) = (*(sp) | RCU_SEQ_STATE_MASK) + 1)
/* The number at which a full grace period from now on has passed. */
#define rcu_seq_snap(sp) ((*(sp) + 2 * RCU_SEQ_STATE_MASK + 1) & ~RCU_SEQ_STATE_MASK)
#define rcu_seq_done(sp, s) (*(sp) >= (s))

#define rcu_cblist_empty(list) ((list)->head == NULL)

static void rcu_cblist_init(struct rcu_cblist *list)
{
	list->head = NULL;
	list->tail = &list->head;
}

static void rcu_cblist_enqueue(struct rcu_cblist *list, struct rcu_head *head)
{
	*list->tail = head;
	list->tail = &head->next;
}

static void rcu_cblist_splice(struct rcu_cblist *from, struct rcu_cblist *to)
{
	*to->tail = from->head;
	to->tail = from->tail;
	rcu_cblist_init(from);
}

/* From any context but NMI. No lock: the tick sees to the rest. */
void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	unsigned long flags;

	head->func = func;
	head->next = NULL;
	atomic {
		local_irq_save(flags);
		rcu_cblist_enqueue(&this_cpu_ptr(&rcu_data)->next, head);
		__arm(MODEL_SERVICE_RCU_SOFTIRQ, smp_processor_id());
		local_irq_restore(flags);
	}
}

/* True when the grace-period thread must be woken for it. */
static bool rcu_start_this_gp(unsigned long gp_seq_req)
{
	if (rcu_state.gp_seq_needed >= gp_seq_req)
		return false;

	rcu_state.gp_seq_needed = gp_seq_req;
	return !rcu_seq_state(rcu_state.gp_seq);
}

/* Moves this CPU's callbacks on; true when the grace-period thread must be woken. */
static bool __note_gp_changes(struct rcu_data *rdp)
{
	if (!rcu_cblist_empty(&rdp->wait) && rcu_seq_done(&rcu_state.gp_seq, rdp->gp_seq))
		rcu_cblist_splice(&rdp->wait, &rdp->done);

	if (!rcu_cblist_empty(&rdp->wait) || rcu_cblist_empty(&rdp->next))
		return false;

	rcu_cblist_splice(&rdp->next, &rdp->wait);
	rdp->gp_seq = rcu_seq_snap(&rcu_state.gp_seq);
	return rcu_start_this_gp(rdp->gp_seq);
}

static void note_gp_changes(struct rcu_data *rdp)
{
	unsigned long flags;
	bool needwake;

	raw_spin_lock_irqsave(&rcu_state.lock, flags);
	needwake = __note_gp_changes(rdp);
	raw_spin_unlock_irqrestore(&rcu_state.lock, flags);
	if (needwake)
		wake_up_process(&rcu_state.gp_kthread);
}

/* The callbacks that can be invoked, taken off the list. */
static struct rcu_head *rcu_cblist_done(struct rcu_data *rdp)
{
	struct rcu_head *head;
	unsigned long flags;

	local_irq_save(flags);
	head = rdp->done.head;
	rcu_cblist_init(&rdp->done);
	local_irq_restore(flags);
	return head;
}

/* RCU_SOFTIRQ. One step, but for the callbacks. */
void rcu_core_si(void)
{
	struct rcu_head *head, *next;
	struct rcu_data *rdp;

	atomic {
		rdp = this_cpu_ptr(&rcu_data);
		note_gp_changes(rdp);
		head = rcu_cblist_done(rdp);
	}
	for (; head; head = next) {
		next = head->next;
		head->func(head);
	}
}

static bool rcu_gp_init(void)
{
	bool needed;

	raw_spin_lock_irq(&rcu_state.lock);
	needed = rcu_state.gp_seq_needed > rcu_state.gp_seq;
	if (needed)
		rcu_seq_start(&rcu_state.gp_seq);
	else
		rcu_state.gp_kthread.__state = TASK_INTERRUPTIBLE;
	raw_spin_unlock_irq(&rcu_state.lock);
	if (needed)
		__gp_begin();
	return needed;
}

/* The next tick of each CPU that waits for it will see that the grace period is over. */
static void rcu_gp_cleanup(void)
{
	int cpu;

	raw_spin_lock_irq(&rcu_state.lock);
	rcu_seq_end(&rcu_state.gp_seq);
	for_each_possible_cpu(cpu) {
		if (!rcu_cblist_empty(&per_cpu_ptr(&rcu_data, cpu)->wait))
			__arm(MODEL_SERVICE_RCU_SOFTIRQ, cpu);
	}
	raw_spin_unlock_irq(&rcu_state.lock);
}

void rcu_gp_kthread(void)
{
	bool needed;

	atomic {
		needed = rcu_gp_init();
	}
	while (needed) {
		__gp_wait();
		atomic {
			rcu_gp_cleanup();
			needed = rcu_gp_init();
		}
	}
}

struct rcu_synchronize {
	struct rcu_head head;
	struct completion completion;
};

static void wakeme_after_rcu(struct rcu_head *head)
{
	complete(&container_of(head, struct rcu_synchronize, head)->completion);
}

void synchronize_rcu(void)
{
	struct rcu_synchronize rs;

	might_sleep();
	init_completion(&rs.completion);
	call_rcu(&rs.head, wakeme_after_rcu);
	wait_for_completion(&rs.completion);
}

/* For poll_state_synchronize_rcu(), which says whether a grace period has passed since. */
unsigned long get_state_synchronize_rcu(void)
{
	return rcu_seq_snap(&rcu_state.gp_seq);
}

bool poll_state_synchronize_rcu(unsigned long oldstate)
{
	return rcu_seq_done(&rcu_state.gp_seq, oldstate);
}

void rcu_init(void)
{
	struct rcu_data *rdp;
	int cpu;

	raw_spin_lock_init(&rcu_state.lock);
	kthread_init(&rcu_state.gp_kthread, MODEL_SERVICE_RCU_GP, 0);
	for_each_possible_cpu(cpu) {
		rdp = per_cpu_ptr(&rcu_data, cpu);
		rcu_cblist_init(&rdp->next);
		rcu_cblist_init(&rdp->wait);
		rcu_cblist_init(&rdp->done);
	}
	rcu_scheduler_active = RCU_SCHEDULER_INIT;
}
