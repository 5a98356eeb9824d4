//! Declaration specifiers: storage class, qualifiers and the type the declarators start from.

use super::attribute::Attributes;
use super::*;

/// What stands before the declarators.
pub(super) struct Specified {
    pub specs: Specifiers,
    pub ty: TypeExpr,
    pub attributes: Attributes,
    /// `__auto_type`: the type is that of the initialiser.
    pub auto_type: bool,
    /// How many tokens it stands for: each declarator copies it.
    pub size: usize,
    pub span: Span,
}

/// The words `unsigned long int` and their like, counted.
#[derive(Default)]
struct Words {
    signed: u8,
    unsigned: u8,
    short: u8,
    long: u8,
    int: u8,
    char: u8,
}

impl Words {
    fn none(&self) -> bool {
        self.signed + self.unsigned + self.short + self.long + self.int + self.char == 0
    }

    fn count(&mut self, keyword: Keyword) {
        let word = match keyword {
            Keyword::Signed => &mut self.signed,
            Keyword::Unsigned => &mut self.unsigned,
            Keyword::Short => &mut self.short,
            Keyword::Long => &mut self.long,
            Keyword::Int => &mut self.int,
            _ => &mut self.char,
        };
        *word = word.saturating_add(1).min(4);
    }

    fn int_type(&self) -> Option<IntType> {
        let twice = [self.signed, self.unsigned, self.short, self.int, self.char];
        if twice.iter().any(|&n| n > 1) || self.signed + self.unsigned > 1 {
            return None;
        }
        let unsigned = self.unsigned == 1;
        Some(
            match (self.char, self.short, self.long, self.int, unsigned) {
                (1, 0, 0, 0, false) => IntType::Char,
                (1, 0, 0, 0, true) => IntType::UChar,
                (0, 1, 0, _, false) => IntType::Short,
                (0, 1, 0, _, true) => IntType::UShort,
                (0, 0, 0, _, false) => IntType::Int,
                (0, 0, 0, _, true) => IntType::UInt,
                (0, 0, 1, _, false) => IntType::Long,
                (0, 0, 1, _, true) => IntType::ULong,
                (0, 0, 2, _, false) => IntType::LongLong,
                (0, 0, 2, _, true) => IntType::ULongLong,
                _ => return None,
            },
        )
    }
}

