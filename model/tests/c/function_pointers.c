/*+++
title = "Function pointers in tables, structs and parameters"
[[run]]
context = "task"
entry = "main"
+++*/
#include <stdio.h>

typedef int (*binary_fn)(int, int);

static int add(int a, int b) { return a + b; }
static int sub(int a, int b) { return a - b; }
static int mul(int a, int b) { return a * b; }

static const struct operation {
	const char *name;
	binary_fn apply;
} operations[] = {
	{ "add", add },
	{ .apply = &sub, .name = "sub" },
	{ "mul", mul },
	{ }
};

static int fold(int (*f)(int, int), const int *v, int n, int start)
{
	while (n--)
		start = f(start, *v++);
	return start;
}

static binary_fn pick(char c)
{
	return c == '+' ? add : c == '-' ? &sub : mul;
}

static int (*(*chooser)(char))(int, int) = pick;

static void each(const int *v, int n, void (*visit)(int, void *), void *data)
{
	int i;

	for (i = 0; i < n; i++)
		visit(v[i], data);
}

static void sum(int x, void *data)
{
	*(long *)data += x;
}

int main(void)
{
	int v[] = { 5, 4, 3, 2 };
	const struct operation *op;
	binary_fn table[2] = { add, 0 };
	long total = 0;

	for (op = operations; op->name; op++)
		printf("%s %d %d\n", op->name, op->apply(7, 3), fold(op->apply, v, 4, 1));
	printf("%d %d\n", pick('-')(1, 2), (*chooser('*'))(6, 7));
	printf("%d %d %d\n", table[0] == add, table[1] == NULL, !table[1]);
	table[1] = table[0];
	printf("%d %d\n", (**table[1])(1, 1), (***add)(2, 2));
	each(v, 4, sum, &total);
	return (table[1] ?: mul)(2, (int)total);
}
