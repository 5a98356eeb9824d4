/*+++
title = "Shifts keep the type of their left operand"
[[run]]
context = "task"
entry = "main"
+++*/
#include <stdio.h>

static unsigned long rotate(unsigned long x, unsigned int n)
{
	return x << n | x >> (64 - n);
}

int main(void)
{
	signed char c = -128;
	unsigned char u = 0x80;
	unsigned int mask = 0;
	unsigned int n;
	int one = 1;

	for (n = 0; n < 32; n += 5) {
		printf("%2u: %08x %08x %d %d", n, 0x80000001U >> n, 0x80000001U << n,
		       -1000 >> n, one << n);
		printf(" %d %d %x\n", c >> (n & 7), u << (n & 15), ~0U >> n);
		mask |= 1U << n;
	}
	printf("%x %lx %ld\n", mask, 1UL << 63 >> 3, (long)(1UL << 63) >> 3);
	printf("%lx\n", rotate(0x123456789abcdef0UL, 20));
	printf("%d %u\n", (char)0xff >> 4, (unsigned char)0xff >> 4);
	printf("%lx %lx\n", (unsigned long)(one << 31), (unsigned long)(1U << 31));
	u <<= 1;
	c >>= 3;
	mask >>= one;
	printf("%d %d %x\n", u, c, mask);
	return (0xf0 >> 4) + (1 << 3);
}
