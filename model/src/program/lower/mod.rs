//! From the syntax tree to the program: names, types, constants, layout, code.
//!
//! ```text
//! AST → analysis (this folder) → typed tree (tree) → scan → emission (emit) + layout of data (link)
//! ```
//! Analysis visits each item once, in order, as C requires. It reports what a C compiler reports; a
//! wrong expression makes its statement vanish and its declared names silent ([`Meaning::Poisoned`]),
//! so one mistake gives one diagnostic. Emission cannot fail but for names that nobody defines.
//!
//! What gcc 12 warns about without being asked (integers made pointers, incompatible pointers,
//! excess initialisers) is an error here. Known differences besides:
//!
//! * the tree has no qualifiers, so writing to a `const` object is not refused (to a string literal
//!   it is a violation when it happens), and enums are their underlying types;
//! * `f()` declares a function without parameters;
//! * bit-fields wider than 32 bits compute in their declared type, gcc's in exactly their width;
//! * an argument is evaluated before those to its left, as gcc does on x86-64.
//!
//! [`Meaning::Poisoned`]: scope::Meaning::Poisoned

mod calls;
mod constants;
mod conversions;
mod declarations;
mod emit;
mod enums;
mod expressions;
mod fold;
mod functions;
mod initialisers;
mod layout;
mod link;
mod operators;
mod places;
mod rules;
mod scan;
mod scope;
mod specials;
mod statements;
mod tree;
mod types;
mod writes;

use super::Program;
use super::types::{RecordId, TypeId, TypeTable};
use crate::syntax::ast::{Item, TranslationUnit};
use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::source::{SourceMap, Span};
use rules::Basic;
use scope::{Function, FunctionContext, Object, Scopes};
use std::collections::{BTreeMap, BTreeSet};
use tree::ObjectId;

/// How deep expressions, statements, types and initialisers may nest in one another. Far above what
/// people write; it keeps the recursion within a browser's stack.
const DEPTH_MAX: u32 = 200;

/// After this many errors the rest is not worth reading.
const ERRORS_MAX: usize = 50;

/// Translates one parsed unit. The errors come in the order of the text.
pub fn lower(unit: &TranslationUnit, sources: SourceMap) -> Result<Program, Vec<Diagnostic>> {
    let mut lower = Lower::new();
    for item in &unit.items {
        lower.item(item);
    }
    lower.finish_objects();
    if lower.diagnostics.is_empty() {
        link::link(lower, sources)
    } else {
        Err(in_order(lower.diagnostics))
    }
}

/// The first errors, in the order of the text.
fn in_order(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.truncate(ERRORS_MAX);
    diagnostics.sort_by_key(|diagnostic| diagnostic.span);
    diagnostics
}

/// Proof that a diagnostic has been recorded.
#[derive(Clone, Copy, Debug)]
struct Reported;

type Checked<T> = Result<T, Reported>;

/// The analysis of one unit.
struct Lower {
    types: TypeTable,
    basic: Basic,
    scopes: Scopes,
    objects: Vec<Object>,
    functions: Vec<Function>,
    /// The function whose body is being analysed.
    function: Option<FunctionContext>,
    strings: BTreeMap<Vec<u8>, ObjectId>,
    constants: BTreeMap<String, i64>,
    diagnostics: Vec<Diagnostic>,
    /// Records whose definition was wrong.
    broken: BTreeSet<RecordId>,
    /// Inside `sizeof`, `typeof` and their kin.
    unevaluated: u32,
    /// Inside a parameter list, where new tags are useless.
    in_params: u32,
    /// See [`DEPTH_MAX`].
    depth: u32,
}

impl Lower {
    fn new() -> Lower {
        let mut types = TypeTable::default();
        let basic = Basic::new(&mut types);
        Lower {
            types,
            basic,
            scopes: Scopes::new(),
            objects: Vec::new(),
            functions: Vec::new(),
            function: None,
            strings: BTreeMap::new(),
            constants: BTreeMap::new(),
            diagnostics: Vec::new(),
            broken: BTreeSet::new(),
            unevaluated: 0,
            in_params: 0,
            depth: 0,
        }
    }

    fn item(&mut self, item: &Item) {
        // What is wrong is recorded already; the next item is another matter.
        let _ = match item {
            Item::Function(function) => self.function_definition(function),
            Item::Declaration(declaration) => self.file_declaration(declaration),
            Item::StaticAssert(assert) => self.static_assert(assert),
        };
    }

    /// Records an error.
    fn error(&mut self, span: Span, message: impl Into<String>) -> Reported {
        self.report(Diagnostic::error(span, message))
    }

    /// Records an error and fails.
    fn fail<T>(&mut self, span: Span, message: impl Into<String>) -> Checked<T> {
        Err(self.error(span, message))
    }

    fn report(&mut self, diagnostic: Diagnostic) -> Reported {
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
        Reported
    }

    /// Runs one level of a recursion, unless that would be too deep.
    fn nested<T>(
        &mut self,
        span: Span,
        level: impl FnOnce(&mut Lower) -> Checked<T>,
    ) -> Checked<T> {
        if self.depth >= DEPTH_MAX {
            return self.fail(span, format!("nested more than {DEPTH_MAX} levels deep"));
        }
        self.depth += 1;
        let result = level(self);
        self.depth -= 1;
        result
    }

    /// Runs an analysis whose result is never executed.
    fn unevaluated<T>(&mut self, analysis: impl FnOnce(&mut Lower) -> T) -> T {
        self.unevaluated += 1;
        let result = analysis(self);
        self.unevaluated -= 1;
        result
    }

    fn type_name(&self, ty: TypeId) -> String {
        rules::type_name(&self.types, ty)
    }
}
