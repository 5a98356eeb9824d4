// SPDX-License-Identifier: GPL-2.0-only
/* The OOM killer of a machine on which there is nothing to kill. */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include "internal.h"

/* True: memory will come, try again. */
bool out_of_memory(struct oom_control *oc)
{
	/*
	 * A request that may not enter file systems has not tried everything; nobody is killed for
	 * it. It tries again, for ever if need be.
	 */
	if (oc->gfp_mask && !(oc->gfp_mask & __GFP_FS))
		return true;

	pr_warn("%s invoked oom-killer: gfp_mask=%#x(%pGg), order=%d, oom_score_adj=0\n",
		current->comm, oc->gfp_mask, &oc->gfp_mask, oc->order);
	pr_warn("Out of memory and no killable processes...\n");
	panic("System is deadlocked on memory\n");
	return false;
}
