/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists without a lock: anybody adds at the head, somebody takes all. */
#ifndef _LINUX_LLIST_H
#define _LINUX_LLIST_H

#include <linux/atomic.h>
#include <linux/kernel.h>

struct llist_node {
	struct llist_node *next;
};

struct llist_head {
	struct llist_node *first;
};

#define LLIST_HEAD_INIT(name) { NULL }
#define LLIST_HEAD(name) struct llist_head name = LLIST_HEAD_INIT(name)

#define init_llist_head(list) ((list)->first = NULL)
#define llist_empty(head) (READ_ONCE((head)->first) == NULL)
#define llist_entry(ptr, type, member) container_of(ptr, type, member)
#define llist_del_all(head) xchg(&(head)->first, (struct llist_node *)NULL)

/* True when the list was empty before. */
static inline bool llist_add(struct llist_node *new, struct llist_head *head)
{
	struct llist_node *first = READ_ONCE(head->first);

	do {
		new->next = first;
	} while (!try_cmpxchg(&head->first, &first, new));

	return !first;
}

/* Callers keep each other out. */
static inline struct llist_node *llist_del_first(struct llist_head *head)
{
	struct llist_node *entry = READ_ONCE(head->first);

	if (entry)
		head->first = entry->next;
	return entry;
}

#define llist_for_each_safe(pos, n, node) \
	for ((pos) = (node); (pos) && ((n) = (pos)->next, true); (pos) = (n))

/* The entry before the end of the list has a NULL next: it is looked at, never followed. */
#define llist_for_each_entry_safe(pos, n, node, member)			\
	for (pos = llist_entry(node, typeof(*pos), member);		\
	     &pos->member != NULL &&					\
	     (n = llist_entry(pos->member.next, typeof(*n), member), 1);	\
	     pos = n)

#endif
