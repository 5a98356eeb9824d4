/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_BITOPS_H
#define _LINUX_BITOPS_H

#include <linux/types.h>

#define BIT(nr) (1UL << (nr))
#define BITS_PER_LONG 64

#define test_bit(nr, addr) ((*(addr) & BIT(nr)) != 0)
#define set_bit(nr, addr) (*(addr) |= BIT(nr))
#define clear_bit(nr, addr) (*(addr) &= ~BIT(nr))
#define __set_bit(nr, addr) set_bit(nr, addr)
#define __clear_bit(nr, addr) clear_bit(nr, addr)
#define test_and_set_bit(nr, addr) ({		\
	bool __was = test_bit(nr, addr);	\
	set_bit(nr, addr);			\
	__was; })
#define test_and_clear_bit(nr, addr) ({		\
	bool __was = test_bit(nr, addr);	\
	clear_bit(nr, addr);			\
	__was; })

/* The last (most significant) bit set, counted from 1; 0 when there is none. */
static inline int fls(unsigned int x)
{
	int bit = 0;

	while (x) {
		x >>= 1;
		bit++;
	}
	return bit;
}

#define ilog2(n) (fls(n) - 1)

#endif
