//! Small programs on the modelled kernel, the same one for the same number: contexts that share
//! variables and locks. Used by several tests and by the fuzz targets.

use std::fmt::Write;

/// Two or three contexts on one or two CPUs.
pub fn program(seed: u64) -> String {
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
