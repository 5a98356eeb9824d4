/* SPDX-License-Identifier: GPL-2.0-only */
/* The heap is one array from which pieces are cut; what is freed is not used again. */
#ifndef _STDLIB_H
#define _STDLIB_H

#include <stddef.h>
#include <string.h>

#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1

#define __HEAP_SIZE 65536

static unsigned char __heap[__HEAP_SIZE] __attribute__((aligned(16)));
static size_t __heap_used;

void __bug(const char *file, int line);

#define abort() __bug(__FILE__, __LINE__)

static inline void *malloc(size_t size)
{
	void *piece = __heap + __heap_used;

	if (size > __HEAP_SIZE - __heap_used)
		return NULL;
	__heap_used += (size + 15) & ~15UL;
	return piece;
}

static inline void *calloc(size_t n, size_t size)
{
	if (size && n > __HEAP_SIZE / size)
		return NULL;
	return malloc(n * size);
}

static inline void free(void *piece)
{
	(void)piece;
}

static inline int abs(int n)
{
	return n < 0 ? -n : n;
}

static inline long labs(long n)
{
	return n < 0 ? -n : n;
}

#endif
