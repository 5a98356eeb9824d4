//! What the detectors say about small pieces of kernel C, on each configuration.

use model::config::Config;
use model::explore::{End, Limits, explore};
use model::scenario::Scenario;

/// How executions end: what is printed, `|`, what is broken; then `hang`, `null`.
fn ends(config: &str, runs: &[(&str, &str)], text: &str) -> Vec<String> {
    let run = |(context, entry): &(&str, &str)| {
        format!("[[run]]\ncontext = \"{context}\"\nentry = \"{entry}\"\n")
    };
    let runs: String = runs.iter().map(run).collect();
    let text = format!("/*+++\nkernel = \"v5.9\"\n{runs}+++*/\n{text}\n");
    let scenario = Scenario::parse("test.c", &text).unwrap_or_else(|e| panic!("{e}"));
    let config = Config::named(config).unwrap();
    let machine = scenario.machine(&config).unwrap_or_else(|e| panic!("{e}"));
    let outcome = explore(&machine, Limits::states(20_000));
    let mut all: Vec<String> = outcome.ends.iter().map(|group| words(&group.end)).collect();
    all.sort();
    all.dedup();
    all
}

fn words(end: &End) -> String {
    let printed = end.printed.iter().map(|c| c.name());
    let broken = end.broken.iter().map(|r| r.name());
    let flags = [("hang", end.hang), ("null", end.null)];
    let flags = flags
        .into_iter()
        .filter(|(_, set)| *set)
        .map(|(word, _)| word);
    let all: Vec<&str> = printed.chain(["|"]).chain(broken).chain(flags).collect();
    all.join(" ")
}

/// One task that runs `f`.
fn task(config: &str, text: &str) -> Vec<String> {
    ends(config, &[("task", "f")], text)
}

#[test]
fn schedule_is_judged_where_it_is_called() {
    let text = "void f(void) { preempt_disable(); schedule(); preempt_enable(); }";
    let reported = "scheduling-while-atomic | R-schedule-atomic";
    // The report resets the count; DEBUG_PREEMPT notices at the end of the section.
    let noticed = "scheduling-while-atomic warning | R-schedule-atomic";
    for (config, expected) in [
        ("preempt-debug", noticed),
        ("preempt-nodebug", reported),
        ("none-debug", reported),
        ("rt-debug", noticed),
        ("rt-nodebug", reported),
    ] {
        assert_eq!(task(config, text), [expected], "{config}");
    }
    assert_eq!(task("none-nodebug", text), ["| R-schedule-atomic"]);
    assert_eq!(task("rt-debug", "void f(void) { schedule(); }"), ["|"]);
    let text = "static DEFINE_SPINLOCK(l);\nvoid f(void) { spin_lock(&l); cond_resched(); spin_unlock(&l); }";
    assert_eq!(
        task("preempt-debug", text),
        ["sleeping-in-atomic | R-might-sleep"]
    );
    assert_eq!(
        task("rt-debug", text),
        ["sleeping-in-atomic | R-might-sleep"]
    );
    assert_eq!(task("none-nodebug", text), ["| R-might-sleep"]);
}

/// Two tasks of one CPU: `g` warns when it runs while `f` is between its two statements.
#[test]
fn without_preemption_tasks_change_where_they_ask_for_it() {
    let runs = [("task", "f"), ("task", "g")];
    let between = |what: &str| {
        format!(
            "int x;\nvoid f(void) {{ x = 1; {what} x = 2; }}\nvoid g(void) {{ WARN_ON(x == 1); }}"
        )
    };
    let both = ["warning | R-warning", "|"];
    for (config, what, expected) in [
        ("none-debug", "", &both[1..]),
        ("voluntary-debug", "", &both[1..]),
        ("preempt-debug", "", &both[..]),
        ("none-debug", "might_sleep();", &both[1..]),
        ("voluntary-debug", "might_sleep();", &both[..]),
        ("none-debug", "cond_resched();", &both[..]),
        ("none-nodebug", "schedule();", &both[..]),
    ] {
        assert_eq!(
            ends(config, &runs, &between(what)),
            expected,
            "{config} {what}"
        );
    }
}

