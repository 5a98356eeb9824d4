// SPDX-License-Identifier: GPL-2.0-only
/* Names of flags, for reports. */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/version.h>

#define gfpflag_string(flag) { (unsigned long)(flag), #flag }

/*
 * What %pGg prints: the first that fits, and what is then left over. Hence the composites come
 * first, the largest before the others.
 */
const struct trace_print_flags gfpflag_names[] = {
	gfpflag_string(GFP_TRANSHUGE),
	gfpflag_string(GFP_TRANSHUGE_LIGHT),
	gfpflag_string(GFP_HIGHUSER_MOVABLE),
	gfpflag_string(GFP_HIGHUSER),
	gfpflag_string(GFP_USER),
	gfpflag_string(GFP_KERNEL_ACCOUNT),
	gfpflag_string(GFP_KERNEL),
	gfpflag_string(GFP_NOFS),
	gfpflag_string(GFP_ATOMIC),
	gfpflag_string(GFP_NOIO),
	gfpflag_string(GFP_NOWAIT),
	gfpflag_string(GFP_DMA),
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)
	gfpflag_string(__GFP_HIGHMEM),
	gfpflag_string(GFP_DMA32),
	gfpflag_string(__GFP_HIGH),
#ifdef __GFP_ATOMIC
	gfpflag_string(__GFP_ATOMIC),
#endif
	gfpflag_string(__GFP_IO),
	gfpflag_string(__GFP_FS),
	gfpflag_string(__GFP_NOWARN),
	gfpflag_string(__GFP_RETRY_MAYFAIL),
	gfpflag_string(__GFP_NOFAIL),
	gfpflag_string(__GFP_NORETRY),
	gfpflag_string(__GFP_COMP),
	gfpflag_string(__GFP_ZERO),
	gfpflag_string(__GFP_NOMEMALLOC),
	gfpflag_string(__GFP_MEMALLOC),
	gfpflag_string(__GFP_HARDWALL),
	gfpflag_string(__GFP_THISNODE),
	gfpflag_string(__GFP_RECLAIMABLE),
	gfpflag_string(__GFP_MOVABLE),
	gfpflag_string(__GFP_ACCOUNT),
	gfpflag_string(__GFP_WRITE),
	gfpflag_string(__GFP_RECLAIM),
	gfpflag_string(__GFP_DIRECT_RECLAIM),
	gfpflag_string(__GFP_KSWAPD_RECLAIM),
#else
	gfpflag_string(GFP_DMA32),
	gfpflag_string(__GFP_RECLAIM),
	gfpflag_string(__GFP_DMA),
	gfpflag_string(__GFP_HIGHMEM),
	gfpflag_string(__GFP_DMA32),
	gfpflag_string(__GFP_MOVABLE),
	gfpflag_string(__GFP_RECLAIMABLE),
	gfpflag_string(__GFP_HIGH),
	gfpflag_string(__GFP_IO),
	gfpflag_string(__GFP_FS),
	gfpflag_string(__GFP_ZERO),
	gfpflag_string(__GFP_DIRECT_RECLAIM),
	gfpflag_string(__GFP_KSWAPD_RECLAIM),
	gfpflag_string(__GFP_WRITE),
	gfpflag_string(__GFP_NOWARN),
	gfpflag_string(__GFP_RETRY_MAYFAIL),
	gfpflag_string(__GFP_NOFAIL),
	gfpflag_string(__GFP_NORETRY),
	gfpflag_string(__GFP_MEMALLOC),
	gfpflag_string(__GFP_COMP),
	gfpflag_string(__GFP_NOMEMALLOC),
	gfpflag_string(__GFP_HARDWALL),
	gfpflag_string(__GFP_THISNODE),
	gfpflag_string(__GFP_ACCOUNT),
#endif
#if defined(CONFIG_LOCKDEP) && LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
	gfpflag_string(__GFP_NOLOCKDEP),
#endif
	{ 0, NULL }
};
