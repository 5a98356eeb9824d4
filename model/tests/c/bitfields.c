/*+++
title = "Bit-fields, signed and unsigned"
[[run]]
context = "task"
entry = "main"
+++*/
#include <stdio.h>
#include <string.h>

struct flags {
	unsigned int a : 3;
	signed int b : 5;
	unsigned int c : 20;
	unsigned int d : 9;
	unsigned char e : 4, f : 4;
	int : 0;
	short g : 13;
	unsigned long h : 40;
	_Bool i : 1;
};

union view {
	struct { unsigned int low : 12, mid : 8, high : 12; };
	unsigned int all;
	unsigned char bytes[4];
};

int main(void)
{
	struct flags x;
	union view v = { .all = 0xdeadbeef };
	unsigned char *p = (unsigned char *)&x;
	unsigned int i;

	memset(&x, 0, sizeof(x));
	x.a = 13;
	x.b = -9;
	x.c = 0xfffff;
	x.d = 300;
	x.e = 0x1f;
	x.f = x.e - 4;
	x.g = -4000;
	x.h = 0x123456789aUL;
	x.i = 6;
	printf("%u %d %u %u %u %u %d %lx %d\n", x.a, x.b, x.c, x.d, x.e, x.f, x.g,
	       (unsigned long)x.h, x.i);
	printf("%d %d\n", (x.a = 9), (x.b = 17));
	x.a++;
	x.b -= 20;
	x.c += 2;
	x.g <<= 1;
	x.d ^= 0x1ff;
	printf("%u %d %u %u %d\n", x.a--, x.b, x.c, x.d, x.g);
	printf("%d %d\n", x.a - 5 < 0, -x.a < 0);
	for (i = 0; i < sizeof(x); i++)
		printf("%02x", p[i]);
	printf(" %lu\n", (unsigned long)sizeof(x));
	printf("%x %x %x\n", v.low, v.mid, v.high);
	v.mid = 0;
	v.high++;
	printf("%x %x\n", v.all, v.bytes[3]);
	return x.f;
}