#[test]
fn sections_must_balance() {
    let warned = ["warning | R-lock-balance"];
    let silent = ["| R-lock-balance"];
    // DEBUG_PREEMPT, which sees an end without its begin, is for preemptible kernels.
    let sees = |config: &str, body: &str| config != "none" || !body.ends_with("enable();");
    for body in [
        "preempt_enable();",
        "rcu_read_unlock();",
        "local_bh_enable();",
        "local_bh_disable();",
        "preempt_disable();",
        "rcu_read_lock();",
    ] {
        let text = format!("void f(void) {{ {body} }}");
        for config in ["preempt", "none", "rt"] {
            let expected = if sees(config, body) { warned } else { silent };
            assert_eq!(
                task(&format!("{config}-debug"), &text),
                expected,
                "{config} {body}"
            );
            assert_eq!(
                task(&format!("{config}-nodebug"), &text),
                silent,
                "{config} {body}"
            );
        }
    }
    assert_eq!(
        task("preempt-debug", "void f(void) { local_irq_disable(); }"),
        silent
    );
    for context in [
        "timer",
        "hrtimer_hard",
        "nmi",
        "stop_machine",
        "timer_irqsafe",
        "local_bh_disable",
    ] {
        for config in ["preempt-debug", "rt-debug"] {
            assert_eq!(
                ends(config, &[(context, "f")], "void f(void) { }"),
                ["|"],
                "{context}"
            );
        }
    }
    let handler = [("irq_handler_nothread", "f")];
    assert_eq!(
        ends(
            "rt-nodebug",
            &handler,
            "void f(void) { local_irq_enable(); }"
        ),
        warned
    );
}

#[test]
fn readers_do_not_keep_readers_out() {
    let runs = [("task", "f"), ("irq_handler", "g")];
    let text = |f: &str, g: &str| {
        format!(
            "static DEFINE_RWLOCK(l);\nvoid f(void) {{ {f}_lock(&l); {f}_unlock(&l); }}\n\
             void g(void) {{ {g}_lock(&l); {g}_unlock(&l); }}"
        )
    };
    assert_eq!(ends("preempt-debug", &runs, &text("read", "read")), ["|"]);
    for (f, g) in [("read", "write"), ("write", "read"), ("write", "write")] {
        let found = ends("preempt-debug", &runs, &text(f, g));
        let usage = "inconsistent-lock-state | R-irq-usage";
        let both = [
            usage.to_string(),
            usage.replace("R-irq-usage", "R-irq-usage R-deadlock hang"),
        ];
        assert_eq!(found, both, "{f} {g}");
    }
}

#[test]
fn a_seqlock_reader_sees_all_or_nothing() {
    let text = "static DEFINE_SEQLOCK(s);\nint a, b;\n\
        void f(void) { write_seqlock(&s); a++; b++; write_sequnlock(&s); }\n\
        void g(void)\n{\nunsigned int start;\nint x, y;\ndo {\nstart = read_seqbegin(&s);\nx = a;\ny = b;\n\
        } while (read_seqretry(&s, start));\nWARN_ON(x != y);\n}";
    for config in ["preempt-debug", "rt-debug"] {
        assert_eq!(
            ends(config, &[("task", "g"), ("timer", "f")], text),
            ["|"],
            "{config}"
        );
    }
}

