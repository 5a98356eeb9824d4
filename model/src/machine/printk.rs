//! `printk()`: formats and pointers as the kernel prints them, as far as the modelled C uses them.

use super::context::{Context, ContextKind, Frame};
use super::event::EventKind;
use super::exec::{Exec, Flow};
use crate::program::{Primitive, Reg};

impl Exec<'_> {
    pub(super) fn printk(&mut self, which: Primitive, dst: Reg, args: Reg, n: u8) -> Flow {
        let mut text = self.format(args, n);
        let length = text.len() as u64;
        // A level (KERN_SOH and a character) is not part of the line.
        if which == Primitive::Printk && text.starts_with('\u{1}') {
            text.drain(..text.char_indices().nth(2).map_or(text.len(), |(i, _)| i));
        }
        self.event(EventKind::Printk(text));
        self.set(dst, length)
    }

    /// The text of a format and its arguments, which are the registers `args`, `args + 1`, ….
    pub(super) fn format(&mut self, args: Reg, n: u8) -> String {
        let format = self.machine.c_string(self.reg(args));
        let mut next = 1;
        let mut take = || {
            let value = if next < u16::from(n) {
                self.reg(args + next)
            } else {
                0
            };
            next += 1;
            value
        };
        let mut text = String::new();
        let mut rest = format.chars().peekable();
        while let Some(c) = rest.next() {
            if c != '%' {
                text.push(c);
                continue;
            }
            let mut spec = Spec::default();
            while let Some(&c) = rest.peek() {
                match c {
                    '-' => spec.left = true,
                    '0' if spec.width == 0 && !spec.precise => spec.zero = true,
                    '#' => spec.alternate = true,
                    '+' => spec.plus = true,
                    ' ' => spec.space = true,
                    '*' if spec.precise => spec.precision = take() as usize,
                    '*' => spec.width = take() as usize,
                    '.' => spec.precise = true,
                    '0'..='9' => {
                        let digit = c as usize - '0' as usize;
                        let field = if spec.precise {
                            &mut spec.precision
                        } else {
                            &mut spec.width
                        };
                        *field = (*field * 10 + digit).min(1000);
                    }
                    'l' | 'z' | 'j' | 't' => spec.long = true,
                    'h' => spec.half += 1,
                    _ => break,
                }
                rest.next();
            }
            match rest.next() {
                Some('%') => text.push('%'),
                Some('s') => {
                    let string = self.machine.c_string(take());
                    text += &spec.pad(spec.cut(string));
                }
                Some('c') => text += &spec.pad(char::from(take() as u8).to_string()),
                Some('p') => {
                    let value = take();
                    let kind: String =
                        std::iter::from_fn(|| rest.next_if(|c| c.is_ascii_alphanumeric()))
                            .collect();
                    text += &match kind.as_str() {
                        "bl" => self.bit_list(value, spec.width),
                        "Gg" => spec.pad(self.gfp_names(self.machine.memory.read(value, 4))),
                        _ => spec.pad(format!("{value:016x}")),
                    };
                }
                Some(kind @ ('d' | 'i' | 'u' | 'x' | 'X' | 'o')) => {
                    text += &spec.integer(kind, take());
                }
                Some(other) => {
                    text.push('%');
                    text.push(other);
                }
                None => text.push('%'),
            }
        }
        text
    }
}

/// The table behind `%pGg`: masks and names, up to a name that is NULL.
const GFP_NAMES: &str = "gfpflag_names";
/// `sizeof(struct trace_print_flags)`: two words.
const FLAG_NAME_SIZE: u64 = 16;

