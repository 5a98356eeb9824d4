/* SPDX-License-Identifier: GPL-2.0-only */
/* A per-CPU variable's address is that of a template; each CPU's copy lies an offset above. */
#ifndef _LINUX_PERCPU_H
#define _LINUX_PERCPU_H

#include <linux/preempt.h>

#define NR_CPUS 4

unsigned long __this_cpu_offset(void);
unsigned long __per_cpu_offset(int cpu);
int smp_processor_id(void);

#define raw_smp_processor_id() smp_processor_id()

#define DECLARE_PER_CPU(type, name) \
	extern __attribute__((section(".data..percpu"))) typeof(type) name
#define DEFINE_PER_CPU(type, name) \
	__attribute__((section(".data..percpu"))) typeof(type) name

#define this_cpu_ptr(ptr) ((typeof(ptr))((unsigned long)(ptr) + __this_cpu_offset()))
#define raw_cpu_ptr(ptr) this_cpu_ptr(ptr)
#define per_cpu_ptr(ptr, cpu) ((typeof(ptr))((unsigned long)(ptr) + __per_cpu_offset(cpu)))
#define per_cpu(var, cpu) (*per_cpu_ptr(&(var), cpu))

#define this_cpu_read(var) (*this_cpu_ptr(&(var)))
#define this_cpu_write(var, val) (*this_cpu_ptr(&(var)) = (val))
#define this_cpu_add(var, val) (*this_cpu_ptr(&(var)) += (val))
#define this_cpu_inc(var) ((*this_cpu_ptr(&(var)))++)
#define this_cpu_dec(var) ((*this_cpu_ptr(&(var)))--)
#define __this_cpu_read(var) this_cpu_read(var)
#define __this_cpu_write(var, val) this_cpu_write(var, val)
#define __this_cpu_add(var, val) this_cpu_add(var, val)
#define __this_cpu_inc(var) this_cpu_inc(var)
#define __this_cpu_dec(var) this_cpu_dec(var)
#define this_cpu_cmpxchg(var, old, new) ({		\
	typeof(&(var)) __p = this_cpu_ptr(&(var));	\
	typeof(var) __seen = *__p;			\
	if (__seen == (old))				\
		*__p = (new);				\
	__seen; })
#define raw_cpu_add(var, val) this_cpu_add(var, val)

#define get_cpu() ({ preempt_disable(); smp_processor_id(); })
#define put_cpu() preempt_enable()
#define get_cpu_ptr(ptr) ({ preempt_disable(); this_cpu_ptr(ptr); })
#define put_cpu_ptr(ptr) ({ (void)(ptr); preempt_enable(); })
#define get_cpu_var(var) (*({ preempt_disable(); this_cpu_ptr(&(var)); }))
#define put_cpu_var(var) ({ (void)&(var); preempt_enable(); })

/* How many CPUs this machine has; set before model_boot() runs. */
extern unsigned int nr_cpu_ids;

#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < (int)nr_cpu_ids; (cpu)++)
#define for_each_online_cpu(cpu) for_each_possible_cpu(cpu)

#endif
