/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_COMPILER_H
#define _LINUX_COMPILER_H

#include <linux/kconfig.h>

#define __packed __attribute__((packed))
#define __aligned(n) __attribute__((aligned(n)))
#define __maybe_unused __attribute__((unused))
#define __always_inline inline
#define noinline

/* Where code and data go, and who may dereference: of no consequence here. */
#define __init
#define __meminit
#define __initdata
#define __read_mostly
#define __user
#define __percpu
#define __force

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* A step of the machine is indivisible and ordered: plain accesses do. */
#define READ_ONCE(x) (x)
#define WRITE_ONCE(x, val) ((x) = (val))
#define barrier() ((void)0)
#define smp_mb() ((void)0)
#define smp_rmb() ((void)0)
#define smp_wmb() ((void)0)

/*
 * atomic { ... }: one step of the machine. The machine's front end knows the word; a C compiler,
 * which only looks at types, need not.
 */
#ifndef __MODEL__
#define atomic
#endif

#endif
