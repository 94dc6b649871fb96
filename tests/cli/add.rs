//! `add resource`: into a service that was edited, whole or not at all; and `regen --forget`.

use std::fs;

use crate::regen::{edit, files, project, remove_notes, run};
use crate::sandbox::Sandbox;

pub(crate) const ADD: [&str; 5] = [
    "add",
    "resource",
    "invoice",
    "number:string:1..40",
    "total:decimal",
];

/// What `new` would have written, had it known of both resources.
fn as_if_new() -> Sandbox {
    let answers = "name = \"notes-api\"\n\
        [[resource]]\nname = \"note\"\n\
        fields = [\"title:string:1..200\", \"body:text:..10000\", \"pinned:bool:write=admin\"]\n\
        [[resource]]\nname = \"invoice\"\nfields = [\"number:string:1..40\", \"total:decimal\"]\n";
    let sandbox = Sandbox::new().with("answers.toml", answers);
    let new = [
        "new",
        "notes-api",
        "--answers",
        "answers.toml",
        "--defaults",
        "--no-git",
        "--created=2026-11-23",
    ];
    sandbox.palisade(&new).ends_with(0);
    sandbox
}

#[test]
fn a_resource_that_is_added_is_as_one_that_was_there_from_the_start() {
    let sandbox = project();
    let told = run(&sandbox, &ADD).ends_with(0);
    assert_eq!(told.stdout, "cargo run -- derive\ncargo test\n");
    told.says("new migrations/0002_invoices.sql");
    told.says("new tests/sample/invoices.rs");
    // The document is the project's to make, and README.md was written before.
    let but_for = |sandbox: &Sandbox| {
        let mut files = files(sandbox);
        files.retain(|(path, _)| path != "openapi.json" && path != "README.md");
        files
    };
    let (added, new) = (but_for(&sandbox), but_for(&as_if_new()));
    for (one, other) in added.iter().zip(&new) {
        assert_eq!(one.0, other.0);
        assert!(one.1 == other.1, "{}", one.0);
    }
    assert_eq!(added.len(), new.len());
    run(&sandbox, &["status"]).ends_with(0);
    run(&sandbox, &["regen"])
        .ends_with(0)
        .says("Everything is as your answers say.");
}

#[test]
fn what_was_edited_everywhere_stays() {
    let sandbox = project();
    let lists = [
        ("src/api/v1/mod.rs", "notes"),
        ("src/domain/mod.rs", "note"),
        ("src/store/mod.rs", "notes"),
        ("tests/sample/mod.rs", "notes"),
    ];
    for (list, name) in lists {
        let line = format!("pub mod {name};\n");
        let text = sandbox.read(&format!("notes-api/{list}"));
        let line = if text.contains(&line) {
            line
        } else {
            format!("mod {name};\n")
        };
        edit(&sandbox, list, &line, &format!("{line}mod mine;\n"));
    }
    let managed = [
        "src/app.rs",
        "src/security/mod.rs",
        "SECURITY.md",
        "Cargo.toml",
        "policies/roles.toml",
    ];
    for path in managed {
        let mark = if path.ends_with(".toml") {
            "# mine\n"
        } else {
            "// mine\n"
        };
        let text = sandbox.read(&format!("notes-api/{path}"));
        fs::write(
            sandbox.path("notes-api").join(path),
            format!("{mark}{text}"),
        )
        .expect("it is there");
    }
    run(&sandbox, &ADD).ends_with(0);
    for (list, name) in lists {
        let text = sandbox.read(&format!("notes-api/{list}"));
        let other = name.replace("note", "invoice");
        for word in [
            "mod mine;",
            &format!("mod {name};"),
            &format!("mod {other};"),
        ] {
            assert!(text.contains(word), "{list}: {text}");
        }
    }
    for path in managed {
        assert!(
            sandbox
                .read(&format!("notes-api/{path}"))
                .contains(" mine\n"),
            "{path}"
        );
    }
}

#[test]
fn a_migration_follows_on_those_that_are_there() {
    let sandbox = project();
    fs::write(sandbox.path("notes-api/migrations/0007_mine.sql"), "").expect("a migration");
    run(&sandbox, &ADD)
        .ends_with(0)
        .says("new migrations/0008_invoices.sql");
    let first = sandbox.read("notes-api/migrations/0001_notes.sql");
    run(&sandbox, &["add", "resource", "task", "title:string"]).ends_with(0);
    assert!(
        sandbox
            .path("notes-api/migrations/0009_tasks.sql")
            .is_file()
    );
    assert_eq!(sandbox.read("notes-api/migrations/0001_notes.sql"), first);
    let names = fs::read_dir(sandbox.path("notes-api/migrations"))
        .expect("a folder")
        .count();
    // Four of resources and the user's, and the folder of palisade's own.
    assert_eq!(names, 5);
    run(&sandbox, &["regen"])
        .ends_with(0)
        .says("Everything is as your answers say.");
}

#[test]
fn a_migration_follows_on_one_that_is_numbered_by_the_clock() {
    let sandbox = project();
    let mine = "notes-api/migrations/20261124120000_mine.sql";
    fs::write(sandbox.path(mine), "").expect("a migration");
    run(&sandbox, &ADD)
        .ends_with(0)
        .says("new migrations/20261124120001_invoices.sql");
}

#[test]
fn a_file_in_its_place_refuses_the_whole_resource() {
    let sandbox = project();
    fs::write(sandbox.path("notes-api/src/domain/invoice.rs"), "mine\n").expect("a file");
    let before = files(&sandbox);
    let told = run(&sandbox, &ADD).ends_with(1);
    told.says("`src/domain/invoice.rs` is in the way of the new resource");
    assert!(files(&sandbox) == before);
}

