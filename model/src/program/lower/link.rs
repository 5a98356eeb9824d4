//! Addresses of all objects, numbers of all functions, and the whole put together.

use super::emit::{self, Unit};
use super::rules::kind;
use super::scope::{Definedness, Object};
use super::tree::{Node, Symbol, Write};
use super::{Lower, in_order, scan};
use crate::program::types::TypeTable;
use crate::program::{FuncId, Global, GlobalIndex, Program, address};
use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::source::SourceMap;

/// Bytes between two objects that belong to none, at least.
const GAP: u64 = 16;

/// The end of what may be static data. The modelled kernel has a few kilobytes; one statement may
/// write all of it, and every state of a trace may have its own.
const DATA_END: u64 = address::DATA + (1 << 22);

/// Gives everything its address, emits all functions and fills the static data.
pub fn link(mut lower: Lower, sources: SourceMap) -> Result<Program, Vec<Diagnostic>> {
    for function in &mut lower.functions {
        function.body.iter_mut().for_each(scan::scan);
    }
    let mut errors = Vec::new();
    let addresses = object_addresses(&lower.types, &lower.objects, &mut errors);
    let mut n_bodies = 0;
    let functions = lower.functions.iter().map(|function| {
        function.body.as_ref()?;
        n_bodies += 1;
        Some(FuncId(n_bodies - 1))
    });
    let ids: Vec<_> = functions.collect();
    let mut unit = Unit {
        types: &lower.types,
        objects: &lower.objects,
        functions: &lower.functions,
        addresses: &addresses,
        ids: &ids,
        statements: Vec::new(),
        errors,
    };
    let functions = emit::functions(&mut unit);
    let image = image(&mut unit);
    let (statements, errors) = (unit.statements, unit.errors);
    if !errors.is_empty() {
        return Err(in_order(errors));
    }
    let globals = globals(&lower.types, &lower.objects, &addresses);
    let (types, constants) = (lower.types, lower.constants);
    Ok(Program {
        sources,
        types,
        functions,
        statements,
        index: GlobalIndex::new(&globals),
        globals,
        image,
        constants,
    })
}

fn size(types: &TypeTable, object: &Object) -> u64 {
    types.size(object.ty).unwrap_or(0) + object.flexible
}

/// Variables in the order of the text, string literals after them; `None` for those not defined.
fn object_addresses(
    types: &TypeTable,
    objects: &[Object],
    errors: &mut Vec<Diagnostic>,
) -> Vec<Option<u64>> {
    let mut addresses = vec![None; objects.len()];
    let mut data = address::DATA;
    let mut per_cpu = address::PERCPU;
    for literals in [false, true] {
        for (object, slot) in objects.iter().zip(&mut addresses) {
            if object.read_only != literals || object.definedness == Definedness::Declared {
                continue;
            }
            let (next, end) = match object.per_cpu {
                true => (&mut per_cpu, address::PERCPU + address::PERCPU_STRIDE),
                false => (&mut data, DATA_END),
            };
            let align = types.align(object.ty).max(16);
            let at = next.next_multiple_of(align);
            *next = at + size(types, object).max(1) + GAP;
            if *next > end {
                errors.push(Diagnostic::error(object.span, "too much static data"));
                return addresses;
            }
            *slot = Some(at);
        }
    }
    addresses
}

fn globals(types: &TypeTable, objects: &[Object], addresses: &[Option<u64>]) -> Vec<Global> {
    let global = |(object, addr): (&Object, &Option<u64>)| {
        Some(Global {
            name: object.name.clone(),
            ty: object.ty,
            addr: (*addr)?,
            size: size(types, object),
            per_cpu: object.per_cpu,
            read_only: object.read_only,
            span: object.span,
        })
    };
    let mut globals: Vec<_> = objects.iter().zip(addresses).filter_map(global).collect();
    globals.sort_by_key(|global| global.addr);
    globals
}

