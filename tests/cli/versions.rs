//! The life of a version: `add version`, `deprecate`, `retire`.

use std::fs;

use crate::regen::{edit, files, project, remove_notes, run};
use crate::sandbox::Sandbox;

const TABLE: &str = "config/versions.toml";
const ADD: [&str; 5] = ["add", "version", "v2", "--released", "2026-12-01"];

fn two_versions() -> Sandbox {
    let sandbox = project();
    run(&sandbox, &ADD).ends_with(0);
    sandbox
}

/// Moves the handlers of the first version to the second, which mounts them.
fn move_notes(sandbox: &Sandbox) {
    let root = sandbox.path("notes-api/src/api");
    fs::rename(root.join("v1/notes.rs"), root.join("v2/notes.rs")).expect("one folder");
    edit(
        sandbox,
        "src/api/v2/mod.rs",
        "pub use super::v1::notes;",
        "pub mod notes;",
    );
}

/// Returns the lines of the table below a version's name.
fn entry(sandbox: &Sandbox, name: &str) -> String {
    let text = sandbox.read(&format!("notes-api/{TABLE}"));
    let head = format!("name = \"{name}\"");
    let (_, entry) = text.split_once(&head).expect("the version is there");
    let entry = entry.split("[[version]]").next().unwrap_or_default();
    entry.trim().to_owned()
}

fn deprecate<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let command = ["deprecate", "v1", "--sunset", "2090-06-30", "--because"];
    [&command, more].concat()
}

#[test]
fn a_version_goes_on_with_the_one_before_it() {
    let sandbox = project();
    let before = files(&sandbox);
    let told = run(&sandbox, &ADD).ends_with(0);
    assert_eq!(told.stdout, "cargo run -- derive\ncargo test\n");
    told.says("new src/api/v2/mod.rs");
    let list = sandbox.read("notes-api/src/api/v2/mod.rs");
    assert!(list.contains("pub use super::v1::notes;"), "{list}");
    let list = sandbox.read("notes-api/src/api/mod.rs");
    assert!(
        list.contains("routes.version(\"v2\", v2::routes());"),
        "{list}"
    );
    assert_eq!(
        entry(&sandbox, "v2"),
        "state = \"current\"\nreleased = 2026-12-01"
    );
    let after = files(&sandbox);
    let of_v1 = |(path, _): &&(String, Vec<u8>)| path.contains("/v1/") || path.contains("store/");
    for file in before.iter().filter(of_v1) {
        assert!(after.contains(file), "{} is as it was", file.0);
    }
    run(&sandbox, &["add", "version", "v4"]).ends_with(0);
    let list = sandbox.read("notes-api/src/api/v4/mod.rs");
    assert!(list.contains("pub use super::v2::notes;"), "{list}");
    run(&sandbox, &["add", "version", "v3"])
        .ends_with(1)
        .says("call it `v5`");
    run(&sandbox, &ADD)
        .ends_with(1)
        .says("palisade add version v5");
    run(&sandbox, &["undo"]).ends_with(0);
    run(&sandbox, &["undo"]).ends_with(1);
    run(&sandbox, &["status"]).ends_with(0);
}

#[test]
fn a_resource_that_is_added_later_is_in_each_version() {
    let sandbox = two_versions();
    edit(
        &sandbox,
        "src/api/v2/mod.rs",
        "pub use super::v1::notes;",
        "pub mod notes;",
    );
    let add = ["add", "resource", "invoice", "total:decimal"];
    run(&sandbox, &add).ends_with(0);
    let list = sandbox.read("notes-api/src/api/v2/mod.rs");
    assert!(list.contains("pub mod notes;\n"), "{list}");
    assert!(list.contains("pub use super::v1::invoices;\n"), "{list}");
    assert!(!list.contains("super::v1::notes;"), "{list}");
    assert!(!sandbox.path("notes-api/src/api/v2/invoices.rs").exists());
}

