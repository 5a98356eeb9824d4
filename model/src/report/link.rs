//! Permalinks: everything that is shown, in a URL's fragment.
//!
//! ```text
//! fragment = "w=1" "&" ( "s=" name | "t=" text ) [ "&k=" kernel ] [ "&p=" patches ] "&c=" config
//!            "&x=" schedule "&n=" cursor "&d=" digest
//! text     = base64url( deflate( the scenario ) )     without padding
//! patches  = base64url( deflate( unified diffs ) )    on that kernel
//! ```
//! Values are percent-encoded. `d` comes last and has a fixed length, so a link that was cut in half
//! is always recognised as such. Whether the digest fits is the caller's to compare.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};

use crate::machine::Schedule;
use crate::report::Shot;

/// The grammar's version.
pub const VERSION: u32 = 1;
/// No scenario is larger: a link may not unpack into more.
pub const TEXT_MAX: usize = 256 * 1024;
/// As good as the default, and cheap for texts of this size.
const COMPRESSION: u8 = 9;

/// Which scenario a link is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// One that the reader has, too.
    Name(String),
    /// An edited one: its whole text.
    Text(String),
}

/// What is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// [`VERSION`].
    pub version: u32,
    /// The scenario.
    pub source: Source,
    /// Its kernel, when it has one.
    pub kernel: Option<String>,
    /// Unified diffs applied to that kernel; empty for none.
    pub patches: String,
    /// The configuration's name.
    pub config: String,
    /// The choices made.
    pub schedule: Schedule,
    /// How many of them are shown.
    pub cursor: usize,
    /// Digest of the state shown.
    pub digest: u32,
}

impl Link {
    /// The link to a scenario that readers find by its name.
    pub fn by_name(shot: &Shot<'_>) -> Link {
        Link::of(shot, Source::Name(shot.scenario.name.clone()))
    }

    /// The link that carries the scenario's text.
    pub fn with_text(shot: &Shot<'_>) -> Link {
        Link::of(shot, Source::Text(shot.scenario.text.clone()))
    }

    fn of(shot: &Shot<'_>, source: Source) -> Link {
        Link {
            version: VERSION,
            source,
            kernel: shot.scenario.kernel.clone(),
            patches: shot.scenario.patches.clone(),
            config: shot.config.into(),
            schedule: shot.trace.schedule(),
            cursor: shot.cursor,
            digest: shot.state().digest(),
        }
    }

    /// The fragment, without `#`.
    pub fn to_fragment(&self) -> String {
        let mut out = format!("w={}", self.version);
        match &self.source {
            Source::Name(name) => field(&mut out, 's', name),
            Source::Text(text) => field(&mut out, 't', &pack(text)),
        }
        if let Some(kernel) = &self.kernel {
            field(&mut out, 'k', kernel);
        }
        if !self.patches.is_empty() {
            field(&mut out, 'p', &pack(&self.patches));
        }
        field(&mut out, 'c', &self.config);
        field(&mut out, 'x', &self.schedule.to_string());
        field(&mut out, 'n', &self.cursor.to_string());
        field(&mut out, 'd', &format!("{:08x}", self.digest));
        out
    }

    /// Reads a fragment, or a whole address with one.
    ///
    /// # Errors
    /// A sentence for people.
    pub fn parse(text: &str) -> Result<Link, String> {
        let text = text.trim();
        let fragment = text.split_once('#').map_or(text, |(_, fragment)| fragment);
        let fields = Fields::read(fragment)?;
        let source = match (fields.get("s"), fields.get("t")) {
            (Some(_), Some(_)) => return Err("this link names two scenarios".into()),
            (Some(""), None) => return Err(cut("the scenario's name")),
            (Some(name), None) => Source::Name(name.into()),
            (None, Some(packed)) => Source::Text(unpack(packed)?),
            (None, None) => return Err(cut("the scenario")),
        };
        let config = fields.need("c", "the configuration")?;
        if config.is_empty() {
            return Err(cut("the configuration"));
        }
        let schedule = fields.need("x", "the schedule")?.parse();
        let schedule: Schedule = schedule.map_err(|e| format!("the schedule in this link: {e}"))?;
        let cursor = fields.need("n", "the position")?;
        let cursor = cursor
            .parse::<usize>()
            .map_err(|_| format!("the position in this link, `{cursor}`, is no number"))?;
        if cursor > schedule.0.len() {
            return Err(format!(
                "this link points to step {cursor}, but its schedule has {} steps",
                schedule.0.len()
            ));
        }
        Ok(Link {
            version: VERSION,
            source,
            kernel: fields.get("k").map(str::to_string),
            patches: match fields.get("p") {
                Some(packed) => unpack(packed)
                    .map_err(|e| e.replace("the scenario's text", "the patches' text"))?,
                None => String::new(),
            },
            config: config.into(),
            schedule,
            cursor,
            digest: parse_digest(fields.need("d", "the digest")?)?,
        })
    }
}

