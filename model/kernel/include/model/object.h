/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The life of an object, told to the machine so that its checks know it: each is freed once, and
 * one handed to kvfree_rcu() not before all readers that could have seen it are gone.
 */
#ifndef _MODEL_OBJECT_H
#define _MODEL_OBJECT_H

enum model_object_state {
	OBJECT_LIVE,	/* allocated (again): nothing is remembered of its past */
	OBJECT_QUEUED,	/* handed over, to be freed after a grace period that begins now */
	OBJECT_FREED,	/* given back */
	OBJECT_PARKED,	/* still queued, and may stay so: it is no leak when all is over */
};

void __object(const void *p, unsigned long size, int state);

#endif
