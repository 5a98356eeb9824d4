/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASSERT_H
#define _ASSERT_H

void __bug(const char *file, int line);

#ifdef NDEBUG
#define assert(condition) ((void)0)
#else
#define assert(condition) ((condition) ? (void)0 : __bug(__FILE__, __LINE__))
#endif
#define static_assert _Static_assert

#endif
