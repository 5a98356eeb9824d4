/* SPDX-License-Identifier: GPL-2.0-only */
/* What kvfree_rcu() becomes; in the kernel a part of <linux/rcupdate.h> and <linux/rcutree.h>. */
#ifndef _LINUX_KVFREE_RCU_H
#define _LINUX_KVFREE_RCU_H

#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/version.h>

/*
 * kfree_rcu(p, field) and kvfree_rcu(p, field) need a struct rcu_head in the object and may be called
 * anywhere but from NMI; kvfree_rcu(p), since v6.4 kvfree_rcu_mightsleep(p), needs no field and may sleep.
 */
#define kfree_rcu(ptr, rhf) kvfree_rcu_arg_2(ptr, rhf)
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#define kvfree_rcu(ptr, rhf) kvfree_rcu_arg_2(ptr, rhf)
#define kfree_rcu_mightsleep(ptr) kvfree_rcu_arg_1(ptr)
#define kvfree_rcu_mightsleep(ptr) kvfree_rcu_arg_1(ptr)
#else
#define kvfree_rcu(...) KVFREE_GET_MACRO(__VA_ARGS__, kvfree_rcu_arg_2, kvfree_rcu_arg_1)(__VA_ARGS__)
#define KVFREE_GET_MACRO(_1, _2, NAME, ...) NAME
#endif

/* Where the rcu_head may lie in the object. */
#define __is_kvfree_rcu_offset(offset) ((offset) < 4096)

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#define __kvfree_rcu_arg(ptr, offset) ((void *)(ptr))
typedef void *kvfree_rcu_arg_t;
#else
/* The offset goes where a callback's address would; the object itself when there is no rcu_head. */
#define __kvfree_rcu_arg(ptr, offset) ((rcu_callback_t)(unsigned long)(offset))
typedef rcu_callback_t kvfree_rcu_arg_t;
#endif

void kvfree_call_rcu(struct rcu_head *head, kvfree_rcu_arg_t arg);

#define kvfree_rcu_arg_2(ptr, rhf) ({						\
	typeof(ptr) ___p = (ptr);						\
	BUILD_BUG_ON(!__is_kvfree_rcu_offset(offsetof(typeof(*(ptr)), rhf)));	\
	if (___p)								\
		kvfree_call_rcu(&___p->rhf,					\
				__kvfree_rcu_arg(___p, offsetof(typeof(*(ptr)), rhf)));	\
	})
#define kvfree_rcu_arg_1(ptr) ({						\
	typeof(ptr) ___p = (ptr);						\
	if (___p)								\
		kvfree_call_rcu(NULL, __kvfree_rcu_arg(___p, (unsigned long)___p));	\
	})

void kfree_rcu_batch_init(void);

/* Asked by reclaim. */
unsigned long kfree_rcu_shrink_count(void);
unsigned long kfree_rcu_shrink_scan(unsigned long nr_to_scan);

#endif