impl Parser<'_> {
    /// Whether a type name or a declaration begins at this token.
    pub(super) fn starts_type(&self, token: Token) -> bool {
        use Keyword::*;
        match self.keyword_of(token) {
            Some(keyword) => matches!(
                keyword,
                Alignas
                    | Atomic
                    | Attribute
                    | Auto
                    | AutoType
                    | Bool
                    | Char
                    | Complex
                    | Const
                    | Enum
                    | Extern
                    | Float
                    | Inline
                    | Int
                    | Int128
                    | Long
                    | Noreturn
                    | Register
                    | Restrict
                    | Short
                    | Signed
                    | Static
                    | Struct
                    | ThreadLocal
                    | Typedef
                    | Typeof
                    | Union
                    | Unsigned
                    | VaList
                    | Void
                    | Volatile
            ),
            None => self.is_typedef(token),
        }
    }

    pub(super) fn is_typedef(&self, token: Token) -> bool {
        token.kind == TokenKind::Ident && self.lookup(token.text) == Some(NameKind::Typedef)
    }

    /// specifiers = (storage | qualifier | type-specifier | attribute)*
    pub(super) fn specifiers(&mut self) -> Parse<Specified> {
        let (start, size) = (self.token().span, self.size);
        let mut specs = Specifiers::default();
        let mut attributes = Attributes::default();
        let mut words = Words::default();
        let mut ty = None;
        let mut auto_type = false;
        let mut refused = false;
        while !ty.as_ref().is_some_and(|ty| self.is_forgotten_semi(ty)) {
            let token = self.token();
            let Some(keyword) = self.keyword_of(token) else {
                let typed = ty.is_some() || auto_type || refused || !words.none();
                if typed || !self.is_typedef(token) {
                    break;
                }
                self.advance();
                ty = Some(TypeExpr::Typedef(self.ident_of(token)));
                continue;
            };
            match keyword {
                Keyword::Extern => self.storage(&mut specs, Storage::Extern)?,
                Keyword::Static => self.storage(&mut specs, Storage::Static)?,
                Keyword::Typedef => self.storage(&mut specs, Storage::Typedef)?,
                Keyword::Inline => {
                    specs.inline = true;
                    self.advance();
                }
                Keyword::Auto
                | Keyword::Const
                | Keyword::Extension
                | Keyword::Noreturn
                | Keyword::Register
                | Keyword::Restrict
                | Keyword::Volatile => drop(self.advance()),
                Keyword::Attribute => attributes.merge(self.attributes()?),
                Keyword::Alignas => attributes.aligned = Some(Box::new(self.alignas()?)),
                Keyword::Signed
                | Keyword::Unsigned
                | Keyword::Short
                | Keyword::Long
                | Keyword::Int
                | Keyword::Char => {
                    words.count(keyword);
                    self.advance();
                }
                Keyword::AutoType if ty.is_none() && words.none() => {
                    auto_type = true;
                    self.advance();
                }
                _ if self.refuse(keyword)? => refused = true,
                _ => match self.type_specifier(keyword, ty.is_some() || !words.none())? {
                    Some(specified) => ty = Some(specified),
                    None => break,
                },
            }
        }
        let ty = match refused {
            true => TypeExpr::Int(IntType::Int),
            false => self.specified_type(ty, words, auto_type)?,
        };
        Ok(Specified {
            specs,
            ty,
            attributes,
            auto_type,
            size: self.size - size,
            span: self.since(start),
        })
    }

    fn storage(&mut self, specs: &mut Specifiers, storage: Storage) -> Parse<()> {
        if specs.storage != Storage::None {
            return Err(self.error_here("more than one storage class"));
        }
        specs.storage = storage;
        self.advance();
        Ok(())
    }

    /// alignas = "_Alignas" "(" (type-name | expression) ")"
    fn alignas(&mut self) -> Parse<Expr> {
        let start = self.advance().span;
        self.expect(TokenKind::LParen)?;
        let alignment = if self.starts_type(self.token()) {
            let ty = self.type_name()?;
            Expr {
                kind: ExprKind::AlignofType(Box::new(ty)),
                span: self.since(start),
            }
        } else {
            self.assignment()?
        };
        self.expect(TokenKind::RParen)?;
        Ok(alignment)
    }

    /// Reports a type that is not in the subset, and takes it.
    fn refuse(&mut self, keyword: Keyword) -> Parse<bool> {
        let message = match keyword {
            Keyword::Float => "floating point is not supported",
            Keyword::Complex => "complex numbers are not supported",
            Keyword::Int128 => "`__int128` is not supported",
            Keyword::Atomic => "`_Atomic` is not supported",
            Keyword::ThreadLocal => "thread-local variables are not supported",
            Keyword::VaList => "variadic functions cannot be defined here",
            _ => return Ok(false),
        };
        self.error_here(message);
        self.advance();
        if keyword == Keyword::Atomic && self.accept(TokenKind::LParen) {
            self.type_name()?;
            self.expect(TokenKind::RParen)?;
        }
        Ok(true)
    }

    /// Whether another declaration begins behind the `}` of this definition.
    pub(super) fn is_forgotten_semi(&self, ty: &TypeExpr) -> bool {
        let defined = match ty {
            TypeExpr::Record(record) => record.members.is_some(),
            TypeExpr::Enum(enum_) => enum_.constants.is_some(),
            _ => false,
        };
        use Keyword::*;
        let attribute = matches!(self.keyword(), Some(Attribute | Const | Volatile | Alignas));
        let begins = self.keyword().is_some() && self.starts_type(self.token());
        defined && begins && !attribute
    }

    /// type-specifier = "void" | "_Bool" | record | enum | typeof; none for other keywords.
    fn type_specifier(&mut self, keyword: Keyword, typed: bool) -> Parse<Option<TypeExpr>> {
        use Keyword::*;
        if !matches!(keyword, Void | Bool | Struct | Union | Enum | Typeof) {
            return Ok(None);
        }
        if typed {
            return Err(self.error_here("two types in one declaration"));
        }
        Ok(Some(match keyword {
            Void => self.word(TypeExpr::Void),
            Bool => self.word(TypeExpr::Bool),
            Struct | Union => TypeExpr::Record(self.nest(Parser::record)?),
            Enum => TypeExpr::Enum(self.enum_specifier()?),
            _ => self.nest(Parser::typeof_specifier)?,
        }))
    }

    fn word(&mut self, ty: TypeExpr) -> TypeExpr {
        self.advance();
        ty
    }

    /// typeof = "typeof" "(" (type-name | expression) ")"
    fn typeof_specifier(&mut self) -> Parse<TypeExpr> {
        self.advance();
        self.expect(TokenKind::LParen)?;
        let ty = if self.starts_type(self.token()) {
            TypeExpr::TypeofType(Box::new(self.type_name()?))
        } else {
            TypeExpr::TypeofExpr(Box::new(self.expression()?))
        };
        self.expect(TokenKind::RParen)?;
        Ok(ty)
    }

    fn specified_type(
        &mut self,
        ty: Option<TypeExpr>,
        words: Words,
        auto_type: bool,
    ) -> Parse<TypeExpr> {
        match ty {
            Some(_) if !words.none() || auto_type => {
                Err(self.error(self.previous_span(), "two types in one declaration"))
            }
            Some(ty) => Ok(ty),
            None if auto_type => Ok(TypeExpr::Int(IntType::Int)),
            None if words.none() => self.missing_type(),
            None => match words.int_type() {
                Some(int) => Ok(TypeExpr::Int(int)),
                None => Err(self.error(self.previous_span(), "invalid combination of type words")),
            },
        }
    }

    /// No type where one must stand. A name is taken for one nobody has declared.
    fn missing_type(&mut self) -> Parse<TypeExpr> {
        let token = self.token();
        if !self.is_name(token) {
            return Err(self.expected("a type"));
        }
        let name = self.symbols.name(token.text).to_owned();
        if self.peek(1).kind == TokenKind::LParen && self.peek(2).kind != TokenKind::Star {
            let message = format!("`{name}` is neither a type nor a macro known here");
            return Err(self.error(token.span, message));
        }
        if !self.looks_like_declarator(self.peek(1)) {
            return Err(self.error(token.span, format!("`{name}` has no type")));
        }
        self.advance();
        self.unknown_type(token);
        Ok(TypeExpr::Int(IntType::Int))
    }

    fn looks_like_declarator(&self, token: Token) -> bool {
        use TokenKind::*;
        matches!(token.kind, Ident | Star | LParen | RParen | Comma)
    }

    /// Reports an unknown type, once for each name.
    pub(super) fn unknown_type(&mut self, token: Token) {
        let name = self.symbols.name(token.text).to_owned();
        self.error(token.span, format!("unknown type name `{name}`"));
        // From here on it is one, so that its next use is no further error.
        if let Some(file_scope) = self.scopes.first_mut() {
            file_scope.insert(token.text, NameKind::Typedef);
        }
    }
}
