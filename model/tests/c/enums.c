/*+++
title = "Enums, ternaries, comma, short circuit"
[[run]]
context = "task"
entry = "main"
+++*/
#include <stdio.h>

enum zone { DMA, DMA32, NORMAL, MOVABLE = 10, LAST, BACK = -3, AFTER };
enum big { SMALL = 1, HUGE = 0x100000000L };
enum bits { FIRST = 1u << 31, SECOND = FIRST >> 1 };

static int calls;

static int yes(void) { calls += 1; return 1; }
static int no(void) { calls += 100; return 0; }

static const char *name(enum zone z)
{
	return z == DMA ? "DMA" : z == NORMAL ? "Normal" : z > NORMAL ? "high" : "low";
}

int main(void)
{
	enum zone z = NORMAL;
	enum big b = HUGE;
	int i = 5, j, table[LAST] = { [MOVABLE] = 3 };

	printf("%d %d %d %d %d\n", LAST, BACK, AFTER, (int)sizeof(z), (int)sizeof(b));
	printf("%s %s %s %s\n", name(z), name(LAST), name(DMA), name(BACK));
	printf("%d %d %d\n", b == HUGE, FIRST > 0, (int)(SECOND >> 30));
	printf("%d %d %d ", yes() && no() && yes(), yes() || no(), no() || (no(), yes()));
	printf("%d\n", calls);
	printf("%d %d\n", (i > 3 && i < 9) + (i < 3 || i > 9), !(i && !i));
	j = (i++, i++, i * 2);
	i = j > 10 ? j < 20 ? 1 : 2 : 3;
	printf("%d %d %d\n", i, j, (i ? -1 : 1u) > 0);
	if ((j = no()) || !(j = yes()))
		printf("never\n");
	for (z = DMA; z <= NORMAL; z++)
		table[z] = z << 4;
	printf("%d %d %d %d\n", j, table[NORMAL], table[MOVABLE], calls);
	j = yes() ? (yes(), 7) : (no(), 8);
	j += -(i == 1) & 0x20;
	return j + (z == NORMAL + 1);
}
