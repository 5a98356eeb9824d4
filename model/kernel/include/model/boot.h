/* SPDX-License-Identifier: GPL-2.0-only */
/* How the machine that runs the model says what it wants booted. */
#ifndef _MODEL_BOOT_H
#define _MODEL_BOOT_H

#include <linux/mmzone.h>
#include <linux/percpu.h>

enum { NR_MODEL_ORDERS = NR_PAGE_ORDERS };

/* ~0UL and -1: as the kernel's own formulas say. */
struct model_zone_setup {
	unsigned long start_pfn;	/* a multiple of MAX_ORDER_NR_PAGES */
	unsigned long pages;		/* all of the zone; 0: there is no such zone */
	unsigned long free;		/* in the buddy lists; ~0UL: all that is left */
	unsigned long wmark_min, wmark_low, wmark_high;
	int pcp_count[NR_CPUS];		/* on that CPU's unmovable list, besides free */
	int pcp_high, pcp_batch;
	unsigned long page_cache;	/* in use, clean: reclaim can free it */
	unsigned long process;		/* in use by the process that can be killed */
	unsigned long present;		/* with those that boot has kept; 0: pages */
	unsigned long cma;		/* of a CMA area at the zone's start: whole pageblocks */
	unsigned long boost;
	unsigned long reserved_highatomic;	/* ~0UL: where free blocks of that type lie */
	long lowmem_reserve[MAX_NR_ZONES];	/* from [0] on; [0] is -1: as the formulas say */
	/* Free blocks by type and order instead of free; the first word is ~0UL: not given. */
	unsigned long blocks[MIGRATE_TYPES][NR_PAGE_ORDERS];
};

/* What the environment does when it is asked. */
enum model_environment {
	MODEL_ALWAYS,
	MODEL_SOMETIMES,	/* a choice each time */
	MODEL_NEVER,
};

struct model_environment_setup {
	unsigned int reclaim;		/* page cache can be freed */
	unsigned int compaction;	/* pages in use can be moved */
};

/* The zones of node 0, then those of node 1. */
extern struct model_zone_setup model_setup[MAX_NUMNODES * MAX_NR_ZONES];

extern struct model_environment_setup model_environment;

void model_boot(void);
unsigned long model_boot_page(void);

/* Gives a range of frames to the buddy lists, as the largest aligned blocks. */
void model_free_range(unsigned long start, unsigned long end);
bool model_may_reclaim(void);
bool model_may_migrate(void);

/* The environment chooses a number below n. */
unsigned int __choose(unsigned int n);

/* At the begin of an atomic block: the step is not possible before the condition holds. */
void __wait(int condition);

/* Call in the context of that name: spin_lock is context_spin_lock(). */
void context_preempt_disable(void (*call)(void));
void context_local_irq_disable(void (*call)(void));
void context_local_bh_disable(void (*call)(void));
void context_rcu_read_lock(void (*call)(void));
void context_rcu_read_lock_sched(void (*call)(void));
void context_rcu_read_lock_bh(void (*call)(void));
void context_spin_lock(void (*call)(void));
void context_spin_lock_bh(void (*call)(void));
void context_spin_lock_irqsave(void (*call)(void));
void context_raw_spin_lock(void (*call)(void));
void context_raw_spin_lock_irqsave(void (*call)(void));
void context_read_lock(void (*call)(void));
void context_write_lock(void (*call)(void));
void context_mutex(void (*call)(void));
void context_write_seqlock(void (*call)(void));
void context_bit_spin_lock(void (*call)(void));
void context_local_lock(void (*call)(void));
void context_migrate_disable(void (*call)(void));
void context_pf_memalloc(void (*call)(void));

#endif
