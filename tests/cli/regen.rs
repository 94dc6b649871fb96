//! `regen`: a changed answer, an edited palisade.toml, files that are wanted back.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::sandbox::{Run, Sandbox};

pub(crate) const NO_CI: [&str; 3] = ["regen", "--set", "ci=none"];

/// A written service, in which palisade runs.
pub(crate) fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    let new = [
        "new",
        "../work/notes-api",
        "--defaults",
        "--no-git",
        "--created=2026-11-23",
    ];
    sandbox.palisade(&new).ends_with(0);
    sandbox
}

/// Runs palisade in the service.
pub(crate) fn run(sandbox: &Sandbox, args: &[&str]) -> Run {
    let mut command = sandbox.command(args);
    command.current_dir(sandbox.path("notes-api"));
    sandbox.run(command)
}

pub(crate) fn edit(sandbox: &Sandbox, path: &str, from: &str, to: &str) {
    let path = format!("notes-api/{path}");
    let text = sandbox.read(&path);
    assert!(text.contains(from), "{path} has `{from}`");
    fs::write(sandbox.path(&path), text.replacen(from, to, 1)).expect("it is there");
}

fn remove(sandbox: &Sandbox, path: &str) {
    fs::remove_file(sandbox.path("notes-api").join(path)).expect("it was there");
}

/// What is there, but for what stays on this machine.
/// Removes what the first resource consists of.
pub(crate) fn remove_notes(sandbox: &Sandbox) {
    for path in [
        "src/domain/note.rs",
        "src/store/notes.rs",
        "src/api/v1/notes.rs",
        "tests/sample/notes.rs",
    ] {
        remove(sandbox, path);
    }
}

pub(crate) fn files(sandbox: &Sandbox) -> Vec<(String, Vec<u8>)> {
    let mut files = sandbox.files("notes-api");
    files.retain(|(path, _)| !path.starts_with(".palisade/local/"));
    files
}

#[test]
fn a_changed_answer_changes_its_files_alone_and_back_again() {
    let sandbox = project();
    let before = files(&sandbox);
    let told = run(&sandbox, &["regen", "--set", "ci=none"]).ends_with(0);
    told.says("deleted .github/workflows/ci.yml");
    told.says("replaced palisade.toml");
    told.says("`palisade undo` takes it back");
    assert_eq!(told.stdout, "cargo test\n");
    assert!(
        !sandbox.path("notes-api/.github").exists(),
        "no empty folder stays"
    );
    let other = Sandbox::new();
    let new = [
        "new",
        "notes-api",
        "--defaults",
        "--no-git",
        "--created=2026-11-23",
        "--ci=none",
    ];
    other.palisade(&new).ends_with(0);
    assert!(files(&sandbox) == files(&other), "as if written so");
    run(&sandbox, &["status"]).ends_with(0);
    run(&sandbox, &["regen", "--set", "ci=github"]).ends_with(0);
    assert!(files(&sandbox) == before, "there and back");
}

#[test]
fn a_second_run_changes_nothing() {
    let sandbox = project();
    run(&sandbox, &["regen", "--set", "ci=none"]).ends_with(0);
    edit(&sandbox, "src/main.rs", "fn main", "// mine\nfn main");
    let before = files(&sandbox);
    let again = run(&sandbox, &["regen"]).ends_with(0);
    again.says("Everything is as your answers say.");
    assert_eq!(again.stdout, "");
    assert!(files(&sandbox) == before);
}

