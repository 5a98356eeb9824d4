// SPDX-License-Identifier: GPL-2.0-only
/* Task contexts: each calls inside one primitive, with a lock of its own. */
#include <linux/bit_spinlock.h>
#include <linux/local_lock.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/rwlock.h>
#include <linux/sched.h>
#include <linux/seqlock.h>
#include <linux/spinlock.h>
#include <model/boot.h>

static DEFINE_SPINLOCK(context_spin);
static DEFINE_RAW_SPINLOCK(context_raw);
static DEFINE_RWLOCK(context_rw);
static DEFINE_MUTEX(context_sleeping);
static DEFINE_SEQLOCK(context_seq);
static DEFINE_PER_CPU(local_lock_t, context_local) = INIT_LOCAL_LOCK(context_local);
static unsigned long context_bits;

void context_preempt_disable(void (*call)(void))
{
	preempt_disable();
	call();
	preempt_enable();
}

void context_local_irq_disable(void (*call)(void))
{
	local_irq_disable();
	call();
	local_irq_enable();
}

void context_local_bh_disable(void (*call)(void))
{
	local_bh_disable();
	call();
	local_bh_enable();
}

void context_rcu_read_lock(void (*call)(void))
{
	rcu_read_lock();
	call();
	rcu_read_unlock();
}

void context_rcu_read_lock_sched(void (*call)(void))
{
	rcu_read_lock_sched();
	call();
	rcu_read_unlock_sched();
}

void context_rcu_read_lock_bh(void (*call)(void))
{
	rcu_read_lock_bh();
	call();
	rcu_read_unlock_bh();
}

void context_spin_lock(void (*call)(void))
{
	spin_lock(&context_spin);
	call();
	spin_unlock(&context_spin);
}

void context_spin_lock_bh(void (*call)(void))
{
	spin_lock_bh(&context_spin);
	call();
	spin_unlock_bh(&context_spin);
}

void context_spin_lock_irqsave(void (*call)(void))
{
	unsigned long flags;

	spin_lock_irqsave(&context_spin, flags);
	call();
	spin_unlock_irqrestore(&context_spin, flags);
}

void context_raw_spin_lock(void (*call)(void))
{
	raw_spin_lock(&context_raw);
	call();
	raw_spin_unlock(&context_raw);
}

void context_raw_spin_lock_irqsave(void (*call)(void))
{
	unsigned long flags;

	raw_spin_lock_irqsave(&context_raw, flags);
	call();
	raw_spin_unlock_irqrestore(&context_raw, flags);
}

void context_read_lock(void (*call)(void))
{
	read_lock(&context_rw);
	call();
	read_unlock(&context_rw);
}

void context_write_lock(void (*call)(void))
{
	write_lock(&context_rw);
	call();
	write_unlock(&context_rw);
}

void context_mutex(void (*call)(void))
{
	mutex_lock(&context_sleeping);
	call();
	mutex_unlock(&context_sleeping);
}

void context_write_seqlock(void (*call)(void))
{
	write_seqlock(&context_seq);
	call();
	write_sequnlock(&context_seq);
}

void context_bit_spin_lock(void (*call)(void))
{
	bit_spin_lock(0, &context_bits);
	call();
	bit_spin_unlock(0, &context_bits);
}

void context_local_lock(void (*call)(void))
{
	local_lock(&context_local);
	call();
	local_unlock(&context_local);
}

void context_migrate_disable(void (*call)(void))
{
	migrate_disable();
	call();
	migrate_enable();
}

/* A task that frees memory, and may use all of it. */
void context_pf_memalloc(void (*call)(void))
{
	unsigned int noreclaim_flag = memalloc_noreclaim_save();

	call();
	memalloc_noreclaim_restore(noreclaim_flag);
}
