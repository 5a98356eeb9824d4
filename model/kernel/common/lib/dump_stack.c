// SPDX-License-Identifier: GPL-2.0-only
/* Who runs this, and on which way he came here. */
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/version.h>

/* The functions of the running context and of those it interrupted, innermost first. */
void __dump_trace(int marks_task);

static void dump_stack_print_info(void)
{
	unsigned int major = LINUX_VERSION_CODE >> 16;
	unsigned int minor = (LINUX_VERSION_CODE >> 8) & 0xff;
	int cpu = raw_smp_processor_id();

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	printk("CPU: %d UID: %u PID: %d Comm: %.20s Not tainted %u.%u.0\n",
	       cpu, 0, current->pid, current->comm, major, minor);
#else
	printk("CPU: %d PID: %d Comm: %.20s Not tainted %u.%u.0\n",
	       cpu, current->pid, current->comm, major, minor);
#endif
}

void dump_stack(void)
{
	atomic {
		dump_stack_print_info();
		printk("Call Trace:\n");
		__dump_trace(LINUX_VERSION_CODE >= KERNEL_VERSION(5, 16, 0));
	}
}