#[test]
fn a_hand_edited_palisade_toml_is_applied_and_keeps_its_comments() {
    let sandbox = project();
    let comment = "# We have Jenkins.\n";
    let edited = format!("{comment}ci = \"none\"");
    edit(&sandbox, "palisade.toml", "ci = \"github\"", &edited);
    edit(
        &sandbox,
        "palisade.toml",
        "    \"body",
        "    # Markdown.\n    \"body",
    );
    run(&sandbox, &["status"]).ends_with(4);
    let text = sandbox.read("notes-api/palisade.toml");
    run(&sandbox, &["regen"]).ends_with(0);
    assert!(!sandbox.path("notes-api/.github").exists());
    assert_eq!(sandbox.read("notes-api/palisade.toml"), text);
    run(&sandbox, &["status"]).ends_with(0);
    run(&sandbox, &["regen", "--set", "ci=github"]).ends_with(0);
    let text = text.replace(&edited, &format!("{comment}ci = \"github\""));
    assert_eq!(sandbox.read("notes-api/palisade.toml"), text);
    run(&sandbox, &["add", "resource", "task", "title:string"]).ends_with(0);
    let added = "\n[[resource]]\nname = \"task\"\nfields = [\n    \"title:string:..200\",\n]\n";
    assert_eq!(sandbox.read("notes-api/palisade.toml"), text + added);
    // What the flag says stands above what the file said before.
    edit(
        &sandbox,
        "palisade.toml",
        "description = \"",
        "description = \"Mine: ",
    );
    let set = "description=Yours";
    run(&sandbox, &["regen", "--set", set]).ends_with(0);
    assert!(
        sandbox
            .read("notes-api/palisade.toml")
            .contains("description = \"Yours\"\n")
    );
}

#[test]
fn edits_stay_where_lines_around_them_change() {
    let sandbox = project();
    edit(&sandbox, "THREAT-MODEL.md", "\n", "\nOurs is a bank.\n");
    let told = run(&sandbox, &["regen", "--set", "ci=none"]).ends_with(0);
    told.says("merged THREAT-MODEL.md");
    let text = sandbox.read("notes-api/THREAT-MODEL.md");
    assert!(text.contains("\nOurs is a bank.\n"));
    assert!(!text.contains("<<<<<<<"));
}

#[test]
fn an_edited_file_that_is_no_longer_wanted_stays_as_a_conflict() {
    let sandbox = project();
    edit(
        &sandbox,
        ".github/workflows/ci.yml",
        "name:",
        "# mine\nname:",
    );
    let edited = sandbox.read("notes-api/.github/workflows/ci.yml");
    let before = files(&sandbox);
    let dry = run(&sandbox, &["regen", "--set", "ci=none", "--dry-run"]).ends_with(3);
    assert!(
        dry.stdout.contains("conflict  .github/workflows/ci.yml: "),
        "{}",
        dry.stdout
    );
    assert!(files(&sandbox) == before);
    let told = run(&sandbox, &["regen", "--set", "ci=none"]).ends_with(3);
    told.says("conflict .github/workflows/ci.yml: you edited it, and palisade no longer wants it");
    assert_eq!(sandbox.read("notes-api/.github/workflows/ci.yml"), edited);
    let status = run(&sandbox, &["status"]).ends_with(3);
    assert!(
        status
            .stdout
            .contains("\n  conflict .github/workflows/ci.yml\n"),
        "{}",
        status.stdout
    );
    run(&sandbox, &["regen"]).ends_with(3);
    run(&sandbox, &["regen", "--keep", "src/main.rs"])
        .ends_with(1)
        .says("no conflict");
    let mut keep = sandbox.command(&["regen", "--keep", "ci.yml"]);
    keep.current_dir(sandbox.path("notes-api/.github/workflows"));
    sandbox.run(keep).ends_with(0);
    run(&sandbox, &["status"]).ends_with(0);
    assert_eq!(sandbox.read("notes-api/.github/workflows/ci.yml"), edited);
}

