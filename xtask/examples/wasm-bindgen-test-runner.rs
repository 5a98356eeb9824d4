//! `wasm-bindgen-test-runner`, of the version in Cargo.lock: runs the widgets' tests in a browser.

fn main() -> Result<(), impl std::fmt::Debug> {
    env_logger::init();
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os())
}
