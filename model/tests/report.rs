//! What people and scripts see: splats, rows, sums, links, mails, JSON, SVG, search results.

use expect_test::{Expect, expect};
use model::explore::trace::Trace;
use model::explore::{Limits, explore};
use model::machine::{CpuId, Schedule};
use model::report::check::Checked;
use model::report::link::{self, Link, Source};
use model::report::{Shot, check, json, mail, preempt, splat, steps, svg, text};
use model::scenario::{Item, Scenario};

const ZONE: &str = "[zone.Normal]\npages = 32\nfree = 8\nbatch = 1\nhigh = 6\n\
                    watermark = { min = 1, low = 2, high = 3 }\n";

/// A scenario for v5.9 with small zones: configuration, runs as `context entry`, C text.
fn kernel(config: &str, runs: &[(&str, &str)], c: &str) -> Scenario {
    let runs: String = runs
        .iter()
        .map(|(context, entry)| format!("[[run]]\ncontext = \"{context}\"\nentry = \"{entry}\"\n"))
        .collect();
    let text = format!("/*+++\nkernel = \"v5.9\"\nconfig = \"{config}\"\n{ZONE}{runs}+++*/\n{c}");
    Scenario::parse("t.c", &text).unwrap_or_else(|e| panic!("{e}"))
}

fn plain(c: &str) -> Scenario {
    let text = format!("/*+++\n[[run]]\ncontext = \"task\"\nentry = \"main\"\n+++*/\n{c}");
    Scenario::parse("plain.c", &text).unwrap_or_else(|e| panic!("{e}"))
}

fn machine(scenario: &Scenario) -> model::machine::Machine {
    scenario
        .machine(&scenario.configs[0].1)
        .unwrap_or_else(|e| panic!("{e}"))
}

fn trace(scenario: &Scenario) -> Trace {
    let mut trace = Trace::new(machine(scenario));
    trace.run_on(5000);
    trace
}

fn shot<'a>(scenario: &'a Scenario, trace: &'a Trace) -> Shot<'a> {
    Shot {
        scenario,
        config: &scenario.configs[0].0,
        trace,
        cursor: trace.steps.len(),
    }
}

/// The shortest execution that ends with the item.
fn find(scenario: &Scenario, item: &str) -> Trace {
    let machine = machine(scenario);
    let outcome = explore(&machine, Limits::states(100_000).unreduced());
    let item = Item::parse(item).unwrap();
    let ends = outcome.ends.iter().filter(|g| item.holds(&g.end));
    let group = ends
        .min_by_key(|g| g.schedule.0.len())
        .expect("there is such an execution");
    Trace::follow(machine, &group.schedule).0
}

fn splats(trace: &Trace, expected: Expect) {
    let mut out = String::new();
    for (idx, step) in trace.steps.iter().enumerate() {
        for (i, finding) in step.findings.iter().enumerate() {
            out += &format!("# {}\n", splat::sentence(trace.state(idx), finding));
            let lines = splat::lines_at(trace, idx + 1, i);
            out += &lines.iter().map(|l| format!("{l}\n")).collect::<String>();
        }
    }
    expected.assert_eq(&steady(&out));
}

/// Without what changes whenever the modelled tree does: its line numbers, and addresses.
fn steady(text: &str) -> String {
    let is_address = |w: &str| w.len() == 16 && w.chars().all(|c| c.is_ascii_hexdigit());
    let mut out = String::new();
    for piece in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let word = piece.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let in_tree =
            (out.ends_with("page_alloc.c:") || out.ends_with("gfp.h:")) && !word.is_empty();
        let steady = if in_tree { "LINE" } else { word };
        out += if is_address(word) { "ADDRESS" } else { steady };
        out += &piece[word.len()..];
    }
    out
}

const DRAINED: &str = "static DEFINE_RAW_SPINLOCK(lock);\n\
    void caller(void)\n{\n\traw_spin_lock(&lock);\n\talloc_pages(GFP_ATOMIC, 0);\n\
    \traw_spin_unlock(&lock);\n}\n";

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