#[test]
fn a_conflict_stands_in_the_file_until_its_marks_are_gone() {
    let sandbox = project();
    // The very line that the other answer changes.
    let text = sandbox.read("notes-api/THREAT-MODEL.md");
    run(&sandbox, &["regen", "--set", "ci=none"]).ends_with(0);
    let other = sandbox.read("notes-api/THREAT-MODEL.md");
    run(&sandbox, &["undo"]).ends_with(0);
    let line = text
        .lines()
        .find(|line| !other.contains(line))
        .expect("a line that changes");
    edit(&sandbox, "THREAT-MODEL.md", line, "| mine |");
    let told = run(&sandbox, &["regen", "--set", "ci=none"]).ends_with(3);
    told.says("conflict THREAT-MODEL.md: markers stand around 1 place");
    let marked = sandbox.read("notes-api/THREAT-MODEL.md");
    assert!(
        marked.contains("<<<<<<< yours\n| mine |\n||||||| "),
        "{marked}"
    );
    run(&sandbox, &["regen", "--keep", "THREAT-MODEL.md"])
        .ends_with(1)
        .says("`THREAT-MODEL.md` has markers of an earlier conflict");
    run(&sandbox, &["status"]).ends_with(3);
    let again = run(&sandbox, &["regen"]).ends_with(3);
    again.says("  THREAT-MODEL.md");
    assert_eq!(sandbox.read("notes-api/THREAT-MODEL.md"), marked);
    fs::write(sandbox.path("notes-api/THREAT-MODEL.md"), other).expect("it is there");
    run(&sandbox, &["status"]).ends_with(0);
    run(&sandbox, &["regen"]).ends_with(0);
    assert!(
        !sandbox
            .read("notes-api/.palisade/lock.toml")
            .contains("conflicts")
    );
}

#[test]
fn what_was_deleted_stays_away_until_it_is_named() {
    let sandbox = project();
    remove(&sandbox, "deny.toml");
    remove(&sandbox, "src/security/limits.rs");
    run(&sandbox, &["status"]).ends_with(4);
    let told = run(&sandbox, &["regen"]).ends_with(0);
    told.says("kept deny.toml: you deleted it");
    let status = run(&sandbox, &["status"]).ends_with(0);
    assert!(
        status.stdout.contains("\n  deleted  deny.toml\n"),
        "{}",
        status.stdout
    );
    run(&sandbox, &["regen", "deny.toml"])
        .ends_with(0)
        .says("new deny.toml");
    assert!(sandbox.path("notes-api/deny.toml").is_file());
    assert!(!sandbox.path("notes-api/src/security/limits.rs").exists());
    let mut below = sandbox.command(&["regen", "security/"]);
    below.current_dir(sandbox.path("notes-api/src"));
    sandbox.run(below).ends_with(0);
    assert!(sandbox.path("notes-api/src/security/limits.rs").is_file());
    let status = run(&sandbox, &["status"]).ends_with(0);
    assert_eq!(status.stdout.lines().count(), 1, "{}", status.stdout);
}

#[test]
fn a_piece_brings_its_files_back_and_no_seeded_one() {
    let sandbox = project();
    remove(&sandbox, ".github/workflows/ci.yml");
    remove(&sandbox, "deny.toml");
    remove(&sandbox, "src/domain/note.rs");
    run(&sandbox, &["regen", "ci/github"]).ends_with(0);
    assert!(sandbox.path("notes-api/.github/workflows/ci.yml").is_file());
    assert!(!sandbox.path("notes-api/deny.toml").exists());
    run(&sandbox, &["regen", "base"]).ends_with(0);
    assert!(sandbox.path("notes-api/deny.toml").is_file());
    assert!(
        !sandbox.path("notes-api/src/domain/note.rs").exists(),
        "it is the user's"
    );
    run(&sandbox, &["regen", "src/domain/note.rs"]).ends_with(0);
    assert!(sandbox.path("notes-api/src/domain/note.rs").is_file());
}

#[test]
fn seeded_files_and_migrations_are_never_touched() {
    let sandbox = project();
    let seeded = [
        "README.md",
        "src/domain/note.rs",
        "migrations/0001_notes.sql",
        "openapi.json",
    ];
    for path in seeded {
        fs::write(sandbox.path("notes-api").join(path), "mine\n").expect("it is there");
    }
    run(&sandbox, &["regen", "--set", "ci=none"]).ends_with(0);
    for path in seeded {
        assert_eq!(sandbox.read(&format!("notes-api/{path}")), "mine\n");
    }
}

