/* SPDX-License-Identifier: GPL-2.0-only */
/* Each is one expression, hence part of one step: indivisible. */
#ifndef _LINUX_ATOMIC_H
#define _LINUX_ATOMIC_H

#include <linux/types.h>

#define ATOMIC_INIT(i) { (i) }

#define atomic_read(v) ((v)->counter)
#define atomic_set(v, i) ((v)->counter = (i))
#define atomic_add(i, v) ((v)->counter += (i))
#define atomic_sub(i, v) ((v)->counter -= (i))
#define atomic_inc(v) ((v)->counter++)
#define atomic_dec(v) ((v)->counter--)
#define atomic_inc_return(v) (++(v)->counter)
#define atomic_dec_and_test(v) (--(v)->counter == 0)
#define atomic_xchg(v, new) ({			\
	int __old = (v)->counter;		\
	(v)->counter = (new);			\
	__old; })
#define atomic_cmpxchg(v, old, new) ({		\
	int __seen = (v)->counter;		\
	if (__seen == (old))			\
		(v)->counter = (new);		\
	__seen; })

#define atomic_long_read(v) ((v)->counter)
#define atomic_long_set(v, i) ((v)->counter = (i))
#define atomic_long_add(i, v) ((v)->counter += (i))
#define atomic_long_inc(v) ((v)->counter++)
#define atomic_long_dec(v) ((v)->counter--)

#define try_cmpxchg(ptr, oldp, new) ({		\
	typeof(*(ptr)) __seen = *(ptr);		\
	bool __same = __seen == *(oldp);	\
	if (__same)				\
		*(ptr) = (new);			\
	else					\
		*(oldp) = __seen;		\
	__same; })

#define xchg(ptr, new) ({			\
	typeof(*(ptr)) __old = *(ptr);		\
	*(ptr) = (new);				\
	__old; })

#endif
