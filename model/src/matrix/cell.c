/*
 * A cell of the matrix. Before this text stand the calls, call_0() and what follows, each with what
 * comes before it, and what a cell may set: the macros below.
 */
#include <linux/version.h>

static int (*call)(void) = CALL;
static void (*before)(void) = BEFORE;
/* Another context makes the same call, with objects of its own. */
static int (*other)(void) = OTHER;
static void (*other_before)(void) = OTHER_BEFORE;
/* The primitive inside which a caller who holds a lock himself makes the call. */
static void (*enter)(void (*)(void)) = ENTER;
static int zone_idx = ZONE_IDX;
static int call_cpu = CALL_CPU;
/* The per-CPU lists: emptied; filled with blocks of an order; at their mark. */
static int drain = DRAIN, fill = FILL, fill_order = FILL_ORDER, full = FULL;
/* Memory was used up: whoever did it has woken kswapd. The boost of the watermarks is left on. */
static int squeezed = SQUEEZED;
/* What comes before the call happened while memory was plentiful; then all but so much was used. */
static unsigned int left = LEFT;
static int boosted = BOOSTED;
/* What is interrupted gives a page back. */
static int user_frees = USER_FREES;

static struct page *users;
static struct lockdep_map sb_writers = { .name = "sb_writers" };

static int marks;

void model_marker(void)
{
	marks++;
}

static struct zone *model_zone(void)
{
	return &NODE_DATA(0)->node_zones[zone_idx];
}

static struct per_cpu_pages *model_pcp(int cpu)
{
	return zone_pcp(model_zone(), cpu);
}

/* Fills this CPU's list as use would: what was allocated is freed. */
static struct page *hoard[16];

static void model_fill(void)
{
	int i;

	for (i = 0; i < fill; i++)
		hoard[i] = alloc_pages(__GFP_HIGH | __GFP_MEMALLOC, fill_order);
	/* What a refill brought besides. */
	if (fill && !fill_order)
		drain_local_pages(NULL);
	for (i = 0; i < fill; i++) {
		if (hoard[i])
			__free_pages(hoard[i], fill_order);
	}
}

/* Lowers the mark to where the list is: one more page and a batch goes back. */
static void model_mark(struct per_cpu_pages *pcp)
{
	pcp->high = pcp->count + 1;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	pcp->high_min = pcp->high;
	pcp->high_max = pcp->high;
#endif
}

static void model_squeeze(void)
{
	struct page *page = alloc_pages(GFP_NOWAIT | __GFP_NOWARN, 0);

	if (page)
		__free_pages(page, 0);
}

static void model_before(void)
{
	struct zone *zone = model_zone();
	unsigned long marks[NR_WMARK];
	long rest;

	if (left == UINT_MAX) {
		before();
		return;
	}

	memcpy(marks, zone->_watermark, sizeof(marks));
	memset(zone->_watermark, 0, sizeof(marks));
	before();
	drain_local_pages(NULL);
	for (rest = zone_page_state(zone, NR_FREE_PAGES) - left; rest > 0; rest--)
		alloc_pages(GFP_NOWAIT, 0);
	drain_local_pages(NULL);
	memcpy(zone->_watermark, marks, sizeof(marks));
}

static void model_boost(void)
{
	struct pglist_data *pgdat = NODE_DATA(0);
	int i;

	for (i = 0; i < MAX_NR_ZONES; i++) {
		struct zone *zone = &pgdat->node_zones[i];

		if (populated_zone(zone))
			zone->watermark_boost = zone->_watermark[WMARK_HIGH] * 3 / 2;
	}
}

int model_prepare(void)
{
	int cpu;

	/* Some page is in use, as on any machine: there are free blocks of every order. */
	if (!squeezed)
		alloc_pages(__GFP_HIGH | __GFP_MEMALLOC, 0);
	model_before();
	if (other_before)
		other_before();
	if (user_frees)
		users = alloc_pages(GFP_ATOMIC, 0);
	if (squeezed)
		model_squeeze();
	if (drain)
		drain_local_pages(NULL);
	model_fill();
	if (full) {
		for_each_possible_cpu(cpu)
			model_mark(model_pcp(cpu));
	}
	if (boosted)
		model_boost();
	return 0;
}

/* What the recorded kernels' test did: a write() that was interrupted. */
int model_writer(void)
{
	lock_map_acquire(&sb_writers);
	model_marker();
	lock_map_release(&sb_writers);
	return 1;
}

int model_zone_holder(void)
{
	unsigned long flags;

	lock_map_acquire(&sb_writers);
	zone_lock_irqsave(model_zone(), flags);
	model_marker();
	zone_unlock_irqrestore(model_zone(), flags);
	lock_map_release(&sb_writers);
	return 1;
}

int model_user_allocates(void)
{
	users = alloc_pages(GFP_ATOMIC, 0);
	return users != NULL;
}

int model_user_frees(void)
{
	__free_pages(users, 0);
	return 1;
}

/* An allocation that refills the list, and a free to it. */
int model_user(void)
{
	struct page *page = alloc_pages(GFP_ATOMIC, 0);

	if (page)
		__free_pages(page, 0);
	return 1;
}

int model_other(void)
{
	return other();
}

static int result;

int model_call(void)
{
	result = call();
	return result;
}

static void model_enter(void)
{
	if (enter)
		enter((void (*)(void))model_call);
	else
		model_call();
}

int model_call_zone_locked(void)
{
	unsigned long flags;

	zone_lock_irqsave(model_zone(), flags);
	model_enter();
	zone_unlock_irqrestore(model_zone(), flags);
	return result;
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 0, 0) || defined(CONFIG_PREEMPT_RT)
/* As pcp_spin_lock() pins the caller. */
static void model_pin(void)
{
#ifdef CONFIG_PREEMPT_RT
	migrate_disable();
#else
	preempt_disable();
#endif
}

static void model_unpin(void)
{
#ifdef CONFIG_PREEMPT_RT
	migrate_enable();
#else
	preempt_enable();
#endif
}

int model_pcp_holder(void)
{
	lock_map_acquire(&sb_writers);
	model_pin();
	spin_lock(&model_pcp(call_cpu)->lock);
	model_marker();
	spin_unlock(&model_pcp(call_cpu)->lock);
	model_unpin();
	lock_map_release(&sb_writers);
	return 1;
}

int model_call_pcp_locked(void)
{
	model_pin();
	spin_lock(&model_pcp(call_cpu)->lock);
	model_enter();
	spin_unlock(&model_pcp(call_cpu)->lock);
	model_unpin();
	return result;
}
#endif
