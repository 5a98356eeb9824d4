/* SPDX-License-Identifier: GPL-2.0-only */
/* How the machine that runs the model says what it wants booted. */
#ifndef _MODEL_BOOT_H
#define _MODEL_BOOT_H

#include <linux/mmzone.h>

/* ~0UL and -1: as the kernel's own formulas say. */
struct model_zone_setup {
	unsigned long start_pfn;	/* a multiple of MAX_ORDER_NR_PAGES */
	unsigned long pages;		/* all of the zone; 0: there is no such zone */
	unsigned long free;		/* in the buddy lists; ~0UL: all that is left */
	unsigned long wmark_min, wmark_low, wmark_high;
	int pcp_count;			/* on each CPU's unmovable list, besides free */
	int pcp_high, pcp_batch;
};

extern struct model_zone_setup model_setup[MAX_NR_ZONES];

void model_boot(void);
unsigned long model_boot_page(void);

/* The environment chooses a number below n. */
unsigned int __choose(unsigned int n);

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
