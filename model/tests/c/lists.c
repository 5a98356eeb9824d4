/*+++
title = "Doubly linked lists with container_of"
[[run]]
context = "task"
entry = "main"
+++*/
#include <stdio.h>
#include <stddef.h>

struct list_head {
	struct list_head *next, *prev;
};

#define LIST_HEAD_INIT(name) { &(name), &(name) }
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)
#define container_of(ptr, type, member) ({				\
	void *__mptr = (void *)(ptr);					\
	_Static_assert(sizeof(*(ptr)) == sizeof(((type *)0)->member), "");	\
	((type *)(__mptr - offsetof(type, member))); })
#define list_entry(ptr, type, member) container_of(ptr, type, member)
#define list_first_entry(ptr, type, member) list_entry((ptr)->next, type, member)
#define list_for_each_entry(pos, head, member)				\
	for (pos = list_first_entry(head, typeof(*pos), member);	\
	     &pos->member != (head);					\
	     pos = list_entry(pos->member.next, typeof(*(pos)), member))

static inline void __list_add(struct list_head *new, struct list_head *prev,
			      struct list_head *next)
{
	next->prev = new;
	new->next = next;
	new->prev = prev;
	prev->next = new;
}

static inline void list_add(struct list_head *new, struct list_head *head)
{
	__list_add(new, head, head->next);
}

static inline void list_add_tail(struct list_head *new, struct list_head *head)
{
	__list_add(new, head->prev, head);
}

static inline void list_del(struct list_head *entry)
{
	entry->next->prev = entry->prev;
	entry->prev->next = entry->next;
	entry->next = entry->prev = NULL;
}

struct item {
	short id;
	struct list_head lru;
	long weight;
};

static LIST_HEAD(items);
static struct item pool[8];

int main(void)
{
	struct item *it;
	LIST_HEAD(heavy);
	int i, n = 0;

	for (i = 0; i < 8; i++) {
		pool[i].id = i;
		pool[i].weight = i * 37 % 11;
		if (i & 1)
			list_add(&pool[i].lru, &items);
		else
			list_add_tail(&pool[i].lru, &items);
	}
	list_for_each_entry(it, &items, lru)
		printf("%d(%ld) ", it->id, it->weight);
	for (i = 0; i < 8; i++) {
		if (pool[i].weight > 4) {
			list_del(&pool[i].lru);
			list_add_tail(&pool[i].lru, &heavy);
		}
	}
	printf("|");
	list_for_each_entry(it, &heavy, lru) {
		printf(" %d", it->id);
		n += it->weight;
	}
	it = list_first_entry(&items, struct item, lru);
	printf(" | %d %d %d\n", it->id, heavy.next == &pool[0].lru, (int)offsetof(struct item, lru));
	while (items.next != &items)
		list_del(items.next);
	return n + (items.prev == &items);
}