#[test]
fn a_loop_without_end_never_comes_back() {
    let endless = ["| R-endless hang"];
    for body in [
        "while (1);",
        "for (;;) { x = 0; x = 1; }",
        "spin_lock(&l); while (!READ_ONCE(x));",
    ] {
        let text = format!("static DEFINE_SPINLOCK(l);\nint x;\nvoid f(void) {{ {body} }}");
        assert_eq!(task("preempt-debug", &text), endless, "{body}");
    }
    // Another task can end the waiting, so this is no endless loop.
    let text = "int x;\nvoid f(void) { while (!READ_ONCE(x)); }\nvoid g(void) { x = 1; }";
    assert_eq!(
        ends("preempt-debug", &[("task", "f"), ("task", "g")], text),
        ["|"]
    );
    // Without preemption it cannot, and whoever comes first decides; an interrupt always can.
    let either = ["|", "| R-endless hang"];
    assert_eq!(
        ends("none-debug", &[("task", "f"), ("irq_handler", "g")], text),
        ["|"]
    );
    assert_eq!(
        ends("none-debug", &[("task", "f"), ("task", "g")], text),
        either
    );
    // A reader of a seqlock in an interrupt waits for the writer below it.
    let text = "static DEFINE_SEQLOCK(s);\nvoid f(void) { write_seqlock(&s); write_sequnlock(&s); }\n\
        void g(void) { while (read_seqretry(&s, read_seqbegin(&s))); }";
    let runs = [("task", "f"), ("irq_handler_nothread", "g")];
    assert_eq!(ends("preempt-debug", &runs, text), either);
}

#[test]
fn a_page_is_freed_once_and_as_it_was_allocated() {
    let text = |first: &str, second: &str| {
        format!(
            "void f(void)\n{{\nstruct page *p = alloc_pages(GFP_KERNEL, {first});\n{second}\n}}"
        )
    };
    for config in ["preempt-debug", "rt-nodebug"] {
        for order in ["0", "2"] {
            let once = format!("__free_pages(p, {order});");
            assert_eq!(task(config, &text(order, &once)), ["|"]);
            let twice = once.repeat(2);
            assert_eq!(task(config, &text(order, &twice)), ["| R-page-integrity"]);
        }
        let larger = text("0", "__free_pages(p, 3);");
        assert_eq!(task(config, &larger), ["warning | R-page-integrity"]);
    }
}

#[test]
fn the_one_quotient_that_does_not_fit_traps() {
    for (bits, ty) in [(31, "int"), (63, "long")] {
        let text = format!(
            "int f(void)\n{{\n{ty} least = (unsigned {ty})1 << {bits}, by = -1;\nreturn least / by != 0;\n}}"
        );
        assert_eq!(task("none-nodebug", &text), ["oops panic | R-memory"]);
        assert_eq!(
            task("none-nodebug", &text.replace("by = -1", "by = 1")),
            ["|"]
        );
    }
}

/// On PREEMPT_RT, bottom halves off is a task inside `rcu_read_lock()`.
#[test]
fn no_mutex_with_bottom_halves_off() {
    let text = "static DEFINE_MUTEX(m);\nvoid f(void) { mutex_lock(&m); mutex_unlock(&m); }";
    let sleeping = "sleeping-in-atomic | R-might-sleep";
    let nested = "sleeping-in-atomic invalid-wait-context | R-might-sleep R-wait-type";
    for (config, context, expected) in [
        ("preempt-debug", "local_bh_disable", sleeping),
        ("rt-debug", "local_bh_disable", nested),
        ("preempt-debug", "timer", nested),
        ("rt-debug", "timer", nested),
        ("rt-debug", "irq_handler", nested),
        ("rt-debug", "rcu_read_lock_bh", nested),
    ] {
        assert_eq!(
            ends(config, &[(context, "f")], text),
            [expected],
            "{config} {context}"
        );
    }
    let nested = "void f(void) { local_bh_disable(); local_bh_disable(); local_bh_enable(); local_bh_enable(); }";
    for context in ["task", "rcu_read_lock", "timer"] {
        assert_eq!(
            ends("rt-debug", &[(context, "f")], nested),
            ["|"],
            "{context}"
        );
    }
}

