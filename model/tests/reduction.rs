//! With and without reduction a search finds the same: on every scenario of the book and on
//! generated programs.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use model::explore::{Limits, Outcome, explore};
use model::machine::Machine;
use model::scenario::Scenario;

/// Larger ones are not compared.
const STATES_MAX: usize = 40_000;

/// Everything a search says that is no number of states.
fn verdicts(outcome: &Outcome) -> BTreeSet<String> {
    let ends = outcome.ends.iter().map(|g| format!("{:?}", g.end));
    let findings = outcome.witnesses.iter().map(|w| {
        let f = &w.finding;
        format!("{:?} {:?} {}", f.rule, f.class, f.printed)
    });
    let endless = (outcome.endless > 0).then(|| "endless".to_string());
    ends.chain(findings).chain(endless).collect()
}

/// How many states each search kept, when both are complete and say the same.
fn compare(name: &str, machine: &Machine) -> Option<(usize, usize)> {
    let full = explore(machine, Limits::states(STATES_MAX).unreduced());
    if !full.complete {
        return None;
    }
    let reduced = explore(machine, Limits::states(STATES_MAX));
    assert!(
        reduced.complete,
        "{name}: {} states reduced, {} in full",
        reduced.states, full.states
    );
    assert_eq!(verdicts(&reduced), verdicts(&full), "{name}");
    for witness in &reduced.witnesses {
        let trace = model::explore::trace::Trace::follow(machine.clone(), &witness.schedule);
        assert!(
            trace.1.is_none(),
            "{name}: {} cannot be followed",
            witness.schedule
        );
    }
    Some((reduced.states, full.states))
}

#[test]
fn the_scenarios_of_the_book() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut all = (0, 0);
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy();
        let scenario = Scenario::parse(&name, &text).unwrap_or_else(|e| panic!("{e}"));
        for (config_name, config) in &scenario.configs {
            let machine = scenario.machine(config).unwrap_or_else(|e| panic!("{e}"));
            if let Some(n) = compare(&format!("{name} {config_name}"), &machine) {
                all = (all.0 + n.0, all.1 + n.1);
            }
        }
    }
    println!("{} states of {}", all.0, all.1);
    assert!(all.0 * 5 < all.1, "{} states of {}", all.0, all.1);
}

/// The same numbers every time: Knuth's linear congruential generator.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }
}

/// Statements over a few variables, locks and the CPU's state, most of them sensible.
fn statements(random: &mut Random, n: usize, depth: usize, text: &mut String) {
    for _ in 0..n {
        let (a, b) = (random.of(&VARIABLES), random.of(&VARIABLES));
        let value = random.below(3);
        match random.below(if depth > 0 { 16 } else { 8 }) {
            0 => writeln!(text, "{a} = {value};"),
            1 => writeln!(text, "{a} = {b} + {value};"),
            2 => writeln!(text, "mine = {a} + mine; mine++;"),
            3 => writeln!(text, "mine = mine + {value}; {a} = mine & 3;"),
            4 => writeln!(text, "WARN_ON({a} == {value} && {b} != {value});"),
            5 => writeln!(
                text,
                "__this_cpu_write(each, {value}); mine += __this_cpu_read(each);"
            ),
            6 => writeln!(text, "{{ int *p = &{a}; *p = *p ^ 1; mine += *p; }}"),
            7 => writeln!(text, "here[mine & 1] = {value}; {b} = here[1];"),
            8 => block(random, depth, text, &format!("if ({a} == {value}) {{"), "}"),
            9 => block(random, depth, text, "for (int i = 0; i < 2; i++) {", "}"),
            10 => {
                let lock = random.of(&["l", "m"]);
                block(
                    random,
                    depth,
                    text,
                    &format!("raw_spin_lock(&{lock});"),
                    &format!("raw_spin_unlock(&{lock});"),
                )
            }
            11 => block(
                random,
                depth,
                text,
                "{ unsigned long flags; raw_spin_lock_irqsave(&k, flags);",
                "raw_spin_unlock_irqrestore(&k, flags); }",
            ),
            12 => block(
                random,
                depth,
                text,
                "{ unsigned long flags; local_irq_save(flags);",
                "local_irq_restore(flags); }",
            ),
            13 => block(
                random,
                depth,
                text,
                "preempt_disable();",
                "preempt_enable();",
            ),
            14 => block(random, depth, text, "spin_lock(&s);", "spin_unlock(&s);"),
            _ => block(
                random,
                depth,
                text,
                "if (raw_spin_trylock(&l)) {",
                "raw_spin_unlock(&l); }",
            ),
        }
        .unwrap();
    }
}

