//! What the page shows, as a URL's fragment.
//!
//! ```text
//! fragment = "m=1&k=" kernel "&c=" config [ "&x=" context ] [ "&f=" call ] [ "&s=" state ]
//!            [ "&o=" context "," call "," state [ "&w=1" … ] ]
//! ```
//! `x`, `f` and `s` leave out the other rows and columns; `o` is the cell that is open, and from `w`
//! on the stepper's own link into that cell's run.

use std::fmt::Write;

/// What is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The kernel.
    pub kernel: String,
    /// The configuration.
    pub config: String,
    /// Only this row.
    pub context: Option<String>,
    /// Only this call.
    pub call: Option<String>,
    /// Only this state.
    pub state: Option<String>,
    /// The cell that is open: context, call, state.
    pub open: Option<[String; 3]>,
    /// The stepper's link.
    pub step: Option<String>,
}

impl Address {
    /// A whole table.
    pub fn of(kernel: &str, config: &str) -> Address {
        Address {
            kernel: kernel.into(),
            config: config.into(),
            context: None,
            call: None,
            state: None,
            open: None,
            step: None,
        }
    }

    /// The fragment, without `#` and without the stepper's part.
    pub fn to_fragment(&self) -> String {
        let mut out = String::from("m=1");
        field(&mut out, 'k', &self.kernel);
        field(&mut out, 'c', &self.config);
        let filters = [('x', &self.context), ('f', &self.call), ('s', &self.state)];
        for (key, value) in filters {
            if let Some(value) = value {
                field(&mut out, key, value);
            }
        }
        if let Some(open) = &self.open {
            field(&mut out, 'o', &open.join(","));
        }
        out
    }

    /// Reads a fragment.
    ///
    /// # Errors
    /// A sentence for people.
    pub fn parse(fragment: &str) -> Result<Address, String> {
        let fragment = fragment.trim_start_matches('#');
        let (fragment, step) = match fragment.find("&w=") {
            Some(at) => (&fragment[..at], Some(fragment[at + 1..].to_string())),
            None => (fragment, None),
        };
        let mut address = Address::of("", "");
        address.step = step;
        for part in fragment.split('&') {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            let value = decode(value)?;
            match key {
                "m" if value == "1" => {}
                "m" => return Err(format!("it is of version {value}, and this page knows 1")),
                "k" => address.kernel = value,
                "c" => address.config = value,
                "x" => address.context = Some(value),
                "f" => address.call = Some(value),
                "s" => address.state = Some(value),
                "o" => address.open = Some(open(&value)?),
                _ => return Err(format!("it has a field `{key}`, which nobody here knows")),
            }
        }
        if address.kernel.is_empty() || address.config.is_empty() {
            return Err("it was cut in half: kernel or configuration is missing".into());
        }
        Ok(address)
    }
}

fn open(value: &str) -> Result<[String; 3], String> {
    let parts: Vec<String> = value.split(',').map(str::to_string).collect();
    parts
        .try_into()
        .map_err(|_| "the cell it names has not the form context,call,state".into())
}

fn field(out: &mut String, key: char, value: &str) {
    let _ = write!(out, "&{key}=");
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.push(char::from(byte)),
            b'-' | b'.' | b'_' | b'~' | b':' | b',' => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
}

fn decode(value: &str) -> Result<String, String> {
    let cut = || "it was cut in half: part of a percent code is missing".to_string();
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|b| char::from(b).to_digit(16));
        let (high, low) = (digit().ok_or_else(cut)?, digit().ok_or_else(cut)?);
        bytes.push((high * 16 + low) as u8);
    }
    String::from_utf8(bytes).map_err(|_| "it is damaged: it is no text".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let mut address = Address::of("v5.9+rfc", "rt-debug");
        assert_eq!(address.to_fragment(), "m=1&k=v5.9%2Brfc&c=rt-debug");
        address.context = Some("nmi".into());
        address.call = Some("alloc_pages:GFP_ATOMIC|__GFP_NOWARN:0".into());
        address.state = Some("warm".into());
        address.open = Some(["nmi", "free_pages:0", "zlock"].map(String::from));
        assert_eq!(Address::parse(&address.to_fragment()), Ok(address.clone()));
        let stepped = format!("#{}&w=1&s=cell&n=3", address.to_fragment());
        let read = Address::parse(&stepped).unwrap();
        assert_eq!(read.step.as_deref(), Some("w=1&s=cell&n=3"));
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        for (fragment, why) in [
            ("m=2&k=a&c=b", "version 2"),
            ("m=1&k=a", "cut in half"),
            ("m=1&k=%2", "cut in half"),
            ("m=1&k=a&c=b&q=1", "`q`"),
            ("m=1&k=a&c=b&o=x,y", "context,call,state"),
        ] {
            assert!(
                Address::parse(fragment).unwrap_err().contains(why),
                "{fragment}"
            );
        }
    }
}
