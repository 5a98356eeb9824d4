/*+++
title = "Switch: fallthrough, ranges, default in the middle, nested"
[[run]]
context = "task"
entry = "main"
+++*/
#include <stdio.h>

static int classify(int c)
{
	switch (c) {
	case '0' ... '9':
		return 1;
	case 'a' ... 'z':
	case 'A' ... 'Z':
	case '_':
		return 2;
	default:
		return 0;
	case ' ':
	case '\t':
		return 3;
	}
}

static int nested(unsigned int a, long b)
{
	int r = 0;

	switch (a) {
	case 0:
		switch (b) {
		case -1:
			r += 1;
			break;
		case 1L << 40:
			r += 2;
			/* fall through */
		default:
			r += 4;
		}
		r += 8;
		break;
	case 0xffffffff:
		r += 16;
		/* fall through */
	case 1: {
		int twice = r * 2;

	case 2:
		twice = r + 32;
		r = twice;
		break;
	}
	case -2:
		r = 64;
	}
	return r;
}

static int loop(int n)
{
	int r = 0;

	while (n--) {
		switch (n % 4) {
		case 0:
			continue;
		case 1:
			r++;
			break;
		case 2:
			if (n > 9)
				break;
			/* fall through */
		case 3:
			r += 10;
		}
		r += 100;
	}
	return r;
}

int main(void)
{
	const char *s = "x1 _\tZ+";
	int i;

	for (i = 0; s[i]; i++)
		printf("%d", classify(s[i]));
	printf("\n%d %d %d\n", nested(0, -1), nested(0, 1L << 40), nested(0, 7));
	printf("%d %d %d %d\n", nested(1, 0), nested(2, 0), nested(-1, 0), nested(-2, 0));
	printf("%d %d\n", loop(7), loop(15));
	switch (i)
		case 7:
			printf("seven\n");
	switch (3) {
	case 1:
		return 1;
	case 3:
		i = 42;
	}
	return i;
}