#[test]
fn the_terms_add_up_after_every_step() {
    let c = "static DEFINE_SPINLOCK(lock);\n\
        void caller(void)\n{\n\tunsigned long flags;\n\n\tpreempt_disable();\n\tlocal_bh_disable();\n\
        \tspin_lock_irqsave(&lock, flags);\n\tpreempt_enable();\n\
        \tspin_unlock_irqrestore(&lock, flags);\n\tlocal_bh_enable();\n}\n\
        void handler(void)\n{\n\trcu_read_lock();\n\tpreempt_disable();\n\tpreempt_enable();\n\
        \trcu_read_unlock();\n}\n";
    for config in ["preempt-debug", "none-nodebug", "rt-debug"] {
        let runs = [
            ("stop_machine", "caller"),
            ("task", "caller"),
            ("irq_handler", "handler"),
            ("nmi", "handler"),
        ];
        let scenario = kernel(config, &runs, c);
        let machine = machine(&scenario);
        // Every choice in turn, so that interrupts and switches come at all kinds of places.
        for seed in 0..40 {
            let mut trace = Trace::new(machine.clone());
            for n in 0..400 {
                let enabled = trace.last().enabled();
                let Some(&action) = enabled.get((seed * 7 + n * (seed + 3)) % enabled.len().max(1))
                else {
                    break;
                };
                trace.push(action).unwrap();
            }
            for n in 0..=trace.steps.len() {
                let cpu = &trace.state(n).cpus[0];
                let terms = preempt::terms(&trace, n, CpuId(0));
                let sum: u32 = terms.iter().map(|t| t.value).sum();
                assert_eq!(
                    sum, cpu.preempt_count,
                    "{config} seed {seed} step {n}: {terms:?}"
                );
                let since = preempt::irqs_off_since(&trace, n, CpuId(0));
                assert_eq!(
                    since.is_some(),
                    cpu.irqs_off,
                    "{config} seed {seed} step {n}: {since:?}"
                );
            }
        }
    }
}

