//! Kernel reports, word for word.

use super::*;

#[test]
fn wait_context() {
    let scenario = kernel("preempt-debug", &[("task", "caller")], DRAINED);
    splats(
        &trace(&scenario),
        expect![[r#"
        # takes &zone->lock of wait type 3, where only 2 or lower may be waited for (in task, holding lock), in rmqueue_bulk (mm/page_alloc.c:LINE): printed as invalid-wait-context

        =============================
        [ BUG: Invalid wait context ]
        5.9.0-model #1 Not tainted
        -----------------------------
        task/100 is trying to lock:
        ADDRESS (&zone->lock){....}-{3:3}, at: rmqueue_bulk (mm/page_alloc.c:LINE)
        other info that might help us debug this:
        context-{5:5}
        1 lock held by task/100:
         #0: ADDRESS (lock){+.+.}-{2:2}, at: caller (t.c:17)
        stack backtrace:
        CPU: 0 PID: 100 Comm: task Not tainted 5.9.0-model #1
        Call Trace:
         rmqueue_bulk (mm/page_alloc.c:LINE)
         __rmqueue_pcplist (mm/page_alloc.c:LINE)
         rmqueue_pcplist (mm/page_alloc.c:LINE)
         get_page_from_freelist (mm/page_alloc.c:LINE mm/page_alloc.c:LINE)
         __alloc_pages_nodemask (mm/page_alloc.c:LINE)
         caller (include/linux/gfp.h:LINE t.c:18)
    "#]],
    );
}

#[test]
fn wait_context_on_rt_with_its_sleeping_report() {
    let scenario = kernel("rt-debug", &[("task", "caller")], DRAINED);
    splats(
        &trace(&scenario),
        expect![[r#"
        # takes &zone->lock of wait type 3, where only 2 or lower may be waited for (in task, holding lock, &pcp->lock), in rmqueue_bulk (mm/page_alloc.c:LINE): printed as invalid-wait-context

        =============================
        [ BUG: Invalid wait context ]
        5.9.0-model #1 Not tainted
        -----------------------------
        task/100 is trying to lock:
        ADDRESS (&zone->lock){+.+.}-{3:3}, at: rmqueue_bulk (mm/page_alloc.c:LINE)
        other info that might help us debug this:
        context-{5:5}
        3 locks held by task/100:
         #0: ADDRESS (lock){+.+.}-{2:2}, at: caller (t.c:17)
         #1: ADDRESS (&pcp->lock){+.+.}-{3:3}, at: rmqueue_pcplist (mm/page_alloc.c:LINE)
         #2: ADDRESS (rcu_read_lock){....}-{1:3}, at: rmqueue_pcplist (mm/page_alloc.c:LINE)
        stack backtrace:
        CPU: 0 PID: 100 Comm: task Not tainted 5.9.0-model #1
        Call Trace:
         rmqueue_bulk (mm/page_alloc.c:LINE)
         __rmqueue_pcplist (mm/page_alloc.c:LINE)
         rmqueue_pcplist (mm/page_alloc.c:LINE)
         get_page_from_freelist (mm/page_alloc.c:LINE mm/page_alloc.c:LINE)
         __alloc_pages_nodemask (mm/page_alloc.c:LINE)
         caller (include/linux/gfp.h:LINE t.c:18)
        # may sleep (kernel/locking/spinlock_rt.c:48) with preempt_count 0x1, in task, in rmqueue_bulk (mm/page_alloc.c:LINE): printed as sleeping-in-atomic
        BUG: sleeping function called from invalid context at kernel/locking/spinlock_rt.c:48
        in_atomic(): 1, irqs_disabled(): 0, non_block: 0, pid: 100, name: task
        INFO: lockdep is turned off.
        Preemption disabled at:
        [<ADDRESS>] caller (t.c:17)
        CPU: 0 PID: 100 Comm: task Not tainted 5.9.0-model #1
        Call Trace:
         rmqueue_bulk (mm/page_alloc.c:LINE)
         __rmqueue_pcplist (mm/page_alloc.c:LINE)
         rmqueue_pcplist (mm/page_alloc.c:LINE)
         get_page_from_freelist (mm/page_alloc.c:LINE mm/page_alloc.c:LINE)
         __alloc_pages_nodemask (mm/page_alloc.c:LINE)
         caller (include/linux/gfp.h:LINE t.c:18)
    "#]],
    );
}

#[test]
fn the_same_without_detectors_is_silent() {
    let scenario = kernel("rt-nodebug", &[("task", "caller")], DRAINED);
    let trace = trace(&scenario);
    let sentences: Vec<String> = (1..=trace.steps.len())
        .flat_map(|n| {
            let row = steps::row(&trace, n);
            row.notes[row.notes.len() - row.findings..].to_vec()
        })
        .collect();
    assert!(!sentences.is_empty());
    assert!(
        sentences
            .iter()
            .all(|s| s.contains("silent here: this configuration has no"))
    );
}

#[test]
fn sleeping_with_the_console_behind_it() {
    let c = DRAINED.replace("GFP_ATOMIC", "GFP_KERNEL");
    let scenario = kernel("preempt-debug", &[("task", "caller")], &c);
    splats(
        &trace(&scenario),
        expect![[r#"
        # may sleep (mm/page_alloc.c:LINE) with preempt_count 0x1, in task, in prepare_alloc_pages (mm/page_alloc.c:LINE): printed as sleeping-in-atomic
        BUG: sleeping function called from invalid context at mm/page_alloc.c:LINE
        in_atomic(): 1, irqs_disabled(): 0, non_block: 0, pid: 100, name: task
        1 lock held by task/100:
         #0: ADDRESS (lock){+.+.}-{2:2}, at: caller (t.c:17)
        Preemption disabled at:
        [<ADDRESS>] caller (t.c:17)
        CPU: 0 PID: 100 Comm: task Not tainted 5.9.0-model #1
        Call Trace:
         __alloc_pages_nodemask (mm/page_alloc.c:LINE mm/page_alloc.c:LINE)
         caller (include/linux/gfp.h:LINE t.c:18)
        # [ BUG: Invalid wait context ] about the console's own (&port_lock_key){-.-.}-{3:3}, taken to print the report above, in prepare_alloc_pages (mm/page_alloc.c:LINE): printed as invalid-wait-context

        =============================
        [ BUG: Invalid wait context ]
        5.9.0-model #1 Tainted: G        W
        -----------------------------
        task/100 is trying to lock:
        (&port_lock_key){-.-.}-{3:3}, at: serial8250_console_write
        other info that might help us debug this:
        context-{5:5}
        1 lock held by task/100:
         #0: ADDRESS (lock){+.+.}-{2:2}, at: caller (t.c:17)
        stack backtrace:
        CPU: 0 PID: 100 Comm: task Tainted: G        W         5.9.0-model #1
        Call Trace:
         __alloc_pages_nodemask (mm/page_alloc.c:LINE mm/page_alloc.c:LINE)
         caller (include/linux/gfp.h:LINE t.c:18)
        # takes &zone->lock of wait type 3, where only 2 or lower may be waited for (in task, holding lock), in rmqueue_bulk (mm/page_alloc.c:LINE): silent here: lockdep is off since its first report

        =============================
        [ BUG: Invalid wait context ]
        5.9.0-model #1 Tainted: G        W
        -----------------------------
        task/100 is trying to lock:
        ADDRESS (&zone->lock){....}-{3:3}, at: rmqueue_bulk (mm/page_alloc.c:LINE)
        other info that might help us debug this:
        context-{5:5}
        1 lock held by task/100:
         #0: ADDRESS (lock){+.+.}-{2:2}, at: caller (t.c:17)
        stack backtrace:
        CPU: 0 PID: 100 Comm: task Tainted: G        W         5.9.0-model #1
        Call Trace:
         rmqueue_bulk (mm/page_alloc.c:LINE)
         __rmqueue_pcplist (mm/page_alloc.c:LINE)
         rmqueue_pcplist (mm/page_alloc.c:LINE)
         get_page_from_freelist (mm/page_alloc.c:LINE mm/page_alloc.c:LINE)
         __alloc_pages_nodemask (mm/page_alloc.c:LINE)
         caller (include/linux/gfp.h:LINE t.c:18)
    "#]],
    );
}

#[test]
fn a_lock_of_which_an_nmi_knows_nothing() {
    let c = "static DEFINE_SPINLOCK(lock);\n\
        void caller(void)\n{\n\tspin_lock(&lock);\n\tspin_unlock(&lock);\n}\n\
        void handler(void)\n{\n\tspin_lock(&lock);\n\tspin_unlock(&lock);\n}\n";
    let scenario = kernel(
        "preempt-debug",
        &[("task", "caller"), ("nmi", "handler")],
        c,
    );
    splats(
        &find(&scenario, "inconsistent-lock-state"),
        expect![[r#"
        # takes lock, whose class is used as INITIAL USE and now as IN-NMI, in handler (t.c:25): printed as inconsistent-lock-state when the NMI returns

        ================================
        WARNING: inconsistent lock state
        5.9.0-model #1 Not tainted
        --------------------------------
        inconsistent {INITIAL USE} -> {IN-NMI} usage.
        swapper/0/0 [HC1[1]:SC0[0]:HE0:SE1] takes:
        ADDRESS (lock){+.+.}-{3:3}, at: handler (t.c:25)
        {INITIAL USE} state was registered at:
          caller (t.c:20)

        other info that might help us debug this:
         Possible unsafe locking scenario:

               CPU0
               ----
          lock(lock);
          <Interrupt>
            lock(lock);

         *** DEADLOCK ***

        no locks held by swapper/0/0.

        stack backtrace:
        CPU: 0 PID: 0 Comm: swapper/0 Not tainted 5.9.0-model #1
        Call Trace:
         <NMI>
         handler (t.c:25)
         </NMI>
    "#]],
    );
    splats(
        &find(&scenario, "hang"),
        expect![[r#"
        # takes lock, whose class is used as INITIAL USE and now as IN-NMI, in handler (t.c:25): printed as inconsistent-lock-state when the NMI returns

        ================================
        WARNING: inconsistent lock state
        5.9.0-model #1 Not tainted
        --------------------------------
        inconsistent {INITIAL USE} -> {IN-NMI} usage.
        task/100 [HC1[1]:SC0[0]:HE0:SE1] takes:
        ADDRESS (lock){+.+.}-{3:3}, at: handler (t.c:25)
        {INITIAL USE} state was registered at:
          caller (t.c:20)

        other info that might help us debug this:
         Possible unsafe locking scenario:

               CPU0
               ----
          lock(lock);
          <Interrupt>
            lock(lock);

         *** DEADLOCK ***

        1 lock held by task/100:
         #0: ADDRESS (lock){+.+.}-{3:3}, at: caller (t.c:20)

        stack backtrace:
        CPU: 0 PID: 100 Comm: task Not tainted 5.9.0-model #1
        Call Trace:
         <NMI>
         handler (t.c:25)
         </NMI>
         caller (t.c:21)
        # nothing can go on: nmi waits for lock, in handler (t.c:25): no lock detector sees this; only the lockup watchdog notices, seconds later
        nothing can go on: nmi waits for lock, in handler (t.c:25): no lock detector sees this; only the lockup watchdog notices, seconds later
    "#]],
    );
}

#[test]
fn recursion() {
    let c = "static DEFINE_SPINLOCK(one);\nvoid caller(void)\n{\n\tspin_lock(&one);\n\
        \tspin_lock(&one);\n\tspin_unlock(&one);\n}\n";
    let scenario = kernel("preempt-debug", &[("task", "caller")], c);
    splats(
        &trace(&scenario),
        expect![[r#"
        # takes one while holding it since t.c:17, in caller (t.c:18): printed as recursive

        ============================================
        WARNING: possible recursive locking detected
        5.9.0-model #1 Not tainted
        --------------------------------------------
        task/100 is trying to acquire lock:
        ADDRESS (one){+.+.}-{3:3}, at: caller (t.c:18)

        but task is already holding lock:
        ADDRESS (one){+.+.}-{3:3}, at: caller (t.c:17)

        other info that might help us debug this:
         Possible unsafe locking scenario:

               CPU0
               ----
          lock(one);
          lock(one);

         *** DEADLOCK ***

         May be due to missing lock nesting notation

        1 lock held by task/100:
         #0: ADDRESS (one){+.+.}-{3:3}, at: caller (t.c:17)

        stack backtrace:
        CPU: 0 PID: 100 Comm: task Not tainted 5.9.0-model #1
        Call Trace:
         caller (t.c:18)
        # nothing can go on: task waits for one, in caller (t.c:18): no lock detector sees this; at best a watchdog notices, seconds later
        nothing can go on: task waits for one, in caller (t.c:18): no lock detector sees this; at best a watchdog notices, seconds later
    "#]],
    );
}

#[test]
fn a_null_pointer() {
    let c = "static int *p;\nvoid handler(void)\n{\n\t*p = 1;\n}\n";
    let scenario = kernel("preempt-debug", &[("task", "handler")], c);
    splats(
        &trace(&scenario),
        expect![[r#"
        # a NULL pointer is dereferenced (address 0x0), in handler (t.c:17): printed as panic
        BUG: kernel NULL pointer dereference, address: ADDRESS
        Modules linked in:
        CPU: 0 PID: 100 Comm: task Not tainted 5.9.0-model #1
        RIP: 0010:handler (t.c:17)
        Call Trace:
         handler (t.c:17)
    "#]],
    );
}
