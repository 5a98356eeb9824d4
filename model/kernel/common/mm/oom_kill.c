// SPDX-License-Identifier: GPL-2.0-only
/*
 * The OOM killer. The tasks of a scenario are not to be killed (oom_score_adj -1000, as that of the
 * recorded boots' test was); a process with memory of its own is there when the scenario gives a
 * zone one. Its end is immediate: the kernel has it run to its exit, or reaped by a kernel thread,
 * while the allocating task tries again.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/oom.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <linux/version.h>
#include "internal.h"

static struct task_struct killable_process = {
	.pid = 41,
	.comm = "hog",
	.oom_score_adj = 1000,
};

static unsigned long process_pages(void)
{
	unsigned long pages = 0;
	struct zone *zone;

	for_each_populated_zone(zone)
		pages += zone_page_state(zone, NR_ZONE_INACTIVE_ANON);
	return pages;
}

/* ---------------------------------------------------------------- what is printed */

static void dump_tasks(void)
{
	struct task_struct *task = &killable_process;
	unsigned long rss = process_pages();

	atomic {
		pr_info("Tasks state (memory values in pages):\n");
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
		pr_info("[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents oom_score_adj name\n");
		if (rss)
			pr_info("[%7d] %5d %5d %8lu %8lu %8lu %8lu %9lu %8ld %8lu         %5d %s\n",
				task->pid, 0, task->pid, rss, rss, rss, 0UL, 0UL, 0L, 0UL,
				task->oom_score_adj, task->comm);
#else
		pr_info("[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name\n");
		if (rss)
			pr_info("[%7d] %5d %5d %8lu %8lu %8ld %8lu         %5d %s\n",
				task->pid, 0, task->pid, rss, rss, 0L, 0UL,
				task->oom_score_adj, task->comm);
#endif
	}
}

static void dump_header(struct oom_control *oc, struct task_struct *p)
{
	pr_warn("%s invoked oom-killer: gfp_mask=%#x(%pGg), order=%d, oom_score_adj=%d\n",
		current->comm, oc->gfp_mask, &oc->gfp_mask, oc->order, current->oom_score_adj);
	dump_stack();
	show_mem(SHOW_MEM_FILTER_NODES, oc->nodemask, gfp_zone(oc->gfp_mask));
	dump_tasks();
	if (p)
		pr_info("oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),task=%s,pid=%d,uid=%d\n",
			p->comm, p->pid, 0);
}

/* ---------------------------------------------------------------- who, and his end */

static void select_bad_process(struct oom_control *oc)
{
	unsigned long pages = process_pages();

	if (!pages)
		return;
	oc->chosen = &killable_process;
	oc->chosen_points = pages;
}

void mark_oom_victim(struct task_struct *tsk)
{
	tsk->oom_victim = 1;
}

static void __oom_kill_process(struct task_struct *victim, const char *message)
{
	unsigned long kbytes = process_pages() << (PAGE_SHIFT - 10);
	struct zone *zone;

	mark_oom_victim(victim);
	pr_err("%s: Killed process %d (%s) total-vm:%lukB, anon-rss:%lukB, file-rss:%lukB, shmem-rss:%lukB, UID:%u pgtables:%lukB oom_score_adj:%d\n",
	       message, victim->pid, victim->comm, kbytes, kbytes, 0UL, 0UL, 0, 0UL,
	       victim->oom_score_adj);

	/* exit_mmap(), or oom_reap_task_mm() */
	for_each_populated_zone(zone)
		lru_range_exit(zone, &zone->lru[LRU_ANON]);
}

static DEFINE_RATELIMIT_STATE(oom_rs, 5 * HZ, 10);

static void oom_kill_process(struct oom_control *oc, const char *message)
{
	if (__ratelimit(&oom_rs))
		dump_header(oc, oc->chosen);

	__oom_kill_process(oc->chosen, message);
}

/* True: memory will come, try again. */
bool out_of_memory(struct oom_control *oc)
{
	/* Who is to die himself need not kill: he gets at the reserves. */
	if (tsk_is_oom_victim(current))
		return true;

	/*
	 * A request that may not enter file systems has not tried everything; nobody is killed for
	 * it. It tries again, for ever if need be.
	 */
	if (oc->gfp_mask && !(oc->gfp_mask & __GFP_FS))
		return true;

	select_bad_process(oc);
	if (!oc->chosen) {
		dump_header(oc, NULL);
		pr_warn("Out of memory and no killable processes...\n");
		panic("System is deadlocked on memory\n");
	}
	if (oc->chosen)
		oom_kill_process(oc, "Out of memory");
	return !!oc->chosen;
}
