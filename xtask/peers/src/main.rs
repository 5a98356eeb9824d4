//! The explorer's benchmarks as stateright models: `peers storm 3 3 2`, `peers kvfree 2 1 1 1 0`.
//!
//! Breadth first, one thread. Prints the numbers of states and transitions, and whether an assertion
//! failed. Statements and labels are those of `model/benches/explorer/*.c`.

mod kvfree;
mod storm;

use stateright::{Checker, Model};
use std::hash::Hash;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let numbers: Option<Vec<u8>> = arguments.iter().skip(1).map(|n| n.parse().ok()).collect();
    match (arguments.first().map(String::as_str), numbers.as_deref()) {
        (Some("storm"), Some(&[a, b, c])) => search(storm::Storm { n: [a, b, c] }),
        (Some("kvfree"), Some(&[a, b, c, ra, rb])) if a + b + c <= 6 => {
            search(kvfree::Kvfree {
                n: [a, b, c],
                rounds: [ra, rb],
            });
        }
        _ => {
            eprintln!("usage: peers storm N0 N1 NH | peers kvfree NA NB NC RA RB");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

fn search<M>(model: M)
where
    M: Model + Send + Sync + 'static,
    M::Action: Clone + std::fmt::Debug + PartialEq,
    M::State: Clone + std::fmt::Debug + PartialEq + Hash + Send + Sync,
{
    let checker = model.checker().threads(1).spawn_bfs().join();
    // The initial state is among the generated ones.
    println!(
        "{} states, {} transitions, {} discoveries",
        checker.unique_state_count(),
        checker.state_count() - 1,
        checker.discoveries().len()
    );
}
