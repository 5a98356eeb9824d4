//! Structs, unions, enums.

use super::attribute::Attributes;
use super::declarator::Naming;
use super::specifier::Specified;
use super::*;

impl Parser<'_> {
    /// record = ("struct" | "union") attributes tag? attributes ("{" member* "}" attributes)?
    pub(super) fn record(&mut self) -> Parse<RecordType> {
        let keyword = self.advance();
        let is_union = self.keyword_of(keyword) == Some(Keyword::Union);
        let mut attributes = self.attributes()?;
        let tag = self.tag()?;
        attributes.merge(self.attributes()?);
        let span = self.since(keyword.span);
        let mut members = None;
        if self.kind() == TokenKind::LBrace {
            members = Some(self.members()?);
            attributes.merge(self.attributes()?);
        } else if tag.is_none() {
            return Err(self.expected("a tag or `{`"));
        }
        let Attributes {
            packed, aligned, ..
        } = attributes;
        Ok(RecordType {
            is_union,
            tag,
            members,
            packed,
            aligned,
            span,
        })
    }

    fn tag(&mut self) -> Parse<Option<Ident>> {
        if self.is_name(self.token()) {
            self.ident().map(Some)
        } else {
            Ok(None)
        }
    }

    fn members(&mut self) -> Parse<Vec<Member>> {
        let open = self.expect(TokenKind::LBrace)?;
        let mut members = Vec::new();
        while self.kind() != TokenKind::RBrace {
            if self.kind() == TokenKind::Eof {
                return Err(self.missing_brace(open.span));
            }
            if self.accept(TokenKind::Semi) {
                continue;
            }
            if self.member_declaration(&mut members).is_err() {
                self.recover_in_block();
            }
        }
        self.advance();
        Ok(members)
    }

    /// member-declaration = specifiers (member ("," member)*)? ";"
    fn member_declaration(&mut self, members: &mut Vec<Member>) -> Parse<()> {
        if self.at_keyword(Keyword::StaticAssert) {
            return Err(self.error_here("`_Static_assert` inside a record is not supported"));
        }
        let mut specified = self.specifiers()?;
        if specified.specs != Specifiers::default() {
            return Err(self.error(specified.span, "a member has no storage class"));
        }
        if self.kind() == TokenKind::Semi {
            return self.anonymous_member(specified, members);
        }
        loop {
            let member = self.member(&mut specified)?;
            members.push(member);
            if !self.accept(TokenKind::Comma) {
                break;
            }
        }
        self.expect_semi("a member")?;
        Ok(())
    }

    fn anonymous_member(&mut self, specified: Specified, members: &mut Vec<Member>) -> Parse<()> {
        let span = specified.span;
        let anonymous = matches!(&specified.ty, TypeExpr::Record(r) if r.tag.is_none());
        if !anonymous {
            return Err(self.error(span, "this member has no name"));
        }
        let aligned = specified.attributes.aligned;
        members.push(Member {
            name: None,
            ty: specified.ty,
            bits: None,
            aligned,
            span,
        });
        self.advance();
        Ok(())
    }

    /// member = declarator? (":" expression)? attributes
    fn member(&mut self, specified: &mut Specified) -> Parse<Member> {
        let start = self.token().span;
        let mut attributes = self.attributes()?;
        let base = self.take_base(specified)?;
        let (name, ty) = match self.kind() {
            TokenKind::Colon => (None, base),
            _ => {
                let (name, ty) = self.declarator(base, Naming::Required)?;
                (name, ty)
            }
        };
        let bits = match self.accept(TokenKind::Colon) {
            true => Some(self.conditional()?),
            false => None,
        };
        attributes.merge(self.attributes()?);
        let span = self.since(start);
        if attributes.packed || specified.attributes.packed {
            let message = "`packed` on a member is not supported: put it on the whole record";
            return Err(self.error(span, message));
        }
        let aligned = attributes
            .aligned
            .or_else(|| specified.attributes.aligned.clone());
        Ok(Member {
            name,
            ty,
            bits,
            aligned,
            span,
        })
    }

    /// enum = "enum" attributes tag? ("{" constant ("," constant)* ","? "}" attributes)?
    pub(super) fn enum_specifier(&mut self) -> Parse<EnumType> {
        let keyword = self.advance();
        self.attributes()?;
        let tag = self.tag()?;
        let span = self.since(keyword.span);
        if self.kind() != TokenKind::LBrace {
            return match tag {
                Some(_) => Ok(EnumType {
                    tag,
                    constants: None,
                    span,
                }),
                None => Err(self.expected("a tag or `{`")),
            };
        }
        let open = self.advance();
        let mut constants = Vec::new();
        while self.kind() != TokenKind::RBrace {
            if self.kind() == TokenKind::Eof {
                return Err(self.missing_brace(open.span));
            }
            constants.push(self.enum_constant()?);
            if !self.accept(TokenKind::Comma) {
                break;
            }
        }
        self.expect(TokenKind::RBrace)?;
        self.attributes()?;
        Ok(EnumType {
            tag,
            constants: Some(constants),
            span,
        })
    }

    /// constant = name attributes ("=" expression)?
    fn enum_constant(&mut self) -> Parse<(Ident, Option<Expr>)> {
        let token = self.token();
        let name = self.ident()?;
        self.attributes()?;
        let value = match self.accept(TokenKind::Assign) {
            true => Some(self.conditional()?),
            false => None,
        };
        self.declare(token.text, NameKind::Other);
        Ok((name, value))
    }

    pub(super) fn missing_brace(&mut self, open: Span) -> Reported {
        let error = Diagnostic::error(self.token().span, "expected `}`, found the end of the text");
        self.diagnose(error.note(open, "to match this `{`"))
    }

    /// The type for the next declarator. The first one gets the definition of a record or enum
    /// that stands in the specifiers, the others name it; without a tag it is given one.
    pub(super) fn take_base(&mut self, specified: &mut Specified) -> Parse<TypeExpr> {
        self.count_copy(specified.size, "`typeof`")?;
        let base = match &mut specified.ty {
            TypeExpr::Record(record) if record.members.is_some() => {
                record
                    .tag
                    .get_or_insert_with(|| made_up_tag(&mut self.n_tags, record.span));
                let (members, aligned) = (record.members.take(), record.aligned.take());
                let packed = std::mem::take(&mut record.packed);
                TypeExpr::Record(RecordType {
                    members,
                    aligned,
                    packed,
                    ..record.clone()
                })
            }
            TypeExpr::Enum(enum_) if enum_.constants.is_some() => {
                enum_
                    .tag
                    .get_or_insert_with(|| made_up_tag(&mut self.n_tags, enum_.span));
                let constants = enum_.constants.take();
                TypeExpr::Enum(EnumType {
                    constants,
                    ..enum_.clone()
                })
            }
            other => return Ok(other.clone()),
        };
        if specified.attributes.aligned.is_none() {
            specified.size = 1;
        }
        Ok(base)
    }
}

/// No tag that can be written has such a name.
fn made_up_tag(n_tags: &mut usize, span: Span) -> Ident {
    *n_tags += 1;
    Ident {
        name: format!("<anonymous {n_tags}>"),
        span,
    }
}
