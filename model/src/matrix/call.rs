//! The calls of the matrix: `alloc_pages:GFP_ATOMIC:0`, `free_pages:0`, `kmalloc:GFP_ATOMIC:64`, ….
//!
//! A call is a C function that makes it and one that comes before, outside the context: what is freed
//! has to be allocated. Which calls a kernel has, its texts say: those whose functions they define.

use crate::program::Program;

/// The calls shown when none is named, as far as a kernel has them.
pub const CALLS: &[&str] = &[
    "alloc_pages:GFP_ATOMIC:0",
    "alloc_pages:GFP_NOWAIT:0",
    "alloc_pages:GFP_KERNEL:0",
    "alloc_pages:GFP_ATOMIC:3",
    "free_pages:0",
    "kmalloc:GFP_ATOMIC:64",
    "kfree",
    "alloc_pages_nolock:0",
    "free_pages_nolock:0",
    "kmalloc_nolock:64",
    "kfree_nolock",
    "rcu_alloc_page_lockless",
    "kvfree_rcu:1",
    "kvfree_rcu:2",
];

/// Largest order, exclusive: the same in all versions.
const ORDERS: u32 = 11;
/// Largest size of a `kmalloc()`: `KMALLOC_MAX_SIZE`.
const SIZE_MAX: u64 = 4096 << (ORDERS - 1);
/// Objects that are freed.
const OBJECT_SIZE: u64 = 64;

/// An object alone in its slab, which no CPU has for itself and the node need not keep; since v6.18
/// the sheaves have no room.
const UNLUCKY_FREE: &str = "struct kmem_cache *s;
	int i = 0;

	$O_object = kmalloc($size, GFP_ATOMIC);
	s = virt_to_head_page($O_object)->slab_cache;
	if (!s)
		return;
	kmem_cache_shrink(s);
	s->min_partial = 0;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
	for (; i < 2 * s->sheaf_capacity && i < ARRAY_SIZE(objects); i++)
		objects[i] = kmalloc($size, GFP_ATOMIC);
#endif
	while (i > 0)
		kfree(objects[--i]);";

