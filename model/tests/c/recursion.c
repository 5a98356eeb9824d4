/*+++
title = "Recursion, mutual and deep"
[[run]]
context = "task"
entry = "main"
+++*/
#include <stdio.h>

static int is_odd(unsigned int n);

static int is_even(unsigned int n)
{
	return n == 0 ? 1 : is_odd(n - 1);
}

static int is_odd(unsigned int n)
{
	return n == 0 ? 0 : is_even(n - 1);
}

static int ackermann(int m, int n)
{
	if (!m)
		return n + 1;
	if (!n)
		return ackermann(m - 1, 1);
	return ackermann(m - 1, ackermann(m, n - 1));
}

static int moves;

static void hanoi(int n, char from, char to, char via)
{
	if (!n)
		return;
	hanoi(n - 1, from, via, to);
	if (++moves % 8 == 3)
		printf("%d: %c-%c\n", n, from, to);
	hanoi(n - 1, via, to, from);
}

static int queens(int row, unsigned int cols, unsigned int left, unsigned int right)
{
	int n = 0, i;

	if (row == 5)
		return 1;
	for (i = 0; i < 5; i++) {
		unsigned int bit = 1u << i;

		if ((cols | left | right) & bit)
			continue;
		n += queens(row + 1, cols | bit, (left | bit) << 1, (right | bit) >> 1);
	}
	return n;
}

static int depth(int n)
{
	int local[4] = { n, n + 1 };

	return n ? depth(n - 1) + local[1] - local[0] + local[3] : 0;
}

int main(void)
{
	printf("%d %d\n", is_even(20), is_odd(17));
	printf("%d\n", ackermann(2, 3));
	hanoi(5, 'a', 'b', 'c');
	printf("%d %d %d\n", moves, queens(0, 0, 0, 0), depth(20));
	return ackermann(1, 5);
}
