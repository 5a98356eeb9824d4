//! Declarations: variables, prototypes, typedefs, at file level and in blocks.

use super::initialisers::Written;
use super::rules::{compatible, composite, is_function};
use super::scope::{Definedness, Function, Local, Meaning, Object, Region};
use super::tree::{Expr, FunctionId, LocalId, ObjectId, Stmt};
use super::{Checked, Lower, Reported};
use crate::program::types::{Type, TypeId};
use crate::syntax::ast::{
    Declaration, Ident, InitDeclarator, InitItem, Initializer, Storage, TypeExpr,
};
use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::source::Span;

impl Lower {
    /// A declaration at file level.
    pub fn file_declaration(&mut self, declaration: &Declaration) -> Checked<()> {
        self.each_declarator(declaration, |lower, declarator, ty| {
            match declaration.specs.storage {
                Storage::Typedef => lower.declare_typedef(declarator, ty),
                storage if is_function(&lower.types, ty) => {
                    lower.prototype(declarator, ty, storage, declaration.specs.inline)
                }
                storage => lower.file_variable(declarator, ty, storage),
            }
        })
    }

    /// A declaration in a block: the statement that initialises, if there is one.
    pub fn block_declaration(&mut self, declaration: &Declaration) -> Checked<Option<Stmt>> {
        let mut effects = Vec::new();
        self.each_declarator(declaration, |lower, declarator, ty| {
            match declaration.specs.storage {
                Storage::Typedef => lower.declare_typedef(declarator, ty),
                storage if is_function(&lower.types, ty) => {
                    lower.prototype(declarator, ty, storage, false)
                }
                Storage::Static => lower.static_local(declarator, ty),
                Storage::Extern => lower.extern_in_block(declarator, ty),
                Storage::None => {
                    effects.extend(lower.local_variable(declarator, ty)?);
                    Ok(())
                }
            }
        })?;
        Ok((!effects.is_empty()).then_some(Stmt::Effects(declaration.span, effects)))
    }

    /// Resolves each declarator's type; names whose type is wrong become silent.
    fn each_declarator(
        &mut self,
        declaration: &Declaration,
        mut declare: impl FnMut(&mut Lower, &InitDeclarator, TypeId) -> Checked<()>,
    ) -> Checked<()> {
        if declaration.declarators.is_empty() {
            return self.tag_declaration(declaration);
        }
        let mut result = Ok(());
        for declarator in &declaration.declarators {
            let name = &declarator.name;
            let declared = match self.resolve(&declarator.ty, name.span) {
                Ok(ty) => declare(self, declarator, ty),
                Err(reported) => Err(reported),
            };
            if declared.is_err() {
                if self.scopes.find_here(&name.name).is_none() {
                    self.scopes
                        .declare(&name.name, Meaning::Poisoned, name.span);
                }
                result = declared;
            }
        }
        result
    }

    /// `struct s;`, `enum { … };`: without names only the tag counts.
    fn tag_declaration(&mut self, declaration: &Declaration) -> Checked<()> {
        if let TypeExpr::Record(record) = &declaration.base
            && let (Some(tag), None) = (&record.tag, &record.members)
            && self.scopes.find_tag_here(&tag.name).is_none()
        {
            self.declare_record(record, tag)?;
        }
        if let TypeExpr::Enum(ty) = &declaration.base
            && let (Some(tag), None) = (&ty.tag, &ty.constants)
            && self.scopes.find_tag(&tag.name).is_none()
        {
            return Ok(());
        }
        self.resolve(&declaration.base, declaration.span)
            .map(|_| ())
    }

    fn declare_typedef(&mut self, declarator: &InitDeclarator, ty: TypeId) -> Checked<()> {
        let name = &declarator.name;
        if declarator.init.is_some() {
            return self.fail(name.span, format!("typedef `{}` is initialised", name.name));
        }
        match self.scopes.find_here(&name.name) {
            Some((Meaning::Typedef(before), _)) if before == ty => Ok(()),
            Some((Meaning::Poisoned, _)) | None => {
                self.scopes
                    .declare(&name.name, Meaning::Typedef(ty), name.span);
                Ok(())
            }
            Some((_, at)) => Err(self.redefinition(name, at)),
        }
    }