#[test]
fn a_deprecation_changes_its_entry_and_keeps_what_the_user_wrote() {
    let sandbox = two_versions();
    let mine = "state = \"current\" # mine\n# also mine\n";
    edit(&sandbox, TABLE, "state = \"current\"\n", mine);
    let before = files(&sandbox);
    let mut command = deprecate(&["superseded", "--successor", "v2"]);
    command.extend(["--advisory", "https://example.com/end"]);
    let dry = [&command[..], &["--dry-run"]].concat();
    run(&sandbox, &dry)
        .ends_with(0)
        .says("Nothing was changed: this was a dry run.");
    assert!(before == files(&sandbox));
    let told = run(&sandbox, &[&command[..], &["--json"]].concat()).ends_with(0);
    assert!(told.stdout.contains("\"merged\""), "{}", told.stdout);
    assert!(
        told.stdout.contains("cargo run -- derive"),
        "{}",
        told.stdout
    );
    let text = entry(&sandbox, "v1");
    let (day, rest) = text
        .split_once("deprecated = ")
        .expect("the day on which it began");
    assert_eq!(
        day,
        "state = \"deprecated\" # mine\n# also mine\nreleased = 2026-11-23\n"
    );
    assert_eq!(
        &rest["2026-11-24".len()..],
        "\nsunset = 2090-06-30\nsuccessor = \"v2\"\nnotice = \"https://example.com/end\""
    );
    let changed: Vec<_> = files(&sandbox)
        .into_iter()
        .zip(&before)
        .filter(|(now, then)| now != *then)
        .map(|(now, _)| now.0)
        .collect();
    assert_eq!(changed, [TABLE], "nothing else was changed");
    // What palisade adds to the table later leaves it alone.
    run(&sandbox, &["add", "version", "v3"]).ends_with(0);
    assert_eq!(entry(&sandbox, "v1"), text);
    assert!(entry(&sandbox, "v3").starts_with("state = \"current\""));
}

#[test]
fn a_deprecation_is_taken_back_by_undo_and_keeps_line_ends() {
    let sandbox = two_versions();
    let path = sandbox.path("notes-api").join(TABLE);
    let windows = sandbox
        .read(&format!("notes-api/{TABLE}"))
        .replace('\n', "\r\n");
    fs::write(&path, windows).expect("it is there");
    let before = files(&sandbox);
    run(&sandbox, &deprecate(&["security"])).ends_with(0);
    let text = sandbox.read(&format!("notes-api/{TABLE}"));
    assert!(text.contains("security = true\r\n"), "{text:?}");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    run(&sandbox, &["undo"]).ends_with(0);
    assert!(before == files(&sandbox));
}

#[test]
fn what_the_service_would_refuse_is_refused_with_the_way_out() {
    let sandbox = project();
    let refused = |command: &[&str], word: &str| {
        let before = files(&sandbox);
        run(&sandbox, command).ends_with(1).says(word);
        assert!(before == files(&sandbox), "{word}");
    };
    refused(&deprecate(&["superseded"]), "palisade add version v2");
    refused(
        &["retire", "v1", "--because", "security"],
        "palisade add version v2",
    );
    run(&sandbox, &ADD).ends_with(0);
    let unknown = [
        "deprecate",
        "v7",
        "--sunset",
        "2090-01-01",
        "--because",
        "security",
    ];
    refused(&unknown, "there are v1, v2");
    let early = [
        "deprecate",
        "v1",
        "--sunset",
        "2020-01-01",
        "--because",
        "security",
    ];
    refused(&early, "lies before the deprecation");
    refused(
        &deprecate(&["superseded", "--successor", "v1"]),
        "name another version that is served: v2",
    );
    refused(
        &deprecate(&["security", "--advisory", "http://example.com"]),
        "--advisory https://",
    );
    refused(&["retire", "v1"], "palisade deprecate v1 --sunset ");
    refused(&["retire", "v1"], "palisade retire v1 --because security");

    edit(
        &sandbox,
        TABLE,
        "state = \"current\"\n",
        "state = \"deprecated\"\ndeprecated = 2090-05-01\n",
    );
    refused(&deprecate(&["superseded"]), "--sunset 2090-07-30");
    run(&sandbox, &deprecate(&["security"])).ends_with(0);
    run(
        &sandbox,
        &[
            "deprecate",
            "v1",
            "--sunset",
            "2090-08-01",
            "--because",
            "superseded",
        ],
    )
    .ends_with(0);
    assert!(entry(&sandbox, "v1").contains("deprecated = 2090-05-01\nreleased"));
    assert!(entry(&sandbox, "v1").contains("sunset = 2090-08-01\nsecurity = false"));
    refused(
        &["retire", "v1"],
        "promised that it is served until 2090-08-01",
    );
}

#[test]
fn a_version_that_is_unsafe_is_shut_at_once_with_its_advisory() {
    let sandbox = two_versions();
    let list = "src/api/v2/mod.rs";
    edit(&sandbox, list, "pub use super::v1::notes;", "mod notes;");
    let retire = ["retire", "v1", "--because", "security", "--successor"];
    let refused = |more: &[&str], word: &str| {
        run(&sandbox, &[&retire[..], more].concat())
            .ends_with(1)
            .says(word);
    };
    refused(&["v1"], "`v1` cannot follow on `v1`");
    refused(
        &["v2", "--advisory", "http://example.com"],
        "--advisory https://",
    );
    let advisory = "https://example.com/1";
    run(
        &sandbox,
        &[&retire[..], &["v2", "--advisory", advisory]].concat(),
    )
    .ends_with(0);
    let entry = entry(&sandbox, "v1");
    assert!(entry.starts_with("state = \"retired\"\n"), "{entry}");
    for line in [
        "notice = \"https://example.com/1\"",
        "successor = \"v2\"",
        "security = true",
        "sunset = ",
        "deprecated = ",
    ] {
        assert!(entry.contains(line), "{entry}");
    }
}

