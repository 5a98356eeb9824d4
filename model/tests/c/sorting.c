/*+++
title = "Sorting three ways"
[[run]]
context = "task"
entry = "main"
+++*/
#include <stdio.h>

#define N 24

static unsigned int seed = 1;

static int random_int(void)
{
	seed = seed * 1664525u + 1013904223u;
	return (int)(seed >> 16) % 200 - 100;
}

static void insertion(int *v, int n)
{
	for (int i = 1; i < n; i++) {
		int x = v[i], j = i;

		for (; j > 0 && v[j - 1] > x; j--)
			v[j] = v[j - 1];
		v[j] = x;
	}
}

static void quick(int *lo, int *hi)
{
	int *i = lo, *j = hi, pivot = lo[(hi - lo) / 2];

	while (i <= j) {
		while (*i < pivot)
			i++;
		while (*j > pivot)
			j--;
		if (i <= j) {
			int t = *i;

			*i++ = *j;
			*j-- = t;
		}
	}
	if (lo < j)
		quick(lo, j);
	if (i < hi)
		quick(i, hi);
}

static void merge(int *v, int *tmp, int n)
{
	int half = n / 2, i = 0, j = half, k = 0;

	if (n < 2)
		return;
	merge(v, tmp, half);
	merge(v + half, tmp, n - half);
	while (i < half || j < n)
		tmp[k++] = j >= n || (i < half && v[i] <= v[j]) ? v[i++] : v[j++];
	while (k--)
		v[k] = tmp[k];
}

static long checksum(const int *v, int n)
{
	long sum = 0;

	while (n--)
		sum = sum * 31 + *v++;
	return sum;
}

int main(void)
{
	int a[N], b[N], c[N], tmp[N], i;

	for (i = 0; i < N; i++)
		a[i] = b[i] = c[i] = random_int();
	printf("%lx\n", (unsigned long)checksum(a, N));
	insertion(a, N);
	quick(b, b + N - 1);
	merge(c, tmp, N);
	for (i = 0; i < N; i++)
		printf("%d%s", a[i], a[i] == b[i] && b[i] == c[i] ? " " : "! ");
	printf("\n%lx\n", (unsigned long)checksum(c, N));
	return checksum(b, N) & 0x7f;
}