fn image(unit: &mut Unit<'_>) -> Vec<(u64, Vec<u8>)> {
    let mut image = Vec::new();
    for (object, addr) in unit.objects.iter().zip(unit.addresses) {
        let Some(addr) = *addr else { continue };
        if object.writes.is_empty() {
            continue;
        }
        let extent = object
            .writes
            .iter()
            .map(|write| write_end(unit.types, write))
            .max();
        let extent = extent.unwrap_or(0).min(size(unit.types, object));
        let mut bytes = vec![0; extent as usize];
        for write in &object.writes {
            put(unit, write, &mut bytes);
        }
        if bytes.iter().any(|byte| *byte != 0) {
            image.push((addr, bytes));
        }
    }
    image.sort_by_key(|(addr, _)| *addr);
    image
}

fn write_end(types: &TypeTable, write: &Write) -> u64 {
    let len = write
        .len
        .or_else(|| types.size(write.value.ty))
        .unwrap_or(0);
    write.offset as u64 + len
}

fn put(unit: &mut Unit<'_>, write: &Write, bytes: &mut [u8]) {
    let at = write.offset as usize;
    let value = match &write.value.node {
        Node::Const(value) => *value,
        Node::Address(symbol, offset) => unit
            .symbol(*symbol, write.value.span)
            .wrapping_add(*offset as u64),
        Node::Place(place) => return put_string(unit, write, place, bytes),
        _ => return,
    };
    let Some(kind) = kind(unit.types, write.value.ty) else {
        return;
    };
    let len = kind.size() as usize;
    let Some(target) = bytes.get_mut(at..(at + len)) else {
        return;
    };
    let value = match write.bits {
        None => value,
        Some((first, width)) => {
            let mask = (u64::MAX >> (64 - u32::from(width))) << first;
            let mut old = [0; 8];
            old[..len].copy_from_slice(target);
            (u64::from_le_bytes(old) & !mask) | ((value << first) & mask)
        }
    };
    target.copy_from_slice(&value.to_le_bytes()[..len]);
}

fn put_string(unit: &Unit<'_>, write: &Write, place: &super::tree::Place, bytes: &mut [u8]) {
    let super::tree::Base::Object(id) = place.base else {
        return;
    };
    let at = write.offset as usize;
    let len = write.len.unwrap_or(0) as usize;
    let Some(target) = bytes.get_mut(at..at + len) else {
        return;
    };
    target.fill(0);
    for byte in &unit.objects[id.0 as usize].writes {
        let idx = byte.offset as usize;
        if let (Some(slot), Node::Const(value)) = (target.get_mut(idx), &byte.value.node) {
            *slot = *value as u8;
        }
    }
}

impl Unit<'_> {
    /// The address of a symbol whose address is taken; an error when nobody defines it.
    pub fn symbol(&mut self, symbol: Symbol, span: crate::syntax::source::Span) -> u64 {
        let (name, address) = match symbol {
            Symbol::Object(id) => {
                let idx = id.0 as usize;
                (&self.objects[idx].name, self.addresses[idx])
            }
            Symbol::Function(id) => {
                let idx = id.0 as usize;
                (
                    &self.functions[idx].name,
                    self.ids[idx].map(Program::function_address),
                )
            }
        };
        match address {
            Some(address) => address,
            None => {
                let is_primitive = matches!(symbol, Symbol::Function(_))
                    && crate::program::Primitive::from_name(name).is_some();
                let message = match (is_primitive, symbol) {
                    (true, _) => format!("`{name}` is a primitive: it has no address"),
                    (false, Symbol::Function(_)) => format!("undefined function `{name}`"),
                    (false, Symbol::Object(_)) => format!("undefined variable `{name}`"),
                };
                self.undefined(span, message);
                0
            }
        }
    }

    /// Reports the first use of something undefined.
    pub fn undefined(&mut self, span: crate::syntax::source::Span, message: String) {
        if !self.errors.iter().any(|error| error.message == message) {
            self.errors.push(Diagnostic::error(span, message));
        }
    }
}
