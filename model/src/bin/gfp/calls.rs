//! `gfp calls`: the functions that one call goes through.

use model::matrix::{Axes, calls, places};
use serde_json::json;

use crate::{Outcome, Unusable, output};

/// Shows the functions that one call goes through, nested, two spaces a level.
///
/// All are shown, also those that a kernel's compiler would inline. Words are those of `gfp matrix`.
#[derive(clap::Args)]
pub struct Args {
    /// A kernel, for instance v6.12
    #[arg(long, value_name = "K")]
    kernel: String,
    /// A call, for instance alloc_pages:GFP_KERNEL:0
    #[arg(long, value_name = "CALL")]
    call: String,
    /// A state of the allocator, for instance drained
    #[arg(long, value_name = "S")]
    state: String,
    /// A configuration
    #[arg(long, value_name = "C", default_value = "preempt-nodebug")]
    config: String,
    /// The context of the call
    #[arg(long, value_name = "X", default_value = "task")]
    context: String,
    /// Without the functions that are declared inline
    #[arg(long)]
    no_inline: bool,
    /// One JSON document: an array of depth and name
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> Result<Outcome, Unusable> {
    let places = places(&Axes {
        kernels: vec![args.kernel.clone()],
        configs: vec![args.config.clone()],
        contexts: vec![args.context.clone()],
        calls: vec![args.call.clone()],
        states: vec![args.state.clone()],
    })?;
    let place = places.first().ok_or_else(|| "no such cell".to_string())?;
    let called = calls(place, !args.no_inline)?;
    if args.json {
        let item = |c: &model::matrix::Called| json!({"depth": c.depth, "name": c.name});
        output::json(&called.iter().map(item).collect());
    } else {
        for function in called {
            output::print(&format!(
                "{}{}\n",
                "  ".repeat(function.depth),
                function.name
            ));
        }
    }
    Ok(Outcome::Holds)
}
