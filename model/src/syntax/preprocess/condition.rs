//! The expressions of `#if` and `#elif`, computed in 64 bits.

use super::{Preprocessor, printable};
use crate::syntax::ast::IntType;
use crate::syntax::lex::{Token, TokenKind};
use crate::syntax::literal;
use crate::syntax::source::Span;

/// How deep parentheses and unary operators may nest.
const DEPTH_MAX: usize = 200;

#[derive(Clone, Copy)]
struct Value {
    bits: u64,
    unsigned: bool,
}

impl Value {
    fn of_bool(value: bool) -> Value {
        Value {
            bits: value as u64,
            unsigned: false,
        }
    }

    fn is_true(self) -> bool {
        self.bits != 0
    }
}

type Evaluated = Result<Value, (Span, String)>;

impl Preprocessor<'_> {
    /// Whether the expression is true; a wrong one is reported and false.
    pub(super) fn condition(&mut self, directive: Span, line: &[Token]) -> bool {
        let with_defined = match self.replace_defined(line) {
            Ok(tokens) => tokens,
            Err(span) => {
                self.error(span, "expected a macro name after `defined`");
                return false;
            }
        };
        let expanded = self.expand_list(&with_defined);
        // `defined` may come out of a macro too, as in the kernel's own headers.
        let Ok(tokens) = self.replace_defined(&expanded) else {
            self.error(directive, "expected a macro name after `defined`");
            return false;
        };
        let evaluated = Evaluator {
            preprocessor: self,
            tokens: &tokens,
            directive,
            position: 0,
            depth: 0,
        }
        .whole();
        match evaluated {
            Ok(value) => value.is_true(),
            Err((span, message)) => {
                self.error(span, message);
                false
            }
        }
    }

    /// `defined X` and `defined(X)` become 1 or 0.
    fn replace_defined(&mut self, line: &[Token]) -> Result<Vec<Token>, Span> {
        use TokenKind::{Ident, LParen, RParen};
        let defined = self.symbols.intern("defined");
        let mut out = Vec::with_capacity(line.len());
        let mut rest = line;
        while let Some((&token, after)) = rest.split_first() {
            if token.text != defined {
                out.push(token);
                rest = after;
                continue;
            }
            let kind = |idx: usize| after.get(idx).map(|t| t.kind);
            let (name, n_taken) = match (kind(0), kind(1), kind(2)) {
                (Some(Ident), ..) => (after[0].text, 1),
                (Some(LParen), Some(Ident), Some(RParen)) => (after[1].text, 3),
                _ => return Err(token.span),
            };
            let value = if self.macro_exists(name) { "1" } else { "0" };
            let text = self.symbols.intern(value);
            out.push(Token {
                kind: TokenKind::Number,
                text,
                ..token
            });
            rest = &after[n_taken..];
        }
        Ok(out)
    }
}

struct Evaluator<'p, 't> {
    preprocessor: &'p Preprocessor<'p>,
    tokens: &'t [Token],
    directive: Span,
    position: usize,
    depth: usize,
}

impl Evaluator<'_, '_> {
    fn whole(mut self) -> Evaluated {
        if self.tokens.is_empty() {
            return Err((self.directive, "expected an expression after `#if`".into()));
        }
        let value = self.conditional(true)?;
        match self.tokens.get(self.position) {
            None => Ok(value),
            Some(token) => Err(self.unexpected(token)),
        }
    }

    fn unexpected(&self, token: &Token) -> (Span, String) {
        let text = printable(self.preprocessor.symbols.name(token.text));
        (token.span, format!("unexpected `{text}` in `#if`"))
    }

    fn peek(&self) -> Option<TokenKind> {
        self.tokens.get(self.position).map(|t| t.kind)
    }

    fn accept(&mut self, kind: TokenKind) -> bool {
        let found = self.peek() == Some(kind);
        self.position += found as usize;
        found
    }

    fn expect(&mut self, kind: TokenKind, text: &str) -> Result<(), (Span, String)> {
        if self.accept(kind) {
            return Ok(());
        }
        let span = self
            .tokens
            .get(self.position)
            .map_or(self.directive, |t| t.span);
        Err((span, format!("expected `{text}` in `#if`")))
    }

