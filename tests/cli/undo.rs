//! `undo`: the last command is taken back, or the file that stands against it named.

use std::fs;

use crate::regen::{edit, files, project, run};

#[test]
fn the_last_command_is_taken_back_without_git() {
    let sandbox = project();
    edit(&sandbox, "THREAT-MODEL.md", "\n", "\nOurs is a bank.\n");
    let before = files(&sandbox);
    run(&sandbox, &["regen", "--set", "ci=none"]).ends_with(0);
    let dry = run(&sandbox, &["undo", "--dry-run"]).ends_with(0);
    assert!(
        dry.stdout.contains("restored  .github/workflows/ci.yml\n"),
        "{}",
        dry.stdout
    );
    let told = run(&sandbox, &["undo"]).ends_with(0);
    told.says("Took back `palisade regen --set ci=none`.");
    assert!(files(&sandbox) == before);
    run(&sandbox, &["undo"])
        .ends_with(1)
        .says("there is nothing to take back");
    run(&sandbox, &["regen"])
        .ends_with(0)
        .says("Everything is as your answers say.");
}

#[test]
fn a_file_that_was_changed_since_is_named_and_nothing_is_touched() {
    let sandbox = project();
    run(&sandbox, &["add", "resource", "task", "title:string"]).ends_with(0);
    edit(&sandbox, "src/domain/task.rs", "\n", "\n// mine\n");
    edit(&sandbox, "src/domain/mod.rs", "\n", "\n// mine\n");
    let before = files(&sandbox);
    let told = run(&sandbox, &["undo"]).ends_with(1);
    told.says("`src/domain/mod.rs` and `src/domain/task.rs` were changed since `palisade add resource task title:string`");
    assert!(files(&sandbox) == before);
}

#[test]
fn what_was_added_goes_and_what_was_put_back_by_hand_is_no_obstacle() {
    let sandbox = project();
    let before = files(&sandbox);
    run(&sandbox, &["add", "resource", "task", "title:string"]).ends_with(0);
    fs::remove_file(sandbox.path("notes-api/src/domain/task.rs")).expect("it was written");
    let told = run(&sandbox, &["undo", "--json"]).ends_with(0);
    let report: serde_json::Value = serde_json::from_str(&told.stdout).expect("JSON");
    assert_eq!(report["command"], "add resource task title:string");
    assert_eq!(report["written"], true);
    assert!(files(&sandbox) == before);
}

#[test]
fn a_new_service_has_nothing_to_take_back() {
    let sandbox = project();
    run(&sandbox, &["undo"])
        .ends_with(1)
        .says("there is nothing to take back");
}
