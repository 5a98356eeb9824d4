//! `wasm-bindgen` and `wasm-bindgen-test-runner` of the version in Cargo.lock, by the name under
//! which this program is started: for wasm-pack, which would else fetch one, and for the widgets'
//! tests. (rustc refuses to compile anything else that is called `wasm_bindgen`.)

use std::env::args_os;
use std::path::PathBuf;

fn main() -> Result<(), impl std::fmt::Debug> {
    env_logger::init();
    let name = args_os().next().map(PathBuf::from).unwrap_or_default();
    if name.ends_with("wasm-bindgen-test-runner") {
        wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(args_os())
    } else {
        wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(args_os())
    }
}
