//! Rebuilds the crate when a template changes: `include_dir` does not watch the folder itself.

fn main() {
    println!("cargo::rerun-if-changed=templates");
}