#[test]
fn a_dry_run_shows_the_plan_and_touches_nothing() {
    let sandbox = project();
    let before = sandbox.files("notes-api");
    let dry = run(&sandbox, &["regen", "--set", "ci=none", "--dry-run"]).ends_with(0);
    let lines: Vec<_> = dry.stdout.lines().collect();
    assert!(
        lines.contains(&"deleted   .github/workflows/ci.yml"),
        "{}",
        dry.stdout
    );
    assert!(lines.contains(&"replaced  palisade.toml"), "{}", dry.stdout);
    assert!(sandbox.files("notes-api") == before);
    let told = run(
        &sandbox,
        &["regen", "--set", "ci=none", "--dry-run", "--json"],
    )
    .ends_with(0);
    let report: serde_json::Value = serde_json::from_str(&told.stdout).expect("JSON");
    assert_eq!(report["written"], false);
    let files = report["files"].as_array().expect("a list");
    let gone = files
        .iter()
        .find(|file| file["path"] == ".github/workflows/ci.yml");
    assert_eq!(gone.expect("it is there")["verdict"], "deleted");
    assert!(sandbox.files("notes-api") == before);
}

#[test]
fn what_cannot_be_set_is_a_usage_error() {
    let sandbox = project();
    let before = files(&sandbox);
    for set in ["ci", "cli=none", "resource=task", "ci=gitlab"] {
        run(&sandbox, &["regen", "--set", set]).ends_with(2);
    }
    run(&sandbox, &["regen", "--set", "cli=none"]).says("there are name, description");
    run(&sandbox, &["regen", "ci/none"])
        .ends_with(1)
        .says("palisade regen --set ci=none");
    run(&sandbox, &["regen", "src/other.rs"])
        .ends_with(1)
        .says("neither a piece nor a file");
    assert!(files(&sandbox) == before);
}

#[test]
fn what_was_written_of_a_resource_a_version_or_the_name_is_not_changed() {
    let sandbox = project();
    let told = run(&sandbox, &["regen", "--set", "name=tasks-api"]).ends_with(1);
    told.says("keep `name = \"notes-api\"`");
    edit(&sandbox, "palisade.toml", "string:1..200", "string:1..20");
    let told = run(&sandbox, &["regen"]).ends_with(1);
    told.says("the resource `note` was written with other fields");
    for place in [
        "src/domain/note.rs",
        "src/store/notes.rs",
        "src/api/v1/notes.rs",
    ] {
        told.says(place);
    }
    edit(
        &sandbox,
        "palisade.toml",
        "string:1..20\"",
        "string:1..200\"",
    );
    edit(
        &sandbox,
        "palisade.toml",
        "name = \"note\"",
        "name = \"task\"",
    );
    run(&sandbox, &["regen"])
        .ends_with(1)
        .says("palisade regen --forget note");
    edit(
        &sandbox,
        "palisade.toml",
        "name = \"task\"",
        "name = \"note\"",
    );
    edit(
        &sandbox,
        "palisade.toml",
        "released = 2026-11-23",
        "released = 2026-11-24",
    );
    run(&sandbox, &["regen"])
        .ends_with(1)
        .says("versions are only ever added");
    let text = sandbox.read("notes-api/palisade.toml");
    let text = text.replace("2026-11-24", "2026-11-23")
        + "\n[[version]]\nname = \"v2\"\nreleased = 2027-01-01\n";
    fs::write(sandbox.path("notes-api/palisade.toml"), text).expect("it is there");
    run(&sandbox, &["regen"])
        .ends_with(0)
        .says("new src/api/v2/mod.rs");
}

#[test]
fn a_link_a_read_only_file_and_a_folder_in_the_way_are_refused_or_left() {
    let sandbox = project();
    let model = sandbox.path("notes-api/THREAT-MODEL.md");
    fs::set_permissions(&model, fs::Permissions::from_mode(0o444)).expect("a mode");
    let before = sandbox.files("notes-api");
    let told = run(&sandbox, &["regen", "--set", "ci=none"]).ends_with(1);
    told.says("`THREAT-MODEL.md` is read-only");
    told.says("chmod u+w THREAT-MODEL.md");
    let mut after = sandbox.files("notes-api");
    after.retain(|(path, _)| path != ".palisade/local/lock");
    assert!(after == before, "nothing was written");
    fs::rename(&model, sandbox.path("model.md")).expect("it moves");
    symlink("../model.md", &model).expect("a link");
    let told = run(&sandbox, &["regen", "--set", "ci=none"]).ends_with(3);
    told.says("conflict THREAT-MODEL.md: a symbolic link is in its place");
    assert!(model.is_symlink());
}