impl Exec<'_> {
    /// `format_flags()` of `lib/vsprintf.c`: each name that fits, then in hexadecimal what is left.
    fn gfp_names(&self, mut mask: u64) -> String {
        let mut names = Vec::new();
        let table = self.machine.program().global(GFP_NAMES);
        let entries = table.map_or(0..0, |t| t.addr..t.addr + t.size);
        for entry in entries.step_by(FLAG_NAME_SIZE as usize) {
            let bits = self.machine.memory.read(entry, 8);
            let name = self.machine.memory.read(entry + 8, 8);
            if name == 0 || mask == 0 {
                break;
            }
            if mask & bits == bits {
                mask &= !bits;
                names.push(self.machine.c_string(name));
            }
        }
        if mask != 0 {
            names.push(format!("{mask:#x}"));
        }
        names.join("|")
    }

    /// `%*pbl`: the bits that are set, as `0-1,3`; at no address `(null)`.
    fn bit_list(&self, addr: u64, n_bits: usize) -> String {
        if addr == 0 {
            return "(null)".into();
        }
        let bits = self.machine.memory.read(addr, 8);
        let is_set = |bit: &usize| *bit < n_bits.min(64) && bits >> bit & 1 == 1;
        let mut ranges = Vec::new();
        let mut next = 0;
        while next < n_bits {
            let end = (next..n_bits).find(|bit| !is_set(bit)).unwrap_or(n_bits);
            match end - next {
                0 => {}
                1 => ranges.push(next.to_string()),
                _ => ranges.push(format!("{next}-{}", end - 1)),
            }
            next = end + 1;
        }
        ranges.join(",")
    }

    /// The functions of the running context and of those it interrupted, innermost first, as
    /// x86 prints them; `marks_task`: the task's part has a mark as well.
    pub(super) fn dump_trace(&mut self, marks_task: bool) -> Flow {
        let mut text = self.trace_of(&self.ctx, marks_task);
        let below: Vec<&Context> = self.machine.contexts(self.cpu).collect();
        for context in below
            .into_iter()
            .rev()
            .filter(|c| c.stack != self.ctx.stack)
        {
            text += &self.trace_of(context, marks_task);
        }
        self.event(EventKind::Printk(text));
        self.next()
    }

    fn trace_of(&self, context: &Context, marks_task: bool) -> String {
        let mark = match context.kind {
            ContextKind::Task if marks_task => Some("TASK"),
            ContextKind::Task => None,
            ContextKind::Nmi => Some("NMI"),
            _ => Some("IRQ"),
        };
        let frames = context.frames.iter().rev();
        let inside = |frame: &&Frame| self.program.func(frame.func).name != "dump_stack";
        let lines = frames.filter(inside);
        let lines = lines.map(|frame| format!(" {}\n", self.program.func(frame.func).name));
        let lines: String = lines.collect();
        match mark {
            Some(mark) => format!(" <{mark}>\n{lines} </{mark}>\n"),
            None => lines,
        }
    }
}

/// One conversion's flags.
#[derive(Default)]
struct Spec {
    left: bool,
    zero: bool,
    alternate: bool,
    plus: bool,
    space: bool,
    long: bool,
    half: u8,
    width: usize,
    precise: bool,
    precision: usize,
}

impl Spec {
    fn integer(&self, kind: char, value: u64) -> String {
        let (signed, unsigned) = match (self.long, self.half) {
            (true, _) => (value as i64, value),
            (_, 0) => (i64::from(value as i32), u64::from(value as u32)),
            (_, 1) => (i64::from(value as i16), u64::from(value as u16)),
            _ => (i64::from(value as i8), u64::from(value as u8)),
        };
        let negative = matches!(kind, 'd' | 'i') && signed < 0;
        let mut digits = match kind {
            'd' | 'i' => signed.unsigned_abs().to_string(),
            'x' => format!("{unsigned:x}"),
            'X' => format!("{unsigned:X}"),
            'o' => format!("{unsigned:o}"),
            _ => unsigned.to_string(),
        };
        if self.precise {
            if self.precision == 0 && digits == "0" {
                digits.clear();
            }
            digits = format!(
                "{}{digits}",
                "0".repeat(self.precision.saturating_sub(digits.len()))
            );
        }
        let prefix = match kind {
            'd' | 'i' if negative => "-",
            'd' | 'i' if self.plus => "+",
            'd' | 'i' if self.space => " ",
            'x' if self.alternate && unsigned != 0 => "0x",
            'X' if self.alternate && unsigned != 0 => "0X",
            'o' if self.alternate && !digits.starts_with('0') => "0",
            _ => "",
        };
        if self.zero && !self.left && !self.precise {
            let zeros = self.width.saturating_sub(prefix.len() + digits.len());
            return format!("{prefix}{}{digits}", "0".repeat(zeros));
        }
        self.pad(format!("{prefix}{digits}"))
    }

    fn cut(&self, mut string: String) -> String {
        if self.precise {
            let end = string
                .char_indices()
                .nth(self.precision)
                .map_or(string.len(), |(i, _)| i);
            string.truncate(end);
        }
        string
    }

    fn pad(&self, text: String) -> String {
        let spaces = " ".repeat(self.width.saturating_sub(text.chars().count()));
        if self.left {
            text + &spaces
        } else {
            spaces + &text
        }
    }
}
