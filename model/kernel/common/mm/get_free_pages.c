// SPDX-License-Identifier: GPL-2.0-only
/* Pages by the address of their contents. In the kernel this is part of mm/page_alloc.c. */
#include <linux/gfp.h>
#include <linux/mm.h>

unsigned long __get_free_pages(gfp_t gfp_mask, unsigned int order)
{
	struct page *page;

	page = alloc_pages(gfp_mask & ~__GFP_HIGHMEM, order);
	if (!page)
		return 0;
	return (unsigned long)page_address(page);
}

unsigned long get_zeroed_page(gfp_t gfp_mask)
{
	return __get_free_pages(gfp_mask | __GFP_ZERO, 0);
}

void free_pages(unsigned long addr, unsigned int order)
{
	if (addr != 0)
		__free_pages(virt_to_page(addr), order);
}

/* A block that is no compound page becomes single pages, each with a count of its own. */
void split_page(struct page *page, unsigned int order)
{
	int i;

	for (i = 1; i < (1 << order); i++)
		set_page_count(page + i, 1);
}

/*
 * Gives back what alloc_pages_exact() rounds up to: the block becomes single pages, of which those
 * from the end on are freed.
 */
static void *make_alloc_exact(unsigned long addr, unsigned int order, size_t size)
{
	unsigned long alloc_end = addr + (PAGE_SIZE << order);
	unsigned long used = addr + PAGE_ALIGN(size);

	if (addr) {
		split_page(virt_to_page(addr), order);
		while (used < alloc_end) {
			free_page(used);
			used += PAGE_SIZE;
		}
	}
	return (void *)addr;
}

void *alloc_pages_exact(size_t size, gfp_t gfp_mask)
{
	unsigned int order = get_order(size);

	if (WARN_ON_ONCE(gfp_mask & __GFP_COMP))
		gfp_mask &= ~__GFP_COMP;

	return make_alloc_exact(__get_free_pages(gfp_mask, order), order, size);
}

void free_pages_exact(void *virt, size_t size)
{
	unsigned long addr = (unsigned long)virt;
	unsigned long end = addr + PAGE_ALIGN(size);

	while (addr < end) {
		free_page(addr);
		addr += PAGE_SIZE;
	}
}