#[test]
fn a_project_of_a_strangers_leads_nowhere_out_of_it() {
    let sandbox = project();
    let outside = sandbox.path("outside");
    fs::write(&outside, "mine\n").expect("a file");
    let local = sandbox.path("notes-api/.palisade/local");
    symlink(&outside, local.join("lock")).expect("a link");
    run(&sandbox, &NO_CI)
        .ends_with(1)
        .says("its lock is no file");
    fs::remove_file(local.join("lock")).expect("it was there");
    fs::create_dir(sandbox.path("folder")).expect("a folder");
    symlink("../../../folder", local.join("run")).expect("a link");
    run(&sandbox, &NO_CI)
        .ends_with(1)
        .says("is a symbolic link");
    fs::remove_file(local.join("run")).expect("it was there");
    let src = sandbox.path("notes-api/src");
    fs::rename(&src, sandbox.path("src")).expect("it moves");
    symlink("../src", &src).expect("a link");
    let theirs = sandbox.files("src");
    run(&sandbox, &["add", "resource", "task", "title:string"]).ends_with(1);
    assert!(sandbox.files("src") == theirs);
    assert_eq!(sandbox.read("outside"), "mine\n");
    assert_eq!(crate::sandbox::names(&sandbox.path("folder")), [""; 0]);
    let answers = sandbox.path("notes-api/palisade.toml");
    fs::rename(&answers, sandbox.path("palisade.toml")).expect("it moves");
    symlink("../palisade.toml", &answers).expect("a link");
    let told = run(&sandbox, &NO_CI).ends_with(1);
    told.says("the answers cannot be kept in `palisade.toml`: a symbolic link is in its place");
}

#[test]
fn line_ends_that_a_checkout_turned_are_no_edit_and_stay() {
    let sandbox = project();
    for path in [
        "src/main.rs",
        "THREAT-MODEL.md",
        ".palisade/pristine/src/main.rs.b64",
    ] {
        let text = sandbox.read(&format!("notes-api/{path}"));
        let turned = text.replace('\n', "\r\n");
        fs::write(sandbox.path("notes-api").join(path), turned).expect("it is there");
    }
    let before = files(&sandbox);
    run(&sandbox, &["regen"])
        .ends_with(0)
        .says("Everything is as your answers say.");
    assert!(files(&sandbox) == before);
    run(&sandbox, &NO_CI)
        .ends_with(0)
        .says("replaced THREAT-MODEL.md");
    let text = sandbox.read("notes-api/THREAT-MODEL.md");
    assert_eq!(text.matches("\r\n").count(), text.matches('\n').count());
}

#[test]
fn a_mode_stays() {
    let sandbox = project();
    let model = sandbox.path("notes-api/THREAT-MODEL.md");
    fs::set_permissions(&model, fs::Permissions::from_mode(0o640)).expect("a mode");
    run(&sandbox, &["regen", "--set", "ci=none"]).ends_with(0);
    let mode = fs::metadata(&model)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[test]
fn an_untouched_cargo_lock_is_replaced_and_a_changed_one_stays() {
    let sandbox = project();
    let add = ["add", "resource", "invoice", "total:decimal"];
    let told = run(&sandbox, &add).ends_with(0);
    told.says("replaced Cargo.lock");
    run(&sandbox, &["undo"]).ends_with(0);
    let lock = sandbox
        .read("notes-api/Cargo.lock")
        .replace("version = 4", "version = 4\n# mine");
    fs::write(sandbox.path("notes-api/Cargo.lock"), &lock).expect("it is there");
    let told = run(&sandbox, &add).ends_with(0);
    assert!(
        told.stdout.starts_with("cargo update --workspace\n"),
        "{}",
        told.stdout
    );
    assert_eq!(sandbox.read("notes-api/Cargo.lock"), lock);
}

#[test]
fn outside_of_a_project_nothing_is_done() {
    let sandbox = Sandbox::new();
    for command in ["regen", "undo", "diff"] {
        sandbox
            .palisade(&[command])
            .ends_with(1)
            .says("is not in a project");
    }
    assert_eq!(sandbox.names(), [""; 0]);
}
