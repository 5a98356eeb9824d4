//! What holds of every program that was accepted. The fuzz targets hold it, too.

use model::program::{Func, Op, Program};

/// Jumps and registers are inside their functions.
pub fn assert_well_formed(program: &Program) {
    for func in &program.functions {
        assert_func_well_formed(program, func);
    }
}

fn assert_func_well_formed(program: &Program, func: &Func) {
    assert_eq!(func.code.len(), func.spans.len());
    assert!(
        matches!(func.code.last(), Some(Op::Return { .. })),
        "{}",
        func.name
    );
    assert!(func.n_params <= func.n_locals && func.n_locals <= func.n_regs);
    assert_eq!(func.frame_size % 16, 0);
    for op in &func.code {
        let inside = registers(program, *op).iter().all(|reg| *reg < func.n_regs);
        assert!(inside, "{op:?} of {}", func.name);
        if let Op::Jump { to } | Op::JumpIf { to, .. } | Op::JumpIfNot { to, .. } = op {
            assert!((*to as usize) < func.code.len(), "{op:?} of {}", func.name);
        }
    }
}

fn registers(program: &Program, op: Op) -> Vec<u16> {
    let call = |dst: u16, args: u16, n: u16| match n {
        0 => vec![dst],
        n => vec![dst, args, args + n - 1],
    };
    match op {
        Op::Stmt(_) | Op::AtomicBegin | Op::AtomicEnd | Op::Jump { .. } => vec![],
        Op::Const { dst, .. } | Op::FrameAddr { dst, .. } => vec![dst],
        Op::Move { dst, src } | Op::Unary { dst, src, .. } | Op::Convert { dst, src, .. } => {
            vec![dst, src]
        }
        Op::Copy { dst, src, .. } => vec![dst, src],
        Op::Binary { dst, lhs, rhs, .. } => vec![dst, lhs, rhs],
        Op::Load { dst, addr, .. } => vec![dst, addr],
        Op::Store { addr, src, .. } => vec![addr, src],
        Op::Zero { addr, .. } => vec![addr],
        Op::CheckIndex { index, .. } => vec![index],
        Op::JumpIf { cond, .. } | Op::JumpIfNot { cond, .. } => vec![cond],
        Op::Call { func, dst, args } => call(dst, args, program.func(func).n_params),
        Op::CallIndirect {
            target,
            dst,
            args,
            n_args,
        } => [vec![target], call(dst, args, n_args.into())].concat(),
        Op::Primitive {
            dst, args, n_args, ..
        } => call(dst, args, n_args.into()),
        Op::Return { src } => vec![src],
    }
}