/// Eight hexadecimal digits.
pub(super) fn parse_digest(text: &str) -> Result<u32, String> {
    let digits = text.chars().all(|c| c.is_ascii_hexdigit());
    match u32::from_str_radix(text, 16) {
        Ok(digest) if digits && text.len() == 8 => Ok(digest),
        _ if digits && text.len() < 8 => Err(cut("part of the digest")),
        _ => Err(format!(
            "the digest, `{text}`, is not eight hexadecimal digits"
        )),
    }
}

fn cut(what: &str) -> String {
    format!("this link was cut in half: {what} is missing")
}

fn field(out: &mut String, key: char, value: &str) {
    let _ = write!(out, "&{key}=");
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
}

/// The fragment's fields, decoded.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn read(fragment: &str) -> Result<Fields, String> {
        if !fragment.starts_with("w=") {
            return Err("this is no link to an execution: it does not begin with `w=`".into());
        }
        let mut fields: Vec<(String, String)> = Vec::new();
        for part in fragment.split('&') {
            let (key, value) = part.split_once('=').ok_or_else(|| cut("the end"))?;
            if fields.iter().any(|(known, _)| known == key) {
                return Err(format!("this link has the field `{key}` twice"));
            }
            fields.push((key.into(), decode(value)?));
            if key == "w" {
                right_version(value)?;
            } else if !["s", "t", "k", "p", "c", "x", "n", "d"].contains(&key) {
                return Err(format!(
                    "this link has a field `{key}`, which nobody here knows"
                ));
            }
        }
        Ok(Fields(fields))
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(k, _)| k == key)
            .map(|(_, v)| v.as_str())
    }

    fn need(&self, key: &str, what: &str) -> Result<&str, String> {
        self.get(key).ok_or_else(|| cut(what))
    }
}

fn right_version(value: &str) -> Result<(), String> {
    match value.parse::<u32>() {
        Ok(VERSION) => Ok(()),
        Ok(other) => Err(format!(
            "this link was made with version {other} of the model; here is version {VERSION}"
        )),
        Err(_) if value.is_empty() => Err(cut("everything behind the version")),
        Err(_) => Err(format!("this link's version, `{value}`, is no number")),
    }
}

fn decode(value: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|b| char::from(b).to_digit(16));
        match (digit(), digit()) {
            (Some(high), Some(low)) => bytes.push((high * 16 + low) as u8),
            _ => return Err(cut("part of a percent code")),
        }
    }
    String::from_utf8(bytes).map_err(|_| "this link is damaged: it is no text".into())
}

/// Deflates a text into URL-safe letters.
pub fn pack(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(compress_to_vec(text.as_bytes(), COMPRESSION))
}

/// The opposite of [`pack`].
///
/// # Errors
/// When the letters are damaged, or would become more than [`TEXT_MAX`] bytes.
pub fn unpack(packed: &str) -> Result<String, String> {
    let bytes = URL_SAFE_NO_PAD
        .decode(packed.trim_end_matches('='))
        .map_err(|_| "the scenario's text in this link is damaged: it is no base64url")?;
    let inflated = decompress_to_vec_with_limit(&bytes, TEXT_MAX).map_err(|e| match e.status {
        TINFLStatus::HasMoreOutput => {
            format!("the scenario's text in this link would unpack into more than {TEXT_MAX} bytes")
        }
        TINFLStatus::NeedsMoreInput | TINFLStatus::FailedCannotMakeProgress => {
            cut("the end of the scenario's text")
        }
        _ => "the scenario's text in this link is damaged: it does not unpack".into(),
    })?;
    String::from_utf8(inflated)
        .map_err(|_| "the scenario's text in this link is damaged: it is no UTF-8".into())
}