#[test]
fn terms_have_the_words_of_the_source() {
    let c = "static DEFINE_SPINLOCK(lock);\nvoid caller(void)\n{\n\tunsigned long flags;\n\n\
        \tpreempt_disable();\n\tspin_lock_irqsave(&lock, flags);\n\treturn;\n}\n";
    let scenario = kernel("preempt-debug", &[("irq_handler", "caller")], c);
    let trace = trace(&scenario);
    let before_the_end = trace.steps.len() - 1;
    let terms = preempt::terms(&trace, before_the_end, CpuId(0));
    let words: Vec<String> = terms
        .iter()
        .map(|t| format!("{:#x} {} {}", t.value, t.word, t.step))
        .collect();
    expect![[r#"
        0x10000 hardirq 1
        0x1 preempt_disable() 2
        0x1 spin_lock_irqsave(&lock, flags) 3"#]]
    .assert_eq(&words.join("\n"));
}

#[test]
fn a_plain_program() {
    let scenario = plain(
        "#include <stdio.h>\nstatic int twice(int x)\n{\n\treturn 2 * x;\n}\n\
         int main(void)\n{\n\tprintf(\"%d\\n\", twice(21));\n\tprintf(\"a\");\n\tprintf(\"b\\n\");\n\treturn -3;\n}\n",
    );
    let trace = trace(&scenario);
    let shot = shot(&scenario, &trace);
    let json = json::run(&shot);
    assert_eq!(json["log"], serde_json::json!(["42\n", "a", "b\n"]));
    assert_eq!(json["returns"], serde_json::json!({ "task": -3 }));
    assert_eq!(json["digest"].as_str().unwrap().len(), 8);
    let text = text::run(&shot);
    let text = text.replace(&shot.digest(), "DIGEST");
    expect![[r#"
        plain: plain
        no kernel, preempt-debug, 1 CPU
        schedule c0x5
        state DIGEST after 5 of 5 steps

            1  cpu0 task     main (plain.c:13)                             printf("%d\n", twice(21));
            2  cpu0 task     twice (plain.c:9)                             return 2 * x;
               - prints "42"
            3  cpu0 task     main (plain.c:14)                             printf("a");
               - prints "a"
            4  cpu0 task     main (plain.c:15)                             printf("b\n");
               - prints "b"
            5  cpu0 task     main (plain.c:16)                             return -3;
               - task ends

        task returned -3
        every context has finished; no rule broken
    "#]].assert_eq(&text);
    assert!(steps::live(&trace, 1).starts_with("Step 1 of "));
    assert_eq!(steps::row(&trace, 0).code, "");
    assert_eq!(steps::row(&trace, 10_000).code, "");
}

#[test]
fn a_mail_survives_quoting_and_junk() {
    let scenario = kernel("rt-debug", &[("task", "caller")], DRAINED);
    let trace = trace(&scenario);
    let shot = shot(&scenario, &trace);
    for (sent, link) in [
        (mail::export(&shot), Link::by_name(&shot)),
        (mail::export_with_text(&shot), Link::with_text(&shot)),
    ] {
        assert!(sent.is_ascii());
        assert!(sent.lines().all(|l| l.len() <= mail::WIDTH), "{sent}");
        assert_eq!(mail::import(&sent), Ok(link.clone()));
        let quoted: String = sent.lines().map(|l| format!("> > {l}\r\n")).collect();
        let mail = format!("Hi,\r\n\r\n> On Sunday: Config was wrong\r\n{quoted}\r\nBye\r\n");
        assert_eq!(mail::import(&mail), Ok(link));
        for end in 0..sent.len() {
            if let Err(message) = mail::import(&sent[..end]) {
                assert!(message.contains("this"), "{message}");
            }
        }
    }
    for key in [
        "Scenario: t\n",
        "Kernel:   v5.9\n",
        "Config:   rt-debug\n",
        "BUG: sleeping function",
    ] {
        assert!(mail::export(&shot).contains(key), "{key}");
    }
}

#[test]
fn a_long_schedule_is_wrapped_and_its_loss_noticed() {
    let scenario = kernel(
        "preempt-debug",
        &[("task", "caller"), ("task", "caller")],
        DRAINED,
    );
    let mut trace = Trace::new(machine(&scenario));
    while let Some(&last) = trace.last().enabled().last() {
        if trace.steps.len() > 120 {
            break;
        }
        trace.push(last).unwrap();
    }
    let sent = mail::export(&shot(&scenario, &trace));
    assert!(sent.lines().all(|l| l.len() <= mail::WIDTH), "{sent}");
    assert_eq!(mail::import(&sent).unwrap().schedule, trace.schedule());
    let lines: Vec<&str> = sent.lines().collect();
    let at = lines
        .iter()
        .position(|l| l.starts_with("Schedule:"))
        .unwrap();
    assert!(lines[at].ends_with('.'), "{sent}");
    let without: String = lines
        .iter()
        .enumerate()
        .filter(|(i, _)| *i != at + 1)
        .map(|(_, l)| format!("{l}\n"))
        .collect();
    assert!(mail::import(&without).unwrap_err().contains("cut"));
}

#[test]
fn every_prefix_of_a_link_is_told_to_be_cut() {
    let link = Link {
        version: link::VERSION,
        source: Source::Text("int main(void) { return 0; } /* \u{fc}ber */\n".repeat(9)),
        kernel: Some("v5.9+rfc".into()),
        patches: String::new(),
        config: "rt-debug".into(),
        schedule: "c0x12.i1.c0x3".parse::<Schedule>().unwrap(),
        cursor: 16,
        digest: 0x00ab_cdef,
    };
    let named = Link {
        source: Source::Name("a b&c=d#e%".into()),
        ..link.clone()
    };
    let patched = Link {
        patches: "--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-a\n+b\n".into(),
        ..link.clone()
    };
    for link in [link, named, patched] {
        let fragment = link.to_fragment();
        assert!(fragment.is_ascii());
        assert_eq!(Link::parse(&fragment), Ok(link.clone()));
        assert_eq!(
            Link::parse(&format!(" https://example.org/x.html#{fragment}\r\n")),
            Ok(link)
        );
        for end in 0..fragment.len() {
            let message = Link::parse(&fragment[..end]).expect_err("a part is no link");
            assert!(message.contains("link"), "{message}");
        }
    }
}

#[test]
fn each_bad_link_has_its_own_message() {
    let good = "w=1&s=x&c=rt-debug&x=c0&n=1&d=00000000";
    assert!(Link::parse(good).is_ok());
    let bomb = link::pack(&" ".repeat(link::TEXT_MAX + 1));
    let cases = [
        ("", "this is no link"),
        ("hello", "this is no link"),
        ("w=2&q=1", "version 2"),
        ("w=x", "is no number"),
        ("w=1&s=x&z=1", "field `z`"),
        ("w=1&s=x&s=y", "twice"),
        ("w=1&s=x&t=AAAA&c=c&x=&n=0&d=00000000", "two scenarios"),
        ("w=1&s=x&c=rt-debug&x=c0", "cut in half: the position"),
        ("w=1&s=x&c=rt-debug&x=q9&n=0&d=00000000", "is no choice"),
        ("w=1&s=x&c=rt-debug&x=c0&n=2&d=00000000", "points to step 2"),
        ("w=1&s=x&c=rt-debug&x=c0&n=-1&d=00000000", "is no number"),
        ("w=1&s=x&c=rt-debug&x=c0&n=1&d=0000", "part of the digest"),
        (
            "w=1&s=x&c=rt-debug&x=c0&n=1&d=zzzzzzzz",
            "eight hexadecimal digits",
        ),
        ("w=1&t=!!!&c=c&x=&n=0&d=00000000", "no base64url"),
        ("w=1&t=_____w&c=c&x=&n=0&d=00000000", "damaged"),
        ("w=1&s=%ff&c=c&x=&n=0&d=00000000", "no text"),
        (
            &format!("w=1&t={bomb}&c=c&x=&n=0&d=00000000"),
            "more than 262144 bytes",
        ),
    ];
    for (text, message) in cases {
        let told = Link::parse(text).expect_err(text);
        assert!(told.contains(message), "{text}: {told}");
    }
}

#[test]
fn a_search_reads_like_herd7() {
    let c = "static int x;\nvoid one(void)\n{\n\tint y = x;\n\n\tx = y + 1;\n}\n\
        void two(void)\n{\n\tone();\n\tWARN_ON(x == 0);\n}\n";
    let mut scenario = kernel("preempt-debug", &[("task", "one"), ("task", "two")], c);
    scenario
        .expect
        .0
        .push((model::scenario::Quantifier::Sometimes, Item::Violation));
    let outcome = explore(&machine(&scenario), Limits::states(10_000).unreduced());
    let checked = Checked::new(&scenario, "preempt-debug", &outcome, 0.0);
    expect![[r#"
        Test t v5.9 preempt-debug
        States 1
        2     :>fine
        No
        Witnesses
        Positive: 0 Negative: 2
        Condition sometimes violation
        Observation t Never 0 2
          gfp run t.c --config preempt-debug --schedule c0x2.t1c0.c0x4
        Explored 37 states, 53 transitions, depth 8: complete
        Time t 0.00
        Hash=0297246b4d81ba43
    "#]]
    .assert_eq(&check::text(&checked));
    let json = check::json(&[checked]);
    for key in [
        "name",
        "holds",
        "observation",
        "states",
        "transitions",
        "complete",
        "seconds",
        "violations",
        "configurations",
    ] {
        assert!(json.get(key).is_some(), "{key}");
    }
}

#[test]
fn a_drawing_is_complete_and_balanced() {
    let scenario = kernel(
        "preempt-debug",
        &[("task", "caller"), ("nmi", "caller")],
        DRAINED,
    );
    let trace = find(&scenario, "violation");
    let drawing = svg::run(&shot(&scenario, &trace));
    assert!(drawing.starts_with("<svg xmlns=") && drawing.ends_with("</svg>\n"));
    for tag in ["title", "text", "desc", "path"] {
        let open = drawing.matches(&format!("<{tag}>")).count()
            + drawing.matches(&format!("<{tag} ")).count();
        assert_eq!(open, drawing.matches(&format!("</{tag}>")).count(), "{tag}");
        assert!(open > 0, "{tag}");
    }
    assert!(drawing.contains("CPU 0 NMI"));
    let nothing = Shot {
        cursor: 0,
        ..shot(&scenario, &trace)
    };
    assert!(svg::run(&nothing).ends_with("</svg>\n"));
}

/// Why NULL came back: what was in the way.
#[test]
fn a_null_has_a_reason() {
    use model::config::Config;
    use model::report::why_null::nulls;
    let why = |kernel: &str, zones: &str, body: &str| {
        let text = format!(
            "/*+++\nkernel = \"{kernel}\"\nconfig = \"preempt-nodebug\"\n{zones}\n[[run]]\ncontext = \"task\"\nentry = \"f\"\n+++*/\nvoid f(void)\n{{\n{body}\n}}\n"
        );
        let scenario = Scenario::parse("t.c", &text).unwrap_or_else(|e| panic!("{e}"));
        let config = Config::named("preempt-nodebug").unwrap();
        let mut trace = Trace::new(scenario.machine(&config).unwrap_or_else(|e| panic!("{e}")));
        trace.run_on(20_000);
        let all = nulls(&trace, trace.steps.len());
        all.into_iter().map(|null| null.why).collect::<Vec<_>>()
    };
    let zones = |free: u32, min: u32| {
        let (low, high) = (min + 1, min + 2);
        format!(
            "[zone.Normal]\npages = 64\nfree = {free}\nwatermark = {{ min = {min}, low = {low}, high = {high} }}"
        )
    };
    assert_eq!(
        why("v5.9", &zones(6, 8), "alloc_pages(GFP_NOWAIT, 0);"),
        ["zone Normal is below the watermark"]
    );
    let pairs = "struct page *p[16];\nint i;\n\
        for (i = 0; i < 16; i++)\np[i] = alloc_pages(GFP_NOWAIT, 1);\n\
        for (i = 0; i < 16; i += 2)\n__free_pages(p[i], 1);\nalloc_pages(GFP_NOWAIT, 2);";
    assert_eq!(
        why("v5.9", &zones(34, 1), pairs),
        ["no block of that order and migratetype"]
    );
    assert_eq!(
        why("v5.9+rfc", &zones(34, 1), "__rcu_alloc_page_lockless();"),
        ["the per-CPU lists are empty"]
    );
    let held = "spin_lock(&NODE_DATA(0)->node_zones[ZONE_NORMAL].lock);\nalloc_pages_nolock(0, -1, 0);\n\
        spin_unlock(&NODE_DATA(0)->node_zones[ZONE_NORMAL].lock);";
    assert_eq!(
        why("v7.2", &zones(34, 1), held),
        ["&zone->lock is contended, and nobody waits for it"]
    );
}
