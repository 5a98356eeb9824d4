/* SPDX-License-Identifier: GPL-2.0-only */
/* Time does not pass here: what may be said `burst` times in an interval is said `burst` times. */
#ifndef _LINUX_RATELIMIT_H
#define _LINUX_RATELIMIT_H

#include <linux/types.h>

struct ratelimit_state {
	int burst;
	int printed;
};

#define HZ 250
#define DEFINE_RATELIMIT_STATE(name, interval, burst_init) \
	struct ratelimit_state name = { .burst = (burst_init) }
#define __ratelimit(rs) ((rs)->printed < (rs)->burst && ++(rs)->printed)

#endif
