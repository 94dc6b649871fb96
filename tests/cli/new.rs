//! What `new` writes.

use std::os::unix::fs::PermissionsExt as _;

use palisade::catalog::Catalog;

use crate::sandbox::Sandbox;

const DEFAULTS: [&str; 5] = ["new", "notes-api", "--defaults", "--created", "2026-11-23"];

#[test]
fn new_writes_a_service_and_prints_three_commands() {
    let sandbox = Sandbox::new().with_identity();
    let resolved = Catalog::embedded().expect("no fault").resolved;
    let run = sandbox.palisade(&DEFAULTS).ends_with(0);
    assert_eq!(run.stdout, "cd notes-api\ncargo run\ncargo test\n");
    let count = sandbox.files("notes-api").len();
    assert_eq!(
        run.stderr,
        format!(
            "Wrote {count} files to notes-api\n\
             Its crates are those of {resolved}, as of today; `cargo update` brings newer ones.\n\
             Next, `cargo run` serves, and says how to get a first answer:\n"
        )
    );
    assert_eq!(sandbox.names(), ["notes-api"]);
}

#[test]
fn patch_4_new_says_how_old_its_crates_are() {
    let resolved = Catalog::embedded().expect("no fault").resolved;
    for (days, age) in [(1, "a day old"), (400, "400 days old")] {
        let sandbox = Sandbox::new();
        let created = resolved.plus_days(days).to_string();
        let args = ["new", "notes-api", "--defaults", "--created", &created];
        let said = sandbox.palisade(&args).ends_with(0).stderr;
        let line = format!("those of {resolved}, {age}; `cargo update` brings newer ones.");
        assert!(said.contains(&line), "{said}");
    }
}

#[test]
fn two_runs_write_the_same_bytes() {
    let first = Sandbox::new().with_identity();
    let second = Sandbox::new();
    first.palisade(&DEFAULTS).ends_with(0);
    second.palisade(&DEFAULTS).ends_with(0);
    assert_eq!(first.files("notes-api"), second.files("notes-api"));
}

#[test]
fn a_dry_run_gives_each_file_a_verdict_and_writes_nothing() {
    let sandbox = Sandbox::new();
    let mut args = DEFAULTS.to_vec();
    args.push("--dry-run");
    let run = sandbox.palisade(&args).ends_with(0);
    assert_eq!(sandbox.names(), [""; 0]);
    assert_eq!(
        run.stderr,
        "Nothing was written: this was a dry run for notes-api\n"
    );
    let planned: Vec<_> = run.stdout.lines().collect();
    assert!(
        planned.iter().all(|line| line.starts_with("new       ")),
        "{planned:#?}"
    );
    sandbox.palisade(&DEFAULTS).ends_with(0);
    let written = sandbox.files("notes-api");
    let written: Vec<_> = written
        .iter()
        .map(|(path, _)| format!("new       {path}"))
        .collect();
    assert_eq!(planned, written);
}

#[test]
fn json_tells_the_same_as_the_words() {
    let sandbox = Sandbox::new().with_identity();
    let mut args = DEFAULTS.to_vec();
    args.push("--json");
    let run = sandbox.palisade(&args).ends_with(0);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(report["directory"], "notes-api");
    assert_eq!(report["written"], true);
    assert_eq!(
        report["next"],
        serde_json::json!(["cd notes-api", "cargo run", "cargo test"])
    );
    assert_eq!(report["crates_age_days"], 0);
    assert!(report["repository"]["commit"].is_string(), "{report:#}");
    let files = report["files"].as_array().expect("a list");
    assert_eq!(files.len(), sandbox.files("notes-api").len());
    let lock = files
        .iter()
        .find(|file| file["path"] == "Cargo.lock")
        .expect("the lock");
    assert_eq!(
        lock,
        &serde_json::json!({"path": "Cargo.lock", "verdict": "new", "class": "lock"})
    );
    assert_eq!(run.stderr, "");
}

#[test]
fn quiet_says_nothing_but_the_result() {
    let sandbox = Sandbox::new();
    let mut args = DEFAULTS.to_vec();
    args.push("-q");
    let run = sandbox.palisade(&args).ends_with(0);
    assert_eq!(run.stderr, "");
    assert_eq!(run.stdout.lines().count(), 3);
}

#[test]
fn verbose_names_each_file() {
    let sandbox = Sandbox::new();
    let mut args = DEFAULTS.to_vec();
    args.push("-v");
    let run = sandbox.palisade(&args).ends_with(0);
    run.says("new       src/main.rs\n");
}

#[test]
fn an_empty_folder_is_filled_and_keeps_its_permissions() {
    let sandbox = Sandbox::new();
    let folder = sandbox.path("notes-api");
    std::fs::create_dir(&folder).expect("an empty folder");
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o750)).expect("a mode");
    sandbox.palisade(&DEFAULTS).ends_with(0);
    let mode = folder.metadata().expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o750);
    assert!(folder.join("Cargo.toml").is_file());
}

#[test]
fn below_a_workspace_the_service_stands_apart() {
    let sandbox = Sandbox::new().with("Cargo.toml", "[workspace]\nmembers = []\n");
    sandbox.palisade(&DEFAULTS).ends_with(0);
    let manifest = sandbox.read("notes-api/Cargo.toml");
    assert!(manifest.ends_with("\n[workspace]\n"), "{manifest}");
    let alone = Sandbox::new();
    alone.palisade(&DEFAULTS).ends_with(0);
    assert!(!alone.read("notes-api/Cargo.toml").contains("[workspace]"));
}

#[test]
fn the_folder_may_be_called_otherwise_than_the_service() {
    let sandbox = Sandbox::new();
    let absolute = sandbox.path("My Folder");
    let dir = absolute.to_str().expect("text");
    let run = sandbox
        .palisade(&["new", dir, "--name", "notes-api", "--defaults"])
        .ends_with(0);
    assert_eq!(
        run.stdout,
        "cd 'SANDBOX/My Folder'
cargo run
cargo test
"
    );
    assert!(
        sandbox
            .read("My Folder/Cargo.toml")
            .contains("name = \"notes-api\"\n")
    );
}

#[test]
fn without_a_folder_the_name_is_the_folder() {
    let sandbox = Sandbox::new();
    let run = sandbox
        .palisade(&["new", "--name", "notes-api", "--defaults"])
        .ends_with(0);
    assert!(run.stdout.starts_with("cd notes-api\n"));
}
