/*+++
title = "Arithmetic of every width and sign"
[[run]]
context = "task"
entry = "main"
+++*/
#include <stdio.h>

#define SHOW(type, a, b) do {						\
	type x = (type)(a), y = (type)(b);				\
	printf("%s: %lld %lld %lld ", #type, (long long)(type)(x + y),	\
	       (long long)(type)(x - y), (long long)(type)(x * y));	\
	printf("%lld %lld %llx\n", (long long)(type)(x / y),		\
	       (long long)(type)(x % y), (unsigned long long)(type)-x);	\
} while (0)

#define ALL(a, b) do {							\
	SHOW(signed char, a, b);					\
	SHOW(unsigned char, a, b);					\
	SHOW(short, a, b);						\
	SHOW(unsigned short, a, b);					\
	SHOW(int, a, b);						\
	SHOW(unsigned int, a, b);					\
	SHOW(long, a, b);						\
	SHOW(unsigned long, a, b);					\
	SHOW(long long, a, b);						\
	SHOW(unsigned long long, a, b);					\
} while (0)

int main(void)
{
	int i = 2147483647;
	long l = 9223372036854775807L;
	unsigned char c = 255;
	short s = -32768;

	ALL(7, 3);
	ALL(-7, 3);
	ALL(7, -3);
	ALL(0x1234567890abcdefL, 0x1001);
	ALL(0x8000000080008081UL, 0x7f);
	i++;
	l += 1;
	c++;
	s--;
	printf("%d %ld %u %d\n", i, l, c, s);
	i = -i;
	s = -s;
	c -= 1;
	c *= c;
	printf("%d %d %u\n", i, s, c);
	return (int)(l >> 60);
}
