/* SPDX-License-Identifier: GPL-2.0-only */
/* What every scenario sees without asking. */
#ifndef _MODEL_PRELUDE_H
#define _MODEL_PRELUDE_H

#include <linux/kconfig.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/list.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>
#include <linux/rwlock.h>
#include <linux/mutex.h>
#include <linux/local_lock.h>
#include <linux/bit_spinlock.h>
#include <linux/seqlock.h>
#include <linux/rcupdate.h>
#include <linux/kvfree_rcu.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/wait.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include <linux/interrupt.h>
#include <linux/slab.h>
#include <model/boot.h>
#include <model/object.h>
#include <model/service.h>
#include <model/zone_lock.h>

#endif