    fn conflict<T>(&mut self, name: &Ident, ty: TypeId, before: Span) -> Checked<T> {
        let ty = self.type_name(ty);
        let message = format!("`{}` declared again as `{ty}`, which conflicts", name.name);
        Err(self.report(Diagnostic::error(name.span, message).note(before, "declared here")))
    }

    fn prototype(
        &mut self,
        declarator: &InitDeclarator,
        ty: TypeId,
        storage: Storage,
        inline: bool,
    ) -> Checked<()> {
        if declarator.init.is_some() {
            let name = &declarator.name;
            return self.fail(
                name.span,
                format!("function `{}` is initialised", name.name),
            );
        }
        self.declare_function(&declarator.name, ty, storage, inline)
            .map(|_| ())
    }

    /// Declares a function at file level, and its name in the current block.
    pub fn declare_function(
        &mut self,
        name: &Ident,
        ty: TypeId,
        storage: Storage,
        inline: bool,
    ) -> Checked<FunctionId> {
        if !self.scopes.at_file_level()
            && let Some((meaning, at)) = self.scopes.find_here(&name.name)
            && !matches!(meaning, Meaning::Function(_) | Meaning::Poisoned)
        {
            return Err(self.redefinition(name, at));
        }
        let id = match self.scopes.find_in_file(&name.name) {
            Some((Meaning::Function(id), at)) => {
                self.redeclare_function(id, name, ty, storage, at)?
            }
            Some((Meaning::Poisoned, _)) | None => self.new_function(name, ty, storage),
            Some((_, at)) => return Err(self.redefinition(name, at)),
        };
        let function = &mut self.functions[id.0 as usize];
        function.inline |= inline;
        if !self.scopes.at_file_level() {
            self.scopes
                .declare(&name.name, Meaning::Function(id), name.span);
        }
        Ok(id)
    }

    fn redeclare_function(
        &mut self,
        id: FunctionId,
        name: &Ident,
        ty: TypeId,
        storage: Storage,
        at: Span,
    ) -> Checked<FunctionId> {
        let before = &self.functions[id.0 as usize];
        let (before_ty, internal) = (before.ty, before.internal);
        if !compatible(&self.types, before_ty, ty) {
            return self.conflict(name, ty, at);
        }
        if storage == Storage::Static && !internal {
            let message = format!("static declaration of `{}` follows non-static", name.name);
            return Err(
                self.report(Diagnostic::error(name.span, message).note(at, "declared here"))
            );
        }
        Ok(id)
    }

    fn new_function(&mut self, name: &Ident, ty: TypeId, storage: Storage) -> FunctionId {
        let id = FunctionId(self.functions.len() as u32);
        self.functions.push(Function {
            name: name.name.clone(),
            ty,
            span: name.span,
            internal: storage == Storage::Static,
            inline: false,
            defined: false,
            body: None,
        });
        self.scopes
            .declare_in_file(&name.name, Meaning::Function(id), name.span);
        id
    }

    fn file_variable(
        &mut self,
        declarator: &InitDeclarator,
        ty: TypeId,
        storage: Storage,
    ) -> Checked<()> {
        let name = &declarator.name;
        self.no_void(name, ty)?;
        let definedness = match (&declarator.init, storage) {
            (Some(_), _) => Definedness::Defined,
            (None, Storage::Extern) => Definedness::Declared,
            (None, _) => Definedness::Tentative,
        };
        let id = match self.scopes.find_here(&name.name) {
            Some((Meaning::Object(id), at)) => {
                self.redeclare_object(id, declarator, ty, storage, definedness, at)?
            }
            Some((Meaning::Poisoned, _)) | None => {
                let id = self.new_object(name, ty, definedness, storage == Storage::Static);
                self.scopes
                    .declare(&name.name, Meaning::Object(id), name.span);
                id
            }
            Some((_, at)) => return Err(self.redefinition(name, at)),
        };
        self.objects[id.0 as usize].per_cpu |= declarator.per_cpu;
        match &declarator.init {
            Some(init) => self.static_init(id, init, name.span),
            None => Ok(()),
        }
    }

