//! What the modelled kernel puts off, and where it then runs: works, timers, hrtimers, irq_work,
//! RCU callbacks.

use model::check::Rule;
use model::config::Config;
use model::explore::{Limits, STATES_MAX, explore};
use model::scenario::Scenario;

/// The callback and where it must find itself.
const CALLBACK: &str = "\
    static int ran, wrong;\n\
    static void note(int there) { ran++; wrong += !there; }\n";

/// Every execution runs the callback once, in the right place, and breaks no rule.
fn runs_once(config: &str, setup: &str, start: &str, place: &str) {
    let text = format!(
        "/*+++\nkernel = \"v5.9\"\ncpus = 1\n[[run]]\ncontext = \"task\"\nentry = \"f\"\n+++*/\n\
         #include <linux/hrtimer.h>\n#include <linux/irq_work.h>\n#include <linux/workqueue.h>\n\
         {CALLBACK}#define PLACE note({place})\n{setup}\nvoid f(void)\n{{\n{start}\n}}\n"
    );
    let scenario = Scenario::parse("deferred.c", &text).unwrap_or_else(|e| panic!("{e}"));
    let machine = scenario
        .machine(&Config::named(config).unwrap())
        .unwrap_or_else(|e| panic!("{e}"));
    let limits = Limits::states(STATES_MAX);
    let outcome = explore(&machine, limits);
    assert!(outcome.complete && !outcome.ends.is_empty(), "{start}");
    for group in &outcome.ends {
        let end = &group.end;
        let broken: Vec<&str> = end.broken.iter().copied().map(Rule::name).collect();
        assert!(
            broken.is_empty() && !end.hang,
            "{config} {start}: {broken:?}"
        );
        let mut last = machine.clone();
        for action in &group.schedule.0 {
            last = model::check::advance(&last, *action).after;
        }
        let value = |name: &str| {
            let global = last.program().global(name).unwrap();
            last.memory.read(global.addr, 4)
        };
        assert_eq!((value("ran"), value("wrong")), (1, 0), "{config} {start}");
    }
}

#[test]
fn works_run_in_tasks() {
    let setup = "static void work(struct work_struct *w) { PLACE; }\n\
        static struct work_struct w;\nstatic struct delayed_work d;\nstatic struct rcu_work r;";
    for config in ["preempt-debug", "rt-debug", "none-nodebug"] {
        for start in [
            "INIT_WORK(&w, work);\nlocal_irq_disable();\nqueue_work(system_highpri_wq, &w);\n\
             queue_work(system_highpri_wq, &w);\nlocal_irq_enable();",
            "INIT_DELAYED_WORK(&d, work);\nschedule_delayed_work(&d, 5);",
            "INIT_RCU_WORK(&r, work);\nqueue_rcu_work(system_wq, &r);",
        ] {
            runs_once(config, setup, start, "in_task()");
        }
    }
}

#[test]
fn timers_run_in_softirqs_or_threads() {
    let timer = "static void tick(struct timer_list *t) { PLACE; }\nstatic DEFINE_TIMER(t, tick);";
    let start = "mod_timer(&t, jiffies + 1);";
    runs_once("preempt-debug", timer, start, "in_serving_softirq()");
    runs_once("rt-debug", timer, start, "in_task()");
}

#[test]
fn hrtimers_run_where_their_mode_says() {
    let setup = "static enum hrtimer_restart tick(struct hrtimer *t) { PLACE; return HRTIMER_NORESTART; }\n\
        static struct hrtimer t;";
    let start = |mode: &str| {
        format!("hrtimer_setup(&t, tick, CLOCK_MONOTONIC, {mode});\nhrtimer_start(&t, 0, {mode});")
    };
    for (mode, place, place_rt) in [
        ("HRTIMER_MODE_REL", "in_irq()", "in_task()"),
        ("HRTIMER_MODE_REL_HARD", "in_irq()", "in_irq()"),
        ("HRTIMER_MODE_REL_SOFT", "in_serving_softirq()", "in_task()"),
    ] {
        runs_once("preempt-debug", setup, &start(mode), place);
        runs_once("rt-debug", setup, &start(mode), place_rt);
    }
}

#[test]
fn irq_work_runs_in_interrupts_unless_threads_do() {
    for (kind, place_rt) in [
        ("", "in_task()"),
        ("_LAZY", "in_task()"),
        ("_HARD", "in_irq()"),
    ] {
        let setup = format!(
            "static void work(struct irq_work *w) {{ PLACE; }}\n\
             static struct irq_work w = IRQ_WORK_INIT{kind}(work);"
        );
        let start = "preempt_disable();\nirq_work_queue(&w);\npreempt_enable();";
        runs_once("preempt-debug", &setup, start, "in_irq()");
        runs_once("rt-debug", &setup, start, place_rt);
    }
}

#[test]
fn rcu_callbacks_run_in_softirqs_or_threads() {
    let setup = "static void done(struct rcu_head *h) { PLACE; }\nstatic struct rcu_head h;";
    runs_once(
        "preempt-debug",
        setup,
        "call_rcu(&h, done);",
        "in_serving_softirq()",
    );
    runs_once("rt-debug", setup, "call_rcu(&h, done);", "in_task()");
}
