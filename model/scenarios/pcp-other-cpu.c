/*+++
title = "The other CPU's list does not help"
kernel = "v5.9+rfc"
config = "preempt-debug"
cpus = 2
prepare = "fill_cpu_0"
[zone.Normal]
pages = 64
free = 40
pcp = 0
batch = 3
high = 6
watermark = { min = 4, low = 5, high = 6 }
[[run]]
context = "task"
entry = "caller"
cpu = 1
[expect]
always = ["null"]
never = ["violation", "hang"]
+++*/
/*
 * CPU 0 has two pages on its list, the zone has forty. The lockless call on CPU 1 sees neither.
 */
static unsigned long address;

int fill_cpu_0(void)
{
	struct page *page = alloc_pages(GFP_ATOMIC, 0);

	__free_pages(page, 0);
	return 0;
}

void caller(void)
{
	address = __rcu_alloc_page_lockless();
}
