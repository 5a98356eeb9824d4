/*+++
title = "Structs by value: assigned, passed, returned, compared member by member"
[[run]]
context = "task"
entry = "main"
+++*/
#include <stdio.h>

struct point { int x, y; };
struct rect { struct point min, max; char name[12]; };
struct tiny { char c; };

static struct point make(int x, int y)
{
	struct point p = { .y = y, .x = x };

	return p;
}

static struct point plus(struct point a, struct point b)
{
	a.x += b.x;
	a.y += b.y;
	return a;
}

static struct rect grow(struct rect r, int by)
{
	r.min = plus(r.min, make(-by, -by));
	r.max = plus(r.max, (struct point){ by, by });
	r.name[0] -= 32;
	return r;
}

static long area(struct rect r)
{
	return (long)(r.max.x - r.min.x) * (r.max.y - r.min.y);
}

static struct tiny next(struct tiny t)
{
	return (struct tiny){ t.c + 1 };
}

static struct point chain(int n)
{
	return n ? plus(make(n, 1), chain(n - 1)) : make(0, 0);
}

int main(void)
{
	struct rect a = { { 1, 2 }, { 4, 6 }, "unit" }, b, *p = &b;
	struct point v[3] = { { 1, 1 }, make(2, 5) }, w;
	struct tiny t = { 'k' };

	b = grow(a, 2);
	printf("%s %ld %s %ld %ld\n", a.name, area(a), b.name, area(b), area(grow(*p, 1)));
	*p = a;
	p->min.x = 100;
	printf("%d %d\n", a.min.x, b.min.x);
	v[2] = v[0].x ? plus(v[0], v[1]) : v[1];
	w = v[0] = v[2];
	printf("%d %d %d %d\n", w.x, w.y, v[0].x, v[2].y);
	printf("%c %d\n", next(next(t)).c, make(9, 8).y);
	w = chain(6);
	printf("%d %d %d\n", w.x, w.y, plus(plus(w, w), plus(v[1], make(1, 1))).x);
	printf("%d\n", ({ struct point q = w; q.x++; q; }).x);
	return grow(a, 1).min.y;
}
