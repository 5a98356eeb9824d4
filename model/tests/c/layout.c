/*+++
title = "Alignment, padding, packing and offsets"
[[run]]
context = "task"
entry = "main"
+++*/
#include <stdio.h>
#include <stddef.h>

struct a { char c; long l; char d; };
struct b { char c; short s; int i; } __attribute__((packed));
struct c { char c; struct a a; short s[3]; };
struct d { int i; char c; } __attribute__((aligned(16)));
struct e { char c; int x __attribute__((aligned(8))); char tail[]; };
struct f { struct { char p; struct { short q; }; }; union { char r; long s; }; };
struct g { unsigned int x : 3; char c; unsigned int y : 30; unsigned int z : 2; };
struct h { char c; long : 5; int i : 7; };
struct i { };
union u { char c[9]; int i; };

#define SHOW(type) printf("%s %d %d; ", #type, (int)sizeof(type), (int)_Alignof(type))
#define OFF(type, m) printf(#m " %d; ", (int)offsetof(type, m))

int main(void)
{
	struct c v[2];
	struct b p = { 1, -2, -3 };
	unsigned char *raw = (unsigned char *)&p;
	int k;

	SHOW(struct a); SHOW(struct b); SHOW(struct c); SHOW(struct d); SHOW(struct e);
	SHOW(struct f); SHOW(struct g); SHOW(struct h); SHOW(struct i); SHOW(union u);
	printf("\n");
	OFF(struct a, d); OFF(struct b, i); OFF(struct c, s[2]); OFF(struct c, a.l); OFF(struct e, x);
	OFF(struct e, tail); OFF(struct f, q); OFF(struct f, s); OFF(struct g, c);
	printf("\n%d %d\n", (int)((char *)&v[1].s[1] - (char *)v), (int)__alignof__(long long));
	for (k = 0; k < (int)sizeof(p); k++)
		printf("%02x", raw[k]);
	p.i += 4;
	p.s ^= p.c;
	printf(" %d %d\n", p.i, p.s);
	SHOW(char[3]); SHOW(void *); SHOW(int (*)(void)); SHOW(_Bool); SHOW(struct a[3]);
	printf("\n");
	return offsetof(struct c, s) + sizeof(struct { char x[3]; int y; });
}
