//! The calls of the matrix: `alloc_pages:GFP_ATOMIC:0`, `free_pages:0`, ….

/// The calls shown when none is named.
pub const CALLS: &[&str] = &[
    "alloc_pages:GFP_ATOMIC:0",
    "alloc_pages:GFP_NOWAIT:0",
    "alloc_pages:GFP_KERNEL:0",
    "alloc_pages:GFP_ATOMIC:3",
    "free_pages:0",
    "rcu_alloc_page_lockless",
];

/// Largest order of v5.9, exclusive.
const MAX_ORDER: u32 = 11;

/// A call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// As written.
    pub text: String,
    /// The function.
    pub name: String,
    /// The flags.
    pub gfp: Option<String>,
    /// The order.
    pub order: Option<u32>,
}

impl Call {
    /// Reads a call.
    ///
    /// # Errors
    /// A sentence, for calls that do not exist or are not modelled yet.
    pub fn parse(text: &str) -> Result<Call, String> {
        let parts: Vec<&str> = text.split(':').collect();
        let order = |t: &str| match t.parse::<u32>() {
            Ok(n) if n < MAX_ORDER => Ok(Some(n)),
            _ => Err(format!("`{text}`: orders are 0 to {}", MAX_ORDER - 1)),
        };
        let call = |name: &str, gfp: Option<&str>, order| Call {
            text: text.into(),
            name: name.into(),
            gfp: gfp.map(str::to_string),
            order,
        };
        match parts[..] {
            ["alloc_pages", gfp, o] => {
                check_gfp(text, gfp)?;
                Ok(call("alloc_pages", Some(gfp), order(o)?))
            }
            ["free_pages", o] => Ok(call("free_pages", None, order(o)?)),
            ["rcu_alloc_page_lockless"] => Ok(call("rcu_alloc_page_lockless", None, Some(0))),
            [
                "kmalloc" | "kfree" | "alloc_pages_nolock" | "free_pages_nolock" | "kmalloc_nolock"
                | "kvfree_rcu",
                ..,
            ] => Err(format!(
                "`{text}` is not modelled yet; modelled are {}",
                CALLS.join(", ")
            )),
            _ => Err(format!(
                "`{text}` is no call; calls look like {}",
                CALLS.join(", ")
            )),
        }
    }

    /// Whether a kernel has that function.
    pub fn exists_in(&self, kernel: &str) -> bool {
        self.name != "rcu_alloc_page_lockless" || kernel.split('+').any(|series| series == "rfc")
    }

    /// The C statements that make the call and return whether something came of it.
    pub(super) fn c_text(&self) -> String {
        let order = self.order.unwrap_or(0);
        match (self.name.as_str(), &self.gfp) {
            ("free_pages", _) => format!("__free_pages(prepared, {order}); return 1"),
            ("rcu_alloc_page_lockless", _) => "return __rcu_alloc_page_lockless() != 0".into(),
            (_, gfp) => {
                format!(
                    "return alloc_pages({}, {order}) != NULL",
                    gfp.as_deref().unwrap_or("0")
                )
            }
        }
    }
}

/// Flags are names joined by `|`; which names exist the C compiler says.
fn check_gfp(text: &str, gfp: &str) -> Result<(), String> {
    let name = |n: &str| {
        let n = n.trim();
        n.starts_with("GFP_") || n.starts_with("__GFP_")
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '|' | ' ');
    match gfp.split('|').all(name) && gfp.chars().all(plain) {
        true => Ok(()),
        false => Err(format!(
            "`{text}`: flags are written like GFP_ATOMIC|__GFP_NOWARN"
        )),
    }
}
