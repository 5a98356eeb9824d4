/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Doubly linked lists. The stores are the kernel's, in the kernel's order, each a statement: an
 * NMI may come between any two of them.
 */
#ifndef _LINUX_LIST_H
#define _LINUX_LIST_H

#include <linux/kernel.h>
#include <linux/poison.h>

#define LIST_HEAD_INIT(name) { &(name), &(name) }
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	WRITE_ONCE(list->next, list);
	list->prev = list;
}

#ifdef CONFIG_DEBUG_LIST
/* lib/list_debug.c: says what is wrong, then the caller leaves the list alone. */
void __list_corruption(const char *fmt, ...);

/* True when the list is damaged, after having said so. */
#define __list_broken(condition, fmt, ...) ({		\
	bool __broken = (condition);			\
	if (unlikely(__broken))				\
		__list_corruption(fmt, ##__VA_ARGS__);	\
	__broken; })

static inline bool __list_add_valid(struct list_head *new, struct list_head *prev,
				    struct list_head *next)
{
	if (__list_broken(next->prev != prev,
			  "list_add corruption. next->prev should be prev (%px), but was %px. (next=%px).",
			  prev, next->prev, next) ||
	    __list_broken(prev->next != next,
			  "list_add corruption. prev->next should be next (%px), but was %px. (prev=%px).",
			  next, prev->next, prev))
		return false;
	return !__list_broken(new == prev || new == next,
			      "list_add double add: new=%px, prev=%px, next=%px.", new, prev, next);
}

static inline bool __list_del_entry_valid(struct list_head *entry)
{
	struct list_head *prev = entry->prev;
	struct list_head *next = entry->next;

	if (__list_broken(next == LIST_POISON1, "list_del corruption, %px->next is LIST_POISON1 (%px)",
			  entry, LIST_POISON1) ||
	    __list_broken(prev == LIST_POISON2, "list_del corruption, %px->prev is LIST_POISON2 (%px)",
			  entry, LIST_POISON2))
		return false;
	if (__list_broken(prev->next != entry,
			  "list_del corruption. prev->next should be %px, but was %px",
			  entry, prev->next))
		return false;
	return !__list_broken(next->prev != entry,
			      "list_del corruption. next->prev should be %px, but was %px",
			      entry, next->prev);
}
#else
#define __list_add_valid(new, prev, next) true
#define __list_del_entry_valid(entry) true
#endif

static inline void __list_add(struct list_head *new, struct list_head *prev,
			      struct list_head *next)
{
	if (!__list_add_valid(new, prev, next))
		return;

	next->prev = new;
	new->next = next;
	new->prev = prev;
	WRITE_ONCE(prev->next, new);
}

static inline void list_add(struct list_head *new, struct list_head *head)
{
	__list_add(new, head, head->next);
}

static inline void list_add_tail(struct list_head *new, struct list_head *head)
{
	__list_add(new, head->prev, head);
}

static inline void __list_del(struct list_head *prev, struct list_head *next)
{
	next->prev = prev;
	WRITE_ONCE(prev->next, next);
}

static inline void __list_del_entry(struct list_head *entry)
{
	if (!__list_del_entry_valid(entry))
		return;

	__list_del(entry->prev, entry->next);
}

static inline void list_del(struct list_head *entry)
{
	__list_del_entry(entry);
	entry->next = LIST_POISON1;
	entry->prev = LIST_POISON2;
}

static inline void list_del_init(struct list_head *entry)
{
	__list_del_entry(entry);
	INIT_LIST_HEAD(entry);
}

static inline void list_move(struct list_head *list, struct list_head *head)
{
	__list_del_entry(list);
	list_add(list, head);
}

static inline void list_move_tail(struct list_head *list, struct list_head *head)
{
	__list_del_entry(list);
	list_add_tail(list, head);
}

/* new takes the place of old, which is empty afterwards; an empty old makes new empty. */
static inline void list_replace_init(struct list_head *old, struct list_head *new)
{
	new->next = old->next;
	new->next->prev = new;
	new->prev = old->prev;
	new->prev->next = new;
	INIT_LIST_HEAD(old);
}

#define list_empty(head) (READ_ONCE((head)->next) == (head))

#define list_entry(ptr, type, member) container_of(ptr, type, member)
#define list_first_entry(head, type, member) list_entry((head)->next, type, member)
#define list_last_entry(head, type, member) list_entry((head)->prev, type, member)
#define list_next_entry(pos, member) list_entry((pos)->member.next, typeof(*(pos)), member)
#define list_prev_entry(pos, member) list_entry((pos)->member.prev, typeof(*(pos)), member)

/* The head is read once: who reads it twice may see two different lists. */
#define list_first_entry_or_null(head, type, member) ({			\
	struct list_head *__pos = READ_ONCE((head)->next);		\
	__pos != (head) ? list_entry(__pos, type, member) : NULL; })

#define list_for_each(pos, head) \
	for (pos = (head)->next; pos != (head); pos = pos->next)

#define list_for_each_entry(pos, head, member)				\
	for (pos = list_first_entry(head, typeof(*pos), member);	\
	     &pos->member != (head);					\
	     pos = list_next_entry(pos, member))

#define list_for_each_entry_reverse(pos, head, member)			\
	for (pos = list_last_entry(head, typeof(*pos), member);		\
	     &pos->member != (head);					\
	     pos = list_prev_entry(pos, member))

#define list_for_each_entry_safe(pos, n, head, member)			\
	for (pos = list_first_entry(head, typeof(*pos), member),	\
		     n = list_next_entry(pos, member);			\
	     &pos->member != (head);					\
	     pos = n, n = list_next_entry(n, member))

#define list_for_each_entry_safe_reverse(pos, n, head, member)		\
	for (pos = list_last_entry(head, typeof(*pos), member),		\
		     n = list_prev_entry(pos, member);			\
	     &pos->member != (head);					\
	     pos = n, n = list_prev_entry(n, member))

#endif
