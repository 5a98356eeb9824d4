// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmalloc(), as far as kvfree_rcu() can tell it from kmalloc(): one page an area, a lock around what
 * in the kernel is a tree of areas, no mapping. vfree() from interrupts is not modelled.
 */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>
#include <model/object.h>

static DEFINE_SPINLOCK(vmap_area_lock);
static unsigned long nr_vmap_areas;

#define vmalloc_addr(page) (VMALLOC_START + (page_to_pfn(page) << PAGE_SHIFT))
#define vmalloc_to_page(addr) pfn_to_page(((unsigned long)(addr) - VMALLOC_START) >> PAGE_SHIFT)

static void count_vmap_area(long delta)
{
	spin_lock(&vmap_area_lock);
	nr_vmap_areas += delta;
	spin_unlock(&vmap_area_lock);
}

void *vmalloc(unsigned long size)
{
	struct page *page;

	might_sleep();
	page = alloc_page(GFP_KERNEL);
	if (!page || size > PAGE_SIZE)
		return NULL;

	__object((void *)vmalloc_addr(page), size, OBJECT_LIVE);
	count_vmap_area(1);
	return (void *)vmalloc_addr(page);
}

void vfree(const void *addr)
{
	might_sleep();
	if (!addr)
		return;

	__object(addr, PAGE_SIZE, OBJECT_FREED);
	count_vmap_area(-1);
	__free_page(vmalloc_to_page(addr));
}

void kvfree(const void *addr)
{
	if (is_vmalloc_addr(addr))
		vfree(addr);
	else
		kfree(addr);
}
