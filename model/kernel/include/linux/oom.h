/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_OOM_H
#define _LINUX_OOM_H

#include <linux/gfp.h>
#include <linux/sched.h>

struct oom_control {
	struct zonelist *zonelist;
	nodemask_t *nodemask;
	gfp_t gfp_mask;
	int order;
	unsigned long totalpages;
	struct task_struct *chosen;
	long chosen_points;
};

bool out_of_memory(struct oom_control *oc);
void mark_oom_victim(struct task_struct *tsk);

#define tsk_is_oom_victim(tsk) ((tsk)->oom_victim)

#endif
