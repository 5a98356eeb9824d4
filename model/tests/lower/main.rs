//! From the syntax tree to the program: what is refused and why, and what code comes out.

mod code;
mod data;
mod diagnostics;
mod robustness;
mod well_formed;

use std::collections::BTreeMap;
use std::fmt::Write;

use model::program::{Func, Op, Program, lower};
use model::syntax::diagnostic::Diagnostic;
use model::syntax::source::SourceMap;
use model::syntax::{Input, parse};

/// Parses and lowers one text; syntax errors count as errors too.
fn compile(text: &str) -> Result<Program, (SourceMap, Vec<Diagnostic>)> {
    let files = BTreeMap::from([("a.c".to_string(), text.to_string())]);
    let parsed = parse(&Input {
        files: &files,
        main: &["a.c".into()],
        defines: &[],
    });
    if !parsed.diagnostics.is_empty() {
        return Err((parsed.sources, parsed.diagnostics));
    }
    lower(&parsed.unit, parsed.sources.clone()).map_err(|errors| (parsed.sources, errors))
}

fn program(text: &str) -> Program {
    compile(text).unwrap_or_else(|(sources, errors)| {
        panic!(
            "{}",
            errors
                .iter()
                .map(|e| e.render(&sources))
                .collect::<String>()
        )
    })
}

/// One line for each error: line, column, message.
fn errors_of(text: &str) -> String {
    let mut lines = String::new();
    if let Err((sources, errors)) = compile(text) {
        for error in errors {
            let at = sources.line_column(error.span);
            writeln!(lines, "{}:{} {}", at.line, at.column, error.message).unwrap();
        }
    }
    lines
}

/// The code of one function, one instruction a line.
fn code_of(text: &str, name: &str) -> String {
    let program = program(text);
    let func = program.func(program.function(name).unwrap());
    let mut lines = format!(
        "params {} locals {} regs {} frame {}\n",
        func.n_params, func.n_locals, func.n_regs, func.frame_size
    );
    for (idx, op) in func.code.iter().enumerate() {
        writeln!(lines, "{idx:2} {}", instruction(&program, func, *op)).unwrap();
    }
    lines
}

fn instruction(program: &Program, func: &Func, op: Op) -> String {
    let r = |reg: u16| match reg < func.n_locals {
        true => format!("r{reg}"),
        false => format!("t{}", reg - func.n_locals),
    };
    match op {
        Op::Stmt(id) => {
            let text = program.sources.text(program.statements[id.0 as usize].span);
            format!("-- {}", text.lines().next().unwrap_or(""))
        }
        Op::AtomicBegin => "atomic {".into(),
        Op::AtomicEnd => "}".into(),
        Op::Const { dst, value } => format!("{} = {}", r(dst), value as i64),
        Op::Move { dst, src } => format!("{} = {}", r(dst), r(src)),
        Op::Unary { op, kind, dst, src } => format!("{} = {op:?}.{kind:?} {}", r(dst), r(src)),
        Op::Binary {
            op,
            kind,
            dst,
            lhs,
            rhs,
        } => {
            format!("{} = {} {op:?}.{kind:?} {}", r(dst), r(lhs), r(rhs))
        }
        Op::Convert { kind, dst, src } => format!("{} = {kind:?} {}", r(dst), r(src)),
        Op::Load { kind, dst, addr } => format!("{} = {kind:?} [{}]", r(dst), r(addr)),
        Op::Store { kind, addr, src } => format!("{kind:?} [{}] = {}", r(addr), r(src)),
        Op::Copy { dst, src, len } => format!("copy [{}] = [{}] {len}", r(dst), r(src)),
        Op::Zero { addr, len } => format!("zero [{}] {len}", r(addr)),
        Op::FrameAddr { dst, offset } => format!("{} = frame + {offset}", r(dst)),
        Op::CheckIndex { index, len } => format!("check {} < {len}", r(index)),
        Op::Jump { to } => format!("goto {to}"),
        Op::JumpIf { cond, to } => format!("if {} goto {to}", r(cond)),
        Op::JumpIfNot { cond, to } => format!("if not {} goto {to}", r(cond)),
        Op::Call { func, dst, args } => {
            format!("{} = {}({}..)", r(dst), program.func(func).name, r(args))
        }
        Op::CallIndirect {
            target,
            dst,
            args,
            n_args,
        } => {
            format!("{} = [{}]({}.. {n_args})", r(dst), r(target), r(args))
        }
        Op::Primitive {
            which,
            dst,
            args,
            n_args,
        } => {
            format!("{} = {}({}.. {n_args})", r(dst), which.name(), r(args))
        }
        Op::Return { src } => format!("return {}", r(src)),
    }
}
