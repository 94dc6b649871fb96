//! `diff`: yours against what was written, and that against what is wanted.

use std::fs;

use crate::regen::{edit, project, run};

#[test]
fn edits_are_shown_as_a_patch_and_a_piece_or_a_folder_narrows_them() {
    let sandbox = project();
    assert_eq!(run(&sandbox, &["diff"]).ends_with(0).stdout, "");
    edit(&sandbox, "src/main.rs", "fn main", "// mine\nfn main");
    fs::remove_file(sandbox.path("notes-api/.github/workflows/ci.yml")).expect("it was there");
    edit(&sandbox, "README.md", "\n", "\nmine\n");
    let told = run(&sandbox, &["diff"]).ends_with(0).stdout;
    assert!(
        told.contains("--- a/src/main.rs\n+++ b/src/main.rs\n@@ "),
        "{told}"
    );
    assert!(told.contains("\n+// mine\n"), "{told}");
    assert!(
        told.contains("--- a/.github/workflows/ci.yml\n+++ /dev/null\n"),
        "{told}"
    );
    assert!(!told.contains("README.md"), "a seeded file is the user's");
    let piece = run(&sandbox, &["diff", "ci/github"]).ends_with(0).stdout;
    assert!(
        piece.starts_with("--- a/.github/workflows/ci.yml\n"),
        "{piece}"
    );
    let folder = run(&sandbox, &["diff", "src/"]).ends_with(0).stdout;
    assert!(folder.starts_with("--- a/src/main.rs\n"), "{folder}");
    let json = run(&sandbox, &["diff", "src/main.rs", "--json"]).ends_with(0);
    let report: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(report[0]["path"], "src/main.rs");
    assert_eq!(report[0]["diff"], folder);
}

#[test]
fn what_regen_would_merge_is_shown_without_the_edits() {
    let sandbox = project();
    edit(&sandbox, "src/main.rs", "fn main", "// mine\nfn main");
    assert_eq!(run(&sandbox, &["diff", "--wanted"]).ends_with(0).stdout, "");
    edit(
        &sandbox,
        "palisade.toml",
        "ci = \"github\"",
        "ci = \"none\"",
    );
    let told = run(&sandbox, &["diff", "--wanted"]).ends_with(0).stdout;
    assert!(
        told.contains("--- a/THREAT-MODEL.md\n+++ b/THREAT-MODEL.md\n"),
        "{told}"
    );
    assert!(
        told.contains("--- a/.github/workflows/ci.yml\n+++ /dev/null\n"),
        "{told}"
    );
    assert!(!told.contains("main.rs"), "{told}");
}