/// A FIFO thread may wake at any time, but is not preempted by a task.
#[test]
fn a_fifo_thread_is_not_preempted() {
    let text = "int x;\nvoid f(void) { x = 1; x = 2; }\nvoid g(void) { WARN_ON(x == 1); }";
    let both = ["warning | R-warning", "|"];
    for (config, first, second, expected) in [
        ("preempt-debug", "kthread_fifo", "task", &both[1..]),
        ("preempt-debug", "task", "kthread_fifo", &both[..]),
        ("rt-debug", "irq_thread", "task", &both[1..]),
        ("rt-debug", "irq_handler", "task", &both[1..]),
        ("rt-debug", "task", "irq_handler", &both[..]),
        ("rt-debug", "timer", "task", &both[..]),
    ] {
        let found = ends(config, &[(first, "f"), (second, "g")], text);
        assert_eq!(found, expected, "{config} {first} {second}");
    }
}

/// Without CONFIG_SMP nobody waits for a spinning lock; lockdep still knows what it would do.
#[test]
fn one_cpu_needs_no_spinning_locks() {
    let on = |options: &[&str], text: &str| {
        let options: Vec<String> = options.iter().map(|o| format!("\"{o}\"")).collect();
        let front = format!(
            "/*+++\nkernel = \"v5.9\"\nconfig = [{}]\n[[run]]\ncontext = \"task\"\nentry = \"f\"\n+++*/\n",
            options.join(", ")
        );
        let scenario = Scenario::parse("test.c", &format!("{front}{text}\n")).unwrap();
        let (_, config) = &scenario.configs[0];
        let machine = scenario.machine(config).unwrap_or_else(|e| panic!("{e}"));
        let outcome = explore(&machine, Limits::states(20_000));
        let mut all: Vec<String> = outcome.ends.iter().map(|group| words(&group.end)).collect();
        all.dedup();
        all
    };
    let twice = "static DEFINE_SPINLOCK(l);\n\
        void f(void) { spin_lock(&l); spin_lock(&l); spin_unlock(&l); spin_unlock(&l); }";
    assert_eq!(
        on(&["PREEMPT"], twice),
        ["| R-lock-recursion R-deadlock hang"]
    );
    assert_eq!(on(&["PREEMPT", "SMP=n"], twice), ["| R-lock-recursion"]);
    assert_eq!(
        on(&["PREEMPT", "SMP=n", "PROVE_LOCKING"], twice),
        ["recursive | R-lock-recursion"]
    );
    assert_eq!(
        on(&["PREEMPT_RT", "SMP=n"], twice),
        ["| R-lock-recursion R-deadlock hang"]
    );
    let busy = "static DEFINE_SPINLOCK(l);\n\
        void f(void)\n{\nspin_lock(&l);\nif (spin_trylock(&l)) spin_unlock(&l);\nelse WARN_ON(1);\n\
        WARN_ON(!in_atomic());\nspin_unlock(&l);\n}";
    assert_eq!(on(&["PREEMPT"], busy), ["warning | R-warning"]);
    assert_eq!(on(&["PREEMPT", "SMP=n"], busy), ["|"]);
    // in_atomic() is blind where nothing counts.
    assert_eq!(
        on(&["PREEMPT_NONE", "SMP=n"], busy),
        ["warning | R-warning"]
    );
}

/// lockdep compares orders: nobody has to meet anybody.
#[test]
fn two_orders_of_two_locks() {
    let text = |f: &str, g: &str| {
        format!(
            "static DEFINE_SPINLOCK(a);\nstatic DEFINE_SPINLOCK(b);\nstatic DEFINE_SPINLOCK(c);\n\
             static void take(spinlock_t *x, spinlock_t *y) {{ spin_lock(x); spin_lock(y); spin_unlock(y); spin_unlock(x); }}\n\
             void f(void) {{ {f} }}\nvoid g(void) {{ {g} }}"
        )
    };
    let two = [("task", "f"), ("task", "g")];
    let ab_ba = text("take(&a, &b);", "take(&b, &a);");
    assert_eq!(
        ends("none-debug", &two, &ab_ba),
        ["circular | R-lock-order"]
    );
    assert_eq!(ends("none-nodebug", &two, &ab_ba), ["| R-lock-order"]);
    let meets = ends("rt-debug", &two, &ab_ba);
    let alone = "circular | R-lock-order";
    assert_eq!(meets, [alone, "circular | R-lock-order R-deadlock hang"]);
    let chain = text("take(&a, &b); take(&b, &c);", "take(&c, &a);");
    assert_eq!(ends("none-debug", &two, &chain), [alone]);
    let same = text("take(&a, &b); take(&b, &c);", "take(&a, &c);");
    assert_eq!(ends("none-debug", &two, &same), ["|"]);
    // A trylock waits for nobody, but what is taken inside it waits.
    let tries = text(
        "spin_lock(&a); if (spin_trylock(&b)) spin_unlock(&b); spin_unlock(&a);",
        "take(&b, &a);",
    );
    assert_eq!(ends("none-debug", &two, &tries), ["|"]);
    let holds = text(
        "if (spin_trylock(&a)) { spin_lock(&b); spin_unlock(&b); spin_unlock(&a); }",
        "take(&b, &a);",
    );
    assert_eq!(ends("none-debug", &two, &holds), [alone]);
}

