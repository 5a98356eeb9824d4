/* SPDX-License-Identifier: GPL-2.0-only */
/* Kconfig symbols as conditions: IS_ENABLED(CONFIG_X) is 1 when CONFIG_X is defined as 1. */
#ifndef _LINUX_KCONFIG_H
#define _LINUX_KCONFIG_H

#define __ARG_PLACEHOLDER_1 0,
#define __take_second_arg(__ignored, val, ...) val
#define __is_defined(x) ___is_defined(x)
#define ___is_defined(val) ____is_defined(__ARG_PLACEHOLDER_##val)
#define ____is_defined(arg1_or_junk) __take_second_arg(arg1_or_junk 1, 0, 0)
#define IS_ENABLED(option) __is_defined(option)

/*
 * What every modelled kernel has. The preemption model and the detectors come from the
 * configuration; CONFIG_NUMA is on when a scenario has a second node, CONFIG_CMA when it has a CMA
 * area. CONFIG_HIGHMEM, CONFIG_DEBUG_VM, CONFIG_MEMCG and CONFIG_CPUSETS are off.
 */
#define CONFIG_64BIT 1
#define CONFIG_MMU 1
#define CONFIG_ZONE_DMA 1
#define CONFIG_ZONE_DMA32 1
#define CONFIG_HUGETLB_PAGE 1
#define CONFIG_SWAP 1
#define CONFIG_COMPACTION 1

/* No huge pages on PREEMPT_RT. */
#ifndef CONFIG_PREEMPT_RT
#define CONFIG_TRANSPARENT_HUGEPAGE 1
#endif

/* In v5.9 the per-CPU lists do not know huge pages; PREEMPT_RT has none. */
#if !defined(CONFIG_PREEMPT_RT)
#define CONFIG_TRANSPARENT_HUGEPAGE 1
#endif

#ifdef CONFIG_PROVE_LOCKING
#define CONFIG_LOCKDEP 1
#endif

#endif
