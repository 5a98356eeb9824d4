/*+++
title = "Initialisers: designators, ranges, brace elision, strings, addresses"
[[run]]
context = "task"
entry = "main"
+++*/
#include <stdio.h>

struct in { short a; char s[6]; long b; };
struct out { struct in one, two[2]; int tail[3]; struct in *self; };

static int x, arr[4] = { 1, 2 }, *px = &x, *end = &arr[4];
static struct out g = { { 1, "ab", 2 }, { 3, "cdefgh", 4, 5 }, .tail = { [2] = 9 }, &g.two[1] };
static int sparse[] = { [3] = 30, 40, [0 ... 1] = 7, [9] = 90 };
static const char *const names[] = { "zero", "one", [4] = "four" };
static char text[] = "con" "catenated", fixed[3] = "abc", list[] = { 'x', 'y', 0 };
static int grid[][3] = { 1, 2, 3, { 4 }, 5, 6 };
static char (*row)[10] = (char (*)[10])&text[1];
static unsigned long diff = (unsigned long)&((struct out *)0)->two[1].b;
static long *inner = &g.two[1].b, off = -5 + sizeof(struct in) * 2;
static struct { int n; struct { char c[2]; } m[2]; } anon = { 1, { { "a" }, { "bc" } } };

static void show(const struct in *p)
{
	printf("%d %.6s %ld; ", p->a, p->s, p->b);
}

int main(void)
{
	struct out l = { .two[1].b = 6, .one = { .b = 1 }, .tail = { 1, [1 ... 2] = x + 8 } };
	struct in copies[3] = { g.one, { 7 }, g.two[0] };
	int i, odd[5] = { [1] = arr[1], 3 }, *lp[] = { &odd[1], odd + 2 };
	char local[8] = "hi", brace[] = { "braced" };

	show(&g.one); show(&g.two[0]); show(&g.two[1]); show(g.self);
	printf("%d %d\n", g.tail[0], g.tail[2]);
	show(&l.one); show(&l.two[1]); show(&copies[0]); show(&copies[1]); show(copies + 2);
	printf("%d %d %d\n", l.tail[0], l.tail[2], l.self == 0);
	for (i = 0; i < (int)(sizeof(sparse) / sizeof(sparse[0])); i++)
		printf("%d ", sparse[i]);
	printf("%d %s %d\n", (int)sizeof(names), names[4], names[2] == 0);
	printf("%s %d %c%s %d\n", text, (int)sizeof(text), fixed[2], list, (int)sizeof(grid));
	printf("%d %d %d %d\n", grid[1][1], grid[2][1], *px, (int)(end - arr));
	printf("%c %lu %ld %ld %s\n", (*row)[2], diff, *inner, off, anon.m[0].c);
	printf("%d %d %d %d %d %s %d\n", odd[0], *lp[0], *lp[1], local[5], local[1], brace,
	       (int)sizeof(brace));
	*px = 12;
	return x + ((struct in){ .b = 30 }).b;
}