/// A function, how it is written, and what is needed to call it.
struct Function {
    name: &'static str,
    /// What follows the name, separated by colons.
    arguments: &'static [Argument],
    /// The kernel's function; who asks for it in a kernel that lacks it is told so.
    needs: &'static str,
    /// What comes before the call, and what makes it; `$gfp`, `$order`, `$size` are its arguments.
    before: &'static str,
    /// The same where luck should have no part: nothing is at hand. Absent: as before the call.
    unlucky: Option<&'static str>,
    call: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Argument {
    Gfp,
    Order,
    Size,
    /// May be left out.
    ObjectSize,
    /// How many pages.
    Count,
    /// How many arguments.
    Number,
}

use Argument::{Count, Gfp, Number, ObjectSize, Order, Size};

const FUNCTIONS: &[Function] = &[
    Function {
        name: "none",
        arguments: &[],
        needs: "get_page_from_freelist",
        before: "",
        unlucky: None,
        call: "return 1;",
    },
    Function {
        name: "alloc_pages",
        arguments: &[Gfp, Order],
        needs: "get_page_from_freelist",
        before: "",
        unlucky: None,
        call: "return alloc_pages($gfp, $order) != NULL;",
    },
    Function {
        name: "free_pages",
        arguments: &[Order],
        needs: "__free_pages",
        before: "$O_given = alloc_pages(__GFP_HIGH | __GFP_MEMALLOC | __GFP_COMP, $order);",
        unlucky: None,
        call: "__free_pages($O_given, $order);\n\treturn 1;",
    },
    Function {
        name: "alloc_pages_bulk",
        arguments: &[Gfp, Count],
        needs: "alloc_pages_bulk",
        before: "",
        unlucky: None,
        call: "return alloc_pages_bulk($gfp, $size, many) == $size;",
    },
    Function {
        name: "kmalloc",
        arguments: &[Gfp, Size],
        needs: "__kmalloc",
        // A booted kernel's caches have been in use; what is larger has no cache.
        before: "if ($size <= KMALLOC_MAX_CACHE_SIZE)\n\t\tkfree(kmalloc($size, GFP_ATOMIC));",
        unlucky: Some(""),
        call: "return kmalloc($size, $gfp) != NULL;",
    },
    Function {
        name: "kfree",
        arguments: &[ObjectSize],
        needs: "kfree",
        before: "$O_object = kmalloc($size, GFP_ATOMIC);",
        unlucky: Some(UNLUCKY_FREE),
        call: "kfree($O_object);\n\treturn 1;",
    },
    Function {
        name: "kmem_cache_alloc",
        arguments: &[Gfp, Size],
        needs: "kmem_cache_alloc",
        // A cache of its own, never used: its first object needs a page.
        before: "$O_cache = kmem_cache_create(\"cell\", $size, 0, 0, NULL);",
        unlucky: None,
        call: "return kmem_cache_alloc($O_cache, $gfp) != NULL;",
    },
    Function {
        name: "vmalloc",
        arguments: &[Gfp, Size],
        // The modelled vmalloc() is an outline that maps nothing.
        needs: "__vmalloc_node_range",
        before: "",
        unlucky: None,
        call: "return vmalloc($size) != NULL;",
    },
    Function {
        name: "alloc_pages_nolock",
        arguments: &[Order],
        needs: "alloc_pages_nolock",
        before: "",
        unlucky: None,
        call: "return alloc_pages_nolock(0, NUMA_NO_NODE, $order) != NULL;",
    },
    Function {
        name: "free_pages_nolock",
        arguments: &[Order],
        needs: "free_pages_nolock",
        before: "$O_given = alloc_pages(__GFP_HIGH | __GFP_MEMALLOC | __GFP_COMP, $order);",
        unlucky: None,
        call: "free_pages_nolock($O_given, $order);\n\treturn 1;",
    },
    Function {
        name: "kmalloc_nolock",
        arguments: &[Size],
        needs: "kmalloc_nolock",
        before: "kfree(kmalloc($size, GFP_ATOMIC));",
        unlucky: Some(""),
        call: "return kmalloc_nolock($size, 0, NUMA_NO_NODE) != NULL;",
    },
    Function {
        name: "kfree_nolock",
        arguments: &[ObjectSize],
        needs: "kfree_nolock",
        before: "$O_object = kmalloc_nolock($size, 0, NUMA_NO_NODE);",
        unlucky: None,
        call: "kfree_nolock($O_object);\n\treturn 1;",
    },
    Function {
        name: "rcu_alloc_page_lockless",
        arguments: &[],
        needs: "__rcu_alloc_page_lockless",
        before: "",
        unlucky: None,
        call: "return __rcu_alloc_page_lockless() != 0;",
    },
    Function {
        name: "kvfree_rcu",
        arguments: &[Number],
        needs: "kvfree_call_rcu",
        before: "$O_rcu_object = kmalloc(sizeof(*$O_rcu_object), GFP_ATOMIC);",
        // Of no slab: v7.2's sheaves do not take it.
        unlucky: Some("$O_rcu_object = kmalloc(2 * KMALLOC_MAX_CACHE_SIZE, GFP_ATOMIC);"),
        call: "$kvfree_rcu;\n\treturn 1;",
    },
];

/// A call.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Call {
    /// As written.
    pub text: String,
    /// The function.
    pub name: String,
    /// The flags.
    pub gfp: Option<String>,
    /// The order.
    pub order: Option<u32>,
    /// The size of an object, or how many pages.
    pub size: Option<u64>,
    /// How many arguments, where there is more than one form.
    pub arguments: Option<u32>,
}

impl Call {
    /// Reads a call.
    ///
    /// # Errors
    /// A sentence, for calls that do not exist.
    pub fn parse(text: &str) -> Result<Call, String> {
        let mut words = text.split(':');
        let name = words.next().unwrap_or_default();
        let function = function(name).ok_or_else(|| {
            let known: Vec<String> = FUNCTIONS.iter().map(Function::usage).collect();
            format!("`{text}` is no call; known are {}", known.join(", "))
        })?;
        let usage = || format!("`{text}`: it is written {}", function.usage());
        let mut call = Call {
            text: text.into(),
            name: name.into(),
            gfp: None,
            order: None,
            size: None,
            arguments: None,
        };
        for &argument in function.arguments {
            match words.next() {
                Some(word) => call.argument(argument, word)?,
                None if argument == ObjectSize => call.size = Some(OBJECT_SIZE),
                None => return Err(usage()),
            }
        }
        match words.next() {
            None => Ok(call),
            Some(_) => Err(usage()),
        }
    }

    fn argument(&mut self, argument: Argument, word: &str) -> Result<(), String> {
        let text = &self.text;
        let number = |what: &str, max: u64| match word.parse::<u64>() {
            Ok(n) if n <= max => Ok(n),
            _ => Err(format!("`{text}`: {what} to {max}")),
        };
        match argument {
            Gfp => {
                check_gfp(text, word)?;
                if self.name == "vmalloc" && word != "GFP_KERNEL" {
                    return Err(format!("`{text}`: vmalloc() asks with GFP_KERNEL"));
                }
                self.gfp = Some(word.into());
            }
            Order => self.order = Some(number("orders are 0", u64::from(ORDERS) - 1)? as u32),
            Size | ObjectSize => self.size = Some(number("sizes are 1", SIZE_MAX)?.max(1)),
            Count => self.size = Some(number("it takes 1", MANY_MAX)?.max(1)),
            Number => match word {
                "1" | "2" => self.arguments = Some(word.parse().unwrap_or(1)),
                _ => return Err(format!("`{text}`: it has 1 or 2 arguments")),
            },
        }
        Ok(())
    }

