/* SPDX-License-Identifier: GPL-2.0-only */
/* Life cycles of rcu_heads, with CONFIG_DEBUG_OBJECTS_RCU_HEAD: who queues one twice is told. */
#ifndef _LINUX_DEBUGOBJECTS_H
#define _LINUX_DEBUGOBJECTS_H

#ifdef CONFIG_DEBUG_OBJECTS_RCU_HEAD
int debug_object_activate(void *addr);
void debug_object_deactivate(void *addr);
#define debug_rcu_head_queue(head) debug_object_activate(head)
#define debug_rcu_head_unqueue(head) debug_object_deactivate(head)
#else
#define debug_rcu_head_queue(head) ((void)(head), 0)
#define debug_rcu_head_unqueue(head) ((void)(head))
#endif

#endif
