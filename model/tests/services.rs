//! What the kernel sets off by itself: softirqs, completions, grace periods.

use model::config::Config;
use model::explore::{Limits, Outcome, explore};
use model::scenario::Scenario;

fn search(config: &str, cpus: u8, runs: &[(&str, &str, u8)], text: &str) -> Outcome {
    let run = |(context, entry, cpu): &(&str, &str, u8)| {
        format!("[[run]]\ncontext = \"{context}\"\nentry = \"{entry}\"\ncpu = {cpu}\n")
    };
    let runs: String = runs.iter().map(run).collect();
    let text = format!("/*+++\nkernel = \"v5.9\"\ncpus = {cpus}\n{runs}+++*/\n{text}\n");
    let scenario = Scenario::parse("test.c", &text).unwrap_or_else(|e| panic!("{e}"));
    let machine = scenario
        .machine(&Config::named(config).unwrap())
        .unwrap_or_else(|e| panic!("{e}"));
    let outcome = explore(&machine, Limits::states(50_000));
    assert!(outcome.complete);
    outcome
}

/// How executions end: the rules broken, `hang`.
fn ends(config: &str, cpus: u8, runs: &[(&str, &str, u8)], text: &str) -> Vec<String> {
    let mut all: Vec<String> = search(config, cpus, runs, text)
        .ends
        .iter()
        .map(|group| {
            let broken = group.end.broken.iter().map(|r| r.name());
            let hang = group.end.hang.then_some("hang");
            broken.chain(hang).collect::<Vec<_>>().join(" ")
        })
        .collect();
    all.sort();
    all.dedup();
    all
}

const TASKLET: &str = "int x, handled;\n\
    static void work(unsigned long data) { WARN_ON(x == 1); }\n\
    static DECLARE_TASKLET_OLD(tasklet, work);\n";

/// A softirq raised in an interrupt is served when that ends: before or after the task's section,
/// and never between the handler and the task's next statement.
#[test]
fn raised_in_an_interrupt_served_at_its_end() {
    let runs = [("task", "f", 0), ("irq_handler_nothread", "g", 0)];
    let text = format!(
        "{TASKLET}void f(void) {{ x = 1; x = 0; }}\n\
         void g(void) {{ tasklet_schedule(&tasklet); }}"
    );
    for config in ["preempt-debug", "none-nodebug", "rt-nodebug"] {
        assert_eq!(ends(config, 1, &runs, &text), ["", "R-warning"], "{config}");
    }
    // The task cannot see the softirq pending: it is served first. On PREEMPT_RT a thread does it.
    let seen = "void f(void) { WARN_ON(__armed(MODEL_SERVICE_SOFTIRQ, 0)); }\n\
        void g(void) { tasklet_schedule(&tasklet); }";
    let text = format!("{TASKLET}{seen}");
    assert_eq!(ends("preempt-debug", 1, &runs, &text), [""]);
    assert_eq!(ends("rt-debug", 1, &runs, &text), ["", "R-warning"]);
    // Bottom halves off keep it away until the section ends.
    let text = format!(
        "{TASKLET}void f(void) {{ local_bh_disable(); x = 1; x = 0; local_bh_enable(); }}\n\
         void g(void) {{ tasklet_schedule(&tasklet); }}"
    );
    assert_eq!(ends("preempt-debug", 1, &runs, &text), [""]);
}

#[test]
fn a_tasklet_raised_twice_runs_once() {
    let text = "int n;\nstatic void work(unsigned long data) { n++; }\n\
        static DECLARE_TASKLET_OLD(tasklet, work);\n\
        void f(void)\n{\nlocal_bh_disable();\ntasklet_schedule(&tasklet);\ntasklet_schedule(&tasklet);\n\
        local_bh_enable();\nlocal_bh_disable();\nWARN_ON(n != 1);\nlocal_bh_enable();\n}";
    assert_eq!(ends("preempt-debug", 1, &[("task", "f", 0)], text), [""]);
}

/// A completion, done from an interrupt on another CPU.
#[test]
fn a_task_sleeps_until_the_word_is_set() {
    let text = "unsigned int done; int x;\n\
        void f(void) { __wait_word(&done); WARN_ON(!x); }\n\
        void g(void) { x = 1; done = 1; }";
    for (config, cpu, context) in [
        ("preempt-debug", 1, "irq_handler"),
        ("none-nodebug", 0, "task"),
        ("rt-debug", 0, "nmi"),
    ] {
        let runs = [("task", "f", 0), (context, "g", cpu)];
        assert_eq!(ends(config, 2, &runs, text), [""], "{config} {context}");
    }
    let alone = [("task", "f", 0)];
    assert_eq!(ends("preempt-debug", 1, &alone, text), ["R-deadlock hang"]);
    let atomic = "unsigned int done;\nvoid f(void) { preempt_disable(); __wait_word(&done); preempt_enable(); }\n\
        void g(void) { done = 1; }";
    let runs = [("task", "f", 0), ("nmi", "g", 0)];
    assert_eq!(
        ends("preempt-debug", 1, &runs, atomic),
        ["", "R-schedule-atomic"]
    );
}

