//! Compares two failure reports, line by line.

use crate::transcript::Call;

/// Numbers of a zone's line that the model has.
const FIELDS: &[&str] = &[
    "boost",
    "min",
    "low",
    "high",
    "reserved_highatomic",
    "present",
    "managed",
    "free_pcp",
    "local_pcp",
    "free_cma",
    "bounce",
];

/// What the comparison has found.
#[derive(Default)]
pub struct Told {
    calls: usize,
    reports: usize,
    lines: usize,
    numbers: usize,
    /// Zones whose free pages changed between the dump and the report.
    drifted: usize,
    pub differences: Vec<String>,
}

impl Told {
    /// One call: what it returned, whether there is a report, and what that says.
    pub fn compare(&mut self, call: &Call, returned: bool, printed: &[String]) {
        self.calls += 1;
        let name = format!("{}: {}", call.file, call.text);
        if returned != call.returned {
            let (model, kernel) = (returned, call.returned);
            self.differ(&name, &format!("returned {model}, the kernel {kernel}"));
            return;
        }
        match (report(&call.printed), report(printed)) {
            (None, None) => {}
            (Some(kernel), Some(model)) => self.compare_reports(&name, call, kernel, model),
            (kernel, model) => {
                let (model, kernel) = (model.is_some(), kernel.is_some());
                self.differ(&name, &format!("report: {model}, the kernel: {kernel}"));
            }
        }
    }

    /// In numbers.
    pub fn summary(&self) -> String {
        let Told {
            calls,
            reports,
            lines,
            numbers,
            drifted,
            differences,
        } = self;
        format!(
            "{calls} calls, {reports} reports, {lines} lines and {numbers} numbers compared, \
             {drifted} zones had changed meanwhile, {} differences",
            differences.len()
        )
    }

    fn differ(&mut self, name: &str, text: &str) {
        self.differences.push(format!("{name}: {text}"));
    }

    fn compare_reports(&mut self, name: &str, call: &Call, kernel: &[String], model: &[String]) {
        self.reports += 1;
        let after_comm = |line: &String| line.split_once(": ").map(|(_, l)| l.to_string());
        if after_comm(&kernel[0]) != after_comm(&model[0]) {
            self.differ(name, &format!("`{}`, the kernel `{}`", model[0], kernel[0]));
        }
        let cpu_line = |lines: &[String]| shape(lines[1].split(" Comm").next().unwrap_or(""));
        if cpu_line(kernel) != cpu_line(model) {
            self.differ(name, &format!("`{}`, the kernel `{}`", model[1], kernel[1]));
        }
        let functions = (functions(kernel), functions(model));
        if !functions.0.starts_with(&functions.1) {
            self.differ(
                name,
                &format!(
                    "called from {:?}, the kernel {:?}",
                    functions.1, functions.0
                ),
            );
        }
        let (kernel, model) = (mem_info(kernel), mem_info(model));
        if kernel.len() != model.len() {
            let text = format!("{} lines, the kernel {}", model.len(), kernel.len());
            return self.differ(name, &text);
        }
        let mut drifted = false;
        for (kernel, model) in kernel.iter().zip(model) {
            self.lines += 1;
            if shape(kernel) != shape(model) {
                self.differ(name, &format!("`{model}`, the kernel `{kernel}`"));
            }
            drifted |= self.compare_numbers(name, call, kernel, model);
        }
        self.drifted += usize::from(drifted);
    }

    /// True when the line is about free pages that were others when the dump was made.
    fn compare_numbers(&mut self, name: &str, call: &Call, kernel: &str, model: &str) -> bool {
        const SAME: &[&str] = &[
            "pages RAM",
            "pages reserved",
            "MovableOnly",
            "swap",
            "lowmem_",
        ];
        let zone = kernel.split([' ', ':']).next().unwrap_or_default();
        let Some(dumped) = call.zones.iter().find(|z| z.name == zone) else {
            if SAME.iter().any(|word| kernel.contains(word)) {
                self.equal(name, kernel, model);
            }
            return false;
        };
        if let Some((_, total)) = kernel.split_once("= ") {
            if total != format!("{}kB", dumped.free() * 4) {
                return true;
            }
            self.equal(name, kernel, model);
            return false;
        }
        let listed: u64 = dumped.pcp.iter().map(|pcp| pcp[0]).sum();
        let drifted = field(kernel, "free_pcp") != Some(&format!("{}kB", listed * 4));
        let comparable = |f: &&&str| !(drifted && f.contains("_pcp"));
        for &name_of_field in FIELDS.iter().filter(comparable) {
            let of = |line| format!("{name_of_field}:{:?}", field(line, name_of_field));
            self.equal(&format!("{name}: {zone}"), &of(kernel), &of(model));
        }
        let free = format!("{}kB", dumped.free() * 4);
        if field(kernel, "free") == Some(&free) {
            self.equal(
                &format!("{name}: {zone} free"),
                &free,
                field(model, "free").unwrap_or(""),
            );
        }
        drifted
    }

    fn equal(&mut self, name: &str, kernel: &str, model: &str) {
        self.numbers += 1;
        if kernel != model {
            self.differ(name, &format!("`{model}`, the kernel `{kernel}`"));
        }
    }
}

/// The value of `name:value` in a line.
fn field<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let value = |word: &'a str| word.strip_prefix(name)?.strip_prefix(':');
    line.split(' ').find_map(value)
}

/// From the first line of a report to its last.
fn report(lines: &[String]) -> Option<&[String]> {
    let begin = lines
        .iter()
        .position(|l| l.contains("page allocation failure"))?;
    let end = lines[begin..]
        .iter()
        .position(|l| l.ends_with("pages reserved"))?;
    Some(&lines[begin..=begin + end])
}

/// The CPU that made the report.
pub fn cpu(call: &Call) -> Option<u8> {
    let line = report(&call.printed)?.get(1)?;
    line.strip_prefix("CPU: ")?.split(' ').next()?.parse().ok()
}

fn mem_info(lines: &[String]) -> &[String] {
    let begin = lines.iter().position(|l| l == "Mem-Info:").unwrap_or(0);
    &lines[begin..]
}

/// The allocator's functions in the trace, innermost first; compilers add suffixes to some.
fn functions(lines: &[String]) -> Vec<String> {
    let name = |line: &String| {
        let word = line.strip_prefix([' '])?.trim_start();
        let word = word.split(['+', '.', ' ']).next()?;
        let known = [
            "warn_alloc",
            "__alloc_pages_slowpath",
            "__alloc_pages_noprof",
        ];
        known.contains(&word).then(|| word.to_string())
    };
    lines.iter().filter_map(name).collect()
}

/// A line without its numbers, and without what a booted kernel's lists happen to hold.
fn shape(line: &str) -> String {
    let line = line.replace("? yes", "? no");
    let mut shape = String::new();
    let mut in_letters = false;
    for c in line.chars() {
        match c {
            '0'..='9' if shape.ends_with('0') => {}
            '0'..='9' => shape.push('0'),
            '(' if line.contains("*4kB") => in_letters = true,
            ')' if in_letters => in_letters = false,
            ' ' if shape.ends_with(' ') => {}
            _ if in_letters => {}
            c => shape.push(c),
        }
    }
    shape
}
