/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_BUG_H
#define _LINUX_BUG_H

#include <linux/types.h>
#include <linux/printk.h>

void panic(const char *fmt, ...);
void dump_stack(void);
void __bug(const char *file, int line);
void __warn(const char *file, int line, const char *text);

#define BUG() __bug(__FILE__, __LINE__)
#define BUG_ON(condition) ({			\
	if (unlikely(condition))		\
		BUG();				\
	})

/* What follows the text is not printed. */
#define WARN(condition, text, ...) ({			\
	bool __warn_on = !!(condition);			\
	if (unlikely(__warn_on))			\
		__warn(__FILE__, __LINE__, text);	\
	unlikely(__warn_on); })

#define WARN_ON(condition) WARN(condition, "")

#define WARN_ONCE(condition, text, ...) ({			\
	static bool __warned;				\
	bool __warn_on = !!(condition);			\
	if (unlikely(__warn_on && !__warned)) {		\
		__warned = true;			\
		__warn(__FILE__, __LINE__, text);	\
	}						\
	unlikely(__warn_on); })

#define WARN_ON_ONCE(condition) WARN_ONCE(condition, "")

#define BUILD_BUG_ON(condition) _Static_assert(!(condition), "BUILD_BUG_ON: " #condition)

void __vm_bug(const char *file, int line, const char *condition);

/* CONFIG_DEBUG_VM is off: nothing is printed and all goes on. The model takes note. */
#define VM_BUG_ON_PAGE(condition, page) ({			\
	if (unlikely(condition))				\
		__vm_bug(__FILE__, __LINE__, #condition);	\
	(void)(page); })

/* Of the others nobody takes note: the expression is looked at by the compiler, never evaluated. */
#define VM_BUG_ON(condition) ((void)sizeof((long)(condition)))
#define VM_WARN_ON(condition) ((void)sizeof((long)(condition)))

#endif