    fn no_void(&mut self, name: &Ident, ty: TypeId) -> Checked<()> {
        if ty == self.basic.void {
            return self.fail(
                name.span,
                format!("variable `{}` declared `void`", name.name),
            );
        }
        Ok(())
    }

    fn redeclare_object(
        &mut self,
        id: ObjectId,
        declarator: &InitDeclarator,
        ty: TypeId,
        storage: Storage,
        definedness: Definedness,
        at: Span,
    ) -> Checked<ObjectId> {
        let name = &declarator.name;
        let before = &self.objects[id.0 as usize];
        let (old, internal, known) = (before.ty, before.internal, before.definedness);
        if !compatible(&self.types, old, ty) {
            return self.conflict(name, ty, at);
        }
        if known == Definedness::Defined && definedness == Definedness::Defined {
            return Err(self.redefinition(name, at));
        }
        if (storage == Storage::Static) != internal && storage != Storage::Extern {
            let message = format!("`{}` declared both static and non-static", name.name);
            return Err(
                self.report(Diagnostic::error(name.span, message).note(at, "declared here"))
            );
        }
        let object = &mut self.objects[id.0 as usize];
        object.ty = composite(&self.types, old, ty);
        if definedness > known {
            object.definedness = definedness;
            object.span = name.span;
        }
        Ok(id)
    }

    fn new_object(
        &mut self,
        name: &Ident,
        ty: TypeId,
        definedness: Definedness,
        internal: bool,
    ) -> ObjectId {
        self.objects.push(Object {
            name: name.name.clone(),
            ty,
            span: name.span,
            definedness,
            internal,
            per_cpu: false,
            read_only: false,
            writes: Vec::new(),
            flexible: 0,
        });
        ObjectId(self.objects.len() as u32 - 1)
    }

    fn static_init(&mut self, id: ObjectId, init: &Initializer, span: Span) -> Checked<()> {
        let ty = self.objects[id.0 as usize].ty;
        let (written, ty) = self.initialiser(ty, init, span)?;
        self.set_contents(id, ty, written, span)
    }

    fn set_contents(
        &mut self,
        id: ObjectId,
        ty: TypeId,
        written: Written,
        span: Span,
    ) -> Checked<()> {
        let size = self.complete_size(ty, span)?;
        let (writes, end) = self.static_writes(written)?;
        let object = &mut self.objects[id.0 as usize];
        object.ty = ty;
        object.writes = writes;
        object.flexible = end.saturating_sub(size);
        Ok(())
    }

    /// A compound literal at file level.
    pub fn static_literal(
        &mut self,
        ty: TypeId,
        items: &[InitItem],
        span: Span,
    ) -> Checked<ObjectId> {
        let name = Ident {
            name: "(compound literal)".into(),
            span,
        };
        let id = self.new_object(&name, ty, Definedness::Defined, true);
        let init = Initializer::List(items.to_vec(), span);
        self.static_init(id, &init, span)?;
        Ok(id)
    }

    fn static_local(&mut self, declarator: &InitDeclarator, ty: TypeId) -> Checked<()> {
        let name = &declarator.name;
        self.no_void(name, ty)?;
        self.not_declared_here(name)?;
        let prefix = self
            .function
            .as_ref()
            .map_or(String::new(), |f| format!("{}.", f.name));
        let full = Ident {
            name: format!("{prefix}{}", name.name),
            span: name.span,
        };
        let id = self.new_object(&full, ty, Definedness::Defined, true);
        self.objects[id.0 as usize].per_cpu = declarator.per_cpu;
        self.scopes
            .declare(&name.name, Meaning::Object(id), name.span);
        match &declarator.init {
            Some(init) => self.static_init(id, init, name.span),
            None => self.complete_size(ty, name.span).map(|_| ()),
        }
    }