    /// Whether a kernel has that function.
    pub fn exists_in(&self, program: &Program) -> bool {
        // Since v6.10 the functions behind the names carry another one (memory allocation profiling).
        let defined = |name: &str| {
            let profiled = format!("{name}_noprof");
            program.function(name).is_some() || program.function(&profiled).is_some()
        };
        function(&self.name).is_some_and(|f| defined(f.needs))
    }

    /// Whether something comes before it, while memory is plentiful.
    pub(super) fn has_before(&self) -> bool {
        function(&self.name).is_some_and(|f| !f.before.is_empty())
    }

    /// Whether it gives something back.
    pub fn frees(&self) -> bool {
        matches!(self.name.as_str(), "free_pages" | "free_pages_nolock")
    }

    /// The C functions `before_N()` and `call_N()`, which returns whether something came of it; the same
    /// for another context that makes this call, with objects of its own.
    pub(super) fn c_text(&self, n: usize) -> String {
        let Some(function) = function(&self.name) else {
            return String::new();
        };
        let number = |value: Option<u64>| value.unwrap_or(0).to_string();
        let fill = |text: &str, prefix: &str| {
            text.replace("$gfp", self.gfp.as_deref().unwrap_or("0"))
                .replace("$order", &number(self.order.map(u64::from)))
                .replace("$size", &number(self.size))
                .replace("$kvfree_rcu", self.kvfree_rcu())
                .replace("$O_", prefix)
        };
        let (before, call) = (fill(function.before, ""), fill(function.call, ""));
        // Who is overtaken has no more luck than who comes in between.
        let unlucky = function.unlucky.unwrap_or(function.before);
        let (other_before, other) = (fill(unlucky, "other_"), fill(function.call, "other_"));
        let unlucky = fill(unlucky, "");
        format!(
            "static void before_{n}(void)\n{{\n\t{before}\n}}\n\n\
             static void unlucky_{n}(void)\n{{\n\t{unlucky}\n}}\n\n\
             static int call_{n}(void)\n{{\n\t{call}\n}}\n\n\
             static void other_before_{n}(void)\n{{\n\t{other_before}\n}}\n\n\
             static int other_call_{n}(void)\n{{\n\t{other}\n}}\n\n"
        )
    }

    /// The form with one argument has had a name that says that it may sleep since v6.3.
    fn kvfree_rcu(&self) -> &'static str {
        match self.arguments {
            Some(1) => {
                "\n#ifdef kvfree_rcu_mightsleep\n\tkvfree_rcu_mightsleep($O_rcu_object);\n\
                 #else\n\tkvfree_rcu($O_rcu_object);\n#endif\n"
            }
            _ => "kvfree_rcu($O_rcu_object, rcu)",
        }
    }
}

/// Pages of one bulk request.
const MANY_MAX: u64 = 64;

/// What the calls work on; only what the kernel has types for.
pub(super) fn c_variables(calls: &[Call]) -> String {
    let used = |names: &[&str]| calls.iter().any(|c| names.contains(&c.name.as_str()));
    let mut text = String::new();
    if used(&["free_pages", "free_pages_nolock"]) {
        text += "static struct page *given, *other_given;\n";
    }
    if used(&["alloc_pages_bulk"]) {
        text += &format!("static struct page *many[{MANY_MAX}];\n");
    }
    if used(&["kfree", "kfree_nolock"]) {
        text += "static void *object, *other_object, *objects[128];\n";
    }
    if used(&["kmem_cache_alloc"]) {
        text += "static struct kmem_cache *cache, *other_cache;\n";
    }
    if used(&["kvfree_rcu"]) {
        text += "struct rcu_object {\n\tunsigned long data[2];\n\tstruct rcu_head rcu;\n};\n\
                 static struct rcu_object *rcu_object, *other_rcu_object;\n";
    }
    text
}

impl Function {
    /// How it is written.
    fn usage(&self) -> String {
        let word = |argument: &Argument| match argument {
            Gfp => ":FLAGS",
            Order => ":ORDER",
            Size => ":SIZE",
            ObjectSize => "[:SIZE]",
            Count => ":COUNT",
            Number => ":1|2",
        };
        let words: String = self.arguments.iter().map(word).collect();
        format!("{}{words}", self.name)
    }
}

fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|f| f.name == name)
}

/// Flags are names joined by `|`, or 0; which names exist the C texts say.
fn check_gfp(text: &str, gfp: &str) -> Result<(), String> {
    let name = |n: &str| {
        let n = n.trim();
        n.starts_with("GFP_") || n.starts_with("__GFP_") || n == "0"
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '|' | ' ');
    match gfp.split('|').all(name) && gfp.chars().all(plain) {
        true => Ok(()),
        false => Err(format!(
            "`{text}`: flags are written like GFP_ATOMIC|__GFP_NOWARN"
        )),
    }
}
