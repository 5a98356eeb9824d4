/*+++
title = "Statement expressions, typeof, macros, _Generic"
[[run]]
context = "task"
entry = "main"
+++*/
#include <stdio.h>

#define min(a, b) ({ typeof(a) _a = (a); typeof(b) _b = (b);		\
	(void)(&_a == &_b); _a < _b ? _a : _b; })
#define max(a, b) ({ __auto_type_of(a) _x = (a); __auto_type_of(b) _y = (b); _x > _y ? _x : _y; })
#define __auto_type_of(x) typeof(x)
#define clamp(v, lo, hi) min(max(v, lo), hi)
#define swap(a, b) do { typeof(a) __t = (a); (a) = (b); (b) = __t; } while (0)
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define NAME(x) _Generic((x), int: "int", unsigned int: "unsigned", long: "long",	\
	unsigned long: "unsigned long", char *: "string", default: "other")
#define CAT(a, b) CAT_(a, b)
#define CAT_(a, b) a##b
#define STR(x) #x
#define is_same(a, b) __builtin_types_compatible_p(typeof(a), typeof(b))

static int evaluations;

static int once(int x)
{
	evaluations++;
	return x;
}

static int find(const int *v, int n, int what)
{
	int r = ({
		int i;
		for (i = 0; i < n; i++)
			if (v[i] == what)
				break;
		if (i == n)
			return -1;
		i;
	});
	return r * 10;
}

int main(void)
{
	int v[] = { 4, 8, 15, 16, 23, 42 }, CAT(va, lue) = 3;
	unsigned short h = 1;
	char *s = "s";
	long sum = 0;

	printf("%d %d\n", min(once(3), once(5)), max(once(7), min(once(9), once(8))));
	printf("%d %d %d\n", evaluations, clamp(50, 1, 42), clamp(-3, 1, 42));
	swap(v[0], v[5]);
	printf("%d %d %d\n", v[0], find(v, ARRAY_SIZE(v), 16), find(v, 6, 5));
	printf("%s %s %s %s %s\n", NAME(value), NAME(1L), NAME(sizeof v), NAME(s), NAME(h));
	printf("%s %s %s\n", NAME(h + 1), NAME(1u + 1L), STR(a + b));
	printf("%d %d\n", is_same(value, int), is_same(h, value));
	sum += ({ long acc = 0; for (unsigned int i = 0; i < ARRAY_SIZE(v); i++) acc += v[i]; acc; });
	printf("%ld %d\n", sum, __builtin_choose_expr(sizeof(long) == 8, value, s));
	printf("%d %d\n", value ?: once(1), (value - 3) ?: once(11));
	printf("%d\n", ({ int x = ({ int x = value; x * 2; }); x + 1; }));
	return evaluations;
}
