/* SPDX-License-Identifier: GPL-2.0-only */
/* For scenarios that hold zone->lock themselves, whatever type a patch gives it. */
#ifndef _MODEL_ZONE_LOCK_H
#define _MODEL_ZONE_LOCK_H

#include <linux/mmzone.h>

#define zone_lock_irqsave(zone, flags) spin_lock_irqsave(&(zone)->lock, flags)
#define zone_unlock_irqrestore(zone, flags) spin_unlock_irqrestore(&(zone)->lock, flags)

#endif
