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

/// Two to four tasks, a CPU each, without a kernel: what they wait for, and what keeps them apart, are
/// variables. Some are used as locks, some nearly so.
pub fn guarded_program(seed: u64) -> String {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5555);
    let n_runs = 2 + random.below(3);
    let mut text = format!("/*+++\ncpus = {n_runs}\n");
    for run in 0..n_runs {
        writeln!(
            text,
            "[[run]]\ncontext = \"task\"\nentry = \"f{run}\"\ncpu = {run}"
        )
        .unwrap();
    }
    text += "+++*/\nvoid __wait(int condition);\nunsigned int __choose(unsigned int n);\n\
             void __warn(const char *file, int line, const char *text);\n\
             static unsigned char a, b, c, d, lock, busy, flag[4], own[4];\n";
    for run in 0..n_runs {
        writeln!(text, "void f{run}(void)\n{{\nint mine = 0;\nagain: ;").unwrap();
        let n = 1 + random.below(if n_runs > 3 { 2 } else { 3 });
        for _ in 0..n {
            guarded(&mut random, run, &mut text);
        }
        if random.below(4) == 0 {
            writeln!(text, "atomic {{ if (own[{run}]++ < 1) goto again; }}").unwrap();
        }
        // What comes last ends the context, too, which is another matter.
        writeln!(text, "mine++;\n}}").unwrap();
    }
    text
}

/// What such a task does: a few steps.
fn guarded(random: &mut Random, run: usize, text: &mut String) {
    let (x, y) = (random.of(&VARIABLES), random.of(&VARIABLES));
    let value = random.below(3);
    let me = run + 1;
    let other = random.below(3);
    let l = random.of(&["lock", "lock", "busy", "flag[0]"]);
    let inside = match random.below(6) {
        0 => format!("atomic {{ {x} = {y} + {value}; }}"),
        1 => format!("{x} = {value};\n{y} = {x};"),
        2 => format!("atomic {{ own[{run}]++; }} mine += own[{run}];"),
        3 => format!("if ({x} != {y})\n__warn(\"t.c\", {value}, \"{x} is not {y}\");"),
        4 => format!("atomic {{ __wait({x} == {value} || {y}); {x} ^= 1; }}"),
        _ => format!(
            "atomic {{ switch (__choose(2)) {{ case 0: {x} = {value}; break; default: own[{run}] = {value}; }} }}"
        ),
    };
    match random.below(12) {
        // A lock as it should be, held by nobody else.
        0..=3 => writeln!(
            text,
            "atomic {{ __wait(!{l}); {l} = {me}; }}\n{inside}\natomic {{ {l} = 0; }}"
        ),
        // Taken together with something else.
        4 => writeln!(
            text,
            "atomic {{ __wait({x} != 2 && !{l}); {l} = 1; {y} = {value}; }}\n{inside}\n{l} = 0;"
        ),
        // Interrupts off, as a variable: nobody waits for it who sets it.
        5 => writeln!(
            text,
            "atomic {{ flag[{other}] = 1; }}\n{inside}\natomic {{ flag[{other}] = 0; }}"
        ),
        // Not possible while a flag is set.
        6 => writeln!(text, "atomic {{ __wait(!flag[{other}]); {x} = {value}; }}"),
        // Released by whoever comes.
        7 => writeln!(text, "atomic {{ {l} = 0; }}"),
        // Taken without waiting.
        8 => writeln!(text, "atomic {{ if (!{l}) {l} = {me}; }}"),
        // Read while others hold it.
        9 => writeln!(text, "if ({l})\n{x} = {value};"),
        10 => writeln!(text, "atomic {{ __wait({l} != {value}); {l} = {other}; }}"),
        _ => writeln!(text, "{inside}"),
    }
    .unwrap();
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
