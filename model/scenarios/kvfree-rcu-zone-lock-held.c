/*+++
title = "kvfree_rcu() from a holder of zone->lock"
kernel = "v5.9"
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
[expect.preempt-debug]
always = ["hang", "invalid-wait-context"]
[expect.preempt-nodebug]
always = ["hang", "R-deadlock"]
[expect.rt-debug]
never = ["violation", "hang"]
[expect.rt-nodebug]
never = ["violation", "hang"]
+++*/
/*
 * Gleixner's argument that this is not about PREEMPT_RT only. call_rcu() may be called with zone->lock held, so
 * kvfree_rcu() should be too; when it needs a page and the list is empty the caller waits for himself. On PREEMPT_RT
 * v5.9 takes the list instead.
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
