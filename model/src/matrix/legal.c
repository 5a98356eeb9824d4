/* Is the call legal? PREPARE and CALL are defined before. */
static struct page *prepared;

static struct zone *model_zone(void)
{
	return &contig_page_data.node_zones[ZONE_NORMAL];
}

int model_prepare(void)
{
	PREPARE;
	drain_local_pages(NULL);
	return 0;
}

int model_holder(void)
{
	unsigned long flags;

	spin_lock_irqsave(&model_zone()->lock, flags);
	spin_unlock_irqrestore(&model_zone()->lock, flags);
	return 1;
}

/* An allocation from the list and one that refills it, and both freed. */
int model_user(void)
{
	struct page *one = alloc_pages(GFP_ATOMIC, 0);
	struct page *two = alloc_pages(GFP_ATOMIC, 0);

	if (one)
		__free_pages(one, 0);
	if (two)
		__free_pages(two, 0);
	return 1;
}

int model_call(void)
{
	CALL;
}
