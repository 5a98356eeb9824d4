/* A cell of the matrix. PREPARE, FILL, ENTER and CALL are defined before. */
static struct page *prepared, *users;
static struct lockdep_map sb_writers = { .name = "sb_writers" };

static int marks;

void model_marker(void)
{
	marks++;
}

static struct zone *model_zone(void)
{
	return &contig_page_data.node_zones[ZONE_DMA32];
}

/* Fills this CPU's list as use would: what was allocated is freed. */
static struct page *hoard[64];

static void model_fill(int count)
{
	struct per_cpu_pages *pcp = zone_pcp(model_zone(), smp_processor_id());
	int i;

	for (i = 0; i < count; i++)
		hoard[i] = alloc_pages(GFP_ATOMIC, 0);
	for (i = 0; i < count && pcp->count < count; i++)
		__free_pages(hoard[i], 0);
}

int model_prepare(void)
{
	struct per_cpu_pages *pcp = zone_pcp(model_zone(), smp_processor_id());

	PREPARE;
	drain_local_pages(NULL);
	(void)pcp;
	FILL;
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

int model_holder(void)
{
	unsigned long flags;

	lock_map_acquire(&sb_writers);
	spin_lock_irqsave(&model_zone()->lock, flags);
	model_marker();
	spin_unlock_irqrestore(&model_zone()->lock, flags);
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

static int result;

int model_do_call(void)
{
	CALL;
}

int model_call(void)
{
	result = model_do_call();
	return result;
}

int model_call_locked(void)
{
	unsigned long flags;

	spin_lock_irqsave(&model_zone()->lock, flags);
	ENTER;
	spin_unlock_irqrestore(&model_zone()->lock, flags);
	return result;
}
