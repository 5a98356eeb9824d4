/*+++
title = "Bit operations as kernels use them"
[[run]]
context = "task"
entry = "main"
+++*/
#include <stdio.h>

#define BITS_PER_LONG 64
#define BIT(n) (1UL << (n))
#define ALIGN(x, a) (((x) + (a) - 1) & ~((a) - 1))

static unsigned long map[4];

static void set_bit(int nr)
{
	map[nr / BITS_PER_LONG] |= BIT(nr % BITS_PER_LONG);
}

static void clear_bit(int nr)
{
	map[nr / BITS_PER_LONG] &= ~BIT(nr % BITS_PER_LONG);
}

static int test_bit(int nr)
{
	return map[nr / BITS_PER_LONG] >> (nr % BITS_PER_LONG) & 1;
}

static int hweight(unsigned long w)
{
	int n = 0;

	for (; w; w &= w - 1)
		n++;
	return n;
}

static int fls(unsigned int x)
{
	int r = 32;

	if (!x)
		return 0;
	if (!(x & 0xffff0000u)) { x <<= 16; r -= 16; }
	if (!(x & 0xff000000u)) { x <<= 8; r -= 8; }
	if (!(x & 0xf0000000u)) { x <<= 4; r -= 4; }
	if (!(x & 0xc0000000u)) { x <<= 2; r -= 2; }
	if (!(x & 0x80000000u)) r -= 1;
	return r;
}

int main(void)
{
	int i, sum = 0;
	unsigned int flags = 0;

	for (i = 0; i < 256; i += 7)
		set_bit(i);
	for (i = 0; i < 256; i += 21)
		clear_bit(i);
	for (i = 0; i < 256; i++)
		sum += test_bit(i) * i;
	printf("%d %lx %lx %lx %lx\n", sum, map[0], map[1], map[2], map[3]);
	printf("%d %d %d %d\n", hweight(map[0]), hweight(~0UL), fls(0), fls(0x00400000));
	for (i = 1; i < 5000; i *= 3)
		printf("%d:%d:%d ", i, fls(i), ALIGN(i, 64));
	flags |= 0x10 | 0x400;
	flags ^= 0x11;
	flags &= ~0x400u;
	printf("\n%x %x %d\n", flags, ~flags, -(int)flags & 0xff);
	return hweight(map[0] ^ map[1]);
}
