//! `wasm-bindgen`, of the version in Cargo.lock: for wasm-pack, which would else fetch one.

fn main() -> Result<(), impl std::fmt::Debug> {
    env_logger::init();
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(std::env::args_os())
}
