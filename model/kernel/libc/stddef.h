/* SPDX-License-Identifier: GPL-2.0-only */
/* For plain C programs; as a C library's, as far as the machine can be one. */
#ifndef _STDDEF_H
#define _STDDEF_H

typedef unsigned long size_t;
typedef long ptrdiff_t;
typedef int wchar_t;

#define NULL ((void *)0)
#define offsetof(type, member) __builtin_offsetof(type, member)

#endif