fn block(
    random: &mut Random,
    depth: usize,
    text: &mut String,
    open: &str,
    close: &str,
) -> std::fmt::Result {
    writeln!(text, "{open}")?;
    let n = 1 + random.below(2);
    statements(random, n, depth - 1, text);
    writeln!(text, "{close}")
}

const VARIABLES: [&str; 4] = ["a", "b", "c", "d"];

/// Two or three contexts on one or two CPUs.
fn program(seed: u64) -> String {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut runs = String::new();
    let mut text = String::from(
        "static int a, b, c, d;\nstatic DEFINE_PER_CPU(int, each);\n\
         static DEFINE_RAW_SPINLOCK(k);\nstatic DEFINE_RAW_SPINLOCK(l);\nstatic DEFINE_RAW_SPINLOCK(m);\nstatic DEFINE_SPINLOCK(s);\n",
    );
    let n_runs = 2 + random.below(2);
    for run in 0..n_runs {
        let context = match run {
            0 => "task",
            _ => random.of(&[
                "task",
                "task",
                "irq_handler_nothread",
                "timer",
                "nmi",
                "kthread_fifo",
            ]),
        };
        let cpu = random.below(2);
        writeln!(
            runs,
            "[[run]]\ncontext = \"{context}\"\nentry = \"f{run}\"\ncpu = {cpu}"
        )
        .unwrap();
        writeln!(
            text,
            "void f{run}(void)\n{{\nint mine = 0;\nint here[2] = {{ 0, 0 }};"
        )
        .unwrap();
        let n = 2 + random.below(if n_runs == 2 { 5 } else { 3 });
        statements(&mut random, n, 2, &mut text);
        if random.below(20) == 0 {
            writeln!(text, "while (a != 1)\nb = b ^ 1;").unwrap();
        }
        writeln!(text, "}}").unwrap();
    }
    let config = random.of(&[
        "preempt-debug",
        "preempt-nodebug",
        "none-debug",
        "rt-debug",
        "rt-nodebug",
    ]);
    format!("/*+++\nkernel = \"v5.9\"\nconfig = \"{config}\"\ncpus = 2\n{runs}+++*/\n{text}")
}

#[test]
fn generated_programs() {
    let seeds = std::env::var("REDUCTION_SEEDS").map_or(0..120, |text| {
        let (from, to) = text.split_once("..").expect("from..to");
        from.parse().unwrap()..to.parse().unwrap()
    });
    let (mut compared, mut all) = (0, (0, 0));
    for seed in seeds {
        let text = program(seed);
        let scenario = Scenario::parse("generated.c", &text).unwrap_or_else(|e| panic!("{e}"));
        let machine = scenario.machine(&scenario.configs[0].1);
        let machine = machine.unwrap_or_else(|e| panic!("{e}\n{text}"));
        if let Some(n) = compare(&format!("seed {seed}\n{text}"), &machine) {
            compared += 1;
            all = (all.0 + n.0, all.1 + n.1);
        }
    }
    println!("{compared} programs, {} states of {}", all.0, all.1);
    assert!(compared >= 60, "only {compared} are small enough");
}