/// Exclusion is by the same lock, or by interrupts that are really off.
#[test]
fn a_per_cpu_structure_has_one_worker_at_a_time() {
    let text = |f: &str, g: &str| {
        format!(
            "struct stock {{ spinlock_t lock; int n, m; }};\n\
             static DEFINE_PER_CPU(struct stock, stock) = {{ .lock = __SPIN_LOCK_UNLOCKED(lock) }};\n\
             static void work(struct stock *s) {{ s->n++; s->m++; }}\n\
             void f(void)\n{{\nunsigned long flags;\nstruct stock *s = this_cpu_ptr(&stock);\n{f}\n}}\n\
             void g(void)\n{{\nunsigned long flags;\nstruct stock *s = per_cpu_ptr(&stock, 0);\n{g}\n}}"
        )
    };
    let locked =
        "spin_lock_irqsave(&s->lock, flags); work(s); spin_unlock_irqrestore(&s->lock, flags);";
    let tried = "if (spin_trylock(&s->lock)) { work(s); spin_unlock(&s->lock); }";
    let masked = "local_irq_save(flags); work(s); local_irq_restore(flags);";
    let free = ["|"];
    let race = ["|", "| R-percpu-race"];
    for (config, context, cpu, f, g, expected) in [
        (
            "preempt-nodebug",
            "irq_handler",
            0,
            locked,
            locked,
            &free[..],
        ),
        (
            "preempt-nodebug",
            "irq_handler",
            0,
            masked,
            masked,
            &free[..],
        ),
        ("preempt-nodebug", "nmi", 0, masked, "work(s);", &race[..]),
        ("preempt-nodebug", "nmi", 0, locked, tried, &free[..]),
        ("preempt-nodebug", "nmi", 0, locked, "work(s);", &race[..]),
        ("preempt-nodebug", "task", 1, locked, locked, &free[..]),
        ("preempt-nodebug", "task", 1, locked, "work(s);", &race[..]),
        (
            "rt-nodebug",
            "irq_handler_nothread",
            0,
            locked,
            masked,
            &race[..],
        ),
        ("rt-nodebug", "irq_handler", 0, locked, locked, &free[..]),
    ] {
        let front = format!(
            "/*+++\nkernel = \"v5.9\"\ncpus = 2\n[[run]]\ncontext = \"task\"\nentry = \"f\"\n\
             [[run]]\ncontext = \"{context}\"\nentry = \"g\"\ncpu = {cpu}\n+++*/\n"
        );
        let scenario = Scenario::parse("test.c", &format!("{front}{}\n", text(f, g)))
            .unwrap_or_else(|e| panic!("{e}"));
        let machine = scenario.machine(&Config::named(config).unwrap()).unwrap();
        let outcome = explore(&machine, Limits::states(20_000));
        assert!(outcome.complete);
        let mut all: Vec<String> = outcome.ends.iter().map(|group| words(&group.end)).collect();
        all.sort();
        all.dedup();
        assert_eq!(all, expected, "{config} {context} {f} {g}");
    }
}
