/* SPDX-License-Identifier: GPL-2.0-only */
/* LINUX_VERSION_CODE comes from the tree that is compiled: v5.9 is KERNEL_VERSION(5, 9, 0). */
#ifndef _LINUX_VERSION_H
#define _LINUX_VERSION_H

#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + (c))

#ifndef LINUX_VERSION_CODE
#define LINUX_VERSION_CODE KERNEL_VERSION(5, 9, 0)
#endif

#endif
