/*+++
title = "A hash table with chains, insertion, removal"
[[run]]
context = "task"
entry = "main"
+++*/
#include <stdio.h>

#define N_BUCKETS 16
#define N_NODES 40

struct entry {
	unsigned int key;
	int value;
	struct entry *next;
};

static struct entry nodes[N_NODES], *free_list, *buckets[N_BUCKETS];

static unsigned int hash(unsigned int key)
{
	key = ((key >> 16) ^ key) * 0x45d9f3b;
	key = ((key >> 16) ^ key) * 0x45d9f3b;
	return ((key >> 16) ^ key) % N_BUCKETS;
}

static struct entry *find(unsigned int key)
{
	struct entry *e;

	for (e = buckets[hash(key)]; e; e = e->next)
		if (e->key == key)
			return e;
	return NULL;
}

static int insert(unsigned int key, int value)
{
	struct entry *e = find(key), **head = &buckets[hash(key)];

	if (!e) {
		if (!free_list)
			return -1;
		e = free_list;
		free_list = e->next;
		*e = (struct entry){ .key = key, .next = *head };
		*head = e;
	}
	return e->value = value;
}

static int remove_key(unsigned int key)
{
	struct entry **link = &buckets[hash(key)], *e;

	while ((e = *link) && e->key != key)
		link = &e->next;
	if (!e)
		return 0;
	*link = e->next;
	e->next = free_list;
	free_list = e;
	return 1;
}

int main(void)
{
	unsigned int x = 12345;
	int i, inserted = 0, removed = 0, longest = 0;

	for (i = 0; i < N_NODES; i++) {
		nodes[i].next = free_list;
		free_list = &nodes[i];
	}
	for (i = 0; i < 60; i++) {
		x = x * 1103515245 + 12345;
		if (x >> 30 == 3)
			removed += remove_key(x >> 8 & 31);
		else
			inserted += insert(x >> 8 & 31, i) == i;
	}
	for (i = 0; i < N_BUCKETS; i++) {
		struct entry *e;
		int n = 0;

		for (e = buckets[i]; e; e = e->next, n++)
			printf("%u=%d ", e->key, e->value);
		if (n > longest)
			longest = n;
	}
	printf("\n%d %d %d\n", inserted, removed, longest);
	return find(7) ? find(7)->value : 255;
}
