//! What `cargo package` takes along: without a template there would be no service.

use std::fs;
use std::path::Path;
use std::process::Command;

fn files(root: &Path, folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("the folder is there").flatten() {
        match entry.path() {
            path if path.is_dir() => files(root, &path, found),
            path => {
                let below = path.strip_prefix(root).expect("it is below");
                found.push(below.to_string_lossy().into_owned());
            }
        }
    }
}

#[test]
fn every_template_is_packaged() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO"))
        .args(["package", "--list", "--allow-dirty", "--offline"])
        .current_dir(root)
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let listed = String::from_utf8(output.stdout).expect("paths are text");
    let listed: Vec<_> = listed.lines().collect();
    let mut templates = Vec::new();
    files(root, &root.join("templates"), &mut templates);
    assert!(templates.len() > 10, "the templates were found");
    for path in templates {
        assert!(listed.contains(&path.as_str()), "{path} is left out");
    }
}
