//! What people and scripts see: splats, rows, sums, links, mails, JSON, SVG, search results.

mod sending;
mod splats;

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
        Memory t 0.0 MB
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

#[test]
fn a_step_without_end_is_shown_in_few_words() {
    let scenario = plain(
        "void __object(const void *p, unsigned long size, int state);\n\
         int printf(const char *format, ...);\nint x, y;\n\
         int main(void) { atomic { for (;;) { __object(&x, 4, 2); __object(&y, 4, 2); } } }",
    );
    let trace = trace(&scenario);
    let step = trace.steps.last().unwrap();
    assert!(step.events.len() > 1000);
    // Each of the two is freed twice, and then it does not end.
    assert_eq!(step.findings.len(), 3, "{:?}", step.findings);
    let shot = shot(&scenario, &trace);
    let shown = [
        text::run(&shot),
        mail::export(&shot),
        json::run(&shot).to_string(),
        svg::run(&shot),
    ];
    for text in shown {
        assert!(text.len() < 100_000, "{} bytes", text.len());
    }
}
