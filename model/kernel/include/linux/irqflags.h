/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_IRQFLAGS_H
#define _LINUX_IRQFLAGS_H

#include <linux/types.h>

/* Flags are 1 when interrupts were on, 0 when they were off. */
unsigned long __local_irq_save(void);
void local_irq_restore(unsigned long flags);
void local_irq_disable(void);
void local_irq_enable(void);
int irqs_disabled(void);

#define local_irq_save(flags) ((flags) = __local_irq_save())

#endif
