/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_RCUPDATE_H
#define _LINUX_RCUPDATE_H

#include <linux/preempt.h>
#include <linux/types.h>

struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *head);
};

typedef void (*rcu_callback_t)(struct rcu_head *head);

void rcu_read_lock(void);
void rcu_read_unlock(void);
void rcu_read_lock_sched(void);
void rcu_read_unlock_sched(void);
void rcu_read_lock_bh(void);
void rcu_read_unlock_bh(void);

#define rcu_dereference(p) READ_ONCE(p)
#define rcu_assign_pointer(p, v) WRITE_ONCE(p, v)

void rcu_init(void);
void call_rcu(struct rcu_head *head, rcu_callback_t func);
void synchronize_rcu(void);
unsigned long get_state_synchronize_rcu(void);
bool poll_state_synchronize_rcu(unsigned long oldstate);

/* The kernel keeps the numbers of normal and of expedited grace periods; here are no expedited ones. */
struct rcu_gp_oldstate {
	unsigned long rgos_norm;
};

#define get_state_synchronize_rcu_full(rgosp) ((rgosp)->rgos_norm = get_state_synchronize_rcu())
#define poll_state_synchronize_rcu_full(rgosp) poll_state_synchronize_rcu((rgosp)->rgos_norm)

/* What runs it all: see kernel/rcu/tree_gp.c. */
void rcu_core_si(void);
void rcu_gp_kthread(void);

#define RCU_SCHEDULER_INACTIVE 0
#define RCU_SCHEDULER_INIT 1
#define RCU_SCHEDULER_RUNNING 2

extern int rcu_scheduler_active;

#endif
