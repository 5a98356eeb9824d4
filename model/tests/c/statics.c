/*+++
title = "Static locals, tentative and extern definitions, shadowing"
[[run]]
context = "task"
entry = "main"
+++*/
#include <stdio.h>

int counter;
extern int later;
int counter;
static int twice(int);
static int table[];

static int next_id(void)
{
	static int id = 40;
	static int step;

	step++;
	return id += step;
}

static int other(void)
{
	static int id[3] = { 1, 1 };

	id[2] = id[0] + id[1];
	id[0] = id[1];
	return id[1] = id[2];
}

static int use_later(void)
{
	extern int later;

	return later++;
}

int later = 7;
static int table[3] = { 3, 2, 1 };

static inline int twice(int x)
{
	return x * 2;
}

int main(void)
{
	int i, x = 1, later_seen;
	static const char *const words[] = { "a", "b" };

	for (i = 0; i < 4; i++)
		printf("%d %d; ", next_id(), other());
	later_seen = use_later() + use_later();
	printf("%d %d %d\n", later_seen, later, counter);
	{
		int x = 2;
		{
			int later = x + 1, x = later;

			counter += x;
		}
		counter += x;
		for (int x = 0; x < 3; x++)
			counter += table[x];
	}
	printf("%d %d %s\n", x, counter, words[counter & 1]);
	return twice(counter);
}
