/*+++
title = "Comparisons of mixed sign"
[[run]]
context = "task"
entry = "main"
+++*/
#include <stdio.h>

static int n_true;

static void check(const char *what, int truth)
{
	printf("%s=%d%s", what, truth, ++n_true % 4 ? " " : "\n");
}

#define CHECK(x) check(#x, x)

int main(void)
{
	int minus = -1, zero = 0;
	unsigned int one = 1;
	long lminus = -1;
	unsigned long big = ~0UL;
	unsigned char byte = 255;
	signed char sbyte = -1;
	unsigned short half = 65535;

	CHECK(minus < one);
	CHECK(minus < (int)one);
	CHECK(lminus < one);
	CHECK(lminus == big);
	CHECK(minus == 0xffffffffU);
	CHECK((unsigned long)minus == 0xffffffffUL);
	CHECK(byte == sbyte);
	CHECK(byte > sbyte);
	CHECK(sbyte == minus);
	CHECK(half == (unsigned short)minus);
	CHECK(half == minus);
	CHECK(minus > half);
	CHECK(zero - one > zero);
	CHECK(zero - (long)one > zero);
	CHECK(sizeof(int) > minus);
	CHECK(-1L < 1U);
	CHECK(-1 < 1U);
	CHECK(2147483648 > 0);
	CHECK(0x80000000 > 0);
	CHECK(-2147483648 < 0);
	CHECK(!minus == zero);
	CHECK(!!minus == one);
	CHECK(~zero == minus);
	CHECK((byte ^ 0xff) == 0);
	CHECK(1 < 2 < 1);
	CHECK(3 > 2 > 1);
	CHECK((one ? minus : one) > zero);
	CHECK((one ? minus : zero) > zero);
	return minus < one ? 1 : 2;
}
