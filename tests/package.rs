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

/// Packs the crate, installs it from the packed file, and writes a service with what was installed.
#[test]
#[ignore = "slow: `tests/run package`"]
fn an_install_from_the_packed_crate_writes_a_service() {
    let home = tempfile::tempdir().expect("a folder");
    let cargo = |folder: &Path, arguments: &[&str]| {
        let output = Command::new(env!("CARGO"))
            .args(arguments)
            .current_dir(folder)
            .env("CARGO_TARGET_DIR", home.path().join("target"))
            .output()
            .expect("cargo runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {said}");
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let arguments = ["package", "--locked", "--no-verify", "--allow-dirty"];
    cargo(root, &arguments);
    let name = concat!("palisade-", env!("CARGO_PKG_VERSION"));
    let packed = home.path().join(format!("target/package/{name}.crate"));
    let unpacked = Command::new("tar")
        .arg("-xzf")
        .arg(&packed)
        .arg("-C")
        .arg(home.path())
        .status();
    assert!(unpacked.expect("tar runs").success());
    let installed = home.path().join("installed");
    let to = installed.display().to_string();
    let arguments = [
        "install", "--locked", "--debug", "--path", ".", "--root", &to,
    ];
    cargo(&home.path().join(name), &arguments);
    let new = Command::new(installed.join("bin/palisade"))
        .args(["new", "--defaults", "--no-git"])
        .arg(home.path().join("notes-api"))
        .status();
    assert!(new.expect("the installed command runs").success());
    assert!(home.path().join("notes-api/src/app.rs").exists());
}