/// An object is freed after a grace period: no reader that could see it is left; without one, some
/// reader is.
#[test]
fn a_grace_period_waits_for_readers_of_every_flavour() {
    let text = |wait: &str, begin: &str, end: &str| {
        format!(
            "int a, freed;\nint *p = &a;\n\
             void reader(void)\n{{\nint *seen;\n{begin}\nseen = p;\nWARN_ON(seen && freed);\n{end}\n}}\n\
             void updater(void)\n{{\np = NULL;\n{wait}\nfreed = 1;\n}}"
        )
    };
    let wait = "__gp_begin();\n__gp_wait();";
    let readers = [
        ("rcu_read_lock();", "rcu_read_unlock();"),
        ("preempt_disable();", "preempt_enable();"),
        ("rcu_read_lock_bh();", "rcu_read_unlock_bh();"),
        ("local_irq_disable();", "local_irq_enable();"),
    ];
    for (begin, end) in readers {
        for config in ["preempt-debug", "none-nodebug", "rt-debug"] {
            for cpu in [0, 1] {
                let runs = [("task", "reader", cpu), ("task", "updater", 0)];
                let found = ends(config, 2, &runs, &text(wait, begin, end));
                assert_eq!(found, [""], "{config} {begin} CPU {cpu}");
            }
            let runs = [("task", "reader", 1), ("task", "updater", 0)];
            let found = ends(config, 2, &runs, &text("", begin, end));
            assert_eq!(found, ["", "R-warning"], "{config} {begin}");
        }
    }
    for context in ["irq_handler", "timer", "nmi"] {
        let runs = [(context, "reader", 1), ("task", "updater", 0)];
        let found = ends("preempt-debug", 2, &runs, &text(wait, "", ""));
        assert_eq!(found, [""], "{context}");
    }
    // Waiting inside a reader is waiting for oneself.
    let text = "void f(void) { rcu_read_lock(); __gp_begin(); __gp_wait(); rcu_read_unlock(); }";
    let found = ends("preempt-nodebug", 1, &[("task", "f", 0)], text);
    assert_eq!(found, ["R-deadlock hang"]);
}

/// Freed once and after its grace period: everything else is found.
#[test]
fn an_object_is_freed_once_after_its_grace_period() {
    let text = |updater: &str| {
        format!(
            "int a;\nvoid reader(void) {{ rcu_read_lock(); READ_ONCE(a); rcu_read_unlock(); }}\n\
             static void queue(void) {{ __object(&a, sizeof(a), OBJECT_QUEUED); }}\n\
             static void give_back(void) {{ __object(&a, sizeof(a), OBJECT_FREED); }}\n\
             static void grace(void) {{ __gp_begin(); __gp_wait(); }}\n\
             void updater(void) {{ {updater} }}"
        )
    };
    let runs = [("task", "reader", 1), ("task", "updater", 0)];
    let wrong = "R-kvfree-rcu";
    for (updater, expected) in [
        ("queue(); grace(); give_back();", &[""][..]),
        ("queue(); give_back();", &["", wrong]),
        ("grace(); queue(); give_back();", &["", wrong]),
        ("queue(); grace(); give_back(); give_back();", &[wrong]),
        ("queue(); queue(); grace(); give_back();", &[wrong]),
        ("queue();", &[wrong]),
        (
            "queue(); grace(); give_back(); __object(&a, sizeof(a), OBJECT_LIVE); queue(); grace(); give_back();",
            &[""],
        ),
    ] {
        for config in ["preempt-debug", "none-nodebug", "rt-debug"] {
            assert_eq!(
                ends(config, 2, &runs, &text(updater)),
                expected,
                "{config} {updater}"
            );
        }
    }
}

/// Three FIFO threads: the middle one keeps the CPU until the highest has been where the lowest is.
#[test]
fn inheritance_ends_priority_inversion() {
    let text = "/*+++\nkernel = \"v5.9\"\n\
        [[run]]\ncontext = \"kthread_fifo\"\nentry = \"low\"\nprio = 10\n\
        [[run]]\ncontext = \"kthread_fifo\"\nentry = \"middle\"\nprio = 20\n\
        [[run]]\ncontext = \"kthread_fifo\"\nentry = \"high\"\nprio = 30\n+++*/\n\
        static DEFINE_MUTEX(m);\nint done, x;\n\
        void low(void) { mutex_lock(&m); x = 1; x = 2; mutex_unlock(&m); }\n\
        void middle(void) { while (!READ_ONCE(done)); }\n\
        void high(void) { mutex_lock(&m); done = 1; WARN_ON(x == 1); mutex_unlock(&m); }\n";
    let scenario = Scenario::parse("test.c", text).unwrap_or_else(|e| panic!("{e}"));
    let found = |config: &str| {
        let machine = scenario.machine(&Config::named(config).unwrap()).unwrap();
        let outcome = explore(&machine, Limits::states(50_000));
        assert!(outcome.complete);
        outcome
            .ends
            .iter()
            .map(|g| (g.end.hang, !g.end.broken.is_empty()))
            .collect::<Vec<_>>()
    };
    assert_eq!(found("rt-nodebug"), [(false, false)]);
    let mut without = found("preempt-nodebug");
    without.sort();
    assert_eq!(without, [(false, false), (true, true)]);
}

/// While a callback of stop_machine() runs nobody else does, unless he cannot be stopped.
#[test]
fn stop_machine_stops_every_cpu() {
    let text = |f: &str| {
        format!(
            "int x;\nvoid f(void) {{ {f} }}\nvoid g(void) {{ WARN_ON(x == 1); x = 3; WARN_ON(x != 3); }}"
        )
    };
    let runs = [("task", "f", 0), ("stop_machine", "g", 1)];
    let open = text("x = 1; x = 2;");
    let closed = text("preempt_disable(); x = 1; x = 2; preempt_enable();");
    assert_eq!(ends("preempt-debug", 2, &runs, &open), ["", "R-warning"]);
    assert_eq!(ends("preempt-debug", 2, &runs, &closed), [""]);
    assert_eq!(ends("none-debug", 2, &runs, &open), [""]);
    let nmi = [("nmi", "f", 0), ("stop_machine", "g", 1)];
    assert_eq!(ends("preempt-debug", 2, &nmi, &open), ["", "R-warning"]);
}