#[test]
fn what_is_no_resource_is_refused_with_the_rule() {
    let sandbox = project();
    let before = files(&sandbox);
    run(&sandbox, &["add", "resource", "note", "title:string"])
        .ends_with(1)
        .says("edit src/api/v1/notes.rs");
    run(&sandbox, &["add", "resource", "sheep", "title:string"])
        .ends_with(1)
        .says("`sheep`");
    run(&sandbox, &["add", "resource", "task", "title:json"])
        .ends_with(1)
        .says("title:json");
    run(&sandbox, &["add", "resource", "task"]).ends_with(2);
    run(&sandbox, &["add"]).ends_with(2);
    assert!(files(&sandbox) == before);
}

#[test]
fn a_resource_is_forgotten_once_its_files_are_gone() {
    let sandbox = project();
    run(&sandbox, &["regen", "--forget", "note"])
        .ends_with(1)
        .says("no resource would be left without `note`");
    run(&sandbox, &ADD).ends_with(0);
    run(&sandbox, &["regen", "--forget", "task"])
        .ends_with(1)
        .says("there are note, invoice");
    let told = run(&sandbox, &["regen", "--forget", "note"]).ends_with(1);
    told.says("`note` still has files");
    told.says("src/domain/note.rs");
    remove_notes(&sandbox);
    run(&sandbox, &["regen", "--forget", "note"]).ends_with(0);
    let lists = [
        "src/domain/mod.rs",
        "src/store/mod.rs",
        "src/api/v1/mod.rs",
        "tests/sample/mod.rs",
    ];
    for list in lists {
        assert!(
            !sandbox
                .read(&format!("notes-api/{list}"))
                .contains("mod note"),
            "{list}"
        );
    }
    assert!(
        !sandbox
            .read("notes-api/palisade.toml")
            .contains("name = \"note\"")
    );
    let names: Vec<_> = fs::read_dir(sandbox.path("notes-api/migrations"))
        .expect("a folder")
        .collect();
    assert_eq!(names.len(), 3, "migrations stay, and none is written twice");
    run(&sandbox, &["status"]).ends_with(0);
    run(&sandbox, &["regen"])
        .ends_with(0)
        .says("Everything is as your answers say.");
}

#[test]
fn a_resource_refers_to_one_that_is_there() {
    let sandbox = project();
    let before = files(&sandbox);
    let comment = [
        "add",
        "resource",
        "comment",
        "line:string",
        "about:ref:note",
    ];
    let told = run(&sandbox, &["add", "resource", "comment", "about:ref:task"]).ends_with(1);
    told.says("the field `about` of `comment` refers to `task`");
    told.says("add `task` first, or refer to one of `note`");
    run(
        &sandbox,
        &["add", "resource", "comment", "about:list:ref:note"],
    )
    .ends_with(1)
    .says("a list cannot hold `ref`");
    run(
        &sandbox,
        &["add", "resource", "comment", "answers:ref:comment"],
    )
    .ends_with(1)
    .says("make it optional: `answers:ref:comment:optional`");
    assert!(files(&sandbox) == before);
    run(&sandbox, &comment).ends_with(0);
    let migration = sandbox.read("notes-api/migrations/0002_comments.sql");
    assert!(
        migration
            .contains("FOREIGN KEY (about, owner) REFERENCES notes (id, owner) ON DELETE RESTRICT")
    );
    let notes = before
        .iter()
        .filter(|(path, _)| path.contains("note") && path.contains("src/"));
    let after = files(&sandbox);
    for file in notes {
        assert!(after.contains(file), "{} is the user's", file.0);
    }
    run(&sandbox, &["regen"])
        .ends_with(0)
        .says("Everything is as your answers say.");
}

#[test]
fn what_is_referred_to_is_forgotten_with_what_refers_to_it_alone() {
    let sandbox = project();
    let comment = [
        "add",
        "resource",
        "comment",
        "line:string",
        "about:ref:note",
    ];
    run(&sandbox, &comment).ends_with(0);
    run(&sandbox, &ADD).ends_with(0);
    remove_notes(&sandbox);
    let told = run(&sandbox, &["regen", "--forget", "note"]).ends_with(1);
    told.says("`note` is what `about` of `comment` refers to");
    told.says("palisade regen --forget comment --forget note");
    let text = sandbox.read("notes-api/palisade.toml");
    let at = text.find("[[resource]]").expect("the first one");
    let until = text[at + 1..].find("[[resource]]").expect("the second") + at + 1;
    let without = format!("{}{}", &text[..at], &text[until..]);
    fs::write(sandbox.path("notes-api/palisade.toml"), without).expect("a file");
    run(&sandbox, &["regen"])
        .ends_with(1)
        .says("the field `about` of `comment` refers to `note`");
    fs::write(sandbox.path("notes-api/palisade.toml"), text).expect("a file");
    for path in [
        "src/domain/comment.rs",
        "src/store/comments.rs",
        "src/api/v1/comments.rs",
        "tests/sample/comments.rs",
    ] {
        fs::remove_file(sandbox.path("notes-api").join(path)).expect("it was there");
    }
    run(
        &sandbox,
        &[
            "regen", "--forget", "note", "--forget", "comment", "--forget", "invoice",
        ],
    )
    .ends_with(1)
    .says("no resource would be left without `note`");
    run(
        &sandbox,
        &["regen", "--forget", "note", "--forget", "comment"],
    )
    .ends_with(0);
    let domain = sandbox.read("notes-api/src/domain/mod.rs");
    assert!(domain.contains("invoice") && !domain.contains("note") && !domain.contains("comment"));
}