    /// `binary ? expression : conditional`. What is not `live` is not evaluated: it may divide by 0.
    fn conditional(&mut self, live: bool) -> Evaluated {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err((
                self.directive,
                "`#if` expression is nested too deeply".into(),
            ));
        }
        let mut value = self.binary(0, live)?;
        if self.accept(TokenKind::Question) {
            let first = self.conditional(live && value.is_true())?;
            self.expect(TokenKind::Colon, ":")?;
            let second = self.conditional(live && !value.is_true())?;
            let chosen = if value.is_true() { first } else { second };
            value = Value {
                bits: chosen.bits,
                unsigned: first.unsigned || second.unsigned,
            };
        }
        self.depth -= 1;
        Ok(value)
    }

    /// Operators that bind more tightly than `least`.
    fn binary(&mut self, least: u8, live: bool) -> Evaluated {
        let mut left = self.unary(live)?;
        while let Some(operator) = self.peek()
            && let Some(binding) = binding_of(operator)
            && binding > least
        {
            let span = self.tokens[self.position].span;
            self.position += 1;
            let right_live = live
                && match operator {
                    TokenKind::AmpAmp => left.is_true(),
                    TokenKind::PipePipe => !left.is_true(),
                    _ => true,
                };
            let right = self.binary(binding, right_live)?;
            left = match apply(operator, left, right) {
                Some(value) => value,
                None if !live => Value::of_bool(false),
                None => return Err((span, "division by zero in `#if`".into())),
            };
        }
        Ok(left)
    }

    fn unary(&mut self, live: bool) -> Evaluated {
        let Some(&token) = self.tokens.get(self.position) else {
            return Err((self.directive, "expected an expression in `#if`".into()));
        };
        self.position += 1;
        match token.kind {
            TokenKind::Plus => self.nested_unary(live),
            TokenKind::Minus => {
                let value = self.nested_unary(live)?;
                Ok(Value {
                    bits: value.bits.wrapping_neg(),
                    ..value
                })
            }
            TokenKind::Tilde => {
                let value = self.nested_unary(live)?;
                Ok(Value {
                    bits: !value.bits,
                    ..value
                })
            }
            TokenKind::Bang => Ok(Value::of_bool(!self.nested_unary(live)?.is_true())),
            TokenKind::LParen => {
                let value = self.conditional(live)?;
                self.expect(TokenKind::RParen, ")")?;
                Ok(value)
            }
            TokenKind::Ident => Ok(Value::of_bool(false)),
            TokenKind::Number => self.number(token),
            TokenKind::Char => {
                let value = literal::character(self.preprocessor.symbols.name(token.text));
                let value = value.map_err(|message| (token.span, message))?;
                Ok(Value {
                    bits: value as i64 as u64,
                    unsigned: false,
                })
            }
            _ => Err(self.unexpected(&token)),
        }
    }

    fn nested_unary(&mut self, live: bool) -> Evaluated {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err((
                self.directive,
                "`#if` expression is nested too deeply".into(),
            ));
        }
        let value = self.unary(live);
        self.depth -= 1;
        value
    }

    fn number(&self, token: Token) -> Evaluated {
        let text = self.preprocessor.symbols.name(token.text);
        let (bits, ty) = literal::integer(text).map_err(|message| (token.span, message))?;
        // In `#if` all signed types are intmax_t: `0xffffffff` is a `long` there, whose type as a C
        // constant would be `unsigned int`.
        let written = text.contains(['u', 'U']);
        let unsigned = written || matches!(ty, IntType::ULong | IntType::ULongLong);
        Ok(Value { bits, unsigned })
    }
}

fn binding_of(operator: TokenKind) -> Option<u8> {
    use TokenKind::*;
    Some(match operator {
        Star | Slash | Percent => 10,
        Plus | Minus => 9,
        Shl | Shr => 8,
        Lt | Gt | LtEq | GtEq => 7,
        EqEq | BangEq => 6,
        Amp => 5,
        Caret => 4,
        Pipe => 3,
        AmpAmp => 2,
        PipePipe => 1,
        _ => return None,
    })
}

/// None for a division by zero.
fn apply(operator: TokenKind, left: Value, right: Value) -> Option<Value> {
    use TokenKind::*;
    let (a, b) = (left.bits, right.bits);
    let unsigned = left.unsigned || right.unsigned;
    let order = if unsigned {
        a.cmp(&b)
    } else {
        (a as i64).cmp(&(b as i64))
    };
    let truth = match operator {
        Lt => Some(order.is_lt()),
        Gt => Some(order.is_gt()),
        LtEq => Some(order.is_le()),
        GtEq => Some(order.is_ge()),
        EqEq => Some(a == b),
        BangEq => Some(a != b),
        AmpAmp => Some(a != 0 && b != 0),
        PipePipe => Some(a != 0 || b != 0),
        _ => None,
    };
    if let Some(truth) = truth {
        return Some(Value::of_bool(truth));
    }
    let bits = match operator {
        Star => a.wrapping_mul(b),
        Slash if b == 0 => return None,
        Percent if b == 0 => return None,
        Slash if unsigned => a / b,
        Slash => (a as i64).wrapping_div(b as i64) as u64,
        Percent if unsigned => a % b,
        Percent => (a as i64).wrapping_rem(b as i64) as u64,
        Plus => a.wrapping_add(b),
        Minus => a.wrapping_sub(b),
        Shl | Shr => {
            return Some(Value {
                bits: shift(operator, left, right),
                ..left
            });
        }
        Amp => a & b,
        Caret => a ^ b,
        _ => a | b,
    };
    Some(Value { bits, unsigned })
}

/// A negative count shifts the other way, as GCC does it.
fn shift(operator: TokenKind, value: Value, count: Value) -> u64 {
    let negative = !count.unsigned && (count.bits as i64) < 0;
    let left = (operator == TokenKind::Shl) != negative;
    let count = if negative {
        count.bits.wrapping_neg()
    } else {
        count.bits
    };
    match (left, count < 64) {
        (true, true) => value.bits << count,
        (true, false) => 0,
        (false, _) if value.unsigned => value.bits.checked_shr(count.min(64) as u32).unwrap_or(0),
        (false, _) => ((value.bits as i64) >> count.min(63)) as u64,
    }
}
