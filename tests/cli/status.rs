//! `status`: what moved from what was written.

use std::fs;
use std::os::unix::fs::symlink;

use crate::sandbox::Sandbox;

fn written() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox
        .palisade(&["new", "notes-api", "--defaults"])
        .ends_with(0);
    sandbox
}

fn edit(sandbox: &Sandbox, path: &str, from: &str, to: &str) {
    let text = sandbox.read(path).replacen(from, to, 1);
    fs::write(sandbox.path(path), text).expect("the file is there");
}

#[test]
fn a_fresh_project_is_current() {
    let sandbox = written();
    let run = sandbox.palisade(&["status", "notes-api"]).ends_with(0);
    assert_eq!(run.stdout.lines().count(), 1, "{}", run.stdout);
    assert!(
        run.stdout.starts_with("SANDBOX/notes-api: "),
        "{}",
        run.stdout
    );
    sandbox.palisade(&["status", "notes-api/src"]).ends_with(0);
}

#[test]
fn edited_files_are_told_and_are_no_fault() {
    let sandbox = written();
    edit(
        &sandbox,
        "notes-api/src/main.rs",
        "fn main",
        "// mine\nfn main",
    );
    edit(&sandbox, "notes-api/README.md", "notes", "my notes");
    let run = sandbox.palisade(&["status", "notes-api"]).ends_with(0);
    let told: Vec<_> = run.stdout.lines().skip(1).collect();
    assert_eq!(
        told,
        ["  edited   src/main.rs"],
        "a seeded file is the user's"
    );
}

#[test]
fn what_is_no_file_is_told_and_never_read() {
    let sandbox = written();
    for path in ["SECURITY.md", "src/main.rs"] {
        fs::remove_file(sandbox.path("notes-api").join(path)).expect("it was there");
    }
    symlink("/dev/zero", sandbox.path("notes-api/SECURITY.md")).expect("a link");
    fs::create_dir(sandbox.path("notes-api/src/main.rs")).expect("a folder");
    let run = sandbox.palisade(&["status", "notes-api"]).ends_with(0);
    let told: Vec<_> = run.stdout.lines().skip(1).collect();
    assert_eq!(told, ["  edited   SECURITY.md", "  edited   src/main.rs"]);
    let memory = "notes-api/.palisade/pristine/more.b64";
    symlink("/dev/zero", sandbox.path(memory)).expect("a link");
    sandbox
        .palisade(&["status", "notes-api"])
        .ends_with(1)
        .says("`.palisade/pristine/more.b64` is not as palisade wrote it");
}

#[test]
fn a_missing_file_ends_with_four() {
    let sandbox = written();
    fs::remove_file(sandbox.path("notes-api/src/main.rs")).expect("it was there");
    let run = sandbox.palisade(&["status", "notes-api"]).ends_with(4);
    assert!(
        run.stdout.contains("\n  missing  src/main.rs\n"),
        "{}",
        run.stdout
    );
    let json = sandbox
        .palisade(&["status", "notes-api", "--json"])
        .ends_with(4);
    let report: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(report["files"]["src/main.rs"], "missing");
    assert_eq!(report["files"]["Cargo.lock"], "current");
    assert_eq!(report["stale"], false);
}

#[test]
fn answers_that_are_not_applied_end_with_four_and_a_comment_does_not() {
    let sandbox = written();
    edit(
        &sandbox,
        "notes-api/palisade.toml",
        "name =",
        "# mine\nname =",
    );
    sandbox.palisade(&["status", "notes-api"]).ends_with(0);
    edit(
        &sandbox,
        "notes-api/palisade.toml",
        "ci = \"github\"",
        "ci = \"none\"",
    );
    let run = sandbox.palisade(&["status", "notes-api"]).ends_with(4);
    assert!(
        run.stdout
            .contains("palisade.toml has answers that are not applied"),
        "{}",
        run.stdout
    );
}

#[test]
fn turned_line_ends_are_no_edit() {
    let sandbox = written();
    edit(&sandbox, "notes-api/src/main.rs", "\n", "\r\n");
    let run = sandbox.palisade(&["status", "notes-api"]).ends_with(0);
    assert!(!run.stdout.contains("edited"), "{}", run.stdout);
}

#[test]
fn a_folder_that_is_no_project_is_told_apart() {
    let sandbox = Sandbox::new();
    let run = sandbox.palisade(&["status"]).ends_with(1);
    run.says("is not in a project that palisade wrote");
    sandbox.palisade(&["status", "absent"]).ends_with(1);
}

#[test]
fn a_project_of_a_newer_palisade_is_left_alone() {
    let sandbox = written();
    edit(
        &sandbox,
        "notes-api/.palisade/lock.toml",
        "generator = \"",
        "generator = \"9",
    );
    let run = sandbox.palisade(&["status", "notes-api"]).ends_with(1);
    run.says("wrote this project, and this is");
}

#[test]
fn damaged_memory_is_named() {
    let sandbox = written();
    let path = "notes-api/.palisade/pristine/src/main.rs.b64";
    fs::write(sandbox.path(path), "not base64!\n").expect("it is there");
    let run = sandbox.palisade(&["status", "notes-api"]).ends_with(1);
    run.says(".palisade/pristine/src/main.rs.b64");
}
