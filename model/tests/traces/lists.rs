//! Functions below which nothing is compared.

/// They print, dump the stack or ask the tracer's own helpers: `printk()`, the unwinder.
pub const PRINTING: &[&str] = &["warn_alloc", "show_mem", "__show_mem", "dump_stack"];

/// What they call depends on which blocks are free: whether a block is split, whether a free one's buddy
/// is free too, whether another migratetype must help out.
pub const BY_FREE_LISTS: &[&str] = &[
    "__rmqueue",
    "__rmqueue_smallest",
    "expand",
    "__free_one_page",
];
