//! The values of constants: integers, characters, strings. Shared by `#if` and the parser.

use super::ast::IntType;

/// The value and the type of an integer constant, by the rules of C11 6.4.4.1.
pub fn integer(text: &str) -> Result<(u64, IntType), String> {
    let lower = text.to_ascii_lowercase();
    let (digits, radix) = radix_of(&lower);
    let end = digits
        .find(|c: char| !c.is_digit(radix))
        .unwrap_or(digits.len());
    let (digits, suffix) = digits.split_at(end);
    if is_floating(&lower, suffix, radix) {
        return Err(format!("floating point is not supported: `{text}`"));
    }
    if digits.is_empty() && radix != 8 {
        return Err(format!("invalid integer constant `{text}`"));
    }
    let Some((unsigned, longs)) = suffix_of(suffix) else {
        return Err(format!(
            "invalid suffix `{suffix}` on integer constant `{text}`"
        ));
    };
    let digits = if digits.is_empty() { "0" } else { digits };
    let value = u64::from_str_radix(digits, radix)
        .map_err(|_| format!("integer constant `{text}` does not fit into 64 bits"))?;
    int_type(value, unsigned, longs, radix == 10)
        .map(|ty| (value, ty))
        .ok_or_else(|| format!("integer constant `{text}` fits only an unsigned type: add `U`"))
}

fn radix_of(lower: &str) -> (&str, u32) {
    if let Some(digits) = lower.strip_prefix("0x") {
        (digits, 16)
    } else if let Some(digits) = lower.strip_prefix("0b") {
        (digits, 2)
    } else if lower.len() > 1 && lower.starts_with('0') {
        (&lower[1..], 8)
    } else {
        (lower, 10)
    }
}

fn is_floating(lower: &str, suffix: &str, radix: u32) -> bool {
    match radix {
        16 => suffix.starts_with(['.', 'p']),
        2 => false,
        // `09.5` is a valid floating constant although 9 is no octal digit.
        _ => lower.contains('.') || lower.contains('e') || suffix == "f",
    }
}

/// Whether it has a `u`, and how many `l`.
fn suffix_of(suffix: &str) -> Option<(bool, u8)> {
    match suffix {
        "" => Some((false, 0)),
        "u" => Some((true, 0)),
        "l" => Some((false, 1)),
        "ul" | "lu" => Some((true, 1)),
        "ll" => Some((false, 2)),
        "ull" | "llu" => Some((true, 2)),
        _ => None,
    }
}

/// The first type of the list in the standard that holds the value.
fn int_type(value: u64, unsigned: bool, longs: u8, decimal: bool) -> Option<IntType> {
    use IntType::*;
    let pairs = [
        (Int, UInt, 32),
        (Long, ULong, 64),
        (LongLong, ULongLong, 64),
    ];
    for (signed_type, unsigned_type, bits) in &pairs[longs as usize..] {
        if !unsigned && value >> (bits - 1) == 0 {
            return Some(*signed_type);
        }
        if (unsigned || !decimal) && (*bits == 64 || value >> bits == 0) {
            return Some(*unsigned_type);
        }
    }
    None
}

/// The value of a character constant, quotes included in `text`. Several characters make a number
/// the way GCC does it.
pub fn character(text: &str) -> Result<i32, String> {
    let bytes = unescape(text)?;
    match bytes[..] {
        [] => Err("empty character constant".into()),
        [byte] => Ok(byte as i8 as i32),
        _ if bytes.len() > 4 => Err(format!("character constant {text} is too long")),
        _ => Ok(bytes.iter().fold(0, |value, &b| value << 8 | b as i32)),
    }
}

/// The bytes of a string literal, quotes included in `text`.
pub fn string(text: &str) -> Result<Vec<u8>, String> {
    unescape(text)
}

fn unescape(quoted: &str) -> Result<Vec<u8>, String> {
    let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or("");
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        rest = escape(&rest[at + 1..], &mut bytes)?;
    }
    bytes.extend_from_slice(rest.as_bytes());
    Ok(bytes)
}

/// Reads one escape sequence after its backslash; gives back what follows it.
fn escape<'t>(text: &'t str, bytes: &mut Vec<u8>) -> Result<&'t str, String> {
    let Some(c) = text.chars().next() else {
        return Err("unfinished escape sequence".into());
    };
    let rest = &text[c.len_utf8()..];
    let simple = match c {
        'n' => b'\n',
        't' => b'\t',
        'r' => b'\r',
        'a' => 7,
        'b' => 8,
        'f' => 12,
        'v' => 11,
        'e' => 27,
        '\\' | '\'' | '"' | '?' => c as u8,
        '0'..='7' => return octal(text, bytes),
        'x' => return hexadecimal(rest, bytes),
        'u' => return universal(rest, 4, bytes),
        'U' => return universal(rest, 8, bytes),
        _ => return Err(format!("unknown escape sequence `\\{c}`")),
    };
    bytes.push(simple);
    Ok(rest)
}

fn octal<'t>(text: &'t str, bytes: &mut Vec<u8>) -> Result<&'t str, String> {
    let n = text
        .bytes()
        .take(3)
        .take_while(|b| (b'0'..=b'7').contains(b))
        .count();
    let value = u32::from_str_radix(&text[..n], 8).unwrap_or(u32::MAX);
    bytes.push(u8::try_from(value).map_err(|_| "octal escape sequence out of range")?);
    Ok(&text[n..])
}

fn hexadecimal<'t>(text: &'t str, bytes: &mut Vec<u8>) -> Result<&'t str, String> {
    let n = text.bytes().take_while(u8::is_ascii_hexdigit).count();
    if n == 0 {
        return Err("`\\x` without hexadecimal digits".into());
    }
    let value = u8::from_str_radix(&text[..n], 16);
    bytes.push(value.map_err(|_| "hexadecimal escape sequence out of range")?);
    Ok(&text[n..])
}

fn universal<'t>(text: &'t str, n: usize, bytes: &mut Vec<u8>) -> Result<&'t str, String> {
    let digits = text
        .get(..n)
        .filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
    let c = digits
        .and_then(|d| u32::from_str_radix(d, 16).ok())
        .and_then(char::from_u32);
    let c = c.ok_or("invalid universal character name")?;
    bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    Ok(&text[n..])
}
