/*+++
title = "Pointers to pointers, arrays of arrays, pointer arithmetic"
[[run]]
context = "task"
entry = "main"
+++*/
#include <stdio.h>

static int matrix[3][4];
static int cube[2][3][2] = { { { 1, 2 }, { 3, 4 }, { 5, 6 } }, { { 7 } } };

static void fill(int (*m)[4], int rows)
{
	int i, j;

	for (i = 0; i < rows; i++)
		for (j = 0; j < 4; j++)
			m[i][j] = 10 * i + j;
}

static int trace(int n, int m[][4])
{
	int i, sum = 0;

	for (i = 0; i < n; i++)
		sum += m[i][i] * (i[m])[0];
	return sum;
}

static void insert(int **link, int *value)
{
	*link = value;
}

static void swap(int **a, int **b)
{
	int *t = *a;

	*a = *b;
	*b = t;
}

int main(void)
{
	int a = 1, b = 2, *pa = &a, *pb = &b, **pp = &pa, ***ppp = &pp;
	int (*row)[4] = matrix + 1, *flat = &matrix[0][0], *past;
	char bytes[16], *c = bytes;
	long *lp = (long *)(c + 8);
	void *v = &bytes[3];
	short i;

	fill(matrix, 3);
	printf("%d %d %d %d\n", trace(3, matrix), (*row)[2], row[1][3], flat[7]);
	swap(&pa, &pb);
	***ppp += 10;
	insert(pp, &matrix[2][0]);
	printf("%d %d %d\n", a, b, **pp);
	printf("%ld %ld %ld\n", (long)((char *)lp - c), (long)(&matrix[2] - matrix),
	       (long)(&matrix[2][1] - &matrix[0][3]));
	printf("%ld %d %d\n", (long)((char *)(v + 2) - bytes), v > (void *)c, !v);
	past = flat + 12;
	for (i = -1; i >= -12; i -= 3)
		printf("%d ", past[i]);
	printf("\n%d %d %d %d\n", cube[0][2][1], cube[1][0][0], cube[1][1][1], **cube[1]);
	printf("%d %d %d\n", (int)sizeof(matrix[0]), (int)sizeof(*cube), (int)sizeof(&cube));
	flat += 3;
	i = *flat++;
	printf("%d ", i);
	i = *++flat;
	printf("%d ", i);
	i = (*flat)++;
	printf("%d %d %d\n", i, *flat, *(flat - 2));
	return *(*(matrix + 2) + 3);
}
