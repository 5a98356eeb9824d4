//! `include_dir!` does not tell Cargo about new files.

fn main() {
    println!("cargo:rerun-if-changed=kernel");
}
