/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model has no clock: jiffies stands still, and an expiry time is a distance. When a pending
 * timer expires is a choice of the environment.
 */
#ifndef _LINUX_JIFFIES_H
#define _LINUX_JIFFIES_H

#define HZ 250
#define jiffies 0UL

#define msecs_to_jiffies(m) (((m) * HZ + 999UL) / 1000)

#endif
