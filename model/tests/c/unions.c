/*+++
title = "Unions, anonymous members, type punning"
[[run]]
context = "task"
entry = "main"
+++*/
#include <stdio.h>
#include <stdint.h>

union word {
	uint64_t all;
	uint32_t half[2];
	uint16_t quarter[4];
	uint8_t byte[8];
	struct { int32_t low, high; };
};

struct node {
	enum { LEAF, PAIR } kind;
	union {
		long value;
		struct { struct node *left, *right; };
	};
	union { unsigned int order; int migratetype; } tag;
};

static long total(const struct node *n)
{
	return n->kind == LEAF ? n->value : total(n->left) + total(n->right);
}

union pass { int i; char c[8]; };

static union pass twist(union pass p)
{
	char c = p.c[0];

	p.c[0] = p.c[3];
	p.c[3] = c;
	return p;
}

int main(void)
{
	union word w = { 0x0123456789abcdefULL };
	struct node a = { .value = 5, .tag.order = 3 }, b = { LEAF, { 37 } };
	struct node root = { PAIR, .left = &a, .right = &b, .tag = { .migratetype = -1 } };
	union pass p = { .i = 0x01020304 };
	int i;

	printf("%x %x %x %d %d\n", w.half[0], w.quarter[2], w.byte[7], w.low, w.high);
	w.byte[0] = 0;
	w.quarter[3] = 0xffff;
	w.low--;
	for (i = 0; i < 8; i++)
		printf("%02x", w.byte[i]);
	printf(" %d\n", w.high < 0);
	printf("%ld %u %d %u\n", total(&root), a.tag.order, root.tag.migratetype, root.tag.order);
	p = twist(p);
	printf("%08x %d\n", p.i, twist(p).c[0]);
	printf("%d %d %d\n", (int)sizeof(union word), (int)sizeof(struct node), (int)sizeof p);
	a.kind = PAIR;
	a.left = a.right = &b;
	return total(&root);
}
