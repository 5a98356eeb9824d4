//! Small programs that a search once got wrong: full and reduced it must say the same, and in full it
//! must have this many states.

use std::collections::BTreeSet;
use std::fmt::Write;

use model::explore::{Limits, Outcome, explore};
use model::scenario::Scenario;

const PROLOGUE: &str = "+++*/\nvoid __wait(int condition);\nunsigned int __choose(unsigned int n);\n\
                        void __warn(const char *file, int line, const char *text);\n";

fn verdicts(outcome: &Outcome) -> BTreeSet<String> {
    let ends = outcome.ends.iter().map(|g| format!("{:?}", g.end));
    let findings = outcome.witnesses.iter().map(|w| {
        let f = &w.finding;
        format!("{:?} {:?} {}", f.rule, f.class, f.printed)
    });
    let endless = (outcome.endless > 0).then(|| "endless".to_string());
    ends.chain(findings).chain(endless).collect()
}

/// Functions `f0`, `f1`, … are tasks, a CPU each.
fn check(n_cpus: usize, states: usize, text: &str) {
    check_text(states, &with_tasks(n_cpus, text));
}

fn with_tasks(n_cpus: usize, text: &str) -> String {
    let mut runs = format!("/*+++\ncpus = {n_cpus}\n");
    for cpu in 0..n_cpus {
        let run = "[[run]]\ncontext = \"task\"";
        writeln!(runs, "{run}\nentry = \"f{cpu}\"\ncpu = {cpu}").unwrap();
    }
    format!("{runs}{PROLOGUE}{text}")
}

fn check_text(states: usize, text: &str) {
    let scenario = Scenario::parse("case.c", text).unwrap_or_else(|e| panic!("{e}"));
    let machine = scenario.machine(&scenario.configs[0].1);
    let machine = machine.unwrap_or_else(|e| panic!("{e}"));
    let full = explore(&machine, Limits::states(40_000).unreduced());
    assert!(full.complete);
    assert_eq!(full.states, states);
    let reduced = explore(&machine, Limits::states(40_000));
    assert!(reduced.complete);
    assert_eq!(verdicts(&reduced), verdicts(&full));
}

#[test]
fn who_waits_for_what_was_never_written_can_be_released_later() {
    check(
        3,
        46,
        r#"static unsigned char x, y, v, e1, e2;
void f0(void) { unsigned char r = y; v = 1; atomic { __wait(x); } if (!y) __warn("t.c", 1, "early"); }
void f1(void) { atomic { __wait(v); } y = 1; e1 = 1; }
void f2(void) { atomic { __wait(v); } x = 1; e2 = 1; }"#,
    );
}

#[test]
fn private_choices_leave_nobody_out_when_others_have_reached_something() {
    check(
        4,
        50,
        r#"static unsigned char k, in, a;
void f0(void)
{
	int r = 0;
	atomic { __wait(k == 2); in = 1; }
	for (;;)
		atomic { switch (__choose(2)) { case 0: r = 0; break; default: r = 0; break; } }
}
void f1(void)
{
	atomic { switch (__choose(2)) { case 0: k = 1; break; default: k = 2; break; } }
	atomic { __wait(k == 1); }
	a++;
	a++;
}
void f2(void) { atomic { __wait(in); } __warn("t.c", 1, "seen"); }
void f3(void) { atomic { __wait(k == 1); } a++; a++; a++; }"#,
    );
}

#[test]
fn a_lock_of_several_bytes_may_have_large_values() {
    check(
        2,
        71,
        r#"static unsigned char e0, e1, x;
static unsigned short l;
void f0(void) { atomic { __wait((l & 0xff) == 0); l = 256; } x = 1; x = 0; atomic { l = 0; } e0 = 1; }
void f1(void)
{
	atomic { __wait((l & 0xff) == 0); l = 256; }
	if (x)
		__warn("t.c", 1, "both");
	x = 0;
	atomic { l = 0; }
	e1 = 1;
}"#,
    );
}

#[test]
fn a_condition_on_another_stack_depends_on_that_context() {
    check(
        2,
        17,
        r"static int *p;
static int z;
void g(void) { int x = 0; int *q = &x; p = q; z = 1; z = 2; }
void f0(void) { g(); z = 3; z = 4; }
void f1(void) { atomic { __wait(p != 0); } atomic { __wait(*p); z = 7; } }",
    );
}

#[test]
fn a_call_makes_dangling_pointers_lead_somewhere() {
    check(
        2,
        44,
        r"static int *p;
static unsigned char e0, e1, w;
void g(void) { int x = 0; int *q = &x; p = q; e0 = 1; }
void h(void) { int y[2]; e0 = 2; e0 = 3; atomic { __wait(w); } }
void f0(void) { g(); e0 = 4; e0 = 3; h(); }
void f1(void) { atomic { __wait(p != 0); } e1 = *p; w = 1; e1 = 0; }",
    );
}

#[test]
fn a_context_that_comes_back_to_its_begin_with_a_lock_began_without() {
    check(
        3,
        406,
        r#"static unsigned char l, idx, arr[2], n, e1;
void f0(void) { for (;;) { arr[idx] = 1; atomic { __wait(!l); l = 1; } } }
void f1(void)
{
	unsigned char r1 = 0, r2 = 0;
	atomic { __wait(!l); l = 1; }
	atomic { l = 0; }
	n++;
	n++;
	idx = 1;
	atomic { __wait(!l); l = 1; }
	r1 = arr[1];
	r2 = arr[1];
	if (r1 != r2)
		__warn("t.c", 1, "race");
	atomic { l = 0; }
	e1 = 1;
}
void f2(void) { n++; n++; e1 = 0; }"#,
    );
}

#[test]
fn an_interrupt_that_waits_for_a_variable_keeps_its_holder_from_the_cpu() {
    for (context, states) in [("nmi", 26), ("irq_handler_nothread", 26)] {
        let text = format!(
            "/*+++\nkernel = \"v5.9\"\nconfig = \"preempt-nodebug\"\ncpus = 2\n\
             [[run]]\ncontext = \"task\"\nentry = \"f0\"\ncpu = 0\n\
             [[run]]\ncontext = \"{context}\"\nentry = \"f1\"\ncpu = 0\n+++*/\n\
             static unsigned char l, x, y, z;\n\
             void f0(void) {{ atomic {{ __wait(!l); l = 1; }} x = 1; atomic {{ l = 0; }} y = 1; }}\n\
             void f1(void) {{ atomic {{ __wait(!l); l = 1; }} x = 2; atomic {{ l = 0; }} z = 1; }}\n"
        );
        check_text(states, &text);
    }
}

#[test]
fn who_sleeps_is_woken_by_who_gives_back_the_lock() {
    check(
        3,
        204,
        r#"struct lk { unsigned int owner, state; unsigned long key, name; };
void mutex_lock(struct lk *l);
void mutex_unlock(struct lk *l);
void preempt_disable(void);
void preempt_enable(void);
static struct lk m;
static unsigned char x, y, v, e1, e2, go;
void f0(void)
{
	unsigned char r = y;
	atomic { __wait(go); }
	preempt_disable();
	v = 1;
	mutex_lock(&m);
	if (!y)
		__warn("t.c", 1, "early");
	mutex_unlock(&m);
	preempt_enable();
}
void f1(void) { atomic { __wait(v); } y = 1; e1 = 1; e1 = 2; }
void f2(void) { mutex_lock(&m); go = 1; atomic { __wait(v); } e2 = 1; mutex_unlock(&m); e2 = 2; }"#,
    );
}
