/*+++
title = "Conversions between all integer types"
[[run]]
context = "task"
entry = "main"
+++*/
#include <stdio.h>
#include <stdbool.h>

static void show(const char *name, long long v)
{
	bool b = v;
	signed char sc = v;
	unsigned char uc = v;
	short s = v;
	unsigned short us = v;
	int i = v;
	unsigned int u = v;
	unsigned long ul = v;

	printf("%s: %d %d %u %d %u %d %u %lu\n", name, b, sc, uc, s, us, i, u, ul);
	printf("  %lld %lld %lld %lld\n", (long long)sc + uc, (long long)s + us,
	       (long long)i + u, (long long)(sc * us));
	i = uc;
	u = sc;
	ul = i - u;
	printf("  %d %u %lu %lu\n", i, u, ul, (unsigned long)sc);
	ul = s;
	sc = us;
	printf("  %lu %d %d\n", ul, sc, (bool)(us & 0x100));
}

static unsigned char narrow(int x)
{
	return x;
}

static long widen(unsigned int x)
{
	return x;
}

int main(void)
{
	bool b = 0x100;
	bool many = 4;

	show("zero", 0);
	show("minus one", -1);
	show("128", 128);
	show("32768", 32768);
	show("big", 0x123456789abcdef0LL);
	show("min", -9223372036854775807LL - 1);
	b += 255;
	many--;
	printf("%d %d %d %d\n", b, many, narrow(-3), narrow(0x1ff));
	printf("%ld %ld %d\n", widen(-1), (long)-1, (int)widen(0x80000000U));
	printf("%d %d\n", (char)200, (unsigned char)200);
	printf("%d\n", '\xff' == -1);
	printf("%d %d\n", (int)sizeof('a'), (int)sizeof((char)'a' + (char)'b'));
	return narrow(300);
}