#[test]
fn a_version_is_retired_once_no_live_code_needs_it() {
    let sandbox = two_versions();
    edit(
        &sandbox,
        TABLE,
        "state = \"current\"\n",
        "state = \"deprecated\"\ndeprecated = 2020-01-01\nsunset = 2020-06-01\nsuccessor = \"v2\"\n",
    );
    let before = files(&sandbox);
    run(&sandbox, &["retire", "v1"])
        .ends_with(1)
        .says("src/api/v2/mod.rs:7: pub use super::v1::notes;");
    assert!(before == files(&sandbox));
    move_notes(&sandbox);
    run(&sandbox, &["retire", "v1"])
        .ends_with(0)
        .says("`src/api/v1/` and\nsrc/api/mod.rs:5: pub mod v1;\nsrc/api/mod.rs:12: routes.version(\"v1\", v1::routes());\n");
    let entry = entry(&sandbox, "v1");
    assert!(entry.starts_with("state = \"retired\"\n"), "{entry}");
    assert!(
        entry.ends_with("reason = \"the version was superseded by v2\""),
        "{entry}"
    );
    run(&sandbox, &["retire", "v1"])
        .ends_with(1)
        .says("`v1` is retired already");
    run(
        &sandbox,
        &[
            "deprecate",
            "v2",
            "--sunset",
            "2090-01-01",
            "--because",
            "security",
        ],
    )
    .ends_with(1)
    .says("palisade add version v3");
}

#[test]
fn a_resource_goes_where_code_still_is_once_the_first_versions_is_gone() {
    let sandbox = two_versions();
    move_notes(&sandbox);
    run(&sandbox, &["retire", "v1", "--because", "security"]).ends_with(0);
    fs::remove_dir_all(sandbox.path("notes-api/src/api/v1")).expect("it was there");
    for line in [
        "pub mod v1;\n",
        "    routes.version(\"v1\", v1::routes());\n",
    ] {
        edit(&sandbox, "src/api/mod.rs", line, "");
    }
    let told = run(&sandbox, &["add", "resource", "invoice", "total:decimal"]).ends_with(0);
    told.says("new src/api/v2/invoices.rs");
    assert!(!sandbox.path("notes-api/src/api/v1").exists());
    let answers = sandbox.read("notes-api/palisade.toml");
    assert!(
        answers.contains("name = \"invoice\"\nsince = \"v2\"\n"),
        "{answers}"
    );
    let list = sandbox.read("notes-api/src/api/v2/mod.rs");
    assert!(
        list.contains("pub mod invoices;\n") && list.contains("pub mod notes;\n"),
        "{list}"
    );
    assert!(!list.contains("v1::"), "{list}");
    assert!(!sandbox.read("notes-api/src/api/mod.rs").contains("mod v1"));
    run(&sandbox, &["regen"])
        .ends_with(0)
        .says("Everything is as your answers say.");
    run(&sandbox, &["add", "version", "v3"]).ends_with(0);
    let list = sandbox.read("notes-api/src/api/v3/mod.rs");
    for module in ["notes", "invoices"] {
        assert!(
            list.contains(&format!("pub use super::v2::{module};\n")),
            "{list}"
        );
    }
    run(&sandbox, &["undo"]).ends_with(0);
    assert!(sandbox.path("notes-api/src/api/v2/invoices.rs").is_file());
}

#[test]
fn a_resource_that_the_first_version_does_not_have_outlives_those_before_it() {
    let sandbox = two_versions();
    let answers = sandbox.read("notes-api/palisade.toml");
    let late = format!(
        "{answers}\n[[resource]]\nname = \"task\"\nsince = \"v2\"\nfields = [\"title:string\"]\n"
    );
    fs::write(sandbox.path("notes-api/palisade.toml"), late).expect("a file");
    run(&sandbox, &["regen"])
        .ends_with(0)
        .says("new src/api/v2/tasks.rs");
    assert!(
        !sandbox
            .read("notes-api/src/api/v1/mod.rs")
            .contains("tasks")
    );
    remove_notes(&sandbox);
    run(&sandbox, &["regen", "--forget", "note"]).ends_with(0);
    let answers = sandbox.read("notes-api/palisade.toml");
    assert!(
        answers.contains("name = \"task\"\nsince = \"v2\"\n"),
        "{answers}"
    );
}