    fn not_declared_here(&mut self, name: &Ident) -> Checked<()> {
        match self.scopes.find_here(&name.name) {
            Some((Meaning::Poisoned, _)) | None => Ok(()),
            Some((_, at)) => Err(self.redefinition(name, at)),
        }
    }

    fn extern_in_block(&mut self, declarator: &InitDeclarator, ty: TypeId) -> Checked<()> {
        let name = &declarator.name;
        self.no_void(name, ty)?;
        if declarator.init.is_some() {
            return self.fail(
                name.span,
                format!("extern `{}` is initialised in a block", name.name),
            );
        }
        let id = match self.scopes.find_in_file(&name.name) {
            Some((Meaning::Object(id), at)) => self.redeclare_object(
                id,
                declarator,
                ty,
                Storage::Extern,
                Definedness::Declared,
                at,
            )?,
            Some((Meaning::Poisoned, _)) => return Err(Reported),
            Some((_, at)) => return Err(self.redefinition(name, at)),
            None => {
                let id = self.new_object(name, ty, Definedness::Declared, false);
                self.scopes
                    .declare_in_file(&name.name, Meaning::Object(id), name.span);
                id
            }
        };
        match self.scopes.find_here(&name.name) {
            Some((Meaning::Object(other), _)) if other == id => Ok(()),
            Some((Meaning::Poisoned, _)) | None => {
                self.scopes
                    .declare(&name.name, Meaning::Object(id), name.span);
                Ok(())
            }
            Some((_, at)) => Err(self.redefinition(name, at)),
        }
    }

    fn local_variable(&mut self, declarator: &InitDeclarator, ty: TypeId) -> Checked<Option<Expr>> {
        let name = &declarator.name;
        self.no_void(name, ty)?;
        self.not_declared_here(name)?;
        if declarator.per_cpu {
            return self.fail(name.span, "a per-CPU variable needs static storage");
        }
        let id = self.new_local(&name.name, ty);
        self.scopes
            .declare(&name.name, Meaning::Local(id), name.span);
        let done = match &declarator.init {
            Some(init) => self
                .local_init(id, ty, init, name.span)
                .map(|(init, _)| Some(init)),
            None => self.complete_size(ty, name.span).map(|_| None),
        };
        if done.is_err() && self.types.size(ty).is_none() {
            self.scopes
                .declare(&name.name, Meaning::Poisoned, name.span);
        }
        done
    }

    /// A new local of the function at hand.
    pub fn new_local(&mut self, name: &str, ty: TypeId) -> LocalId {
        let in_memory = super::rules::kind(&self.types, ty).is_none();
        let Some(context) = self.function.as_mut() else {
            return LocalId(0);
        };
        let inner = context
            .regions
            .iter()
            .any(|region| matches!(region, Region::Inner(_)));
        context.locals.push(Local {
            name: name.into(),
            ty,
            in_memory,
            inner,
        });
        LocalId(context.locals.len() as u32 - 1)
    }

    /// A local without a name.
    pub fn hidden_local(&mut self, ty: TypeId) -> LocalId {
        self.new_local("", ty)
    }

    /// Completes the type of an array whose length came from its initialiser.
    pub fn set_local_type(&mut self, id: LocalId, ty: TypeId) {
        if let Some(context) = self.function.as_mut() {
            context.locals[id.0 as usize].ty = ty;
        }
    }

    /// At the end of the unit tentative definitions are definitions; all need a size.
    pub fn finish_objects(&mut self) {
        for idx in 0..self.objects.len() {
            let (ty, span) = (self.objects[idx].ty, self.objects[idx].span);
            if self.objects[idx].definedness == Definedness::Declared || self.is_broken(ty) {
                continue;
            }
            if let Type::Array(element, None) = *self.types.get(ty)
                && self.objects[idx].definedness == Definedness::Tentative
            {
                self.objects[idx].ty = self.types.intern(Type::Array(element, Some(1)));
            } else {
                // Reported; the others want to be looked at too.
                let _ = self.complete_size(ty, span);
            }
        }
    }
}
