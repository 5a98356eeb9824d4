/*+++
title = "kvfree_rcu() from a holder of zone->lock, a raw spinlock"
kernel = "v5.9+raw-zone-lock"
configs = ["preempt-debug", "preempt-nodebug", "rt-debug", "rt-nodebug"]
define = { RCU_NR_PREALLOCATED = 0 }
prepare = "object"
[zone.Normal]
pages = 32
free = 8
pcp = 0
batch = 1
high = 6
watermark = { min = 1, low = 2, high = 3 }
[[run]]
context = "task"
entry = "caller"
[expect]
always = ["hang"]
[expect.preempt-debug]
always = ["recursive"]
[expect.rt-debug]
always = ["recursive"]
+++*/
/*
 * A raw zone->lock cures the wait types and not this: the caller waits for himself, now on PREEMPT_RT too, where v5.9 was
 * fine (kvfree-rcu-zone-lock-held).
 */
struct foo {
	long value;
	struct rcu_head rcu;
};

static struct foo *old;

void object(void)
{
	old = kmalloc(sizeof(*old), GFP_KERNEL);
	drain_local_pages(NULL);
}

void caller(void)
{
	struct zone *zone = &NODE_DATA(0)->node_zones[ZONE_NORMAL];
	unsigned long flags;

	zone_lock_irqsave(zone, flags);
	kvfree_rcu(old, rcu);
	zone_unlock_irqrestore(zone, flags);
}
