/*+++
title = "How far down each mask may go"
kernel = "v5.9"
config = "preempt-debug"
[zone.Normal]
pages = 128
free = 100
pcp = 0
batch = 1
high = 6
watermark = { min = 64, low = 72, high = 80 }
[[run]]
context = "task"
entry = "measure"
[expect]
always = ["null"]
never = ["violation", "hang"]
+++*/
/*
 * One page after the other is asked for, until NULL comes back: what is then left free is how deep
 * that mask reaches. Nothing is computed here; the numbers are what the allocator does.
 */
static struct page *taken[128];

static unsigned long free_pages_now(void)
{
	return zone_page_state(&contig_page_data.node_zones[ZONE_NORMAL], NR_FREE_PAGES);
}

/* Takes all it gets, remembers what is left, and gives everything back. */
static unsigned long depth(gfp_t gfp)
{
	unsigned long left;
	int n = 0;

	while (n < 128) {
		taken[n] = alloc_pages(gfp | __GFP_NOWARN, 0);
		if (!taken[n])
			break;
		n++;
	}
	drain_local_pages(NULL);
	left = free_pages_now();
	while (n--)
		__free_pages(taken[n], 0);
	drain_local_pages(NULL);
	return left;
}

void measure(void)
{
	unsigned long left;

	printk("free at the start: %lu\n", free_pages_now());
	printk("watermark high: %lu\n", high_wmark_pages(&contig_page_data.node_zones[ZONE_NORMAL]));
	printk("watermark low: %lu\n", low_wmark_pages(&contig_page_data.node_zones[ZONE_NORMAL]));
	printk("watermark min: %lu\n", min_wmark_pages(&contig_page_data.node_zones[ZONE_NORMAL]));
	left = depth(GFP_KERNEL | __GFP_NORETRY);
	printk("left by GFP_KERNEL | __GFP_NORETRY: %lu\n", left);
	left = depth(GFP_NOWAIT);
	printk("left by GFP_NOWAIT: %lu\n", left);
	left = depth(GFP_NOWAIT | __GFP_HIGH);
	printk("left by GFP_NOWAIT | __GFP_HIGH: %lu\n", left);
	left = depth(GFP_ATOMIC | __GFP_NOMEMALLOC);
	printk("left by GFP_ATOMIC | __GFP_NOMEMALLOC: %lu\n", left);
	left = depth(GFP_ATOMIC);
	printk("left by GFP_ATOMIC: %lu\n", left);
	left = depth(GFP_NOWAIT | __GFP_MEMALLOC);
	printk("left by GFP_NOWAIT | __GFP_MEMALLOC: %lu\n", left);
}
