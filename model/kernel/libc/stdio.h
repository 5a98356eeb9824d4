/* SPDX-License-Identifier: GPL-2.0-only */
/* There is one stream, and it is only written. */
#ifndef _STDIO_H
#define _STDIO_H

#include <stddef.h>

int printf(const char *format, ...);

static inline int puts(const char *s)
{
	return printf("%s\n", s);
}

static inline int putchar(int c)
{
	printf("%c", c);
	return (unsigned char)c;
}

#endif
