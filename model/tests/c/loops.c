/*+++
title = "Loops, nested breaks, continue"
[[run]]
context = "task"
entry = "main"
+++*/
#include <stdio.h>

static int primes(int limit)
{
	int n = 0, i, j;

	for (i = 2; i < limit; i++) {
		for (j = 2; j * j <= i; j++)
			if (i % j == 0)
				break;
		if (j * j <= i)
			continue;
		n++;
	}
	return n;
}

static int collatz(unsigned int x)
{
	int steps = 0;

	while (x != 1) {
		if (x & 1)
			x = 3 * x + 1;
		else
			x /= 2;
		steps++;
	}
	return steps;
}

int main(void)
{
	int i = 0, j, sum = 0;

	printf("%d %d\n", primes(60), collatz(27));
	do {
		if (i == 3)
			continue;
		if (i == 8)
			break;
		sum += i;
	} while (++i < 20);
	printf("%d %d\n", i, sum);
	for (;;) {
		for (j = 0; ; j++) {
			if (j > i)
				break;
			if ((i + j) % 5 == 0)
				goto next;
			sum += j;
		}
		sum *= 2;
next:
		if (--i < 0)
			break;
	}
	printf("%d %d %d\n", i, j, sum);
	for (i = 0, j = 10; i < j; i++, j--)
		printf("%d%d ", i, j);
	while (i-- > 0)
		;
	for (int i = 5; i; i--)
		sum += i;
	printf("%d %d\n", i, sum);
	return sum & 0xff;
}
