/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Areas of one page. Their addresses are those of x86-64's vmalloc range, and nothing is mapped
 * there: they can be told from slab memory, freed, and not touched.
 */
#ifndef _LINUX_VMALLOC_H
#define _LINUX_VMALLOC_H

#include <linux/mm.h>

#define VMALLOC_START 0xffffc90000000000UL
#define VMALLOC_END 0xffffe8ffffffffffUL

#define is_vmalloc_addr(x) \
	((unsigned long)(x) >= VMALLOC_START && (unsigned long)(x) < VMALLOC_END)

void *vmalloc(unsigned long size);
void vfree(const void *addr);
void kvfree(const void *addr);

#endif
