/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_KERNEL_H
#define _LINUX_KERNEL_H

#include <linux/types.h>
#include <linux/bug.h>

#define INT_MAX 0x7fffffff
#define INT_MIN (-INT_MAX - 1)
#define UINT_MAX 0xffffffffU
#define LONG_MAX 0x7fffffffffffffffL
#define LONG_MIN (-LONG_MAX - 1)
#define ULONG_MAX 0xffffffffffffffffUL

#define ARRAY_SIZE(arr) (sizeof(arr) / sizeof((arr)[0]))

#define container_of(ptr, type, member)	\
	((type *)((unsigned long)(ptr) - offsetof(type, member)))

#define min(x, y) ({			\
	typeof(x) __x = (x);		\
	typeof(y) __y = (y);		\
	__x < __y ? __x : __y; })
#define max(x, y) ({			\
	typeof(x) __x = (x);		\
	typeof(y) __y = (y);		\
	__x > __y ? __x : __y; })
#define min_t(type, x, y) min((type)(x), (type)(y))
#define max_t(type, x, y) max((type)(x), (type)(y))
#define max3(x, y, z) max(max(x, y), z)
#define clamp(val, lo, hi) min(max(val, lo), hi)
#define clamp_t(type, val, lo, hi) clamp((type)(val), (type)(lo), (type)(hi))

#define ALIGN(x, a) (((x) + (a) - 1) & ~((typeof(x))(a) - 1))
#define ALIGN_DOWN(x, a) ((x) & ~((typeof(x))(a) - 1))
#define IS_ALIGNED(x, a) (((x) & ((typeof(x))(a) - 1)) == 0)
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))

#define swap(a, b) ({			\
	typeof(a) __tmp = (a);		\
	(a) = (b);			\
	(b) = __tmp; })

void __might_sleep(const char *file, int line);
void _cond_resched(void);

/* The annotation is followed in every configuration; whether it prints is the configuration's. */
#define might_sleep() __might_sleep(__FILE__, __LINE__)
#define might_sleep_if(cond) ({		\
	if (cond)			\
		might_sleep();		\
	})
#define cond_resched() ({ might_sleep(); _cond_resched(); })

/* Integer square root, rounded down, one bit of the result a round. */
static inline unsigned long int_sqrt(unsigned long x)
{
	unsigned long root = 0;
	unsigned long bit = 1UL << 62;

	while (bit > x)
		bit >>= 2;
	while (bit) {
		if (x >= root + bit) {
			x -= root + bit;
			root = (root >> 1) + bit;
		} else {
			root >>= 1;
		}
		bit >>= 2;
	}
	return root;
}

static inline unsigned long rounddown_pow_of_two(unsigned long n)
{
	unsigned long power = 1;

	while (power <= n / 2)
		power *= 2;
	return power;
}

#endif
